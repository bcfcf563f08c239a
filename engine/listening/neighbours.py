"""Who lies near whom among very many points: a forest of random trees, then the neighbours of neighbours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float32]

_EXACT: Final = 4096  # points up to which everything is held against everything
_TREES: Final = 6  # more find little more, and each takes as long again
_LEAF: Final = 384  # points in a leaf at least; at least four times as many as neighbours are asked for
_ASK: Final = 12  # nearest neighbours whose own nearest neighbours are looked at
_ROWS: Final = 256  # points that are looked at together: bounds the memory


def nearest(
    points: Points, count: int, *, seed: int = 0, progress: Callable[[float], object] = lambda share: None
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The `count` nearest others of each of points (n, d), nearest first: numbers and squared distances (n, count).

    Exact up to 4096 points. Beyond, each of a few trees halves the points by a random direction again and again, so
    that its leaves hold points that lie together; near ones are looked for within each leaf, and then among the
    neighbours of the nearest. Time grows as n log n, memory as n. ValueError if there are too few points.
    """
    points = np.ascontiguousarray(points, np.float32)
    if points.ndim != 2 or not 0 < count < len(points):
        raise ValueError(f"points.shape={points.shape} must be more than count={count} rows")
    squares = np.einsum("nd,nd->n", points, points)
    if len(points) <= _EXACT:
        return _within(points, squares, np.arange(len(points), dtype=np.int32), count)
    rng = np.random.default_rng(seed)
    shadows = points @ _main_directions(points, rng)
    best = np.full((len(points), count), -1, np.int32)
    far = np.full((len(points), count), np.inf, np.float32)
    for tree in range(_TREES):
        for leaf in _leaves(shadows, max(_LEAF, 4 * count), rng):
            found, distances = _within(points, squares, leaf, count)
            best[leaf], far[leaf] = _better(best[leaf], far[leaf], found, distances)
        progress((tree + 1) / (_TREES + 2))
    for start in range(0, len(points), _ROWS):
        rows = np.arange(start, min(start + _ROWS, len(points)))
        others = best[best[rows, :_ASK], :_ASK].reshape(len(rows), -1)
        distances = _distances(points, squares, rows, others)
        best[rows], far[rows] = _better(best[rows], far[rows], others, distances)
    progress(1.0)
    return best, far


def _main_directions(points: Points, rng: np.random.Generator, most: int = 24) -> Points:
    """The directions in which the points spread most, (d, ≤ most): there the trees cut."""
    some = points[rng.choice(len(points), _EXACT, replace=False)]
    _, _, rows = np.linalg.svd(some - some.mean(0), full_matrices=False)
    return np.ascontiguousarray(rows[:most].T, np.float32)


def _leaves(shadows: Points, size: int, rng: np.random.Generator) -> list[NDArray[np.int32]]:
    """One tree: the numbers of the points, in leaves of `size` or up to twice as many."""
    count = len(shadows)
    order = rng.permutation(count).astype(np.int32)
    for level in range(max(int(np.log2(count / size)), 0)):
        node = np.arange(count) * (1 << level) // count
        edges = np.searchsorted(node, np.arange((1 << level) + 1))
        ends = [edges[:-1] + (rng.random(1 << level) * np.diff(edges)).astype(int) for _ in range(2)]
        direction = shadows[order[ends[0]]] - shadows[order[ends[1]]]
        along = np.einsum("nd,nd->n", shadows[order], direction[node])
        order = order[np.lexsort((along, node))]
    parts = 1 << max(int(np.log2(count / size)), 0)
    edges = np.searchsorted(np.arange(count) * parts // count, np.arange(1, parts))
    return list(np.split(order, edges))


def _within(
    points: Points, squares: NDArray[np.float32], members: NDArray[np.int32], count: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The nearest of each of the members among the members themselves, nearest first: (members, count)."""
    own, own_squares = points[members], squares[members]
    found = np.empty((len(members), count), np.int32)
    distances = np.empty((len(members), count), np.float32)
    for start in range(0, len(members), _ROWS):
        rows = np.arange(start, min(start + _ROWS, len(members)))
        table = own_squares[rows, None] + own_squares - 2 * (own[rows] @ own.T)
        table[np.arange(len(rows)), rows] = np.inf
        near = np.argpartition(table, count - 1, axis=1)[:, :count]
        near = np.take_along_axis(near, np.argsort(np.take_along_axis(table, near, 1), axis=1), 1)
        found[rows] = members[near]
        distances[rows] = np.take_along_axis(table, near, 1)
    return found, np.maximum(distances, 0)


def _distances(
    points: Points, squares: NDArray[np.float32], rows: NDArray[np.int64], others: NDArray[np.int32]
) -> NDArray[np.float32]:
    """Squared distances (rows, m) from each row to the others (rows, m) that are named for it."""
    inner = np.matmul(points[others], points[rows][:, :, None])[:, :, 0]
    distances = np.maximum(squares[rows][:, None] + squares[others] - 2 * inner, 0)
    distances[(others == rows[:, None]) | (others < 0)] = np.inf
    return np.asarray(distances)


def _better(
    best: NDArray[np.int32], far: NDArray[np.float32], more: NDArray[np.int32], distances: NDArray[np.float32]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The nearest of two lists, each named once, as many as the first has."""
    count = best.shape[1]
    both, apart = np.concatenate([best, more], 1), np.concatenate([far, distances], 1)
    order = np.argsort(both, axis=1)
    both, apart = np.take_along_axis(both, order, 1), np.take_along_axis(apart, order, 1)
    apart[:, 1:][both[:, 1:] == both[:, :-1]] = np.inf
    near = np.argpartition(apart, count - 1, axis=1)[:, :count]
    near = np.take_along_axis(near, np.argsort(np.take_along_axis(apart, near, 1), axis=1), 1)
    return np.take_along_axis(both, near, 1), np.take_along_axis(apart, near, 1)
