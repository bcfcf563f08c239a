"""The symbols of staves → a tune: clefs, signatures, accidentals, triplets, repeats and endings are understood here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

from engine.score.spelling import NATURAL, STEPS, Key, Spelling
from engine.score.symbols import ACCIDENTALS, Read, note_of
from engine.score.tune import Meter, Tune, read_meter
from engine.score.written import WrittenBar, WrittenNote, beginnings, tune_of_bars

CLEF_NAMES: Final = {"clef.G": "treble", "clef.F": "bass", "clef.C": "alto"}
_MIDDLES: Final = {"clef.G": 34, "clef.F": 22, "clef.C": 28}
"""Steps from C0 to the middle line: B4, D3, C4."""
_ALTERS: Final = dict(zip(ACCIDENTALS, (-2, -1, 0, 1, 2), strict=True))
_DOTS: Final = {"dot": 1, "dot.double": 2}
_DOTTED: Final = (Fraction(1), Fraction(3, 2), Fraction(7, 4))
_TRIPLET: Final = (3, 2)
_SENSIBLE: Final = 3  # signs of a triplet whose begin or end was not seen


@dataclass(slots=True)
class _Sign:
    """A note or rest in the making."""

    value: Fraction
    spelling: Spelling | None
    certainty: float
    dots: int = 0
    tied: bool = False
    triplet: bool = False

    @property
    def duration(self) -> Fraction:
        whole = self.value * _DOTTED[self.dots]
        return whole * Fraction(2, 3) if self.triplet else whole

    def written(self) -> WrittenNote:
        tuplet = _TRIPLET if self.triplet else (1, 1)
        return WrittenNote(self.spelling, self.duration, self.tied, self.certainty, self.value, self.dots, tuplet)


@dataclass(slots=True)
class BarReader:
    """What is known at the place that is being read; `bars` are those that were."""

    middle: int = _MIDDLES["clef.G"]
    key: Key = NATURAL
    meter: Meter | None = None
    bars: list[WrittenBar] = field(default_factory=list)
    signs: list[_Sign] = field(default_factory=list)
    altered: dict[int, int] = field(default_factory=dict)
    held: tuple[int, int] | None = None  # a tied note's place and alteration, until the next note
    accidental: tuple[int, float] | None = None
    repeat_from: bool = False
    ending: int = 0
    ending_bars: int = 0
    first_ending: int = 0
    group: int | None = None  # where the triplet began, among the signs
    group_ends: bool = True  # whether its end was seen; if not, it is of three signs

    def note(self, duration: int, place: int, certainty: float) -> None:
        """A note so many steps above C0."""
        step = STEPS[place % 7]
        if self.accidental is not None:
            self.altered[place] = self.accidental[0]
            certainty = min(certainty, self.accidental[1])
        alter = self.altered.get(place, self.key.alter(step))
        if self.held is not None and self.held[0] == place and self.accidental is None:
            alter = self.held[1]
        self.held = self.accidental = None
        self.signs.append(
            _Sign(Fraction(4, duration), Spelling(step, alter, place // 7), certainty, triplet=self.grouped)
        )

    @property
    def grouped(self) -> bool:
        """Whether a triplet has begun."""
        if self.group is not None and not self.group_ends and len(self.signs) >= self.group + _SENSIBLE:
            self.group = None
        return self.group is not None

    def rest(self, duration: int, certainty: float) -> None:
        """A rest."""
        self.held = self.accidental = None
        self.signs.append(_Sign(Fraction(4, duration), None, certainty, triplet=self.grouped))

    def lengthen(self, quarters: Fraction, certainty: float) -> None:
        """The last sign lasts so much longer."""
        if self.signs:
            last = self.signs[-1]
            last.value, last.certainty = last.value + quarters, min(last.certainty, certainty)

    def tie(self) -> None:
        """The last note goes on in the next."""
        if self.signs and self.signs[-1].spelling is not None:
            self.signs[-1].tied = True
            spelling = self.signs[-1].spelling
            self.held = (spelling.degree, spelling.alter)

    def triplet_ends(self) -> None:
        """A group is over; where none began, it was the last signs."""
        if self.group is None:
            for sign in self.signs[-_SENSIBLE:]:
                sign.triplet = True
        self.group = None

    @property
    def full(self) -> bool:
        """Whether the bar has all that its meter asks for."""
        return self.meter is not None and sum(sign.duration for sign in self.signs) >= self.meter.bar

    def line(self, symbol: str) -> None:
        """A bar line."""
        ends = symbol in ("repeat.end", "repeat.both")
        begins = symbol in ("repeat.start", "repeat.both")
        self.group = self.accidental = None
        if self.signs:
            endings = (self.ending,) if self.ending else ()
            self.bars.append(
                WrittenBar(
                    tuple(sign.written() for sign in self.signs),
                    self.meter,
                    self.key,
                    repeat_from=self.repeat_from,
                    repeat_to=2 if ends else 0,
                    endings=endings,
                )
            )
            self.repeat_from = False
            self.ending_bars += bool(self.ending)
        elif ends and self.bars:
            self.bars[-1] = replace(self.bars[-1], repeat_to=2)
        self._close_ending(symbol)
        self.repeat_from |= begins
        self.signs, self.altered = [], {}

    def _close_ending(self, symbol: str) -> None:
        """A first ending lasts to its repeat, a second as long as the first, at most to the next heavy line."""
        if self.ending == 1 and symbol in ("repeat.end", "repeat.both"):
            self.first_ending = self.ending_bars
            self.ending = 0
        elif self.ending > 1 and (symbol != "bar" or self.ending_bars >= max(self.first_ending, 1)):
            self.ending = 0

    def begin_ending(self, number: int) -> None:
        """A bracket begins."""
        if self.ending == 1 and number == 2:
            self.first_ending = self.ending_bars
        self.ending, self.ending_bars = number, 0

    def mark(self, line: Sequence[Read], place: int) -> None:
        """What is neither note, rest nor clef, and stands there on a line."""
        symbol, certainty = line[place].symbol, float(line[place].certainty)
        kind, _, rest = symbol.partition(".")
        if symbol in _ALTERS:
            self.accidental = (_ALTERS[symbol], certainty)
        elif symbol in _DOTS:
            if self.signs:
                last = self.signs[-1]
                last.dots, last.certainty = _DOTS[symbol], min(last.certainty, certainty)
        elif symbol == "tie":
            self.tie()
        elif symbol == "triplet":
            closes, signs = _group(line, place)
            self.group = len(self.signs) if closes or signs >= _SENSIBLE else None
            self.group_ends = closes
        elif symbol == "triplet.end":
            self.triplet_ends()
        elif kind in ("bar", "repeat"):
            if symbol != "repeat.start" or self.signs or any(_sounds(read.symbol) for read in line[:place]):
                self.line(symbol)
            else:
                self.repeat_from = True
        elif kind == "ending":
            self.begin_ending(int(rest))
        elif kind == "key":
            self.key = Key(int(rest))
        elif kind == "time":
            self.meter = read_meter({"C": "4/4", "C|": "2/2"}.get(rest, rest))


def tune_of(staves: Sequence[Sequence[Read]], title: str = "", pages: Sequence[int] = ()) -> Tune:
    """The tune that stands on these staves, one after the other.

    Accidentals hold until the bar line, or as long as a tie; a bar that a staff breaks off goes on on the next. What
    the page does not say cannot be known: without a clef it is read as treble. Each note is as certain as the least
    certain of its symbols. `pages`: how many of the staves are on each page, (): all on one; a page has a clef of its
    own, or that of the one before.
    """
    bars, clef = _bars_of(staves, pages)
    return tune_of_bars(bars, CLEF_NAMES[clef], title)


def heads_of(staves: Sequence[Sequence[Read]], pages: Sequence[int] = ()) -> list[tuple[int, Read]]:
    """The head of each note that sounds in `tune_of` these staves, in its order, and on which staff, from 0, it is."""
    heads = [(number, read) for number, staff in enumerate(staves) for read in staff if note_of(read.symbol)]
    return [head for head, begins in zip(heads, beginnings(_bars_of(staves, pages)[0]), strict=True) if begins]


def _bars_of(staves: Sequence[Sequence[Read]], pages: Sequence[int]) -> tuple[list[WrittenBar], str]:
    """The bars that stand there, and the first clef."""
    reader = BarReader()
    clefs = _clefs(staves, pages or (len(staves),))
    for staff, clef in zip(staves, clefs, strict=True):
        if reader.full:
            reader.line("bar")
        _read_staff(reader, staff, clef)
    reader.line("bar")
    return reader.bars, clefs[0] if clefs else "clef.G"


def _clefs(staves: Sequence[Sequence[Read]], pages: Sequence[int]) -> list[str]:
    """The clef of each staff: that which most of its page begin with, the surer ones counting more."""
    found: list[str] = []
    clef = "clef.G"
    for many in pages:
        votes = dict.fromkeys(CLEF_NAMES, 0.0)
        for staff in staves[len(found) : len(found) + many]:
            for read in staff[:1]:
                if read.symbol in votes:
                    votes[read.symbol] += read.certainty
        if any(votes.values()):
            clef = max(votes, key=lambda name: votes[name])
        found += [clef] * many
    return found


def _read_staff(reader: BarReader, staff: Sequence[Read], clef: str) -> None:
    reader.middle = _MIDDLES[clef]
    begun = False
    if not any(read.symbol.startswith("key.") for read in staff[:3]):
        reader.key = NATURAL
    for place, (symbol, certainty) in enumerate((read.symbol, float(read.certainty)) for read in staff):
        kind, _, rest = symbol.partition(".")
        note = note_of(symbol)
        if note is not None:
            reader.note(note.duration, reader.middle + note.position, certainty)
        elif kind == "rest":
            reader.rest(int(rest), certainty)
        elif kind == "clef":
            reader.middle = _MIDDLES[symbol if begun else clef]
        else:
            reader.mark(staff, place)
        begun |= note is not None or kind == "rest"


def _group(staff: Sequence[Read], begin: int) -> tuple[bool, int]:
    """Whether a triplet that begins here also ends, before a bar line or another's begin; and the signs until then."""
    signs = 0
    for read in staff[begin + 1 :]:
        if read.symbol == "triplet.end":
            return True, signs
        kind = read.symbol.partition(".")[0]
        if read.symbol == "triplet" or kind in ("bar", "repeat"):
            break
        signs += _sounds(read.symbol)
    return False, signs


def _sounds(symbol: str) -> bool:
    """Whether it is a note or a rest: on a staff, or a digit."""
    return symbol.startswith(("note", "rest")) or symbol[:1].isdigit()
