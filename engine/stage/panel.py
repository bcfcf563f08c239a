"""The operator's panel: meters, latency and messages as a picture, for a window that the audience never sees."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.frame import Frame, Sound
from engine.stage.note_names import NAMES, note_name
from engine.stage.qr_cells import qr_cells
from engine.stage.slate import Color, Slate, shortened, width, wrapped
from engine.stage.targets import Size

PANEL: Final[Size] = (520, 720)
"""Of the panel, pixels."""
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
_METER: Final = (_COLUMN, 424)  # from where to where meters go
_SCALE: Final = (-60.0, 0.0)  # dBFS from end to end of a meter
_TITLE, _LARGE, _PLAIN, _SMALL = 32, 22, 17, 14  # heights of letters in pixels
_OCTAVES: Final = ("63", "125", "250", "500", "1k", "2k", "4k", "8k")
_FACTS: Final = ("latency", "picture", "stage", "ears", "lights")
_COLOURS: Final = ("fractal", "centroid", "flatness")
_METERS: Final = ("level", "peak", "LUFS", "band")
_FIRST_METER: Final = 102  # its top, pixels; the next are 26 lower each
_BARS: Final = (228, 284)  # top and foot of the octaves
_SENSES: Final = (78, 222, 384)  # where the senses begin, in three columns
_ROWS: Final = (332, 386, 440)  # baselines of their names; the values are 26 lower
_FIRST_FACT: Final = 510  # baselines; the next lines are 24 lower each,
_FIRST_MESSAGE: Final = 640  # and 22
_STATES: Final = {"following": _GOOD, "waiting": _QUIET, "lost": _HOT, "held": _WARM}
_SURE: Final = 0.5  # from which a tempo and a key are bright
_QUIET_CELLS: Final = 2  # of white around a QR code,
_CODE: Final = 112  # and the pixels that there are for all of it
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
        self._messages(slate, status, self._score(slate, frame, status))
        self._preview(slate, status)
        self._survey(slate, status)
        return slate.pixels

    def _labels(self, slate: Slate) -> None:
        """What never changes."""
        for row, name in enumerate(_METERS):
            slate.text(_LEFT, _FIRST_METER + 15 + 26 * row, name, _QUIET, _PLAIN)
        for value in (-60, -40, -20, 0):
            slate.text(_across(value), _FIRST_METER + 118, f"{value}", _QUIET, _SMALL, "middle")
        for k, octave in enumerate(_OCTAVES):
            slate.text(_LEFT + 59 * (k + 0.5), _BARS[1] + 18, octave, _QUIET, _SMALL, "middle")
        for baseline, names in zip(
            _ROWS, (("onsets", "tempo", "bar"), ("note", "key", "own band"), _COLOURS), strict=True
        ):
            for x, name in zip(_SENSES, names, strict=True):
                slate.text(x, baseline, name, _QUIET, _SMALL)
        for y in (_FIRST_FACT - 24, _FIRST_MESSAGE - 24):
            slate.fill(_LEFT, y, _RIGHT, y + 1, _LINE)
        for row, name in enumerate(_FACTS):
            slate.text(_LEFT, _FIRST_FACT + 24 * row, name, _QUIET, _PLAIN)

    def _heading(self, slate: Slate, status: Mapping[str, Any]) -> None:
        position = str(status.get("position", ""))
        room = _RIGHT - _LEFT - width(position, _LARGE) - 16
        slate.text(_LEFT, 48, shortened(str(status.get("scene", "")), _TITLE, room), _INK, _TITLE)
        slate.text(_RIGHT, 48, position, _INK, _LARGE, "right")
        x = float(_LEFT)
        for flag in ("muted", "blackout", "freeze", "paused", "flashes held"):
            if status.get(flag):
                wide = width(flag.upper(), _PLAIN) + 20
                color = _HOT if flag in ("muted", "blackout") else _WARM
                slate.fill(x, 62, x + wide, 88, color)
                slate.text(x + 10, 81, flag.upper(), _GROUND, _PLAIN, on=color)
                x += wide + 10

    def _preview(self, slate: Slate, status: Mapping[str, Any]) -> None:
        """The scene that is watched off air, in the corner of the facts, and its name below."""
        pixels = status.get("thumbnail")
        if pixels is None:
            return
        high, wide = pixels.shape[:2]
        left, top = _RIGHT - wide, _FIRST_FACT - 18
        slate.fill(left - 2, top - 2, _RIGHT + 2, top + high + 2, _WARM)
        slate.pixels[top : top + high, left:_RIGHT] = pixels
        name = shortened(f"next: {status.get('watched', '')}", _SMALL, wide)
        slate.text(left, top + high + 18, name, _WARM, _SMALL)

    def _survey(self, slate: Slate, status: Mapping[str, Any]) -> None:
        """The code that leads the audience's phones to its questions, in the corner of the facts if it is free."""
        code = status.get("survey")
        if not code or status.get("thumbnail") is not None:
            return
        cells = _code(int(code["side"]), str(code["bits"]))
        if cells is None:
            return
        wide = len(cells)
        left, top = _RIGHT - wide, _FIRST_FACT - 18
        slate.pixels[top : top + wide, left:_RIGHT, :3] = cells[..., np.newaxis]
        voted = f"{code['votes']} voted"
        slate.text(_RIGHT - wide / 2, top + wide + 17, voted, _GOOD, _SMALL, "middle")

    def _levels(self, slate: Slate, frame: Frame) -> None:
        sound = frame.sound
        for row, value in enumerate((sound.level, sound.peak, sound.loudness, frame.band.level)):
            top = _FIRST_METER + 26 * row
            slate.fill(_METER[0], top, _METER[1], top + 18, _WELL)
            slate.fill(_METER[0], top, _across(value), top + 18, _heat(value))
            text = f"{value:.1f}" if value > -100 else "< -99"
            slate.text(_RIGHT, top + 16, text, _INK, _LARGE, "right")
        floor = _across(sound.floor)
        slate.fill(floor, _FIRST_METER - 4, floor + 2, _FIRST_METER + 74, _QUIET)  # what lies left of it is the room
        said = "breath" if frame.form.breath and not sound.silence else "silence" if sound.silence else "sounding"
        slate.text(_RIGHT, 81, said, _GOOD if said == "sounding" else _QUIET, _PLAIN, "right")
        if sound.clipping:
            slate.text(_RIGHT, _FIRST_METER + 118, f"clip {_brief(sound.clipping)}", _HOT, _SMALL, "right")

    def _bands(self, slate: Slate, frame: Frame) -> None:
        low, high = Sound.bands.span
        top, foot = _BARS
        for k, value in enumerate(frame.sound.bands):
            left, right = _LEFT + 59 * k + 4, _LEFT + 59 * (k + 1) - 4
            filled = (foot - top) * _share(float(value), low, high)
            slate.fill(left, top, right, foot, _WELL)
            slate.fill(left, foot - filled, right, foot, _heat(float(value)))

    def _senses(self, slate: Slate, frame: Frame) -> None:
        """What the analyser hears: when, which note, what it is like. What it is not sure of is dim."""
        self._rhythm(slate, frame)
        self._pitch(slate, frame)
        texts = (f"{frame.texture.fractal:.2f}", f"{frame.sound.centroid:.0f} Hz", f"{frame.sound.flatness:.2f}")
        for x, text in zip(_SENSES, texts, strict=True):
            slate.text(x, _ROWS[2] + 26, text, _INK, _LARGE)

    def _rhythm(self, slate: Slate, frame: Frame) -> None:
        """Onsets with a lamp, the tempo with a dot that lights on the beat and a line as long as it is sure."""
        rhythm, baseline = frame.rhythm, _ROWS[0] + 26
        sure = rhythm.confidence >= _SURE
        slate.disc(_LEFT + 20, baseline - 12, 18, _glow(rhythm.hits, _WARM))
        slate.text(_SENSES[0], baseline, f"{rhythm.onsets:.0f}", _INK, _LARGE)
        slate.disc(
            _SENSES[1] - 18,
            baseline - 8,
            8,
            _glow((1 - _share(rhythm.phase, 0.0, 1.0)) ** 3, _GOOD if sure else _QUIET),
        )
        tempo = f"{rhythm.tempo:.0f} BPM" if rhythm.tempo > 0 else "-"
        slate.text(_SENSES[1], baseline, tempo, _INK if sure else _QUIET, _LARGE)
        slate.fill(_SENSES[1], baseline + 7, _SENSES[1] + 110, baseline + 10, _WELL)
        filled = 110 * _share(rhythm.confidence, 0.0, 1.0)
        slate.fill(_SENSES[1], baseline + 7, _SENSES[1] + filled, baseline + 10, _GOOD if sure else _QUIET)
        slate.text(_SENSES[2], baseline, f"{rhythm.bar:.0f}" if rhythm.bar > 0 else "-", _INK, _LARGE)

    def _pitch(self, slate: Slate, frame: Frame) -> None:
        """The note with a needle of ±50 cents, the key, and the edges of the instrument's own band."""
        pitch, band, baseline = frame.pitch, frame.band, _ROWS[1] + 26
        voiced = pitch.hz > 0
        name, cents = note_name(pitch.cents)
        slate.text(_SENSES[0], baseline, f"{name} {cents:+d}" if voiced else "-", _INK if voiced else _QUIET, _LARGE)
        slate.fill(_SENSES[0], baseline + 7, _SENSES[0] + 100, baseline + 10, _WELL)
        slate.fill(_SENSES[0] + 50, baseline + 4, _SENSES[0] + 51, baseline + 13, _LINE)
        if voiced:
            needle = _SENSES[0] + 50 + cents
            slate.fill(needle - 2, baseline + 3, needle + 3, baseline + 14, _GOOD if abs(cents) < 10 else _WARM)
        tonic = NAMES[round(11 * _share(pitch.key, 0.0, 11.0))]
        key = f"{tonic} {'major' if pitch.mode >= 0.5 else 'minor'}" if pitch.clarity > 0 else "-"
        slate.text(_SENSES[1], baseline, key, _INK if pitch.clarity >= _SURE else _QUIET, _LARGE)
        edges = f"{_brief(band.low)}-{_brief(band.high)}"
        slate.text(_SENSES[2], baseline, edges, _INK, _LARGE)

    def _facts(self, slate: Slate, status: Mapping[str, Any]) -> None:
        thumbnail = status.get("thumbnail")
        beside = 0 if thumbnail is None else thumbnail.shape[1] + 16
        if status.get("survey"):
            beside = max(beside, _CODE + 16)
        room = _RIGHT - _COLUMN - beside
        for row, name in enumerate(_FACTS):
            text = str(status.get(name) or "-")
            slate.text(_COLUMN, _FIRST_FACT + 24 * row, shortened(text, _PLAIN, room), _INK, _PLAIN)

    def _score(self, slate: Slate, frame: Frame, status: Mapping[str, Any]) -> int:
        """Where the player is in the score, above the messages; how many lines that takes, none without a score."""
        told = status.get("score")
        if not told:
            return 0
        score, state = frame.score, str(told["state"])
        room = _RIGHT - _LEFT - width(state, _PLAIN) - 16
        where = f"bar {score.bar:.0f} of {told['last']} · beat {score.place:.1f}"
        text = f"{where} · {score.tempo:.0f}/min · {100 * _share(score.certainty, 0.0, 1.0):.0f} %"
        slate.text(_LEFT, _FIRST_MESSAGE, shortened(text, _PLAIN, room), _INK, _PLAIN)
        slate.text(_RIGHT, _FIRST_MESSAGE, state, _STATES.get(state, _QUIET), _PLAIN, "right")
        coming = told["next"]
        after = f"{coming[0]} in {coming[1]:.0f} beats" if coming else "no cue ahead"
        line = f"{told['title']} · {after}" if told["title"] else after
        slate.text(_LEFT, _FIRST_MESSAGE + 22, shortened(line, 16, _RIGHT - _LEFT), _QUIET, 16)
        return 2

    def _messages(self, slate: Slate, status: Mapping[str, Any], taken: int) -> None:
        """The newest lines that there is room for below those that are taken, the newest message brightest."""
        lines: list[tuple[str, Color]] = []
        for age, message in enumerate(reversed(list(status.get("messages", ())))):
            lines = [(line, _QUIET if age else _INK) for line in wrapped(str(message), 16, _RIGHT - _LEFT)] + lines
        for row, (line, color) in enumerate(lines[taken - 4 :], taken):
            slate.text(_LEFT, _FIRST_MESSAGE + 22 * row, line, color, 16)


