"""The sounds whose own places the map remembers, and how a sound lies between those that are nearest to it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.listening.neighbours import Points

ROWS: Final = 1024
"""Points that are looked at together."""
_NEAR: Final = 32  # landmarks that have a share in a place
_FIFTH: Final = 5  # itself is the first


class Landmarks:
    """Sounds whose own places the map remembers; a sound lies between those that are nearest to it.

    The share of a landmark is softmax(−d²·sharpness) over the nearest few. `points` (a, in) stay where they are;
    `where` (a, out), what each adds to a place, is learned.
    """

    def __init__(self, points: Points, where: Points, sharpness: float) -> None:
        self.points, self.where, self.sharpness = points, where, sharpness
        self.squares = np.einsum("ad,ad->a", points, points)
        self.count = min(_NEAR, len(points))
        """How many of the nearest have a share."""

    @classmethod
    def fresh(cls, points: Points, outputs: int, sharpness: float) -> Landmarks:
        """Landmarks at points (a, in); `sharpness` is counted in 1/d² of what is usually the fifth nearest of them."""
        fresh = cls(points, np.zeros((len(points), outputs), np.float32), 1.0)
        fresh.sharpness = sharpness / fresh.usual()
        return fresh

    def usual(self) -> float:
        """The squared distance from a landmark to what is usually the fifth nearest."""
        apart = np.sort(self.near(self.points)[1], axis=1)
        return max(float(np.median(apart[:, min(_FIFTH, self.count - 1)])), 1e-6)

    def near(self, points: Points) -> tuple[NDArray[np.int32], Points]:
        """The nearest landmarks of points (n, in) and their squared distances, (n, count) each."""
        found = np.empty((len(points), self.count), np.int32)
        apart = np.empty((len(points), self.count), np.float32)
        for start in range(0, len(points), ROWS):
            part = points[start : start + ROWS]
            table = self.squares - 2 * (part @ self.points.T)
            near = np.argpartition(table, self.count - 1, axis=1)[:, : self.count]
            found[start : start + ROWS] = near
            squares = np.take_along_axis(table, near, 1) + np.einsum("nd,nd->n", part, part)[:, None]
            apart[start : start + ROWS] = np.maximum(squares, 0)
        return found, apart

    def shares(self, apart: Points) -> Points:
        """The shares of the nearest, at these squared distances (n, count)."""
        return shares_of(apart, self.sharpness)

    def between(self, found: NDArray[np.int32], shares: Points) -> Points:
        """What the nearest add to a place, (n, out)."""
        return np.asarray(np.einsum("nk,nko->no", shares, self.where[found]))

    def backward(self, found: NDArray[np.int32], shares: Points, slope: Points) -> Points:
        """The gradient of `where`, when that of the places is `slope` (n, out)."""
        total, flat = len(self.points), found.ravel()
        columns = [np.bincount(flat, (shares * column[:, None]).ravel(), total) for column in slope.T]
        return np.stack(columns, axis=1).astype(np.float32)


def shares_of(apart: Points, sharpness: float) -> Points:
    """softmax(−apart·sharpness) of each row."""
    weights = np.exp((apart.min(axis=1, keepdims=True) - apart) * np.float32(sharpness))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
