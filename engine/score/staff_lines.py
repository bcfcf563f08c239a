"""Where the staves of a page run: five lines, evenly spaced, however the page lay before the camera.

First the distance of the lines and the turn of the page are measured. Then every upright strip of the page is asked
where five lines lie one above the other (a comb laid over its brightness), and such places are followed from strip to
strip. A staff that bends is found strip by strip; text, beams and pictures hold no five lines and fall away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.score.ink import Ink

Floats = NDArray[np.float64]

_SPACING: Final = 11.0  # pixels between lines in the picture that is searched
_LEAST_SPACING, _MOST_SPACING = 3.5, 90.0  # pixels in the picture that is given
_TURNS: Final = np.radians(np.arange(-24.0, 24.01, 0.5))  # of the page, that are tried
_FINE_TURNS: Final = np.radians(np.arange(-0.5, 0.51, 0.05))
_COLUMN: Final = 8  # pixels: the narrowest upright piece
_STRIP: Final = 4  # columns: what the comb is laid on
_SLOPES: Final = (-0.16, -0.12, -0.08, -0.04, 0.0, 0.04, 0.08, 0.12, 0.16)
_STRETCHES: Final = np.arange(0.6, 1.42, 0.06)  # of the spacing, over the page: perspective
_FINER: Final = 2  # rows are interpolated so many times
_GAP_WEIGHT: Final = 0.8  # how much ink between the lines speaks against them
_FAINT: Final = 0.08  # ink of lines that need not be believed
_SEED, _GOING, _GOOD = 0.42, 0.18, 0.32  # of the comb: to begin a staff, to go on, on the whole
_MISSES: Final = 5  # strips in a row in which it may be lost: thick beams
_LEAST_STRIPS: Final = 3
_MOST_STAVES: Final = 60


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """How a staff runs over a picture: (n,) each, from left to right, in pixels of that picture.

    `x`, `y`: where its middle line is; `spacing`: from line to line there.
    """

    x: Floats
    y: Floats
    spacing: Floats


def courses(ink: Ink) -> list[Course]:
    """The staves of a page, the surest first, right to about a quarter of a spacing; of one perhaps several pieces."""
    for spacing in spacings(ink):
        scale = _SPACING / spacing
        height, width = ink.shape
        size = (max(round(width * scale), 1), max(round(height * scale), 1))
        small = Image.fromarray(ink).resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC)
        turn = turn_of(np.asarray(small))
        turned = small.rotate(np.degrees(turn), Image.Resampling.BICUBIC, expand=True, fillcolor=0)
        found = [_turned_back(course, turn, turned.size, size, scale) for course in _followed(np.asarray(turned))]
        if found:
            return found
    return []


def spacings(ink: Ink) -> list[float]:
    """How far staff lines may lie apart, in pixels, the likeliest first, at most three.

    From line to line a column of pixels is black for a little and white for long: the sum that is found most often.
    """
    soft = (ink[:, :-4] + ink[:, 1:-3] + ink[:, 2:-2] + ink[:, 3:-1] + ink[:, 4:]) / 5 if ink.shape[1] > 8 else ink
    columns = soft[:, :: max(soft.shape[1] // 700, 1)].T > 0.35
    padded = np.zeros((len(columns), columns.shape[1] + 2), dtype=np.int8)
    padded[:, 1:-1] = columns
    steps = np.diff(padded.ravel())
    begins, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    if len(begins) < 2:
        return []
    black, period = (ends - begins)[:-1], np.diff(begins)
    thin = (2 * black < period) & (period >= _LEAST_SPACING) & (period <= _MOST_SPACING)
    counts = np.bincount(period[thin], minlength=4).astype(float)
    smooth = np.convolve(counts, [0.5, 1.0, 0.5], "same")
    found: list[float] = []
    for _ in range(3):
        best = int(smooth.argmax())
        if smooth[best] < 12:
            break
        near = slice(max(best - 1, 0), best + 2)
        found.append(float(np.average(np.arange(len(counts))[near], weights=counts[near] + 1e-9)))
        smooth[int(best * 0.8) : int(best * 1.25) + 1] = 0
    return found


def turn_of(small: Ink) -> float:
    """By which angle, in radians, the staff lines fall to the right: rows are sharpest along it."""
    height, width = small.shape
    step = 4
    count = max(width // step, 1)
    narrow = small[:, : count * step].reshape(height, count, -1).mean(axis=2).T
    away = (np.arange(count) - count / 2) * step
    reach = int(np.ceil(width / 2 * np.tan(abs(float(_TURNS[0])) + 0.01))) + 1
    rows = np.arange(height + 2 * reach)

    def sharpness(turn: float) -> float:
        total = np.zeros(len(rows), np.float32)
        for shift, column in zip(np.round(away * np.tan(turn)).astype(int), narrow, strict=True):
            total[reach - shift : reach - shift + height] += column
        return float(np.square(np.diff(total)).sum())

    turns = _TURNS
    for finer in (_FINE_TURNS, None):
        best = float(max(turns, key=sharpness))
        if finer is not None:
            turns = best + finer
    return best


def _turned_back(course: Course, turn: float, turned: tuple[int, int], size: tuple[int, int], scale: float) -> Course:
    """A course on the searched picture as one on the picture that was given."""
    x, y = course.x - turned[0] / 2, course.y - turned[1] / 2
    cos, sin = np.cos(turn), np.sin(turn)
    return Course(
        (x * cos - y * sin + size[0] / 2) / scale, (x * sin + y * cos + size[1] / 2) / scale, course.spacing / scale
    )


def _followed(small: Ink) -> list[Course]:
    """The staves of a picture whose lines lie level, more or less, and about eleven pixels apart."""
    comb, spacing = _comb(small)
    left = comb.copy()
    found: list[Course] = []
    for _ in range(_MOST_STAVES * 6):
        strip, row = np.unravel_index(int(left.argmax()), left.shape)
        if left[strip, row] < _SEED or len(found) == _MOST_STAVES:
            break
        path = _path(left, spacing, int(strip), int(row))
        good, strength = _worth(comb, path)
        staff = len(good) >= _LEAST_STRIPS and strength >= _GOOD
        for at, (y, apart) in path.items():
            # A beam may pass for a fifth line: then the staff is a line higher or lower, and must be left there.
            reach = round((4.5 if staff else 0.4) * apart)
            left[at, max(round(y) - reach, 0) : round(y) + reach + 1] = 0
        if staff:
            y, apart = np.array([path[at] for at in good]).T
            x = (np.array(good) + 0.5) * _STRIP * _COLUMN
            found.append(Course(x, (y + 0.5) / _FINER, apart / _FINER))
    return found


def _worth(comb: NDArray[np.float32], path: dict[int, tuple[float, float]]) -> tuple[list[int], float]:
    """The strips of a path that are surely a staff, and how surely it is one from the first to the last of them."""
    sure = {at: float(comb[at, round(path[at][0])]) for at in sorted(path)}
    good = [at for at, share in sure.items() if share >= _GOING]
    return good, float(np.mean([sure[at] for at in range(good[0], good[-1] + 1)]))


def _comb(small: Ink) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """For each strip and fine row how surely the middle line of a staff runs there, and its spacing in fine rows."""
    height, width = small.shape
    across = -(-width // (_COLUMN * _STRIP)) * _STRIP
    padded = np.zeros((height, across * _COLUMN), np.float32)
    padded[:, :width] = small
    columns = padded.reshape(height, across, _COLUMN).mean(axis=2).T
    rows = np.arange(height * _FINER)
    fine = _rows_between(columns, (rows + 0.5) / _FINER - 0.5).reshape(across // _STRIP, _STRIP, -1)
    best = np.zeros((across // _STRIP, len(rows)), np.float32)
    apart = np.full_like(best, _SPACING * _FINER)
    middle = (_STRIP - 1) / 2
    margin = int(3 * _SPACING * _FINER * _STRETCHES[-1]) + 2
    for slope in _SLOPES:
        shifts = [round(slope * (k - middle) * _COLUMN * _FINER) for k in range(_STRIP)]
        profile = np.mean([np.roll(fine[:, k], -shift, axis=1) for k, shift in enumerate(shifts)], axis=0)
        wide = np.pad(profile, ((0, 0), (margin, margin)))
        line = np.maximum(np.maximum(wide[:, :-2], wide[:, 1:-1]), wide[:, 2:])
        for stretch in _STRETCHES:
            spacing = _SPACING * _FINER * stretch
            lines = [line[:, margin - 1 + round(k * spacing) :][:, : len(rows)] for k in range(-2, 3)]
            gaps = [wide[:, margin + round((k + 0.5) * spacing) :][:, : len(rows)] for k in range(-2, 2)]
            clear = np.minimum.reduce(lines) - np.float32(_GAP_WEIGHT / 4) * sum(gaps)
            score = clear / (sum(lines) / np.float32(5) + np.float32(_FAINT))
            better = score > best
            best[better] = score[better]
            apart[better] = spacing
    return best, apart


def _rows_between(columns: NDArray[np.float32], rows: Floats) -> NDArray[np.float32]:
    """Columns (n, height) at rows that lie between pixels, (n, len(rows))."""
    last = columns.shape[1] - 1
    low = np.clip(np.floor(rows).astype(int), 0, last)
    share = np.clip(rows - low, 0, 1).astype(np.float32)
    return np.asarray(columns[:, low] * (1 - share) + columns[:, np.minimum(low + 1, last)] * share)


def _path(
    comb: NDArray[np.float32], spacing: NDArray[np.float32], strip: int, row: int
) -> dict[int, tuple[float, float]]:
    """A staff followed from one strip to both sides: strip → (fine row, spacing), until it is lost."""
    path = {strip: (float(row), float(spacing[strip, row]))}
    for direction in (1, -1):
        y, apart = path[strip]
        slope, misses, at = 0.0, 0, strip + direction
        pending: dict[int, tuple[float, float]] = {}
        while 0 <= at < len(comb) and misses <= _MISSES:
            expected = y + slope
            reach = max(0.35 * apart, 2.0)
            low, high = max(round(expected - reach), 0), min(round(expected + reach) + 1, comb.shape[1])
            if low >= high:
                break
            rows = np.arange(low, high)
            near = 1 - 0.5 * np.abs(rows - expected) / reach
            alike = np.clip(1.3 - 3 * np.abs(spacing[at, low:high] / apart - 1), 0, 1)
            worth = comb[at, low:high] * near * alike
            best = int(worth.argmax())
            if worth[best] >= _GOING:
                new = float(rows[best])
                slope += 0.4 * (new - y - slope * 1.0) / (misses + 1) if misses else 0.4 * (new - expected)
                y, apart, misses = new, 0.7 * apart + 0.3 * float(spacing[at, rows[best]]), 0
                path |= pending
                path[at] = (y, apart)
                pending = {}
            else:
                y, misses = expected, misses + 1
                pending[at] = (y, apart)
            at += direction
    return path
