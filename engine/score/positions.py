"""Where in a score the player may be, and how fast: every possibility near the likeliest, weighed at every step."""

from __future__ import annotations

from math import exp
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.kernel import expect_shape, kernel
from engine.frame import HOP, RATE
from engine.score.expectation import CELLS, HELD, KINDS, LAST, LATE, NOTHING, Expectation
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
_CHANGE: Final = 0.015  # chance of the next faster or slower tempo, a step
_WAIT: Final = 0.0005  # chance that the player begins to wait, a step, in the second half of a note
_REST: Final = 0.1  # the same at the end
_LEAVE: Final = 0.05  # chance that one who waits goes on
_SKIP: Final = 1e-6  # chance that the player goes to another note of the window, a step
_FORGET: Final = 0.02  # a step, of the tempi that were likely
_BEGINNING: Final = 0.045  # seconds after its begin in which a note's beginning is expected to be heard
_RINGS: Final = 0.12  # seconds after a note's begin for which the one before may still be heard instead
_NEAR: Final = 12  # places to each side that belong to a place
_NEVER: Final = 1e-9  # of all weight, below which a tempo is passed over
_SPREAD: Final = 0.1  # of the logarithm of a tempo that was said, or found
_BLUR: Final = 8  # places to each side of one that was said, or found

_SHIFTS: Final = TEMPI / 60.0 * STEP * CELLS  # places a step
_WIDTHS: Final = np.maximum(np.round(TEMPI / 60.0 * _BEGINNING * CELLS), 1.0).astype(np.int64)
_LOGARITHMS: Final = np.log(TEMPI)

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Integers = NDArray[np.int64]


@kernel("void(int64, int64[::1], int64[::1], int64[::1], float64[::1], float32[::1], float64[::1], float32[::1])")
def _expect(
    first: int,
    kinds: Integers,
    notes: Integers,
    parts: Integers,
    weights: Floats,
    columns: Singles,
    holds: Floats,
    fits: Singles,
) -> None:
    # fits (WINDOW,): how well what is heard fits each place; who begins to wait there leaves it
    for k in range(fits.size):
        x = first + k
        if x < 0 or x >= kinds.size:
            fits[k] = weights[NOTHING]
            continue
        fits[k] = weights[kinds[x]]
        if parts[x] >= LATE:
            share = _WAIT if parts[x] < LAST else _REST
            holds[notes[x] + 1] += share * columns[k]
            fits[k] *= np.float32(1.0 - share)


@kernel(
    "void(float32[:,::1], float32[:,::1], float32[::1], float64[::1], float32[::1], float32[::1])",
    reorder=True,
)
def _move(old: Singles, new: Singles, rows: Singles, shifts: Floats, fits: Singles, columns: Singles) -> None:
    # old, new (tempi, WINDOW): everything goes on at its tempo, which may become the next, and is weighed by fits
    change = np.float32(_CHANGE)
    stay = np.float32(1.0 - 2.0 * _CHANGE)
    last = rows.size - 1
    columns[:] = 0.0
    for t in range(rows.size):
        under, over = max(t - 1, 0), min(t + 1, last)
        row = new[t]
        if rows[under] + rows[t] + rows[over] < _NEVER:
            row[:] = 0.0
            continue
        whole = int(shifts[t])
        far = np.float32(shifts[t] - whole)
        near = np.float32(1.0) - far
        row[: whole + 1] = 0.0
        to, fit = row[whole + 1 :], fits[whole + 1 :]
        a, b, c = old[under], old[t], old[over]
        a1, b1, c1 = a[1:], b[1:], c[1:]
        for k in range(to.size):
            here = near * (stay * b1[k] + change * (a1[k] + c1[k]))
            to[k] = (here + far * (stay * b[k] + change * (a[k] + c[k]))) * fit[k]
        for k in range(row.size):
            columns[k] += row[k]


@kernel("void(int64, int64, int64, int64, int64[::1], int64[::1], float64[::1], float32[::1])")
def _ring_on(
    first: int,
    lowest: int,
    highest: int,
    rings: int,
    kinds: Integers,
    onsets: Integers,
    weights: Floats,
    fits: Singles,
) -> None:
    # a note that begins softly, or in a hall, is heard later than it begins: for so many places that is no fault
    for n in range(max(lowest, 1), highest + 1):
        before = np.float32(weights[kinds[onsets[n - 1]]])
        begin = onsets[n] - first
        end = min(begin + rings, fits.size)
        if n + 1 < onsets.size:
            end = min(end, onsets[n + 1] - first)
        for k in range(max(begin, 0), end):
            fits[k] = max(fits[k], before)


@kernel("void(float32[:,::1], float32[::1], float64[::1], int64, float64)")
def _enter(new: Singles, columns: Singles, tempi: Floats, k: int, weight: float) -> None:
    # so much weight comes to place k of the window, at tempi that are likely of late
    for t in range(tempi.size):
        new[t, k] += np.float32(weight * tempi[t])
    columns[k] += np.float32(weight)


