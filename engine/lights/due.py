"""When a receiver is told: so many hops late, and no more often than it can bear."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.frame import HOP, RATE
from engine.frame_ring import LONGEST_DELAY
from engine.lights.destination import Destination

Numbers = NDArray[np.float64]
_LONGEST: Final = round(LONGEST_DELAY * RATE / HOP)  # hops


class Due:
    """Lets through what is due of what comes every hop. What is held back costs a copy, whatever the delay.

    One thread steps; another may set the delay. With a longer one nothing is told until there is something that old.
    """

    def __init__(self, destination: Destination, shape: tuple[int, ...]) -> None:
        """By its `delay` and `rate`; `shape` of what comes."""
        self._hops_each = RATE / HOP / destination.rate
        self._hops = 0
        self._shape = shape
        self._late: Numbers | None = None  # the last hops, once there was a delay, since hop `_since`
        self._since = 0
        self._next = 0.0
        self.delay = destination.delay
        self.hop = -1
        """The number of the hop that came last."""

    @property
    def delay(self) -> float:
        """Seconds by which what comes is held back, in whole hops."""
        return self._hops * HOP / RATE

    @delay.setter
    def delay(self, seconds: float) -> None:
        self._hops = min(max(round(seconds * RATE / HOP), 0), _LONGEST)

    def step(self, numbers: Numbers) -> Numbers | None:
        """What is to be told in this hop, good until the next; None if it is not time for anything."""
        self.hop += 1
        hops = self._hops
        if hops and self._late is None:
            self._late, self._since = np.zeros((_LONGEST + 1, *self._shape)), self.hop
        if self._late is not None:
            self._late[self.hop % len(self._late)] = numbers
            if self.hop - hops < self._since:
                return None
            numbers = self._late[(self.hop - hops) % len(self._late)]
        if self.hop < self._next:
            return None
        self._next = max(self._next + self._hops_each, self.hop - self._hops_each)
        return numbers
