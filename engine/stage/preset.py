"""Presets: other ways to show the same scene. `ink:monsoon` is the scene ink in its preset monsoon.

    [preset.monsoon]
    palette = "storm"
    dampness = 0.9          # an input that stands still, even one that a signal moves otherwise
    flow = [0.4, 1.0]       # the range of an input that a signal moves

What a preset does not say is as in the scene.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from engine.errors import nearest
from engine.stage.binding import Binding, Refuse, Span, finite, refusal
from engine.stage.isf import Shader
from engine.stage.isf_inputs import Value
from engine.stage.palette import Colors, load_palette, read_colors
from engine.stage.place import place, shown
from engine.stage.set_and_bind import find_input, read_value

_NAME: Final = re.compile(r"[\w-]+")
_NAMED: Final = re.compile(r"(.+):([\w-]*)")

PaletteChoice = tuple[str, Colors]
"""The name of a palette, empty where the file lists colours of its own, and its colours."""


@dataclass(frozen=True, slots=True)
class Preset:
    """What it says otherwise than its scene: inputs that stand, ranges of those that are moved, colours by role."""

    name: str
    values: Mapping[str, Value]
    spans: Mapping[str, Span]
    palette: PaletteChoice | None

    def bindings(self, given: tuple[Binding, ...]) -> tuple[Binding, ...]:
        """The scene's bindings as they are in this preset."""
        moving = (one for one in given if one.part is not None or one.target not in self.values)
        return tuple(replace(one, to=self.spans.get(one.target, one.to)) for one in moving)


def split_name(name: str) -> tuple[str, str]:
    """The scene, and the preset of it that is meant: `ink:monsoon` is ("ink", "monsoon"), `ink` is ("ink", "")."""
    found = _NAMED.fullmatch(name)
    return (found[1], found[2]) if found else (name, "")


def read_palette(given: object, refuse: Refuse) -> PaletteChoice:
    """`palette = "lacquer"`, or colours by role."""
    if isinstance(given, str):
        return given, load_palette(given).colors
    if not isinstance(given, dict):
        refuse(f'palette={shown(given)} must name a palette, or be a table of colours: palette = "lacquer"')
    return "", MappingProxyType(read_colors(given, refuse))


def read_presets(
    path: Path, shader: Shader, table: Mapping[str, Any], bindings: tuple[Binding, ...]
) -> dict[str, Preset]:
    """[preset.NAME] of the scene in `path`, all of them checked."""
    found = {}
    for name, given in table.items():
        refuse = refusal(f"{place(path)}: preset.{name}")
        if not _NAME.fullmatch(name):
            refuse("must be letters, digits, _ and -")
        if not isinstance(given, dict):
            refuse(f"must be a table: [preset.{name}]")
        found[name] = _read(path, shader, name, given, {one.target for one in bindings if one.part is None})
    return found


def choose(presets: Mapping[str, Preset], name: str, refuse: Refuse) -> Preset | None:
    """The preset of that name; None for no name."""
    if name and name not in presets:
        refuse(f"has no preset {name} ({nearest(name, presets)})")
    return presets.get(name)


def _read(path: Path, shader: Shader, name: str, table: dict[str, Any], moved: set[str]) -> Preset:
    values: dict[str, Value] = {}
    spans: dict[str, Span] = {}
    palette = None
    for key, given in table.items():
        refuse = refusal(f"{place(path)}: preset.{name}.{key}")
        if key == "palette" and shader.input(key) is None:
            palette = read_palette(given, refusal(f"{place(path)}: preset.{name}:"))
            continue
        item = find_input(shader, key, refuse)
        ends = [finite(end) for end in given] if isinstance(given, list) else []
        if key in moved and item.type in ("float", "long") and len(ends) == 2:
            low, high = ends
            if low is None or high is None:
                refuse(f"= {shown(given)} must be two finite numbers: [0, 1]")
            spans[key] = low, high
        else:
            values[key] = read_value(item, given, refuse)
    return Preset(name, MappingProxyType(values), MappingProxyType(spans), palette)
