"""What a page of numbers is drawn with: text, strokes, discs and boxes, in units of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

INK: Final = "#1c1b1a"
QUIET: Final = "#8a8680"
"""Numbers of bars, and what is said beside the music."""
DOUBTFUL: Final = "#b8400a"
"""Notes of which their reader was not sure."""


@dataclass(frozen=True, slots=True)
class Text:
    """Its middle at x, its baseline at y."""

    x: float
    y: float
    text: str
    size: float
    color: str = INK
    align: str = "middle"


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points."""

    points: tuple[tuple[float, float], ...]
    width: float
    color: str = INK


@dataclass(frozen=True, slots=True)
class Disc:
    """Its middle, and how far it reaches."""

    x: float
    y: float
    radius: float
    color: str = INK


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, full of its colour."""

    left: float
    top: float
    right: float
    bottom: float
    color: str


Mark = Text | Stroke | Disc | Box
