"""Palettes: five colours by what they are for, and the glide from one palette to another.

Everywhere in here, in scenes/palettes.toml and in what a shader is handed, colours are sRGB as on a screen, alpha 1:
what a colour input of ISF is to every host. A shader that computes with light calls `to_linear` on them
(shaders/include/colour.glsl). Only the way from one palette to the next is walked elsewhere, in OKLab.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadScene, nearest
from engine.foundation import assets
from engine.stage.binding import Refuse, refusal
from engine.stage.color import Color, from_lab, read_color, to_lab
from engine.stage.place import place, shown
from engine.stage.source import read_text

Colors = Mapping[str, Color]
"""Colours by role, of some roles or of all."""

ROLES: Final = ("ground", "wash", "body", "accent", "light")
"""What the colours of a palette are for."""
MOODS: Final = ("excitement", "irritation", "depression", "relaxation")
"""What a palette may be meant for."""
FADE: Final = 4.0
"""Seconds from one palette to another."""


@dataclass(frozen=True, slots=True)
class Palette:
    """One palette: a colour for every role."""

    name: str
    mood: str
    colors: Colors


def palettes(path: Path | None = None) -> Mapping[str, Palette]:
    """All palettes of a file by name, in its order; the engine's own where none is named.

    BadScene, in one line, for the first that is none.
    """
    path = path or assets.PALETTES
    try:
        tables = tomllib.loads(read_text(path))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as problem:
        raise BadScene(f"{place(path)}: is not TOML: {problem}") from None
    return MappingProxyType({name: _read(name, table, path) for name, table in tables.items()})


def load_palette(name: str) -> Palette:
    """The palette of a name; BadScene names the nearest for one that is none."""
    known = palettes()
    if name not in known:
        raise BadScene(f"palette={shown(name)} is none ({nearest(name, known)})")
    return known[name]


def pinned(name: str | None) -> Colors:
    """The colours that every scene wears while this palette is pinned; none, where each wears its own."""
    return load_palette(name).colors if name else MappingProxyType({})


def read_colors(table: Mapping[str, Any], refuse: Refuse) -> dict[str, Color]:
    """Colours by role, as a file writes them; `refuse` raises a BadScene of what it is told."""
    found: dict[str, Color] = {}
    for name, given in table.items():
        if name not in ROLES:
            refuse(f"palette has no role {name} ({nearest(name, ROLES)})")
        try:
            found[name] = read_color(str(given))
        except ValueError as problem:
            refuse(f"palette.{name} = {shown(given)} {problem}")
    return found


def _read(name: str, table: object, path: Path) -> Palette:
    refuse = refusal(f"{place(path)}: {name}:")
    if not isinstance(table, dict):
        refuse(f"must be a table of colours: [{name}]")
    mood = table.get("mood")
    if mood not in MOODS:
        refuse(f"mood={shown(mood)} is none ({nearest(str(mood), MOODS)})")
    colors = read_colors({key: value for key, value in table.items() if key != "mood"}, refuse)
    for role in ROLES:
        if role not in colors:
            refuse(f'has no {role} (add {role} = "#RRGGBB")')
    return Palette(name, mood, MappingProxyType(colors))


class PaletteFade:
    """Colours on their way to others: through OKLab, eased at both ends, FADE seconds long."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget what was worn: the next step begins with what it is given."""
        self._goal: Colors | None = None
        self._shown: Colors = MappingProxyType({})
        self._from: dict[str, NDArray[np.float64]] = {}
        self._to: dict[str, NDArray[np.float64]] = {}
        self._gone = FADE

    def step(self, goal: Colors, dt: float) -> Colors:
        """The colours `dt` seconds after the last step, on the way to `goal`; a new goal is walked to from here."""
        if self._goal is None:
            self._goal = self._shown = dict(goal)
        elif goal != self._goal:
            self._from = {role: to_lab(self._shown.get(role, color)) for role, color in goal.items()}
            self._to = {role: to_lab(color) for role, color in goal.items()}
            self._goal, self._gone = dict(goal), 0.0
        if self._gone < FADE:
            self._gone += dt
            self._shown = self._between(min(self._gone / FADE, 1.0)) if self._gone < FADE else self._goal
        return self._shown

    def _between(self, way: float) -> Colors:
        eased = way * way * (3.0 - 2.0 * way)
        return {role: from_lab(self._from[role] + (lab - self._from[role]) * eased) for role, lab in self._to.items()}
