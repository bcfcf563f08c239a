"""What a sound-check found, as a picture: the band in the spectrum, and the sound before and after it was cut out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PIL import Image

from engine.errors import BadFile
from engine.foundation.whole_file import whole_file
from engine.frame import RATE
from engine.instrument import HIGHEST_HZ, LOWEST_HZ, InstrumentBand
from engine.stage.note_names import name_of_hz
from engine.stage.slate import Color, Slate, shortened, width
from engine.stage.targets import Size

SIZE: Final[Size] = (1280, 960)
"""Of the picture, pixels."""
_GROUND: Final[Color] = (16, 17, 19)
_WELL: Final[Color] = (25, 27, 30)
_BAND: Final[Color] = (38, 52, 52)
_LINE: Final[Color] = (58, 61, 65)
_QUIET: Final[Color] = (150, 152, 150)
_INK: Final[Color] = (228, 226, 220)
_OWN: Final[Color] = (92, 184, 160)
_ROOM: Final[Color] = (112, 112, 118)
_HOT: Final[Color] = (232, 98, 74)
_HEAT: Final = (
    (0.0, (16, 17, 19)),
    (0.35, (28, 62, 72)),
    (0.65, (92, 184, 160)),
    (0.85, (236, 196, 106)),
    (1.0, (255, 250, 235)),
)

_LEFT, _RIGHT = 84, SIZE[0] - 30
_SPECTRUM: Final = (96, 400)  # top and bottom of each part, pixels
_SOUND: Final = (478, 732)
_LEVEL: Final = (786, 914)
_GAP: Final = 24  # between the two spectrograms
_LARGE, _PLAIN, _SMALL = 28, 18, 15  # heights of letters
_HERTZ: Final = (20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)
_REACH: Final = 75.0  # dB from the top of the spectrum to its foot
_DEPTH: Final = 70.0  # dB from the brightest of the spectrograms to the ground
_LEVELS: Final = (-90.0, 0.0)  # dBFS from foot to top of the level
_STRIPS: Final = 4  # a tone to each side: by so much the curves of the spectrum are smoothed, in 24ths of an octave
_FFT: Final = 4096  # samples that a column of a spectrogram looks at


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A recording as one of the two: its samples (n,) at RATE, and its level in each hop (hops,), dBFS."""

    wave: NDArray[np.float64]
    levels: NDArray[np.float64]


def draw_band(
    title: str,
    band: InstrumentBand,
    hz: NDArray[np.float64],
    instrument_db: NDArray[np.float64],
    room_db: NDArray[np.float64],
    before: Heard,
    after: Heard,
) -> NDArray[np.uint8]:
    """The picture, (height, width, 4) uint8, top row first; spectra (bins,) in dB at the frequencies hz (bins,)."""
    slate = Slate(SIZE, _GROUND)
    _heading(slate, title, band)
    _spectrum(slate, band, hz, instrument_db, room_db)
    _sound(slate, band, before.wave, after.wave)
    _level(slate, before, after)
    return slate.pixels


def write_figure(path: Path, pixels: NDArray[np.uint8]) -> None:
    """Write a picture (height, width, 4) as PNG; in its place when it is whole. BadFile if it cannot be."""
    try:
        with whole_file(path) as part:
            Image.fromarray(np.ascontiguousarray(pixels[..., :3])).save(part, format="PNG")
    except OSError as why:
        raise BadFile(f"{path}: the figure cannot be written: {why.strerror or why}") from None


def in_words(hz: float) -> str:
    """A frequency as it is read: 190 Hz, 5.2 kHz."""
    return f"{hz:.0f} Hz" if hz < 1000 else f"{hz / 1000:.3g} kHz"


def _heading(slate: Slate, title: str, band: InstrumentBand) -> None:
    edges = f"{in_words(band.low_hz)} to {in_words(band.high_hz)}"
    notes = f"from {name_of_hz(band.low_hz)}"
    slate.text(_LEFT, 44, edges, _OWN, _LARGE)
    slate.text(_LEFT + width(edges, _LARGE) + 18, 44, notes, _INK, _PLAIN)
    slate.text(_RIGHT, 44, shortened(title, _PLAIN, 560), _QUIET, _PLAIN, "right")
    hum = ", ".join(f"{line:.0f}" for line in band.hum_hz)
    said = f"the instrument's own band; in it the room has {band.room_dbfs:.0f} dBFS"
    slate.text(_LEFT, 72, f"{said} and hums at {hum} Hz" if hum else said, _QUIET, _SMALL)


