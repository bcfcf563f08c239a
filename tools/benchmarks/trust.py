"""What may never happen: hours of a show, a day on the virtual clock, a night of faults; rows of the table."""

from __future__ import annotations

from typing import Final

from benchmarks import readers as read
from benchmarks.job import OUT, Job
from benchmarks.table import Good, Row

_FLAT: Final = Good("< 1 MB an hour", most=1.0)

TRUST: Final = (
    Job(
        "soak",
        "Trust",
        ("tools/soak.py", "--hours", "2", "--out", f"{OUT}/soak"),
        read.soak,
        (
            *(Row(f"memory of the {role}, two hours of a show", role, good=_FLAT) for role in read.PROCESSES),
            Row(
                "longest silence to the lights in them",
                "silence",
                good=Good("< 2 s", most=2.0),
                told={"changes": "changes", "shaders saved": "savings", "pages": "pages"},
                cited=True,
            ),
        ),
        quick=("--hours", "0.05", "--warm-up", "1"),
        minutes=150,
    ),
    Job(
        "day",
        "Trust",
        ("tools/soak.py", "--virtual", "24", "--out", f"{OUT}/day"),
        read.day,
        (
            Row(
                "a hop in the last hour of a day",
                "last",
                {"in the first": "first"},
                Good("no more", ahead=0.9),
                cited=True,
            ),
            Row("memory, an hour of that day", "grows", good=_FLAT),
        ),
        quick=("--virtual", "2"),
        minutes=400,
    ),
    Job(
        "night",
        "Trust",
        ("tools/faults.py", "--out", f"{OUT}/night"),
        read.night,
        (
            Row(
                "faults on purpose that reach their bars",
                "passed",
                good=Good("all", least=1.0),
                told={"tried": "tried", "that cannot be tried here": "skipped"},
                cited=True,
            ),
        ),
        quick=("--short", "--untimed"),
        minutes=120,
    ),
)
