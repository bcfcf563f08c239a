"""A light that flashes: by a strobe that is never faster than it may be, and never oftener than it may by the music.

The rule is the one that holds for the picture (WCAG 2.3.1, ITU-R BT.1702): no more than three flashes in any second,
a flash being a change by a tenth of full brightness, up and down or down and up. Here it is counted in each of a
light's numbers: how bright it is, and how red, green and blue.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from typing import Final

FASTEST: Final = 2.9
"""Flashes a second that a strobe makes at most: a little less than are allowed, so that none is ever held back."""
_MOST: Final = 6  # changes in a second: three flashes
_STEP: Final = 0.09  # a change that counts,
_WHOLE: Final = 0.11  # and how far it has come when it counts by anybody's measure
_SECOND: Final = 1.0 - 1e-6  # what came just a second ago counts no more, however times were rounded
_FOLLOW: Final = 1.0  # seconds: how slowly a light goes on that has flashed enough
_REST: Final = 0.5  # seconds without danger until it is let go,
_RELEASE: Final = 0.12  # and how soon it then has caught up


class Strobe:
    """Full and dark in turn. `step` tells what is left of a light, 1 or 0."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """It begins with a flash."""
        self._phase = 0.0
        self._on = False

    def step(self, strobe: float, dt: float) -> float:
        """`strobe` 0..1 is none to FASTEST; `dt` in seconds."""
        if strobe <= 0.0:
            self.reset()
            return 1.0
        if self._on:
            self._phase = (self._phase + FASTEST * min(strobe, 1.0) * dt) % 1.0
        self._on = True
        return 1.0 if self._phase < 0.5 else 0.0


class Unflashing:
    """Numbers of one light in, the same out until they have changed six times in a second; then they follow slowly."""

    def __init__(self, size: int) -> None:
        """`size` numbers, each 0..1."""
        self._size = size
        self.reset()

    def reset(self) -> None:
        """It has been dark."""
        self._way = [-1.0] * self._size  # 1 where it was rising last, −1 where falling
        self._turn = [0.0] * self._size  # how far it came, seen that way,
        self._start = [-1.0] * self._size  # and whence
        self._times = [deque([-math.inf] * _MOST, maxlen=_MOST) for _ in range(self._size)]
        self._shown = [0.0] * self._size
        self._held_until = -math.inf
        self._follow = 0.0
        self._now = 0.0

    @property
    def held(self) -> bool:
        """Whether it holds something back just now."""
        return self._follow > 0.0

    def step(self, wanted: Sequence[float], dt: float) -> list[float]:
        """What may be shown `dt` seconds after the last step."""
        self._now = now = self._now + dt
        danger = any(self._changes(k, value) and self._times[k][0] > now - _SECOND for k, value in enumerate(wanted))
        if danger:
            self._follow, self._held_until = _FOLLOW, now + _REST
        if self._follow > 0.0:
            if now >= self._held_until:
                self._follow = _RELEASE
            share = 1.0 - math.exp(-dt / self._follow)
            near_it = (a + (b - a) * share for a, b in zip(self._shown, wanted, strict=True))
            shown = [self._allowed(k, value, now) for k, value in enumerate(near_it)]
            near = max(abs(a - b) for a, b in zip(shown, wanted, strict=True)) < 0.02
            if now >= self._held_until and near:
                self._follow = 0.0
        else:
            shown = list(wanted)
        self._note(shown, now)
        return shown

    def _allowed(self, k: int, value: float, now: float) -> float:
        """The value, or as near to it as is no seventh change."""
        if self._changes(k, value) and self._times[k][0] > now - _SECOND:
            return (self._turn[k] - 0.99 * _STEP) * self._way[k]
        return value

    def _changes(self, k: int, value: float) -> bool:
        """Whether this value would complete a change the other way."""
        return self._turn[k] - value * self._way[k] >= _STEP

    def _note(self, shown: list[float], now: float) -> None:
        self._shown = shown
        for k, value in enumerate(shown):
            if self._changes(k, value):
                self._way[k] = -self._way[k]
                self._start[k], self._turn[k] = -self._turn[k], value * self._way[k]
                self._times[k].append(now)
            elif value * self._way[k] > self._turn[k]:
                if self._turn[k] - self._start[k] < _WHOLE:  # its second begins when it is whole
                    self._times[k][-1] = now
                self._turn[k] = value * self._way[k]
