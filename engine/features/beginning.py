"""When a sound that has just been noticed began: looked for in the wave itself."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.foundation.kernel import expect_shape, kernel
from engine.frame import HOP

PIECE: Final = 8
"""Samples a point of energy: the finest that a beginning is known to, 0.17 ms."""
SOUGHT: Final = 12 * HOP
"""Samples looked back: 64 ms."""
_PIECES: Final = HOP // PIECE
_EVIDENCE: Final = 25.0  # what the logarithm of the likelihood must gain for a change to be believed


@kernel("void(float64[::1], float64[::1])")
def _remember(wave: NDArray[np.float64], energies: NDArray[np.float64]) -> None:
    # energies: one each PIECE samples, oldest first, and behind them the last sample
    kept = energies.size - 1 - _PIECES
    for n in range(kept):
        energies[n] = energies[n + _PIECES]
    last = energies[-1]
    for piece in range(_PIECES):
        energy = 0.0
        for n in range(piece * PIECE, (piece + 1) * PIECE):
            energy += (wave[n] - last) ** 2
            last = wave[n]
        energies[kept + piece] = energy
    energies[-1] = last


@kernel("int64(float64[::1])")
def _change(energies: NDArray[np.float64]) -> int:
    count = energies.size
    total = 0.0
    for energy in energies:
        total += energy
    at, least = count, count * np.log(max(total, 1e-30) / count) - _EVIDENCE
    before = 0.0
    for k in range(1, count):
        before += energies[k - 1]
        quiet, loud = max(before, 1e-30) / k, max(total - before, 1e-30) / (count - k)
        if loud > quiet:
            cost = k * np.log(quiet) + (count - k) * np.log(loud)
            if cost < least:
                at, least = k, cost
    return at


def rise_of_energy(energies: NDArray[np.float64]) -> int:
    """Which of the energies (n,) is the first of the louder part; n if there is no clear rise.

    The split into a quieter and a louder part, each of one variance, that makes the samples likeliest: so the
    first arrival of an earthquake is picked (N. Maeda, 1985).
    """
    energies = np.array(energies, dtype=np.float64)
    if energies.ndim != 1 or energies.size < 2:
        raise ValueError(f"energies.shape={energies.shape} must be (n,) with n at least 2")
    return int(_change(energies))


class Beginning:
    """Remembers the last SOUGHT samples as energies of the differenced wave, in which attacks stand out.

    It has no delay; it looks back.
    """

    delay: Final = 0

    def __init__(self) -> None:
        self._energies = np.zeros(SOUGHT // PIECE + 1)

    def step(self, wave: NDArray[np.float64]) -> None:
        """Remember the next hop (HOP,)."""
        expect_shape("wave", wave, (HOP,))
        _remember(wave, self._energies)

    def samples_ago(self) -> int:
        """How many samples before now the energy rose; 0 if it did not clearly."""
        return PIECE * (SOUGHT // PIECE - int(_change(self._energies[:-1])))

    def reset(self) -> None:
        """Forget everything heard."""
        self._energies[:] = 0
