"""Pitches and keys as musicians name them: F sharp is not G flat."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

STEPS: Final = "CDEFGAB"
_SEMITONES: Final = (0, 2, 4, 5, 7, 9, 11)  # of the steps, above C
_FIFTHS: Final = "FCGDAEB"  # the steps in the order in which sharps come
_LOWEST, _HIGHEST = -1, 9  # octaves
_MOST_ALTERED: Final = 4  # jianpu in seven sharps can ask for so many
_NAME: Final = re.compile(r"([A-Ga-g])(#{0,4}|b{0,4})(-?\d)")
MODES: Final = ("major", "minor", "ionian", "dorian", "phrygian", "lydian", "mixolydian", "aeolian", "locrian")
_MODE_FIFTHS: Final = dict(zip(MODES, (0, 3, 0, 2, 4, -1, 1, 3, 5), strict=True))  # of the tonic above the major's


@dataclass(frozen=True, slots=True, order=True)
class Spelling:
    """A written pitch: step A–G, alter in semitones (sharp 1, flat −1), octave (4 begins at middle C)."""

    step: str
    alter: int
    octave: int

    def __post_init__(self) -> None:
        if self.step not in STEPS or len(self.step) != 1:
            raise ValueError(f"step={self.step!r} must be one of {STEPS}")
        if abs(self.alter) > _MOST_ALTERED:
            raise ValueError(f"alter={self.alter} must be from -{_MOST_ALTERED} to {_MOST_ALTERED}")
        if not _LOWEST <= self.octave <= _HIGHEST or not 0 <= self.midi <= 127:
            raise ValueError(f"octave={self.octave} is beyond what MIDI can number")

    @property
    def midi(self) -> int:
        """The MIDI number: middle C is 60."""
        return 12 * (self.octave + 1) + _SEMITONES[STEPS.index(self.step)] + self.alter

    @property
    def degree(self) -> int:
        """Steps above C0, accidentals aside: neighbours on a staff are neighbours here."""
        return 7 * self.octave + STEPS.index(self.step)

    @property
    def name(self) -> str:
        """As people write it: F#4, Bb3, C4."""
        return f"{self.step}{'#' * self.alter}{'b' * -self.alter}{self.octave}"


def read_spelling(name: str) -> Spelling:
    """The pitch that "F#4" or "bb3" names; ValueError if it names none."""
    found = _NAME.fullmatch(name)
    if not found:
        raise ValueError(f"{name!r} must be a pitch (as F#4, Bb3, C5)")
    step, accidentals, octave = found.groups()
    return Spelling(step.upper(), accidentals.count("#") - accidentals.count("b"), int(octave))


@dataclass(frozen=True, slots=True)
class Key:
    """A key signature: sharps (negative: flats), −7..7, and its mode, or None: a page does not say it."""

    fifths: int = 0
    mode: str | None = None

    def __post_init__(self) -> None:
        if not -7 <= self.fifths <= 7:
            raise ValueError(f"fifths={self.fifths} must be from -7 to 7")
        if self.mode is not None and self.mode not in MODES:
            raise ValueError(f"mode={self.mode!r} must be one of {', '.join(MODES)}")

    def alter(self, step: str) -> int:
        """What the signature does to a step: 1 where it stands under a sharp, −1 under a flat."""
        place = _FIFTHS.index(step)
        return int(place < self.fifths) - int(6 - place < -self.fifths)

    @property
    def major(self) -> str:
        """The tonic of the major key with this signature: D, Bb, F#. What jianpu calls 1."""
        return _line_of_fifths(self.fifths)

    @property
    def name(self) -> str:
        """As people say it: D major, B minor; where no mode is known the major's."""
        mode = self.mode or "major"
        return f"{_line_of_fifths(self.fifths + _MODE_FIFTHS[mode])} {mode}"


NATURAL: Final = Key()
"""No sharps and no flats."""


def read_key(name: str) -> Key:
    """The key that "D major", "Bb", "f# minor" names; without a mode it is the signature alone. ValueError if none."""
    tonic, _, mode = name.strip().partition(" ")
    mode = mode.strip().lower()
    if re.fullmatch(r"[A-Ga-g](#|b)?", tonic) and (not mode or mode in MODES):
        altered = tonic[0].upper() + tonic[1:]
        for fifths in range(-7, 8):
            if _line_of_fifths(fifths + _MODE_FIFTHS[mode or "major"]) == altered:
                return Key(fifths, mode or None)
    raise ValueError(f"{name!r} must be a key (as D major, Bb, F# minor)")


def spelled(midi: int, key: Key) -> Spelling:
    """The plainest spelling of a MIDI number in a key: the one that lies near it on the line of fifths.

    From three fifths below the major's tonic to eight above: in C that is Eb, Bb, F#, C#, G#, so that the leading
    notes of its minor relatives are right.
    """
    best = next(place for place in range(key.fifths - 3, key.fifths + 9) if (7 * place - midi) % 12 == 0)
    name = _line_of_fifths(best)
    alter = name.count("#") - name.count("b")
    octave = (midi - alter) // 12 - 1
    return Spelling(name[0], alter, octave)


def _line_of_fifths(place: int) -> str:
    """The name so many fifths above C."""
    turns, step = divmod(place + 1, 7)
    return _FIFTHS[step] + "#" * turns + "b" * -turns
