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


@kernel("void(float64[::1], float64[:,:,::1], float64[:,:,::1], float64[::1], float64[::1])")
def _follow(
    wave: NDArray[np.float64],
    sections: NDArray[np.float64],
    state: NDArray[np.float64],
    pace: NDArray[np.float64],
    power: NDArray[np.float64],
) -> None:
    lanes = np.empty(8)
    for n in range(wave.size):
        lanes[:] = wave[n]
        for s in range(sections.shape[0]):
            for b in range(8):
                x = lanes[b]
                y = sections[s, 0, b] * x + state[s, 0, b]
                state[s, 0, b] = state[s, 1, b] - sections[s, 1, b] * y
                state[s, 1, b] = -sections[s, 0, b] * x - sections[s, 2, b] * y
                lanes[b] = y
        for b in range(8):
            # The constant is 180 dB below SILENT_DB: it keeps the fading power out of the denormal numbers.
            power[b] += pace[b] * (lanes[b] * lanes[b] + 1e-30 - power[b])


@kernel("void(float64[::1], float64[::1])")
def _decibels(power: NDArray[np.float64], values: NDArray[np.float64]) -> None:
    for b in range(8):
        values[b] = 10 * np.log10(max(power[b], _SQUELCH))
    values[8] = 10 * np.log10(max(power[0] + power[1] + power[2], _SQUELCH))
    values[9] = 10 * np.log10(max(power[3] + power[4] + power[5], _SQUELCH))
    values[10] = 10 * np.log10(max(power[6] + power[7], _SQUELCH))


class OctaveBands:
    """The level of eight octaves, of low (63–250 Hz), mid (500 Hz–2 kHz) and high (4–8 kHz), in dBFS.

    Sixth-order Butterworth filters, an octave apart, whose powers add up to that of the sound; a sine of full
    scale reads −3.01 in its octave, −20 dB and less in the others. Each power is averaged over four periods of
    the octave's centre (at least 10 ms), by an exponential memory. `delay` is what that memory holds at 1 kHz and
    above; the lowest octave is later, as low sounds are. A drum moves the low numbers, a bow the high ones.
    """

    delay: Final = 480

    def __init__(self) -> None:
        edge = 2**0.5
        bank = np.stack([band_pass(hz / edge, hz * edge, _ORDER, RATE) for hz in CENTRES])  # (8, order, 5)
        self._sections = np.ascontiguousarray(bank[:, :, [0, 3, 4]].transpose(1, 2, 0))  # (order, 3, 8)
        self._state = np.zeros((_ORDER, 2, 8))
        self._pace = np.array([1 - exp(-1 / (RATE * max(0.010, 4 / hz))) for hz in CENTRES])
        self.power = np.zeros(8)
        self.values = np.full(11, SILENT_DB)

    def step(self, wave: NDArray[np.float64]) -> NDArray[np.float64]:
        """The levels (11,) after the next samples (any number,): eight octaves, low, mid, high, in dBFS."""
        _follow(wave, self._sections, self._state, self._pace, self.power)
        _decibels(self.power, self.values)
        return self.values

    def reset(self) -> None:
        """Forget everything heard."""
        self._state[...] = 0
        self.power[:] = 0
        self.values[:] = SILENT_DB
