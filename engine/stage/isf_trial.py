"""The trial of one shader after another, in a child process of `isf_check`: a file may hang or crash what draws it.

A file is read, compiled and drawn for three pictures: sound is our own, image inputs show pictures of ours, events
fire, a transition is seen at its beginning, at its end and in its middle.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import numpy as np

from engine.errors import BadScene, MissingDriver
from engine.foundation.child import Parent
from engine.frame import RATE, Samples
from engine.stage import gpu
from engine.stage.drawing import Drawing, Moment
from engine.stage.images import Pixels, Size, trial_image
from engine.stage.isf import Shader
from engine.stage.place import place
from engine.stage.scene import Scene, load_scene
from engine.stage.sound_texture import WINDOW
from engine.stage.targets import Copier, Target

_PROGRESS: Final = (0.0, 1.0, 0.5)  # of a transition, picture by picture: the last is kept, and shows it at work
_RATE: Final = 60.0  # pictures a second of the clock that shaders are told
_MEMORY: Final = 8 << 30  # bytes of addresses that a child may have, where the system can keep it to that


class Trial:
    """What draws one file after another."""

    def __init__(self, size: Size) -> None:
        """Open the driver; MissingDriver if there is none."""
        self._ctx = gpu.headless()
        self._copier = Copier(self._ctx)
        self._surface = Target(self._ctx, size, float32=False)
        self._images = [gpu.texture(self._ctx, size) for _ in range(3)]
        for number, texture in enumerate(self._images):
            texture.write(trial_image(size, number).tobytes())

    def draw(self, path: Path, understood: Callable[[Shader], None]) -> Pixels:
        """The last of three pictures, top row first; BadScene if it cannot be drawn.

        `understood` is told the shader as soon as it has been read.
        """
        scene = load_scene(path)
        understood(scene.shader)
        self._surface.framebuffer.clear()
        _ = self._ctx.error
        drawing = Drawing(self._ctx, self._copier, scene)
        try:
            for index in range(len(_PROGRESS)):
                self._picture(drawing, scene, index)
            gpu.wait(self._ctx)
            gpu.check(self._ctx, place(path))
        finally:
            drawing.release()
        width, height = self._surface.size
        pixels = np.frombuffer(self._surface.shown.read(components=4), np.uint8).reshape(height, width, 4)
        return pixels[::-1].copy()

    def _picture(self, drawing: Drawing, scene: Scene, index: int) -> None:
        inputs = scene.shader.inputs
        images = [item.name for item in inputs if item.type == "image"]
        pictures = {name: self._images[number % len(self._images)] for number, name in enumerate(images)}
        values: dict[str, bool | float] = {item.name: index == 1 for item in inputs if item.type == "event"}
        if scene.shader.kind == "transition":
            values["progress"] = _PROGRESS[index]
        drawing.draw(_moment(index), self._surface.framebuffer, pictures=pictures, values=values)
        self._surface.swap()


def _moment(index: int) -> Moment:
    """The moment of the picture of that number: a chord sounds."""
    return Moment(samples=_chord(), time=index / _RATE, dt=1.0 / _RATE)


def _chord() -> Samples:
    """What there is to hear: eight odd partials of a low A."""
    seconds = np.arange(WINDOW)[:, np.newaxis] / RATE
    tones = [0.2 / (number + 1) * np.sin(2.0 * np.pi * 110.0 * (2 * number + 1) * seconds) for number in range(8)]
    chord: Samples = np.sum(tones, axis=0).astype(np.float32)
    return chord


def main() -> None:
    """Run by `check`."""
    parent = Parent()
    settings = parent.settings
    _keep_small()
    try:
        trial = Trial((settings["size"][0], settings["size"][1]))
    except MissingDriver as why:
        parent.tell(missing=str(why))
        return
    parent.tell(ready=True)
    while True:
        for command in parent.commands():
            if "quit" in command:
                return
            path = Path(bytes.fromhex(command["file"]).decode(errors="surrogateescape"))
            parent.tell(**_tried(trial, path, parent, settings))
        time.sleep(0.001)


def _tried(trial: Trial, path: Path, parent: Parent, settings: Mapping[str, Any]) -> dict[str, Any]:
    try:
        pixels = trial.draw(path, lambda shader: parent.tell(understood=shader.kind))
    except BadScene as why:
        return {"ok": False, "error": str(why) if path.name in str(why) else f"{path}: {why}"}
    if not settings["pictures"]:
        return {"ok": True, "error": ""}
    kept = f"{settings['pictures']}/{settings['number']}.npy"
    np.save(kept, pixels)
    return {"ok": True, "error": "", "picture": kept}


def _keep_small() -> None:
    """A shader that asks for more than any machine has must not take the memory of others."""
    if sys.platform == "linux":
        import resource  # there is none on Windows

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, hard))


if __name__ == "__main__":
    main()
