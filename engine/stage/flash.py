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

from engine.stage.flash_count import CELLS, COLUMNS, ROWS, SETS, Cells, FlashCounter

_AREA: Final = 0.23  # of the picture; a quarter, a little strictly
_FOLLOW: Final = 1.0  # seconds: a strobe of 3 Hz, followed so slowly, changes by 8 %
_REST: Final = 0.5  # seconds without danger until a cell is let go,
_RELEASE: Final = 0.12  # and how soon it then has caught up
_AT_ONCE: Final = 1e-3  # seconds of following that are none


class FlashGuard:
    """Decides cell by cell how far what is shown may follow what is drawn.

    While cells of more than a quarter of the picture would flash more than three times a second, these follow slowly,
    and none of them completes a fourth flash: a strobe becomes a slow pulse. All else is left as it is. `held` is the
    share of the picture that is being held back, `most` the largest that ever was, `seconds` how long there was any.
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
