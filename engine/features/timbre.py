"""What the sound is coloured like: four numbers read off the shared spectrum and the samples."""

from __future__ import annotations

from math import exp
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.spectrum import BIN_HZ, BINS, SIZE
from engine.foundation.kernel import expect_shape, kernel, place
from engine.frame import RATE

_NOISE: Final = exp(-0.5772156649015329)  # geometric over arithmetic mean of the spectrum of white noise
_FLAT: Final = 216  # bins whose flatness is looked at, up to 10.1 kHz: above, lossy files have nothing
_LEAST: Final = 1e-24  # of their mean, added to a bin before its logarithm is taken
_AT_ONCE: Final = 8  # bins multiplied before one logarithm is taken of them


@kernel("float64(float64[::1])", reorder=True)
def _flatness(power: NDArray[np.float64]) -> float:
    total = 0.0
    for k in range(1, _FLAT + 1):
        total += power[k]
    if total <= 0.0:
        return 0.0
    scale = _FLAT / total  # by the mean, so that no product leaves the range of a double
    logs = 0.0
    for start in range(1, _FLAT + 1, _AT_ONCE):
        product = 1.0
        for k in range(start, start + _AT_ONCE):
            product *= power[k] * scale + _LEAST
        logs += np.log(product)
    return min(exp(logs / _FLAT) / _NOISE, 1.0)


@kernel("void(float64[::1], float64[::1])", reorder=True)
def _colour(power: NDArray[np.float64], values: NDArray[np.float64]) -> None:
    total = weight = moment = 0.0
    greatest, bits = np.int64(0), power.view(np.int64)
    for k in range(1, power.size):  # numbers from 0 up have the order of their bits, whose greatest vectorises
        greatest = max(greatest, bits[k])
    values.view(np.int64)[2] = greatest
    top = values[2]
    for k in range(1, power.size):  # bin 0 is what the high-pass left of the offset
        total += power[k]
        size = np.sqrt(power[k])
        weight += size
        moment += size * k
    values[0] = values[2] = 0.0
    if total > 1e-24:
        values[0] = moment / weight * BIN_HZ
        values[2] = 10 * np.log10(top * (power.size - 1) / total)
    values[1] = _flatness(power)


@kernel("float64(float64[::1])")
def _crossings(samples: NDArray[np.float64]) -> float:
    count = 0
    for n in range(1, samples.size):
        count += (samples[n - 1] < 0.0) != (samples[n] < 0.0)
    if count < 2:
        return 0.0
    n = 1
    while (samples[n - 1] < 0.0) == (samples[n] < 0.0):
        n += 1
    first = n - samples[n] / (samples[n] - samples[n - 1])
    n = samples.size - 1
    while (samples[n - 1] < 0.0) == (samples[n] < 0.0):
        n -= 1
    last = n - samples[n] / (samples[n] - samples[n - 1])
    # Two that touch the line lie as near together as they like: no frequency is above half the rate.
    return min(0.5 * RATE * (count - 1) / float(last - first), 0.5 * RATE)


@kernel("void(float64[::1], float64[::1], float64[::1])")
def _measure(power: NDArray[np.float64], samples: NDArray[np.float64], values: NDArray[np.float64]) -> None:
    _colour(power, values)
    values[3] = _crossings(samples)


class Timbre:
    """Centroid in Hz, flatness, crest in dB, and crossings in Hz.

    - centroid: the mean frequency, weighted with amplitude. Rises with brightness: a bow nearer the bridge.
    - flatness: geometric over arithmetic mean of the power up to 10 kHz, over what white noise has in one spectrum
      (e^−γ), so that it reads 1 there and next to 0 for a tone. Rises with breath and scrape.
    - crest: the highest bin above the mean. High for a clear tone, low for a crash.
    - crossings: zero crossings a second, halved, between the first and the last of these samples (both between
      samples, by straight lines), half the rate at most: a sine reads its frequency, exactly.

    Where there is no power at all every one is 0. The delay is that of the spectrum.
    """

    def __init__(self, into: NDArray[np.float64] | None = None) -> None:
        self.values = place(np.zeros(4), into)

    def step(self, power: NDArray[np.float64], heard: NDArray[np.float64]) -> NDArray[np.float64]:
        """The four (4,) of a spectrum (BINS,) and of its samples (SIZE,)."""
        expect_shape("power", power, (BINS,))
        expect_shape("heard", heard, (SIZE,))
        _measure(power, heard, self.values)
        return self.values

    def reset(self) -> None:
        """Nothing is remembered but the numbers."""
        self.values[:] = 0
