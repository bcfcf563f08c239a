"""The colours of moods: what a scene wears as far as the music has a mood, and somebody may believe it.

    [mood]
    depression = "moon"                     # one of the palettes
    irritation = { accent = "#B3271A" }     # or colours by role; the others stay

Where the mood is not known, and without a model of moods, the scene wears what it always wears.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import nearest
from engine.stage.binding import Binding, Refuse, read_binding, refusal
from engine.stage.color import from_lab, to_lab
from engine.stage.palette import FADE, MOODS, Colors
from engine.stage.place import place
from engine.stage.preset import read_palette

Moods = Mapping[str, Colors]
"""Colours by role, by mood."""

_FROM: Final = (0.35, 0.80)
"""How likely a mood must be to be seen at all, and to be worn whole."""
_SECONDS: Final = 6.0
"""Time constant in which colours follow a mood: the weather of a scene, not its gesture."""
_STEP: Final = 1 / 256
"""By how much of the way a mood must have come or gone for colours to be mixed anew."""


def read_moods(path: Path, table: Mapping[str, Any], roles: Sequence[str], refuse: Refuse) -> Moods:
    """[mood] of the scene in `path`: colours of the roles that it wears, by mood, all of them checked."""
    found: dict[str, Colors] = {}
    for mood, given in table.items():
        if mood not in MOODS:
            refuse(f"mood.{mood} is none ({nearest(mood, MOODS)})")
        _, colors = read_palette(given, refusal(f"{place(path)}: mood.{mood}:"))
        found[mood] = MappingProxyType({role: color for role, color in colors.items() if role in roles})
    return MappingProxyType(found)


def mood_bindings(moods: Moods) -> list[Binding]:
    """What says of each mood how much of it is worn, 0..1, in the order of `moods`."""
    table = {"from": list(_FROM), "curve": "smooth", "attack": _SECONDS, "release": _SECONDS}
    return [
        read_binding(
            {"signal": f"mood.{mood}", "trust": "mood.known", **table}, mood, None, (0.0, 1.0), refusal("mood:")
        )
        for mood in moods
    ]


class MoodColors:
    """Colours in, colours out: on the way through OKLab to those of the moods, each as far as its share says."""

    def __init__(self, moods: Moods) -> None:
        self._goals = [{role: to_lab(color) for role, color in colors.items()} for colors in moods.values()]
        self.reset()

    def reset(self) -> None:
        """Forget what was worn."""
        self._free: float | None = None
        self._mixed_at: tuple[Colors, tuple[float, ...]] | None = None
        self._shown: Colors = MappingProxyType({})

    def step(self, colors: Colors, shares: Sequence[float], pinned: bool, dt: float) -> Colors:
        """What is worn in place of `colors` `dt` seconds after the last step.

        `shares`: how much of each mood, in their order, together at most 1. While a palette is `pinned` the moods wait;
        they leave and come back within FADE seconds.
        """
        goal, step = float(not pinned), dt / FADE
        free = goal if self._free is None else self._free
        self._free = free = min(free + step, goal) if goal > free else max(free - step, goal)
        eased = free * free * (3.0 - 2.0 * free)
        shares = tuple(round(share * eased / _STEP) * _STEP for share in shares)
        if not any(shares):
            self._mixed_at = None
            return colors
        if self._mixed_at is None or self._mixed_at != (colors, shares):
            self._mixed_at = colors, shares
            self._shown = {role: from_lab(self._mixed(role, to_lab(color), shares)) for role, color in colors.items()}
        return self._shown

    def _mixed(self, role: str, own: NDArray[np.float64], shares: Sequence[float]) -> NDArray[np.float64]:
        wanted = zip(self._goals, shares, strict=True)
        return own + sum((share * (goal[role] - own) for goal, share in wanted if role in goal), np.zeros(4))
