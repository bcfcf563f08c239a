"""Phrases of a staff as they stand in numbers: digits with what belongs to them, and what they are read as."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from engine.score.jianpu_symbols import DASH, MOST_OCTAVES, Figure
from engine.score.spelling import STEPS, Key
from engine.score.symbols import ACCIDENTALS
from sheets.phrases import Bar, Item, Phrase, quarters_of

_MIDDLE: Final = 34  # B4, on the middle line, in steps from C0
_PLAIN: Final = 28  # C4
_MOST: Final = 2  # semitones of an accidental
_PLAIN_TIME: Final = {"C": "4/4", "C|": "2/2"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A digit, with its accidental, dashes, dots and tie. `triplet`: 1 first, 2 within, 3 last of a group, else 0."""

    figure: Figure
    onset: float  # quarters from the begin of its bar
    dashes: int = 0
    dots: int = 0
    accidental: str = ""
    tie: bool = False
    triplet: int = 0

    @property
    def symbols(self) -> Iterator[str]:
        """What it is read as."""
        if self.triplet == 1:
            yield "triplet"
        if self.accidental:
            yield self.accidental
        yield self.figure.symbol
        yield from [DASH] * self.dashes
        if self.dots:
            yield ("dot", "dot.double")[self.dots - 1]
        if self.tie:
            yield "tie"
        if self.triplet == 3:
            yield "triplet.end"


@dataclass(frozen=True, slots=True)
class CellBar:
    """What lies between two bar lines, and the line after it; `ending`, `key` and `metre` stand at its beginning."""

    cells: tuple[Cell, ...]
    line: str
    ending: int
    key: int | None
    metre: str

    @property
    def symbols(self) -> Iterator[str]:
        """What it is read as."""
        if self.ending:
            yield f"ending.{self.ending}"
        if self.key is not None:
            yield f"key.{self.key}"
        if self.metre:
            yield f"time.{self.metre}"
        for cell in self.cells:
            yield from cell.symbols
        if self.line:
            yield self.line


@dataclass(frozen=True, slots=True)
class Line:
    """A line of numbers. `key` and `metre` stand at its beginning, or are None and empty; `pulse`: quarters a beat."""

    key: int | None
    metre: str
    bars: tuple[CellBar, ...]
    opens: bool
    pulse: float

    @property
    def symbols(self) -> list[str]:
        """What it is read as."""
        read = [f"key.{self.key}"] if self.key is not None else []
        read += [f"time.{self.metre}"] if self.metre else []
        read += ["repeat.start"] if self.opens else []
        for bar in self.bars:
            read += bar.symbols
        return read


def line_of(phrase: Phrase, zeros: bool, key_shown: bool) -> Line:
    """The phrase in numbers; long rests as a zero a quarter, or (not `zeros`) with dashes."""
    key = Key(phrase.key)
    bars = []
    for bar in phrase.bars:
        key = Key(bar.key) if bar.key is not None else key
        metre = _PLAIN_TIME.get(bar.metre, bar.metre)
        bars.append(CellBar(tuple(_cells(bar, key, zeros)), bar.line, bar.ending, bar.key, metre))
    metre = _PLAIN_TIME.get(phrase.metre, phrase.metre)
    beats, _, unit = (metre or "4/4").partition("/")
    pulse = 1.5 if unit in ("8", "16") and int(beats) % 3 == 0 else max(quarters_of(f"1/{unit}"), 0.5)
    first = phrase.key if key_shown else None
    return Line(first, metre if phrase.metre_shown else "", tuple(bars), phrase.opens, pulse)


def _cells(bar: Bar, key: Key, zeros: bool) -> Iterator[Cell]:
    onset = 0.0
    for item in bar.items:
        cell = _cell(item, key, onset)
        if item.position is None and zeros and cell.dashes and not cell.dots and not item.triplet:
            for k in range(cell.dashes + 1):
                yield Cell(cell.figure, onset + k)
        else:
            yield cell
        onset += item.quarters


def _cell(item: Item, key: Key, onset: float) -> Cell:
    lines = max(item.duration.bit_length() - 3, 0)
    lasting = 4 / item.duration * (1, 1.5, 1.75)[item.dots]
    dashes = int(lasting) - 1 if item.duration < 4 else 0
    dots = item.dots if item.duration >= 4 else int(lasting % 1 > 0)
    if item.position is None:
        return Cell(Figure(0, lines), onset, dashes, dots, "", False, item.triplet)
    place = _MIDDLE + item.position
    octave, degree = divmod(place - _PLAIN - STEPS.index(key.major[0]), 7)
    octave = min(max(octave, -MOST_OCTAVES), MOST_OCTAVES)
    accidental = ""
    if item.accidental:
        against = ACCIDENTALS.index(item.accidental) - 2 - key.alter(STEPS[place % 7])
        accidental = ACCIDENTALS[against + 2] if abs(against) <= _MOST else ""
    return Cell(Figure(degree + 1, lines, octave), onset, dashes, dots, accidental, item.tie, item.triplet)
