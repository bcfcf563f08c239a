"""A tune in numbers, laid out on a page: where each digit, dot, underline and bar line stands.

In units of which a digit is about twenty high; the pictures that are made of it are in jianpu_picture.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from engine.score.jianpu import degree_of, told_key
from engine.score.jianpu_marks import DOUBTFUL, INK, QUIET, Box, Disc, Mark, Stroke, Text
from engine.score.tune import DOUBT, Tune
from engine.score.written import WrittenBar, WrittenNote, accidentals, bars_of_tune, tuplets

WIDTH: Final = 900.0
"""Of a page."""
_SHADE: Final = "#fdf0e4"  # behind doubtful bars
_MARGIN: Final = 56.0
_LINE: Final = 104.0  # from line to line
DIGIT: Final = 25.0
"""Height of a digit; nothing else on the page is as high."""
_SMALL: Final = 12.0
_CELL: Final = 30.0  # a quarter's width, and that of a dash
_SHORT: Final = (30.0, 23.0, 20.0, 19.0)  # of a note with 0, 1, 2 and more underlines
_DOT_ROOM, _SIGN_ROOM, _BAR_ROOM, _METER_ROOM = 8.0, 9.0, 20.0, 24.0
_UNDER: Final = 5.5  # the first underline below the baseline; the others as far below each other
_UNDER_STEP: Final = 4.2
_FULL: Final = 0.62  # a last line that is at least so full is stretched like the others


@dataclass(slots=True)
class _Sheet:
    """What stands on the page so far."""

    marks: list[Mark] = field(default_factory=list)
    tie_from: tuple[float, float] | None = None  # where a tie began that has not ended


def laid_out(tune: Tune) -> tuple[list[Mark], tuple[float, float]]:
    """The marks of the page, the undermost first, and its size."""
    bars = bars_of_tune(tune)
    sheet = _Sheet()
    top = 46.0
    if tune.title:
        sheet.marks.append(Text(WIDTH / 2, top, tune.title, 26.0))
        top += 30
    sheet.marks.append(Text(_MARGIN, top + 8, told_key(tune.key), 16.0, align="left"))
    if tune.meter is not None:
        _fraction(sheet, _MARGIN + 22 + 8.5 * len(told_key(tune.key)), top + 3, str(tune.meter), 14.0)
    if tune.tempo is not None:
        sheet.marks.append(
            Text(WIDTH - _MARGIN, top + 8, f"{tune.tempo:.0f} quarters a minute", _SMALL, QUIET, "right")
        )
    y = top + 88
    doubtful = tune.doubtful
    for line in _lines(bars):
        _draw_line(sheet, bars, line, y, doubtful, line[-1] == len(bars) - 1)
        y += _LINE
    return sheet.marks, (WIDTH, y - 20)


def _lines(bars: list[WrittenBar]) -> list[list[int]]:
    """Which bars stand on which line: as many as there is room for."""
    room = WIDTH - 2 * _MARGIN
    lines: list[list[int]] = []
    filled = 0.0
    for which in range(len(bars)):
        width = _bar_width(bars, which)
        if not lines or filled + width > room:
            lines.append([])
            filled = 0.0
        lines[-1].append(which)
        filled += width
    return lines


def _bar_width(bars: list[WrittenBar], which: int) -> float:
    bar = bars[which]
    shown = accidentals(bar.notes, bar.key)
    width = _BAR_ROOM + sum(_cell(note, sign is not None) for note, sign in zip(bar.notes, shown, strict=True))
    if which and bar.meter != bars[which - 1].meter:
        width += _METER_ROOM
    return width + (10 if bar.repeat_from else 0) + (10 if bar.repeat_to else 0)


def _cell(note: WrittenNote, accidental: bool) -> float:
    """How wide a note is, with its dashes, dots and accidental."""
    width = _SHORT[min(_halved(note), 3)] + _CELL * _dashes(note)
    return width + _DOT_ROOM * _shown_dots(note) + (_SIGN_ROOM if accidental else 0)


def _halved(note: WrittenNote) -> int:
    """How many lines stand under a note."""
    return max((1 / note.value).numerator.bit_length() - 1, 0) if note.value < 1 else 0


def _dashes(note: WrittenNote) -> int:
    lasting = note.value * (Fraction(2) - Fraction(1, 1 << note.dots))
    return int(lasting) - 1 if note.value > 1 else 0


def _shown_dots(note: WrittenNote) -> int:
    """Dots behind the digit or, where dashes take the first one's place, behind the last dash."""
    lasting = note.value * (Fraction(2) - Fraction(1, 1 << note.dots))
    return note.dots if note.value <= 1 else int(lasting.denominator > 1)


