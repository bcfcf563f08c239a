"""One run of a script for the benchmarks' table: how it is called, who stands beside it, what it needs, its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from benchmarks.readers import Reader
from benchmarks.table import Row

SECTIONS: Final = ("Speed", "Truth", "Trust", "As work grows")
DATA, OUT, PYTHON = "DATA", "OUT", "PYTHON"
"""What stands in arguments for the folder of data, a folder that may go, and a peer's interpreter."""


@dataclass(frozen=True, slots=True)
class Job:
    """One run of a script, and the rows that it measures."""

    name: str
    section: str
    args: tuple[str, ...]
    read: Reader
    rows: tuple[Row, ...]
    quick: tuple[str, ...] = ()
    """More arguments for a quick run; of an option that is given twice the last counts."""
    peers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Who is asked, and the arguments that have them asked; left out with their rows' figures where they are not."""
    before: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What a peer's own interpreter runs first."""
    needs: Mapping[str, str] = field(default_factory=dict)
    """What must lie in the folder of data, and the command that makes it."""
    wants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What may lie there, and the arguments for it."""
    programs: tuple[str, ...] = ()
    judged: bool = False
    """It runs where the judges' packages are."""
    picture: str = ""
    """The name of a figure that it leaves in OUT; it is kept in tools/pictures."""
    minutes: float = 10.0
    """After which it is ended."""
