"""Hops taken together: a curve of an hour has as many points as a picture has columns."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]
"""A number for each bin, nan where there is nothing to say."""

MOST: Final = 960
"""Bins at most."""


class Bins:
    """The hops of a recording, shared out over a few hundred bins of one length, no bin without a hop."""

    def __init__(self, time: NDArray[np.float64], most: int = MOST) -> None:
        """`time` (hops,): seconds at the end of each hop; ValueError where there is none."""
        if not len(time):
            raise ValueError(f"len(time)={len(time)} must be 1 or more")
        count = min(most, len(time))
        self._edges = np.linspace(0, len(time), count + 1).astype(np.intp)
        self._sizes = np.diff(self._edges)
        ends = np.concatenate([[0.0], time])[self._edges]
        self.time: Curve = (ends[:-1] + ends[1:]) / 2
        """The middle of each bin, seconds."""

    def __len__(self) -> int:
        return len(self._sizes)

    def mean(self, values: NDArray[np.floating], heard: NDArray[np.bool_] | None = None) -> Curve:
        """The mean of values (hops,) or (hops, n) in each bin, of those hops that were `heard`; nan where none was."""
        own = np.asarray(values, np.float64)
        weight = np.ones(len(own)) if heard is None else heard.astype(np.float64)
        shape = (-1,) + (1,) * (own.ndim - 1)
        total = np.add.reduceat(own * weight.reshape(shape), self._edges[:-1], axis=0)
        count = np.add.reduceat(weight, self._edges[:-1]).reshape(shape)
        return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))

    def lowest(self, values: NDArray[np.floating]) -> Curve:
        """The lowest of values (hops,) in each bin."""
        return np.asarray(np.minimum.reduceat(values, self._edges[:-1]), np.float64)

    def highest(self, values: NDArray[np.floating]) -> Curve:
        """The highest of values (hops,) in each bin."""
        return np.asarray(np.maximum.reduceat(values, self._edges[:-1]), np.float64)

    def surest(self, values: NDArray[np.floating], trust: NDArray[np.floating]) -> Curve:
        """In each bin the one of values (hops,) that is trusted most; nan where none is trusted more than 0."""
        rank = np.lexsort((trust, np.repeat(np.arange(len(self)), self._sizes)))[self._edges[1:] - 1]
        return np.where(trust[rank] > 0, np.asarray(values, np.float64)[rank], np.nan)

    def commonest(self, numbers: NDArray[np.integer], heard: NDArray[np.bool_]) -> NDArray[np.int64]:
        """In each bin the number that comes oftest among those hops that were `heard`; −1 where none was."""
        found = np.full(len(self), -1, np.int64)
        for place, (first, last) in enumerate(zip(self._edges[:-1], self._edges[1:], strict=True)):
            own = numbers[first:last][heard[first:last]]
            if len(own):
                found[place] = np.bincount(own).argmax()
        return found
