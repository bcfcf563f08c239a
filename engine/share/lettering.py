"""Letters of any writing as pixels: in lines that fit, shaped and in their own direction, and nothing drawn wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from engine.foundation.fonts import found_font, opened, shapes, within
from engine.share.words import direction

Coverage = NDArray[np.float32]
"""(height, width): how much of each pixel letters cover, 0..1."""

# Signs between any two of which a line may be broken, and those with which none may begin.
_WIDE: Final = ((0x2E80, 0xA4CF), (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF), (0x20000, 0x3FFFF))
_NEVER_FIRST: Final = "、。，．！？：；）」』】》〉”’…ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
_MOST_LINES: Final = 12  # of one text


@dataclass(frozen=True, slots=True)
class Words:
    """A text, the language that it is in, and how high its letters are in pixels."""

    text: str
    language: str
    height: int


def set_in_lines(words: Words, room: float, *, centred: bool = False) -> tuple[Coverage, bool]:
    """The text in lines no wider than `room` pixels, and whether it is written from right to left.

    MissingDriver, in one line, where a font or the shaping is missing.
    """
    right = direction(words.language) == "rtl"
    path, number = found_font(words.text, words.language)
    font = opened(path, number, words.height, shaped=shapes())
    more: dict[str, Any] = {"direction": "rtl" if right else "ltr"} if path and shapes() else {}
    lines = [line for part in words.text.splitlines() for line in _broken(part, font, room, more)][:_MOST_LINES]
    if not lines:
        return np.zeros((1, 1), np.float32), right
    rise, fall = font.getmetrics()
    step = round((rise + fall) * 1.12)
    wide = max(max(round(font.getlength(line, **more)) for line in lines), 1) + 2 * words.height
    image = Image.new("L", (wide, step * len(lines) + fall))
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        x, anchor = (wide - words.height, "rs") if right else (words.height, "ls")
        if centred:
            x, anchor = wide // 2, "ms"
        draw.text((x, rise + row * step), line, 255, font, anchor=anchor, **more)
    drawn = np.asarray(image, np.float32) / np.float32(255)
    inked = np.flatnonzero(drawn.any(axis=0))
    left, end = (int(inked[0]), int(inked[-1]) + 1) if len(inked) else (0, 1)
    return np.ascontiguousarray(drawn[:, left:end]), right


def check(texts: Iterable[tuple[str, str]]) -> None:
    """MissingDriver, in one line, unless each text can be drawn in its language."""
    for text, language in texts:
        found_font(text, language)


def _broken(line: str, font: Any, room: float, more: dict[str, Any]) -> list[str]:
    """A line in lines that fit: between words, and between any two signs of writings that know no spaces."""
    found: list[str] = []
    for piece in _pieces(line):
        longer = found[-1] + piece if found else piece.lstrip()
        if found and font.getlength(longer.rstrip(), **more) > room:
            found.append(piece.lstrip())
        elif found:
            found[-1] = longer
        else:
            found.append(longer)
    return [one.rstrip() for one in found if one.strip()]


def _pieces(line: str) -> list[str]:
    """What may not be parted: words with the space before them, and single signs."""
    pieces: list[str] = []
    for before, sign in zip(" " + line, line, strict=False):
        alone = within(ord(sign), _WIDE) or within(ord(before), _WIDE)
        begins = sign.isspace() and not before.isspace()
        if not pieces or ((begins or alone) and sign not in _NEVER_FIRST):
            pieces.append(sign)
        else:
            pieces[-1] += sign
    return pieces
