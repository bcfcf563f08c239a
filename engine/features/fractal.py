"""How rough the sound's own line is: Higuchi's fractal dimension."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.spectrum import SIZE
from engine.foundation.kernel import expect_shape, kernel

SCALES: Final = 8
"""Largest step in samples at which the short-time dimension looks: 1/6 ms."""
_FALL: Final = 0.85  # of the mean increment before: one that is less has clearly fallen, as only a tone's does


def step_weights(size: int, scales: int) -> NDArray[np.float64]:
    """What each increment counts at each step, (scales, size): row k−1 for step k.

    Higuchi takes, for every offset m below k, the mean of the floor((size − 1 − m) / k) increments that start at
    m and then averages over the offsets. An increment that starts at n belongs to offset n mod k, so its weight
    is 1 / (k × increments of its offset), and the whole becomes one pass along the samples.
    """
    if not 2 <= scales <= size // 2:
        raise ValueError(f"scales={scales} must be from 2 to half of size={size} (try 8)")
    weights = np.zeros((scales, size))
    for k in range(1, scales + 1):
        starts = np.arange(size - k)
        weights[k - 1, : size - k] = 1.0 / (k * ((size - 1 - starts % k) // k))
    return weights


@kernel("float64(float64[::1], float64[:,::1])", reorder=True)
def _dimension(samples: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    xs = ys = xx = xy = 0.0
    before = 0.0
    used = 0
    for k in range(1, weights.shape[0] + 1):
        weight = weights[k - 1]
        mean = 0.0
        for n in range(samples.size - k):
            mean += abs(samples[n + k] - samples[n]) * weight[n]
        if not mean < np.inf:
            return 1.0
        if mean <= 0.0 or (used >= 2 and mean < _FALL * before):
            break
        x, y = np.log(float(k)), np.log(mean)
        xs, ys, xx, xy = xs + x, ys + y, xx + x * x, xy + x * y
        before = mean
        used += 1
    if used < 2:
        return 1.0
    slope = (used * xy - xs * ys) / (used * xx - xs * xs)
    return min(max(2.0 - slope, 1.0), 2.0)


def higuchi(samples: NDArray[np.float64], scales: int = SCALES) -> float:
    """The fractal dimension of samples (n,): 1 a smooth line, 2 noise; 1 for a constant.

    T. Higuchi, Approach to an irregular time series on the basis of the fractal theory, Physica D 31 (1988): the
    length of the curve measured with steps of k samples goes as k to the power −D; the slope is fitted over
    k = 1 … scales. A tone bends that law where k nears its half period, and would then seem rougher than noise:
    steps from the first clear fall of the mean increment on are left out. NaN or infinity give 1.
    """
    samples = np.array(samples, dtype=np.float64)
    if samples.ndim != 1:
        raise ValueError(f"samples.ndim={samples.ndim} must be 1 (one channel)")
    return float(_dimension(samples, step_weights(samples.size, scales)))


class FractalDimension:
    """Short-time fractal dimension of the last SIZE samples: 1 smooth as a whistle, 2 rough as noise.

    `delay` is half of those. A clean string lies near 1.1; breath, bow scrape and the crackle of a plectrum
    raise it before they are loud enough to change the level.
    """

    delay: Final = SIZE // 2

    def __init__(self) -> None:
        self._weights = step_weights(SIZE, SCALES)

    def step(self, heard: NDArray[np.float64]) -> float:
        """The dimension of the newest samples (SIZE,), as `Spectrum.heard` holds them."""
        expect_shape("heard", heard, (SIZE,))
        return float(_dimension(heard, self._weights))

    def reset(self) -> None:
        """Nothing is remembered between steps."""
