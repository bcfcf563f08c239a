"""Which harmony keys make together, whatever the key of the piece: what a network is taught to hear."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

QUALITIES: Final = (
    (0, 4, 7), (0, 3, 7), (0, 3, 6), (0, 4, 8), (0, 4, 7, 10), (0, 4, 7, 11), (0, 3, 7, 10), (0, 5, 7), (0, 2, 7),
)  # fmt: skip
"""Major, minor, diminished, augmented; dominant, major and minor seventh; suspended fourth and second."""
_INTERVALS: Final = 6
HARMONY: Final = _INTERVALS + 12 + len(QUALITIES)
"""Numbers that `harmony_of` gives."""
_SOUNDING: Final = 0.2
_LOWEST_KEY: Final = 21


def harmony_of(keys: NDArray[np.floating]) -> NDArray[np.float64]:
    """(n, 88), how much of the time each key is held, to (n, 27), each 0..1: how much of interval classes 1 to 6
    sounds; the chroma, counted from the lowest key that sounds; how well each of QUALITIES fits on its best root.

    Without keys all are 0. Transposing changes nothing, but for what falls off the keyboard.
    """
    height = np.arange(88) + _LOWEST_KEY
    chroma = np.zeros((len(keys), 12))
    for pitch_class in range(12):
        chroma[:, pitch_class] = keys[:, height % 12 == pitch_class].sum(axis=1)
    chroma /= np.linalg.norm(chroma, axis=1, keepdims=True) + 1e-6
    turned = np.stack([np.roll(chroma, -k, axis=1) for k in range(12)], axis=1)
    intervals = np.einsum("nc,nkc->nk", chroma, turned[:, 1 : _INTERVALS + 1])
    sounding = keys > _SOUNDING
    lowest = np.where(sounding.any(axis=1), height[sounding.argmax(axis=1)], 0)
    above_bass = turned[np.arange(len(keys)), lowest % 12]
    fits = [turned[:, :, list(tones)].sum(axis=2).max(axis=1) / np.sqrt(len(tones)) for tones in QUALITIES]
    return np.concatenate([intervals, above_bass, np.stack(fits, axis=1)], axis=1)
