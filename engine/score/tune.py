"""A tune as data: its bars and notes, exact in quarter notes, as they are written (ties merged, repeats not played).

`Tune` is what a page is read to, what files are written from, and what the player is followed in.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from engine.score.spelling import NATURAL, Key, Spelling

CLEFS: Final = ("treble", "bass", "alto", "tenor", "soprano")
"""That a tune may be written in."""
DOUBT: Final = 0.6
"""A certainty below this makes a note, and its bar, doubtful."""


@dataclass(frozen=True, slots=True)
class Meter:
    """A time signature: so many (`beats`) of such notes (`unit`: 4 is a quarter)."""

    beats: int
    unit: int

    def __post_init__(self) -> None:
        if not 1 <= self.beats <= 99:
            raise ValueError(f"beats={self.beats} must be from 1 to 99")
        if self.unit not in (1, 2, 4, 8, 16, 32, 64):
            raise ValueError(f"unit={self.unit} must be 1, 2, 4, 8, 16, 32 or 64")

    @property
    def bar(self) -> Fraction:
        """Quarters in a full bar."""
        return Fraction(4 * self.beats, self.unit)

    @property
    def beat(self) -> Fraction:
        """Quarters in a beat as it is felt: a dotted quarter in 6/8, 9/8 and 12/8."""
        compound = self.unit >= 8 and self.beats % 3 == 0 and self.beats > 3
        return Fraction(4 * (3 if compound else 1), self.unit)

    def __str__(self) -> str:
        return f"{self.beats}/{self.unit}"


def read_meter(text: str) -> Meter:
    """The time signature that "6/8" is; ValueError if it is none."""
    beats, stroke, unit = text.strip().partition("/")
    if not (stroke and beats.strip().isdecimal() and unit.strip().isdecimal()):
        raise ValueError(f"{text!r} must be a time signature (as 3/4)")
    return Meter(int(beats), int(unit))


@dataclass(frozen=True, slots=True)
class Note:
    """A note, or a rest (`spelling` None): onset and duration in quarters from the tune's begin, ties merged."""

    onset: Fraction
    duration: Fraction
    spelling: Spelling | None
    certainty: float = 1.0  # 0..1: how sure its reader was

    def __post_init__(self) -> None:
        if self.duration <= 0:
            raise ValueError(f"duration={self.duration} must be more than 0")
        if not 0 <= self.certainty <= 1:
            raise ValueError(f"certainty={self.certainty} must be from 0 to 1")

    @property
    def pitch(self) -> int | None:
        """MIDI number; None for a rest."""
        return None if self.spelling is None else self.spelling.midi

    @property
    def end(self) -> Fraction:
        """Quarters from the tune's begin until it is over."""
        return self.onset + self.duration


@dataclass(frozen=True, slots=True)
class Bar:
    """What lies between two bar lines. `meter` and `key` are those in force; `meter` None: none is written."""

    number: int  # as printed: a pick-up is 0; both halves of a bar that a repeat sign divides have its number
    onset: Fraction
    length: Fraction  # quarters, as written: what its notes last
    meter: Meter | None
    key: Key = NATURAL
    repeat_from: bool = False  # a repeat begins here
    repeat_to: int = 0  # a repeat ends here: how often the bars are played in all, usually 2; 0: none ends
    endings: tuple[int, ...] = ()  # the passes in which it is played; (): in each
    section: str = ""  # the name of what begins here

    @property
    def end(self) -> Fraction:
        """Quarters from the tune's begin to the bar line behind it."""
        return self.onset + self.length

    @property
    def full(self) -> bool:
        """Whether its notes last as long as its meter asks."""
        return self.meter is None or self.length == self.meter.bar


