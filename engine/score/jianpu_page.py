"""A picture of a page of numbers (jianpu) → its tune: lines are found and straightened, each is read, all are one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from engine.foundation import assets
from engine.score.jianpu_head import key_and_metre
from engine.score.jianpu_lines import Line, lines_of
from engine.score.jianpu_reading import is_music, tune_of_numbers
from engine.score.jianpu_symbols import DIGIT_FOOT, DIGIT_TOP, LINE_HEIGHT, SYMBOLS, figure_of
from engine.score.picture import Grey
from engine.score.recogniser import Recogniser
from engine.score.symbols import Read
from engine.score.tune import Tune

_ALIKE: Final = 0.25  # how much digits of one page may differ in height
_DIGITS: Final = 0.5  # digits that are read on a line, for each letter that was found
_FEW: Final = 3  # letters of a line that is only looked at if all else says that it is music
_HEAD: Final = 14  # letters of a line that tells the key, at most; words are longer
_HEAD_SIZES: Final = (0.4, 1.6)  # how high they are, in heights of the music's digits
_ABOVE: Final = 0.8  # heights of a digit, that it stands above the first line at least
_BEGIN: Final = 8.0  # heights of a digit, within which a key stands at the begin of the first line itself


def number_reader(folder: Path = assets.MODELS) -> Recogniser:
    """What reads a line of numbers."""
    return Recogniser("jianpu", folder, SYMBOLS, LINE_HEIGHT)


def tune_in_numbers(grey: Grey, reader: Recogniser | None = None) -> Tune | None:
    """The tune in numbers that stands on a page; None where there is none."""
    return tune_of_lines(numbers_on(grey, reader))


def tune_of_lines(lines: Sequence[Sequence[Read]]) -> Tune | None:
    """The tune of what was read on a page's lines of numbers, or on several pages'; None where there is none."""
    try:
        tune = tune_of_numbers(lines)
    except ValueError:  # not even a bar
        return None
    return tune if tune.sounding else None


def numbers_on(grey: Grey, reader: Recogniser | None = None) -> list[list[Read]]:
    """What is read on the lines of numbers of a page, key and metre first; [] where there is none."""
    lines = lines_of(grey)
    if not lines:
        return []
    reader = reader or number_reader()
    said = [reader.read(line.image) for line in lines]
    music = music_among(lines, said)
    if not music:
        return []
    head = _head(lines, music, reader)
    begin = said[music[0]]
    if head:  # it is surer than what the first line may have caught of it
        begin = [read for read in begin if not read.symbol.startswith("key.") or read.x > _begin_width()]
    return [head, begin, *(said[k] for k in music[1:])]


def music_among(lines: Sequence[Line], said: Sequence[list[Read]]) -> list[int]:
    """Which lines are numbers, by what was read on them: their digits are all about as high."""
    # Of words few letters pass for digits; of numbers nearly all that is so high is one.
    numbers = [
        k for k, read in enumerate(said) if is_music(read) and sum(map(_is_digit, read)) > _DIGITS * lines[k].letters
    ]
    music = [k for k in numbers if lines[k].letters >= _FEW]
    if not music:
        return []
    # The height that most digits have: a title or a page number that passes for music has another.
    sizes = sorted(lines[k].digit for k in music for _ in filter(_is_digit, said[k]))
    usual = sizes[len(sizes) // 2]
    return [k for k in numbers if abs(lines[k].digit / usual - 1) < _ALIKE]


def _head(lines: Sequence[Line], music: list[int], reader: Recogniser) -> list[Read]:
    """1=D 4/4 above the first line of music; or at its begin, where it was not read as what it is."""
    first = lines[music[0]]
    found: list[Read] = []
    for line in lines:
        if line.letters > _HEAD or not _HEAD_SIZES[0] < line.digit / first.digit < _HEAD_SIZES[1]:
            continue
        x, y = line.foot[0]
        if y > np.interp(x, *first.foot.T) - _ABOVE * first.digit:
            continue
        told = key_and_metre(line.image, reader.shares)
        if told and (not found or told[0].certainty > found[0].certainty):
            found = told
    return found or key_and_metre(first.image[:, : _begin_width()], reader.shares)[:1]


def _begin_width() -> int:
    return round(_BEGIN * (DIGIT_FOOT - DIGIT_TOP))


def _is_digit(read: Read) -> bool:
    return figure_of(read.symbol) is not None