@lru_cache(maxsize=4)
def _code(side: int, bits: str) -> NDArray[np.uint8] | None:
    """A QR code as grey pixels, black on white, as large as there is room for above the messages; None for none."""
    dark = qr_cells(side, bits, _QUIET_CELLS)
    if dark is None:
        return None
    times = max(_CODE // len(dark), 1)
    return (255 - dark).repeat(times, axis=0).repeat(times, axis=1)


def _across(dbfs: float) -> int:
    """Where a level lies on a meter, pixels."""
    return round(_METER[0] + (_METER[1] - _METER[0]) * _share(dbfs, *_SCALE))


def _share(value: float, low: float, high: float) -> float:
    """How far from low to high, 0..1; 0 for what is no number: a meter must not end the show."""
    return min((value - low) / (high - low), 1.0) if value > low else 0.0


def _glow(value: float, color: Color) -> Color:
    """A lamp that is lit so much, 0..1."""
    share = _share(value, 0.0, 1.0)
    red, green, blue = (round(dark + (lit - dark) * share) for dark, lit in zip(_WELL, color, strict=True))
    return red, green, blue


def _brief(hz: float) -> str:
    """A number in four letters: 190, 5.2k, 20k."""
    return f"{hz:.0f}" if not hz >= 1000 else f"{hz / 1000:.2g}k" if hz < 10_000 else f"{hz / 1000:.0f}k"


def _heat(dbfs: float) -> Color:
    return _HOT if dbfs > _LOUD else _WARM if dbfs > _NEAR else _GOOD
