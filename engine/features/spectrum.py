"""One spectrum a hop, shared by every sense that needs one."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.fourier import PowerSpectrum
from engine.foundation.kernel import expect_shape, kernel
from engine.frame import HOP, RATE

SIZE: Final = 1024
"""Samples in a spectrum: the last 21 ms."""
BINS: Final = SIZE // 2 + 1
"""Bins in a spectrum, 46.875 Hz apart."""
BIN_HZ: Final = RATE / SIZE
"""From one bin to the next."""
FALL: Final = 128
"""Samples over which the newest end of the window fades."""


def listening_window(size: int, fall: int) -> NDArray[np.float64]:
    """A window (size,) that rises slowly and falls within the newest `fall` samples: two half Hann windows.

    The window of a textbook is blind at its newest end and sees an attack half a window late. This one has its
    top `fall` samples before now, so an attack is seen in the hop in which it happens, and its long rise keeps
    the tones apart that a window as short as that would smear.
    """
    if not 0 < fall < size:
        raise ValueError(f"fall={fall} must lie between 0 and size={size} (try {max(1, size // 8)})")
    rise = size - fall
    up = 0.5 - 0.5 * np.cos(np.pi * (np.arange(rise) + 0.5) / rise)
    down = 0.5 + 0.5 * np.cos(np.pi * (np.arange(fall) + 0.5) / fall)
    return np.concatenate([up, down])


def weight_of(window: NDArray[np.float64]) -> int:
    """How many samples before its newest end the weight of a window (size,) lies: half of its square on either side."""
    weight = np.cumsum(window[::-1] ** 2)
    return int(np.searchsorted(weight, weight[-1] / 2))


@kernel("void(float64[::1], float64[::1])")
def _slide(wave: NDArray[np.float64], heard: NDArray[np.float64]) -> None:
    for n in range(SIZE - HOP):
        heard[n] = heard[n + HOP]
    for n in range(HOP):
        heard[n + (SIZE - HOP)] = wave[n]


class Spectrum:
    """The power of the last SIZE samples in BINS bins, every hop.

    A sine of amplitude a in the middle of a bin reads a²/2 there, its power. `delay` is where the window's own
    weight lies: half of what it shows happened later than that many samples ago. Its top is FALL samples ago.
    """

    def __init__(self) -> None:
        window = listening_window(SIZE, FALL)
        self.delay: Final = weight_of(window)
        self._transform = PowerSpectrum(window, 2.0 / window.sum() ** 2)
        self.heard = np.zeros(SIZE)
        self.power = self._transform.power

    def step(self, wave: NDArray[np.float64]) -> NDArray[np.float64]:
        """The power (BINS,) after the next hop (HOP,); the array is overwritten by the next step.

        `heard` (SIZE,) holds the samples themselves.
        """
        expect_shape("wave", wave, (HOP,))
        _slide(wave, self.heard)
        return self._transform.step(self.heard)

    def reset(self) -> None:
        """Forget everything heard."""
        self.heard[:] = 0
        self.power[:] = 0
