"""A bent staff made straight: five level lines, always as far apart, in a picture of always the same height."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.score.ink import Ink
from engine.score.sampling import FINE, sampled
from engine.score.staff_lines import Course, Floats
from engine.score.symbols import STAFF_HEIGHT, STAFF_MIDDLE, STAFF_SPACING

HEIGHT, MIDDLE, SPACING = STAFF_HEIGHT, STAFF_MIDDLE, STAFF_SPACING
_MARGIN: Final = 12  # columns of paper kept on both sides of the lines
_ROWS: Final = (np.arange(HEIGHT * FINE) + 0.5) / FINE / SPACING - MIDDLE / SPACING  # in spacings below the middle line
_STRIP: Final = 16  # columns in which the lines are measured again: two spacings
_SHIFTS: Final = np.arange(-6, 7)  # by which they may be off, in fine rows
_STRETCHES: Final = (0.94, 0.97, 1.0, 1.03, 1.06)
_ROUNDS: Final = 3  # of measuring and straightening again
_DEGREE: Final = 6  # of the curve through all that was measured
_SEEN: Final = 0.12  # contrast of lines that are there
_SIXTH: Final = 0.6  # strength of a sixth line, of the five's, with which they are no staff
_BROKEN: Final = 56  # columns over which the lines may be hidden
_GROWTHS: Final = 12  # times that a course is carried on where its lines go on beyond it
_NEAR: Final = 24  # columns from the end of a course to that of its lines


@dataclass(frozen=True, slots=True, eq=False)
class Staff:
    """One staff of a page, (HEIGHT, width) float32: 0 is paper, 1 is ink; and where it lies on the page.

    `middle` (width, 2): x and y of the middle line on the page, for each column. `down` (width, 2): the step on the
    page that is one spacing down.
    """

    image: NDArray[np.float32]
    middle: Floats
    down: Floats


def straightened(ink: Ink, course: Course) -> Staff | None:
    """The staff that runs there; None where, looked at closely, there are no five lines."""
    smooth = _smoothed(course)
    ends = (0, 0)
    for step in range(_GROWTHS):
        for _ in range(_ROUNDS if step == 0 else 1):
            middle, down = _grid(smooth)
            fine = sampled(ink, middle, down, _ROWS)
            measured = _measured(fine)
            if measured is None:
                return None
            smooth = _corrected(middle, down, *measured, _lines_off(fine))
        middle, down = _grid(smooth)
        fine = sampled(ink, middle, down, _ROWS)
        seen = _ends(fine)
        if seen is None:
            return None
        ends = seen
        open_ends = (ends[0] < _NEAR, ends[1] > len(middle) - _NEAR)
        if not any(open_ends):
            break
        smooth = _grown(smooth, *open_ends)
    if _striped(fine[:, ends[0] * FINE : ends[1] * FINE]):
        return None
    kept = slice(max(ends[0] - _MARGIN, 0), ends[1] + _MARGIN)
    fine = fine[:, kept.start * FINE : kept.stop * FINE]
    image = fine.reshape(HEIGHT, FINE, -1, FINE).mean(axis=(1, 3))
    return Staff(np.ascontiguousarray(image), middle[kept], down[kept])


def _smoothed(course: Course, degree: int = _DEGREE) -> Course:
    """A curve through a course, from one and a half strips before it to as much behind; far outliers are left out."""
    low, high = course.x[0], course.x[-1]
    span = max(high - low, 1.0)
    t = 2 * (course.x - low) / span - 1
    weights = np.ones(len(t))
    for _ in range(4):
        bend = np.polynomial.chebyshev.chebfit(t, course.y, min(degree, max(len(t) // 3, 1)), w=weights)
        off = np.abs(course.y - np.polynomial.chebyshev.chebval(t, bend)) / np.median(course.spacing)
        weights = 1 / (1 + (off / 0.15) ** 2)
    size = np.polynomial.chebyshev.chebfit(t, course.spacing, min(2, max(len(t) // 4, 0)), w=weights)
    reach = 6 * float(np.median(course.spacing))
    wanted = np.linspace(low - reach, high + reach, max(round((span + 2 * reach) / course.spacing.mean()), 8))
    inside = np.clip(2 * (wanted - low) / span - 1, -1, 1)
    y = np.polynomial.chebyshev.chebval(inside, bend)
    # Beyond what was measured the curve goes straight on.
    slope = np.polynomial.chebyshev.chebval(np.array([-1.0, 1.0]), np.polynomial.chebyshev.chebder(bend)) * 2 / span
    y += slope[0] * np.minimum(wanted - low, 0) + slope[1] * np.maximum(wanted - high, 0)
    return Course(wanted, y, np.polynomial.chebyshev.chebval(inside, size))


def _grown(course: Course, left: bool, right: bool) -> Course:
    """A course carried on straight at its ends, by eight spacings."""
    x, y, spacing = course.x, course.y, course.spacing
    for ahead, wanted in ((False, left), (True, right)):
        if not wanted:
            continue
        if not ahead:
            x, y, spacing = x[::-1], y[::-1], spacing[::-1]
        count = min(12, len(x))
        step = np.array([x[-1] - x[-count], y[-1] - y[-count]]) / max(count - 1, 1)
        more = np.arange(1, 1 + round(8 * spacing[-1] / max(float(np.hypot(*step)), 1e-6)))
        x, y = np.append(x, x[-1] + step[0] * more), np.append(y, y[-1] + step[1] * more)
        spacing = np.append(spacing, np.full(len(more), spacing[-1]))
        if not ahead:
            x, y, spacing = x[::-1], y[::-1], spacing[::-1]
    return Course(x, y, spacing)


def _grid(course: Course) -> tuple[Floats, Floats]:
    """The middle line at every column of the straight picture, (n, 2), and one spacing downwards, (n, 2)."""
    along = np.concatenate(
        [
            [0.0],
            np.cumsum(
                np.hypot(np.diff(course.x), np.diff(course.y)) / ((course.spacing[1:] + course.spacing[:-1]) / 2)
            ),
        ]
    )
    wanted = (np.arange(max(int(along[-1] * SPACING), 1)) + 0.5) / SPACING
    middle = np.stack([np.interp(wanted, along, course.x), np.interp(wanted, along, course.y)], axis=1)
    ahead = np.gradient(middle, axis=0) if len(middle) > 1 else np.array([[1.0, 0.0]])
    ahead /= np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]
    down = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1) * np.interp(wanted, along, course.spacing)[:, None]
    return middle, down


def _measured(fine: NDArray[np.float32]) -> tuple[Floats, Floats, Floats, Floats] | None:
    """How far the lines are off: at which columns, by how many spacings, how stretched, and how surely; (n,) each."""
    width = _STRIP * FINE
    count = fine.shape[1] // width
    if count < 2:
        return None
    profiles = fine[:, : count * width].reshape(len(fine), count, width).mean(axis=2).T
    step = SPACING * FINE
    centre = MIDDLE * FINE - 0.5
    contrast = np.empty((len(_STRETCHES), len(_SHIFTS), count))
    for which, stretch in enumerate(_STRETCHES):
        for place, shift in enumerate(_SHIFTS):
            lines = [_at(profiles, centre + shift + k * step * stretch) for k in range(-2, 3)]
            gaps = [_at(profiles, centre + shift + (k + 0.5) * step * stretch) for k in range(-3, 3)]
            contrast[which, place] = np.sort(lines, axis=0)[:3].mean(axis=0) - np.mean(gaps, axis=0)
    steady = contrast.mean(axis=2, keepdims=True) * 0.5 + contrast
    best = steady.reshape(-1, count).argmax(axis=0)
    which, place = np.unravel_index(best, steady.shape[:2])
    strips = np.arange(count)
    strength = contrast[which, place, strips]
    shifts = _SHIFTS[place].astype(float)
    inner = np.clip(place, 1, len(_SHIFTS) - 2)
    before, here, after = (steady[which, inner + k, strips] for k in (-1, 0, 1))
    bend = before - 2 * here + after
    shifts = np.where(
        bend < -1e-6, _SHIFTS[inner] + np.clip((before - after) / (2 * np.minimum(bend, -1e-6)), -1, 1), shifts
    )
    if (strength > _SEEN).sum() < 2:
        return None
    weights = np.clip(strength - _SEEN / 2, 0, 1)
    return (strips + 0.5) * _STRIP, shifts / step, np.array(_STRETCHES)[which], weights


def _at(profiles: NDArray[np.float32], row: float) -> NDArray[np.float32]:
    low = int(np.floor(row))
    share = np.float32(row - low)
    return np.asarray(profiles[:, low] * (1 - share) + profiles[:, low + 1] * share)


def _lines_off(fine: NDArray[np.float32]) -> int:
    """By how many lines the course lies too high: where the five strongest of nine are, on the whole."""
    rows = MIDDLE * FINE + np.arange(-4, 5) * SPACING * FINE
    strength = np.array([np.median(np.maximum(fine[row - 1], fine[row])) for row in rows])
    windows = [strength[k : k + 5].min() for k in range(5)]
    best = int(np.argmax(windows))
    return best - 2 if windows[best] > 1.5 * windows[2] + 0.05 else 0


def _striped(fine: NDArray[np.float32]) -> bool:
    """Whether the lines go on above or below the five: tablature, cloth, a cat's fur."""
    rows = MIDDLE * FINE + np.arange(-3, 4) * SPACING * FINE
    strength = np.array([np.median(np.maximum(fine[row - 1], fine[row])) for row in rows])
    return bool(max(strength[0], strength[-1]) > _SIXTH * strength[1:-1].mean())


