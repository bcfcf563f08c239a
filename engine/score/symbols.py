"""The vocabulary of a staff: every symbol that the recogniser can read, in one list.

A staff is read from left to right as one sequence of symbols. A note is where its head stands and how long it lasts
(`note.8.-4`: an eighth two lines below the middle line), so that what is seen is what is named; which pitch that is,
clef, key signature and the bar's accidentals decide later (engine/score/reading.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

DURATIONS: Final = (1, 2, 4, 8, 16, 32)
"""Of notes and rests without dots: the parts of a whole note."""
HIGHEST: Final = 11
"""The highest position of a note, in half spacings above the staff's middle line; the lowest is its negative."""
STAFF_HEIGHT: Final = 112
"""Pixels of a staff's image from top to bottom."""
STAFF_SPACING: Final = 8
"""Pixels from line to line."""
STAFF_MIDDLE: Final = 64
"""Pixels above the middle line: more than below, since brackets of endings stand above."""
CLEFS: Final = ("clef.G", "clef.F", "clef.C")
KEYS: Final = tuple(f"key.{fifths}" for fifths in range(-7, 8))
METRES: Final = (
    "C", "C|", "1/4", "2/4", "3/4", "4/4", "5/4", "6/4", "7/4", "1/2", "2/2", "3/2", "4/2",
    "2/8", "3/8", "4/8", "5/8", "6/8", "7/8", "8/8", "9/8", "12/8",
)  # fmt: skip
TIMES: Final = tuple(f"time.{metre}" for metre in METRES)
ACCIDENTALS: Final = ("double-flat", "flat", "natural", "sharp", "double-sharp")
"""Before the note they belong to."""
BARS: Final = ("bar", "bar.double", "bar.final", "repeat.start", "repeat.end", "repeat.both")
ENDINGS: Final = ("ending.1", "ending.2")
"""After the bar line at which their bracket begins."""
DOTS: Final = ("dot", "dot.double")
TRIPLET: Final = ("triplet", "triplet.end")
"""Before the first and after the last symbol of a group of three in the time of two."""
TIE: Final = "tie"
"""After the note that it begins at, and its dots."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it stands on the staff."""

    duration: int
    position: int

    @property
    def symbol(self) -> str:
        """Its name in the vocabulary."""
        return f"note.{self.duration}.{self.position}"


def _all() -> tuple[str, ...]:
    notes = [Note(d, p).symbol for d in DURATIONS for p in range(-HIGHEST, HIGHEST + 1)]
    rests = [f"rest.{d}" for d in DURATIONS]
    return (*CLEFS, *KEYS, *TIMES, *ACCIDENTALS, *BARS, *ENDINGS, *DOTS, *TRIPLET, TIE, *rests, *notes)


SYMBOLS: Final = _all()
"""In the order of the network's outputs; output 0 is CTC's blank, so symbol k is output k + 1."""
_NUMBERS: Final = {symbol: number for number, symbol in enumerate(SYMBOLS, start=1)}


def numbers(symbols: Iterable[str]) -> list[int]:
    """The network's outputs of these symbols; KeyError where one is not in the vocabulary."""
    return [_NUMBERS[symbol] for symbol in symbols]


def note_of(symbol: str) -> Note | None:
    """The note that a symbol is; None for every other symbol."""
    parts = symbol.split(".")
    return Note(int(parts[1]), int(parts[2])) if parts[0] == "note" else None


@dataclass(frozen=True, slots=True)
class Read:
    """A symbol that was read: how sure (0..1), and in which column of the staff's image."""

    symbol: str
    certainty: float
    x: float
