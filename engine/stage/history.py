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
| `scorePage`, `scoreNotes`, `scoreLines` | the page that is played from, see score_page.py | 1 × 1 without one | |

What runs over time is a ring that is written in place: one column is 8 hops (43 ms), 512 columns are 21.8 s. Beside
each of them a shader has the uniform `float <name>_head`, where now lies: what was heard `age` seconds ago stands at
`fract(head - age / 21.845)`; `include/history.glsl` says it once. A picture costs the same however long the show is.

What was heard is kept hop by hop; pictures are made of it when somebody looks, and only as far as he has not seen it.
"""

from __future__ import annotations

import base64
import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.frame import HOP, RATE, SIGNALS, Samples
from engine.stage.hop_memory import HopMemory
from engine.stage.score_page import ScorePage
from engine.stage.sound_texture import WINDOW, wave
from engine.stage.spectrogram import ROWS, height, spectrum_rows

Pixels = NDArray[np.float32]
"""(rows, columns, channels), the lowest row first as GL counts."""
Print = NDArray[np.uint8]
"""The same in bytes."""

COLUMN_HOPS: Final = 8
"""Hops that a column stands for."""
COLUMNS: Final = 512
"""Columns of a trail."""
MOST_HOPS: Final = COLUMN_HOPS * COLUMNS
"""Hops that are kept, and that one step may catch up on."""
SECONDS: Final = MOST_HOPS * HOP / RATE
"""How far back the trails reach."""
TRAILS: Final = ("spectrogram", "levelTrail", "pitchTrail", "mapTrail")
"""Those that run over time: each has its `_head`."""
STILL: Final = ("waveTexture", "spectrumTexture", "mapDensity", "scorePage", "scoreNotes", "scoreLines")
"""Those that do not."""
NAMES: Final = (*TRAILS, *STILL)
"""Every image input that the engine feeds."""

_WAVE: Final = 1024  # samples of the wave's picture
_CLEAR: Final = np.zeros((1, 1, 4), np.float32)  # what is seen of a page where there is none


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


@dataclass(slots=True, eq=False)
class _Trail:
    """One picture that runs over time: drawn up to which hop, and in which columns new to whoever shows it."""

    pixels: Pixels
    hop: int = -1
    news: set[int] = field(default_factory=set)


class History:
    """What was heard of late: `step` once a picture. Needs no graphics card, and is the same on every run.

    A step costs a copy of what is new; a picture is made, or brought up to date, when it is asked for. A column is
    final when its last hop was heard; the newest one grows until then. The column after it repeats it, so that smooth
    reading never mixes now with 22 s ago.
    """

    delay = 0

    def __init__(self, density: NDArray[np.uint8] | None = None, page: ScorePage | None = None) -> None:
        """`density`: the map's, (128, 128), top row first; None is a map without sounds. `page` is played from."""
        self._page = page
        picture = np.zeros((1, 1), np.uint8) if density is None else density[::-1]
        self.density: Pixels = (picture[..., np.newaxis] / np.float32(255.0)).astype(np.float32)
        self._heard = HopMemory(MOST_HOPS, _COLUMNS_READ)
        self._trails: dict[str, _Trail] = {}
        self._spectrum = (-1, np.zeros(ROWS, np.float32))

    @property
    def hop(self) -> int:
        """The newest hop that was heard; −1 before the first."""
        return self._heard.newest

    @property
    def head(self) -> float:
        """Where now lies, 0..1 of the width."""
        return (self.hop + 1) % MOST_HOPS / MOST_HOPS

    def reset(self) -> None:
        """Forget all that was heard; the map stays."""
        self._heard.reset()
        self._spectrum = (-1, np.zeros(ROWS, np.float32))
        for trail in self._trails.values():
            trail.pixels[...] = 0.0
            trail.hop, trail.news = -1, set(range(COLUMNS))

    def step(self, rows: NDArray[np.float64], samples: Samples) -> None:
        """Hear `rows` (n, row), the hops up to now; those that were heard already are passed over.

        `samples` (m, channels) ends with the last of them; what is missing before them counts as silence.
        """
        if not len(rows) or rows[-1, 0] == self.hop or rows[-1, 0] < 0:
            return
        if rows[-1, 0] < self.hop:
            self.reset()  # another show has begun
        self._heard.step(rows, samples)

    def trail(self, name: str) -> Pixels:
        """A picture that runs over time, up to date."""
        while self.catch_up(name, COLUMNS):
            pass
        return self._trails[name].pixels

    def news(self, name: str) -> list[tuple[int, int]]:
        """Where that picture has changed since the last call: first column and how many, side by side."""
        self.trail(name)
        columns = sorted(self._trails[name].news)
        self._trails[name].news.clear()
        runs: list[tuple[int, int]] = []
        for column in columns:
            if runs and sum(runs[-1]) == column:
                runs[-1] = (runs[-1][0], runs[-1][1] + 1)
            else:
                runs.append((column, 1))
        return runs

    def catch_up(self, name: str, most: int) -> bool:
        """Draw at most so many columns of a picture that it lacks, the oldest first; whether there are more."""
        trail = self._trails.get(name)
        if trail is None:
            rows, parts, _ = _DRAWN[name]
            trail = self._trails[name] = _Trail(np.zeros((rows, COLUMNS, parts), np.float32))
        if trail.hop == self.hop:
            return False
        newest = self.hop // COLUMN_HOPS
        first = max((trail.hop + 1) // COLUMN_HOPS, newest - COLUMNS + 1)
        last = min(first + most - 1, newest)
        columns = np.arange(first, last + 1)
        trail.pixels[:, columns % COLUMNS] = _DRAWN[name][2](self, columns)
        trail.hop = min((last + 1) * COLUMN_HOPS - 1, self.hop)
        trail.pixels[:, (last + 1) % COLUMNS] = trail.pixels[:, last % COLUMNS]
        trail.news.update((np.arange(first, last + 2) % COLUMNS).tolist())
        return trail.hop < self.hop

    @property
    def wave(self) -> Pixels:
        """The newest sound, (1, 1024, 1)."""
        return wave(self._heard.sound(self.hop, WINDOW)[:, np.newaxis], _WAVE)[:, :, np.newaxis]

    @property
    def spectrum(self) -> Pixels:
        """The spectrum now, (1, 288, 1)."""
        return self._rows_at(self.hop)[np.newaxis, :, np.newaxis]

    def still(self, name: str) -> Pixels | Print:
        """One of the pictures that do not run over time, as it is now."""
        page = self._page
        if name == "waveTexture":
            return self.wave
        if name == "spectrumTexture":
            return self.spectrum
        if name == "mapDensity":
            return self.density
        if page is None:
            return _CLEAR
        return page.printed if name == "scorePage" else page.table if name == "scoreNotes" else page.stretches

    def _rows_at(self, hop: int) -> NDArray[np.float32]:
        """(288,): the spectrum at the end of this hop; the newest one is remembered."""
        if self._spectrum[0] != hop or hop < 0:
            self._spectrum = (hop, spectrum_rows(self._heard.sound(hop, WINDOW)[:, np.newaxis]))
        return self._spectrum[1]

    def _of(self, columns: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """(columns, 8): the hops of these columns, and which of them were heard."""
        hops = columns[:, np.newaxis] * COLUMN_HOPS + np.arange(COLUMN_HOPS)
        return hops, self._heard.has(hops)

    def _last(self, columns: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """(columns,): the last hop of each that was heard, and whether there is one."""
        hops, heard = self._of(columns)
        last = np.arange(len(hops)), COLUMN_HOPS - 1 - heard[:, ::-1].argmax(axis=1)
        return hops[last], heard[last]

    def _draw_spectrogram(self, columns: NDArray[np.int64]) -> Pixels:
        found = np.zeros((ROWS, len(columns), 1), np.float32)
        for number, (hop, heard) in enumerate(zip(*self._last(columns), strict=True)):
            if heard:
                found[:, number, 0] = self._rows_at(int(hop))
        return found

    def _draw_levels(self, columns: NDArray[np.int64]) -> Pixels:
        """The highest of each column."""
        hops, heard = self._of(columns)
        shares = _shares(self._heard.values(hops)[..., :4], slice(0, 4))
        shares[~heard] = 0.0
        highest: Pixels = shares.max(axis=1)[np.newaxis].astype(np.float32)
        return highest

    def _draw_newest(self, part: slice, columns: NDArray[np.int64]) -> Pixels:
        """The last of each column."""
        hops, heard = self._last(columns)
        values = self._heard.values(hops)[:, part]
        shares = _shares(values, part)
        if part.start == _PITCH:
            hz = np.nan_to_num(values[:, 0], nan=0.0, posinf=0.0, neginf=0.0)
            shares[:, 0] = np.where(hz > 0, height(hz), 0.0)
            shares[:, 1] *= hz > 0
        shares[~heard] = 0.0
        return shares[np.newaxis].astype(np.float32)


def _shares(values: NDArray[np.float64], part: slice) -> NDArray[np.float64]:
    """These signals of the trails, each as 0..1 of its usual span; what is no number is 0."""
    shares: NDArray[np.float64] = (values - _LOWS[part]) / _WIDTHS[part]
    np.maximum(shares, 0.0, out=shares)
    np.minimum(shares, 1.0, out=shares)
    shares[np.isnan(shares)] = 0.0
    return shares


_READ: Final = (
    *("sound.level", "band.level", "rhythm.hits", "texture.fractal"),
    *("pitch.hz", "pitch.confidence", "sound.level", "pitch.vibrato_depth"),
    *("place.x", "place.y", "place.confidence", "place.novelty"),
)
"""What the trails are made of: four numbers each."""
_PITCH: Final = 4  # where those of the pitch begin
_COLUMNS_READ: Final = np.array([SIGNALS[name].start for name in _READ])
_LOWS: Final = np.array([SIGNALS[name].span[0] for name in _READ])
_WIDTHS: Final = np.array([SIGNALS[name].span[1] - SIGNALS[name].span[0] for name in _READ])
_Drawn = Callable[[History, NDArray[np.int64]], Pixels]


def _newest(first: int) -> _Drawn:
    return lambda history, columns: history._draw_newest(slice(first, first + 4), columns)


_DRAWN: Final[Mapping[str, tuple[int, int, _Drawn]]] = MappingProxyType(
    {
        "spectrogram": (ROWS, 1, History._draw_spectrogram),
        "levelTrail": (1, 4, History._draw_levels),
        "pitchTrail": (1, 4, _newest(_PITCH)),
        "mapTrail": (1, 4, _newest(8)),
    }
)
"""Of each trail: rows, parts of a pixel, and what draws columns of it."""
