"""A picture of a page → lines that may be numbers: straight, digits always as high, in reading order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.score.ink import Ink, ink_of, shrunk
from engine.score.jianpu_rows import Row, rows_of
from engine.score.jianpu_symbols import DIGIT_FOOT, DIGIT_TOP, LINE_HEIGHT
from engine.score.picture import Grey
from engine.score.sampling import FINE, sampled

Floats = NDArray[np.float64]

_DIGIT: Final = DIGIT_FOOT - DIGIT_TOP
_ROWS: Final = ((np.arange(LINE_HEIGHT * FINE) + 0.5) / FINE - DIGIT_FOOT) / _DIGIT  # heights of a digit, from its foot
_TAKEN: Final = 28.0  # pixels of a digit, at most, in the picture that lines are taken from
_SEARCHED: Final = 2600  # longest side of the picture that is searched
_DARK: Final = 0.4  # brightness of a page that may be white on black
_BEYOND: Final = 12.0  # heights of digits that a line may go on beyond its first and last digit: dashes, bar lines
_GAP: Final = 4.5  # heights without ink at which it ends there
_DARK_INK: Final = 0.55
_BROAD: Final = 0.6  # of a digit's height: broader than any bar line
_EDGE: Final = 0.9  # heights of paper right of it, and left where it ends
_BEFORE: Final = 2.0  # left of the first digit: nearer to the edge stands only the 1 of 1=D
_OVERLAP: Final = 0.5  # of a row that lies on another: it is the same
_SURE: Final = 5  # letters of a row by which the page is judged


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line of a page, (LINE_HEIGHT, width) float32: 0 is paper, 1 is ink; and where it lies on the page.

    `foot` (width, 2): x and y of the digits' feet on the page, for each column; `digit`: how high digits are there, in
    its pixels; `letters`: how many of that height were found.
    """

    image: NDArray[np.float32]
    foot: Floats
    digit: float
    letters: int


def lines_of(grey: Grey) -> list[Line]:
    """The lines of a page that may be numbers, in reading order. White on black is read too."""
    found = _lines(ink_of(grey))
    if float(np.median(grey)) > _DARK:
        return found
    other = _lines(ink_of(1 - grey))
    return max(found, other, key=lambda lines: sum(line.letters for line in lines if line.letters >= _SURE))


def _lines(ink: Ink) -> list[Line]:
    scale = min(_SEARCHED / max(ink.shape), 1.0)
    seen = shrunk(ink, scale)
    lines: list[Line] = []
    for row in rows_of(seen):
        if not any(_lies_on(row, scale, line) for line in lines):
            lines.append(_straight(ink, seen, row, scale))
    return sorted(lines, key=lambda line: (float(line.foot[:, 1].mean()), float(line.foot[0, 0])))


def _lies_on(row: Row, scale: float, line: Line) -> bool:
    """Whether most of a row stands on a line that is there already."""
    x, y = row.x / scale, row.foot / scale
    there = np.interp(x, line.foot[:, 0], line.foot[:, 1], left=np.inf, right=np.inf)
    return bool(np.mean(np.abs(y - there) < 0.5 * line.digit) > _OVERLAP)


def _straight(ink: Ink, seen: Ink, row: Row, scale: float) -> Line:
    """The picture along a row."""
    begin, end = _ends(seen, row)
    knots = np.linspace(begin, end, max(int((end - begin) / 4), 8))
    y, tall = row.foot_at(knots), row.tall_at(knots)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(knots), np.diff(y)) / (tall[1:] + tall[:-1]) * 2)])
    wanted = (np.arange(max(int(along[-1] * _DIGIT), 8)) + 0.5) / _DIGIT
    foot = np.stack([np.interp(wanted, along, knots), np.interp(wanted, along, y)], axis=1)
    ahead = np.gradient(foot, axis=0)
    ahead /= np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]
    down = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1) * np.interp(wanted, along, tall)[:, None]
    digit = float(np.median(tall))
    taken = min(_TAKEN / (digit / scale), 1.0)
    source, zoom = (shrunk(ink, taken), taken / scale) if taken < 1 else (ink, 1 / scale)
    fine = sampled(source, foot * zoom, down * zoom, _ROWS).reshape(LINE_HEIGHT, FINE, -1, FINE)
    image = np.ascontiguousarray(fine.mean(axis=(1, 3)), dtype=np.float32)
    return Line(image, foot / scale, digit / scale, len(row.x))


def _ends(seen: Ink, row: Row) -> tuple[float, float]:
    """From where to where there is ink along a row, and a little paper."""
    tall = float(np.median(row.tall))
    begin, end = float(row.x[0]) - _BEYOND * tall, float(row.x[-1]) + _BEYOND * tall
    columns = np.arange(np.floor(begin), end)  # each: a bar line may be no broader
    foot = row.foot_at(columns)
    height, width = seen.shape
    rows = foot + np.linspace(-0.95, 0.1, 12)[:, None] * tall
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    ink = np.where(
        inside, seen[np.clip(rows, 0, height - 1).astype(int), np.clip(columns, 0, width - 1).astype(int)], 0
    )
    there = columns[ink.max(axis=0) > 0.4]
    left, right = float(row.x[0]) - 0.4 * tall, float(row.x[-1]) + 0.4 * tall
    # What is dark all over is no bar line but the table on which the paper lies.
    broad = max(round(_BROAD * tall), 1)
    dark = np.convolve(ink.mean(axis=0) > _DARK_INK, np.ones(broad), "same") > broad - 0.5
    begin = max([begin, *(columns[dark & (columns < left)] + 0.8 * tall)])
    end = min([end, *(columns[dark & (columns > right)] - 0.8 * tall)])
    there = there[(there > begin) & (there < end)]
    for x in there[there < left][::-1]:
        left = float(x) if left - x < _GAP * tall else left
    for x in there[there > right]:
        right = float(x) if x - right < _GAP * tall else right
    return max(left - _BEFORE * tall, begin - _EDGE * tall), min(right, end) + _EDGE * tall
