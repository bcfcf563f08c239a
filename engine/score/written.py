"""A tune as it stands on paper: bar by bar, in values that a note can have, with dots, tuplets and ties.

`tune_of_bars` makes a tune of what stands there, as every reader finds it; `bars_of_tune` is the way back, for every
writer. There and back a tune stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from engine.score.spelling import NATURAL, Key, Spelling
from engine.score.tune import Bar, Meter, Note, Tune, notes_of_bars

PLAIN: Final = (1, 1)
_LARGEST, _SMALLEST = Fraction(8), Fraction(1, 256)  # quarters: a breve, a 1024th
_SIGNS: Final = range(-2, 3)  # semitones that an accidental can say
_DOTS: Final = (Fraction(1), Fraction(3, 2), Fraction(7, 4))  # what 0, 1 and 2 dots make of a value


@dataclass(frozen=True, slots=True)
class WrittenNote:
    """One sign: a note, or a rest (`spelling` None). `duration` in quarters is what it really lasts."""

    spelling: Spelling | None
    duration: Fraction
    tied: bool = False  # to the next
    certainty: float = 1.0
    value: Fraction = Fraction(0)  # quarters of its head and flags: 1 is a quarter, 1/2 an eighth; 0: not known
    dots: int = 0
    tuplet: tuple[int, int] = PLAIN  # so many in the time of so many: (3, 2) is a triplet


@dataclass(frozen=True, slots=True)
class WrittenBar:
    """The signs between two bar lines, and what else `Bar` says. `number` None: counted on."""

    notes: tuple[WrittenNote, ...]
    meter: Meter | None = None
    key: Key = NATURAL
    number: int | None = None
    repeat_from: bool = False
    repeat_to: int = 0
    endings: tuple[int, ...] = ()
    section: str = ""


def tune_of_bars(bars: Iterable[WrittenBar], clef: str, title: str = "", tempo: float | None = None) -> Tune:
    """The tune that stands there: ties merged, onsets counted. A bar without any note is left out.

    A tie to another pitch, to a rest or to nothing is none. A first bar shorter than its meter has the number 0.
    """
    found: list[Bar] = []
    notes: list[Note] = []
    at = Fraction(0)
    tied = False
    begins = False  # a repeat began in a bar that was left out
    for bar in bars:
        begins |= bar.repeat_from
        if not bar.notes:
            if bar.repeat_to and found:
                found[-1] = replace(found[-1], repeat_to=bar.repeat_to)
            continue
        onset = at
        for sign in bar.notes:
            if tied and notes[-1].spelling == sign.spelling:
                last = notes[-1]
                longer = last.duration + sign.duration
                notes[-1] = replace(last, duration=longer, certainty=min(last.certainty, sign.certainty))
            else:
                notes.append(Note(at, sign.duration, sign.spelling, sign.certainty))
            at += sign.duration
            tied = sign.tied and sign.spelling is not None
        number = bar.number
        if number is None:
            short = bar.meter is not None and at < bar.meter.bar
            number = found[-1].number + 1 if found else int(not short)
        signs = (begins, bar.repeat_to, bar.endings, bar.section)
        found.append(Bar(number, onset, at - onset, bar.meter, bar.key, *signs))
        begins = False
    return Tune(clef, tuple(found), tuple(notes), title, tempo)


def beginnings(bars: Iterable[WrittenBar]) -> list[bool]:
    """Of each sign that is no rest, whether a note begins with it, or it is tied to the one before."""
    found: list[bool] = []
    tied: WrittenNote | None = None
    for sign in (sign for bar in bars for sign in bar.notes):
        if sign.spelling is not None:
            found.append(tied is None or tied.spelling != sign.spelling)
        tied = sign if sign.tied and sign.spelling is not None else None
    return found


def bars_of_tune(tune: Tune) -> list[WrittenBar]:
    """The tune in signs: notes cut at bar lines and into writable values, the pieces tied."""
    written: list[WrittenBar] = []
    for bar, inside in zip(tune.bars, notes_of_bars(tune), strict=True):
        signs: list[WrittenNote] = []
        for note in inside:
            begin, end = max(note.onset, bar.onset), min(note.end, bar.end)
            cut = pieces(begin - bar.onset, end - begin)
            signs += [replace(piece, spelling=note.spelling, certainty=note.certainty, tied=True) for piece in cut]
            if note.spelling is None or note.end == end:
                signs[-1] = replace(signs[-1], tied=False)
        signs = [replace(sign, tied=sign.tied and sign.spelling is not None) for sign in signs]
        about = (bar.meter, bar.key, bar.number, bar.repeat_from, bar.repeat_to, bar.endings, bar.section)
        written.append(WrittenBar(tuple(signs), *about))
    return written


def pieces(begin: Fraction, duration: Fraction) -> list[WrittenNote]:
    """The signs, as rests, that fill so many quarters from that place in the bar: the fewest that can be written.

    A length that begins inside a tuplet is cut where the tuplet ends, if it goes on beyond.
    """
    inside = odd_part(begin)
    if inside > 1 and odd_part(duration) != inside:
        cell = Fraction(inside) / begin.denominator  # of the tuplet in which it begins
        until = (begin // cell + 1) * cell - begin
        if until < duration:
            return pieces(begin, until) + pieces(begin + until, duration - until)
    many = odd_part(duration)
    few = 1 << (many.bit_length() - 1)
    stretched = duration * Fraction(many, few)
    tuplet = (many, few) if many > 1 else PLAIN
    signs = []
    for value, dots in _values(stretched):
        signs.append(
            WrittenNote(None, value * _DOTS[dots] * Fraction(tuplet[1], tuplet[0]), False, 1.0, value, dots, tuplet)
        )
    return signs


def odd_part(number: Fraction) -> int:
    """What is left of its denominator without its factors of two."""
    rest = number.denominator
    return rest // (rest & -rest)


def _values(length: Fraction) -> list[tuple[Fraction, int]]:
    """Values and their dots, the longest first, that together last so long; its denominator is a power of two."""
    found: list[tuple[Fraction, int]] = []
    while length > 0:
        value = _LARGEST
        while value > length:
            value /= 2
        exact = [dots for dots, factor in enumerate(_DOTS) if value * factor == length]
        dots = exact[0] if exact else 0
        found.append((value, dots))
        length -= value * _DOTS[dots]
    return found


def value_of(duration: Fraction) -> WrittenNote | None:
    """The one sign, as a rest, that lasts so long; None where it takes several, tied."""
    signs = pieces(Fraction(0), duration)
    return signs[0] if len(signs) == 1 else None


def tuplets(notes: Sequence[WrittenNote]) -> list[tuple[int, int]]:
    """Where the tuplets of a bar lie: (first, one past the last) of its signs, each until it fills plain time again."""
    found: list[tuple[int, int]] = []
    begin: int | None = None
    filled = Fraction(0)
    for place, note in enumerate(notes):
        if begin is not None and notes[begin].tuplet != note.tuplet:
            found.append((begin, place))
            begin = None
        if note.tuplet == PLAIN:
            continue
        if begin is None:
            begin, filled = place, Fraction(0)
        filled += note.duration
        if odd_part(filled) == 1:
            found.append((begin, place + 1))
            begin = None
    if begin is not None:
        found.append((begin, len(notes)))
    return found


def accidentals(notes: Sequence[WrittenNote], key: Key, tied: bool = False) -> list[int | None]:
    """The accidental that stands before each note of a bar, in semitones, 0 a natural; None: none is needed.

    One holds for its line or space to the bar's end; a note that is tied to (`tied`: the first) needs none.
    """
    holding: dict[int, int] = {}
    shown: list[int | None] = []
    for note in notes:
        spelling = note.spelling
        needed = None
        if spelling is not None and not tied:
            if spelling.alter != holding.get(spelling.degree, key.alter(spelling.step)):
                needed = spelling.alter if spelling.alter in _SIGNS else None
            holding[spelling.degree] = spelling.alter
        shown.append(needed)
        tied = note.tied
    return shown
