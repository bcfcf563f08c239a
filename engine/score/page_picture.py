"""The page that is played from, for the stage: its lines laid straight, and where on them each note stands.

Of photographs or scans, the staves as they were found, the paper taken away; else the tune in numbers, or engraved
(`engraved_page`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from engine.score.ink import Ink, ink_of
from engine.score.jianpu_layout import DIGIT, WIDTH, laid_out
from engine.score.jianpu_marks import INK, Box, Disc, Mark, Stroke, Text
from engine.score.jianpu_picture import paint
from engine.score.picture import Grey
from engine.score.reading import heads_of
from engine.score.sampling import FINE, sampled
from engine.score.sheet import Sheet
from engine.score.straighten import Staff
from engine.score.symbols import STAFF_SPACING, note_of
from engine.score.tiles import Place, Tile, paged
from engine.score.tune import Tune
from engine.score.written import bars_of_tune, beginnings
from engine.stage.score_page import MOST, ScorePage

_SPACING: Final = FINE * STAFF_SPACING  # pixels from line to line of a staff
_REACH: Final = 9.0  # spacings that are looked at above and below a staff's middle line
_ROWS: Final = (np.arange(round(2 * _REACH * _SPACING)) + 0.5) / _SPACING - _REACH  # in spacings, from the middle line
_STAFF: Final = 3.0  # spacings around the middle line that belong to no other staff
_ROOM: Final = 1.0  # spacings of paper that are kept around all ink
_HEAD: Final = (1.35, 1.1)  # spacings: how wide and how high a note's head is
_ASIDE: Final = 1.2  # spacings by which a head may stand beside where it was read
_INKED: Final = 0.002  # share of ink in a row with anything on it

_TALL: Final = 104.0  # units: a line of numbers
_ABOVE: Final = 66.0  # of them above the foot of its digits
_EDGE: Final = 24.0  # units of the page that are left out left and right
_SCALE: Final = 2  # pixels a unit
_DIGIT: Final = (20.0, 28.0)  # units: how wide and how high a digit is


def drawn_page(tune: Tune) -> ScorePage:
    """The tune in numbers, below a heading."""
    marks, _ = laid_out(tune)
    digits = [mark for mark in marks if isinstance(mark, Text) and mark.size == DIGIT]
    top = digits[0].y - _ABOVE - _TALL  # of the heading; the lines follow each other as far apart as they are tall
    across = WIDTH - 2 * _EDGE
    up = (_TALL - _ABOVE + DIGIT * 0.36) / _TALL
    begins = beginnings(bars_of_tune(tune))
    sounding = [digit for digit in digits if digit.text != "0"]
    places: list[Place] = [
        ((digit.x - _EDGE) / across, up, _line(digit.y, top), _DIGIT[0] / across, _DIGIT[1] / _TALL)
        for digit, first in zip(sounding, begins, strict=True)
        if first
    ][:MOST]
    lines: list[list[Mark]] = [[] for _ in range(1 + places[-1][2])]
    for mark in marks:
        for line in range(max(_line(_top(mark), top), 0), _line(_foot(mark), top) + 1):
            if line < len(lines):
                lines[line].append(mark)
    return paged([_drawn(line, top + number * _TALL) for number, line in enumerate(lines)], places, tune)


def seen_page(greys: Iterable[Grey], sheet: Sheet) -> ScorePage:
    """The staves of the pictures on which the sheet was read, page after page."""
    waiting = iter(sheet.staves)
    tiles = [
        tile
        for grey, many in zip(greys, sheet.pages, strict=True)
        for tile in _tiles(grey, list(islice(waiting, many)))
    ]
    rows = np.array([_rows_of(tile) for tile in tiles])
    top, foot = int(rows[:, 0].min()), int(rows[:, 1].max())
    wide = max(tile.shape[1] for tile in tiles)
    middle, tall = _REACH * _SPACING - top, foot - top
    places: list[Place] = []
    for line, symbol in heads_of(sheet.lines, sheet.pages):
        note = note_of(symbol.symbol)
        assert note is not None
        y = _REACH * _SPACING - note.position * _SPACING / 2
        x = _head(tiles[line], symbol.x * _SPACING / STAFF_SPACING, y)
        up = (tall - middle + note.position * _SPACING / 2) / tall
        places.append((x / wide, up, line, _HEAD[0] * _SPACING / wide, _HEAD[1] * _SPACING / tall))
    return paged(
        [np.pad(tile[top:foot], ((0, 0), (0, wide - tile.shape[1]))) for tile in tiles], places[:MOST], sheet.tune
    )


def _tiles(grey: Grey, staves: Sequence[Staff]) -> list[Tile]:
    """The staves of one picture, each as wide as it is."""
    ink = max((ink_of(grey), ink_of(1 - grey)), key=lambda one: _contrast(one, staves))  # it may be white on black
    return [_alone(_straight(ink, staff), *_neighbours(staves, number)) for number, staff in enumerate(staves)]


# The tune in numbers.


def _drawn(marks: Sequence[Mark], top: float) -> Tile:
    """One line of the page as a tile."""
    fine = 2 * _SCALE
    image = Image.new("L", (round((WIDTH - 2 * _EDGE) * fine), round(_TALL * fine)), "white")
    paint(ImageDraw.Draw(image), [_moved(mark, -_EDGE, -top) for mark in marks if not isinstance(mark, Box)], fine)
    return np.asarray(1 - np.asarray(image.reduce(2), np.float32) / 255, np.float32)


def _line(y: float, top: float) -> int:
    return int((y - top) // _TALL)


def _moved(mark: Mark, x: float, y: float) -> Mark:
    """In the colour of ink, whatever it was: which notes are doubtful the table says."""
    match mark:
        case Stroke():
            return replace(mark, points=tuple((a + x, b + y) for a, b in mark.points), color=INK)
        case Box():
            return mark
        case _:
            return replace(mark, x=mark.x + x, y=mark.y + y, color=INK)


def _top(mark: Mark) -> float:
    match mark:
        case Text():
            return mark.y - mark.size
        case Stroke():
            return min(y for _, y in mark.points)
        case Disc():
            return mark.y - mark.radius
        case Box():
            return mark.top


def _foot(mark: Mark) -> float:
    match mark:
        case Stroke():
            return max(y for _, y in mark.points)
        case Box():
            return mark.bottom
        case _:
            return mark.y


# The staves of a picture.


def _straight(ink: Ink, staff: Staff) -> Tile:
    """A staff and what is around it, _SPACING pixels from line to line."""
    return sampled(ink, staff.middle, staff.down, _ROWS)


def _contrast(ink: Ink, staves: Sequence[Staff]) -> float:
    """How much darker the lines of the staves are than what is between them."""
    rows = np.arange(-2, 2.5, 0.5)
    found = []
    for staff in staves:
        taken = sampled(ink, staff.middle[::4], staff.down[::4], rows).mean(axis=1)
        found.append(float(taken[::2].mean() - taken[1::2].mean()))
    return float(np.mean(found))


def _alone(tile: Tile, above: float, below: float) -> Tile:
    """The staff without what belongs to its neighbours, so many spacings away, or to words that stand apart from it."""
    kept = np.zeros_like(tile)
    middle, near = round(_REACH * _SPACING), round(_STAFF * _SPACING)
    top = middle - near - _until(tile[middle - near :: -1], above)
    foot = middle + near + _until(tile[middle + near :], below)
    kept[top:foot] = tile[top:foot]
    return kept


def _until(outward: Tile, away: float) -> int:
    """How many rows, from the staff outward, are its own."""
    inked = (outward > 0.5).mean(axis=1)
    # Between two staves that touch, where there is least; and no further than where nothing is for a while.
    reach = len(inked)
    if away < np.inf:
        between = slice(0, max(round((away - 2 * _STAFF) * _SPACING), 1))
        middle = np.arange(len(inked[between])) - len(inked[between]) / 2
        reach = int(np.argmin(inked[between] + 1e-5 * abs(middle))) + 1
    empty = np.convolve(inked > _INKED, np.ones(_SPACING), "valid") == 0
    first = int(np.argmax(empty)) + _SPACING // 2 if empty.any() else reach
    return min(first, reach)


def _neighbours(staves: Sequence[Staff], number: int) -> tuple[float, float]:
    """How many spacings away the next staves above and below are; inf where there is none."""
    staff = staves[number]
    spacing = float(np.hypot(*staff.down.T).mean())
    away = [np.inf, np.inf]
    for other in staves:
        if other is staff or other.middle[-1, 0] < staff.middle[0, 0] or other.middle[0, 0] > staff.middle[-1, 0]:
            continue
        there = np.interp(staff.middle[:, 0], other.middle[:, 0], other.middle[:, 1])
        apart = float(np.mean(there - staff.middle[:, 1])) / spacing
        away[int(apart > 0)] = min(away[int(apart > 0)], abs(apart))
    return away[0], away[1]


def _rows_of(tile: Tile) -> tuple[int, int]:
    """The rows with ink on them, and some paper around."""
    inked = np.flatnonzero((tile > 0.5).any(axis=1))
    room, middle = round(_ROOM * _SPACING), len(tile) // 2
    low, high = (int(inked[0]), int(inked[-1])) if len(inked) else (middle, middle)
    least = round(_STAFF * _SPACING)
    return max(min(low - room, middle - least), 0), min(max(high + room, middle + least), len(tile))


def _head(tile: Tile, x: float, y: float) -> float:
    """Where a note's head lies that was read about there: where there is most ink as wide as a head."""
    wide, aside = round(_HEAD[0] * _SPACING), round(_ASIDE * _SPACING)
    row, left = round(y), round(x) - aside - wide // 2
    around = tile[
        max(row - _SPACING // 3, 0) : row + _SPACING // 3 + 1, max(left, 0) : round(x) + aside + wide // 2 + 1
    ]
    if around.shape[0] == 0 or around.shape[1] <= wide:
        return x
    ink = np.convolve(around.mean(axis=0), np.ones(wide) / wide, "valid")
    begins = max(left, 0) + wide / 2 + np.arange(len(ink))
    return float(begins[np.argmax(ink - 0.3 * abs(begins - x) / aside)])
