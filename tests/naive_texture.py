"""Slow, obvious twins of what describes texture: written to be believed, not to be fast."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# The scaling filter of Daubechies' wavelet with four vanishing moments: I. Daubechies, Ten lectures on wavelets
# (1992), table 6.1.
DAUBECHIES_4 = (
    0.230377813308896501,
    0.714846570552915647,
    0.630880767929858908,
    -0.0279837694168598542,
    -0.187034811719093084,
    0.0308413818355607636,
    0.0328830116668851997,
    -0.0105974017850690321,
)


def covering_profile(samples: Array, scales: int) -> list[float]:
    """Slope of the mean range of all windows between 2^k and 2^(k+1) steps, for k = 0 … scales − 1."""
    ranges = []
    for scale in range(scales + 1):
        steps = 2**scale
        windows = [samples[n : n + steps + 1] for n in range(len(samples) - steps)]
        ranges.append(float(np.mean([window.max() - window.min() for window in windows])))
    if not (np.all(np.isfinite(samples)) and ranges[0] > 0):
        return [1.0] * scales
    logs = [math.log2(area / (2**scale) ** 2) for scale, area in enumerate(ranges)]  # of the cover over width squared
    return [min(max(logs[k] - logs[k + 1], 1.0), 2.0) for k in range(scales)]


def katz(samples: Array, most: float) -> float:
    """ln N / (ln N + ln(d / L)); 1 for a constant and what is not finite."""
    length = float(np.sum(np.abs(np.diff(samples))))
    if not (np.all(np.isfinite(samples)) and length > 0):
        return 1.0
    reach = float(np.max(np.abs(samples - samples[0])))
    steps = len(samples) - 1
    below = math.log(steps * reach / length)
    return min(max(math.log(steps) / below, 1.0), most) if below > 0 else most


def petrosian(samples: Array) -> float:
    """ln n / (ln n + ln(n / (n + 0.4 N))); 1 for a constant and what is not finite."""
    if not np.all(np.isfinite(samples)):
        return 1.0
    falls = np.diff(samples) < 0
    turns = int(np.sum(falls[1:] != falls[:-1]))
    count = len(samples)
    return math.log(count) / (math.log(count) + math.log(count / (count + 0.4 * turns)))


def wavelet_details(samples: Array, scales: int) -> list[Array]:
    """The coefficients of each scale, finest first: a filter bank, by convolution, every second value kept."""
    low = np.array(DAUBECHIES_4[::-1])
    high = np.array([(-1) ** (m + 1) * tap for m, tap in enumerate(DAUBECHIES_4)])
    found = []
    for _ in range(scales):
        found.append(np.convolve(samples, high)[1 : len(samples) : 2])
        samples = np.convolve(samples, low)[1 : len(samples) : 2]
    return found


def dissonance(hz: Array, amplitude: Array) -> float:
    """2 Σ aᵢ aⱼ c(fᵢ, fⱼ) / Σ aᵢ² over the pairs of partials, 1 at most."""

    def curve(difference: float, lower: float) -> float:
        x = difference * 0.24 / (0.0207 * lower + 18.96)
        return (math.exp(-3.5 * x) - math.exp(-5.75 * x)) / 0.18077451549 if x <= 2 else 0.0

    power = sum(a * a for a in amplitude)
    beating = 0.0
    for i in range(len(hz)):
        for j in range(i + 1, len(hz)):
            beating += amplitude[i] * amplitude[j] * curve(abs(hz[i] - hz[j]), min(hz[i], hz[j]))
    return min(2 * beating / power, 1.0) if power > 0 else 0.0


def partials(power: Array, bin_hz: float, most: int) -> tuple[Array, Array]:
    """Frequency and amplitude of the strongest local maxima of a spectrum, those within 40 dB of the greatest."""
    found = []
    for k in range(1, len(power) - 1):
        if power[k] > 1e-4 * power.max() and power[k] > power[k - 1] and power[k] >= power[k + 1]:
            left, here, right = np.log(np.maximum(power[k - 1 : k + 2], 1e-6 * power[k]))
            place = 0.5 * (left - right) / (left - 2 * here + right)
            found.append((power[k], (k + place) * bin_hz))
    found = sorted(found, reverse=True)[:most]
    return np.array([hz for _, hz in found]), np.sqrt([strength for strength, _ in found])
