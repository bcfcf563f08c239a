"""The forward algorithm of `Positions` as plain loops over every place, every tempo and everybody who waits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.score import position_steps as kernels
from engine.score import positions as fast
from engine.score.expectation import CELLS, HELD, KINDS, LAST, LATE, NOTHING, Expectation
from engine.score.tempi import TEMPI, likely

Array = NDArray[np.float64]


class Positions:
    """Of the whole score at once, without a window: for scores that fit into one."""

    def __init__(self, expected: Expectation) -> None:
        self.expected, self.tempi = expected, likely(None)
        self.moving = np.zeros((TEMPI.size, expected.places))
        self.waiting = np.zeros(expected.onsets.size + 1)
        self.waiting[0] = 1.0
        self.rings = round(96.0 / 60.0 * fast._RINGS * CELLS)

    def step(self, weights: Array) -> None:
        seen, last = self.expected, len(TEMPI) - 1
        fits = np.array([weights[kind] for kind in seen.kinds])
        here = self.moving.sum(axis=0)
        waiting = self.waiting.copy()
        for place, part in enumerate(seen.parts):
            if part >= LATE:
                share = kernels._WAIT if part < LAST else kernels._REST
                waiting[seen.notes[place] + 1] += share * here[place]
                fits[place] *= 1 - share
        for note in range(1, len(seen.onsets)):
            for place in range(seen.onsets[note], min(seen.onsets[note] + self.rings, seen.places)):
                if seen.notes[place] == note:
                    fits[place] = max(fits[place], weights[seen.kinds[seen.onsets[note - 1]]])
        moved = np.zeros_like(self.moving)
        change = kernels._CHANGE
        for t, tempo in enumerate(TEMPI):
            mixed = (1 - 2 * change) * self.moving[t]
            mixed = mixed + change * (self.moving[max(t - 1, 0)] + self.moving[min(t + 1, last)])
            steps = tempo / 60 * fast.STEP * CELLS
            for place, weight in enumerate(mixed):
                for to, share in ((int(steps), 1 - steps % 1), (int(steps) + 1, steps % 1)):
                    if place + to < seen.places:
                        moved[t, place + to] += share * weight
        moved *= fits
        for note, onset in enumerate(seen.onsets):
            moved[:, onset] += kernels._SKIP / len(seen.onsets) * fits[onset] * self.tempi
            moved[:, onset] += kernels._LEAVE * waiting[note] * fits[onset] * self.tempi
        waiting[:-1] *= 1 - kernels._LEAVE
        waiting *= [weights[NOTHING], *(weights[HELD + seen.kinds[onset]] for onset in seen.onsets)]
        for t, tempo in enumerate(TEMPI):
            wide = max(round(tempo / 60 * fast._BEGINNING * CELLS), 1)
            for onset in seen.onsets:
                moved[t, onset : onset + wide] *= weights[KINDS]
        total = moved.sum() + waiting.sum()
        self.moving, self.waiting = moved / total, waiting / total
        if self.moving.sum() > 0.5:
            self.tempi += fast._FORGET * (self.moving.sum(axis=1) / self.moving.sum() - self.tempi)
        place = self.place
        k = round(place)
        near = self.moving[:, max(k - 2 * kernels._NEAR, 0) : k + 2 * kernels._NEAR + 1].sum(axis=1)
        if near.sum() > 1e-9:
            self.rings = round(np.exp(near @ np.log(TEMPI) / near.sum()) / 60 * fast._RINGS * CELLS)

    @property
    def all_there(self) -> Array:
        """Weight by place, those who wait at the end of their notes."""
        found = self.moving.sum(axis=0)
        ends = [*self.expected.onsets[1:], self.expected.places - 1]
        found[0] += self.waiting[0]
        for note, end in enumerate(ends):
            found[end - 1] += self.waiting[note + 1]
        return found

    @property
    def place(self) -> float:
        weights = self.all_there
        near = [weights[max(k - kernels._NEAR, 0) : k + kernels._NEAR + 1].sum() for k in range(len(weights))]
        at = int(np.argmax(near))
        part = slice(max(at - 2 * kernels._NEAR, 0), at + 2 * kernels._NEAR + 1)
        return float(np.arange(len(weights))[part] @ weights[part] / weights[part].sum())
