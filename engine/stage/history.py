"""What was heard in the last 22 seconds as pictures that shaders may read, and what it was heard against: the map.

An image input of one of these names is fed by the engine; nothing need be said in the scene.

| name | what | size | channels |
|---|---|---|---|
| `waveTexture` | the newest sound, newest right; 0.5 is silence | 1024 × 1 | grey |
| `spectrumTexture` | the spectrum now: 27.5 Hz to 14 kHz, 32 columns an octave; −90..−10 dBFS | 288 × 1 | grey |
| `spectrogram` | the spectrum over time, low notes below | 512 × 288 | grey |
| `levelTrail` | over time | 512 × 1 | level, own band, hits, roughness |
| `pitchTrail` | over time; heights as in the spectrogram | 512 × 1 | height, confidence, level, vibrato |
| `mapTrail` | over time: where on mapDensity the sound was | 512 × 1 | x, y, confidence, novelty |
| `mapDensity` | how many sounds of the corpus lie where on the map | 128 × 128 | grey |
| `scorePage` | the page that is played from; clear until there is one | 1 × 1 | colour |

What runs over time is a ring that is written in place: one column is 8 hops (43 ms), 512 columns are 21.8 s. Beside
each of them a shader has the uniform `float <name>_head`, where now lies: what was heard `age` seconds ago stands at
`fract(head - age / 21.845)`; `include/history.glsl` says it once. A picture costs the same however long the show is.
"""

from __future__ import annotations

import base64
import math
import zlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.frame import HOP, RATE, SIGNALS, Row, Samples
from engine.stage.sound_texture import WINDOW, wave

Pixels = NDArray[np.float32]
"""(rows, columns, channels), the lowest row first as GL counts."""

COLUMN_HOPS: Final = 8
"""Hops that a column stands for."""
COLUMNS: Final = 512
SECONDS: Final = COLUMNS * COLUMN_HOPS * HOP / RATE
"""How far back the trails reach."""
MOST_HOPS: Final = 512
"""Hops that one step may catch up on; what was heard before them is left out."""
TRAILS: Final = ("spectrogram", "levelTrail", "pitchTrail", "mapTrail")
"""Those that run over time: each has its `_head`."""
STILL: Final = ("waveTexture", "spectrumTexture", "mapDensity", "scorePage")
NAMES: Final = (*TRAILS, *STILL)
"""Every image input that the engine feeds."""

_LOWEST: Final = 27.5  # Hz of the spectrogram's foot: the lowest A of a piano
_OCTAVES: Final = 9
_ROWS_AN_OCTAVE: Final = 32
ROWS: Final = _OCTAVES * _ROWS_AN_OCTAVE
_LOW_DB, _HIGH_DB = -90.0, -10.0  # dBFS of a sine that reads 0, and 1
_WAVE: Final = 1024
_WINDOW: Final = (np.blackman(WINDOW + 1)[:-1] / (0.42 * WINDOW / 2)).astype(np.float32)  # a full sine reads 0 dBFS
_LOUDEST: Final = 1e6  # what a sample may be, so that its power is still a number
_AT: Final = _LOWEST * 2.0 ** (np.arange(ROWS) / _ROWS_AN_OCTAVE) * WINDOW / RATE  # the bin of each row's foot
_SPLIT: Final = int(np.searchsorted(_AT, 1.0 / (2.0 ** (1.0 / _ROWS_AN_OCTAVE) - 1.0)))  # above, a row holds whole bins
_FIRST_BINS: Final = np.ceil(_AT[_SPLIT:]).astype(np.int64)
_LAST_BIN: Final = int(_LOWEST * 2.0**_OCTAVES * WINDOW / RATE) + 1
_BETWEEN: Final = _AT[:_SPLIT] * 2.0 ** (0.5 / _ROWS_AN_OCTAVE)  # the middle of the rows that are thinner than a bin
_BINS: Final = np.arange(_SPLIT + 2)


