"""What of a tune was read right, what was missed and what was invented: two tunes laid beside each other.

They are aligned by the fewest edits (notes left out, put in, or changed) in a band around the diagonal that is
widened until the alignment is sure to be the best, or as wide as `_WIDEST`: the cost grows with the length, not with
its square. Of alignments with as many edits the one is taken whose notes lie nearest in time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.score.tune import Note, Tune

_NARROWEST, _WIDEST = 32, 1024  # notes to each side of the diagonal
_NEVER: Final = 1e9
_CHANGED, _LEFT_OUT, _PUT_IN = range(3)  # a note for a note, the same or another; one only here; one only there
_Step = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A tune as it was read, beside the tune as it is. Notes are right if pitch and duration both are."""

    matched: tuple[tuple[Note, Note], ...]  # as it is, as read
    missed: tuple[Note, ...]  # of the tune as it is
    extra: tuple[tuple[Note, Fraction], ...]  # read, but not there; and the onset in the tune as it is
    symbols: int  # notes and rests as they are
    symbol_errors: int  # of them changed, left out or put in

    @property
    def precision(self) -> float:
        """How many of the notes that were read are there; 1 where none was read."""
        read = len(self.matched) + len(self.extra)
        return len(self.matched) / read if read else 1.0

    @property
    def recall(self) -> float:
        """How many of the notes that are there were read; 1 where there are none."""
        there = len(self.matched) + len(self.missed)
        return len(self.matched) / there if there else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = 2 * len(self.matched) + len(self.missed) + len(self.extra)
        return 2 * len(self.matched) / total if total else 1.0

    @property
    def ser(self) -> float:
        """The symbol error rate: edits a note or rest; it can pass 1."""
        return self.symbol_errors / max(self.symbols, 1)


def compare(reference: Tune, read: Tune) -> Comparison:
    """What of `reference` is in `read`, as both are written: repeats not played out."""
    steps = aligned(reference.notes, read.notes)
    matched: list[tuple[Note, Note]] = []
    missed: list[Note] = []
    extra: list[tuple[Note, Fraction]] = []
    errors = 0
    drift = Fraction(0)  # from the read tune's time to the other's
    for here, there in steps:
        one = None if here is None else reference.notes[here]
        other = None if there is None else read.notes[there]
        if one is not None and other is not None:
            drift = one.onset - other.onset
            if _same(one, other):
                if one.spelling is not None:
                    matched.append((one, other))
                continue
        errors += 1
        if one is not None and one.spelling is not None:
            missed.append(one)
        if other is not None and other.spelling is not None:
            extra.append((other, max(other.onset + drift, Fraction(0))))
    return Comparison(tuple(matched), tuple(missed), tuple(extra), len(reference.notes), errors)


def together(comparisons: Sequence[Comparison]) -> Comparison:
    """The figures of several pages as one."""
    return Comparison(
        tuple(pair for each in comparisons for pair in each.matched),
        tuple(note for each in comparisons for note in each.missed),
        tuple(note for each in comparisons for note in each.extra),
        sum(each.symbols for each in comparisons),
        sum(each.symbol_errors for each in comparisons),
    )


def aligned(one: Sequence[Note], other: Sequence[Note]) -> list[_Step]:
    """Pairs of places (in one, in the other), in order; None: only the other tune has it there."""
    half = _NARROWEST
    while True:
        steps = _banded(one, other, half)
        edits = sum(a is None or b is None or not _same(one[a], other[b]) for a, b in steps)
        # An alignment that leaves the band puts in or leaves out more notes than that.
        if edits <= half or half >= min(len(one), len(other)) or half >= _WIDEST:
            return steps
        half *= 4


def _same(one: Note, other: Note) -> bool:
    return one.pitch == other.pitch and one.duration == other.duration


def _banded(one: Sequence[Note], other: Sequence[Note], half: int) -> list[_Step]:
    """The cheapest alignment whose pairs lie at most so far outside what the lengths themselves put between them."""
    n, m = len(one), len(other)
    little = 0.25 / (n + m + 1)  # all that only breaks ties stays below one edit
    as_good = little / 1e4
    a, b = _table(one), _table(other)
    before = half + max(n - m, 0)
    columns = np.arange(before + half + max(m - n, 0) + 1)
    # ways[i, k], costs[k]: of the first i of one and the first j = i - before + k of the other.
    ways = np.full((n + 1, len(columns)), _PUT_IN, np.uint8)
    costs = np.where(columns >= before, columns - before, _NEVER).astype(np.float64)
    for i in range(1, n + 1):
        j = i - before + columns
        change = costs + _change(a[i - 1], b[np.clip(j - 1, 0, m - 1)], little) if m else np.full(len(j), _NEVER)
        change[j < 1] = _NEVER
        left_out = np.append(costs[1:], _NEVER) + 1.0
        costs = np.where((j >= 0) & (j <= m), np.minimum(change, left_out), _NEVER)
        # Notes put in cost one each: a running minimum along the row.
        costs = np.minimum.accumulate(costs - columns) + columns
        ways[i, left_out - costs < as_good] = _LEFT_OUT
        ways[i, change - costs < as_good] = _CHANGED
        costs[j > m] = _NEVER
    return _way_back(ways, n, m, before)


def _table(notes: Sequence[Note]) -> NDArray[np.float64]:
    """Pitch (−1 a rest), duration and onset, (n, 3)."""
    rows = [(-1.0 if n.pitch is None else n.pitch, float(n.duration), float(n.onset)) for n in notes]
    return np.array(rows, dtype=np.float64).reshape(-1, 3)


def _change(note: NDArray[np.float64], others: NDArray[np.float64], little: float) -> NDArray[np.float64]:
    """What it costs to take a note for each of the others."""
    off = (np.abs(others[..., :2] - note[:2]) > 1e-9).sum(axis=-1)
    late = np.minimum(np.abs(others[..., 2] - note[2]), 16.0) / 16.0
    return np.asarray((off > 0) + little * (off + late))


def _way_back(ways: NDArray[np.uint8], n: int, m: int, before: int) -> list[_Step]:
    steps: list[_Step] = []
    i, j = n, m
    while i or j:
        way = ways[i, j - i + before]
        i, j = i - (way != _PUT_IN), j - (way != _LEFT_OUT)
        steps.append((None if way == _PUT_IN else i, None if way == _LEFT_OUT else j))
    return steps[::-1]
