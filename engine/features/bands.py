"""Eight octaves of sound, heard through a causal filter bank."""

from __future__ import annotations

from math import exp
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.filters import band_pass
from engine.foundation.kernel import aligned, kernel, place
from engine.frame import RATE, SILENT_DB

CENTRES: Final = tuple(1000.0 * 2.0**octave for octave in range(-4, 4))
"""Centres of the octaves in Hz: 62.5, 125, … 8000."""
_ORDER: Final = 3  # second-order sections of each octave: 18 dB an octave on either side
# Where in the bank each kind of number begins: coefficients of three sections, what the mean takes of a new power (the
# gain of all three in it) and what it keeps; what the sections remember, and the mean.
_A1, _A2, _B1, _B2, _C1, _C2, _PACE, _KEPT, _U1, _U2, _V1, _V2, _W1, _W2, _POWER = range(0, 120, 8)
_SQUELCH: Final = 1e-12  # the power of SILENT_DB


@kernel("void(float64[::1], float64[::1])")
def _follow(wave: NDArray[np.float64], bank: NDArray[np.float64]) -> None:
    # bank: eight numbers, one an octave, of each kind, all in one line, so that a processor takes all octaves of a
    # sample at once. The second direct form, whose recurrences are one multiplication deep; the tiny constants keep
    # them out of the denormal numbers, which are a hundred times slower.
    for n in range(wave.size):
        x = wave[n] + 1e-30
        for o in range(8):
            u = x - bank[o + _A2] * bank[o + _U2] - bank[o + _A1] * bank[o + _U1]
            y = u - bank[o + _U2] + 1e-30
            bank[o + _U2] = bank[o + _U1]
            bank[o + _U1] = u
            v = y - bank[o + _B2] * bank[o + _V2] - bank[o + _B1] * bank[o + _V1]
            y = v - bank[o + _V2] + 1e-30
            bank[o + _V2] = bank[o + _V1]
            bank[o + _V1] = v
            w = y - bank[o + _C2] * bank[o + _W2] - bank[o + _C1] * bank[o + _W1]
            y = w - bank[o + _W2]
            bank[o + _W2] = bank[o + _W1]
            bank[o + _W1] = w
            bank[o + _POWER] = bank[o + _KEPT] * bank[o + _POWER] + (bank[o + _PACE] * (y * y) + 1e-30)


@kernel("void(float64[::1], float64[::1], float64[::1])")
def _measure(wave: NDArray[np.float64], bank: NDArray[np.float64], values: NDArray[np.float64]) -> None:
    _follow(wave, bank)
    power = bank[_POWER:]
    for o in range(8):
        values[o] = 10 * np.log10(max(power[o], _SQUELCH))
    values[8] = 10 * np.log10(max(power[0] + power[1] + power[2], _SQUELCH))
    values[9] = 10 * np.log10(max(power[3] + power[4] + power[5], _SQUELCH))
    values[10] = 10 * np.log10(max(power[6] + power[7], _SQUELCH))


def _octave(centre_hz: float) -> list[float]:
    """What the bank holds of one octave (15,) before anything was heard."""
    sections = band_pass(centre_hz / 2**0.5, centre_hz * 2**0.5, _ORDER, RATE)
    pace = 1 - exp(-1 / (RATE * max(0.010, 4 / centre_hz)))
    return [*sections[:, 3:].ravel(), pace * float(np.prod(sections[:, 0])) ** 2, 1 - pace, *[0.0] * 7]


class OctaveBands:
    """The level of eight octaves, of low (63–250 Hz), mid (500 Hz–2 kHz) and high (4–8 kHz), in dBFS.

    Sixth-order Butterworth filters, an octave apart, whose powers add up to that of the sound; a sine of full
    scale reads −3.01 in its octave, −20 dB and less in the others. Each power is averaged over four periods of
    the octave's centre (at least 10 ms), by an exponential memory. `delay` is what that memory holds at 1 kHz and
    above; the lowest octave is later, as low sounds are. A drum moves the low numbers, a bow the high ones.
    """

    delay: Final = 480

    def __init__(self, into: NDArray[np.float64] | None = None) -> None:
        self._bank = aligned(np.array([_octave(hz) for hz in CENTRES]).T.ravel())
        self.power = self._bank[_POWER:]
        self.values = place(np.full(11, SILENT_DB), into)

    def step(self, wave: NDArray[np.float64]) -> NDArray[np.float64]:
        """The levels (11,) after the next samples (any number,): eight octaves, low, mid, high, in dBFS."""
        _measure(wave, self._bank, self.values)
        return self.values

    def reset(self) -> None:
        """Forget everything heard."""
        self._bank[_U1:] = 0
        self.values[:] = SILENT_DB
