"""Which key the last seconds were in."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.foundation.kernel import expect_shape, kernel, place

EVERY: Final = 16
"""Hops from one look to the next: 85 ms."""
_MAJOR: Final = (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081)
_MINOR: Final = (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052)
_SURE: Final = 0.25  # of correlation between the best key and that of another tonic at which it is quite clear
_CHANGE: Final = 0.02  # of correlation by which another key must be better to be told


def key_profiles() -> NDArray[np.float64]:
    """How much of each pitch class is heard in each key (24, 12): twelve major by tonic, twelve minor; mean 0, norm 1.

    J. Albrecht and D. Shanahan, The use of large corpora to train a new type of key-finding algorithm, Music
    Perception 31 (2013).
    """
    rows = np.array([np.roll(profile, tonic) for profile in (_MAJOR, _MINOR) for tonic in range(12)])
    rows -= rows.mean(axis=1, keepdims=True)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


@kernel("void(float64[::1], float64[:,::1], float64[::1], float64[::1])")
def _judge(
    chroma: NDArray[np.float64],
    profiles: NDArray[np.float64],
    alike: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    # alike (24,): correlation with each key; out: tonic, mode, clarity
    mean = 0.0
    for n in range(12):
        mean += chroma[n] / 12
    norm = 0.0
    for n in range(12):
        norm += (chroma[n] - mean) ** 2
    if not 1e-12 < norm < np.inf:
        return
    norm = np.sqrt(norm)
    best = 0
    for k in range(24):
        alike[k] = 0.0
        for n in range(12):
            alike[k] += profiles[k, n] * (chroma[n] - mean) / norm
        if alike[k] > alike[best]:
            best = k
    held = int(out[0]) + (0 if out[1] > 0.5 else 12)
    if alike[best] - alike[held] < _CHANGE:
        best = held
    other = -1.0
    for k in range(24):
        if k % 12 != best % 12:
            other = max(other, alike[k])
    out[0] = best % 12
    out[1] = 1.0 if best < 12 else 0.0
    out[2] = min(max((alike[best] - other) / _SURE, 0.0), 1.0) * max(alike[best], 0.0)


class Key:
    """Tonic (0 is C), mode (1 major, 0 minor) and clarity 0 … 1 of the last seconds, after every hop.

    The pitch classes of the last seconds are correlated with how often each is heard in every key (C. Krumhansl,
    Cognitive foundations of musical pitch, 1990, with the profiles of Albrecht and Shanahan). Clarity is how far the
    best stands above the best key of another tonic: near 0 for chromatic runs and while few notes were heard. A key
    is left only for one that is clearly better.
    """

    def __init__(self, into: NDArray[np.float64] | None = None) -> None:
        self._profiles = np.ascontiguousarray(key_profiles())
        self._alike = np.zeros(24)
        self._hops = 0
        self._out = place(np.array([0.0, 1.0, 0.0]), into)

    def step(self, chroma: NDArray[np.float64]) -> NDArray[np.float64]:
        """Key, mode and clarity (3,) for the pitch classes (12,) of the last seconds."""
        expect_shape("chroma", chroma, (12,))
        self._hops += 1
        if self._hops % EVERY == 1:
            _judge(chroma, self._profiles, self._alike, self._out)
        return self._out

    def reset(self) -> None:
        """Forget everything heard."""
        self._hops = 0
        self._out[:] = 0.0, 1.0, 0.0
