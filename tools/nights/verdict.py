"""What came of a fault: what was seen, the bar that it is held to, and what the machine does by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

STILL: Final = 0.2
"""Seconds for which a machine that stands still is to blame for what is late."""


@dataclass(frozen=True, slots=True)
class Check:
    """What was seen, the bar, and whether it is reached. `timed`: the clock decides, and on a busy machine it lies."""

    seen: str
    bar: str
    well: bool
    timed: bool = False

    def __str__(self) -> str:
        return f"{self.seen} ({self.bar})" if self.bar else self.seen


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one fault; `skipped` says why it was not tried."""

    fault: str
    checks: tuple[Check, ...] = ()
    skipped: str = ""
    stood: float = 0.0
    """Seconds for which the machine itself stood still meanwhile."""

    def failed(self, *, timed: bool) -> list[Check]:
        """The checks that were not passed; those that a clock decides only where it is believed."""
        return [one for one in self.checks if not one.well and (timed or not one.timed)]

    def line(self, *, timed: bool) -> str:
        """One line for who watches."""
        word = "skip" if self.skipped else "FAIL" if self.failed(timed=timed) else "ok  "
        return f"{word}  {self.fault:18} {self.told}"

    @property
    def told(self) -> str:
        """All that was seen."""
        stood = f" · the machine itself stood still for {self.stood:.2f} s" if self.stood > STILL else ""
        return self.skipped or " · ".join(map(str, self.checks)) + stood


def within(what: str, seconds: float | None, most: float) -> Check:
    """A time that was taken, and the most that it may; None where it never came."""
    if seconds is None:
        return Check(f"{what} never", f"< {most:.3g} s", well=False)
    return Check(f"{what} {seconds:.2f} s", f"< {most:.3g} s", well=seconds < most, timed=True)


def so(what: str, *, well: bool, timed: bool = False) -> Check:
    """Something that is so, or is not. `timed`: a machine that stands still for too long makes it so."""
    return Check(what if well else f"NOT: {what}", "", well, timed)


@dataclass(frozen=True, slots=True)
class Calm:
    """What the machine does by itself: the same figures while nothing is wrong."""

    seconds: float
    silence: float
    late: float
    lost: int
    gap: float
    rate: float
    black: float
    stood: float

    def __str__(self) -> str:
        wall = "no wall was looked at" if np.isnan(self.black) else f"wall black {self.black:.2f} s"
        return (
            f"lights' longest silence {self.silence:.3f} s, p99 between hops {1e3 * self.late:.1f} ms, {self.lost} hops"
            f" lost · {self.rate:.1f} pictures a second, longest gap {self.gap:.2f} s, {wall} · the machine itself"
            f" stood still for {self.stood:.3f} s of {self.seconds:.0f}"
        )
