"""Where in a score the player may be, and how fast: every possibility near the likeliest, weighed at every step."""

from __future__ import annotations

from math import exp
from typing import Final

import numpy as np

from engine.foundation.kernel import expect_shape
from engine.frame import HOP, RATE
from engine.score.expectation import CELLS, KINDS, Expectation
from engine.score.position_steps import Floats, begin, even_out, expect, move, read, ring_on, wait
from engine.score.tempi import TEMPI, USUAL, around, likely

HOPS: Final = 4
"""Hops a step: the possibilities are weighed every 21 ms."""
STEP: Final = HOPS * HOP / RATE
"""Seconds a step."""
WINDOW: Final = 16 * CELLS
"""Places that are weighed at a time, whatever the length of the score."""
BEHIND: Final = 5 * CELLS
"""Of them, those behind the likeliest."""
_STRAY: Final = 2 * CELLS  # places by which the likeliest may leave its place in the window before that moves
_FORGET: Final = 0.02  # a step, of the tempi that were likely
_BEGINNING: Final = 0.045  # seconds after its begin in which a note's beginning is expected to be heard
_RINGS: Final = 0.12  # seconds after a note's begin for which the one before may still be heard instead
_SPREAD: Final = 0.1  # of the logarithm of a tempo that was said, or found
_BLUR: Final = 8  # places to each side of one that was said, or found

_SHIFTS: Final = TEMPI / 60.0 * STEP * CELLS  # places a step
_WIDTHS: Final = np.maximum(np.round(TEMPI / 60.0 * _BEGINNING * CELLS), 1.0).astype(np.int64)
_LOGARITHMS: Final = np.log(TEMPI)


class Positions:
    """The forward algorithm over places and tempi near the likeliest place, a step each HOPS hops.

    The chances of being at a place at a tempo move on as the bar pointer does (N. Whiteley, A. T. Cemgil and
    S. Godsill, Bayesian modelling of temporal structure in musical audio, ISMIR 2006); beside them stand those who
    wait at the end of a note, as in a fermata, before the first and after the last. `found` (5,) after each step: the
    place, in CELLS a quarter, the logarithm of the tempo there, the share of all weight near it, the share that
    waits, and `fit`, how well what was heard fits what was expected. What a step costs does not depend on the score.
    """

    delay: Final = 0

    def __init__(self, expected: Expectation, tempo: float | None) -> None:
        """`tempo`: quarters a minute that the score says."""
        self._expected = expected
        self._usual = likely(tempo)
        self._new, self._old = (np.zeros((TEMPI.size, WINDOW), np.float32) for _ in range(2))
        self._rows = np.zeros(TEMPI.size, np.float32)
        self._columns, self._fits, self._there = (np.zeros(WINDOW, np.float32) for _ in range(3))
        self._holds = np.zeros(expected.onsets.size + 1)
        self._tempi = self._usual.copy()
        self._first = 0
        self.found = np.zeros(5)
        self.fit = 0.0
        self.reset()

    def step(self, weights: Floats) -> Floats:
        """`found` after a step in which kinds of sound are as likely as `weights` (KINDS + 1,) of `Evidence`."""
        expect_shape("weights", weights, (KINDS + 1,))
        seen, first = self._expected, self._first
        lowest, highest = self._reach()
        self._new, self._old = self._old, self._new
        new, columns, holds = self._new, self._columns, self._holds
        expect(first, seen.kinds, seen.notes, seen.parts, weights, columns, holds, self._fits)
        ring_on(first, lowest, highest, self._rings(), seen.kinds, seen.onsets, weights, self._fits)
        move(self._old, new, self._rows, _SHIFTS, self._fits, columns)
        self.fit = wait(
            first,
            lowest,
            highest,
            seen.kinds,
            seen.onsets,
            weights,
            new,
            columns,
            self._fits,
            self._tempi,
            holds,
        )
        begin(first, lowest, highest, seen.onsets, _WIDTHS, weights[KINDS], new, columns)
        even_out(lowest, highest, new, self._rows, columns, holds)
        self._look()
        moving = float(self._rows.sum())
        if moving > 0.5:
            self._tempi += _FORGET * (self._rows / moving - self._tempi)
        at = int(self.found[4])
        if abs(at - BEHIND) > _STRAY:
            self._shift(at - BEHIND)
        return self.found

    def put(self, place: float, tempo: float | None = None) -> None:
        """The player is at `place` now, in CELLS a quarter, at about this tempo, quarters a minute, or that of late."""
        chances = self._tempi if tempo is None else around(tempo, _SPREAD)
        place = min(max(place, 0.0), self._expected.places - 1.0)
        self._clear()
        self._first = round(place) - BEHIND
        near = np.arange(-_BLUR, _BLUR + 1)
        blur = np.exp(-2.0 * ((near - place + round(place)) / _BLUR) ** 2)
        self._new[:, BEHIND - _BLUR : BEHIND + _BLUR + 1] = np.outer(chances, blur / blur.sum())
        self._account()

    def wait(self, place: float) -> None:
        """The player waits to begin the note that begins nearest to `place`."""
        onsets = self._expected.onsets
        note = int(np.argmin(abs(onsets - place)))
        self._clear()
        self._first = int(onsets[note]) - BEHIND
        self._holds[note] = 1.0
        self._account()

    def _rings(self) -> int:
        """Places for which a note may ring on at the tempo of late."""
        tempo = exp(self.found[1]) if self.found[1] > 0.0 else USUAL
        return round(tempo / 60.0 * _RINGS * CELLS)

    def _reach(self) -> tuple[int, int]:
        """The first and the last note that the window touches."""
        notes, last = self._expected.notes, self._expected.places - 1
        low, high = min(max(self._first, 0), last), min(self._first + WINDOW - 1, last)
        return max(int(notes[low]), 0), max(int(notes[high]), 0)

    def _clear(self) -> None:
        lowest, highest = self._reach()
        self._holds[lowest : highest + 2] = 0.0
        self._new[:] = 0.0

    def _shift(self, by: int) -> None:
        """Let the window begin `by` places later; what it leaves is forgotten."""
        lowest, highest = self._reach()
        self._first += by
        if by > 0:
            self._new[:, :-by] = self._new[:, by:]
            self._new[:, -by:] = 0.0
        else:
            self._new[:, -by:] = self._new[:, :by]
            self._new[:, :-by] = 0.0
        kept = self._reach()
        self._holds[lowest : kept[0]] = 0.0
        self._holds[kept[1] + 2 : highest + 2] = 0.0
        self._account()

    def _account(self) -> None:
        """Sum up anew what lies where."""
        np.sum(self._new, axis=0, out=self._columns)
        np.sum(self._new, axis=1, out=self._rows)
        self._look()

    def _look(self) -> None:
        lowest, highest = self._reach()
        seen = self._expected
        read(
            self._first,
            lowest,
            highest,
            seen.onsets,
            seen.places,
            self._new,
            self._rows,
            self._columns,
            _LOGARITHMS,
            self._holds,
            self._there,
            self.found,
        )

    def reset(self) -> None:
        """Before the first note, and nothing heard."""
        self._tempi[:] = self._usual
        self._holds[:] = 0.0
        self._first = -BEHIND
        self.fit = 0.0
        self.wait(0.0)
