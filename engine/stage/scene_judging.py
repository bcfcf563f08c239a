"""A scene judged by number: does it follow the music, does it rest in silence, does it look like another?

Arithmetic on pictures that somebody else has drawn. A picture is looked at small, in the mean of blocks of pixels, so
that grain does not count as movement; light is the luma of sRGB values (Rec. 709), 0..1, for it is eyes that judge.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Series = NDArray[np.float64]
"""One number a picture."""

LAGS: Final = 3
"""Pictures by which a picture may follow the sound and still count as with it."""
_ACROSS: Final = 80  # blocks in the width of a picture
_EVERY: Final = 15  # pictures between two that are compared with those of others
_BLACK, _BURNT = 0.02, 0.98  # light below and above which a pixel says nothing
_OPENING: Final = 30  # pictures: while a scene opens it follows nobody
_LUMA: Final = np.array([0.2126, 0.7152, 0.0722])
_DYING: Final = 0.1  # seconds: how a blow and a movement die away


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """What is kept of a scene's pictures to one music.

    `change` (n,): how far the light of each picture is from that of the one before, in the mean. `looks` (m, h, w, 3):
    every 15th picture, small. `black`, `burnt`: shares of their pixels. `held`: pictures in which the flash limiter
    held something back.
    """

    change: Series
    looks: NDArray[np.float32]
    black: float
    burnt: float
    held: int


class Watcher:
    """Looks at a scene's pictures one by one."""

    def __init__(self) -> None:
        self._last: NDArray[np.float64] | None = None
        self._change: list[float] = []
        self._looks: list[NDArray[np.float32]] = []
        self._shares: list[tuple[float, float]] = []
        self._held = 0

    def step(self, pixels: Pixels, held: bool = False) -> None:
        """The next picture, (height, width, 3 or 4); `held`: something of it was held back."""
        looked = small(pixels)
        light = looked @ _LUMA
        if len(self._change) % _EVERY == 0:
            self._looks.append(looked)
            whole = pixels[:, :, :3] @ (_LUMA / 255)
            self._shares.append((float(np.mean(whole < _BLACK)), float(np.mean(whole > _BURNT))))
        self._change.append(0.0 if self._last is None else float(np.abs(light - self._last).mean()))
        self._last = light
        self._held += held

    def film(self) -> Film:
        """All that was seen; ValueError if nothing was."""
        if not self._change:
            raise ValueError("no picture was seen")
        black, burnt = np.mean(self._shares, axis=0)
        return Film(np.array(self._change), np.array(self._looks), float(black), float(burnt), self._held)


def small(pixels: Pixels) -> NDArray[np.float32]:
    """A picture in blocks, about 80 across: (h, w, 3), 0..1."""
    size = max(1, round(pixels.shape[1] / _ACROSS))
    height, width = pixels.shape[0] // size, pixels.shape[1] // size
    blocks = pixels[: height * size, : width * size, :3].reshape(height, size, width, size, 3)
    found: NDArray[np.float32] = blocks.mean(axis=(1, 3), dtype=np.float32) / np.float32(255)
    return found


def dying(values: Series, fps: float) -> Series:
    """The largest of late: a value that is fallen from dies away within 0.1 s (63 %)."""
    left, held, found = math.exp(-1.0 / (fps * _DYING)), 0.0, np.empty(len(values))
    for index, value in enumerate(values):
        found[index] = held = max(float(value), held * left)
    return found


def correlation(changes: Sequence[Series], drivers: Sequence[Series]) -> float:
    """Pearson's, of how far pictures change with what drives them, over all musics; the best of 0 to 3 pictures late.

    The first second of each music is left out: a scene that opens follows nobody. 0 where either stands still.
    """
    best = 0.0
    if not changes:
        return best
    for lag in range(LAGS + 1):
        change = np.concatenate([one[_OPENING + lag :] for one in changes])
        driver = np.concatenate([one[_OPENING : len(one) - lag] for one in drivers])
        if len(change) > 1 and min(np.ptp(change), np.ptp(driver)) > 1e-9:
            best = max(best, float(np.corrcoef(change, driver)[0, 1]))
    return best


def following(changes: Sequence[Series], lanes: Sequence[Series], fps: float) -> tuple[float, float]:
    """How the change of pictures goes with a signal's value, and with its movement.

    `lanes`: the signal, 0..1, in each music. A loud drum changes much while it is loud; a melody moves a line only
    where it moves itself.
    """
    moving = [dying(np.abs(np.diff(lane, prepend=lane[:1])), fps) for lane in lanes]
    return correlation(changes, lanes), correlation(changes, moving)


def unrest(film: Film, quiet: int) -> float:
    """The largest change of a picture among those from number `quiet` on, in steps of 8 bits."""
    return 255 * float(film.change[quiet:].max(initial=0.0))


def difference(one: Film, other: Film) -> float:
    """How far apart two films look at the same moments: the root mean square over all blocks and colours, 0..1."""
    count = min(len(one.looks), len(other.looks))
    apart = (one.looks[:count] - other.looks[:count]) ** 2
    return float(np.sqrt(apart.mean(axis=(1, 2, 3))).mean())


def nearest_scene(name: str, films: Mapping[str, Mapping[str, Film]]) -> tuple[str, float]:
    """Of all scenes (their films by music) the one that looks most like this one, and how far apart they are.

    ("", nan) for one that is alone.
    """
    found = [
        (float(np.mean([difference(film, others[music]) for music, film in films[name].items()])), other)
        for other, others in films.items()
        if other != name
    ]
    apart, nearest = min(found, default=(math.nan, ""))
    return nearest, apart


def nearest_musics(films: Mapping[str, Film]) -> tuple[str, float]:
    """The two musics to which a scene looks most alike, `a and b`, and how far apart they are."""
    found = [(difference(films[a], films[b]), f"{a} and {b}") for a, b in combinations(films, 2)]
    apart, pair = min(found, default=(math.nan, ""))
    return pair, apart
