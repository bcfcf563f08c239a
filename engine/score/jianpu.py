"""Numbered notation: a pitch as a degree of the key, 1 to 7, with octaves as dots above and below.

1 without a dot is the tonic of the signature's major key that lies from middle C upwards: in 1=D it is D4.
"""

from __future__ import annotations

from typing import Final

from engine.score.spelling import STEPS, Key, Spelling, read_key

_OCTAVE: Final = 4  # in which the plain 1 lies


def degree_of(spelling: Spelling, key: Key) -> tuple[int, int, int]:
    """Degree 1..7, accidental against the key in semitones, and octaves above the plain ones."""
    octave, degree = divmod(spelling.degree - _tonic(key), 7)
    return degree + 1, spelling.alter - key.alter(spelling.step), octave


def spelling_of(degree: int, alter: int, octave: int, key: Key) -> Spelling:
    """The pitch that a degree is in a key; ValueError if it is beyond all pitches."""
    place = _tonic(key) + 7 * octave + degree - 1
    step = STEPS[place % 7]
    return Spelling(step, key.alter(step) + alter, place // 7)


def told_key(key: Key) -> str:
    """As it stands before the first bar: 1=D; the mode behind it, if one is known."""
    return f"1={key.major}" + (f" {key.mode}" if key.mode else "")


def read_told_key(text: str) -> Key:
    """The key that "1=D" or "1=Bb minor" is: the signature of that major key. ValueError if it is none."""
    tonic, _, mode = text.strip().removeprefix("1=").strip().partition(" ")
    return Key(read_key(f"{tonic} major").fifths, mode.strip().lower() or None)


def _tonic(key: Key) -> int:
    return 7 * _OCTAVE + STEPS.index(key.major[0])
