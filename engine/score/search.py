"""Whether the player has gone to another place of the score: all of it is looked through, a little every hop."""

from __future__ import annotations

from math import exp
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.foundation.kernel import expect_shape, kernel
from engine.score.expectation import CELLS, KINDS, Expectation
from engine.score.positions import STEP
from engine.score.timeline import Timeline

MEMORY: Final = 192
"""Steps of the past that are compared: 4 s."""
AT_ONCE: Final = 128
"""Places that are looked at in a hop, whatever the length of the score."""
APART: Final = 4
"""From one place looked at to the next."""
_TEMPI: Final = tuple(exp(0.06 * k) for k in (-2, -1, 0, 1, 2))  # of the one of late, that the player may have taken
_GIVE_UP: Final = 8.0  # by how much a place may fall behind its own best
_BETTER: Final = 9.0  # by how much the best of all must fit better than where the player was thought to be
_FAR: Final = 24.0 * CELLS  # places from there, at each of which it must fit better by 1
_MOST_DEAR: Final = 4.0  # by which a far place must fit better, at most
_ANYWHERE: Final = 2.0  # by which it must fit better where the player would have begun anywhere in the score,
_AT_A_BAR: Final = 1.0  # at a bar,
_AT_A_DOOR: Final = -1.0  # at its very begin, at a section, at a repeat
_DOORSTEP: Final = CELLS // 3  # places to each side that belong to a begin

Floats = NDArray[np.float64]


@kernel(
    "void(int64, int64, int64[::1], float64[::1], float64, int64, int64, float64[:,::1], float64[::1], float64,"
    " float64[::1])"
)
def _look(
    first: int,
    count: int,
    kinds: NDArray[np.int64],
    costs: Floats,
    pace: float,
    newest: int,
    known: int,
    levels: Floats,
    fits: Floats,
    here: float,
    best: Floats,
) -> None:
    # best: by how much it fits better, place, tempo of it, steps for which it does; looked for among `count` places
    for number in range(first, first + count):
        place = number * APART
        far = min(abs(place - here) / _FAR, _MOST_DEAR)
        for r in range(len(_TEMPI)):
            total, most, steps = 0.0, 0.0, 0
            for ago in range(known):
                then = place - ago * pace * _TEMPI[r]
                if then < 0.0:
                    break
                step = (newest - ago) % MEMORY
                total += levels[step, kinds[int(then + 0.5)]] - fits[step]
                if total > most:
                    most, steps = total, ago + 1
                elif total < most - _GIVE_UP:
                    break
            began = int(max(place - steps * pace * _TEMPI[r], 0.0) + 0.5)
            most -= far + costs[began]
            if most > best[0]:
                best[0], best[1], best[2], best[3] = most, place, _TEMPI[r], steps


def _costs(places: int, score: Timeline) -> Floats:
    """By how much the player must fit better who would have begun at each place."""
    costs = np.full(places, _ANYWHERE)
    for begins, cost in ((score.bars, _AT_A_BAR), (score.doors, _AT_A_DOOR)):
        for begin in begins:
            at = round(float(begin) * CELLS)
            costs[max(at - _DOORSTEP, 0) : at + _DOORSTEP + 1] = cost
    return costs


class Search:
    """Compares the last seconds of sound, back from now, with what stands before every place of the score.

    A place is found when the stretch before it, as long as it likes, fits better than where the player was thought to
    be all that time, by a likelihood ratio of e⁹. More is asked of far away places, less of the player who would have
    begun at a bar, a section, a repeat, or at the very begin. A hop looks at AT_ONCE places: an ordinary tune is looked
    through ten times a second, 2 000 quarters in a second. `found` (2,): the place, in CELLS a quarter, and how much
    faster than before.
    """

    delay: Final = 0

    def __init__(self, expected: Expectation, score: Timeline) -> None:
        self._costs = _costs(expected.places, score)
        self._kinds = expected.kinds
        self._count = expected.places // APART
        self._levels = np.zeros((MEMORY, KINDS))
        self._fits = np.zeros(MEMORY)
        self._best = np.zeros(4)
        self.found = np.zeros(2)
        self.looked = 0
        """Places looked at so far."""
        self._newest = self._known = self._next = 0
        self._pace = 0.0

    def remember(self, levels: Floats, fit: float) -> None:
        """What the next step was like: `levels` (KINDS,) of `Evidence`, and `fit` of `Positions`."""
        expect_shape("levels", levels, (KINDS,))
        self._newest = (self._newest + 1) % MEMORY
        self._levels[self._newest] = levels
        self._fits[self._newest] = fit
        self._known = min(self._known + 1, MEMORY)
        self._best[1] += self._pace * self._best[2]  # what was found goes on

    def step(self, here: float, tempo: float) -> bool:
        """Look a little further, from `here`, in CELLS a quarter, at quarters a minute; whether a place was found."""
        pace = tempo / 60.0 * STEP * CELLS
        if self._next == 0:
            self._best[:] = 0.0
        count = min(AT_ONCE, self._count - self._next)
        _look(
            self._next,
            count,
            self._kinds,
            self._costs,
            pace,
            self._newest,
            self._known,
            self._levels,
            self._fits,
            here,
            self._best,
        )
        self._pace = pace
        self.looked += count
        self._next = (self._next + count) % self._count
        if self._next or self._best[0] < _BETTER or abs(self._best[1] - here) < CELLS:
            return False
        self.found[:] = self._best[1:3]
        return True

    def forget(self) -> None:
        """Begin anew: what was heard before says nothing about where the player was thought to be."""
        self._known = self._next = 0

    def reset(self) -> None:
        """Forget everything heard."""
        self._newest = 0
        self._pace = 0.0
        self.looked = 0
        self._best[:] = 0.0
        self.forget()
