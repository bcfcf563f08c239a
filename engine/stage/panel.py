"""The operator's panel: meters, latency and messages as a picture, for a window that the audience never sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.frame import Frame, Sound
from engine.stage.slate import Color, Slate, shortened, width, wrapped
from engine.stage.targets import Size

PANEL: Final[Size] = (520, 700)
_GROUND: Final[Color] = (16, 17, 19)
_WELL: Final[Color] = (32, 34, 37)
_LINE: Final[Color] = (58, 61, 65)
_QUIET: Final[Color] = (150, 152, 150)
_INK: Final[Color] = (228, 226, 220)
_GOOD: Final[Color] = (92, 164, 142)
_WARM: Final[Color] = (222, 168, 78)
_HOT: Final[Color] = (222, 86, 66)

_LEFT, _RIGHT = 24, PANEL[0] - 24
_COLUMN: Final = 100  # where values begin beside their names
_METER: Final = (_COLUMN, 424)
_SCALE: Final = (-60.0, 0.0)  # dBFS from end to end of a meter
_TITLE, _LARGE, _PLAIN, _SMALL = 32, 22, 17, 14  # heights of letters in pixels
_OCTAVES: Final = ("63", "125", "250", "500", "1k", "2k", "4k", "8k")
_FACTS: Final = ("latency", "picture", "stage", "ears", "lights")
_LOUD, _NEAR = -1.0, -9.0  # dBFS from which a meter is red, and amber


class Panel:
    """Draws the panel. `draw` costs about a millisecond: ten times a second is enough."""

    def __init__(self) -> None:
        self._blank = Slate(PANEL, _GROUND)
        self._labels(self._blank)

    def draw(self, frame: Frame, status: Mapping[str, Any]) -> NDArray[np.uint8]:
        """(height, width, 4) uint8, top row first. `status`: what the show says of itself, text by name."""
        slate = self._blank.copy()
        self._heading(slate, status)
        self._levels(slate, frame)
        self._bands(slate, frame)
        self._senses(slate, frame)
        self._facts(slate, status)
        self._messages(slate, status)
        return slate.pixels

    def _labels(self, slate: Slate) -> None:
        """What never changes."""
        for row, name in enumerate(("level", "peak", "LUFS")):
            slate.text(_LEFT, 127 + 30 * row, name, _QUIET, _PLAIN)
        for value in (-60, -40, -20, 0):
            slate.text(_across(value), 210, f"{value}", _QUIET, _SMALL, "middle")
        for k, octave in enumerate(_OCTAVES):
            slate.text(_LEFT + 59 * (k + 0.5), 338, octave, _QUIET, _SMALL, "middle")
        slate.text(220, 376, "fractal", _QUIET, _SMALL)
        slate.text(316, 376, "centroid", _QUIET, _SMALL)
        slate.text(_RIGHT, 376, "flatness", _QUIET, _SMALL, "right")
        for y in (424, 574):
            slate.fill(_LEFT, y, _RIGHT, y + 1, _LINE)
        for row, name in enumerate(_FACTS):
            slate.text(_LEFT, 453 + 26 * row, name, _QUIET, _PLAIN)

    def _heading(self, slate: Slate, status: Mapping[str, Any]) -> None:
        position = str(status.get("position", ""))
        room = _RIGHT - _LEFT - width(position, _LARGE) - 16
        slate.text(_LEFT, 48, shortened(str(status.get("scene", "")), _TITLE, room), _INK, _TITLE)
        slate.text(_RIGHT, 48, position, _INK, _LARGE, "right")
        x = float(_LEFT)
        for flag in ("blackout", "freeze", "paused"):
            if status.get(flag):
                wide = width(flag.upper(), _PLAIN) + 20
                color = _HOT if flag == "blackout" else _WARM
                slate.fill(x, 62, x + wide, 88, color)
                slate.text(x + 10, 81, flag.upper(), _GROUND, _PLAIN, on=color)
                x += wide + 10

    def _levels(self, slate: Slate, frame: Frame) -> None:
        sound = frame.sound
        for row, value in enumerate((sound.level, sound.peak, sound.loudness)):
            top = 112 + 30 * row
            slate.fill(_METER[0], top, _METER[1], top + 18, _WELL)
            slate.fill(_METER[0], top, _across(value), top + 18, _heat(value))
            text = f"{value:.1f}" if value > -100 else "< -99"
            slate.text(_RIGHT, top + 16, text, _INK, _LARGE, "right")
        floor = _across(sound.floor)
        slate.fill(floor, 106, floor + 2, 196, _QUIET)  # what lies left of it is the room
        said = "silence" if sound.silence else "sounding"
        slate.text(_RIGHT, 81, said, _QUIET if sound.silence else _GOOD, _PLAIN, "right")
        if sound.clipping:
            slate.text(_RIGHT, 232, f"{sound.clipping:.0f} samples clipped", _HOT, _SMALL, "right")

    def _bands(self, slate: Slate, frame: Frame) -> None:
        low, high = Sound.bands.span
        for k, value in enumerate(frame.sound.bands):
            left, right = _LEFT + 59 * k + 4, _LEFT + 59 * (k + 1) - 4
            filled = 78 * _share(float(value), low, high)
            slate.fill(left, 242, right, 320, _WELL)
            slate.fill(left, 320 - filled, right, 320, _heat(float(value)))

    def _senses(self, slate: Slate, frame: Frame) -> None:
        rhythm, sound = frame.rhythm, frame.sound
        glow = _share(rhythm.hits, 0.0, 1.0)
        red, green, blue = (round(a + (b - a) * glow) for a, b in zip(_WELL, _WARM, strict=True))
        slate.disc(_LEFT + 20, 386, 18, (red, green, blue))
        slate.text(_LEFT + 54, 376, "onsets", _QUIET, _SMALL)
        slate.text(_LEFT + 54, 404, f"{rhythm.onsets:.0f}", _INK, _LARGE)
        slate.text(220, 404, f"{frame.texture.fractal:.2f}", _INK, _LARGE)
        slate.text(316, 404, f"{round(sound.centroid, -1):.0f} Hz", _INK, _LARGE)
        slate.text(_RIGHT, 404, f"{sound.flatness:.2f}", _INK, _LARGE, "right")

    def _facts(self, slate: Slate, status: Mapping[str, Any]) -> None:
        for row, name in enumerate(_FACTS):
            text = str(status.get(name) or "-")
            slate.text(_COLUMN, 453 + 26 * row, shortened(text, _PLAIN, _RIGHT - _COLUMN), _INK, _PLAIN)

    def _messages(self, slate: Slate, status: Mapping[str, Any]) -> None:
        """The newest lines that there is room for, the newest message brightest."""
        lines: list[tuple[str, Color]] = []
        for age, message in enumerate(reversed(list(status.get("messages", ())))):
            lines = [(line, _QUIET if age else _INK) for line in wrapped(str(message), 16, _RIGHT - _LEFT)] + lines
        for row, (line, color) in enumerate(lines[-5:]):
            slate.text(_LEFT, 598 + 22 * row, line, color, 16)


def _across(dbfs: float) -> int:
    """Where a level lies on a meter, pixels."""
    return round(_METER[0] + (_METER[1] - _METER[0]) * _share(dbfs, *_SCALE))


def _share(value: float, low: float, high: float) -> float:
    """How far from low to high, 0..1; 0 for what is no number: a meter must not end the show."""
    return min((value - low) / (high - low), 1.0) if value > low else 0.0


def _heat(dbfs: float) -> Color:
    return _HOT if dbfs > _LOUD else _WARM if dbfs > _NEAR else _GOOD