def _spectrum(
    slate: Slate,
    band: InstrumentBand,
    hz: NDArray[np.float64],
    instrument_db: NDArray[np.float64],
    room_db: NDArray[np.float64],
) -> None:
    """The instrument above the room, each a hill; what the filter keeps is lit."""
    top, foot = _SPECTRUM
    slate.fill(_LEFT, top, _RIGHT, foot, _WELL)
    slate.fill(_column(band.low_hz), top, _column(band.high_hz), foot, _BAND)
    columns = LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ) ** (np.arange(_RIGHT - _LEFT) / (_RIGHT - _LEFT))
    own, room = (_smoothed(hz, curve, columns) for curve in (instrument_db, room_db))
    highest = 10 * np.ceil((own.max() + 1) / 10)
    for step in range(0, int(_REACH), 20):
        y = top + (foot - top) * step / _REACH
        slate.fill(_LEFT, y, _RIGHT, y + 1, _LINE)
        slate.text(_LEFT - 10, round(y) + 6, f"{highest - step:.0f}", _QUIET, _SMALL, "right")
    for x, (played, still, at) in enumerate(zip(own, room, columns, strict=True), _LEFT):
        ys = [foot - (foot - top) * float(np.clip(1 - (highest - db) / _REACH, 0, 1)) for db in (played, still)]
        inside = band.low_hz <= at <= band.high_hz
        slate.fill(x, ys[0], x + 1, foot, (52, 112, 100) if inside else (44, 52, 54))
        slate.fill(x, min(ys[1], foot - 1), x + 1, foot, (70, 72, 78) if inside else (46, 47, 52))
        slate.fill(x, ys[0] - 1, x + 1, ys[0] + 2, _OWN if inside else _ROOM)
    for hum in band.hum_hz:
        slate.fill(_column(hum) - 1, foot - 40, _column(hum) + 1, foot, _HOT)
        slate.fill(_column(hum) - 5, foot - 46, _column(hum) + 6, foot - 40, _HOT)
    for edge in (band.low_hz, band.high_hz):
        slate.fill(_column(edge) - 1, top, _column(edge) + 1, foot, _INK)
    for mark in _HERTZ:
        slate.text(_column(mark), foot + 20, _short(mark), _QUIET, _SMALL, "middle")
    slate.text(_LEFT - 16, foot + 20, "Hz", _QUIET, _SMALL, "right")
    slate.text(_LEFT - 10, foot - 4, "dB", _QUIET, _SMALL, "right")
    _legend(
        slate,
        foot + 42,
        [("the instrument", _OWN), ("the room", _ROOM), *([("hum, taken out", _HOT)] * bool(band.hum_hz))],
    )


def _legend(slate: Slate, baseline: int, entries: list[tuple[str, Color]]) -> None:
    x = float(_LEFT)
    for name, color in entries:
        slate.fill(x, baseline - 11, x + 14, baseline + 1, color)
        slate.text(x + 22, baseline, name, _INK, _SMALL)
        x += 22 + width(name, _SMALL) + 30