def spectrum_rows(samples: Samples) -> Pixels:
    """(288,) 0..1: the spectrum of the newest 2048 of `samples` (n, channels) mixed, 32 rows an octave from 27.5 Hz.

    Where rows are thinner than a bin it runs straight from bin to bin; above, the loudest bin of a row counts.
    """
    heard = np.zeros(WINDOW, dtype=np.float32)
    newest = samples[-WINDOW:]
    if newest.size:
        mixed = newest @ np.full(newest.shape[1], 1.0 / newest.shape[1], np.float32)
        if not np.abs(mixed).max() <= _LOUDEST:  # nan is not either
            mixed = np.clip(np.nan_to_num(mixed, nan=0.0), -_LOUDEST, _LOUDEST)
        heard[-len(mixed) :] = mixed
    bins = np.fft.rfft(heard * _WINDOW)[:_LAST_BIN]
    power = np.square(bins.real) + np.square(bins.imag)
    np.maximum(power, 1e-12, out=power)
    rows = np.empty(ROWS, dtype=np.float32)
    rows[:_SPLIT] = np.interp(_BETWEEN, _BINS, np.log10(power[: _SPLIT + 2]))
    rows[_SPLIT:] = np.log10(np.maximum.reduceat(power, _FIRST_BINS))
    rows *= 10.0 / (_HIGH_DB - _LOW_DB)
    rows -= _LOW_DB / (_HIGH_DB - _LOW_DB)
    np.maximum(rows, 0.0, out=rows)
    return np.minimum(rows, 1.0, out=rows)


