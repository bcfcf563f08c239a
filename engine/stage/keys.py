"""What the keys of the stage window ask for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

KEYS: Final = {
    "space": "pause",
    "left": "back",
    "right": "forward",
    "[": "loop_from",
    "]": "loop_to",
    "\\": "loop_off",
    "n": "next_scene",
    "p": "previous_scene",
    "b": "blackout",
    "f": "freeze",
    "o": "overlay",
    "f11": "full_screen",
    "ctrl+q": "quit",
}
"""A key, and what it asks for."""

KEY_HELP: Final = (
    "space pause · ← → 5 s · [ ] \\ loop from, to, off · n p scene · b blackout · f freeze · "
    "F11 full screen · o overlay · ctrl+q quit"
)
_REPEATED: Final = ("back", "forward")


def wish(names: Iterable[str | None], *, control: bool, repeated: bool) -> str | None:
    """What a key asks for by the first of its names that is known; held down, only seeking asks again."""
    prefix = "ctrl+" if control else ""
    found = next((KEYS[prefix + name.lower()] for name in names if name and prefix + name.lower() in KEYS), None)
    return found if not repeated or found in _REPEATED else None