def _corrected(
    middle: Floats, down: Floats, at: Floats, shifts: Floats, stretches: Floats, weights: Floats, lines: int
) -> Course:
    """The course with what was measured on it put right, smoothly, and moved by so many lines."""
    columns = np.asarray(np.arange(len(middle)) + 0.5, dtype=np.float64)
    off = _local(at, shifts, weights, columns, 32.0)
    size = _local(at, stretches, weights, columns, 96.0)
    moved = middle + down * (off[:, None] + lines)
    kept = slice(0, len(columns), SPACING // 2)
    return Course(moved[kept, 0], moved[kept, 1], (np.hypot(*down.T) * size)[kept])


def _local(at: Floats, values: Floats, weights: Floats, wanted: Floats, reach: float) -> Floats:
    """Values with weights, smoothed by straight lines through their neighbourhoods (reach in columns)."""
    t = (at[None, :] - wanted[:: SPACING // 2, None]) / reach
    # A floor far out keeps it defined where nothing was measured.
    w = weights * (np.exp(-0.5 * t**2) + 1e-6)
    for _ in range(2):
        s0, s1, s2 = w.sum(axis=1), (w * t).sum(axis=1), (w * t * t).sum(axis=1)
        y0, y1 = (w * values).sum(axis=1), (w * t * values).sum(axis=1)
        spread = s0 * s2 - s1**2
        line = np.where(
            spread > 1e-3 * s0**2, (s2 * y0 - s1 * y1) / np.maximum(spread, 1e-12), y0 / np.maximum(s0, 1e-12)
        )
        fitted = np.interp(at, wanted[:: SPACING // 2], line)
        w = w / (1 + ((values - fitted) / 0.08) ** 2)
    return np.asarray(np.interp(wanted, wanted[:: SPACING // 2], line))


def _ends(fine: NDArray[np.float32]) -> tuple[int, int] | None:
    """The first column of the straight picture on which the lines run, and the one past the last; None if none do."""
    rows = np.array([MIDDLE * FINE + k * SPACING * FINE for k in range(-2, 3)])
    lines = np.array([np.maximum(fine[row - 1], fine[row]) for row in rows])
    gaps = np.array([np.maximum(fine[row], fine[row - 1]) for row in rows[:-1] + SPACING * FINE // 2])
    columns = lines.shape[1] // FINE
    there = np.sort(lines, axis=0)[1].reshape(columns, FINE).mean(axis=1)
    between = gaps.mean(axis=0).reshape(columns, FINE).mean(axis=1)
    box = np.ones(SPACING) / SPACING
    seen = np.convolve(there, box, "same")
    level = np.quantile(seen, 0.8)
    running = (seen > 0.35 * level) & (np.convolve(there - between, box, "same") > 0.12 * level) & (seen > _SEEN)
    places = np.flatnonzero(running)
    if len(places) < 4 * SPACING:
        return None
    # What lies apart from the longest run is no part of it.
    runs = np.split(places, np.flatnonzero(np.diff(places) > _BROKEN) + 1)
    longest = max(runs, key=len)
    return int(longest[0]), int(longest[-1]) + 1
