"""What a scene on stage can be played with, as the stage has told it: a copy that any thread may read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Value = bool | int | float | tuple[float, ...]
"""What an input holds: event and bool a bool, long an int, float a float, point2D (x, y), color (r, g, b, a)."""


@dataclass(frozen=True, slots=True)
class SceneInput:
    """One input that is no picture. `minimum` and `maximum` are None where the shader names none.

    `type` is one of ISF's: event, bool, long, float, point2D, color. `values` and `labels` are the choices of a
    long, if it has any. `moved_by` names the signals that move it (`sound.level`, or `x: sound.level` where they
    move a part), or says palette; empty where it stands still.
    """

    name: str
    type: str
    label: str
    default: Value
    minimum: Value | None
    maximum: Value | None
    values: tuple[int, ...]
    labels: tuple[str, ...]
    moved_by: str


def read_inputs(told: Iterable[Mapping[str, Any]]) -> tuple[SceneInput, ...]:
    """The inputs as a stage tells them."""
    return tuple(
        SceneInput(
            one["name"],
            one["type"],
            one["label"],
            read_value(one["default"]),
            None if one["minimum"] is None else read_value(one["minimum"]),
            None if one["maximum"] is None else read_value(one["maximum"]),
            tuple(one["values"]),
            tuple(one["labels"]),
            one["moved_by"],
        )
        for one in told
    )


def read_value(told: Any) -> Value:
    """A value as it comes through JSON, or as an order has it: lists are points and colours."""
    if isinstance(told, list | tuple):
        return tuple(float(part) for part in told)
    assert isinstance(told, bool | int | float)
    return told
