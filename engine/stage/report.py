"""What the stage reports while it draws: pictures and which hop each showed, and for the operator how late it is."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.foundation.memory import SharedMemory

KEPT: Final = 1024
"""Pictures that are remembered."""


class StageReport:
    """Shared with the conductor: `pictures` is the stage's sign of life."""

    def __init__(self, fd: int | None = None) -> None:
        """Make a report, or join the one behind `fd`."""
        self.memory = SharedMemory(8 * (1 + 2 * KEPT), fd)
        self._words: NDArray[np.int64] = self.memory.array(np.int64, 1 + 2 * KEPT)
        self._shown = self._words[1:].reshape(KEPT, 2)

    @property
    def pictures(self) -> int:
        """Pictures shown so far."""
        return int(self._words[0])

    def show(self, hop: int, nanoseconds: int) -> None:
        """Note that a picture of hop `hop` came to be seen at this time of the monotonic clock."""
        self._shown[self.pictures % KEPT] = (hop, nanoseconds)
        self._words[0] += 1

    def since(self, picture: int) -> NDArray[np.int64]:
        """(hop, nanoseconds) of the pictures from number `picture` on, (n, 2); only those still remembered."""
        now = self.pictures
        return self._shown[np.arange(max(picture, now - KEPT + 1), now) % KEPT].copy()


class Pace:
    """How even the newest pictures came, and how old the sound was that each of them showed."""

    def __init__(self, kept: int = 200) -> None:
        """`kept`: pictures that are looked back on."""
        self._shown = np.full(kept, np.nan)
        self._ages = np.full(kept, np.nan)
        self._count = 0

    def note(self, now: float, age: float) -> None:
        """A picture is seen at `now`, seconds; `age`: of its sound, seconds, NaN where it shows none that is new."""
        at = self._count % len(self._shown)
        self._shown[at], self._ages[at] = now, age
        self._count += 1

    def facts(self) -> dict[str, str]:
        """`picture`: rate and slowest; `latency`: median and 95th percentile of the age; empty until there are two."""
        shown = np.sort(self._shown[: self._count])
        if len(shown) < 2:
            return {}
        steps = np.diff(shown)
        ages = self._ages[np.isfinite(self._ages)] * 1000.0
        facts = {"picture": f"{1.0 / max(steps.mean(), 1e-6):.1f} a second · slowest {1000.0 * steps.max():.0f} ms"}
        if len(ages):
            middle, late = np.percentile(ages, (50, 95))
            facts["latency"] = f"{middle:.0f} ms · 95 % within {late:.0f} ms"
        return facts
