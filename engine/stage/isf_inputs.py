"""One entry of an ISF file's INPUTS: what a shader can be played with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from engine.errors import nearest
from engine.stage.isf_header import Header, number, numbers
from engine.stage.place import shown

Value = bool | int | float | tuple[float, ...]
"""What an input holds: event and bool a bool, long an int, float a float, point2D (x, y), color (r, g, b, a)."""

GLSL_TYPE: Final = MappingProxyType(
    {
        "event": "bool",
        "bool": "bool",
        "long": "int",
        "float": "float",
        "point2D": "vec2",
        "color": "vec4",
        "image": "sampler2D",
        "audio": "sampler2D",
        "audioFFT": "sampler2D",
    }
)
"""The nine types of ISF, and what each is in GLSL."""

_SPELLED: Final = {name.lower(): name for name in GLSL_TYPE}
"""Files in the wild do not mind capitals."""

STANDARD: Final = MappingProxyType(
    {
        "PASSINDEX": "int",
        "RENDERSIZE": "vec2",
        "TIME": "float",
        "TIMEDELTA": "float",
        "DATE": "vec4",
        "FRAMEINDEX": "int",
    }
)
"""What every ISF shader is given, and what each is in GLSL."""

PARTS: Final = MappingProxyType({"point2D": "xy", "color": "rgba"})
"""The types that have parts, and what the parts are called."""


_KEYWORD: Final = re.compile(
    "[biud]?vec[234]|d?mat[234](?:x[234])?|[iu]?sampler[A-Z0-9]\\w*|bool|u?int|float|double|void|struct|const|uniform"
    "|attribute|varying|layout|centroid|invariant|in|out|inout|if|else|for|while|do|switch|default|break|continue"
    "|discard|return|true|false|lowp|mediump|highp|precision|main|texture"
)
"""Words of GLSL that no name can be; glsl renames the ones that are only new."""


@dataclass(frozen=True, slots=True)
class Input:
    """One control of a shader. `minimum` and `maximum` are None where the type has no range or the file none."""

    name: str
    type: str
    default: Value | None
    minimum: Value | None = None
    maximum: Value | None = None
    label: str = ""
    values: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()

    @property
    def sampled(self) -> bool:
        """Whether it is a picture to the shader: an image or sound."""
        return GLSL_TYPE[self.type] == "sampler2D"


def read_inputs(header: Header) -> tuple[Input, ...]:
    """The INPUTS of a header; BadScene, with file and line, for the first entry that is not one."""
    entries = header.content.get("INPUTS") or []
    if not isinstance(entries, list):
        header.refuse(header.line_of("INPUTS"), "INPUTS must be a list of inputs: [ { ... }, { ... } ]")
    found: dict[tuple[str, str], Input] = {}  # one that is there twice is meant once
    for order, entry in enumerate(entries, 1):
        item = _read(entry, order, header)
        found.setdefault((item.name, item.type), item)
    return tuple(found.values())


def check_name(header: Header, key: str, name: object, what: str) -> str:
    """A name that GLSL accepts as an identifier and that nothing in an ISF shader has already."""
    line = header.line_of(key, name)
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        header.refuse(line, f"{key}={shown(name)} of {what} must be letters, digits and _, not a digit first")
    if name.startswith(("gl_", "isf_")):
        header.refuse(line, f"{key}={name} of {what} is reserved: no gl_ or isf_ in front")
    if name in STANDARD or name.startswith("IMG_") or _KEYWORD.fullmatch(name):
        header.refuse(line, f"{key}={name} of {what} is a word of ISF or GLSL (choose another)")
    return name


def _read(entry: object, order: int, header: Header) -> Input:
    if not isinstance(entry, dict):
        header.refuse(header.line_of("INPUTS"), f'input {order} must be an object: {{ "NAME": …, "TYPE": … }}')
    if "NAME" not in entry:
        header.refuse(header.line_of("INPUTS"), f'input {order} has no NAME (add "NAME": "level")')
    name = check_name(header, "NAME", entry["NAME"], f"input {order}")
    kind = entry.get("TYPE")
    kind = _SPELLED.get(kind.lower(), kind) if isinstance(kind, str) else kind
    if not isinstance(kind, str) or kind not in GLSL_TYPE:
        line = header.line_of("TYPE", kind) if "TYPE" in entry else header.line_of("NAME", name)
        header.refuse(line, f"TYPE={shown(kind)} of input {name} is no ISF type ({nearest(str(kind), GLSL_TYPE)})")
    label = entry.get("LABEL")
    values, labels = _choices(entry, name, header) if kind == "long" else ((), ())
    ends = {key: _value(entry, key, kind, name, header) for key in ("DEFAULT", "MIN", "MAX")}
    default, minimum, maximum = _completed(kind, values, ends["DEFAULT"], ends["MIN"], ends["MAX"])
    label = label.encode(errors="replace").decode() if isinstance(label, str) else ""
    return Input(name, kind, default, minimum, maximum, label, values, labels)


def _value(entry: dict[str, Any], key: str, kind: str, name: str, header: Header) -> Value | None:
    """What `key` says, in the input's own type; None if it says nothing."""
    given = entry.get(key)
    if given is None or kind == "image" or (kind.startswith("audio") and key != "MAX"):
        return None
    if kind in PARTS and (one := number(given)) is not None:
        given = [one] * len(PARTS[kind])  # one number for all parts
    if kind in PARTS:
        found: Value | None = numbers(given, (2,) if kind == "point2D" else (3, 4))
        rule = "a point: [0.5, 0.5]" if kind == "point2D" else "a colour: [1, 0.5, 0, 1]"
        if isinstance(found, tuple) and kind == "color":
            found = (*found, 1.0)[:4]
    else:
        found = number(given)
        rule = "a finite number"
        if found is not None and kind in ("bool", "event"):
            found = bool(found)
        elif isinstance(found, float) and kind != "float":
            found = int(found)
            found = found if abs(found) < 2**31 else None
            rule = "a whole number of 32 bits"
    if found is None:
        header.refuse(header.line_of(key, given), f"{key}={shown(given)} of input {name} ({kind}) must be {rule}")
    return found


