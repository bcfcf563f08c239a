"""A picture of a page → its staves, straightened, in reading order."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from engine.errors import BadFile
from engine.score.ink import Ink, ink_of, shrunk
from engine.score.picture import Grey, read_grey
from engine.score.staff_lines import Course, Floats, courses
from engine.score.straighten import Staff, straightened

_SAMPLED: Final = 16.0  # pixels from line to line in the picture that staves are taken from
_DARK: Final = 0.4  # brightness of a picture that may be white on black
_PIECE: Final = 3  # points of a course that may be a staff of its own
_OVERLAP: Final = 0.5  # of a staff's height: staves that share so much of it stand beside each other


def read_page(path: Path) -> list[Staff]:
    """The staves of a page in a file, in reading order. BadFile if it is no picture, or bears no staff."""
    staves = staves_of(read_grey(path))
    if not staves:
        raise BadFile(f"{path}: no staff of five lines is found on it (photograph the page alone, sharp and upright)")
    return staves


def staves_of(grey: Grey) -> list[Staff]:
    """The staves of a page in reading order, [] if none is found. White on black is read too."""
    found = _staves(ink_of(grey))
    if found and float(np.median(grey)) > _DARK:
        return found
    # A dark picture is paper on a dark table, or white on black: lines are where more of them are.
    other = _staves(ink_of(1 - grey))
    return max(found, other, key=lambda staves: sum(len(staff.middle) for staff in staves))


def _staves(ink: Ink) -> list[Staff]:
    found = courses(ink)
    if not found:
        return []
    scale = min(_SAMPLED / float(np.median([np.median(course.spacing) for course in found])), 1.0)
    taken = shrunk(ink, scale)
    staves: list[Staff] = []
    waiting = sorted(found, key=lambda course: len(course.x))
    while waiting:
        course = waiting.pop()
        moved = Course(course.x * scale, course.y * scale, course.spacing * scale)
        if any(_lies_on(course.x, course.y, staff) for staff in staves):
            continue  # a piece of a staff that was carried on over it
        straight = straightened(taken, moved)
        if straight is None:
            continue
        staff = Staff(straight.image, straight.middle / scale, straight.down / scale)
        same = [other for other in staves if _over(staff, other)]
        if all(len(other.middle) < len(staff.middle) for other in same):
            staves = [other for other in staves if other not in same] + [staff]
        # What the course went on to beyond the staff's ends may be the next one on the same line.
        apart = 4 * course.spacing
        for beyond in (course.x < staff.middle[0, 0] - apart, course.x > staff.middle[-1, 0] + apart):
            if _PIECE <= beyond.sum() < len(beyond):
                waiting.append(Course(course.x[beyond], course.y[beyond], course.spacing[beyond]))
    return _in_order(staves)


def _over(one: Staff, other: Staff) -> bool:
    """Whether two staves are one and the same."""
    return _lies_on(one.middle[:, 0], one.middle[:, 1], other) or _lies_on(other.middle[:, 0], other.middle[:, 1], one)


def _lies_on(x: Floats, y: Floats, staff: Staff) -> bool:
    """Whether most of a course runs within the lines of a staff, or beside them."""
    there = np.interp(x, staff.middle[:, 0], staff.middle[:, 1], left=np.inf, right=np.inf)
    return bool(np.mean(np.abs(y - there) < 3 * np.hypot(*staff.down.T).mean()) > 0.5)


def _in_order(staves: list[Staff]) -> list[Staff]:
    """From top to bottom, those beside each other from left to right."""
    lines: list[list[Staff]] = []
    for staff in sorted(staves, key=lambda staff: float(staff.middle[:, 1].mean())):
        beside = lines[-1] if lines else []
        if beside and _beside(beside[-1], staff):
            beside.append(staff)
        else:
            lines.append([staff])
    return [staff for line in lines for staff in sorted(line, key=lambda staff: float(staff.middle[0, 0]))]


def _beside(one: Staff, other: Staff) -> bool:
    """Whether two staves stand on one line: about as high, and one ends before the other begins."""
    apart = abs(float(one.middle[:, 1].mean() - other.middle[:, 1].mean()))
    tall = 4 * float(np.hypot(*one.down.T).mean())
    left, right = sorted((one, other), key=lambda staff: float(staff.middle[0, 0]))
    return apart < (1 + _OVERLAP) * tall and left.middle[-1, 0] < right.middle[0, 0] + tall
