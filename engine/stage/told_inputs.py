"""What the stage tells of its scene to those who steer: the controls that it has, and what moves each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.stage.isf_inputs import PARTS, Input, Value
from engine.stage.scene import Scene


def told_inputs(scene: Scene) -> list[dict[str, Any]]:
    """Every input that is no picture, as plain data. Its `default` is where the scene lets it rest."""
    return [_told(scene, item) for item in scene.shader.inputs if not item.sampled]


def told_values(values: Mapping[str, Value], before: Mapping[str, Value]) -> dict[str, Value]:
    """The values that are not as they were."""
    return {name: value for name, value in values.items() if before.get(name) != value}


def _told(scene: Scene, item: Input) -> dict[str, Any]:
    return {
        "name": item.name,
        "type": item.type,
        "label": item.label,
        "default": scene.values.get(item.name, item.default),
        "minimum": item.minimum,
        "maximum": item.maximum,
        "values": item.values,
        "labels": item.labels,
        "moved_by": _moved_by(scene, item),
    }


def _moved_by(scene: Scene, item: Input) -> str:
    if item.name in scene.roles:
        return "palette"
    found = [
        binding.signal.name if binding.part is None else f"{PARTS[item.type][binding.part]}: {binding.signal.name}"
        for binding in scene.bindings
        if binding.target == item.name
    ]
    return ", ".join(found)
