"""Notes that only say when they sound become a tune: rests in the gaps, bars by the meter."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from engine.score.spelling import NATURAL, Key
from engine.score.tune import Bar, Meter, Note, Tune

_FREE: Final = Fraction(4)  # quarters in a bar where no meter is known
_LONGEST: Final = Fraction(40_000)  # quarters: more than any evening has
_MIDDLE_C: Final = 60


def one_voice(notes: Iterable[Note]) -> list[Note]:
    """The melody of notes that may overlap: of those that begin together the highest, each until the next begins."""
    melody: list[Note] = []
    for note in sorted(notes, key=lambda note: (note.onset, note.pitch or 0)):
        if melody and melody[-1].onset == note.onset:
            melody.pop()
        elif melody and melody[-1].end > note.onset:
            melody[-1] = replace(melody[-1], duration=note.onset - melody[-1].onset)
        melody.append(note)
    return melody


def bars_by_meter(
    length: Fraction, meters: Sequence[tuple[Fraction, Meter | None, Key]], pickup: Fraction = Fraction(0)
) -> list[Bar]:
    """Bars for so many quarters. `meters`: from when on (the first from 0, in order) which meter and key.

    A change begins a bar. ValueError if there would be more than any piece has.
    """
    if length > _LONGEST:
        raise ValueError(f"{float(length):g} quarters are no piece of music")
    bars: list[Bar] = []
    at = Fraction(0)
    number = 0 if pickup else 1
    changes = list(meters) or [(Fraction(0), None, NATURAL)]
    begins = [begin for begin, _, _ in changes]
    while at < length:
        following = bisect_right(begins, at)
        _, meter, key = changes[following - 1]
        full = meter.bar if meter else _FREE
        until = begins[following] if following < len(begins) else length
        size = min(pickup if pickup and not bars else full, length - at, until - at)
        bars.append(Bar(number, at, size, meter, key))
        at += size
        number += 1
    return bars


def barred(notes: Iterable[Note], bars: Sequence[Bar], clef: str, title: str = "", tempo: float | None = None) -> Tune:
    """The tune of these notes in these bars, which reach at least to the last note's end; gaps become rests.

    A rest never goes on over a bar line. What reaches beyond the bars is cut.
    """
    lasting: list[Note] = []
    lines = [bar.onset for bar in bars]
    end = bars[-1].end if bars else Fraction(0)
    at = Fraction(0)
    for note in one_voice(notes):
        if note.onset >= end:
            break
        lasting += _rests(at, note.onset, lines)
        kept = replace(note, duration=min(note.duration, end - note.onset))
        lasting += _rests(kept.onset, kept.end, lines, kept.certainty) if kept.spelling is None else [kept]
        at = kept.end
    lasting += _rests(at, end, lines)
    return Tune(clef, tuple(bars), tuple(lasting), title, tempo)


def _rests(begin: Fraction, end: Fraction, lines: Sequence[Fraction], certainty: float = 1.0) -> list[Note]:
    """A silence, cut at the bar lines."""
    cuts = [begin, *lines[bisect_right(lines, begin) : bisect_left(lines, end)], end]
    return [Note(a, b - a, None, certainty) for a, b in itertools.pairwise(cuts) if b > a]


def fitting_clef(notes: Iterable[Note]) -> str:
    """Treble or bass: where most of the notes need fewer ledger lines."""
    pitches = sorted(note.pitch for note in notes if note.pitch is not None)
    return "bass" if pitches and pitches[len(pitches) // 2] < _MIDDLE_C else "treble"
