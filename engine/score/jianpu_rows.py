"""Where rows of digits may run on a page: letters of one height that stand on one line, however the page lay.

From each letter the next to the right is looked for that is as high and stands as low; rows that do so with many are
lines of numbers, or words: which, only reading them tells.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.score.ink import Ink
from engine.score.jianpu_blots import Blots, blots_of

Floats = NDArray[np.float64]

_LEAST: Final = 7.0  # pixels that a digit is high
_MOST: Final = 0.12  # of the page's longer side, that it is high at most
_NARROW: Final = 0.1  # width of a digit, in heights
_BROAD: Final = 1.15
_EMPTY: Final = 0.12  # ink in the box of a letter, at least
_FULL: Final = 0.7  # in that of a dot
_ROUND: Final = 0.75  # width of a dot, in heights
_ALIKE: Final = 0.22  # how much heights of neighbours may differ
_REACH: Final = 9.0  # heights from a digit to the next: dashes may stand between
_DROP: Final = (0.2, 0.05)  # heights that a neighbour may stand higher or lower, and of the way to it
_MOST_ROWS: Final = 60
_MOST_SINGLE: Final = 20
_SAME: Final = 0.1  # how much the height of a single letter may differ from that of others
_STEEPEST: Final = 0.3  # slope of a row
_JOIN: Final = 14.0  # heights between pieces of one row
_DEGREE: Final = 3
_LONG: Final = 8  # letters of a row that tells how the page is bent


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A row of letters: (n,) each, from left to right, in pixels; `tall` is how high they are.

    `like`: a longer row nearby. A short one bends as that does, since its own few letters do not tell.
    """

    x: Floats
    foot: Floats
    tall: Floats
    like: Row | None = None

    def foot_at(self, x: Floats) -> Floats:
        """How low the row stands there; beyond its ends it goes straight on."""
        if self.like is not None:
            return np.asarray(self.like.foot_at(x) + np.median(self.foot - self.like.foot_at(self.x)))
        low, high = float(self.x[0]), float(self.x[-1])
        bend = self._bend(self.foot, min(_DEGREE, max(len(self.x) // 5, int(len(self.x) > 1))))
        inside = np.polynomial.chebyshev.chebval(self._place(np.clip(x, low, high)), bend)
        turn = np.polynomial.chebyshev.chebder(bend) * 2 / max(high - low, 1.0)
        left, right = np.polynomial.chebyshev.chebval(np.array([-1.0, 1.0]), turn)
        return np.asarray(inside + left * np.minimum(x - low, 0) + right * np.maximum(x - high, 0))

    def tall_at(self, x: Floats) -> Floats:
        """How high its letters are there."""
        bend = self._bend(self.tall, int(len(self.x) >= 8))
        inside = np.clip(x, self.x[0], self.x[-1])
        return np.asarray(np.polynomial.chebyshev.chebval(self._place(inside), bend))

    def _place(self, x: Floats) -> Floats:
        return np.asarray(2 * (x - self.x[0]) / max(float(self.x[-1] - self.x[0]), 1.0) - 1)

    def _bend(self, values: Floats, degree: int) -> Floats:
        """A curve through values, which far outliers do not move."""
        if len(self.x) == 1:
            return values.copy()
        t, weights = self._place(self.x), np.ones(len(self.x))
        near = 0.06 * float(np.median(self.tall))
        bend = np.array([np.median(values)])
        for _ in range(4):
            bend = np.polynomial.chebyshev.chebfit(t, values, degree, w=weights)
            weights = 1 / (1 + (np.abs(values - np.polynomial.chebyshev.chebval(t, bend)) / near) ** 2)
        return np.asarray(bend)


def rows_of(ink: Ink) -> list[Row]:
    """The rows of a page, the longest first; single letters are rows if they are as high as those of long rows."""
    return rows_among(blots_of(ink), max(ink.shape))


def rows_among(blots: Blots, longest: int) -> list[Row]:
    """The rows that these blots stand in; `longest`: pixels of the page's longer side."""
    tall, wide = blots.tall, blots.wide
    letters = (tall >= _LEAST) & (tall <= _MOST * longest) & (wide >= _NARROW * tall) & (wide <= _BROAD * tall)
    filled = blots.ink / (tall * wide)
    dots = (filled > _FULL) & (wide > _ROUND * tall)
    some = blots.kept(letters & (filled >= _EMPTY) & ~dots)
    some = some.kept(np.argsort(some.left, kind="stable"))
    if not len(some.left):
        return []
    slope = 0.0
    chains = _chained(some, slope)
    slopes = [s for chain in chains if len(chain) >= 4 for s in [_slope(some, chain)] * len(chain)]
    if slopes:
        slope = float(np.median(slopes))
        chains = _chained(some, slope)
    rows = [_row(some, chain) for chain in chains]
    joined = _joined(sorted(rows, key=lambda row: float(row.x[0])))
    kept = sorted((row for row in joined if len(row.x) > 1), key=lambda row: -len(row.x))[:_MOST_ROWS]
    long = [row for row in kept if len(row.x) >= _LONG]
    if not long:
        return kept
    usual = float(np.median(np.concatenate([row.tall for row in long])))
    single = [row for row in joined if len(row.x) == 1 and abs(row.tall[0] / usual - 1) < _SAME][:_MOST_SINGLE]
    return long + [_bent_alike(row, long) for row in kept[len(long) :] + single]


def _bent_alike(row: Row, others: list[Row]) -> Row:
    """A short row that bends as the nearest of the others."""
    middle = np.array([row.x.mean()])
    away = [
        abs(float(other.foot_at(np.clip(middle, other.x[0], other.x[-1]))[0] - row.foot.mean())) for other in others
    ]
    return replace(row, like=others[int(np.argmin(away))])


def _chained(some: Blots, slope: float) -> list[list[int]]:
    """Blots in rows: each with the nearest to its right that is its equal, if it is that one's nearest too."""
    tall, count = some.tall, len(some.left)
    middle = (some.left + some.right) / 2
    after = np.full(count, -1)
    claim = np.full(count, np.inf)
    claimed = np.full(count, -1)
    for k in range(count):
        end = int(np.searchsorted(some.left, some.left[k] + (_REACH + 1) * tall[k], side="right"))
        others = np.arange(k + 1, end)
        if not len(others):
            continue
        away = middle[others] - middle[k]
        off = np.abs(some.foot[others] - some.foot[k] - slope * away) / tall[k]
        alike = np.abs(tall[others] / tall[k] - 1) < _ALIKE
        near = alike & (away > 0.3 * tall[k]) & (off < _DROP[0] + _DROP[1] * away / tall[k])
        if not near.any():
            continue
        cost = np.where(near, away / tall[k] + 4 * off, np.inf)
        best = int(cost.argmin())
        after[k] = others[best]
        if cost[best] < claim[others[best]]:
            claim[others[best]], claimed[others[best]] = cost[best], k
    chains: list[list[int]] = []
    begun: dict[int, list[int]] = {}
    for k in range(count):
        before = claimed[k]
        if before >= 0 and after[before] == k and before in begun:
            chain = begun[before]
            chain.append(k)
        else:
            chain = [k]
            chains.append(chain)
        begun[k] = chain
    return chains


def _slope(some: Blots, chain: list[int]) -> float:
    ends = chain[0], chain[-1]
    away = float(some.left[ends[1]] - some.left[ends[0]])
    return float(np.clip((some.foot[ends[1]] - some.foot[ends[0]]) / max(away, 1.0), -_STEEPEST, _STEEPEST))


def _row(some: Blots, chain: list[int]) -> Row:
    which = np.array(chain)
    return Row((some.left[which] + some.right[which]) / 2, some.foot[which], some.tall[which])


def _joined(rows: list[Row]) -> list[Row]:
    """Pieces of one row put together: one goes on where another ended, as high and as low."""
    made: list[Row] = []
    for row in rows:
        tall, x, foot = float(np.median(row.tall)), float(row.x[0]), float(row.foot[0])
        best, nearest = None, _JOIN
        for which, other in enumerate(made):
            size = float(np.median(other.tall))
            away = (x - float(other.x[-1])) / size
            if not 0 < away < nearest or abs(tall / size - 1) > _ALIKE or len(other.x) < 3:
                continue
            if abs(float(other.foot_at(np.array([x]))[0]) - foot) < (0.25 + 0.04 * away) * size:
                best, nearest = which, away
        if best is None:
            made.append(row)
        else:
            parts = (made[best], row)
            made[best] = Row(
                np.concatenate([part.x for part in parts]),
                np.concatenate([part.foot for part in parts]),
                np.concatenate([part.tall for part in parts]),
            )
    return made
