"""What the ear for pitch looks at: the spectrum and the periods of the sound, both on one scale of half semitones.

On such a scale the partials of a note are always the same steps apart, and so are the multiples of its period:
what tells a note is the same pattern everywhere.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.kernel import expect_shape, kernel
from engine.features.tones import BIN_HZ, BINS, SIZE, TONE_RATE

A_SEMITONE: Final = 2
"""Steps of the scale in a semitone."""
LOWEST: Final = 24
"""MIDI number of the scale's first step: 32.7 Hz."""
STEPS: Final = (108 - LOWEST) * A_SEMITONE + 1
"""Steps of the scale, up to 4186 Hz."""
VIEWS: Final = 3
"""What is seen at every step: the spectrum, how it changed, and how like itself the wave is a period ago."""
BELOW: Final = 48
ABOVE: Final = 72
"""Steps that a view reaches below and above the scale, so that a neighbour of any step can be asked for; 0 there."""
REACH: Final = BELOW + STEPS + ABOVE
"""Steps of a view."""
TOP_HZ: Final = 5_100.0  # the decimated wave holds nothing above
_RANGE: Final = 60.0  # dB below the strongest step at which a step counts as nothing
_CHANGE: Final = 20.0  # dB of change at which it counts as full
_SINCE: Final = 4  # hops over which change is seen
_NEWEST: Final = 256
"""Decimated samples compared with those a period ago: the last 21 ms."""
_LONGEST: Final = 368
"""Decimated samples of the longest period, and one."""
LAGS: Final = _LONGEST + 4
"""Lags at which the wave is compared with itself."""


