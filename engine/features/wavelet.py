"""How loud the sound is by wavelet scale: a streaming Daubechies transform in lifting steps."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.foundation.kernel import expect_shape, kernel, place
from engine.frame import HOP, SILENT_DB, Texture

SCALES: Final = Texture.wavelets.size
"""Scales, an octave each; the last one has a single coefficient a hop."""
HOPS: Final = 4
"""Hops over which a level is taken: the last 21 ms, as the spectrum is."""
_SQUELCH: Final = 1e-12  # the power of SILENT_DB
# Daubechies' wavelet of four vanishing moments, its polyphase matrix divided into steps by Euclid's algorithm (I.
# Daubechies and W. Sweldens, Factoring wavelet transforms into lifting steps, J. Fourier Analysis and Applications 4,
# 1998), in the one order of division in which no number is much above 1 and everything looks back.
_FIRST: Final = 0.322275888000281123
_SECOND: Final = (-0.291953126003475319, 1.11712360511621718)
_THIRD: Final = (-0.540028283419713901, -0.113551496608092875)
_FOURTH: Final = (-0.0984234944950844252, 0.554794696804338359)
_FIFTH: Final = 0.0214536265544092886
_LOW: Final = 0.682921812035414638
_HIGH: Final = -1.46429647197758924


@kernel("float64(float64[::1], float64[::1], float64[::1])")
def _halve(work: NDArray[np.float64], upper: NDArray[np.float64], state: NDArray[np.float64]) -> float:
    # The first samples of work, twice as many as upper, become half as many of the lower octave; upper receives the
    # coefficients of the upper one, whose energy is returned.
    odd_1, even_1, even_2, third_1 = state
    energy = 0.0
    for k in range(upper.size):
        odd = work[2 * k + 1] + _FIRST * work[2 * k]
        even = work[2 * k] + _SECOND[0] * odd + _SECOND[1] * odd_1
        third = odd_1 + _THIRD[0] * even + _THIRD[1] * even_1
        fourth = even_2 + _FOURTH[0] * third + _FOURTH[1] * third_1
        high = _HIGH * (third + _FIFTH * fourth)
        work[k] = _LOW * fourth
        upper[k] = high
        energy += high * high
        odd_1, even_1, even_2, third_1 = odd, even, even_1, third
    state[:] = odd_1, even_1, even_2, third_1
    return energy


@kernel("void(float64[::1], float64[::1], float64[::1], float64[:,::1], float64[:,::1], float64[::1])")
def _transform(
    wave: NDArray[np.float64],
    work: NDArray[np.float64],
    coefficients: NDArray[np.float64],
    states: NDArray[np.float64],
    energies: NDArray[np.float64],
    levels: NDArray[np.float64],
) -> None:
    # energies: (scales, hops), the newest hop last
    work[:] = wave
    count = work.size // 2
    samples = work.size * energies.shape[1]
    for scale in range(levels.size):
        recent = energies[scale]
        for hop in range(recent.size - 1):
            recent[hop] = recent[hop + 1]
        recent[-1] = _halve(work, coefficients[count : 2 * count], states[scale])
        count //= 2
        total = 0.0
        for energy in recent:
            total += energy
        levels[scale] = 10 * np.log10(max(total / samples, _SQUELCH))
    coefficients[0] = work[0]


class WaveletLevels:
    """The level of the last HOPS hops at SCALES wavelet scales, in dBFS, finest first: 12–24 kHz, 6–12 … 94–187 Hz.

    Daubechies' orthonormal wavelet of eight taps (db4), as a stream: the steps remember what they need from hop to
    hop, so there are no edges, and no window that would see what is not in the sound. The coefficients are those of
    `pywt.wavedec(everything heard, "db4", "zero")`. Their power adds up to that of the sound (Parseval): a sine of
    full scale reads −3.7 in the middle of its scale, −12 in the finer one beside, −32 in the next, and 24 dB less in
    each one after; its mirror images in coarser scales stay below −23.

    Where the octaves of `sound.bands` hear a steady tone better, wavelets hear when: fine scales see a few samples,
    coarse ones many. A pluck lights all of them at once and is gone from the finest first; a bow that begins to speak
    shows above before it does below; breath and scrape are what stays in the finest two.

    `delay` is half of the hops. On top comes where the wavelet itself has its weight, at most 3.5 × 2^k samples ago
    at scale k = 1, 2 …: 0.1 ms at the finest, 19 ms at the coarsest.
    """

    delay: Final = HOPS * HOP // 2

    def __init__(self, into: NDArray[np.float64] | None = None) -> None:
        self._work = np.zeros(HOP)
        self._states = np.zeros((SCALES, 4))
        self._energies = np.zeros((SCALES, HOPS))
        self.coefficients = np.zeros(HOP)
        self.levels = place(np.full(SCALES, SILENT_DB), into)

    def step(self, wave: NDArray[np.float64]) -> NDArray[np.float64]:
        """The levels (SCALES,) after the next hop (HOP,), as `Mixdown` or `BandFilter` give it.

        `coefficients` (HOP,) are those of this hop: the last half of them the finest scale, the quarter before that
        the next, and so on; the first is what is left of the low end.
        """
        expect_shape("wave", wave, (HOP,))
        _transform(wave, self._work, self.coefficients, self._states, self._energies, self.levels)
        return self.levels

    def reset(self) -> None:
        """Forget everything heard."""
        for array in (self._states, self._energies, self.coefficients):
            array[...] = 0
        self.levels[:] = SILENT_DB
