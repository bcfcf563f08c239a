"""How a line of numbers may look: fonts, distances and thicknesses by chance, in heights of its digits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from sheets.jianpu.fonts import CHINESE, LEARNED, SIGNS, found

_ITALIC: Final = ("Ital", "Obl", "BdIta")


@dataclass(frozen=True, slots=True)
class Look:
    """A house's style; all lengths in heights of a digit."""

    digits: Path
    words: Path  # of lyrics and titles
    signs: Path | None  # a font of accidentals; None: drawn with strokes
    plain_signs: bool  # # and b of the digits' font
    sign_size: float
    sign_rise: float
    quarter: float  # widths
    short: tuple[float, float, float]
    dash_room: float
    dot_room: float
    bar_room: float
    beat_room: float  # more of it between beats
    under: float  # of the first line below the feet
    under_step: float
    under_width: float
    overhang: float
    joined: float  # lines under notes are joined within so many beats; 0: never
    dot: float  # radii
    octave_dot: float
    octave_gap: float
    octave_step: float
    dot_height: float  # above the feet
    dash_length: float
    dash_width: float
    dash_height: float
    bar_top: float  # of a bar line, above the digits
    bar_foot: float
    thin: float
    thick: float
    arc_width: float
    arc_rise: float
    arc_gap: float
    arc_level: bool  # all at one height, or above each digit's dots
    bracket: float  # width of strokes of brackets
    triplet: str  # bracket, arc
    small: float  # size of 3, 1. and the like
    fraction: float  # size of a metre's digits
    stretch: float
    ragged: float  # how unevenly notes stand
    zeros: bool
    key_above: bool
    key_style: int


class Looks:
    """Makes looks with these fonts."""

    def __init__(self, rng: np.random.Generator, fonts: tuple[str, ...] = LEARNED) -> None:
        self._rng = rng
        self._fonts = found(*fonts)
        self._upright = [path for path in self._fonts if not any(word in path.stem for word in _ITALIC)]
        self._signs = found(*SIGNS)
        self._chinese = found(CHINESE)

    def look(self) -> Look:
        """The next one."""
        rng = self._rng

        def u(low: float, high: float) -> float:
            return float(rng.uniform(low, high))

        def one(*choices: float) -> float:
            return float(choices[int(rng.integers(len(choices)))])

        fonts = self._upright if rng.random() < 0.85 else self._fonts
        width = u(0.95, 1.7)
        under = u(0.14, 0.4)
        return Look(
            digits=fonts[int(rng.integers(len(fonts)))],
            words=(self._chinese if rng.random() < 0.5 else fonts)[0 if rng.random() < 0.5 else -1],
            signs=self._signs[int(rng.integers(len(self._signs)))] if rng.random() < 0.55 else None,
            plain_signs=bool(rng.random() < 0.3),
            sign_size=u(0.65, 1.25),
            sign_rise=u(0.0, 0.45),
            quarter=width + u(0.1, 0.6),
            short=(width, width - u(0, 0.15), width - u(0, 0.2)),
            dash_room=one(width + 0.3, u(1.0, 2.0)),
            dot_room=u(0.35, 0.7),
            bar_room=u(0.6, 1.5),
            beat_room=one(0.0, 0.0, u(0.1, 0.7)),
            under=under,
            under_step=u(0.15, 0.3),
            under_width=u(0.05, 0.12),
            overhang=u(0.0, 0.25),
            joined=one(1, 1, 1, 2, 0, 4),
            dot=u(0.065, 0.14),
            octave_dot=u(0.065, 0.14),
            octave_gap=u(0.14, 0.34),
            octave_step=u(0.24, 0.36),
            dot_height=one(u(0.35, 0.55), u(0.08, 0.25)),
            dash_length=u(0.45, 0.95),
            dash_width=u(0.06, 0.14),
            dash_height=u(0.32, 0.55),
            bar_top=u(-0.05, 0.6),
            bar_foot=u(-0.02, 0.6),
            thin=u(0.04, 0.1),
            thick=u(0.13, 0.26),
            arc_width=u(0.05, 0.11),
            arc_rise=u(0.2, 0.6),
            arc_gap=u(0.1, 0.35),
            arc_level=bool(rng.random() < 0.4),
            bracket=u(0.04, 0.09),
            triplet="bracket" if rng.random() < 0.6 else "arc",
            small=u(0.4, 0.62),
            fraction=one(u(0.46, 0.75), u(0.46, 0.75), u(0.7, 1.1)),
            stretch=one(1.0, u(0.9, 1.15), u(1.0, 1.7)),
            ragged=one(0.0, 0.0, u(0.0, 0.12)),
            zeros=bool(rng.random() < 0.5),
            key_above=bool(rng.random() < 0.5),
            key_style=int(rng.integers(6)),
        )