def scale_hz(steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """The frequency of places on the scale."""
    return np.asarray(440.0 * 2.0 ** ((LOWEST + steps / A_SEMITONE - 69.0) / 12.0))


@kernel(
    "void(float64[::1], float64[:,::1], float64[:,::1], float32[:,::1])",
)
def _see_spectrum(
    power: NDArray[np.float64],
    cells: NDArray[np.float64],
    past: NDArray[np.float64],
    views: NDArray[np.float32],
) -> None:
    # cells (n, 2): where in the spectrum a step begins and ends; past (_SINCE + 1, n): dB, newest last
    since = past.shape[0] - 1
    strongest = -200.0
    for i in range(since):
        for n in range(past.shape[1]):
            past[i, n] = past[i + 1, n]
    for n in range(cells.shape[0]):
        low, high = cells[n]
        first, last = int(low), int(high)
        most = power[first] + (low - first) * (power[first + 1] - power[first])
        most = max(most, power[last] + (high - last) * (power[last + 1] - power[last]))
        for k in range(first + 1, last + 1):
            most = max(most, power[k])
        level = 10.0 * np.log10(most + 1e-15)
        past[since, n] = level
        strongest = max(strongest, level)
    for n in range(cells.shape[0]):
        level = past[since, n]
        views[0, BELOW + n] = max(level - strongest, -_RANGE) / _RANGE + 1.0
        # what changes far below the strongest step is noise
        floor = strongest - _RANGE
        change = max(level, floor) - max(past[0, n], floor)
        views[1, BELOW + n] = min(max(change / _CHANGE, -1.0), 1.0)


@kernel("void(float64[::1], float32[::1], float32[::1])", reorder=True)
def _compare(heard: NDArray[np.float64], wave: NDArray[np.float32], likeness: NDArray[np.float32]) -> None:
    # likeness (lags, a multiple of 4): 2 Σ x[n] x[n − lag] / Σ (x[n]² + x[n − lag]²) over the newest samples
    size = wave.size
    loudest = 1e-9
    for n in range(size):
        loudest = max(loudest, abs(heard[heard.size - size + n]))
    for n in range(size):
        wave[n] = heard[heard.size - size + n] / loudest
    begin = size - _NEWEST
    energy = np.float64(0.0)
    for n in range(begin, size):
        energy += np.float64(wave[n]) ** 2
    own, then = energy, energy
    newest = wave[begin:]
    for lag in range(0, likeness.size, 4):  # four at once: what is loaded is used four times
        a, b = wave[begin - lag :], wave[begin - lag - 1 :]
        c, d = wave[begin - lag - 2 :], wave[begin - lag - 3 :]
        one = two = three = four = np.float32(0.0)
        for n in range(_NEWEST):
            one += newest[n] * a[n]
            two += newest[n] * b[n]
            three += newest[n] * c[n]
            four += newest[n] * d[n]
        likeness[lag], likeness[lag + 1], likeness[lag + 2], likeness[lag + 3] = one, two, three, four
    for lag in range(likeness.size):
        likeness[lag] *= 2.0 / (own + then + 1e-3)
        then += np.float64(wave[begin - lag - 1]) ** 2 - np.float64(wave[size - lag - 1]) ** 2


@kernel("void(float32[::1], float64[:,::1], float32[:,::1])")
def _see_periods(likeness: NDArray[np.float32], cells: NDArray[np.float64], views: NDArray[np.float32]) -> None:
    # cells (STEPS, 3): the shortest, the middle and the longest period of a step, in decimated samples
    for n in range(cells.shape[0]):
        middle = cells[n, 1]
        k = int(middle)
        t = middle - k
        a, b, c, d = likeness[k - 1], likeness[k], likeness[k + 1], likeness[k + 2]
        # a cubic through four neighbours
        most = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
        for lag in range(int(cells[n, 0]) + 1, int(cells[n, 2]) + 1):
            most = max(most, likeness[lag])
        views[2, BELOW + n] = most


class PitchViews:
    """What is seen at every half semitone (VIEWS, REACH) float32, after every hop.

    Row 0: the strongest of the spectrum there, 1 the strongest of all, 0 from 60 dB below on. Row 1: how that
    changed in the last four hops, ±1 for ±20 dB or more. Row 2: how alike the last 21 ms and those one period
    earlier are, −1 … 1 (P. McLeod and G. Wyvill, A smarter way to find pitch, ICMC 2005, whose normalised square
    difference it is). What the views say does not depend on the level. `likeness` (lags,) is row 2 before it was
    laid on the scale: at every whole number of decimated samples.
    """

    def __init__(self) -> None:
        steps = np.arange(STEPS + ABOVE, dtype=np.float64)
        steps = steps[scale_hz(steps) < TOP_HZ]
        half = 0.5
        self._cells = np.ascontiguousarray(np.stack([scale_hz(steps - half), scale_hz(steps + half)], axis=1) / BIN_HZ)
        self._cells = np.minimum(self._cells, BINS - 2.0)
        heard = np.arange(STEPS, dtype=np.float64)
        self._periods = np.ascontiguousarray(
            np.stack([TONE_RATE / scale_hz(heard + d) for d in (half, 0.0, -half)], axis=1)
        )
        self._periods[:, 2] = np.minimum(self._periods[:, 2], _LONGEST)
        self._past = np.zeros((_SINCE + 1, steps.size))
        self._wave = np.zeros(_NEWEST + _LONGEST + 8, np.float32)
        self.likeness = np.zeros(LAGS, np.float32)
        self.views = np.zeros((VIEWS, REACH), np.float32)
        self.reset()

    def step(self, power: NDArray[np.float64], heard: NDArray[np.float64]) -> NDArray[np.float32]:
        """The views (VIEWS, REACH) of the power (BINS,) and the wave (SIZE,) of `Tones`; overwritten by the next."""
        expect_shape("power", power, (BINS,))
        expect_shape("heard", heard, (SIZE,))
        _see_spectrum(power, self._cells, self._past, self.views)
        _compare(heard, self._wave, self.likeness)
        _see_periods(self.likeness, self._periods, self.views)
        return self.views

    def reset(self) -> None:
        """Forget everything heard."""
        self._past[:] = -150.0
        self.likeness[:] = 0
        self.views[:] = 0
