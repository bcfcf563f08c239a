"""Flashes: counted as the guidelines count them, and held back before there are too many. Rules, no GPU.

WCAG 2.3.1 and ITU-R BT.1702: a flash is a pair of opposing changes of relative luminance of 10 % or more whose darker
state is below 0.80, or a pair to and from a saturated red. More than three in any second over more than a quarter of
the picture are dangerous. What is counted here are changes, two to a flash, in each cell of a coarse grid: of the
cell's mean, and of one pixel in it, for a pattern that is finer than the grid may swap black and white while every
mean stands still. Of pixels only larger changes count: grain is no flash, and the guidelines leave fine patterns out.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

ROWS, COLUMNS = 18, 32
"""Cells of the grid, bottom row first as GL counts, each from left to right."""
CELLS: Final = ROWS * COLUMNS
SETS: Final = 2
"""What is seen of each cell: its mean, and a pixel. 576 pixels tell how much of a picture flashes to 2 % or so."""
Cells = NDArray[np.float32]
"""What is seen, (4, SETS · CELLS), linear light: luminance, R − G − B, R, R + G + B; all means, then all pixels."""

_MOST: Final = 6  # changes in a second: three flashes
_KEPT: Final = _MOST + 1
_SHAPE: Final = (2, SETS * CELLS)  # luminance and red of all that is seen
_EACH: Final = np.arange(2 * SETS * CELLS)
# A little stricter than the guidelines (0.10, 20/320, 0.80, 0.8, 1/4), for a cell is a mean of many pixels. A single
# pixel must change by twice as much: that grain on paper never does, nor what is drawn with noise of a few percent.
_STEPS: Final = np.repeat(np.array([[0.09, 0.2], [0.055, 0.12]], np.float32), CELLS, axis=1)
_WHOLE: Final = 1.25 * _STEPS.ravel()  # how far a change has come when it counts by anybody's measure
_BRIGHT: Final = 0.82
_SATURATED: Final = 0.78
_AREA: Final = 0.23
_SECOND: Final = 1.0 - 1e-6
_FOLLOW: Final = 1.0  # seconds: a strobe of 3 Hz, followed so slowly, changes by 8 %
_REST: Final = 0.5  # seconds without danger until a cell is let go,
_RELEASE: Final = 0.12  # and how soon it then has caught up
_AT_ONCE: Final = 1e-3  # seconds of following that are none


class FlashCounter:
    """Opposing changes in all that is seen, of luminance (row 0) and of red (row 1), and when the last seven were.

    It begins on a dark wall. A step in which nothing turns costs ten operations on small arrays, and makes none.
    """

    def __init__(self) -> None:
        self._onward, self._left, self._red = (np.zeros(_SHAPE, np.float32) for _ in range(3))
        self._changed, self._counts = (np.zeros(_SHAPE, bool) for _ in range(2))
        self.reset()

    def reset(self) -> None:
        """Nothing has been seen."""
        self._way = np.full(_SHAPE, -1.0, np.float32)  # 1 where it was rising last, −1 where falling
        self._turn = np.zeros(_SHAPE, np.float32)  # how far it came, seen that way
        self._turn_counts = np.repeat([[True], [False]], SETS * CELLS, axis=1)
        self._start = np.full(_SHAPE, -1.0, np.float32)  # whence it came, seen that way
        self._young = np.zeros(_EACH.size, bool)  # which of them have turned, and have not come far yet
        self._youth = 0  # how many
        self._times = np.full((_KEPT, _EACH.size), -np.inf)  # a ring for each: the next time goes to its place,
        self._place = np.zeros(_EACH.size, np.int64)  # where the oldest is
        self._busy = -math.inf  # when anything last changed for the sixth time within a second, or a later one

    def copy(self) -> FlashCounter:
        """Another one that has seen the same."""
        other = FlashCounter()
        for name, value in vars(self).items():
            setattr(other, name, value if isinstance(value, float | int) else value.copy())
        return other

    def near(self, now: float) -> bool:
        """Whether the next step may be too much: something has changed six times of late."""
        return self._busy > now - _SECOND

    def changes(self, cells: Cells) -> NDArray[np.bool_]:
        """(2, SETS · CELLS): where these cells, shown now, would complete a change; valid until it is asked again."""
        np.less(cells[0], _BRIGHT, out=self._counts[0])
        np.multiply(cells[3], _SATURATED, out=self._red[0])
        np.greater(cells[2], self._red[0], out=self._counts[1])
        np.fmax(cells[:2], 0.0, out=self._onward)
        np.multiply(self._onward, self._way, out=self._onward)
        np.subtract(self._turn, self._onward, out=self._left)
        np.greater_equal(self._left, _STEPS, out=self._changed)
        if np.count_nonzero(self._changed):
            self._changed &= self._counts | self._turn_counts
        return self._changed

    def step(self, cells: Cells, now: float) -> NDArray[np.bool_] | None:
        """Note what is shown at `now`, seconds; (SETS · CELLS,) where it is too much for a second, None if nowhere."""
        if np.count_nonzero(changed := self.changes(cells)):
            self._turn_round(np.flatnonzero(changed), now)
        if self._youth:
            self._grow_up(now)
        np.less_equal(self._left, 0.0, out=self._changed)
        np.copyto(self._turn_counts, self._counts, where=self._changed)
        np.maximum(self._turn, self._onward, out=self._turn)
        if self._busy <= now - _SECOND:
            return None
        too_many: NDArray[np.bool_] = np.logical_or(*self._since(_KEPT, now))
        return too_many

    def _turn_round(self, which: NDArray[np.int64], now: float) -> None:
        """These go the other way from now on."""
        place = self._place[which]
        self._times[place, which] = now
        self._place[which] = place = (place + 1) % _KEPT
        self._way.ravel()[which] *= -1.0
        self._onward.ravel()[which] *= -1.0
        self._start.ravel()[which] = -self._turn.ravel()[which]
        self._young[which] = self._left.ravel()[which] < _WHOLE[which]
        self._youth = int(np.count_nonzero(self._young))
        self._turn.ravel()[which] = self._left.ravel()[which] = -np.inf
        if (self._times[(place - _MOST) % _KEPT, which] > now - _SECOND).any():
            self._busy = now

    def _grow_up(self, now: float) -> None:
        """A change that was small at first counts from when it is whole: nobody may see seven where we saw six."""
        young, onward = np.flatnonzero(self._young), self._onward.ravel()
        on_its_way = young[onward[young] > self._turn.ravel()[young]]
        self._times[self._place[on_its_way] - 1, on_its_way] = now
        self._young[young] = onward[young] - self._start.ravel()[young] < _WHOLE[young]
        self._youth = int(np.count_nonzero(self._young))

    def _since(self, back: int, now: float) -> NDArray[np.bool_]:
        """(2, SETS · CELLS): where the change so many changes back was within the last second."""
        late: NDArray[np.bool_] = self._times[(self._place - back) % _KEPT, _EACH] > now - _SECOND
        return late.reshape(_SHAPE)

    def would_spend(self, cells: Cells, now: float) -> NDArray[np.bool_]:
        """(SETS · CELLS,): where these cells, shown now, would complete a change that is one too many."""
        would: NDArray[np.bool_] = np.logical_or(*(self.changes(cells) & self._since(_MOST, now)))
        return would


class FlashGuard:
    """Decides cell by cell how far what is shown may follow what is drawn.

    While cells of more than a quarter of the picture would flash more than three times a second, these follow slowly,
    and none of them completes a fourth flash: a strobe becomes a slow pulse. All else is left as it is. `held` is the
    share of the picture that is being held back, `seconds` how long there has been any.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Nothing has been shown."""
        self.held, self.seconds, self.most = 0.0, 0.0, 0.0
        self._now = 0.0
        self._drawn = FlashCounter()
        self._shown: FlashCounter | None = None
        self._cells = np.zeros((4, SETS * CELLS), np.float32)
        self._until = np.full(CELLS, -np.inf)
        self._slow = np.zeros(CELLS)

    def step(self, cells: Cells, dt: float, *, blackout: bool = False) -> NDArray[np.float32] | None:
        """How far each cell goes from what was shown to `cells`, (CELLS,) 0..1; None: all the way.

        `dt`: seconds since the last step. `blackout`: the master is down, and that is obeyed at once; it is the light
        after it that may have to wait.
        """
        self._now += dt
        now = self._now
        before = self._drawn.copy() if self._shown is None and self._drawn.near(now) else None
        flashing = self._drawn.step(cells, now)
        if flashing is not None and _area(flashing) > _AREA:
            self._until[flashing.reshape(SETS, CELLS).any(axis=0)] = now + _REST
            self._shown = self._shown or before
        if self._shown is None:
            self._cells = cells
            return None
        return self._follow(self._shown, cells, flashing, dt, blackout)

    def _follow(
        self, shown: FlashCounter, cells: Cells, flashing: NDArray[np.bool_] | None, dt: float, blackout: bool
    ) -> NDArray[np.float32] | None:
        now = self._now
        engaged = self._until > now
        self._slow = np.where(engaged, _FOLLOW, self._slow * math.exp(-dt / _RELEASE))
        share = -np.expm1(-dt / np.maximum(self._slow, 1e-9))
        share[self._slow < _AT_ONCE] = 1.0
        share = _reaching(share)
        # Whatever the rest does: a change that would be one too many waits until its second is over.
        wait = shown.would_spend(self._mixed(cells, share), now)
        if _area(wait if flashing is None else wait | flashing) > _AREA:
            share = _reaching(np.where(wait.reshape(SETS, CELLS).any(axis=0), 0.0, share))
        if blackout:
            share[:] = 1.0
        self._cells = self._mixed(cells, share)
        shown.step(self._cells, now)
        self.held = float(np.count_nonzero(engaged)) / CELLS
        self.most = max(self.most, self.held)
        self.seconds += dt if self.held else 0.0
        if not engaged.any() and share.min() == 1.0:
            self._shown = None
            return None
        return np.asarray(share, np.float32)

    def _mixed(self, cells: Cells, share: NDArray[Any]) -> Cells:
        mixed: Cells = (self._cells + (cells - self._cells) * np.tile(share, SETS)).astype(np.float32)
        return mixed


def _area(flashing: NDArray[np.bool_]) -> float:
    """The share of the picture that flashes: of the cells by their means, or of the pixels that are watched."""
    counts = np.count_nonzero(flashing[:CELLS]), np.count_nonzero(flashing[CELLS:])
    return max(counts[0] / CELLS, counts[1] / (flashing.size - CELLS))


def _reaching(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each cell as slow as its slowest neighbour: shares are drawn smoothly between the cells, and none may leak."""
    around = np.pad(share.reshape(ROWS, COLUMNS), 1, mode="edge")
    across = np.minimum(np.minimum(around[:, :-2], around[:, 1:-1]), around[:, 2:])
    lowest: NDArray[np.float64] = np.minimum(np.minimum(across[:-2], across[1:-1]), across[2:])
    return lowest.reshape(-1)
