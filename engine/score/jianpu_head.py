"""What stands above the first line of numbers, or before it: 1=D and the metre.

All pitches hang on this one sign, so it is looked for more closely than any other: where an equals sign stands, the
network is asked which key it is rather than whether there is one.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.score.jianpu_symbols import DIGIT_FOOT, DIGIT_TOP, SYMBOLS, TIMES
from engine.score.symbols import KEYS, Read

_DIGIT: Final = DIGIT_FOOT - DIGIT_TOP
_INKED: Final = 0.35  # of full ink: what is fainter is paper
_TALLEST: Final = 0.62  # of an equals sign, in heights of a digit: from the upper edge to the lower
_FLATTEST: Final = 0.16
_SHORTEST: Final = 0.25  # and how long it is
_LONGEST: Final = 1.2
_BEFORE: Final = 2.1  # heights of a digit before an equals sign, where an image begins with 1=D
_BEHIND: Final = 12.0  # heights of a digit behind an equals sign: what stands farther away is something else
_SIZES: Final = (0.9, 0.95, 1.0, 1.05, 1.1)
_SHIFTS: Final = (-1.5, 0.0, 1.5)  # pixels
_LOOKS: Final = tuple(itertools.product(_SIZES, _SHIFTS))
_PLACE: Final = {symbol: number for number, symbol in enumerate(SYMBOLS, start=1)}
_KEY_OUTPUTS: Final = np.array([_PLACE[key] for key in KEYS])
_TIME_OUTPUTS: Final = np.array([_PLACE[time] for time in TIMES])
_LEAST_KEY: Final = 0.12  # share of the likeliest key, on the average of all looks, where one is named
_LEAST_TIME: Final = 0.25  # the same of the likeliest metre, where one is written
_MIDDLE: Final = (DIGIT_TOP + DIGIT_FOOT) / 2
Shares = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def equals_signs(image: NDArray[np.float32]) -> list[float]:
    """In which columns of a line's image the middles of equals signs are: two short level lines, nothing about them."""
    inside = image[DIGIT_TOP - 2 : DIGIT_FOOT + 3] > _INKED
    edges = np.diff(np.pad(inside.astype(np.int8), ((1, 1), (0, 0))), axis=0)
    begins, ends = edges == 1, edges == -1
    rows = np.arange(len(edges))[:, None]
    top = np.where(begins, rows, len(rows)).min(axis=0)
    foot = np.where(ends, rows, -1).max(axis=0)
    tall = (foot - top) / _DIGIT
    alike = (begins.sum(axis=0) == 2) & (tall < _TALLEST) & (tall > _FLATTEST) & (top > 2) & (foot < len(rows) - 3)
    found: list[float] = []
    for run in np.split(np.arange(len(alike)), np.flatnonzero(np.diff(alike)) + 1):
        if not len(run) or not alike[run[0]]:
            continue
        long, steady = len(run) / _DIGIT, np.ptp(top[run]) <= 2 and np.ptp(foot[run]) <= 2
        if _SHORTEST <= long <= _LONGEST and steady and long > 0.7 * float(np.median(tall[run])):
            found.append(float(run.mean() + 0.5))
    return found


def key_and_metre(image: NDArray[np.float32], shares_of: Shares) -> list[Read]:
    """The key that is named in a line's image, and a metre behind it; [] where no equals sign stands.

    `shares_of` is what the network says of an image, engine/score/recogniser.py. It is asked several times, of the
    image a little larger, smaller, higher and lower, and what it says most surely on the whole is believed.
    """
    signs = equals_signs(image)
    if not signs:
        return []
    x = signs[0]
    near = image[:, max(round(x - _BEFORE * _DIGIT), 0) : round(x + _BEHIND * _DIGIT)]
    keys, times = np.zeros(len(KEYS)), np.zeros(len(TIMES))
    for look in _LOOKS:
        shares = shares_of(_seen_anew(near, *look))
        found = shares[:, _KEY_OUTPUTS].max(axis=0)
        keys += found / max(float(found.sum()), 0.5)  # one that says little counts little
        times += shares[:, _TIME_OUTPUTS].max(axis=0)
    looks = len(_LOOKS)
    which, metre = int(keys.argmax()), int(times.argmax())
    if keys[which] < _LEAST_KEY * looks:
        return []
    said = [Read(KEYS[which], float(keys[which] / keys.sum()), x)]
    if times[metre] > _LEAST_TIME * looks:
        said.append(Read(TIMES[metre], float(times[metre] / looks), x))
    return said


def _seen_anew(image: NDArray[np.float32], size: float, lower: float) -> NDArray[np.float32]:
    """The image so many times larger, its digits so many rows lower."""
    height, width = image.shape
    turned = (1 / size, 0.0, 0.0, 0.0, 1 / size, _MIDDLE - (_MIDDLE + lower) / size)
    wide = (max(round(width * size), 1), height)
    seen = Image.fromarray(image).transform(wide, Image.Transform.AFFINE, turned, Image.Resampling.BILINEAR)
    return np.asarray(seen)
