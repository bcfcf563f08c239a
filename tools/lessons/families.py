"""Families of instruments: every program of General MIDI is of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lessons.instruments import BLOWN, INSTRUMENTS, STRUCK, Instrument

FAMILIES: Final = (
    "piano", "mallets", "plucked", "organ", "bowed", "voice", "brass", "reeds", "flutes", "drums", "synth",
)  # fmt: skip
"""How instruments are told apart on the map; a hammered dulcimer is with the plucked strings, a bagpipe with reeds."""
_BY_PROGRAM: Final = (
    (range(6), "piano"), (range(6, 8), "plucked"), (range(8, 15), "mallets"), (range(15, 16), "plucked"),
    (range(16, 24), "organ"), (range(24, 40), "plucked"), (range(40, 45), "bowed"), (range(45, 47), "plucked"),
    (range(47, 48), "drums"), (range(48, 52), "bowed"), (range(52, 55), "voice"), (range(55, 56), "synth"),
    (range(56, 64), "brass"), (range(64, 72), "reeds"), (range(72, 80), "flutes"), (range(80, 104), "synth"),
    (range(104, 108), "plucked"), (range(108, 109), "mallets"), (range(109, 110), "reeds"), (range(110, 111), "bowed"),
    (range(111, 112), "reeds"), (range(112, 119), "drums"),
)  # fmt: skip
_RANGES: Final[Mapping[str, tuple[int, int]]] = {
    "piano": (36, 88), "mallets": (55, 92), "plucked": (40, 84), "organ": (40, 88), "bowed": (45, 90),
    "voice": (48, 79), "brass": (43, 80), "reeds": (46, 86), "flutes": (60, 93), "drums": (43, 72), "synth": (40, 88),
}  # fmt: skip
_STRUCK: Final = ("piano", "mallets", "plucked", "drums")


def family_of(program: int) -> str:
    """The family of a General MIDI program, from 0."""
    return next(family for programs, family in _BY_PROGRAM if program in programs)


def every_instrument() -> tuple[Instrument, ...]:
    """All programs but the sound effects: the named ones as they are, the others with their family's range."""
    named = {instrument.program: instrument for instrument in INSTRUMENTS}
    made = []
    for program in range(119):
        family = family_of(program)
        low, high = _RANGES[family]
        kind = STRUCK if family in _STRUCK else BLOWN
        other = Instrument(f"gm{program}", program, low, high, kind, drum=family == "drums")
        made.append(named.get(program, other))
    return tuple(made)
