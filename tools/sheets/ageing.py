"""A clean staff made to look printed, copied, scanned or photographed, then straightened again as a page is."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Final

import numba
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.score.symbols import STAFF_HEIGHT, STAFF_MIDDLE, STAFF_SPACING
from sheets.staff_shards import MIDDLE, SPACING

Ink = NDArray[np.float32]
_WAVES: Final = 3


@dataclass(frozen=True, slots=True)
class Frame:
    """How what is seen lies: its rows and those above its middle; `stored` are above it in what is stored, which is
    `zoom` times larger.

    `unsure`: how far its scale may be off, and `off`: its height in pixels, beyond what a staff's may be.
    """

    rows: int = STAFF_HEIGHT
    middle: float = STAFF_MIDDLE
    stored: float = MIDDLE
    zoom: float = SPACING / STAFF_SPACING
    unsure: float = 0.0
    off: float = 0.0


STAFF_FRAME: Final = Frame()


@numba.njit(cache=True, fastmath=True, nogil=True)
def _warped(ink, seen, middle, stored, zoom, width, rise, along, slant, tall):  # type: ignore[no-untyped-def]
    """(seen, width) of what is stored: column j comes from `along[j]`, `rise[j]` lower, leaning by `slant`."""
    rows, columns = ink.shape
    out = np.zeros((seen, width), np.float32)
    for i in range(seen):
        above = (i + 0.5 - middle) * tall
        for j in range(width):
            y = stored + (above + rise[j]) * zoom - 0.5
            x = along[j] + above * slant - 0.5
            a, b = int(np.floor(y)), int(np.floor(x))
            if 0 <= a < rows - 1 and 0 <= b < columns - 1:
                dy, dx = np.float32(y - a), np.float32(x - b)
                upper = ink[a, b] * (1 - dx) + ink[a, b + 1] * dx
                lower = ink[a + 1, b] * (1 - dx) + ink[a + 1, b + 1] * dx
                out[i, j] = (upper * (1 - dy) + lower * dy) / 255
    return out


@numba.njit(cache=True, fastmath=True, nogil=True)
def _blurred(x, along, across):  # type: ignore[no-untyped-def]
    """Convolved with a kernel along the rows and one across them; both of odd length."""
    rows, columns = x.shape
    middle = np.zeros_like(x)
    reach = along.size // 2
    for i in range(rows):
        for j in range(columns):
            total = np.float32(0)
            for k in range(-reach, reach + 1):
                if 0 <= j + k < columns:
                    total += along[k + reach] * x[i, j + k]
            middle[i, j] = total
    out = np.zeros_like(x)
    reach = across.size // 2
    for k in range(-reach, reach + 1):
        for i in range(max(0, -k), min(rows, rows - k)):
            for j in range(columns):
                out[i, j] += across[k + reach] * middle[i + k, j]
    return out


def _bell(sigma: float) -> NDArray[np.float32]:
    reach = max(1, round(2.5 * sigma))
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(sigma, 1e-3)) ** 2)
    return (bell / bell.sum()).astype(np.float32)


def _wave(width: int, size: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """A slow curve by chance over `width` columns, at most about `size` high."""
    x = np.arange(width) / max(width, 1)
    parts = [
        rng.normal() * np.sin(2 * np.pi * (x * rng.uniform(0.2, 2.5) + rng.random())) / (k + 1) for k in range(_WAVES)
    ]
    return size * np.sum(parts, axis=0) / 1.5


def _smooth_noise(rows: int, columns: int, grain: int, rng: np.random.Generator) -> Ink:
    """Noise in blobs of `grain` pixels, of variance about 1."""
    small = rng.standard_normal((rows // grain + 2, columns // grain + 2), dtype=np.float32)
    large = Image.fromarray(small).resize((columns, rows), Image.Resampling.BILINEAR)
    return np.asarray(large, np.float32) * 1.5


@dataclass(frozen=True, slots=True)
class Wear:
    """How much a page went through: 0 engraved, 1 printed and scanned, 2 photographed."""

    level: int


def aged(
    stored: NDArray[np.uint8],
    wear: Wear,
    rng: np.random.Generator,
    other: NDArray[np.uint8] | None = None,
    frame: Frame = STAFF_FRAME,
) -> Ink:
    """The staff as it reaches the recogniser, (rows, any width) in [0, 1], 1 is ink.

    `stored` is as tools/sheets/staff_shards.py keeps it; of `other` a part may look in from above or below, as a
    neighbouring staff does.
    """
    level = wear.level
    stretch = float(rng.choice([1.0, rng.uniform(0.85, 1.3)]))
    width = int(stored.shape[1] / frame.zoom * stretch) + int(rng.integers(0, 24))
    bending = _bending(width, stretch, level, frame, rng)
    ink = _warped(stored, frame.rows, frame.middle, frame.stored, frame.zoom, width, *bending)
    if other is not None and rng.random() < 0.3:
        _look_in(ink, other, rng)
    if level == 0:
        if rng.random() < 0.5:
            sigma = rng.uniform(0.2, 0.6)
            ink = _blurred(ink, _bell(sigma), _bell(sigma))
        return np.clip(ink, 0, 1)
    if rng.random() < 0.3:
        _erased(ink, rng)
    ink = _printed(ink, level, rng)
    ink = _seen(ink, level, rng)
    if rng.random() < (0.25, 0.6)[level - 1]:
        ink = _as_jpeg(ink, int(rng.integers(25, 90)))
    return np.clip(ink, 0, 1)


def _bending(
    width: int, stretch: float, level: int, frame: Frame, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64], float, float]:
    far = (0.3, 0.7, 1.4)[level] + frame.off
    rise = rng.normal(0, far / 2) + _wave(width, far / 2, rng) + np.linspace(-1, 1, width) * rng.normal(0, far / 2)
    along = (np.arange(width) + 0.5) * frame.zoom / stretch + rng.uniform(-8, 4) + _wave(width, (1, 4, 12)[level], rng)
    return (
        rise,
        along,
        float(rng.normal(0, (0.003, 0.01, 0.04)[level])),
        float(1 + rng.normal(0, (0.004, 0.012, 0.03)[level] + frame.unsure)),
    )


def _look_in(ink: Ink, other: NDArray[np.uint8], rng: np.random.Generator) -> None:
    """Parts of a neighbour's notes at the upper or lower edge."""
    depth = int(rng.integers(4, 20))
    rows = other[::-1] if rng.random() < 0.2 else other
    small = rows.astype(np.float32) / 255
    begin = int(rng.integers(0, max(1, small.shape[1] // 2)))
    take = min(ink.shape[1], small.shape[1] - begin)
    at = int(rng.integers(0, max(1, ink.shape[1] - take + 1)))
    if rng.random() < 0.5:
        part = small[-depth - 20 : -20, begin : begin + take]
        ink[:depth, at : at + take] = np.maximum(ink[:depth, at : at + take], part)
    else:
        part = small[20 : 20 + depth, begin : begin + take]
        ink[-depth:, at : at + take] = np.maximum(ink[-depth:, at : at + take], part)


def _erased(ink: Ink, rng: np.random.Generator) -> None:
    """Staff lines and all else a little fainter here and there."""
    for _ in range(int(rng.integers(1, 6))):
        at = int(rng.integers(0, ink.shape[1]))
        ink[:, at : at + int(rng.integers(2, 40))] *= rng.uniform(0.6, 1.0)


def _printed(ink: Ink, level: int, rng: np.random.Generator) -> Ink:
    """Spread or starved ink: blurred, then made hard again at another threshold."""
    sigma = rng.uniform(0.3, (0.8, 1.0)[level - 1])
    soft = _blurred(ink, _bell(sigma), _bell(sigma))
    if rng.random() < 0.6:
        rough = soft + rng.uniform(0, 0.08) * _smooth_noise(*ink.shape, 2, rng)
        threshold = rng.uniform(0.2, 0.42)
        gain = rng.uniform(4, 14)
        soft = 1 / (1 + np.exp(-gain * (rough - threshold)))
        floor = 1 / (1 + np.exp(gain * threshold))
        soft = np.clip((soft - floor) / (1 - floor), 0, 1)
    return soft.astype(np.float32)


def _seen(ink: Ink, level: int, rng: np.random.Generator) -> Ink:
    """Through a lens: out of focus or moved, unevenly lit, on a paper with a grain, with noise."""
    rows, columns = ink.shape
    along, across = rng.uniform(0.2, (0.7, 1.35)[level - 1], 2)
    if rng.random() < 0.6:
        across = along
    ink = _blurred(ink, _bell(along), _bell(across))
    strength = rng.uniform((0.75, 0.55)[level - 1], 1.1)
    light = 1 + (0.05, 0.25)[level - 1] * _wave(columns, 1.0, rng).astype(np.float32)
    out = ink * strength * np.clip(light, 0.4, 1.4)
    if level == 2 and rng.random() < 0.4:  # the edge of a shadow that the page's flattening left over
        edge = rng.integers(0, columns)
        soft = 1 / (1 + np.exp(-(np.arange(columns) - edge) / rng.uniform(2, 20)))
        out = out + (rng.uniform(0.02, 0.2) * soft).astype(np.float32)
    grain = (0.015, 0.05)[level - 1]
    out = out + rng.uniform(0, grain) * _smooth_noise(rows, columns, int(rng.integers(3, 30)), rng)
    noise = rng.uniform(0, (0.04, 0.1)[level - 1])
    out = out + noise * rng.standard_normal((rows, columns), dtype=np.float32)
    if rng.random() < 0.3:
        count = int(rng.integers(1, 40))
        out[rng.integers(0, rows, count), rng.integers(0, columns, count)] = rng.random(count)
    if rng.random() < 0.5:  # the flattening's own stretch of contrast
        dark = rng.uniform(0.0, 0.15)
        out = (out - dark) / (rng.uniform(0.7, 1.0) - dark)
    return out.astype(np.float32)


def _as_jpeg(ink: Ink, quality: int) -> Ink:
    grey = Image.fromarray((255 - 255 * np.clip(ink, 0, 1)).astype(np.uint8))
    file = io.BytesIO()
    grey.save(file, "jpeg", quality=quality)
    return 1 - np.asarray(Image.open(file), np.float32) / 255
