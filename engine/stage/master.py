"""The master: how bright all is that leaves the stage."""

from __future__ import annotations

import math
from typing import Final

_FADE: Final = 0.08  # seconds: brightness and blackout glide, they never jump
_THERE: Final = 0.002  # of full brightness: half a step of 8 bits, so near is there


class Master:
    """A fader and a blackout, each obeyed at once but never with a jump: the first step begins where they stand."""

    def __init__(self, brightness: float, blackout: bool) -> None:
        """`brightness`: 0..1, held in it."""
        self.brightness, self.blackout = brightness, blackout
        self._shown = self._goal

    @property
    def _goal(self) -> float:
        return 0.0 if self.blackout else min(max(self.brightness, 0.0), 1.0)

    def step(self, dt: float) -> float:
        """How bright it is `dt` seconds after the last step, 0..1."""
        goal = self._goal
        self._shown += (goal - self._shown) * (1.0 - math.exp(-dt / _FADE))
        return self._shown if abs(goal - self._shown) > _THERE else goal