@kernel(
    "float64(int64, int64, int64, int64[::1], int64[::1], float64[::1], float32[:,::1], float32[::1], float32[::1],"
    " float64[::1], float64[::1])"
)
def _wait(
    first: int,
    lowest: int,
    highest: int,
    kinds: Integers,
    onsets: Integers,
    weights: Floats,
    new: Singles,
    columns: Singles,
    fits: Singles,
    tempi: Floats,
    holds: Floats,
) -> float:
    # those who wait go on to the next note, or wait; anybody may go to any note of the window
    # returns the logarithm of how well what is heard fits what was expected of it
    fitting = expected = 0.0
    for k in range(columns.size):
        fitting += columns[k]
        expected += columns[k] / fits[k]
    count = 0
    for n in range(lowest, highest + 1):
        count += 0 <= onsets[n] - first < columns.size
    for n in range(lowest - 1, highest + 1):
        if 0 <= n < onsets.size and 0 <= onsets[n] - first < columns.size:
            k = onsets[n] - first
            _enter(new, columns, tempi, k, _SKIP / count * fits[k])
        held = holds[n + 1]
        following = onsets[n + 1] - first if n + 1 < onsets.size else -1
        if 0 <= following < columns.size:
            _enter(new, columns, tempi, following, _LEAVE * held * fits[following])
            held *= 1.0 - _LEAVE
        expected += holds[n + 1]
        fit = weights[NOTHING] if n < 0 else weights[HELD + kinds[onsets[n]]]
        holds[n + 1] = held * fit
        fitting += holds[n + 1]
    return float(np.log(max(fitting, 1e-30) / max(expected, 1e-30)))


@kernel("void(int64, int64, int64, int64[::1], int64[::1], float64, float32[:,::1], float32[::1])")
def _begin(
    first: int,
    lowest: int,
    highest: int,
    onsets: Integers,
    widths: Integers,
    weight: float,
    new: Singles,
    columns: Singles,
) -> None:
    # where a note begins, its beginning must be heard
    factor = np.float32(weight)
    widest = widths[widths.size - 1]
    for n in range(lowest, highest + 1):
        begin = onsets[n] - first
        for k in range(max(begin, 0), min(begin + widest, columns.size)):
            total = np.float32(0.0)
            for t in range(widths.size):
                if k < begin + widths[t]:
                    new[t, k] *= factor
                total += new[t, k]
            columns[k] = total


@kernel("void(int64, int64, float32[:,::1], float32[::1], float32[::1], float64[::1])", reorder=True)
def _even_out(lowest: int, highest: int, new: Singles, rows: Singles, columns: Singles, holds: Floats) -> None:
    # all weights to 1, and what each tempo has of it
    total = 0.0
    for k in range(columns.size):
        total += columns[k]
    for n in range(lowest, highest + 2):
        total += holds[n]
    share = 1.0 / max(total, 1e-30)
    factor = np.float32(share)
    for t in range(rows.size):
        row, own = new[t], np.float32(0.0)
        for k in range(row.size):
            row[k] *= factor
            own += row[k]
        rows[t] = own
    for k in range(columns.size):
        columns[k] *= factor
    for n in range(lowest, highest + 2):
        holds[n] *= share


@kernel(
    "void(int64, int64, int64, int64[::1], int64, float32[:,::1], float32[::1], float32[::1], float64[::1],"
    " float64[::1], float32[::1], float64[::1])"
)
def _read(
    first: int,
    lowest: int,
    highest: int,
    onsets: Integers,
    places: int,
    new: Singles,
    rows: Singles,
    columns: Singles,
    logarithms: Floats,
    holds: Floats,
    all_there: Singles,
    found: Floats,
) -> None:
    # found: place, logarithm of the tempo (0 where nothing moves), weight near it, weight that waits, likeliest column
    size = columns.size
    all_there[:] = columns
    waiting = 0.0
    for n in range(lowest - 1, highest + 1):  # who waits is at the end of the note
        waiting += holds[n + 1]
        k = 0 - first if n < 0 else (onsets[n + 1] if n + 1 < onsets.size else places - 1) - 1 - first
        if 0 <= k < size:
            all_there[k] += np.float32(holds[n + 1])
    sliding, best, at = 0.0, -1.0, 0
    for k in range(-_NEAR, size):
        if k + _NEAR < size:
            sliding += all_there[k + _NEAR]
        if k - _NEAR - 1 >= 0:
            sliding -= all_there[k - _NEAR - 1]
        if k >= 0 and sliding > best:
            best, at = sliding, k
    low, high = max(at - 2 * _NEAR, 0), min(at + 2 * _NEAR + 1, size)
    weight = place = 0.0
    for k in range(low, high):
        weight += all_there[k]
        place += all_there[k] * k
    moving = logarithm = 0.0
    for t in range(rows.size):
        if rows[t] > _NEVER:
            own = 0.0
            for k in range(low, high):
                own += new[t, k]
            moving += own
            logarithm += own * logarithms[t]
    found[0] = first + place / max(weight, 1e-30)
    found[1] = logarithm / moving if moving > 1e-9 else 0.0
    found[2] = weight
    found[3] = waiting
    found[4] = at


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
        _expect(first, seen.kinds, seen.notes, seen.parts, weights, columns, holds, self._fits)
        _ring_on(first, lowest, highest, self._rings(), seen.kinds, seen.onsets, weights, self._fits)
        _move(self._old, new, self._rows, _SHIFTS, self._fits, columns)
        self.fit = _wait(
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
        _begin(first, lowest, highest, seen.onsets, _WIDTHS, weights[KINDS], new, columns)
        _even_out(lowest, highest, new, self._rows, columns, holds)
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
        _read(
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
