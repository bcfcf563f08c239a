"""What a check finds: well or not, and how much depends on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.errors import MonochordError


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. `needed`: whether the show cannot do without it."""

    name: str
    well: bool
    text: str
    needed: bool = True


def examined(name: str, check: Callable[[], str], needed: bool = True) -> Finding:
    """What a check says, or why it fails."""
    try:
        return Finding(name, True, check(), needed)
    except MonochordError as why:
        return Finding(name, False, str(why), needed)
    except Exception as why:  # a doctor does not fall ill with the patient
        return Finding(name, False, f"{type(why).__name__}: {why}", needed)