@dataclass(frozen=True, slots=True)
class Tune:
    """Bars that join without a gap, and notes and rests that do: one voice. Checked when it is made."""

    clef: str
    bars: tuple[Bar, ...]
    notes: tuple[Note, ...]
    title: str = ""
    tempo: float | None = None  # quarters a minute, where it is said

    def __post_init__(self) -> None:
        if self.clef not in CLEFS:
            raise ValueError(f"clef={self.clef!r} must be one of {', '.join(CLEFS)}")
        if self.tempo is not None and not 1 <= self.tempo <= 1000:
            raise ValueError(f"tempo={self.tempo:g} must be from 1 to 1000")
        for kind, parts in (("bars", self.bars), ("notes", self.notes)):
            at = Fraction(0)
            for part in parts:
                if part.onset != at or part.end <= at:
                    raise ValueError(f"{kind} must join: one begins at {part.onset} where {at} is the end of the last")
                at = part.end
        if self.length != (self.notes[-1].end if self.notes else 0):
            raise ValueError("notes must last as long as the bars")

    @property
    def length(self) -> Fraction:
        """Quarters, as written."""
        return self.bars[-1].end if self.bars else Fraction(0)

    @property
    def key(self) -> Key:
        """At the begin."""
        return self.bars[0].key if self.bars else NATURAL

    @property
    def meter(self) -> Meter | None:
        """At the begin."""
        return self.bars[0].meter if self.bars else None

    @property
    def pickup(self) -> Fraction:
        """Quarters before the first full bar; 0 where it begins with a bar."""
        first = self.bars[0] if self.bars else None
        return first.length if first and first.meter and first.length < first.meter.bar else Fraction(0)

    @property
    def sounding(self) -> tuple[Note, ...]:
        """Its notes without the rests."""
        return tuple(note for note in self.notes if note.spelling is not None)

    def bar_at(self, onset: Fraction) -> int:
        """Which of its bars that moment lies in, from 0."""
        return max(bisect_right(self.bars, onset, key=lambda bar: bar.onset) - 1, 0)

    @property
    def doubtful(self) -> frozenset[int]:
        """The bars, from 0, in which a note is doubtful, or whose notes do not last what the meter asks.

        Short bars are no fault where a tune begins or ends, or beside a repeat: there the halves make a whole.
        """
        found = {self.bar_at(note.onset) for note in self.notes if note.certainty < DOUBT}
        for which, bar in enumerate(self.bars):
            meter = bar.meter
            edge = which in (0, len(self.bars) - 1) or bar.repeat_from or bar.repeat_to or bar.endings
            edge = edge or self.bars[which - 1].repeat_to or self.bars[which + 1].repeat_from
            if meter is not None and (bar.length > meter.bar or (bar.length < meter.bar and not edge)):
                found.add(which)
        return frozenset(found)


def notes_of_bars(tune: Tune) -> list[list[Note]]:
    """The notes that sound in each bar: one that goes on over a bar line is in both."""
    inside: list[list[Note]] = [[] for _ in tune.bars]
    for note in tune.notes:
        which = tune.bar_at(note.onset)
        while which < len(inside) and tune.bars[which].onset < note.end:
            inside[which].append(note)
            which += 1
    return inside


def joined(tunes: Sequence[Tune]) -> Tune:
    """Pages of one piece, one after the other; clef, title and tempo are the first page's. At least one.

    The metre goes on on a page that does not begin with one.
    """
    bars: list[Bar] = []
    notes: list[Note] = []
    at = Fraction(0)
    for tune in tunes:
        meter = bars[-1].meter if bars else None
        unsaid = next((which for which, bar in enumerate(tune.bars) if bar.meter is not None), len(tune.bars))
        shift = bars[-1].number - (tune.bars[0].number - 1 if tune.bars else 0) if bars else 0
        bars += [
            replace(bar, onset=bar.onset + at, number=bar.number + shift, meter=meter if which < unsaid else bar.meter)
            for which, bar in enumerate(tune.bars)
        ]
        notes += [replace(note, onset=note.onset + at) for note in tune.notes]
        at += tune.length
    return replace(tunes[0], bars=tuple(bars), notes=tuple(notes))
