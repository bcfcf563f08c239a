"""Two tunes over each other as a piano roll: what was read right, what was missed, what was invented.

Three colours that all people tell apart (after Okabe and Ito), and three shapes: full, hollow, and low with a cross.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from engine.score.comparing import Comparison
from engine.score.spelling import NATURAL, spelled
from engine.score.tune import Note, Tune

MATCHED, MISSED, EXTRA = "#0072b2", "#e69f00", "#d0317a"
_GROUND, _INK, _QUIET, _BAR, _BEAT, _BLACK = "#ffffff", "#1c1b1a", "#77736d", "#b9b5ae", "#e9e6e1", "#f5f4f1"
_WIDTH, _LEFT, _RIGHT = 1600, 70, 40
_HEAD: Final = 118
_QUARTERS: Final = 32  # a line, about: whole bars
_ROW: Final = 11  # a semitone's height
_GAP: Final = 46  # between lines
_FINE: Final = 2  # drawn so many times larger, then averaged
_MOST_LINES: Final = 40


def piano_roll(reference: Tune, comparison: Comparison, title: str = "") -> Image.Image:
    """The picture, RGB. Of a long piece the first forty lines."""
    notes = [pair[0] for pair in comparison.matched] + list(comparison.missed) + [note for note, _ in comparison.extra]
    pitches = [note.pitch for note in notes if note.pitch is not None] or [60]
    low, high = min(pitches) - 2, max(pitches) + 2
    lines = _lines(reference, comparison)
    tall = (high - low + 1) * _ROW
    size = (_WIDTH, _HEAD + len(lines) * (tall + _GAP))
    image = Image.new("RGB", (size[0] * _FINE, size[1] * _FINE), _GROUND)
    sheet = _Sheet(ImageDraw.Draw(image), low, high)
    _legend(sheet, comparison, title)
    for number, (begin, end) in enumerate(lines):
        top = _HEAD + number * (tall + _GAP)
        _ruled(sheet, reference, begin, end, top)
        for pair in comparison.matched:
            _note(sheet, pair[0], pair[0].onset, (begin, end), top, MATCHED)
        for note in comparison.missed:
            _note(sheet, note, note.onset, (begin, end), top, MISSED)
        for note, onset in comparison.extra:
            _note(sheet, note, onset, (begin, end), top, EXTRA)
    return image.reduce(_FINE)


class _Sheet:
    """Draws in the picture's own units, finer underneath."""

    def __init__(self, draw: ImageDraw.ImageDraw, low: int, high: int) -> None:
        self._draw = draw
        self.low, self.high = low, high

    def box(self, left: float, top: float, right: float, bottom: float, fill: str | None, edge: str = "") -> None:
        corners = (left * _FINE, top * _FINE, right * _FINE, bottom * _FINE)
        if corners[2] > corners[0] and corners[3] > corners[1]:
            self._draw.rounded_rectangle(corners, 2.5 * _FINE if edge or fill else 0, fill, edge or None, 2 * _FINE)

    def band(self, left: float, top: float, right: float, bottom: float, fill: str) -> None:
        self._draw.rectangle((left * _FINE, top * _FINE, right * _FINE, bottom * _FINE), fill)

    def line(self, x0: float, y0: float, x1: float, y1: float, color: str, width: float = 1.0) -> None:
        self._draw.line((x0 * _FINE, y0 * _FINE, x1 * _FINE, y1 * _FINE), color, max(round(width * _FINE), 1))

    def text(self, x: float, y: float, text: str, color: str, size: float, anchor: str = "ls") -> None:
        self._draw.text((x * _FINE, y * _FINE), text, color, ImageFont.load_default(size * _FINE), anchor=anchor)

    def row(self, pitch: int, top: float) -> float:
        return top + (self.high - pitch) * _ROW


