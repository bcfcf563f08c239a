"""How an engraver draws what is no symbol of ours, and what stands under one beam."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sheets.phrases import Bar, Item

STEPS: Final = "cdefgab"
MIDDLES: Final = {"G": 34, "F": 22, "C": 28}
"""Diatonic steps from C0 to the middle line: B4, D3, C4."""
WORDS: Final = (
    "la",
    "mein",
    "ren",
    "shan",
    "vom",
    "der",
    "Lie",
    "be",
    "her",
    "an",
    "ja",
    "lo",
    "da",
    "ist",
    "blue",
    "moon",
)
"""To be sung, or to stand above."""


@dataclass(frozen=True, slots=True)
class Taste:
    """What an engraver adds that is no symbol of ours, each with how often; and how it beams."""

    slurs: float = 0.0
    points: float = 0.0
    graces: float = 0.0
    above: float = 0.0
    below: float = 0.0
    lyrics: bool = False
    beams: float | None = None
    """Quarters that one beam may span; None draws flags only."""
    brackets: bool = False
    stems: str = ""
    numbers: bool = False


def some_taste(rng: np.random.Generator) -> Taste:
    """What one engraver adds; every third adds nothing."""
    beams = rng.choice([1.0, 1.5, 2.0, 0.5, 0.0], p=[0.42, 0.16, 0.24, 0.06, 0.12])
    plain = rng.random() < 0.4

    def often(share: float, most: float) -> float:
        return 0.0 if plain or rng.random() > share else float(rng.uniform(0.02, most))

    return Taste(
        slurs=often(0.5, 0.4),
        points=often(0.4, 0.3),
        graces=often(0.25, 0.12),
        above=often(0.4, 0.2),
        below=often(0.3, 0.15),
        lyrics=bool(not plain and rng.random() < 0.25),
        beams=float(beams) or None,
        brackets=bool(rng.random() < 0.3),
        stems=str(rng.choice(["", "up", "down"], p=[0.9, 0.05, 0.05])),
        numbers=bool(rng.random() < 0.2),
    )


def step_and_octave(position: int, clef: str) -> tuple[str, int]:
    """The name (c to b) and octave of a place on the staff."""
    steps = position + MIDDLES[clef]
    return STEPS[steps % 7], steps // 7


def beams_of(bar: Bar, span: float | None) -> list[list[Item]]:
    """The bar's items, those under one beam together: eighths and shorter within `span` quarters of the bar."""
    groups: list[list[Item]] = []
    at = 0.0
    before: tuple[bool, int] = (False, -1)
    for item in bar.items:
        short = span is not None and item.duration >= 8 and item.position is not None
        beat = int(at / span + 1e-6) if span is not None else 0
        joined = short and before == (True, beat) and item.triplet != 1 and groups[-1][-1].triplet != 3
        if joined:
            groups[-1].append(item)
        else:
            groups.append([item])
        before = (short, beat)
        at += item.quarters
    return groups
