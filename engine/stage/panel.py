"""The operator's panel: meters, latency and messages as a picture, for a window that the audience never sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from engine.frame import Frame, Sound
from engine.stage.targets import Size

PANEL: Final[Size] = (440, 600)
_GROUND, _LINE, _INK, _QUIET = (17, 18, 20), (52, 54, 58), (222, 220, 214), (140, 140, 138)
_GOOD, _WARM, _HOT = (96, 160, 140), (214, 160, 72), (206, 76, 58)
_MARGIN: Final = 16
_OCTAVES: Final = ("63", "125", "250", "500", "1k", "2k", "4k", "8k")


class Panel:
    """Draws the panel. `draw` costs some milliseconds: ten times a second is enough."""

    def __init__(self) -> None:
        self._small: Any = ImageFont.load_default(12)
        self._large: Any = ImageFont.load_default(16)

    def draw(self, frame: Frame, status: Mapping[str, Any]) -> NDArray[np.uint8]:
        """(height, width, 4) uint8, top row first. `status`: what the show says of itself, text by name."""
        image = Image.new("RGBA", PANEL, (*_GROUND, 255))
        pen = ImageDraw.Draw(image)
        y = self._heading(pen, status)
        y = self._levels(pen, frame, y)
        y = self._bands(pen, frame, y)
        y = self._senses(pen, frame, y)
        y = self._facts(pen, status, y)
        self._messages(pen, status, y)
        return np.asarray(image)

    def _heading(self, pen: ImageDraw.ImageDraw, status: Mapping[str, Any]) -> int:
        pen.text((_MARGIN, 12), str(status.get("scene", "")), _INK, self._large)
        self._right(pen, 14, str(status.get("position", "")), _QUIET)
        flags = [name for name in ("blackout", "freeze", "paused") if status.get(name)]
        self._right(pen, 34, " · ".join(flags).upper(), _HOT)
        return 56

    def _levels(self, pen: ImageDraw.ImageDraw, frame: Frame, y: int) -> int:
        sound = frame.sound
        for name, value in (("level", sound.level), ("peak", sound.peak), ("LUFS", sound.loudness)):
            self._bar(pen, y, name, value)
            y += 20
        floor = self._x(sound.floor)
        pen.line((floor, 58, floor, y - 6), _QUIET)  # what lies left of it is the room
        if sound.clipping:
            self._right(pen, y, f"{sound.clipping:.0f} samples clipped", _HOT)
        return y + 16

    def _bar(self, pen: ImageDraw.ImageDraw, y: int, name: str, dbfs: float) -> None:
        pen.text((_MARGIN, y), name, _QUIET, self._small)
        left, right = self._x(-60.0), self._x(0.0)
        pen.rectangle((left, y + 2, right, y + 12), outline=_LINE)
        color = _HOT if dbfs > -1 else _WARM if dbfs > -9 else _GOOD
        if dbfs > -60:
            pen.rectangle((left, y + 2, self._x(dbfs), y + 12), fill=color)
        self._right(pen, y, f"{dbfs:.1f}" if dbfs > -100 else "–∞", _INK)

    def _x(self, dbfs: float) -> int:
        left, right = _MARGIN + 46, PANEL[0] - _MARGIN - 52
        return round(left + (right - left) * (min(max(dbfs, -60.0), 0.0) + 60.0) / 60.0)

    def _bands(self, pen: ImageDraw.ImageDraw, frame: Frame, y: int) -> int:
        width, height = (PANEL[0] - 2 * _MARGIN) / len(_OCTAVES), 80
        low, high = Sound.bands.span
        for k, value in enumerate(frame.sound.bands):
            x = _MARGIN + k * width
            filled = height * (min(max(float(value), low), high) - low) / (high - low)
            pen.rectangle((x + 3, y, x + width - 3, y + height), outline=_LINE)
            pen.rectangle((x + 3, y + height - filled, x + width - 3, y + height), fill=_GOOD)
            pen.text((x + width / 2, y + height + 4), _OCTAVES[k], _QUIET, self._small, anchor="ma")
        return y + height + 28

    def _senses(self, pen: ImageDraw.ImageDraw, frame: Frame, y: int) -> int:
        glow = frame.rhythm.hits
        lamp = tuple(round(a + (b - a) * glow) for a, b in zip(_LINE, _WARM, strict=True))
        pen.ellipse((_MARGIN, y, _MARGIN + 22, y + 22), fill=lamp)
        onset = f"onset {frame.rhythm.onsets:.0f}   strength {frame.rhythm.strength:.2f}"
        pen.text((_MARGIN + 34, y + 4), onset, _INK, self._small)
        self._right(pen, y + 4, "silence" if frame.sound.silence else "sounding", _QUIET)
        texture = (
            f"fractal dimension {frame.texture.fractal:.2f}   centroid {frame.sound.centroid:.0f} Hz   "
            f"flatness {frame.sound.flatness:.2f}"
        )
        pen.text((_MARGIN, y + 34), texture, _INK, self._small)
        return y + 62

    def _facts(self, pen: ImageDraw.ImageDraw, status: Mapping[str, Any], y: int) -> int:
        for name in ("ears", "stage", "latency", "lights"):
            pen.text((_MARGIN, y), name, _QUIET, self._small)
            pen.text((_MARGIN + 60, y), str(status.get(name, ""))[:58], _INK, self._small)
            y += 18
        return y + 10

    def _messages(self, pen: ImageDraw.ImageDraw, status: Mapping[str, Any], y: int) -> None:
        pen.line((_MARGIN, y, PANEL[0] - _MARGIN, y), _LINE)
        y += 8
        for message in list(status.get("messages", ()))[-6:]:
            for part in _wrapped(str(message), 66):
                if y < PANEL[1] - 18:
                    pen.text((_MARGIN, y), part, _INK, self._small)
                y += 16

    def _right(self, pen: ImageDraw.ImageDraw, y: int, text: str, color: tuple[int, ...]) -> None:
        pen.text((PANEL[0] - _MARGIN, y), text, color, self._small, anchor="ra")


def _wrapped(text: str, width: int) -> list[str]:
    return [text[k : k + width] for k in range(0, len(text), width)] or [""]
