"""`monochord scenes`: what can be shown."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def scenes(
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False,
) -> None:
    """List the scenes, what each is, and what moves it.

    Example: monochord scenes
    """
    from engine.stage.scene import load_scene, scene_names
    from engine.stage.transition import transition_names

    found = {name: load_scene(name) for name in scene_names()}
    if as_json:
        listed = {
            name: {
                "title": scene.title,
                "description": scene.shader.description,
                "signals": sorted({binding.signal.name for binding in scene.bindings}),
            }
            for name, scene in found.items()
        }
        print(json.dumps(listed, indent=1, ensure_ascii=False))
        return
    for name, scene in found.items():
        print(f"{name:12} {scene.shader.description}")
        for binding in scene.bindings:
            print(f"{'':14}{binding.target:14} ← {binding.signal.name}")
    print(f"transitions: {', '.join(transition_names())}")
