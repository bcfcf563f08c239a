"""What lines of numbers are drawn on: marks in heights of a digit, painted with Pillow when all of them are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from engine.score.jianpu_symbols import DIGIT_FOOT, DIGIT_TOP, LINE_HEIGHT
from sheets.jianpu.fonts import face

ZOOM: Final = 1.25
"""A stored line is so many times larger than what the network sees."""
HEIGHT: Final = round(LINE_HEIGHT * ZOOM)
FOOT: Final = DIGIT_FOOT * ZOOM
"""Pixels above the digits' feet in a stored line."""
DIGIT: Final = (DIGIT_FOOT - DIGIT_TOP) * ZOOM
_FINE: Final = 2  # drawn so many times larger, then averaged
_UNIT: Final = round(DIGIT * _FINE)
_EDGE: Final = 0.8  # of paper left and right


@dataclass(slots=True)
class Canvas:
    """Marks on one line: x to the right, y downwards from the digits' feet."""

    marks: list[tuple[Any, ...]] = field(default_factory=list)
    right: float = 0.0

    def text(
        self, x: float, y: float, text: str, font: Path, size: float = 1.0, ink: float = 1.0, align: str = "m"
    ) -> float:
        """Digits of this height with their feet at y; returns how wide it is."""
        letters = face(font, max(round(size * _UNIT), 4))
        width = letters.getlength(text) / _UNIT
        self.marks.append(("text", x, y, text, letters, ink, align))
        self.right = max(self.right, x + width * {"l": 1.0, "m": 0.5, "r": 0.0}[align])
        return float(width)

    def stroke(self, points: Sequence[tuple[float, float]], width: float, ink: float = 1.0) -> None:
        """A line through points."""
        self.marks.append(("stroke", points, width, ink))
        self.right = max(self.right, points[-1][0])

    def disc(self, x: float, y: float, radius: float, ink: float = 1.0) -> None:
        """A dot."""
        self.marks.append(("disc", x, y, radius, ink))

    def lifted(self, height: float) -> None:
        """All that is there so far, so much higher."""
        for k, (kind, *mark) in enumerate(self.marks):
            if kind == "stroke":
                mark[0] = [(x, y - height) for x, y in mark[0]]
            else:
                mark[1] -= height
            self.marks[k] = (kind, *mark)

    def painted(self) -> NDArray[np.uint8]:
        """(100, width), 255 is ink: the digits 20 pixels high, their feet at 67.5."""
        width = max(round((self.right + 2 * _EDGE) * _UNIT), 8 * _FINE)
        image = Image.new("L", (width, HEIGHT * _FINE), 0)
        draw = ImageDraw.Draw(image)
        foot = FOOT * _FINE
        for kind, *mark in self.marks:
            if kind == "text":
                x, y, text, letters, ink, align = mark
                at = ((x + _EDGE) * _UNIT, foot + y * _UNIT)
                draw.text(at, text, round(255 * ink), letters, anchor=f"{align}s")
            elif kind == "stroke":
                points, thick, ink = mark
                pixels = [((x + _EDGE) * _UNIT, foot + y * _UNIT) for x, y in points]
                _stroked(draw, pixels, thick * _UNIT, round(255 * ink))
            else:
                x, y, radius, ink = mark
                a, b, r = (x + _EDGE) * _UNIT, foot + y * _UNIT, radius * _UNIT
                draw.ellipse((a - r, b - r, a + r, b + r), round(255 * ink))
        return np.asarray(image.reduce(_FINE))


def _stroked(draw: ImageDraw.ImageDraw, points: Sequence[tuple[float, float]], width: float, ink: int) -> None:
    """Level and upright lines as boxes, as Pillow's own are of whole pixels."""
    if len(points) == 2:
        (x0, y0), (x1, y1) = points
        half = max(width, 1) / 2
        if y0 == y1:
            draw.rectangle((min(x0, x1), y0 - half, max(x0, x1), y0 + half - 1), ink)
            return
        if x0 == x1:
            draw.rectangle((x0 - half, min(y0, y1), x0 + half - 1, max(y0, y1)), ink)
            return
    draw.line(list(points), ink, max(round(width), 1), joint="curve")
