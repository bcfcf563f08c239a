"""A line of numbers drawn in some look: digits, dots, underlines, arcs, brackets and bar lines."""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.score.spelling import Key
from sheets.jianpu.canvas import Canvas
from sheets.jianpu.cells import Cell, CellBar, Line
from sheets.jianpu.fonts import face
from sheets.jianpu.look import Look

_GLYPHS: Final = {"sharp": "♯", "flat": "♭", "natural": "♮", "double-sharp": "♯♯", "double-flat": "♭♭"}
_LETTERS: Final = {"sharp": "#", "flat": "b", "double-sharp": "##", "double-flat": "bb"}
_ALONE: Final = {"sharp": ("sharp", 1), "flat": ("flat", 1), "natural": ("natural", 1)}


class Drawing:
    """Draws one line; `canvas` is what came of it."""

    def __init__(self, look: Look, rng: np.random.Generator) -> None:
        self.canvas = Canvas()
        self.feet: list[tuple[float, float]] = []  # of the digits: x, and how low what hangs below them reaches
        self._look = look
        self._rng = rng
        self._tie: tuple[float, float] | None = None
        self._highest = 1.0

    def line(self, line: Line) -> None:
        """All of it."""
        look, x = self._look, 0.0
        if line.key is not None and look.key_above:
            over = -1.5 - float(self._rng.uniform(0, 0.5))
            key_sign(self.canvas, float(self._rng.uniform(-0.8, 0.5)), over, line.key, look, look.small + 0.3)
        elif line.key is not None:
            x += key_sign(self.canvas, x, 0.0, line.key, look, 1.0) + 0.5
        if line.metre:
            x = self._fraction(x, line.metre) + 0.3
        if line.opens:
            x = self._bar_line(x, "repeat.start")
        elif self._rng.random() < 0.08:
            x = self._bar_line(x, "bar") if self._rng.random() < 0.2 else x
        if self._rng.random() < 0.04:
            self._tie = (x - 0.9, 1.0 + look.arc_gap)  # one that comes from the line before
        for bar in line.bars:
            x = self._bar(bar, x, line.pulse)
        if self._tie is not None:
            self._arc(self._tie, (x + 0.3, self._tie[1]))

    def _bar(self, bar: CellBar, x: float, pulse: float) -> float:
        look, left = self._look, x
        if bar.key is not None and look.key_above:
            key_sign(self.canvas, x + 0.2, -1.3 - self._rng.uniform(0.1, 0.6), bar.key, look, look.small + 0.1)
        elif bar.key is not None:
            x += 0.4 + key_sign(self.canvas, x + 0.3, 0.0, bar.key, look, 1.0)
        if bar.metre:
            x = self._fraction(x + 0.35, bar.metre)
        x += look.bar_room / 2
        places: list[float] = []
        self._highest = 1.0
        for k, cell in enumerate(bar.cells):
            if k and int(cell.onset / pulse + 1e-6) != int(bar.cells[k - 1].onset / pulse + 1e-6):
                x += look.beat_room
            place, x = self._cell(cell, x)
            places.append(place)
        self._underlines(bar.cells, places, pulse)
        begin = 0
        for k, cell in enumerate(bar.cells):
            begin = k if cell.triplet == 1 else begin
            if cell.triplet == 3:
                self._triplet(places[begin], places[k])
        x += look.bar_room / 2
        if bar.line:
            x = self._bar_line(x, bar.line)
        if bar.ending:
            self._ending(left, x, bar.ending)
        return x

    def _cell(self, cell: Cell, x: float) -> tuple[float, float]:
        """Where its digit stands, and where the next begins."""
        look, canvas, rng = self._look, self.canvas, self._rng
        stretch = look.stretch * (1 + rng.normal() * look.ragged)
        lines = cell.figure.lines
        if cell.accidental:
            x += self._accidental(cell.accidental, x)
        width = max((look.quarter if not lines else look.short[lines - 1]) * stretch, 0.85)
        middle = x + width / 2
        canvas.text(middle, 0.0, str(cell.figure.digit), look.digits)
        top, low = 1.0, (look.under + look.under_step * (lines - 1) + look.under_width if lines else 0.0)
        for k in range(abs(cell.figure.octave)):
            away = look.octave_gap + look.octave_dot + look.octave_step * k
            if cell.figure.octave > 0:
                canvas.disc(middle, -1.0 - away, look.octave_dot)
                top = 1.0 + away + look.octave_dot
            else:
                canvas.disc(middle, low + away, look.octave_dot)
        reach = look.octave_gap + 2 * look.octave_dot + look.octave_step * (-cell.figure.octave - 1)
        self.feet.append((middle, low + (reach if cell.figure.octave < 0 else 0.0)))
        anchor = (middle, (1.0 if look.arc_level else top) + look.arc_gap)
        if look.arc_level:
            anchor = (middle, 1.0 + look.octave_gap + 2 * look.octave_dot + look.arc_gap)
        if self._tie is not None:
            self._arc(self._tie, anchor)
        self._tie = anchor if cell.tie else None
        self._highest = max(self._highest, anchor[1])
        x = middle + width / 2
        end = middle + 0.42
        for _ in range(cell.dashes):
            room = look.dash_room * stretch
            height = -look.dash_height
            half = min(look.dash_length, room * 0.8) / 2
            canvas.stroke(((x + room / 2 - half, height), (x + room / 2 + half, height)), look.dash_width)
            end = x + room / 2 + half
            x += room
        for _ in range(cell.dots):
            at = end + look.dot_room / 2 - 0.05
            canvas.disc(at, -look.dot_height, look.dot)
            end = at + max(look.dot_room / 2, 2.4 * look.dot)
            x = max(x, at + look.dot_room / 2)
        return middle, x

    def _accidental(self, name: str, x: float) -> float:
        """Returns how much room it takes."""
        look, canvas = self._look, self.canvas
        size, y = look.sign_size, -look.sign_rise
        if look.plain_signs and name in _LETTERS:
            return canvas.text(x, y, _LETTERS[name], look.digits, size * 0.9, align="l") + 0.02
        if look.signs is not None:
            text = "𝄪" if name == "double-sharp" and self._rng.random() < 0.2 else _GLYPHS[name]
            text = text if text != "𝄪" else "x"
            return canvas.text(x, y - 0.05, text, look.signs, size * 0.9, align="l") + 0.02
        single, count = (name.removeprefix("double-"), 2) if name.startswith("double-") else (name, 1)
        for k in range(count):
            self._drawn_sign(single, x + 0.2 + 0.36 * k * size, -0.45 + y * 0.6, size * 0.55)
        return 0.4 * count * size + 0.12

    def _drawn_sign(self, name: str, x: float, y: float, r: float) -> None:
        canvas, width = self.canvas, 0.07
        if name == "sharp":
            for dx in (-0.22, 0.22):
                canvas.stroke(((x + dx * r, y - 0.9 * r), (x + dx * r, y + 0.9 * r)), width)
            for dy in (-0.33, 0.33):
                canvas.stroke(((x - 0.5 * r, y + (dy + 0.12) * r), (x + 0.5 * r, y + (dy - 0.12) * r)), width * 1.3)
        elif name == "flat":
            canvas.stroke(((x - 0.3 * r, y - 1.1 * r), (x - 0.3 * r, y + 0.7 * r)), width)
            turn = np.linspace(-0.5 * np.pi, 0.5 * np.pi, 9)
            bowl = [(x - 0.3 * r + 0.6 * r * np.cos(t), y + 0.3 * r + 0.42 * r * np.sin(t)) for t in turn]
            canvas.stroke(bowl, width)
        else:
            canvas.stroke(((x - 0.28 * r, y - 1.0 * r), (x - 0.28 * r, y + 0.45 * r)), width)
            canvas.stroke(((x + 0.28 * r, y - 0.45 * r), (x + 0.28 * r, y + 1.0 * r)), width)
            for dy in (-0.3, 0.35):
                canvas.stroke(((x - 0.28 * r, y + (dy + 0.1) * r), (x + 0.28 * r, y + (dy - 0.1) * r)), width * 1.3)

    def _underlines(self, cells: tuple[Cell, ...], places: list[float], pulse: float) -> None:
        look = self._look
        half = min(0.32 + look.overhang, 0.42)
        span = pulse * look.joined
        for level in range(1, max((cell.figure.lines for cell in cells), default=0) + 1):
            y = look.under + look.under_step * (level - 1) + look.under_width / 2
            begin: int | None = None
            for k in range(len(cells) + 1):
                there = k < len(cells) and cells[k].figure.lines >= level
                apart = begin is not None and (
                    not there or not span or int(cells[k].onset / span + 1e-6) != int(cells[begin].onset / span + 1e-6)
                )
                if begin is not None and apart:
                    self.canvas.stroke(((places[begin] - half, y), (places[k - 1] + half, y)), look.under_width)
                    begin = None
                if there and begin is None:
                    begin = k

    def _arc(self, begin: tuple[float, float], end: tuple[float, float]) -> None:
        (x0, y0), (x1, y1) = begin, end
        level = max(y0, y1)
        x0, x1 = x0 + 0.05, x1 - 0.05
        rise = self._look.arc_rise * min(1.0, 0.5 + (x1 - x0) / 6)
        turn = np.linspace(0, np.pi, 13)
        points = [
            ((x0 + x1) / 2 - (x1 - x0) / 2 * float(np.cos(t)), -level - rise * float(np.sin(t)) ** 0.8) for t in turn
        ]
        self.canvas.stroke(points, self._look.arc_width)
        self._highest = max(self._highest, level + rise)

    def slur(self, first: int, last: int) -> None:
        """An arc over several digits, which binds nothing."""
        level = self._highest + self._look.arc_gap * 0.7
        self._arc((self.feet[first][0], level), (self.feet[last][0], level))

    def _triplet(self, first: float, last: float) -> None:
        look, canvas = self._look, self.canvas
        level, middle = self._highest + 0.2 + look.arc_gap / 2, (first + last) / 2
        canvas.text(middle, -level, "3", look.digits, look.small)
        gap, over = look.small * 0.55, level + look.small * 0.45
        if look.triplet == "bracket":
            for a, b in ((first - 0.3, middle - gap), (last + 0.3, middle + gap)):
                canvas.stroke(((a, -over + 0.22), (a, -over)), look.bracket)
                canvas.stroke(((min(a, b), -over), (max(a, b), -over)), look.bracket)
            return
        for sign, a in ((1, first), (-1, last)):
            turn = np.linspace(0, 0.5 * np.pi, 7)
            reach = abs(middle - a) - gap
            points = [(a + sign * reach * float(1 - np.cos(t)), -over + 0.3 - 0.35 * float(np.sin(t))) for t in turn]
            canvas.stroke(points, look.bracket)

    def _ending(self, left: float, right: float, number: int) -> None:
        look, rng = self._look, self._rng
        over = max(2.1, min(self._highest + 0.55, 2.2)) if rng.random() < 0.5 else float(rng.uniform(1.9, 2.25))
        canvas = self.canvas
        canvas.stroke(((left + 0.15, -over + rng.uniform(0.3, 0.6)), (left + 0.15, -over)), look.bracket)
        canvas.stroke(((left + 0.15, -over), (right - rng.uniform(0, 0.3), -over)), look.bracket)
        if rng.random() < 0.3:
            canvas.stroke(((right - 0.1, -over + 0.5), (right - 0.1, -over)), look.bracket)
        label = f"{number}." if rng.random() < 0.7 else str(number)
        canvas.text(left + 0.32, -over + 0.12 + look.small * 0.9, label, look.digits, look.small * 0.9, align="l")

    def _fraction(self, x: float, metre: str) -> float:
        """Returns where it ends."""
        x += 0.1
        width = fraction(self.canvas, x, -0.5, metre, self._look, self._look.fraction, self._rng.random() < 0.88)
        return x + width + 0.25

    def _bar_line(self, x: float, name: str) -> float:
        """Returns where it ends."""
        look, canvas = self._look, self.canvas
        top, foot = -1.0 - look.bar_top, look.bar_foot

        def line(width: float) -> None:
            nonlocal x
            canvas.stroke(((x + width / 2, top), (x + width / 2, foot)), width)
            x += width

        def dots() -> None:
            for y in (-0.28, -0.74):
                canvas.disc(x, y, look.dot)

        gap = 0.12 + look.thin
        if name in ("repeat.end", "repeat.both"):
            dots()
            x += gap + look.dot
            line(look.thin)
            x += gap
            line(look.thick)
        elif name == "bar.final":
            line(look.thin)
            x += gap
            line(look.thick)
        elif name == "bar.double":
            line(look.thin)
            x += gap
            line(look.thin)
        elif name == "bar":
            line(look.thin)
        if name in ("repeat.start", "repeat.both"):
            if name == "repeat.start":
                line(look.thick)
            elif self._rng.random() < 0.4:  # both with a heavy line each
                x += gap
                line(look.thick)
            x += gap
            line(look.thin)
            x += gap + look.dot
            dots()
            x += look.dot
        return x


