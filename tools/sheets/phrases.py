"""A phrase of one staff as it is written, and the symbols that it is read as."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from engine.score.symbols import Note

KEY_NAMES: Final = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#")
"""Of major keys, from seven flats to seven sharps."""


@dataclass(frozen=True, slots=True)
class Item:
    """A note or a rest (`position` None) as it is written. `triplet`: 1 first, 2 within, 3 last of a group, else 0."""

    duration: int
    position: int | None
    dots: int = 0
    accidental: str = ""
    tie: bool = False
    triplet: int = 0

    @property
    def quarters(self) -> float:
        """How long it lasts."""
        whole = 4 / self.duration * (1, 1.5, 1.75)[self.dots]
        return whole * 2 / 3 if self.triplet else whole

    @property
    def symbols(self) -> Iterator[str]:
        """What it is read as."""
        if self.triplet == 1:
            yield "triplet"
        if self.accidental:
            yield self.accidental
        yield f"rest.{self.duration}" if self.position is None else Note(self.duration, self.position).symbol
        if self.dots:
            yield ("dot", "dot.double")[self.dots - 1]
        if self.tie:
            yield "tie"
        if self.triplet == 3:
            yield "triplet.end"


@dataclass(frozen=True, slots=True)
class Bar:
    """What lies between two bar lines, and the line after it; `ending`, `key` and `metre` stand at its beginning."""

    items: tuple[Item, ...]
    line: str = "bar"
    ending: int = 0
    key: int | None = None
    metre: str = ""

    @property
    def symbols(self) -> Iterator[str]:
        """What it is read as."""
        if self.ending:
            yield f"ending.{self.ending}"
        if self.key is not None:
            yield f"key.{self.key}"
        if self.metre:
            yield f"time.{self.metre}"
        for item in self.items:
            yield from item.symbols
        if self.line:
            yield self.line


@dataclass(frozen=True, slots=True)
class Phrase:
    """One staff. `metre` is written where `metre_shown`; `opens` where it begins with a repeat."""

    clef: str
    key: int
    metre: str
    metre_shown: bool
    bars: tuple[Bar, ...]
    opens: bool = False

    @property
    def symbols(self) -> list[str]:
        """What it is read as."""
        read = [f"clef.{self.clef}"]
        read += [f"key.{self.key}"] if self.key else []
        read += [f"time.{self.metre}"] if self.metre_shown and self.metre else []
        read += ["repeat.start"] if self.opens else []
        for bar in self.bars:
            read += bar.symbols
        return read


def quarters_of(metre: str) -> float:
    """The quarters of a bar in this metre; 4 where there is none."""
    if "/" not in metre:
        return 4.0
    above, below = metre.split("/")
    return 4 * float(above) / float(below)
