"""Every shader below a folder, drawn where nobody sees it: which of them this machine can play, and why others not.

Files are drawn by child processes, each of which serves many; one that a file crashes or hangs is replaced. In the
child a file is read, compiled and drawn for three pictures: sound is our own, image inputs show pictures of ours,
events fire, a transition is seen at its beginning, middle and end.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from engine.child import Child, Parent
from engine.errors import BadFile, BadScene, MissingDriver
from engine.frame import RATE, Samples

if TYPE_CHECKING:
    from engine.stage.drawing import Drawing, Moment
    from engine.stage.images import Pixels, Size
    from engine.stage.isf import Shader
    from engine.stage.scene import Scene

TIME_LIMIT: Final = 10.0
"""Seconds that one file may take."""
SIZE: Final = (320, 180)
_START_LIMIT: Final = 60.0  # seconds until a child must have its context
_LOOK: Final = 0.004  # seconds between two looks at the children
_PICTURES: Final = 3
_RATE: Final = 60.0  # pictures a second of the clock that shaders are told
_MEMORY: Final = 8 << 30  # bytes of addresses that a child may have, where the system can keep it to that


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one file: `error` is one line, empty where it is `ok`; `kind` empty where it was not understood.

    `milliseconds`: reading, compiling and three pictures.
    """

    ok: bool
    error: str
    kind: str
    milliseconds: float
    picture: Pixels | None = None
    """Its last picture, top row first, where pictures were wanted."""


def shader_files(folder: Path) -> list[Path]:
    """Every .fs file below a folder, sorted; BadFile if there is no such folder, or none in it."""
    if not folder.is_dir():
        raise BadFile(f"{folder}: no such folder")
    found = sorted(path for path in folder.rglob("*.fs") if path.is_file())
    if not found:
        raise BadFile(f"{folder}: holds no .fs file (give the folder that the shaders lie in)")
    return found


def check(
    files: Sequence[Path], *, time_limit: float = TIME_LIMIT, size: Size = SIZE, jobs: int = 1, pictures: bool = False
) -> Iterator[tuple[Path, Result]]:
    """The result of each file, in the order in which they are done. MissingDriver if nothing can be drawn here."""
    waiting = list(reversed(files))
    with TemporaryDirectory(prefix="monochord-isf-") as scratch:
        settings = {"size": list(size), "pictures": scratch if pictures else ""}
        workers = [_Worker(settings, time_limit, number) for number in range(max(1, min(jobs, len(files))))]
        try:
            while waiting or any(worker.file for worker in workers):
                done = [result for worker in workers for result in worker.tend(waiting)]
                yield from done
                if not done:
                    time.sleep(_LOOK)
        finally:
            for worker in workers:
                worker.end()


class _Worker:
    """One child, and the file that it is at; a child that is lost is replaced when there is more to do."""

    def __init__(self, settings: Mapping[str, Any], time_limit: float, number: int) -> None:
        self._settings = {**settings, "number": number}
        self._limit = time_limit
        self._child: Child | None = None
        self._ready = False
        self._since = 0.0
        self._kind = ""
        self.file: Path | None = None

    def tend(self, waiting: list[Path]) -> Iterator[tuple[Path, Result]]:
        """Hear the child, give it a file if it has none, and say what came of the last one."""
        if self._child is None:
            if not waiting:
                return
            self._child, self._ready, self._since = Child("engine.stage.isf_check", self._settings), False, _now()
        gone = self._child.exit_code is not None  # asked before it is heard: what it said last is not lost
        for message in self._child.heard():
            if "ready" in message:
                self._ready = True
            elif "missing" in message:
                raise MissingDriver(str(message["missing"]))
            elif "understood" in message:
                self._kind = str(message["understood"])
            elif "ok" in message and self.file is not None:
                yield self._done(bool(message["ok"]), str(message["error"]), message.get("picture"))
        if self.file is not None and (gone or _now() - self._since > self._limit):
            yield self._lost(self._child.exit_code if gone else None)
        elif not self._ready and (gone or _now() - self._since > _START_LIMIT):
            raise MissingDriver(f"nothing can be drawn on this machine: {self._child.complaint or 'no answer'}")
        elif self._ready and self.file is None and waiting:
            yield from self._begin(waiting.pop())

    def _begin(self, file: Path) -> Iterator[tuple[Path, Result]]:
        assert self._child is not None
        self.file, self._kind, self._since = file, "", _now()
        try:
            self._child.say(file=str(file.absolute()).encode(errors="surrogateescape").hex())
        except ValueError:
            yield self._done(False, "its path is too long", None)

    def _done(self, ok: bool, error: str, picture: object) -> tuple[Path, Result]:
        assert self.file is not None
        file, self.file = self.file, None
        pixels = None
        if isinstance(picture, str):
            with suppress(OSError, ValueError):
                pixels = np.load(picture)
                Path(picture).unlink()
        return file, Result(ok, error, self._kind, 1000.0 * (_now() - self._since), pixels)

    def _lost(self, exit_code: int | None) -> tuple[Path, Result]:
        assert self._child is not None
        if exit_code is None:
            error = f"hangs: not done after {self._limit:g} s (a loop that does not end, or --time-limit is too short)"
        elif exit_code < 0:
            error = f"crashes the graphics driver (signal {-exit_code})"
        else:
            error = f"ends the process that draws it ({self._child.complaint or f'exit code {exit_code}'})"
        self._child.end()
        self._child = None
        return self._done(False, error, None)

    def end(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.end()


def _now() -> float:
    return time.monotonic()


# In the child.


class Trial:
    """What draws one file after another."""

    def __init__(self, size: Size) -> None:
        from engine.stage import gpu
        from engine.stage.images import trial_image
        from engine.stage.targets import Copier, Target

        self._gpu = gpu
        self._ctx = gpu.headless()
        self._copier = Copier(self._ctx)
        self._surface = Target(self._ctx, size, float32=False)
        self._images = [gpu.texture(self._ctx, size) for _ in range(3)]
        for number, texture in enumerate(self._images):
            texture.write(trial_image(size, number).tobytes())

    def draw(self, path: Path, understood: Callable[[Shader], None]) -> Pixels:
        """The last of three pictures, top row first; BadScene if it cannot be drawn."""
        from engine.stage.drawing import Drawing
        from engine.stage.place import place
        from engine.stage.scene import load_scene

        scene = load_scene(path)
        understood(scene.shader)
        self._surface.framebuffer.clear()
        _ = self._ctx.error
        drawing = Drawing(self._ctx, self._copier, scene)
        try:
            for index in range(_PICTURES):
                self._picture(drawing, scene, index)
            self._gpu.wait(self._ctx)
            self._gpu.check(self._ctx, place(path))
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
            values["progress"] = index / (_PICTURES - 1) if index < _PICTURES - 1 else 0.5
        drawing.draw(_moment(index), self._surface.framebuffer, pictures=pictures, values=values)
        self._surface.swap()


def _moment(index: int) -> Moment:
    """The moment of the picture of that number: a chord sounds."""
    from engine.stage.drawing import Moment

    return Moment(samples=_chord(), time=index / _RATE, dt=1.0 / _RATE)


def _chord() -> Samples:
    seconds = np.arange(2048)[:, np.newaxis] / RATE
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
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, hard))


if __name__ == "__main__":
    main()
