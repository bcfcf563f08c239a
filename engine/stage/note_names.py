"""What musicians call a frequency: the name of the nearest note, and how far it lies from it."""

from __future__ import annotations

from math import isfinite, log2
from typing import Final

NAMES: Final = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
"""Pitch classes, 0 is C; in letters that every font has."""


def note_name(cents: float) -> tuple[str, int]:
    """The name of the note nearest to a MIDI number × 100, and the cents from there, −50..50: 6931 is A4, 31.

    A number that is none has no name.
    """
    if not isfinite(cents):
        return "-", 0
    note = round(cents / 100)
    return f"{NAMES[note % 12]}{note // 12 - 1}", round(cents - 100 * note)


def name_of_hz(hz: float) -> str:
    """The name of the note nearest to a frequency, A4 for 440; - for what is none."""
    return note_name(6900 + 1200 * log2(hz / 440))[0] if 0 < hz < float("inf") else "-"
