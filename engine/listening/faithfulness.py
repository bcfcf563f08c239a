"""How far a map can be believed: trustworthiness, continuity, and whether near ones are of one family."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.listening.affinity import squared_distances

NEIGHBOURS: Final = 12
"""How many neighbours are looked at, unless somebody says otherwise."""


def trustworthiness(points: NDArray[np.floating], places: NDArray[np.floating], count: int = NEIGHBOURS) -> float:
    """Whether those who are neighbours on the map are neighbours: 1 if all of them are, about 0.5 by chance.

    1 − 2/(nk(2n−3k−1)) Σ_i Σ_j (r(i,j) − k), over those j among the k nearest of i by `places` (n, _) who are only the
    r-th nearest by `points` (n, _), r > k. J. Venna and S. Kaski, Neighborhood preservation in nonlinear projection
    methods, 2001. All to all: for some thousands of points. ValueError where n is not above 2k.
    """
    total = len(points)
    if len(places) != total or not 0 < 2 * count < total:
        raise ValueError(f"count={count} must be below half of the {total} points, which have {len(places)} places")
    ranks = _ranks(points)
    near = _order(places)[:, :count]
    beyond = np.maximum(np.take_along_axis(ranks, near, axis=1) - count, 0).sum()
    return 1 - 2 * float(beyond) / (total * count * (2 * total - 3 * count - 1))


def continuity(points: NDArray[np.floating], places: NDArray[np.floating], count: int = NEIGHBOURS) -> float:
    """Whether neighbours are still neighbours on the map: trustworthiness the other way round."""
    return trustworthiness(places, points, count)


def nearest_agree(
    places: NDArray[np.floating],
    families: NDArray[np.integer],
    known: NDArray[np.floating],
    known_families: NDArray[np.integer],
) -> float:
    """The share of places (n, d) whose nearest of the known (m, d) is of their own family."""
    agree = 0
    for start in range(0, len(places), 256):
        part = places[start : start + 256].astype(np.float64)
        apart = np.einsum("nd,nd->n", known, known)[None] - 2 * part @ known.T
        agree += int((known_families[apart.argmin(axis=1)] == families[start : start + 256]).sum())
    return agree / len(places)


def _order(points: NDArray[np.floating]) -> NDArray[np.intp]:
    """The others of each point, nearest first (n, n − 1)."""
    apart = squared_distances(points)
    np.fill_diagonal(apart, np.inf)
    return np.argsort(apart, axis=1, kind="stable")[:, :-1]


def _ranks(points: NDArray[np.floating]) -> NDArray[np.int64]:
    """The how manieth nearest of i is j, from 1 (n, n); itself 0."""
    order = _order(points)
    ranks = np.zeros((len(points), len(points)), np.int64)
    np.put_along_axis(ranks, order, np.arange(1, len(points))[None], axis=1)
    return ranks
