"""What hearing, telling and learning may cost: rows of the table, who stands beside them, and what is good."""

from __future__ import annotations

from typing import Final

from benchmarks import readers as read
from benchmarks.job import DATA, OUT, PYTHON, Job
from benchmarks.table import Good, Row

_PERCENTILES: Final = "p50 / p95 / p99"

_BLOCKS: Final = (64, 128, 256, 512)


def _at_blocks(what: str, words: str, *others: str) -> tuple[Row, ...]:
    """A row for each block of the driver, beside the floor, and what other stages make of it."""
    return tuple(
        Row(
            f"sound → {words}, the driver's blocks of {block}, {_PERCENTILES}, while the stage draws a simple scene",
            f"{block}: a simple scene: {what}",
            {"floor: a bare callback": f"{block}: floor"},
            told={stage: f"{block}: {stage}: {what}" for stage in others},
        )
        for block in _BLOCKS
    )


SPEED: Final = (
    Job(
        "latency",
        "Speed",
        ("tools/bench_latency.py", "--clicks", "300", "--scene", "mountains"),
        read.latency,
        (
            Row(
                f"sound → `sound.level` by OSC, {_PERCENTILES}, while *mountains* is drawn",
                "sound → sound.level",
                {"floor: a bare callback that only measures and sends": "floor"},
                Good("p95 ≤ 6 ms", most=6.0),
                "LedFx's level meter p50 12.6–18.1, p95 20.6–28.7 ms; ETC Sound2Light 80–168 ms",
                cited=True,
            ),
            Row(
                "sound → `rhythm.onsets` by OSC, same run",
                "sound → rhythm.onsets",
                {"floor": "floor"},
                Good("p95 ≤ 12 ms", most=12.0),
                cited=True,
            ),
            Row("sound → picture, *mountains* at 640×360, same run", "sound → picture", cited=True),
        ),
        quick=("--clicks", "40"),
        programs=("jackd",),
        minutes=15,
    ),
    Job(
        "picture",
        "Speed",
        ("tools/bench_latency.py", "--clicks", "200", "--scene", "fallback", "--fps", "60", "--size", "320x180"),
        read.latency,
        (
            Row(
                f"sound → picture, a scene that costs nothing, 60 a second, {_PERCENTILES}",
                "sound → picture",
                {"floor: the same sound told by a bare callback": "floor"},
                Good("p95 ≤ one refresh + 10 ms = 26.7 ms", most=26.7),
                "people notice from 45 ms on (ITU-R BT.1359)",
                cited=True,
            ),
        ),
        quick=("--clicks", "40"),
        programs=("jackd",),
        minutes=10,
    ),
    Job(
        "blocks",
        "Speed",
        ("tools/bench_blocks.py", "--out", f"{OUT}/latency.png"),
        read.latency,
        (
            *_at_blocks("sound.level", "`sound.level` by OSC", "nothing", "a heavy scene"),
            *_at_blocks("picture", "picture at 640×360", "a heavy scene"),
        ),
        quick=("--clicks", "20"),
        programs=("jackd",),
        picture="latency.png",
        minutes=45,
    ),
    Job(
        "senses",
        "Speed",
        ("tools/bench_senses.py",),
        read.senses,
        (
            Row(
                "all fast senses, a hop of 5333 µs", "all", good=Good("≤ 160 µs, 3 % of a core", most=160.0), cited=True
            ),
            Row("the same, as a share of a core", "core", good=Good("≤ 3 %", most=3.0)),
            Row("for the same things as aubio", "as aubio", {"aubio": "aubio"}, Good("faster", ahead=1.0), cited=True),
            Row(
                "for the same things as essentia",
                "as essentia",
                {"essentia": "essentia"},
                Good("faster", ahead=1.0),
                cited=True,
            ),
            Row(
                "for the same things as librosa, called per hop",
                "as librosa",
                {"librosa": "librosa"},
                Good("≥ 50 ×", ahead=50.0),
                cited=True,
            ),
            Row(
                "fractal dimension of 1024 samples",
                "ours: Higuchi of 1024",
                {"antropy": "antropy: Higuchi of 1024"},
                Good("≤ antropy's time", ahead=1.0),
                cited=True,
            ),
            Row(
                "fractal dimension of 2048 samples",
                "ours: Higuchi of 2048",
                {"antropy": "antropy: Higuchi of 2048"},
                Good("≤ antropy's time", ahead=1.0),
            ),
            Row("what 1000 hops leave in memory", "left", good=Good("a frame", most=4096.0)),
            Row(
                "importing and warming the senses, kernels on disk",
                "start warm",
                told={"numpy and numba alone": "start numpy and numba alone", "kernels not yet made": "start cold"},
            ),
        ),
        quick=("--seconds", "3", "--turns", "2"),
        peers=dict.fromkeys(("aubio", "essentia", "librosa", "antropy"), ("--python", PYTHON)),
        minutes=20,
    ),
    Job(
        "ear",
        "Speed",
        ("tools/bench_listening.py",),
        read.listening,
        (
            Row("description of a patch of 0.96 s, one thread", "patch", good=Good("≤ 2 ms", most=2.0), cited=True),
            Row(
                "its place on the map",
                "place",
                good=Good("≤ 0.1 ms", most=0.1),
                known="openTSNE's transform: about a second to start",
                cited=True,
            ),
            Row("a column of log-mel, every 10 ms", "column"),
            Row(
                "the ear on the listening thread, a hop",
                "ear, on the clock",
                told={"a thread that does nothing": "nothing, on the clock"},
            ),
        ),
        quick=("--seconds", "4", "--turns", "2"),
    ),
    Job(
        "published",
        "Speed",
        ("tools/bench_published.py",),
        read.plain("ms"),
        (
            Row(
                "the whole published VGGish (72 M weights), a patch in int8, one thread",
                "int8",
                {"in fp32": "fp32", "ours": "ours"},
                Good("≤ 7 ms", most=7.0),
            ),
        ),
        quick=("--turns", "2"),
        judged=True,
    ),
    Job(
        "osc",
        "Speed",
        ("tools/bench_osc.py",),
        read.osc,
        (
            Row(
                "a frame of every signal to five receivers",
                "every signal, five generic receivers",
                {
                    "python-osc, a bundle built a frame": "python-osc, a bundle built a frame",
                    "python-osc, a message a signal": "python-osc, a message a signal",
                },
                cited=True,
            ),
            Row(
                "one light's colour, all new, to five consoles",
                "one light's colour to five consoles",
                {"LedFx's OSC device": "the same by LedFx's OSC device"},
                Good("faster", ahead=1.0),
                cited=True,
            ),
            Row("the lights to five consoles, mean", "the lights, five consoles (mean)"),
            Row("messages a second in bundles, all of which arrive", "messages a second, bundles"),
        ),
        quick=("--frames", "400"),
        peers={"ledfx": ("--ledfx", PYTHON)},
    ),
    Job(
        "page",
        "Speed",
        ("tools/bench_page.py", "--clicks", "60", "--rounds", "3"),
        read.page,
        (
            Row(
                f"sound → `sound.level` with four browsers at the operator's page, {_PERCENTILES}",
                "4 browsers: level",
                {
                    "with one": "1 browser: level",
                    "with none": "0 browsers: level",
                    "no page": "no page is served: level",
                },
                cited=True,
            ),
            Row(
                "sound → `rhythm.onsets`, the same",
                "4 browsers: onset",
                {"no page": "no page is served: onset"},
            ),
        ),
        quick=("--clicks", "15", "--rounds", "1"),
        programs=("jackd",),
        minutes=20,
    ),
    Job(
        "wall",
        "Speed",
        ("tools/bench_wall.py",),
        read.wall,
        (
            Row(
                "four machines that follow, a hop of the listening thread, p50 / p99",
                "4 followers",
                told={"one": "1 followers", "none": "0 followers"},
            ),
            Row("what each of them is sent", "Mbit/s"),
        ),
    ),
    Job(
        "fitting",
        "Speed",
        ("tools/bench_fitting.py", "growth", "--data", f"{DATA}/corpus"),
        read.growth_of_fit,
        (
            Row("fitting a map to 1000 sounds, seconds of one thread", "1000"),
            Row("to 10,000", "10000"),
            Row("to 100,000", "100000"),
            Row("the most memory at 100,000", "100000: memory"),
            Row(
                "what it takes by n log n, 100,000 against 1000",
                "by n log n",
                good=Good("no faster than n log n", most=1.0),
                cited=True,
            ),
        ),
        quick=("--most", "1000"),
        needs={"corpus": "python tools/space_corpus.py (its docstring says how)"},
        minutes=45,
    ),
    Job(
        "workers",
        "Speed",
        ("tools/bench_fitting.py", "workers", "--recordings", f"{DATA}/recordings", "--turns", "5"),
        read.workers,
        (
            Row(
                "listening to a folder of recordings with two dask workers",
                "dask",
                {"two bare processes": "bare", "one worker": "one"},
                Good("≥ 0.95 of two bare processes", ahead=0.95),
                cited=True,
            ),
        ),
        quick=("--turns", "1"),
        needs={"recordings": "any folder of recordings, some twenty minutes of them"},
        minutes=30,
    ),
)
