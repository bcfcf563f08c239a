"""The few sounds that stand for a corpus, and the picture of how many lie where."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.listening.neighbours import Points
from engine.listening.space import EDGE, PERCENTILES, PICTURE

MOST: Final = 2000
"""Anchors at most: what is looked through for every place."""

_ROUNDS: Final = 4  # of k-means: the corpus is to be covered, no optimum is sought
_ROWS: Final = 4096  # points that are looked at together: bounds the memory
_SMOOTH: Final = (1.0, 4.0, 6.0, 4.0, 1.0)  # over pixels, in both directions


def chosen(points: Points, families: NDArray[np.integer], most: int = MOST, seed: int = 0) -> NDArray[np.int64]:
    """The numbers of at most `most` of points (n, d) that stand for all: each family has its share, one at least.

    Within a family they are the points nearest to the centres of k-means. ValueError if there are more families than
    anchors.
    """
    present, counts = np.unique(families, return_counts=True)
    if len(present) > most:
        raise ValueError(f"most={most} must be at least the number of families, {len(present)}")
    rng = np.random.default_rng(seed)
    spare = most - len(present)
    kept = []
    for family, count in zip(present, counts, strict=True):
        own = np.flatnonzero(families == family)
        share = min(1 + int(spare * count / len(points)), len(own))
        kept.append(own if share == len(own) else own[_central(points[own], share, rng)])
    return np.sort(np.concatenate(kept))


def nearest_squares(points: Points, anchors: Points) -> NDArray[np.float32]:
    """The squared distance of each of points (n, d) to the nearest anchor (a, d), (n,)."""
    return _assigned(points, anchors)[1]


def percentiles(points: Points, anchors: Points) -> NDArray[np.float32]:
    """The 0th to the 100th percentile of the distances of points (n, d) to their nearest anchor, (101,)."""
    return np.asarray(
        np.quantile(np.sqrt(nearest_squares(points, anchors)), np.linspace(0, 1, PERCENTILES)), np.float32
    )


def density(plane: Points) -> NDArray[np.uint8]:
    """How many of places (n, 2) lie where: (PICTURE, PICTURE), top row first, the root of the number, 255 the most."""
    columns, rows = ((plane * [1, -1] + EDGE) / (2 * EDGE) * PICTURE).astype(int).T
    inside = (columns >= 0) & (columns < PICTURE) & (rows >= 0) & (rows < PICTURE)
    picture = np.zeros((PICTURE, PICTURE))
    np.add.at(picture, (rows[inside], columns[inside]), 1)
    smooth = np.array(_SMOOTH) / sum(_SMOOTH)
    for axis in (0, 1):
        picture = np.apply_along_axis(lambda line: np.convolve(line, smooth, "same"), axis, picture)
    picture = np.sqrt(picture)
    return np.asarray(np.round(255 * picture / max(picture.max(), 1e-12)), np.uint8)


def _central(points: Points, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """The numbers of up to `count` points that lie nearest to the centres of as many clusters."""
    centres = points[rng.choice(len(points), count, replace=False)].copy()
    for _ in range(_ROUNDS):
        which, _ = _assigned(points, centres)
        order = np.argsort(which, kind="stable")
        full, starts = np.unique(which[order], return_index=True)
        sums = np.add.reduceat(points[order], starts, axis=0)
        centres[full] = sums / np.diff([*starts, len(points)])[:, None]
    return np.unique(_assigned(centres, points)[0])


def _assigned(points: Points, centres: Points) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Of each point the nearest centre and its squared distance, (n,) and (n,)."""
    which = np.empty(len(points), np.int64)
    apart = np.empty(len(points), np.float32)
    squares = np.einsum("cd,cd->c", centres, centres)
    for start in range(0, len(points), _ROWS):
        part = points[start : start + _ROWS]
        table = squares - 2 * (part @ centres.T)
        near = table.argmin(axis=1)
        which[start : start + _ROWS] = near
        found = np.take_along_axis(table, near[:, None], 1)[:, 0] + np.einsum("nd,nd->n", part, part)
        apart[start : start + _ROWS] = np.maximum(found, 0)
    return which, apart