def _draw_line(
    sheet: _Sheet, bars: list[WrittenBar], line: list[int], y: float, doubtful: frozenset[int], last: bool
) -> None:
    room = WIDTH - 2 * _MARGIN
    natural = sum(_bar_width(bars, which) for which in line)
    stretch = room / natural if natural > room or not last or natural > _FULL * room else 1.0
    x = _MARGIN
    sheet.marks.append(Text(x - 12, y - 22, str(bars[line[0]].number), 9.0, QUIET, "right"))
    for which in line:
        width = _bar_width(bars, which) * stretch
        if which in doubtful:
            sheet.marks.insert(0, Box(x, y - 42, x + width, y + 34, _SHADE))
        before = bars[which - 1] if which else None
        _draw_bar(sheet, bars[which], before, x, y, stretch)
        x += width
        _bar_line(sheet, bars, which, x, y)


def _draw_bar(sheet: _Sheet, bar: WrittenBar, before: WrittenBar | None, left: float, y: float, stretch: float) -> None:
    x = left + _BAR_ROOM / 2 * stretch
    if bar.section:
        sheet.marks.append(Text(left + 4, y - 48, bar.section, 13.0, align="left"))
    if bar.endings:
        _ending(sheet, bar, before, left, y, stretch)
    if before is not None and bar.key != before.key:
        sheet.marks.append(Text(left + 4, y - 33, told_key(bar.key), 12.0, align="left"))
    if before is not None and bar.meter != before.meter and bar.meter is not None:
        _fraction(sheet, x + 6, y - 9, str(bar.meter), 13.0)
        x += _METER_ROOM * stretch
    if bar.repeat_from:
        x += 10 * stretch
    shown = accidentals(bar.notes, bar.key, sheet.tie_from is not None)
    places: list[tuple[float, float]] = []
    for note, accidental in zip(bar.notes, shown, strict=True):
        width = _cell(note, accidental is not None) * stretch
        inner = x + (_SIGN_ROOM if accidental is not None else 0) * stretch
        head = inner + _SHORT[min(_halved(note), 3)] * stretch / 2
        places.append((head, x + width))
        _draw_note(sheet, note, bar, accidental, head, y, stretch)
        x += width
    _underlines(sheet, bar, places, y)
    for begin, end in tuplets(bar.notes):
        _tuplet(sheet, places[begin][0], places[end - 1][0], y, str(bar.notes[begin].tuplet[0]))


def _ending(sheet: _Sheet, bar: WrittenBar, before: WrittenBar | None, left: float, y: float, stretch: float) -> None:
    """The bracket over a bar that is played in some passes only."""
    begins = before is None or before.endings != bar.endings or bool(before.repeat_to)
    width = sum(_cell(note, False) for note in bar.notes) * stretch + _BAR_ROOM / 2
    over, hook = y - 58, y - 47
    begin = ((left + 4, hook),) if begins else ()
    sheet.marks.append(Stroke((*begin, (left + (4 if begins else 0), over), (left + width, over)), 1.1))
    if begins:
        label = ".".join(map(str, bar.endings)) + "."
        sheet.marks.append(Text(left + 9, over + 12, label, 11.0, align="left"))


def _draw_note(
    sheet: _Sheet, note: WrittenNote, bar: WrittenBar, accidental: int | None, x: float, y: float, stretch: float
) -> None:
    color = DOUBTFUL if note.certainty < DOUBT else INK
    top = y - DIGIT * 0.74
    if note.spelling is None:
        sheet.marks.append(Text(x, y, "0", DIGIT, color))
    else:
        degree, alter, octave = degree_of(note.spelling, bar.key)
        sheet.marks.append(Text(x, y, str(degree), DIGIT, color))
        if accidental is not None:
            _accidental(sheet, x - DIGIT * 0.46, top + 5, alter, color)
        below = y + _UNDER + 1.2 + _UNDER_STEP * _halved(note)
        for k in range(abs(octave)):
            sheet.marks.append(Disc(x, top - 5 - 5.4 * k if octave > 0 else below + 2.4 + 5.4 * k, 1.9, color))
            top_dot = top - 5 - 5.4 * k
        top = top_dot if octave > 0 else top
    if sheet.tie_from is not None:
        _arc(sheet, sheet.tie_from, (x, top - 6))
        sheet.tie_from = None
    if note.tied:
        sheet.tie_from = (x, top - 6)
    end = x + DIGIT * 0.42
    for k in range(_dashes(note)):
        middle = x + _CELL * stretch * (k + 1)
        sheet.marks.append(Stroke(((middle - 7, y - 8.5), (middle + 7, y - 8.5)), 2.0, color))
        end = middle + 11
    for k in range(_shown_dots(note)):
        sheet.marks.append(Disc(end + 3 + 6.5 * k, y - 8.5, 1.9, color))


