"""Opposing changes of light in every cell of a picture, counted as the guidelines count them."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.foundation.kernel import kernel

ROWS, COLUMNS = 18, 32
"""Cells of the grid, bottom row first as GL counts, each from left to right."""
CELLS: Final = ROWS * COLUMNS
SETS: Final = 2
"""What is seen of each cell: its mean, and a pixel. 576 pixels tell how much of a picture flashes to 2 % or so."""
_SEEN: Final = SETS * CELLS
Cells = NDArray[np.float32]
"""What is seen, (4, SETS · CELLS), linear light: luminance, R − G − B, R, R + G + B; all means, then all pixels."""
Singles = NDArray[np.float32]
Bools = NDArray[np.bool_]

_MOST: Final = 6  # changes in a second: three flashes
_KEPT: Final = _MOST + 1  # of which the times are kept: with one more it is too many
# A little stricter than the guidelines (0.10, 20/320, 0.80, 0.8), for a cell is a mean of many pixels. A single pixel
# must change by twice as much: that grain on paper never does, nor what is drawn with noise of a few percent.
_STEPS: Final = np.repeat(np.array([0.09, 0.2, 0.055, 0.12], np.float32), CELLS)
_WHOLE: Final = 1.25  # steps: when a change has come so far, it counts by anybody's measure
_BRIGHT: Final = 0.82  # relative luminance from which a darker state is no dark one
_SATURATED: Final = 0.78  # R / (R + G + B) from which red is saturated
_SECOND: Final = 1.0 - 1e-6  # what came just a second ago counts no more, however times were rounded


@kernel("boolean(float32[:,::1], int64, int64)")
def _counts(cells: Singles, kind: int, at: int) -> bool:
    # whether a change to or from this counts: it is no bright state, or a saturated red
    if kind == 0:
        return bool(cells[0, at] < _BRIGHT)
    return bool(cells[2, at] > np.float32(_SATURATED) * cells[3, at])


@kernel(
    "boolean(float32[:,::1], float64, float32[::1], float32[::1], float32[::1], float32[::1], boolean[::1],"
    " boolean[::1], float64[:,::1], int64[::1])"
)
def _note(
    cells: Singles,
    now: float,
    steps: Singles,
    ways: Singles,
    turns: Singles,
    starts: Singles,
    counted: Bools,
    young: Bools,
    times: NDArray[np.float64],
    nexts: NDArray[np.int64],
) -> bool:
    # ways: 1 where it was rising last, −1 where falling; turns, starts: how far it came, and whence, seen that way;
    # counted: of its turning point; young: where it has not come far yet; times: of the last changes, nexts: the oldest
    busy = False
    for k in range(turns.size):
        kind, at = k // _SEEN, k % _SEEN
        value = cells[kind, at] if cells[kind, at] > 0.0 else np.float32(0.0)  # so is NaN
        onward = value * ways[k]
        counts = _counts(cells, kind, at)
        if turns[k] - onward >= steps[k] and (counts or counted[k]):
            ways[k] = -ways[k]
            starts[k], turns[k], counted[k] = -turns[k], -onward, counts
            young[k] = turns[k] - starts[k] < np.float32(_WHOLE) * steps[k]
            times[k, nexts[k]] = now
            nexts[k] = (nexts[k] + 1) % _KEPT
            busy = busy or times[k, (nexts[k] + _KEPT - _MOST) % _KEPT] > now - _SECOND
        elif onward >= turns[k]:
            if young[k] and onward > turns[k]:  # a change that was small at first counts from when it is whole
                times[k, (nexts[k] + _KEPT - 1) % _KEPT] = now
                young[k] = onward - starts[k] < np.float32(_WHOLE) * steps[k]
            turns[k], counted[k] = onward, counts
    return busy


@kernel("void(int64, float64, float64[:,::1], int64[::1], boolean[::1])")
def _since(back: int, now: float, times: NDArray[np.float64], nexts: NDArray[np.int64], late: Bools) -> None:
    # late: where the change so many changes back was within the last second, of luminance or of red
    for at in range(_SEEN):
        late[at] = False
        for k in (at, at + _SEEN):
            late[at] = late[at] or times[k, (nexts[k] + _KEPT - back) % _KEPT] > now - _SECOND


@kernel(
    "void(float32[:,::1], float64, float32[::1], float32[::1], float32[::1], boolean[::1], float64[:,::1], int64[::1],"
    " boolean[::1])"
)
def _would_spend(
    cells: Singles,
    now: float,
    steps: Singles,
    ways: Singles,
    turns: Singles,
    counted: Bools,
    times: NDArray[np.float64],
    nexts: NDArray[np.int64],
    spent: Bools,
) -> None:
    for at in range(_SEEN):
        spent[at] = False
        for kind in range(2):
            k = at + kind * _SEEN
            value = cells[kind, at] if cells[kind, at] > 0.0 else np.float32(0.0)
            changes = turns[k] - value * ways[k] >= steps[k] and (_counts(cells, kind, at) or counted[k])
            late = times[k, (nexts[k] + _KEPT - _MOST) % _KEPT] > now - _SECOND
            spent[at] = spent[at] or (changes and late)


class FlashCounter:
    """Opposing changes in all that is seen, of luminance and of red, and when the last seven were.

    It begins on a dark wall. A step makes no arrays.
    """

    def __init__(self) -> None:
        count = 2 * _SEEN
        self._ways, self._turns, self._starts = (np.zeros(count, np.float32) for _ in range(3))
        self._counted, self._young = (np.zeros(count, np.bool_) for _ in range(2))
        self._times, self._nexts = np.zeros((count, _KEPT)), np.zeros(count, np.int64)
        self._too_many = np.zeros(_SEEN, np.bool_)
        self._steps = _STEPS.copy()
        self.reset()

    def reset(self) -> None:
        """Nothing has been seen."""
        self._ways[:], self._turns[:], self._starts[:] = -1.0, 0.0, -1.0
        self._counted[:] = np.arange(self._counted.size) < _SEEN
        self._young[:] = False
        self._times[:], self._nexts[:] = -np.inf, 0
        self._busy = -math.inf  # when anything last changed for the sixth time within a second, or a later one

    def copy(self) -> FlashCounter:
        """Another one that has seen the same."""
        other = FlashCounter()
        for name, value in vars(self).items():
            setattr(other, name, value if isinstance(value, float) else value.copy())
        return other

    def near(self, now: float) -> bool:
        """Whether the next step may be too much: something has changed six times of late."""
        return self._busy > now - _SECOND

    def step(self, cells: Cells, now: float) -> Bools | None:
        """Note what is shown at `now`, seconds; (SETS · CELLS,) where it is too much for a second, None if nowhere.

        What is said is valid until the next step.
        """
        seen = (self._ways, self._turns, self._starts, self._counted, self._young, self._times, self._nexts)
        if _note(cells, now, self._steps, *seen):
            self._busy = now
        if not self.near(now):
            return None
        _since(_KEPT, now, self._times, self._nexts, self._too_many)
        return self._too_many

    def would_spend(self, cells: Cells, now: float) -> Bools:
        """(SETS · CELLS,): where these cells, shown now, would complete a change that is one too many."""
        spent = np.zeros(_SEEN, np.bool_)
        seen = (self._ways, self._turns, self._counted, self._times, self._nexts)
        _would_spend(cells, now, self._steps, *seen, spent)
        return spent