def _lines(reference: Tune, comparison: Comparison) -> list[tuple[Fraction, Fraction]]:
    """From where to where each line shows: whole bars, about as many quarters each."""
    last = max([reference.length, *[onset + note.duration for note, onset in comparison.extra]])
    lines: list[tuple[Fraction, Fraction]] = []
    begin = Fraction(0)
    for bar in reference.bars:
        if bar.end - begin > _QUARTERS and bar.onset > begin:
            lines.append((begin, bar.onset))
            begin = bar.onset
    lines.append((begin, max(last, begin + 1)))
    return lines[:_MOST_LINES]


def _legend(sheet: _Sheet, comparison: Comparison, title: str) -> None:
    sheet.text(_LEFT, 40, title or "what was read", _INK, 24)
    figures = f"precision {comparison.precision:.2%}   recall {comparison.recall:.2%}   F1 {comparison.f1:.2%}"
    sheet.text(_WIDTH - _RIGHT, 40, f"{figures}   SER {comparison.ser:.2%}", _QUIET, 17, "rs")
    x = float(_LEFT)
    for color, name, count in (
        (MATCHED, "matched", len(comparison.matched)),
        (MISSED, "missed", len(comparison.missed)),
        (EXTRA, "extra", len(comparison.extra)),
    ):
        _shape(sheet, x, 64, x + 34, 64 + _ROW, color)
        sheet.text(x + 44, 75, f"{name} {count}", _INK, 16)
        x += 190


def _ruled(sheet: _Sheet, reference: Tune, begin: Fraction, end: Fraction, top: float) -> None:
    """The ground of a line: rows of the black keys, names of the Cs, beats and bars."""
    left, right, bottom = _LEFT, _WIDTH - _RIGHT, top + (sheet.high - sheet.low + 1) * _ROW
    for pitch in range(sheet.low, sheet.high + 1):
        y = sheet.row(pitch, top)
        if pitch % 12 in (1, 3, 6, 8, 10):
            sheet.band(left, y, right, y + _ROW, _BLACK)
        if pitch % 12 == 0:
            sheet.line(left, y + _ROW, right, y + _ROW, _BEAT, 1.2)
            sheet.text(left - 8, y + _ROW, spelled(pitch, NATURAL).name, _QUIET, 12, "rs")
    for bar in reference.bars:
        if not begin <= bar.onset < end:
            continue
        beat = bar.meter.beat if bar.meter else Fraction(1)
        at = bar.onset
        while at < min(bar.end, end):
            x = _x(at, begin, end)
            sheet.line(x, top, x, bottom, _BAR if at == bar.onset else _BEAT)
            at += beat
        sheet.text(_x(bar.onset, begin, end) + 3, top - 4, str(bar.number), _QUIET, 11)
    sheet.line(right, top, right, bottom, _BAR)


def _x(at: Fraction, begin: Fraction, end: Fraction) -> float:
    span = max(end - begin, Fraction(_QUARTERS * 3, 4))
    return _LEFT + float((at - begin) / span) * (_WIDTH - _LEFT - _RIGHT)


def _note(sheet: _Sheet, note: Note, onset: Fraction, shown: tuple[Fraction, Fraction], top: float, color: str) -> None:
    """The part of a note that this line shows."""
    begin, end = max(onset, shown[0]), min(onset + note.duration, shown[1])
    if note.pitch is None or begin >= end:
        return
    y = sheet.row(note.pitch, top)
    _shape(
        sheet,
        _x(begin, *shown) + 0.8,
        y + 0.5,
        max(_x(end, *shown) - 0.8, _x(begin, *shown) + 3),
        y + _ROW - 0.5,
        color,
    )


def _shape(sheet: _Sheet, left: float, top: float, right: float, bottom: float, color: str) -> None:
    """Full what matched, hollow what was missed, low and crossed what is extra."""
    if color == MATCHED:
        sheet.box(left, top, right, bottom, color)
    elif color == MISSED:
        sheet.box(left, top, right, bottom, _GROUND, color)
    else:
        middle = (top + bottom) / 2
        sheet.box(left, middle - 2, right, middle + 2, color)
        x, reach = (left + right) / 2, 4.5
        sheet.line(x - reach, middle - reach, x + reach, middle + reach, color, 1.8)
        sheet.line(x - reach, middle + reach, x + reach, middle - reach, color, 1.8)
