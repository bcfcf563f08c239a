"""Moments of a recording laid out by t-SNE: those that sound alike lie together, whenever they were.

The paper (Yang, Shen and Sun) lays out the fractal dimensions of the frames (Fig. 6), and the spectrogram's columns
(Fig. 7). It is the t-SNE of `engine.listening`, all to all.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.listening.affinity import conditional, squared_distances
from engine.listening.divergence import descend

MOST: Final = 360
"""Moments that are laid out at most."""
LEAST: Final = 24
"""Moments below which there is nothing to lay out."""
_PERPLEXITY: Final = 25.0
_STEPS: Final = 500


def chosen(count: int) -> NDArray[np.intp]:
    """Which of `count` moments are laid out: all, or MOST that are spread evenly."""
    return np.unique(np.linspace(0, count - 1, min(count, MOST)).round().astype(np.intp)) if count else np.zeros(0, int)


def laid_out(described: NDArray[np.floating]) -> NDArray[np.float64]:
    """Places (n, 2), within −1..1, of moments (n, numbers), each number weighed by how much it varies.

    The same numbers give the same places. ValueError for fewer than LEAST moments.
    """
    if len(described) < LEAST:
        raise ValueError(f"{len(described)} moments must be {LEAST} or more")
    own = np.asarray(described, np.float64)
    spread = own.std(axis=0)
    own = (own - own.mean(axis=0)) / np.where(spread > 1e-9, spread, 1.0)
    # A recording that stands still has the same moment again and again: a breath of noise keeps them apart.
    own = own + 1e-3 * np.random.default_rng(0).standard_normal(own.shape)
    squares = squared_distances(own)
    np.fill_diagonal(squares, np.inf)
    shares, _ = conditional(squares, min(_PERPLEXITY, (len(own) - 1) / 3))
    places = descend((shares + shares.T) / (2 * len(own)), "t", steps=_STEPS)
    places = places - (places.max(axis=0) + places.min(axis=0)) / 2
    return np.asarray(places / max(float(np.abs(places).max()), 1e-12))
