"""The colour of a light: where it lies on the circle of hues, and how much of it is candlelight."""

from __future__ import annotations

import colorsys
from typing import Final

_CANDLE: Final = (1.0, 0.58, 0.22)  # what an incandescent lamp looks like beside a white one


def tint(hue: float, warmth: float) -> tuple[float, float, float]:
    """Red, green and blue, 0..1, the largest of them 1. `hue` goes round the circle (0 red, 1/3 green, 2/3 blue);
    `warmth` 0 is the hue itself, 1 candlelight."""
    mixed = [
        pure + (warm - pure) * warmth
        for pure, warm in zip(colorsys.hsv_to_rgb(hue % 1.0, 1.0, 1.0), _CANDLE, strict=True)
    ]
    most = max(mixed)
    return mixed[0] / most, mixed[1] / most, mixed[2] / most


def hue_of(red: float, green: float, blue: float) -> float:
    """The hue of a colour, 0..1; 0 for a grey."""
    return colorsys.rgb_to_hsv(red, green, blue)[0]


def between(first: float, second: float, share: float) -> float:
    """The hue that lies so far on the shorter way round from one to another."""
    way = (second - first + 0.5) % 1.0 - 0.5
    return (first + way * share) % 1.0
