"""Eight octaves of sound, heard through a causal filter bank."""

from __future__ import annotations

from math import exp
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.filters import band_pass
from engine.features.kernel import kernel
from engine.frame import RATE, SILENT_DB

CENTRES: Final = tuple(1000.0 * 2.0**octave for octave in range(-4, 4))
"""Centres of the octaves in Hz: 62.5, 125, … 8000."""
_ORDER: Final = 3
_SQUELCH: Final = 1e-12  # the power of SILENT_DB


@kernel("void(float64[::1], float64[:,::1], float64[:,::1], float64[::1])")
def _follow(
    wave: NDArray[np.float64],
    filters: NDArray[np.float64],
    states: NDArray[np.float64],
    power: NDArray[np.float64],
) -> None:
    # The second direct form, whose recurrences are one multiplication deep; the tiny constants keep them out of
    # the denormal numbers, which are a hundred times slower.
    for band in range(power.size):
        a1, a2, b1, b2, c1, c2, gain, pace = filters[band]
        u1, u2, v1, v2, w1, w2 = states[band]
        kept, mean = 1.0 - pace, power[band]
        for x in wave:
            u = x + 1e-30 - a2 * u2 - a1 * u1
            y = u - u2 + 1e-30
            u2, u1 = u1, u
            v = y - b2 * v2 - b1 * v1
            y = v - v2 + 1e-30
            v2, v1 = v1, v
            w = y - c2 * w2 - c1 * w1
            y = gain * (w - w2)
            w2, w1 = w1, w
            mean = kept * mean + (pace * (y * y) + 1e-30)
        states[band] = u1, u2, v1, v2, w1, w2
        power[band] = mean


@kernel("void(float64[::1], float64[::1])")
def _decibels(power: NDArray[np.float64], values: NDArray[np.float64]) -> None:
    for b in range(8):
        values[b] = 10 * np.log10(max(power[b], _SQUELCH))
    values[8] = 10 * np.log10(max(power[0] + power[1] + power[2], _SQUELCH))
    values[9] = 10 * np.log10(max(power[3] + power[4] + power[5], _SQUELCH))
    values[10] = 10 * np.log10(max(power[6] + power[7], _SQUELCH))


def _octave(centre_hz: float) -> list[float]:
    """One row of the bank: a1 and a2 of the three sections, their gain together, and the pace of the mean."""
    sections = band_pass(centre_hz / 2**0.5, centre_hz * 2**0.5, _ORDER, RATE)
    seconds = max(0.010, 4 / centre_hz)
    return [*sections[:, 3:].ravel(), float(np.prod(sections[:, 0])), 1 - exp(-1 / (RATE * seconds))]


class OctaveBands:
    """The level of eight octaves, of low (63–250 Hz), mid (500 Hz–2 kHz) and high (4–8 kHz), in dBFS.

    Sixth-order Butterworth filters, an octave apart, whose powers add up to that of the sound; a sine of full
    scale reads −3.01 in its octave, −20 dB and less in the others. Each power is averaged over four periods of
    the octave's centre (at least 10 ms), by an exponential memory. `delay` is what that memory holds at 1 kHz and
    above; the lowest octave is later, as low sounds are. A drum moves the low numbers, a bow the high ones.
    """

    delay: Final = 480

    def __init__(self) -> None:
        self._filters = np.array([_octave(hz) for hz in CENTRES])  # (8, 8)
        self._states = np.zeros((8, 2 * _ORDER))
        self.power = np.zeros(8)
        self.values = np.full(11, SILENT_DB)

    def step(self, wave: NDArray[np.float64]) -> NDArray[np.float64]:
        """The levels (11,) after the next samples (any number,): eight octaves, low, mid, high, in dBFS."""
        _follow(wave, self._filters, self._states, self.power)
        _decibels(self.power, self.values)
        return self.values

    def reset(self) -> None:
        """Forget everything heard."""
        self._states[...] = 0
        self.power[:] = 0
        self.values[:] = SILENT_DB
