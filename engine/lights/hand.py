"""What the operator does to the lights by hand, when the senses mislead, or to see whether all of them are there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Hand:
    """Set by one thread and read by another; each field is whole at any time."""

    manual: bool = False
    """Brightness is `level`, not the music's; colours stay as they are, and what moves goes with the tapped beat."""
    level: float = 0.5
    full: bool = False
    """All lights full and white, whatever the music and the hand say; a blackout is stronger."""
