"""The symbols of lines of numbers → a tune: degrees of the key, dashes, and what numbers share with a staff."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from engine.score.jianpu import spelling_of
from engine.score.jianpu_symbols import DASH, Figure, figure_of
from engine.score.reading import BarReader
from engine.score.symbols import DOTS, Read
from engine.score.tune import Tune
from engine.score.written import tune_of_bars

_BEHIND: Final = (Fraction(1, 2), Fraction(3, 4))  # of a quarter: what one and two dots behind a dash add
_SURE: Final = 0.7  # how certain a line's digits are, on the whole, if it is music


def is_music(line: Sequence[Read]) -> bool:
    """Whether these symbols are a line of numbers and no words: digits, most of them sure, and a bar line."""
    digits = [read.certainty for read in line if figure_of(read.symbol)]
    bars = any(read.symbol.startswith(("bar", "repeat")) for read in line)
    return bars and len(digits) > 0 and sum(digits) / len(digits) > _SURE


def tune_of_numbers(lines: Sequence[Sequence[Read]], title: str = "") -> Tune:
    """The tune that stands on these lines, one after the other; ValueError where there is not a bar.

    Accidentals hold until the bar line, or as long as a tie; a bar that a line breaks off goes on on the next. Without
    a key 1 is C. Each note is as certain as the least certain of its symbols.
    """
    reader = BarReader()
    for line in lines:
        if reader.full:
            reader.line("bar")
        for place, read in enumerate(line):
            figure = figure_of(read.symbol)
            if figure is not None:
                _read_figure(reader, figure, float(read.certainty))
            elif read.symbol == DASH or (read.symbol in DOTS and place and line[place - 1].symbol == DASH):
                more = Fraction(1) if read.symbol == DASH else _BEHIND[DOTS.index(read.symbol)]
                reader.lengthen(more, float(read.certainty))
            else:
                reader.mark(line, place)
    reader.line("bar")
    return tune_of_bars(reader.bars, "treble", title)


def _read_figure(reader: BarReader, figure: Figure, certainty: float) -> None:
    duration = 4 << figure.lines
    if not figure.digit:
        reader.rest(duration, certainty)
        return
    plain = spelling_of(figure.digit, 0, figure.octave, reader.key)
    if reader.accidental is not None:  # in numbers it is against the key, on a staff against the step
        reader.accidental = (reader.accidental[0] + plain.alter, reader.accidental[1])
    reader.note(duration, plain.degree, certainty)
