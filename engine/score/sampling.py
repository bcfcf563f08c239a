"""A bent strip of a page, taken as a straight picture."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.score.ink import Ink

FINE: Final = 2
"""The picture is taken so many times finer in both directions, to be averaged."""
Floats = NDArray[np.float64]


def sampled(ink: Ink, course: Floats, down: Floats, rows: Floats) -> NDArray[np.float32]:
    """(len(rows), FINE · n): between pixels, paper beyond the page.

    `course` (n, 2): pixels of the page that its columns stand on; `down` (n, 2): one unit downward there; `rows`: where
    each row lies, in these units.
    """
    columns, places = (np.arange(len(course) * FINE) + 0.5) / FINE - 0.5, np.arange(len(course))
    along, below = (
        np.stack([np.interp(columns, places, part[:, 0]), np.interp(columns, places, part[:, 1])])
        for part in (course, down)
    )
    x = along[0] + rows[:, None] * below[0] - 0.5
    y = along[1] + rows[:, None] * below[1] - 0.5
    height, width = ink.shape
    outside = (x < -0.5) | (y < -0.5) | (x > width - 0.5) | (y > height - 0.5)
    x, y = np.clip(x, 0, width - 1.001), np.clip(y, 0, height - 1.001)
    left, top = x.astype(np.int32), y.astype(np.int32)
    right, bottom = (x - left).astype(np.float32), (y - top).astype(np.float32)
    place = top * width + left
    flat = ink.ravel()
    aside, beneath = min(1, width - 1), width * min(1, height - 1)
    upper = flat[place] * (1 - right) + flat[place + aside] * right
    lower = flat[place + beneath] * (1 - right) + flat[place + beneath + aside] * right
    taken = upper * (1 - bottom) + lower * bottom
    taken[outside] = 0
    return np.asarray(taken)
