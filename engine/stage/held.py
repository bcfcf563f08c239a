"""Inputs that stand still: what a scene or one of its presets gives them, as the type that they have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.errors import nearest
from engine.stage.binding import Refuse, finite, refusal
from engine.stage.color import read_color
from engine.stage.isf import Shader
from engine.stage.isf_inputs import PARTS, Input, Value
from engine.stage.place import place, shown


def find_input(shader: Shader, name: str, refuse: Refuse) -> Input:
    """The input of that name that is not a picture."""
    known = [item.name for item in shader.inputs if not item.sampled]
    item = shader.input(name)
    if item is None:
        refuse(f"is no input of {shader.path.name} ({nearest(name, known)})")
    if item.sampled:
        mend = f"say [image.{name}]" if item.type == "image" else "remove it"
        refuse(f"is {item.type} input of {shader.path.name}, which the engine feeds by itself ({mend})")
    return item


def read_values(path: Path, shader: Shader, table: dict[str, Any]) -> dict[str, Value]:
    """[set] of the scene in `path`."""
    found: dict[str, Value] = {}
    for name, given in table.items():
        refuse = refusal(f"{place(path)}: set.{name}")
        item = find_input(shader, name, refuse)
        found[name] = read_value(item, given, refuse)
    return found


def read_value(item: Input, given: object, refuse: Refuse) -> Value:
    """What a scene gives an input, as its type."""
    if item.type == "color" and isinstance(given, str):
        try:
            return read_color(given)
        except ValueError as problem:
            refuse(f"= {shown(given)} {problem}")
    if item.type in ("bool", "event"):
        if isinstance(given, bool):
            return given
        refuse(f"= {shown(given)} must be true or false")
    if item.type in PARTS:
        numbers = [finite(part) for part in given] if isinstance(given, list) else []
        parts = [part for part in numbers if part is not None]
        sizes = (2,) if item.type == "point2D" else (3, 4)
        if len(parts) == len(numbers) and len(parts) in sizes:
            return tuple(parts) if item.type == "point2D" else (*parts, 1.0)[:4]
        refuse(f"= {shown(given)} must be " + ("[x, y]" if item.type == "point2D" else 'a colour: "#RRGGBB"'))
    number = finite(given)
    if item.type == "float" and number is not None:
        return number
    if item.type == "long" and isinstance(given, int) and number is not None and abs(given) < 2**31:
        if item.values and given not in item.values:
            refuse(f"= {given} is none of its values ({', '.join(map(str, item.values))})")
        return given
    return refuse(f"= {shown(given)} must be a " + ("finite number" if item.type == "float" else "whole number"))
