"""What the ear for pitch looks at: the spectrum and the periods of the sound, both on one scale of half semitones.

On such a scale the partials of a note are always the same steps apart, and so are the multiples of its period:
what tells a note is the same pattern everywhere.
"""

from __future__ import annotations

from math import log, log10
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.tones import BIN_HZ, BINS, DOWN, SIZE, TONE_RATE
from engine.foundation.kernel import aligned, expect_shape, kernel
from engine.frame import HOP

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
_NEW: Final = HOP // DOWN
"""Decimated samples in a hop."""
_NEWEST: Final = 4 * _NEW
"""Decimated samples compared with those a period ago: the last 21 ms."""
_LONGEST: Final = 368
"""Decimated samples of the longest period, and one."""
LAGS: Final = _LONGEST + 4
"""Lags at which the wave is compared with itself."""
_LOUDEST: Final = 1e12  # no sample is taken for larger: its square must be a number
_ROOT_HALF: Final = 0x3FE6A09E667F3BCD  # the bits of √½
_NEPER_DB: Final = 20 / log(10)  # of twice the power's logarithm
_OCTAVE_DB: Final = 10 * log10(2)


def scale_hz(steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """The frequency of places on the scale."""
    return np.asarray(440.0 * 2.0 ** ((LOWEST + steps / A_SEMITONE - 69.0) / 12.0))


def cubic_weights(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """What four neighbours give to a place 0 … 1 between the middle two (n, 4): a cubic of Catmull and Rom."""
    t = places[:, None] ** np.arange(4)
    return np.asarray(0.5 * t @ np.array([[0, 2, 0, 0], [-1, 0, 1, 0], [2, -5, 4, -1], [-1, 3, -3, 1]]))


@kernel("void(float64[::1], int64[::1], float64[::1])", reorder=True)
def _decibels(power: NDArray[np.float64], exponents: NDArray[np.int64], levels: NDArray[np.float64]) -> None:
    # 10 lg of power (n,) above 0, which is lost; within 10⁻⁹. By hand, since a call for each number does not vectorise:
    # power = 2^e z with z around 1, and ln z = 2 artanh s with s = (z − 1) / (z + 1).
    bits = power.view(np.int64)
    for n in range(bits.size):
        exponents[n] = (bits[n] - _ROOT_HALF) >> 52
        bits[n] -= exponents[n] << 52
    for n in range(power.size):
        s = (power[n] - 1.0) / (power[n] + 1.0)
        t = s * s
        series = 1.0 + t * (1 / 3 + t * (1 / 5 + t * (1 / 7 + t * (1 / 9 + t * (1 / 11 + t * (1 / 13))))))
        levels[n] = _OCTAVE_DB * exponents[n] + _NEPER_DB * s * series


@kernel(
    "void(float64[::1], float64[::1], float64[::1], int64[::1], float64[::1], float64[::1], float32[:,::1])",
    reorder=True,
)
def _see_spectrum(
    power: NDArray[np.float64],
    edges: NDArray[np.float64],
    most: NDArray[np.float64],
    exponents: NDArray[np.int64],
    levels: NDArray[np.float64],
    before: NDArray[np.float64],
    views: NDArray[np.float32],
) -> None:
    # edges (n + 1,): where in the spectrum steps part; levels, before (n + 1,): dB now, and _SINCE hops ago, of each
    # step and at last of the strongest
    count = edges.size - 1
    first = int(edges[0])
    left = power[first] + (edges[0] - first) * (power[first + 1] - power[first])
    for n in range(count):
        last = int(edges[n + 1])
        right = power[last] + (edges[n + 1] - last) * (power[last + 1] - power[last])
        here = max(left, right)
        for k in range(first + 1, last + 1):
            here = max(here, power[k])
        most[n] = here + 1e-15
        first, left = last, right
    greatest, bits = np.int64(0), most.view(np.int64)
    for n in range(count):  # numbers above 0 have the order of their bits, whose greatest vectorises
        greatest = max(greatest, bits[n])
    bits[count] = greatest
    _decibels(most, exponents, levels)
    strongest = levels[count]
    floor = strongest - _RANGE  # what changes far below the strongest step is noise
    shown, changed = views[0, BELOW:], views[1, BELOW:]
    for n in range(count):
        level = max(levels[n], floor)
        shown[n] = (level - strongest) / _RANGE + 1.0
        changed[n] = min(max((level - max(before[n], floor)) / _CHANGE, -1.0), 1.0)


@kernel("void(float32[::1], float32[::1])", reorder=True)
def _multiply(wave: NDArray[np.float32], products: NDArray[np.float32]) -> None:
    # wave: newest first; products (lags,) of its first _NEW samples with those `lag` before; eight samples at once
    products[:] = np.float32(0.0)
    for m in range(0, _NEW, 8):
        a, b, c, d, e, f, g, h = wave[m : m + 8]
        then = wave[m:]
        for lag in range(products.size):
            one = a * then[lag] + b * then[lag + 1] + c * then[lag + 2] + d * then[lag + 3]
            two = e * then[lag + 4] + f * then[lag + 5] + g * then[lag + 6] + h * then[lag + 7]
            products[lag] += one + two


@kernel("void(float32[::1], float32[::1])", reorder=True)
def _add_four(energies: NDArray[np.float32], sums: NDArray[np.float32]) -> None:
    # of four that lie as far apart as sums has fewer than energies, in thirds
    apart = (energies.size - sums.size) // 3
    first, second, third, fourth = energies, energies[apart:], energies[2 * apart :], energies[3 * apart :]
    for n in range(sums.size):
        sums[n] = (first[n] + second[n]) + (third[n] + fourth[n])


@kernel(
    "void(float64[::1], int64, float32[::1], float32[:,::1], float32[:,::1], float32[::1])",
    reorder=True,
)
def _compare(
    heard: NDArray[np.float64],
    hops: int,
    wave: NDArray[np.float32],
    products: NDArray[np.float32],
    energies: NDArray[np.float32],
    likeness: NDArray[np.float32],
) -> None:
    # likeness (lags,): 2 Σ x[n] x[n − lag] / Σ (x[n]² + x[n − lag]²) over the newest samples, those of four hops;
    # products (4, lags): those of each hop, which do not change any more. wave: the newest sample first.
    last = heard.size - 1
    loudest, bits = np.int32(0), wave.view(np.int32)
    for m in range(wave.size):
        wave[m] = min(max(heard[last - m], -_LOUDEST), _LOUDEST)
    for m in range(wave.size):
        loudest = max(loudest, bits[m] & 0x7FFFFFFF)  # of the size, whose order is that of its bits
    if hops == 0:
        for ago in range(1, 4):
            _multiply(wave[ago * _NEW :], products[-ago])
    _multiply(wave, products[hops % 4])
    ones, fours = energies[0], energies[1]
    for m in range(wave.size):
        ones[m] = wave[m] * wave[m]
    size = wave.size
    _add_four(ones, fours[: size - 3])
    _add_four(fours[: size - 3], ones[: size - 15])
    _add_four(ones[: size - 15], fours[: size - 63])
    _add_four(fours[: size - 63], ones[: size - 255])
    a, b, c, d = products[0], products[1], products[2], products[3]
    fours.view(np.int32)[0] = loudest
    own = ones[0] + np.float32(1e-3) * max(fours[0], np.float32(1e-9)) ** 2
    for lag in range(likeness.size):
        likeness[lag] = np.float32(2.0) * ((a[lag] + b[lag]) + (c[lag] + d[lag])) / (own + ones[lag])


@kernel("void(float32[::1], int64[:,::1], float32[:,::1], float32[:,::1])")
def _see_periods(
    likeness: NDArray[np.float32],
    lags: NDArray[np.int64],
    cubic: NDArray[np.float32],
    views: NDArray[np.float32],
) -> None:
    # lags (STEPS, 3): the one before the middle of a step's periods, the first within it, and the one after the last;
    # cubic (STEPS, 4): what the four lags around the middle give to the likeness there
    shown = views[2, BELOW:]
    for n in range(lags.shape[0]):
        k = lags[n, 0]
        most = cubic[n, 0] * likeness[k - 1] + cubic[n, 1] * likeness[k]
        most += cubic[n, 2] * likeness[k + 1] + cubic[n, 3] * likeness[k + 2]
        for lag in range(lags[n, 1], lags[n, 2]):
            most = max(most, likeness[lag])
        shown[n] = most


@kernel(
    "void(float64[::1], float64[::1], int64, float64[::1], float64[:,::1], int64[::1], int64[:,::1],"
    " float32[:,::1], float32[:,::1], float32[:,::1], float32[::1], float32[:,::1])"
)
def _look(
    power: NDArray[np.float64],
    heard: NDArray[np.float64],
    hops: int,
    edges: NDArray[np.float64],
    past: NDArray[np.float64],
    exponents: NDArray[np.int64],
    lags: NDArray[np.int64],
    cubic: NDArray[np.float32],
    samples: NDArray[np.float32],
    products: NDArray[np.float32],
    likeness: NDArray[np.float32],
    views: NDArray[np.float32],
) -> None:
    # past (_SINCE + 2, n): a row for the work, dB of the last hops in turn, dB now; samples: wave, and energies
    before = past[1 + hops % _SINCE]
    _see_spectrum(power, edges, past[0], exponents, past[1 + _SINCE], before, views)
    before[:] = past[1 + _SINCE]
    _compare(heard, hops, samples[0], products, samples[1:], likeness)
    _see_periods(likeness, lags, cubic, views)


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
        edges = scale_hz(np.arange(steps.size + 1, dtype=np.float64) - 0.5)
        self._edges = np.minimum(edges / BIN_HZ, BINS - 2.0)
        shortest, middle, longest = (
            TONE_RATE / scale_hz(np.arange(STEPS, dtype=np.float64) + d) for d in (0.5, 0.0, -0.5)
        )
        longest = np.minimum(longest, _LONGEST)
        self._lags = np.stack([middle, shortest + 1, longest + 1], axis=1).astype(np.int64)
        self._cubic = cubic_weights(middle - self._lags[:, 0]).astype(np.float32)
        self._past = aligned(np.zeros((_SINCE + 2, edges.size)))
        self._exponents = np.zeros(edges.size, np.int64)
        self._samples = aligned(np.zeros((3, _NEWEST + LAGS), np.float32))
        self._products = aligned(np.zeros((4, LAGS), np.float32))
        self._hops = 0
        self.likeness = np.zeros(LAGS, np.float32)
        self.views = np.zeros((VIEWS, REACH), np.float32)
        self.reset()

    def step(self, power: NDArray[np.float64], heard: NDArray[np.float64]) -> NDArray[np.float32]:
        """The views (VIEWS, REACH) of the power (BINS,) and the wave (SIZE,) of `Tones`; overwritten by the next.

        To be called every hop: what the older samples say of each other is kept from the hops before.
        """
        expect_shape("power", power, (BINS,))
        expect_shape("heard", heard, (SIZE,))
        _look(
            power,
            heard,
            self._hops,
            self._edges,
            self._past,
            self._exponents,
            self._lags,
            self._cubic,
            self._samples,
            self._products,
            self.likeness,
            self.views,
        )
        self._hops += 1
        return self.views

    def reset(self) -> None:
        """Forget everything heard."""
        self._past[:] = -150.0
        self._hops = 0
        self.likeness[:] = 0
        self.views[:] = 0
