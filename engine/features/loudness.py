"""How loud it is to an ear: momentary loudness after ITU-R BS.1770-4."""

from __future__ import annotations

from math import log10
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.filters import k_weighting
from engine.foundation.kernel import expect_shape, kernel
from engine.frame import HOP, RATE, SILENT_DB

WINDOW: Final = RATE * 2 // 5
"""Samples in the momentary window: 0.4 s, which is 75 hops exactly."""


@kernel("float64(float64[:,::1], float64[:,::1], float64[:,:,::1])")
def _energy(channels: NDArray[np.float64], sections: NDArray[np.float64], state: NDArray[np.float64]) -> float:
    shelf, cut = sections[0], sections[1]
    total = 0.0
    for c in range(channels.shape[0]):
        s1, s2 = state[c, 0, 0], state[c, 0, 1]
        t1, t2 = state[c, 1, 0], state[c, 1, 1]
        for n in range(channels.shape[1]):
            x = channels[c, n] + 1e-30  # keeps the states out of the denormal numbers, which are slow
            y = shelf[0] * x + s1
            s1 = shelf[1] * x - shelf[3] * y + s2
            s2 = shelf[2] * x - shelf[4] * y
            z = cut[0] * y + t1
            t1 = cut[1] * y - cut[3] * z + t2
            t2 = cut[2] * y - cut[4] * z
            total += z * z
        state[c, 0, 0], state[c, 0, 1] = s1, s2
        state[c, 1, 0], state[c, 1, 1] = t1, t2
    return total


@kernel("float64(float64[::1])")
def _loudness(energies: NDArray[np.float64]) -> float:
    total = 0.0
    for energy in energies:  # summed anew each time, so that no rounding error can pile up over an evening
        total += energy
    return max(-0.691 + 10 * log10(max(total / WINDOW, 1e-30)), SILENT_DB)


@kernel("float64(float64[:,::1], float64[:,::1], float64[:,:,::1], float64[::1], int64)")
def _listen(
    channels: NDArray[np.float64],
    sections: NDArray[np.float64],
    state: NDArray[np.float64],
    energies: NDArray[np.float64],
    place: int,
) -> float:
    energies[place] = _energy(channels, sections, state)
    return _loudness(energies)


class Loudness:
    """Momentary loudness in LUFS: the K-weighted power of the last 0.4 s, summed over the channels.

    A sine of 997 Hz and full scale in one channel reads −3.01. Every channel counts as a front one, and what
    was before the first hop counts as silence. `delay` is half the window. It breathes with the phrase, where
    `sound.level` follows every stroke.
    """

    delay: Final = WINDOW // 2

    def __init__(self, channels: int) -> None:
        if channels < 1:
            raise ValueError(f"channels={channels} must be at least 1 (1 mono, 2 stereo)")
        self._sections = k_weighting()
        self._state = np.zeros((channels, 2, 2))
        self._energies = np.zeros(WINDOW // HOP)
        self._next = 0

    def step(self, channels: NDArray[np.float64]) -> float:
        """The loudness after the next hop (channels, HOP), in LUFS; SILENT_DB where there is nothing."""
        expect_shape("channels", channels, (self._state.shape[0], HOP))
        loudness = _listen(channels, self._sections, self._state, self._energies, self._next)
        self._next = (self._next + 1) % (WINDOW // HOP)
        return float(loudness)

    def reset(self) -> None:
        """Forget everything heard."""
        self._state[...] = 0
        self._energies[:] = 0
        self._next = 0
