"""The vocabulary of a line of numbers: every symbol that the recogniser of jianpu can read, in one list.

A line is read from left to right. A digit is one symbol with the dots above or below it and the lines under it, named
as it is typed: `1'_` is an eighth, the 1 an octave higher; dashes, dots and all else that stands beside it follow.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from engine.score.symbols import ACCIDENTALS, BARS, DOTS, ENDINGS, KEYS, METRES, TIE, TRIPLET

LINE_HEIGHT: Final = 80
"""Pixels of a line's image from top to bottom."""
DIGIT_TOP: Final = 38
DIGIT_FOOT: Final = 54
"""Rows between which the digits of a line's image stand."""
MOST_OCTAVES: Final = 2
"""Dots above or below a digit."""
MOST_LINES: Final = 3
"""Lines under a digit: a 32nd."""
DASH: Final = "dash"
"""A quarter more of what stands before."""
TIMES: Final = tuple(f"time.{metre}" for metre in METRES if "/" in metre)


@dataclass(frozen=True, slots=True)
class Figure:
    """A digit as it stands on the line: 0 is a rest, `octave` counts dots above (below: negative)."""

    digit: int
    lines: int = 0
    octave: int = 0

    @property
    def symbol(self) -> str:
        """Its name in the vocabulary."""
        dots = "'" * self.octave + "," * -self.octave
        return f"{self.digit}{dots}{'_' * self.lines}"


def _figures() -> dict[str, Figure]:
    octaves = range(-MOST_OCTAVES, MOST_OCTAVES + 1)
    rests = [Figure(0, lines) for lines in range(MOST_LINES + 1)]
    notes = [Figure(digit, lines, o) for lines in range(MOST_LINES + 1) for digit in range(1, 8) for o in octaves]
    return {figure.symbol: figure for figure in rests + notes}


_FIGURES: Final = _figures()
SYMBOLS: Final = (*_FIGURES, DASH, *DOTS, *ACCIDENTALS, *BARS, *ENDINGS, *TRIPLET, TIE, *KEYS, *TIMES)
"""In the order of the network's outputs; output 0 is CTC's blank, so symbol k is output k + 1."""
_NUMBERS: Final = {symbol: number for number, symbol in enumerate(SYMBOLS, start=1)}


def numbers(symbols: Iterable[str]) -> list[int]:
    """The network's outputs of these symbols; KeyError where one is not in the vocabulary."""
    return [_NUMBERS[symbol] for symbol in symbols]


def figure_of(symbol: str) -> Figure | None:
    """The digit that a symbol is; None for every other symbol."""
    return _FIGURES.get(symbol)
