"""How truly sound must be heard, described and judged: rows of the table; and what costs more as work grows."""

from __future__ import annotations

from typing import Final

from benchmarks import readers as read
from benchmarks.job import DATA, OUT, PYTHON, Job
from benchmarks.table import Good, Row

_OTHERS = {"YAMNet": "YAMNet", "MTT_vgg": "MTT_vgg", "log-mel statistics": "log-mel statistics"}


def _told_apart(what: str, words: str) -> tuple[Row, ...]:
    """A row for each of the two soundfonts that nothing was learned from."""
    rows = []
    for folder, font in (("tim", "TimGM6mb"), ("sfb", "sf_GMbank")):
        others = {who: f"{folder} {what}, {name}" for who, name in _OTHERS.items()}
        rows.append(Row(f"{words}, {font}", f"{folder} {what}, ours", others))
    return tuple(rows)


TRUTH: Final = (
    Job(
        "fractal",
        "Truth",
        ("tools/judge_fractal.py",),
        read.fractal,
        (
            Row(
                "fractal dimension of a straight line, off by",
                "straight line: monochord",
                {"antropy": "straight line: antropy"},
                Good("≤ 1e-12", most=1e-12),
            ),
            Row(
                "of white noise",
                "white noise: monochord",
                {"antropy": "white noise: antropy"},
                Good("≤ .02", most=0.02),
            ),
            Row(
                "of fractional Brownian motion, the worst of three exponents",
                "Brownian: monochord",
                {"antropy": "Brownian: antropy"},
                Good("≤ .02", most=0.02),
            ),
        ),
        peers={"antropy": ("--python", PYTHON)},
    ),
    Job(
        "hearing",
        "Truth",
        ("tools/judge_senses.py", "--out", f"{DATA}/senses"),
        read.hearing,
        (
            Row(
                "onsets, F at ±50 ms",
                "onsets monochord",
                {
                    "aubio": "onsets aubio",
                    "essentia, the whole file first": "onsets essentia",
                    "librosa, the whole file first": "onsets librosa",
                },
                Good("≥ .94", least=0.94),
                "of other renders: madmom online .94/.93",
            ),
            Row("onsets counted after they were played, plucked: median / 90 %", "late, plucked, struck"),
            Row("the same, bowed and blown", "late, bowed, blown"),
            Row(
                "beats, F at ±70 ms, the tempo wanders",
                "beats monochord",
                {
                    "aubio": "beats aubio",
                    "essentia, the whole file first": "beats essentia",
                    "librosa, the whole file first": "beats librosa",
                },
                Good("≥ .85", least=0.85),
                "of other renders: BeatNet .52/.51, madmom online .77/.77",
            ),
            Row(
                "pitch within 50 cents, 27 ms later",
                "pitch monochord",
                {"aubio": "pitch aubio", "essentia": "pitch essentia"},
                Good("≥ .95", least=0.95),
                "of other renders: pYIN offline .93/.86, torchcrepe tiny .87/.91",
            ),
            Row("octave errors", "octaves monochord", {"aubio": "octaves aubio", "essentia": "octaves essentia"}),
        ),
        peers={"aubio": ("--aubio-python", PYTHON)},
        needs={
            "senses": "python tools/judge_senses.py --data DATA/tunes.npz --out DATA/senses (its docstring says how)"
        },
        judged=True,
        minutes=90,
    ),
    Job(
        "describing",
        "Truth",
        (
            *("tools/judge_vggish.py", "--data", f"{DATA}/tim", "--data", f"{DATA}/sfb"),
            *("--emopia", f"{DATA}/emopia.npz", "--model", "models_onnx/vggish.onnx"),
        ),
        read.shares,
        (
            *_told_apart("instrument probe", "instrument by a linear probe, of its 128 numbers"),
            *_told_apart("instrument 1-NN", "instrument by the nearest neighbour"),
            *_told_apart("family probe", "family by a linear probe"),
            *_told_apart("family 1-NN", "family by the nearest neighbour"),
            Row(
                "mood of a piano clip by a linear probe, songs held apart",
                "mood, ours",
                {who: f"mood, {name}" for who, name in _OTHERS.items()},
                Good("≥ .66", least=0.66),
            ),
        ),
        needs={
            "tim": "python tools/timbres.py … --out DATA/tim (tools/judge_vggish.py says how)",
            "sfb": "python tools/timbres.py … --out DATA/sfb (tools/judge_vggish.py says how)",
            "emopia.npz": "python tools/emopia.py … --out DATA/emopia.npz",
        },
        judged=True,
        minutes=60,
    ),
    Job(
        "map",
        "Truth",
        (
            *("tools/fit_space.py", "--data", f"{DATA}/corpus", "--network", "models_onnx/vggish.onnx"),
            *("--most", "24000", "--out", f"{OUT}/map"),
        ),
        read.maps,
        tuple(
            Row(
                f"the map on a plane: {words}",
                f"{what} ours, plane",
                {
                    "openTSNE's transform": f"{what} openTSNE, transform",
                    "UMAP": f"{what} UMAP",
                    "PCA": f"{what} PCA, 2-D",
                    "ours in a cube": f"{what} ours, cube",
                },
                good,
            )
            for what, words, good in (
                ("trustworthiness", "trustworthiness (k = 12)", Good("≥ .95", least=0.95)),
                ("continuity", "continuity", Good("no worse than openTSNE", ahead=0.99)),
                ("family", "the nearest neighbour is of the family", Good("≥ openTSNE − 2 points", ahead=0.978)),
                ("wander", "how far a held note goes in a second", Good()),
            )
        ),
        quick=("--most", "3000", "--alone"),
        peers={"umap": ("--umap", PYTHON)},
        needs={"corpus": "python tools/space_corpus.py (its docstring says how)"},
        judged=True,
        minutes=90,
    ),
    Job(
        "mood",
        "Truth",
        (
            *("tools/judge_mood.py", "--data", f"{DATA}/emopia_train.zip", "--work", f"{DATA}/mood"),
            *("--teachers", f"{DATA}/emopia.npz", "--out", f"{OUT}/mood"),
        ),
        read.moods,
        (
            Row(
                "four moods of piano clips, songs held apart",
                "ours, piano",
                {
                    "the paper's eight features": "the eight alone",
                    "YAMNet": "YAMNet",
                    "MTT_vgg": "MTT_vgg",
                    "log-mel statistics": "log-mel statistics",
                },
                Good("≥ .70", least=0.70),
                "best published .68",
            ),
            Row("the same, played by other instruments", "ours, other instruments"),
        ),
        needs={
            "emopia_train.zip": "the clips of EMOPIA as MIDI",
            "mood": "python tools/train_mood.py … --work DATA/mood (its docstring says how)",
            "emopia.npz": "python tools/emopia.py … --out DATA/emopia.npz",
        },
        judged=True,
        minutes=60,
    ),
)

GROWTH: Final = (
    Job(
        "growth",
        "As work grows",
        ("tools/bench_growth.py", "--out", f"{OUT}/growth.png"),
        read.curves,
        (
            Row(
                "a hop in the last minute of a show, against the first",
                "length: times",
                good=Good("≤ 1.1 ×", most=1.1),
                cited=True,
            ),
            Row(
                "a picture with few and with many bindings (tables below)",
                "bindings",
                {"bare moderngl": "bindings: floor"},
            ),
            Row("a frame to few and to many OSC destinations", "destinations", {"bare sockets": "destinations: floor"}),
            Row("a second of the show with no page open and with many", "pages"),
            Row("a hop of one and of many channels, one musician", "channels"),
            Row("a hop of one and of many musicians", "musicians"),
            Row("a picture of one and of many passes", "passes", {"bare moderngl": "passes: floor"}),
            Row("a picture of the smallest and of the largest size", "size", {"bare moderngl": "size: floor"}),
        ),
        quick=("--quick",),
        wants={"corpus": ("--corpus", f"{DATA}/corpus")},
        picture="growth.png",
        minutes=60,
    ),
)