def _underlines(sheet: _Sheet, bar: WrittenBar, places: list[tuple[float, float]], y: float) -> None:
    """Lines under short notes, joined within a beat."""
    beat = bar.meter.beat if bar.meter else Fraction(1)
    onset = Fraction(0)
    run: list[tuple[int, float, int]] = []  # beat, x, lines
    for note, (head, _) in zip(bar.notes, places, strict=True):
        run.append((onset // beat, head, _halved(note)))
        onset += note.duration
    half = DIGIT * 0.3
    for level in range(1, max((lines for *_, lines in run), default=0) + 1):
        begin: int | None = None
        for place in range(len(run) + 1):
            there = place < len(run) and run[place][2] >= level
            if begin is not None and (not there or run[place][0] != run[begin][0]):
                under = y + _UNDER + _UNDER_STEP * (level - 1)
                sheet.marks.append(Stroke(((run[begin][1] - half, under), (run[place - 1][1] + half, under)), 1.5))
                begin = None
            if there and begin is None:
                begin = place


def _tuplet(sheet: _Sheet, left: float, right: float, y: float, label: str) -> None:
    top, middle = y - 37, (left + right) / 2
    for a, b in ((left - 6, middle - 6), (right + 6, middle + 6)):
        sheet.marks.append(Stroke(((a, top + 4), (a, top), (b, top)), 1.0))
    sheet.marks.append(Text(middle, top + 3.5, label, 10.0))


def _arc(sheet: _Sheet, begin: tuple[float, float], end: tuple[float, float]) -> None:
    """A tie; one that leads to the next line goes out on the right and comes in on the left."""
    parts = [(begin, end)]
    if end[0] <= begin[0] or abs(end[1] - begin[1]) > _LINE / 2:
        parts = [(begin, (WIDTH - _MARGIN + 6, begin[1])), ((_MARGIN - 6, end[1]), end)]
    for (x0, y0), (x1, y1) in parts:
        level, rise = min(y0, y1), 4 + min(abs(x1 - x0) * 0.08, 8)
        steps = [k / 16 for k in range(17)]
        points = tuple((x0 + (x1 - x0) * t, level - 4 * rise * t * (1 - t)) for t in steps)
        sheet.marks.append(Stroke(points, 1.4))


def _fraction(sheet: _Sheet, x: float, y: float, text: str, size: float) -> None:
    over, _, under = text.partition("/")
    sheet.marks.append(Text(x, y - 2, over, size))
    sheet.marks.append(Text(x, y + size * 0.82, under, size))
    sheet.marks.append(Stroke(((x - size * 0.45, y), (x + size * 0.45, y)), 1.1))


def _accidental(sheet: _Sheet, x: float, y: float, alter: int, color: str) -> None:
    """A sharp, flat or natural around (x, y), drawn, as fonts may not have it; doubled side by side."""
    strokes: list[tuple[tuple[float, float], ...]]
    for k in range(max(abs(alter), 1)):
        at = x - 6.5 * k
        if alter > 0:
            strokes = [((at - 1.5, y - 6), (at - 1.5, y + 7)), ((at + 1.7, y - 7), (at + 1.7, y + 6))]
            strokes += [((at - 3.6, y - 1.4), (at + 3.8, y - 3.2)), ((at - 3.6, y + 3.2), (at + 3.8, y + 1.4))]
        elif alter < 0:
            bowl = ((at - 2, y), (at + 0.6, y - 1.6), (at + 2.4, y - 0.4), (at + 1.8, y + 2.2), (at - 2, y + 5.4))
            strokes = [((at - 2, y - 8), (at - 2, y + 5.4)), bowl]
        else:
            strokes = [
                ((at - 2, y - 7), (at - 2, y + 3.6), (at + 2, y + 2)),
                ((at + 2, y + 7), (at + 2, y - 3.6), (at - 2, y - 2)),
            ]
        sheet.marks += [Stroke(points, 1.2, color) for points in strokes]


def _bar_line(sheet: _Sheet, bars: list[WrittenBar], which: int, x: float, y: float) -> None:
    """The line behind a bar, and the repeat that begins after it."""
    top, bottom = y - 24, y + 8
    bar, after = bars[which], bars[which + 1] if which + 1 < len(bars) else None
    from_here = after is not None and after.repeat_from

    def line(at: float, width: float) -> None:
        sheet.marks.append(Stroke(((at, top), (at, bottom)), width))

    if bar.repeat_to or after is None:
        line(x - 5, 1.2)
        line(x - 0.5, 3.0)
    elif not from_here:
        line(x, 1.2)
    if bar.repeat_to:
        sheet.marks += [Disc(x - 11, y - 13, 1.9), Disc(x - 11, y - 4, 1.9)]
    if bar.repeat_to > 2:
        sheet.marks.append(Text(x - 4, top - 5, f"×{bar.repeat_to}", 10.0))
    if from_here:
        _begin_repeat(sheet, x + (3 if bar.repeat_to else 0), y)
    if which == 0 and bar.repeat_from:
        _begin_repeat(sheet, _MARGIN - 8, y)


def _begin_repeat(sheet: _Sheet, x: float, y: float) -> None:
    sheet.marks += [Stroke(((x, y - 24), (x, y + 8)), 3.0), Stroke(((x + 4.5, y - 24), (x + 4.5, y + 8)), 1.2)]
    sheet.marks += [Disc(x + 10.5, y - 13, 1.9), Disc(x + 10.5, y - 4, 1.9)]
