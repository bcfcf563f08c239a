"""Which beat is the first of its bar."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

METRES: Final = (2, 3, 4)
"""Beats a bar that are looked for."""
_FORGET: Final = 0.93  # of the evidence, a beat: it looks back about 14 beats
_ENOUGH: Final = 6.0  # beats' worth of evidence before anything is said
_CLEAR: Final = 0.12  # by how much the downbeats must stand out above the other beats


class BarFinder:
    """Counts beats in bars, where the downbeats stand out: 1, 2, 3, 1, 2, 3, …

    Between two beats it keeps the largest word of the beat network for a downbeat; each beat, every metre and every
    place in it is held against what was said on the beats of late. What a beat costs is constant.
    """

    delay: Final = 0

    def __init__(self) -> None:
        self._sums: list[NDArray[np.float64]] = [np.zeros(metre) for metre in METRES]
        self._weights: list[NDArray[np.float64]] = [np.zeros(metre) for metre in METRES]
        self._beats = 0
        self._largest = 0.0

    def hear(self, downbeat: float) -> None:
        """What the network says of one step, 0..1."""
        self._largest = max(self._largest, downbeat)

    def beat(self) -> float:
        """A beat is counted now: its place in the bar, 1 the downbeat; 0 where it cannot be known."""
        # What was said since the last count belongs to the beat before: the network's word comes after the beat.
        before = self._beats - 1
        for metre, sums, weights in zip(METRES, self._sums, self._weights, strict=True):
            sums *= _FORGET
            weights *= _FORGET
            sums[before % metre] += self._largest
            weights[before % metre] += 1
        self._largest = 0.0
        now, self._beats = self._beats, self._beats + 1
        if self._weights[0].sum() < _ENOUGH:
            return 0.0
        clearest, place = _CLEAR, 0.0
        for metre, sums, weights in zip(METRES, self._sums, self._weights, strict=True):
            means = sums / np.maximum(weights, 1e-9)
            first = int(means.argmax())
            others = (means.sum() - means[first]) / (metre - 1)
            stands_out = means[first] - others
            if stands_out > clearest * (1.1 if place else 1.0):
                clearest, place = stands_out, float((now - first) % metre + 1)
        return place

    def reset(self) -> None:
        """Forget everything heard."""
        for array in (*self._sums, *self._weights):
            array[:] = 0
        self._beats = 0
        self._largest = 0.0
