"""When a receiver is told: so many hops late, and no more often than it can bear."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.frame import HOP, RATE
from engine.lights.destination import Destination

Numbers = NDArray[np.float64]


class Due:
    """Lets through what is due of what comes every hop. What is held back costs a copy, whatever the delay."""

    def __init__(self, destination: Destination, shape: tuple[int, ...]) -> None:
        """By its `delay` and `rate`; `shape` of what comes."""
        self._hops_each = RATE / HOP / destination.rate
        self._delay = round(destination.delay * RATE / HOP)
        self._late = np.zeros((self._delay + 1, *shape))
        self._next = 0.0
        self.hop = -1
        """The number of the hop that came last."""

    def step(self, numbers: Numbers) -> Numbers | None:
        """What is to be told in this hop, good until the next; None if it is not time for anything."""
        self.hop += 1
        if self._delay:
            place = self.hop % len(self._late)
            self._late[place] = numbers
            if self.hop < self._delay:
                return None
            numbers = self._late[place + 1 - len(self._late)]  # the oldest: the one that is written over next
        if self.hop < self._next:
            return None
        self._next = max(self._next + self._hops_each, self.hop - self._hops_each)
        return numbers