def _completed(
    kind: str, values: tuple[int, ...], default: Value | None, minimum: Value | None, maximum: Value | None
) -> tuple[Value | None, Value | None, Value | None]:
    """DEFAULT, MIN and MAX with what ISF takes where a file is silent."""
    if kind in ("bool", "event"):
        return bool(default), False, True
    if kind == "float":
        low, high = 0.0 if minimum is None else minimum, 1.0 if maximum is None else maximum
        assert isinstance(low, float)
        assert isinstance(high, float)
        return (min(max(0.0, low), max(low, high)) if default is None else default), low, high
    if kind == "long":
        first = values[0] if values else minimum
        if values:
            minimum, maximum = min(values), max(values)
        return (first or 0) if default is None else default, minimum, maximum
    if kind == "point2D":
        return default or (0.0, 0.0), minimum, maximum
    if kind == "color":
        return default or (0.0, 0.0, 0.0, 1.0), minimum or (0.0,) * 4, maximum or (1.0,) * 4
    return None, None, maximum  # the sound types: MAX is the number of columns that are wanted


def _choices(entry: dict[str, Any], name: str, header: Header) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """VALUES and LABELS of a long, of one length: files in the wild give either alone, or unequal ones."""
    values, labels = entry.get("VALUES") or [], entry.get("LABELS") or []
    if not isinstance(values, list) or not isinstance(labels, list):
        key = "LABELS" if isinstance(values, list) else "VALUES"
        header.refuse(header.line_of(key, last=False), f"{key} of input {name} must be a list: [0, 1, 2]")
    whole = [number(value) for value in values]
    if any(value is None or abs(value) >= 2**31 for value in whole):
        header.refuse(header.line_of("VALUES"), f"VALUES of input {name} must be whole numbers: [0, 1, 2]")
    chosen = tuple(int(value) for value in whole if value is not None) or tuple(range(len(labels)))
    named = [str(label).encode(errors="replace").decode() for label in labels[: len(chosen)]]
    return chosen, (*named, *(str(value) for value in chosen[len(named) :]))
