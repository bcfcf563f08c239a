"""Which notes of a bar are joined by beams: those within a beat, as printed music has them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from engine.score.tune import Meter
from engine.score.written import WrittenBar, WrittenNote

BEGIN, ON, END, FORWARD, BACKWARD = "begin", "continue", "end", "forward hook", "backward hook"
"""What a beam does at a note; a hook is one that reaches no other note."""
_QUARTER: Final = Fraction(1)


def beamed(bars: Sequence[WrittenBar]) -> list[list[tuple[str, ...]]]:
    """Of each sign of each bar, what its beams do, the outermost first; () for one without any."""
    found = []
    for which, bar in enumerate(bars):
        before = bars[which - 1] if which else None
        found.append(_beamed(bar, _begin(bar, before)))
    return found


def _begin(bar: WrittenBar, before: WrittenBar | None) -> Fraction:
    """Where in its metre a bar begins: a pick-up, and the second half of a divided bar, begin late."""
    length = sum((note.duration for note in bar.notes), Fraction(0))
    late = before is None or before.number == bar.number
    return bar.meter.bar - length if late and bar.meter is not None and length < bar.meter.bar else Fraction(0)


def _beamed(bar: WrittenBar, begin: Fraction) -> list[tuple[str, ...]]:
    group = _group(bar.meter)
    found: list[tuple[str, ...]] = [()] * len(bar.notes)
    run: list[int] = []
    at, last = begin, begin // group
    for place, note in enumerate(bar.notes):
        if not _flags(note) or (run and at // group != last):
            _join(bar.notes, run, found)
            run = []
        if _flags(note):
            run.append(place)
        last = at // group
        at += note.duration
    _join(bar.notes, run, found)
    return found


def _group(meter: Meter | None) -> Fraction:
    """Quarters that a beam lasts at most: a beat; all of 3/8; in 5/8 and 7/8, whose beats are uneven, a quarter."""
    if meter is None:
        return _QUARTER
    if meter.unit >= 8 and meter.beats == 3:
        return meter.bar
    return max(meter.beat, _QUARTER)


def _flags(note: WrittenNote) -> int:
    """How many flags it would have alone; a rest has none."""
    if note.spelling is None or not 0 < note.value < 1:
        return 0
    return (1 / note.value).numerator.bit_length() - 1


def _join(notes: Sequence[WrittenNote], run: Sequence[int], found: list[tuple[str, ...]]) -> None:
    """Write down the beams of notes that follow each other; one alone keeps its flags."""
    if len(run) < 2:
        return
    flags = [_flags(notes[place]) for place in run]
    for number, place in enumerate(run):
        before = flags[number - 1] if number else 0
        after = flags[number + 1] if number + 1 < len(run) else 0
        found[place] = tuple(_beam(level, before, after) for level in range(1, flags[number] + 1))


def _beam(level: int, before: int, after: int) -> str:
    """What the beam of that level does, between neighbours with so many."""
    if before >= level:
        return ON if after >= level else END
    if after >= level:
        return BEGIN
    return BACKWARD if before else FORWARD
