"""Colours as people write them, and mixed as people see them: "#RRGGBB", and OKLab."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Color = tuple[float, float, float, float]
"""Red, green, blue, alpha: 0..1, sRGB as on a screen."""

# Björn Ottosson, "A perceptual color space for image processing" (2020): linear sRGB to cone response, and its
# cube root to lightness and two axes of colour.
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_FROM_CONES: list[list[float]] = np.linalg.inv(_TO_CONES).tolist()
_FROM_LAB: list[list[float]] = np.linalg.inv(_TO_LAB).tolist()


def read_color(text: str) -> Color:
    """The colour that "#RRGGBB" or "#RRGGBBAA" is; ValueError if the text is neither."""
    if not re.fullmatch(r"#(?:[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})", text):
        raise ValueError('must be a colour: "#RRGGBB"')
    red, green, blue, alpha = (part / 255 for part in bytes.fromhex((text[1:] + "FF")[:8]))
    return red, green, blue, alpha


def to_lab(color: Color) -> NDArray[np.float64]:
    """Lightness, green-red, blue-yellow (OKLab) and alpha of a colour: (4,). Equal steps look equal."""
    rgb = np.array(color[:3])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, (np.maximum(rgb, 0.0) + 0.055) ** 2.4 / 1.055**2.4)
    return np.append(_TO_LAB @ np.cbrt(_TO_CONES @ linear), color[3])


def from_lab(lab: Sequence[float] | NDArray[np.float64]) -> Color:
    """The colour at a place in OKLab, clamped to what a screen shows.

    Without arrays, which would cost four times as much: it is asked for every bound colour of every picture.
    """
    light, green_red, blue_yellow, alpha = (float(part) for part in lab)
    long, middle, short = ((a * light + b * green_red + c * blue_yellow) ** 3 for a, b, c in _FROM_LAB)
    red, green, blue = (_coded(a * long + b * middle + c * short) for a, b, c in _FROM_CONES)
    return red, green, blue, min(max(alpha, 0.0), 1.0)


def _coded(linear: float) -> float:
    """sRGB's curve, 0..1."""
    if linear <= 0.0031308:
        return max(linear, 0.0) * 12.92
    return min(1.055 * math.pow(linear, 1 / 2.4) - 0.055, 1.0)
