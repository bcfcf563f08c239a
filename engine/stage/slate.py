"""A small picture to write on: rectangles, discs and text as pixels, at a cost that a running show does not feel."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from engine.stage.targets import Size

Color = tuple[int, int, int]
_Mask = NDArray[np.float32]

_ELLIPSIS: Final = "…"


class Slate:
    """Pixels (height, width, 4) uint8, opaque, top row first."""

    def __init__(self, size: Size, ground: Color) -> None:
        self.pixels: NDArray[np.uint8] = np.full((size[1], size[0], 4), (*ground, 255), dtype=np.uint8)

    def fill(self, left: float, top: float, right: float, bottom: float, color: Color) -> None:
        """A rectangle; one that has no width or height is nothing."""
        self.pixels[round(top) : round(bottom), round(left) : round(right), :3] = color

    def disc(self, x: int, y: int, radius: int, color: Color) -> None:
        """A smooth disc around (x, y)."""
        self._blend(_disc(radius), x - radius, y - radius, color)

    def text(self, x: float, baseline: int, text: str, color: Color, height: int, align: str = "left") -> None:
        """One line that begins (`left`), ends (`right`) or has its middle (`middle`) at x."""
        if not text:
            return
        mask, rise = _written(text, height)
        shift = {"left": 0.0, "middle": mask.shape[1] / 2, "right": float(mask.shape[1])}[align]
        self._blend(mask, round(x - shift), baseline - rise, color)

    def _blend(self, mask: _Mask, left: int, top: int, color: Color) -> None:
        height, width = self.pixels.shape[:2]
        x, y = max(left, 0), max(top, 0)
        mask = mask[y - top : height - top, x - left : width - left, None]
        under = self.pixels[y : y + mask.shape[0], x : x + mask.shape[1], :3]
        under[:] = under + mask * (np.array(color, dtype=np.float32) - under) + 0.5


@lru_cache(maxsize=2048)
def width(text: str, height: int) -> float:
    """How wide a line of text is, in pixels."""
    return float(_font(height).getlength(text))


@lru_cache(maxsize=512)
def shortened(text: str, height: int, room: float) -> str:
    """The text, or as much of its beginning as there is room for."""
    if width(text, height) <= room:
        return text
    while text and width(text + _ELLIPSIS, height) > room:
        text = text[:-1]
    return text.rstrip() + _ELLIPSIS


@lru_cache(maxsize=512)
def wrapped(text: str, height: int, room: float) -> tuple[str, ...]:
    """The text in lines that there is room for, broken between words; a word that is too long is shortened."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, height) <= room:
            lines[-1] = longer
        else:
            lines.append(shortened(word, height, room))
    return tuple(lines)


@cache
def _font(height: int) -> Any:
    return ImageFont.load_default(height)


@lru_cache(maxsize=2048)
def _written(text: str, height: int) -> tuple[_Mask, int]:
    """How much each pixel of a line of text covers, and how many rows lie above its baseline."""
    font = _font(height)
    rise, fall = font.getmetrics()
    image = Image.new("L", (max(round(font.getlength(text)), 1), rise + fall))
    ImageDraw.Draw(image).text((0, rise), text, 255, font, anchor="ls")
    return np.asarray(image, dtype=np.float32) / 255.0, rise


@cache
def _disc(radius: int) -> _Mask:
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    covered: _Mask = np.clip(radius + 0.5 - np.hypot(x, y), 0.0, 1.0).astype(np.float32)
    return covered
