"""A small picture to write on: rectangles, discs and text as pixels, at a cost that a running show does not feel."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from engine.stage.targets import Size

Color = tuple[int, int, int]
_Words = NDArray[np.uint32]
"""Whole pixels: moved as one number each, they cost a tenth of four bytes."""

_ELLIPSIS: Final = "…"


class Slate:
    """A picture of one ground, opaque, that can be copied when what never changes is on it."""

    def __init__(self, size: Size, ground: Color) -> None:
        self._ground = ground
        self._words = np.full(size[::-1], _word(ground), dtype=np.uint32)

    def copy(self) -> Slate:
        """Another one with the same on it."""
        other = Slate((1, 1), self._ground)
        other._words = self._words.copy()
        return other

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """(height, width, 4), top row first."""
        return self._words.view(np.uint8).reshape(*self._words.shape, 4)

    def fill(self, left: float, top: float, right: float, bottom: float, color: Color) -> None:
        """A rectangle; one that has no width or height is nothing."""
        self._words[round(top) : round(bottom), round(left) : round(right)] = _word(color)

    def disc(self, x: int, y: int, radius: int, color: Color) -> None:
        """A smooth disc around (x, y)."""
        self._lay(_blended(_disc(radius), color, self._ground), x - radius, y - radius)

    def text(
        self,
        x: float,
        baseline: int,
        text: str,
        color: Color,
        height: int,
        align: str = "left",
        on: Color | None = None,
    ) -> None:
        """One line that begins (`left`), ends (`right`) or has its middle (`middle`) at x, on a ground of its own."""
        if text:
            words, rise = _written(text, height, color, on or self._ground)
            shift = {"left": 0.0, "middle": words.shape[1] / 2, "right": float(words.shape[1])}[align]
            self._lay(words, round(x - shift), baseline - rise)

    def _lay(self, words: _Words, left: int, top: int) -> None:
        height, width = self._words.shape
        x, y = max(left, 0), max(top, 0)
        part = words[y - top : max(height - top, 0), x - left : max(width - left, 0)]
        self._words[y : y + part.shape[0], x : x + part.shape[1]] = part


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
def _written(text: str, height: int, color: Color, ground: Color) -> tuple[_Words, int]:
    """A line of text on a ground, and how many rows lie above its baseline."""
    font = _font(height)
    rise, fall = font.getmetrics()
    image = Image.new("L", (max(round(font.getlength(text)), 1), rise + fall))
    ImageDraw.Draw(image).text((0, rise), text, 255, font, anchor="ls")
    return _blended(np.asarray(image, dtype=np.float32) / 255.0, color, ground), rise


@cache
def _disc(radius: int) -> NDArray[np.float32]:
    """How much of each pixel a disc covers."""
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    covered: NDArray[np.float32] = np.clip(radius + 0.5 - np.hypot(x, y), 0.0, 1.0).astype(np.float32)
    return covered


def _blended(covered: NDArray[np.float32], color: Color, ground: Color) -> _Words:
    """Pixels of which so much is covered by the one colour and the rest by the other."""
    bytes_ = np.full((*covered.shape, 4), 255, dtype=np.uint8)
    for channel in range(3):
        bytes_[..., channel] = ground[channel] + covered * (color[channel] - ground[channel]) + 0.5
    return bytes_.view(np.uint32)[..., 0]


@cache
def _word(color: Color) -> int:
    return int(np.array((*color, 255), dtype=np.uint8).view(np.uint32)[0])
