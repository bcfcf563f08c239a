"""When a sound begins."""

from __future__ import annotations

from math import exp
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.beginning import Beginning
from engine.features.kernel import kernel
from engine.frame import HOP, RATE

REST: Final = 10
"""Hops from one onset to the next, at least: 53 ms."""
_FAR_WEIGHT: Final = 1.05
_AUDIBLE: Final = 5.0  # dB above the floor that a hop needs to be an onset
_LEAST: Final = 0.6  # dB of rise that an onset needs in the stillest music
_OVER_MEAN: Final = 1.7  # times the mean rise of late, which it needs on top
_MEAN_PACE: Final = 0.028  # of that mean, a hop: it looks back 0.19 s
_REARM: Final = 0.3  # of its peak that the rise must fall below before the next
_UNFOLD: Final = 3  # hops after an onset in which its strength may still grow
_WIDE: Final = 10.0  # dB of rise at which strength is 1 − 1/e
_DIE: Final = exp(-HOP / (0.1 * RATE))
_TRACED: Final = 12  # hops of rise that are remembered
_SWELL: Final = 0.2  # of the rise at which an onset is noticed: where a swell began to show
_SLOW: Final = 3  # hops from there on: such an onset is a swell, not a stroke


@kernel("boolean(float64, float64[::1], float64[::1], int64[::1])")
def _decide(above: float, traced: NDArray[np.float64], values: NDArray[np.float64], count: NDArray[np.int64]) -> bool:
    # values: hits, onsets, last, strength, mean rise, peak of the rise; count: hops since the last, armed
    rise = traced[-1]
    strength = 1 - np.exp(-rise / _WIDE)
    values[0] *= _DIE
    count[0] += 1
    if count[1] == 0:
        values[5] = max(values[5], rise)
        count[1] = rise < _REARM * values[5]
    if count[0] <= _UNFOLD and strength > values[3]:
        values[0] = values[3] = strength
    needed = _LEAST + _OVER_MEAN * values[4]
    values[4] += _MEAN_PACE * (rise - values[4])
    if count[1] == 0 or count[0] < REST or above < _AUDIBLE or rise < needed:
        return False
    count[:] = 0
    values[5] = rise
    values[1] += 1
    values[0] = values[3] = strength
    return True


@kernel("int64(float64[::1])")
def _swelling(traced: NDArray[np.float64]) -> int:
    now = traced.size - 1
    start = now
    while start > 0 and traced[start - 1] > _SWELL * traced[now]:
        start -= 1
    return now - start + 1


class OnsetDetector:
    """Counts the beginnings of sounds: plucks, strokes, new notes of a bow or a breath.

    An onset is where the rise of the spectrum exceeds its own mean of late; the next may come after REST hops,
    once the rise has died down. Its strength may grow for three hops, while the attack unfolds; `hits` jumps to
    it and dies away with a time constant of 0.1 s. `last` is when the energy rose, searched for in the wave, or
    for a swell when the spectrum began to rise: when the sound began, not when it was noticed.

    `delay`: a click is counted at the end of the hop in which it lies or of the next one; a swell takes longer.
    """

    delay: Final = HOP

    def __init__(self) -> None:
        self._beginning = Beginning()
        self._traced = np.zeros(_TRACED)
        self._values = np.zeros(6)
        self._count = np.zeros(2, np.int64)
        self.reset()

    def step(
        self, rises: NDArray[np.float64], wave: NDArray[np.float64], above: float, index: int
    ) -> NDArray[np.float64]:
        """Hits, onsets, last and strength (4,) after the hop `index`, which is wave (HOP,).

        `rises` are those of `SpectralRise`; the hop lies `above` the room's floor, in dB.
        """
        self._traced[:-1] = self._traced[1:]
        self._traced[-1] = rises[0] + _FAR_WEIGHT * rises[1]
        self._beginning.step(wave)
        if _decide(above, self._traced, self._values, self._count):
            began = (index + 1) * HOP - self._samples_ago()
            self._values[2] = max(began / RATE, self._values[2])
        return self._values[:4]

    def _samples_ago(self) -> int:
        """How long before now the onset that was just noticed began."""
        ago, swell = self._beginning.samples_ago(), int(_swelling(self._traced))
        return max(ago, swell * HOP) if swell >= _SLOW else ago

    def reset(self) -> None:
        """Forget everything heard."""
        self._beginning.reset()
        self._traced[:] = 0
        self._values[:] = 0
        self._count[:] = REST, 1