def fraction(canvas: Canvas, x: float, y: float, metre: str, look: Look, size: float, barred: bool) -> float:
    """A metre around this height; returns its width."""
    over, _, under = metre.partition("/")
    width = max(face(look.digits, 40).getlength(part) / 40 for part in (over, under)) * size
    middle = x + width / 2 + 0.05
    canvas.text(middle, y - 0.1, over, look.digits, size)
    canvas.text(middle, y + 0.12 + size, under, look.digits, size)
    if barred:
        canvas.stroke(((x, y), (x + width + 0.1, y)), look.bracket + 0.02)
    return width + 0.1


def key_sign(canvas: Canvas, x: float, y: float, fifths: int, look: Look, size: float) -> float:
    """1=D, from x on; returns its width."""
    major = Key(fifths).major
    letter, sign = major[0], major[1:]
    begin = x
    space = ("", "", " ")[look.key_style % 3]
    x += canvas.text(x, y, f"1{space}={space}", look.digits, size, align="l")
    glyph = {"#": "♯", "b": "♭", "": ""}[sign]
    behind = look.key_style in (0, 1, 4)
    if behind:
        x += canvas.text(x, y, letter, look.digits, size, align="l")
    if sign and (look.key_style in (0, 3) or look.signs is None):
        x += canvas.text(x, y, sign, look.digits, size, align="l")
    elif sign and look.signs is not None:
        x += canvas.text(x, y - 0.05 - look.sign_rise * 0.5 * size, glyph, look.signs, size * 0.8, align="l")
    if not behind:
        x += canvas.text(x, y, letter, look.digits, size, align="l")
    return x - begin