def height(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where frequencies stand on the spectrogram, 0 its foot and 1 its top."""
    return np.clip(np.log2(np.maximum(hz, _LOWEST) / _LOWEST) / _OCTAVES, 0.0, 1.0)


def packed(density: NDArray[np.uint8]) -> str:
    """The map's picture, (128, 128), as text that fits among a child's settings."""
    return base64.b64encode(zlib.compress(density.tobytes(), 9)).decode()


def unpacked(text: str) -> NDArray[np.uint8] | None:
    """What `packed` was given; None for no text."""
    if not text:
        return None
    pixels = np.frombuffer(zlib.decompress(base64.b64decode(text)), np.uint8)
    side = math.isqrt(len(pixels))
    return pixels.reshape(side, side)


class History:
    """The trails as they are written: `step` once a picture. Needs no graphics card, and is the same on every run.

    A column is final when its last hop was heard; the newest one grows until then. The column after it repeats it,
    so that smooth reading never mixes now with 22 s ago.
    """

    delay = 0

    def __init__(self, density: NDArray[np.uint8] | None = None) -> None:
        """`density`: the map's, (128, 128), top row first; None is a map without sounds."""
        sizes = {"spectrogram": (ROWS, 1), "levelTrail": (1, 4), "pitchTrail": (1, 4), "mapTrail": (1, 4)}
        trails = {name: np.zeros((rows, COLUMNS, parts), np.float32) for name, (rows, parts) in sizes.items()}
        self.trails: Mapping[str, Pixels] = MappingProxyType(trails)
        self.written: dict[int, None] = {}
        """Columns that have changed, until somebody clears it."""
        picture = np.zeros((1, 1), np.uint8) if density is None else density[::-1]
        self.density: Pixels = (picture[..., np.newaxis] / np.float32(255.0)).astype(np.float32)
        self.wave: Pixels = np.full((1, _WAVE, 1), 0.5, np.float32)
        self.spectrum: Pixels = np.zeros((1, ROWS, 1), np.float32)
        self._hop = -1

    @property
    def head(self) -> float:
        """Where now lies, 0..1 of the width."""
        return (self._hop + 1) % (COLUMN_HOPS * COLUMNS) / (COLUMN_HOPS * COLUMNS)

    def reset(self) -> None:
        """Forget all that was heard; the map stays."""
        for pixels in self.trails.values():
            pixels[...] = 0.0
        self.written = dict.fromkeys(range(COLUMNS))
        self.wave[...], self.spectrum[...] = 0.5, 0.0
        self._hop = -1

    def step(self, rows: NDArray[np.float64], samples: Samples) -> None:
        """Hear `rows` (n, row), the hops up to now; those that were heard already are passed over.

        `samples` (m, channels) ends with the last of them; what is missing before them counts as silence.
        """
        rows = rows[-MOST_HOPS:]
        if not len(rows) or rows[-1, 0] == self._hop or rows[-1, 0] < 0:
            return
        if rows[-1, 0] < self._hop:
            self.reset()  # another show has begun
        behind = len(rows) - 1 - np.arange(len(rows))
        new = rows[:, 0] > self._hop
        rows, behind = rows[new], behind[new]
        self._clear_gap(int(rows[0, 0]) // COLUMN_HOPS)
        self.wave[:] = wave(samples, _WAVE).mean(axis=0, dtype=np.float32)[np.newaxis, :, np.newaxis]
        columns = rows[:, 0].astype(np.int64) // COLUMN_HOPS
        shares = _shares(rows)
        first = 0
        for last in (*np.flatnonzero(np.diff(columns)), len(rows) - 1):
            sound = samples[: len(samples) - HOP * int(behind[last])]
            self._write(int(columns[last]), rows[last], shares[first : last + 1], sound)
            first = last + 1
        self.spectrum[0] = self.trails["spectrogram"][:, columns[-1] % COLUMNS]
        self._hop = int(rows[-1, 0])

    def _clear_gap(self, column: int) -> None:
        """Blank the columns that nobody has heard, before `column`."""
        newest = self._hop // COLUMN_HOPS if self._hop >= 0 else column
        for lost in range(max(newest + 1, column - COLUMNS), column):
            self._fill(lost, {name: np.zeros(pixels.shape[2]) for name, pixels in self.trails.items()})

    def _write(self, column: int, row: Row, shares: NDArray[np.float64], samples: Samples) -> None:
        """Hops of one column: the last one's row, what the trails read of all, and the sound up to the last."""
        begun = column == self._hop // COLUMN_HOPS and self._hop >= 0
        level = shares[:, :4].max(axis=0)
        before = self.trails["levelTrail"][0, column % COLUMNS]
        self._fill(
            column,
            {
                "levelTrail": np.maximum(level, before) if begun else level,
                "pitchTrail": _pitch(row, shares[-1]),
                "mapTrail": shares[-1, 8:],
                "spectrogram": spectrum_rows(samples)[:, np.newaxis],
            },
        )

    def _fill(self, column: int, values: Mapping[str, NDArray[np.floating]]) -> None:
        for at in (column % COLUMNS, (column + 1) % COLUMNS):
            for name, value in values.items():
                self.trails[name][:, at] = value
            self.written[at] = None


def _shares(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 12): the signals of the trails, each as 0..1 of its usual span; what is no number is 0."""
    shares: NDArray[np.float64] = (rows[:, _COLUMNS_READ] - _LOWS) / _WIDTHS
    np.maximum(shares, 0.0, out=shares)
    np.minimum(shares, 1.0, out=shares)
    shares[np.isnan(shares)] = 0.0
    return shares


def _pitch(row: Row, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Height, confidence, level, vibrato; without a pitch the first two are 0."""
    hz = float(row[_HZ])
    at = min(max(math.log2(hz / _LOWEST) / _OCTAVES, 0.0), 1.0) if 0.0 < hz < math.inf else 0.0
    voiced = 1.0 if 0.0 < hz < math.inf else 0.0
    return np.array([at, voiced * shares[5], shares[6], shares[7]])


_READ: Final = (
    *("sound.level", "band.level", "rhythm.hits", "texture.fractal"),
    *("pitch.hz", "pitch.confidence", "sound.level", "pitch.vibrato_depth"),
    *("place.x", "place.y", "place.confidence", "place.novelty"),
)
"""What the trails are made of: four numbers each."""
_HZ: Final = SIGNALS["pitch.hz"].start
_COLUMNS_READ: Final = np.array([SIGNALS[name].start for name in _READ])
_LOWS: Final = np.array([SIGNALS[name].span[0] for name in _READ])
_WIDTHS: Final = np.array([SIGNALS[name].span[1] - SIGNALS[name].span[0] for name in _READ])
