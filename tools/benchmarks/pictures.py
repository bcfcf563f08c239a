"""What a picture may cost, and a change, a film, a start: rows of the table, who stands beside them, what is good."""

from __future__ import annotations

from typing import Final

from benchmarks import readers as read
from benchmarks.job import PYTHON, Job
from benchmarks.table import Good, Row

PICTURES: Final = (
    Job(
        "own",
        "Speed",
        ("tools/bench_stage.py", "--own"),
        read.own,
        (
            Row(
                "our own cost a picture, five bindings, over a bare moderngl loop",
                "five bindings: own",
                good=Good("≤ 300 µs", most=300.0),
                told={"of it the flash limiter": "five bindings: limiter", "the bare loop": "five bindings: bare"},
                cited=True,
            ),
            Row(
                "the same, reading wave and spectrum",
                "+ wave and spectrum: own",
                good=Good("≤ 300 µs", most=300.0),
                told={
                    "of it the flash limiter": "+ wave and spectrum: limiter",
                    "the bare loop": "+ wave and spectrum: bare",
                },
            ),
            Row(
                "the same, *mountains*",
                "mountains: own",
                good=Good("≤ 300 µs", most=300.0),
                told={"of it the flash limiter": "mountains: limiter", "the bare loop": "mountains: bare"},
            ),
            Row("what Python holds more after 20 000 pictures", "grown, python", good=Good("≤ 16 KiB", most=16.0)),
        ),
        quick=("--pictures", "600", "--long-run", "2000"),
        minutes=15,
    ),
    Job(
        "film",
        "Speed",
        ("tools/bench_stage.py", "--film"),
        read.film,
        (
            Row(
                "film, 1280×720 at 60, simple shader, with sound",
                "ours",
                {"bare moderngl + PyAV": "bare"},
                Good("≥ 0.95 × bare", ahead=0.95),
                cited=True,
            ),
            Row("the same, pictures a second of processor time", "ours by work", {"bare": "bare by work"}),
        ),
        quick=("--seconds", "3", "--turns", "2"),
        minutes=20,
    ),
    Job(
        "shaderflow",
        "Speed",
        ("tools/bench_stage.py", "--film", "--size", "640x360", "--seconds", "2", "--turns", "3"),
        read.film,
        (
            Row(
                "film, 640×360 at 60, ours with sound and all senses",
                "ours",
                {"ShaderFlow, without, tuned": "ShaderFlow tuned", "as shipped": "ShaderFlow shipped"},
                Good("faster", ahead=1.0),
                cited=True,
            ),
        ),
        quick=("--turns", "1"),
        peers={"shaderflow": ("--python", PYTHON)},
        minutes=10,
    ),
    Job(
        "changes",
        "Speed",
        ("tools/bench_changes.py", "--changes", "100"),
        read.changes,
        (
            Row(
                "pictures later than two refreshes at 100 changes to scenes that no driver has seen",
                "understudy: late",
                {"no change at all": "still: late", "compiled on stage": "straight: late"},
                Good("none that the machine does not miss by itself", ahead=1.0),
                "projectM stands for 600–1200 ms",
                cited=True,
            ),
            Row("between two pictures, p50 / p95 / p99", "understudy: between", {"no change at all": "still: between"}),
            Row("until the scene is on, median / most", "understudy: on", {"compiled on stage": "straight: on"}),
        ),
        quick=("--changes", "4"),
        minutes=30,
    ),
    Job(
        "start",
        "Speed",
        ("tools/bench_start.py",),
        read.plain("s"),
        (
            Row(
                "from command to first picture, kernels and shaders known",
                "first picture",
                good=Good("≤ 3 s", most=3.0),
                told={"Python with numpy and numba alone": "floor"},
                cited=True,
            ),
            Row("from command to first frame of what is heard", "first frame"),
        ),
        quick=("--turns", "2"),
    ),
)
