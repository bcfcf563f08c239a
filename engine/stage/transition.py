"""Which transitions there are from one scene to the next: ISF files with two pictures and a progress between them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from engine.errors import BadScene, nearest
from engine.foundation import assets
from engine.stage.scene import Scene, load_scene

CUT: Final = "cut"
"""No transition at all: one picture is the old scene's, the next the new one's."""
FOLDER: Final = assets.SHADERS / "transitions"
"""Where those that come with the engine lie."""


def transition_names() -> list[str]:
    """Cut, and the transitions that come with the engine, sorted."""
    return [CUT, *sorted(path.stem for path in FOLDER.glob("*.fs"))]


def load_transition(name: str) -> Scene | None:
    """The transition of a name or in a .fs file; None for a cut. BadScene, in one line, for what is none."""
    if name == CUT:
        return None
    path = Path(name) if name.endswith(".fs") else FOLDER / f"{name}.fs"
    if not name.endswith(".fs") and name not in transition_names():
        raise BadScene(f"transition={name!r} is none ({nearest(name, transition_names())}; or give a .fs file)")
    found = load_scene(path)
    if found.shader.kind != "transition":
        raise BadScene(
            f"transition={name}: {path.name} is a {found.shader.kind} (a transition has startImage, endImage, progress)"
        )
    return found
