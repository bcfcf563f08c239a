"""The lower spectrum, fine enough to tell neighbouring notes apart: shared by pitch, chroma and onsets."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.fourier import PowerSpectrum
from engine.features.spectrum import listening_window, weight_of
from engine.foundation.kernel import expect_shape, kernel
from engine.frame import HOP, RATE

DOWN: Final = 4
"""The wave is decimated by this: tones are heard up to 5 kHz, evenly up to 4."""
TONE_RATE: Final = RATE // DOWN
"""Decimated samples a second."""
SIZE: Final = 1024
"""Decimated samples in a spectrum: the last 85 ms."""
BINS: Final = SIZE // 2 + 1
"""Bins, 11.7 Hz apart."""
BIN_HZ: Final = TONE_RATE / SIZE
"""From one bin to the next."""
FALL: Final = 160
"""Decimated samples over which the newest end of the window fades: 13 ms."""
_TAPS: Final = 64  # of the decimation filter: 1.3 ms
_CUTOFF: Final = 5_200.0  # Hz at which half is left; of what would fold back below 5 kHz, −72 dB


def decimation_filter(taps: int, cutoff_hz: float) -> NDArray[np.float64]:
    """A low-pass (taps,) by the window method, gain 1: a sinc under a Kaiser window of beta 7 (about −70 dB)."""
    if taps < 8 or not 0 < cutoff_hz < RATE / 2:
        raise ValueError(f"taps={taps}, cutoff_hz={cutoff_hz} must be at least 8, and between 0 and {RATE / 2:g}")
    place = np.arange(taps) - (taps - 1) / 2
    made = np.sinc(2 * cutoff_hz / RATE * place) * np.kaiser(taps, 7.0)
    return np.asarray(made / made.sum())


@kernel("void(float64[::1], float64[::1], float64[::1], float64[::1])", reorder=True)
def _decimate(
    wave: NDArray[np.float64],
    taps: NDArray[np.float64],
    recent: NDArray[np.float64],
    heard: NDArray[np.float64],
) -> None:
    # recent: the last _TAPS samples of before, then this hop; heard: decimated samples, oldest first
    for n in range(_TAPS):
        recent[n] = recent[n + HOP]
    for n in range(HOP):
        recent[n + _TAPS] = wave[n]
    for n in range(SIZE - HOP // DOWN):
        heard[n] = heard[n + HOP // DOWN]
    for n in range(HOP // DOWN):
        under = recent[(n + 1) * DOWN : (n + 1) * DOWN + _TAPS]
        total = 0.0
        for t in range(_TAPS):
            total += taps[t] * under[t]
        heard[n + (SIZE - HOP // DOWN)] = total


class Tones:
    """The power of the last 85 ms of the decimated wave, in BINS bins up to 6 kHz, every hop.

    A sine of amplitude a in the middle of a bin reads a²/2 there. The window rises slowly and falls within the
    newest 13 ms, so a new note takes over after some 30 ms. `delay` is where the window's weight lies, in samples
    of the wave, with the decimation filter's own half length.
    """

    def __init__(self) -> None:
        window = listening_window(SIZE, FALL)
        self.delay: Final = weight_of(window) * DOWN + _TAPS // 2
        self._transform = PowerSpectrum(window, 2.0 / window.sum() ** 2)
        self._taps = decimation_filter(_TAPS, _CUTOFF)
        self._recent = np.zeros(_TAPS + HOP)
        self.heard = np.zeros(SIZE)
        self.power = self._transform.power

    def step(self, wave: NDArray[np.float64]) -> NDArray[np.float64]:
        """The power (BINS,) after the next hop (HOP,); overwritten by the next step, like `heard` (SIZE,)."""
        expect_shape("wave", wave, (HOP,))
        _decimate(wave, self._taps, self._recent, self.heard)
        return self._transform.step(self.heard)

    def reset(self) -> None:
        """Forget everything heard."""
        for array in (self._recent, self.heard, self.power):
            array[:] = 0