def _smoothed(hz: NDArray[np.float64], curve: NDArray[np.float64], columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """The curve at each column, averaged as power over a 12th of an octave around it, no finer than a bin."""
    total = np.concatenate([[0.0], np.cumsum(10 ** (curve / 10))])
    half = np.maximum(columns * (2 ** (_STRIPS / 96) - 1), hz[1])
    places = [np.clip(edge / hz[1] + 0.5, 0, curve.size) for edge in (columns - half, columns + half)]
    low, high = (np.interp(place, np.arange(total.size), total) for place in places)
    return np.asarray(10 * np.log10(np.maximum((high - low) / np.maximum(places[1] - places[0], 1e-9), 1e-15)))


def _sound(slate: Slate, band: InstrumentBand, before: NDArray[np.float64], after: NDArray[np.float64]) -> None:
    """The two spectrograms side by side, in the same colours; low notes at the foot."""
    top, foot = _SOUND
    wide = (_RIGHT - _LEFT - _GAP) // 2
    pictures = [_spectrogram(wave, wide, foot - top) for wave in (before, after)]
    brightest = max(float(picture.max()) for picture in pictures)
    for place, (name, picture) in enumerate(zip(("before", "after"), pictures, strict=True)):
        left = _LEFT + place * (wide + _GAP)
        heat = np.clip(1 - (brightest - picture) / _DEPTH, 0, 1)
        stops = [stop for stop, _ in _HEAT]
        for channel in range(3):
            slate.pixels[top:foot, left : left + wide, channel] = np.interp(heat, stops, [c[channel] for _, c in _HEAT])
        slate.text(left, top - 10, name, _INK, _PLAIN)
        for edge in (band.low_hz, band.high_hz):
            y = _row(edge)
            slate.fill(left, y, left + wide, y + 1, _INK)
        _seconds(slate, left, wide, foot + 20, before.size / RATE)
    for mark in _HERTZ[1:-1:2]:
        slate.text(_LEFT - 10, _row(mark) + 5, _short(mark), _QUIET, _SMALL, "right")


def _spectrogram(wave: NDArray[np.float64], wide: int, high: int) -> NDArray[np.float64]:
    """Power in dB, (high, wide): log frequency, high notes on top; each column the loudest of its moments."""
    window = np.hanning(_FFT)
    wave = np.pad(wave, (_FFT // 2, _FFT))
    moments = np.linspace(0, wave.size - _FFT - 1, 2 * wide).astype(int)
    pieces = sliding_window_view(wave, _FFT)
    rows = LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ) ** ((np.arange(high)[::-1] + 0.5) / high)
    out = np.empty((high, wide))
    for column in range(wide):
        power = np.max(
            [np.abs(np.fft.rfft(pieces[at] * window)) ** 2 for at in moments[2 * column : 2 * column + 2]], axis=0
        )
        bins = 10 * np.log10(power / (window.sum() / 2) ** 2 + 1e-14)
        out[:, column] = np.interp(rows * _FFT / RATE, np.arange(bins.size), bins)
    return out


def _level(slate: Slate, before: Heard, after: Heard) -> None:
    """The level over time: the whole sound, and above it the instrument alone."""
    top, foot = _LEVEL
    slate.fill(_LEFT, top, _RIGHT, foot, _WELL)
    for value in (-80, -60, -40, -20, 0):
        y = _height(value)
        slate.fill(_LEFT, y, _RIGHT, y + 1, _LINE)
        slate.text(_LEFT - 10, round(y) + 5, f"{value}", _QUIET, _SMALL, "right")
    for heard, color in ((before, _ROOM), (after, _OWN)):
        columns = _RIGHT - _LEFT
        edges = np.linspace(0, heard.levels.size, columns + 1).astype(int)
        for x in range(columns):
            part = heard.levels[edges[x] : max(edges[x + 1], edges[x] + 1)]
            if part.size and part.max() > _LEVELS[0]:
                loud, soft = _height(float(part.max())), _height(float(part.min()))
                slate.fill(_LEFT + x, loud - 1, _LEFT + x + 1, min(max(soft, loud + 1), foot), color)
    _seconds(slate, _LEFT, _RIGHT - _LEFT, foot + 20, before.wave.size / RATE)
    slate.text(_LEFT, top - 10, "level, dBFS", _INK, _PLAIN)
    slate.text(_RIGHT, top - 10, "after: band.level", _OWN, _SMALL, "right")
    beside = _RIGHT - width("after: band.level", _SMALL) - 30
    slate.text(beside, top - 10, "before: sound.level", _QUIET, _SMALL, "right")


def _seconds(slate: Slate, left: int, wide: int, baseline: int, duration: float) -> None:
    step = next((step for step in (1, 2, 5, 10, 20, 30, 60, 120, 300) if duration / step <= 8), 600)
    for second in range(0, int(duration) + 1, step):
        x = left + wide * second / max(duration, 1e-9)
        if x < left + wide - 24:
            slate.text(x, baseline, f"{second} s", _QUIET, _SMALL)


def _column(hz: float) -> int:
    """Where a frequency lies across the spectrum, pixels."""
    return round(_LEFT + (_RIGHT - _LEFT) * float(np.log(hz / LOWEST_HZ) / np.log(HIGHEST_HZ / LOWEST_HZ)))


def _row(hz: float) -> int:
    """Where a frequency lies in a spectrogram, pixels."""
    top, foot = _SOUND
    return round(foot - 1 - (foot - top - 1) * float(np.log(hz / LOWEST_HZ) / np.log(HIGHEST_HZ / LOWEST_HZ)))


def _height(dbfs: float) -> float:
    """Where a level lies in the picture of the levels, pixels."""
    top, foot = _LEVEL
    low, high = _LEVELS
    return foot - (foot - top) * min(max((dbfs - low) / (high - low), 0.0), 1.0)


def _short(hz: int) -> str:
    return f"{hz}" if hz < 1000 else f"{hz // 1000}k"
