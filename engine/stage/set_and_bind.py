"""What a scene gives the inputs of its shader: [set], where each stands still, and [bind], what moves it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from engine.errors import nearest
from engine.stage.binding import Binding, Refuse, Span, finite, read_binding, refusal
from engine.stage.color import Color, read_color
from engine.stage.isf import Shader
from engine.stage.isf_inputs import PARTS, Input, Value
from engine.stage.place import place, shown

_COLORS: Final[tuple[Color, Color]] = ((0.0, 0.0, 0.0, 1.0), (1.0, 1.0, 1.0, 1.0))  # that a bound colour goes between


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


def read_bindings(path: Path, shader: Shader, table: dict[str, Any], musicians: tuple[str, ...]) -> tuple[Binding, ...]:
    """[bind.<input>] of the scene in `path`; [bind.<input>.<part>] is one axis of a point, one channel of a colour."""
    found: list[Binding] = []
    for name, given in table.items():
        refuse = refusal(f"{place(path)}: bind.{name}")
        item = find_input(shader, name, refuse)
        parts = PARTS.get(item.type, "")
        if parts and isinstance(given, dict) and "signal" not in given and set(given) & set(parts):
            for part, more in given.items():
                if part not in parts:
                    refuse(f"has no part {part} ({nearest(part, parts)})")
                index = parts.index(part)
                refuse_part = refusal(f"{place(path)}: bind.{name}.{part}")
                found.append(read_binding(more, name, index, _range(item, index), refuse_part, musicians))
        elif item.type == "point2D":
            refuse(f"is a point: bind its axes one by one ([bind.{name}.x] and [bind.{name}.y])")
        else:
            found.append(read_binding(given, name, None, _range(item, None), refuse, musicians))
    return tuple(found)


def refuse_both(path: Path, bindings: tuple[Binding, ...], values: dict[str, Value]) -> None:
    """An input is driven or stands still; only of a point or colour may parts be driven and the rest stand."""
    for binding in bindings:
        if binding.target in values and binding.part is None:
            refusal(f"{place(path)}:")(f"{binding.target} is both in [set] and in [bind] (remove one)")


def _range(item: Input, part: int | None) -> Span | tuple[Color, Color] | None:
    """The range that a binding of this input has where the scene names none."""
    if item.type == "color" and part is None:
        return _COLORS
    low, high = item.minimum, item.maximum
    if part is not None and isinstance(low, tuple) and isinstance(high, tuple):
        return low[part], high[part]
    return (float(low), float(high)) if isinstance(low, (int, float)) and isinstance(high, (int, float)) else None
