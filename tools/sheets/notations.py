"""What the recogniser can be taught to read: a staff, or a line of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.score import jianpu_symbols, symbols
from sheets.ageing import STAFF_FRAME, Frame


@dataclass(frozen=True, slots=True)
class Notation:
    """A vocabulary, and how its images lie. `name` is that of the network's files."""

    name: str
    symbols: tuple[str, ...]
    height: int
    frame: Frame
    where: str  # the module that holds the vocabulary


_MIDDLE: Final = (jianpu_symbols.DIGIT_TOP + jianpu_symbols.DIGIT_FOOT) / 2
STAVES: Final = Notation("score", symbols.SYMBOLS, symbols.STAFF_HEIGHT, STAFF_FRAME, "engine/score/symbols.py")
JIANPU: Final = Notation(
    "jianpu",
    jianpu_symbols.SYMBOLS,
    jianpu_symbols.LINE_HEIGHT,
    # The heights of digits, by which a line is scaled, are known less well than the distances of staff lines.
    Frame(
        rows=jianpu_symbols.LINE_HEIGHT,
        middle=_MIDDLE,
        stored=_MIDDLE * 1.25,
        zoom=1.25,
        unsure=0.03,
        off=0.8,
    ),
    "engine/score/jianpu_symbols.py",
)
NOTATIONS: Final = {"staff": STAVES, "jianpu": JIANPU}
"""By the names that --notation takes."""
