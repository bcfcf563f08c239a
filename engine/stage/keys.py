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
    "enter": "next_cue",
    "backspace": "previous_cue",
    "v": "preview",
    "t": "tap",
    "ctrl+t": "tap_off",
    "-": "darker",
    "=": "brighter",
    "b": "blackout",
    "f": "freeze",
    "l": "lights_manual",
    "ctrl+l": "lights_full",
    "up": "lights_brighter",
    "down": "lights_darker",
    ",": "lights_earlier",
    ".": "lights_later",
    "o": "overlay",
    "f11": "full_screen",
    "ctrl+q": "quit",
}
"""A key, and what it asks for."""
CUE_KEYS: Final = "0123456789"
"""Those that a show's cues may wait for; they ask for `key:1` and so on."""

KEY_HELP: Final = (
    "space pause · ← → 5 s · [ ] \\ loop from, to, off · n p scene · enter backspace 0–9 cue · "
    "v see the next off air · t tap the beat, ctrl+t give it back · - = brightness · b blackout · f freeze · "
    "l lights by hand, ↑ ↓ their level, ctrl+l all full, , . them earlier, later · "
    "F11 full screen · o overlay · ctrl+q quit"
)
"""The same for those who read it on a terminal."""
_REPEATED: Final = ("back", "forward", "lights_brighter", "lights_darker", "lights_earlier", "lights_later")


def wish(names: Iterable[str | None], *, control: bool, repeated: bool) -> str | None:
    """What a key asks for by the first of its names that is known; held down, only what goes by steps asks again."""
    prefix = "ctrl+" if control else ""
    keys = {**KEYS, **{key: f"key:{key}" for key in CUE_KEYS}}
    found = next((keys[prefix + name.lower()] for name in names if name and prefix + name.lower() in keys), None)
    return found if not repeated or found in _REPEATED else None
