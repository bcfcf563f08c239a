"""Descriptions of sounds that never sounded: clusters in 128-D, with notes that are held."""

from __future__ import annotations

import numpy as np

from engine.listening.atlas import Corpus

Points = np.ndarray


def clustered(count: int, clusters: int = 6, seed: int = 0, spread: float = 0.25) -> tuple[Points, Points]:
    """Points (count, 128) in clusters that are themselves four-dimensional, and the cluster of each (count,)."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((clusters, 128))
    own = rng.standard_normal((clusters, 4, 128)) * spread
    which = np.arange(count) * clusters // count
    inside = np.einsum("nk,nkd->nd", rng.standard_normal((count, 4)), own[which])
    points = centres[which] + inside + 0.02 * rng.standard_normal((count, 128))
    return points.astype(np.float32), which.astype(np.int16)


def corpus(count: int = 600, families: int = 3, seed: int = 0) -> Corpus:
    """A corpus in which every tenth sound begins a new recording, and every fifth recording is held out."""
    points, family = clustered(count, families, seed)
    group = np.arange(count) // 10
    names = tuple(f"family{number}" for number in range(families))
    return Corpus(points, names, family, group, 0.48 * (np.arange(count) % 10), group % 5 == 4)
