"""Which monitor is meant, and where on the desktop a window keeps off the audience's picture: rules, no glfw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from engine.errors import NoSuchDevice, nearest
from engine.stage.targets import Size

Area = tuple[int, int, int, int]
"""x, y, width and height on the desktop."""

_GAP: Final = 24  # pixels between two windows, and from a monitor's edge


@dataclass(frozen=True, slots=True)
class Monitor:
    """One monitor: all of it, what its bars leave free, and pictures a second (0 where it does not say)."""

    name: str
    area: Area
    free: Area
    rate: float = 0.0
    handle: Any = field(default=None, compare=False)


def choose(name: str | None, monitors: Sequence[Monitor]) -> Monitor:
    """The monitor of that name, or the only one that has it in its own; None is the first, the primary one.

    NoSuchDevice lists the nearest, or those that would all fit.
    """
    names = [monitor.name for monitor in monitors]
    if not monitors:
        raise NoSuchDevice("no monitor is connected (plug one in, or run with --headless)")
    if name is None:
        return monitors[0]
    same = [m for m in monitors if m.name == name] or [m for m in monitors if name.casefold() == m.name.casefold()]
    fitting = same or [m for m in monitors if name and name.casefold() in m.name.casefold()]
    if len({monitor.name for monitor in fitting}) > 1:
        raise NoSuchDevice(f"monitor={name} fits {' and '.join(m.name for m in fitting)} (give more of the name)")
    if not fitting:
        raise NoSuchDevice(f"monitor={name} is not there ({nearest(name, names)})")
    return fitting[0]


def place_beside(size: Size, monitors: Sequence[Monitor], picture: Area, filled: bool) -> tuple[int, int] | None:
    """Where a window of `size` keeps off the audience's `picture`.

    Where the picture fills a monitor, only on another one (a mirror of it is no other); None if there is none.
    Beside a picture in a window: next to it, else on another monitor, else in the corner where it hides least.
    """
    apart = [monitor for monitor in monitors if not overlap(monitor.area, picture)]
    if not filled:
        for monitor in monitors:
            beside = _beside(size, monitor.free, picture)
            if overlap(monitor.area, picture) and beside is not None:
                return beside
    for monitor in apart or ([] if filled else monitors[:1]):
        x, y, width, _ = monitor.free
        return x + max(width - size[0] - _GAP, 0), y + _GAP
    return None


def overlap(one: Area, other: Area) -> bool:
    """Whether two areas have a pixel in common."""
    return all(one[axis] < other[axis] + other[axis + 2] and other[axis] < one[axis] + one[axis + 2] for axis in (0, 1))


def _beside(size: Size, free: Area, picture: Area) -> tuple[int, int] | None:
    """Right of the picture, else left of it, if that fits into what is free."""
    y = min(max(picture[1], free[1]), free[1] + free[3] - size[1])
    for x in (picture[0] + picture[2] + _GAP, picture[0] - size[0] - _GAP):
        if free[0] <= x and x + size[0] <= free[0] + free[2] and y >= free[1]:
            return x, y
    return None
