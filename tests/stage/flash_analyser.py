"""Flashes of a finished film, counted pixel by pixel straight from WCAG 2.3.1; nothing here is the engine's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def linear(pictures: Pixels) -> NDArray[np.float64]:
    """sRGB 0..255 as linear light 0..1."""
    coded = pictures[..., :3] / 255.0
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)


def worst(pictures: Pixels, fps: int) -> tuple[float, float]:
    """The largest share of the picture with more than three general flashes, and red flashes, in any one second.

    `pictures`: (n, height, width, 3 or 4).
    """
    lines, times = np.unique(pictures[..., :3].reshape(len(pictures), -1, 3), axis=1, return_counts=True)
    light = linear(lines)
    red, total = light[..., 0], light.sum(axis=-1)
    general = light @ [0.2126, 0.7152, 0.0722]
    redness = np.maximum(0.0, 2 * red - total)
    saturated = red >= 0.8 * total + 1e-9
    worst_general = worst_red = 0.0
    for k in range(max(len(pictures) - fps, 0) + 1):
        part = slice(k, k + fps)
        too_many = changes(general[part], 0.1, dark=0.8) > 6
        too_red = changes(redness[part], 20 / 320, saturated[part]) > 6
        worst_general = max(worst_general, float(times[too_many].sum() / times.sum()))
        worst_red = max(worst_red, float(times[too_red].sum() / times.sum()))
    return worst_general, worst_red


def changes(
    values: NDArray[np.float64], least: float, counts: NDArray[np.bool_] | None = None, dark: float | None = None
) -> NDArray[np.int64]:
    """Opposing changes of at least `least` in each column of (time, pixels), from one turning point to the next."""
    may = values < dark if dark is not None else counts
    assert may is not None
    found = np.zeros(values.shape[1], np.int64)
    way = np.zeros(values.shape[1])
    high, low = values[0].copy(), values[0].copy()
    high_may, low_may = may[0].copy(), may[0].copy()
    for line, here in zip(values[1:], may[1:], strict=True):
        high_may, low_may = np.where(line > high, here, high_may), np.where(line < low, here, low_may)
        high, low = np.maximum(high, line), np.minimum(low, line)
        falls = (high - line >= least) & (way >= 0) & (here | high_may)
        rises = (line - low >= least) & (way <= 0) & (here | low_may) & ~falls
        turned = falls | rises
        found += turned
        way = np.where(falls, -1.0, np.where(rises, 1.0, way))
        high, low = np.where(turned, line, high), np.where(turned, line, low)
        high_may, low_may = np.where(turned, here, high_may), np.where(turned, here, low_may)
    return found
