"""From one scene to the next: an ISF transition between the two, both of them drawn while it runs."""

from __future__ import annotations

import logging
from collections.abc import Generator
from pathlib import Path
from typing import Final

from engine.errors import BadScene, nearest
from engine.foundation import assets
from engine.stage import gpu
from engine.stage.canvas import Canvas
from engine.stage.drawing import Drawing, Moment
from engine.stage.history_textures import HistoryTextures
from engine.stage.program import programs
from engine.stage.scene import Scene, load_scene
from engine.stage.targets import Copier, Size, Target

CUT: Final = "cut"
"""No transition at all: one picture is the old scene's, the next the new one's."""
FOLDER: Final = assets.SHADERS / "transitions"
"""Where those that come with the engine lie."""
_log = logging.getLogger(__name__)


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


class Crossing:
    """A transition at work. `leaving` is the scene that goes; None where only its last picture is left of it."""

    def __init__(self, ctx: gpu.Context, copier: Copier, drawing: Drawing, seconds: float, size: Size) -> None:
        """`drawing`: of an ISF transition, which belongs to it from now on. `seconds`: how long it takes.

        BadScene if there is no room for two more pictures; then the drawing is still the caller's.
        """
        self._ctx, self._copier = ctx, copier
        self._drawing = drawing
        self.where = drawing.where
        self.seconds = seconds
        self.elapsed = 0.0
        self.start = Target(ctx, size, float32=False)
        try:
            self.end = Target(ctx, size, float32=False)
        except BadScene:
            self.start.release()
            raise
        self.leaving: Drawing | None = None

    @property
    def over(self) -> bool:
        """Whether the new scene is on."""
        return self.elapsed >= self.seconds

    def begin(self, leaving: Drawing | None, last: gpu.Texture) -> None:
        """`last`: the last picture that was shown, which stays where the leaving scene cannot be drawn."""
        self.leaving = leaving
        self._copier.copy(last, self.start.framebuffer)
        self.start.swap()

    def draw(self, moment: Moment, into: gpu.Framebuffer) -> None:
        """Lay the two pictures together. BadScene as of any drawing."""
        pictures = {"startImage": self.start.picture, "endImage": self.end.picture}
        progress = min(max(self.elapsed / self.seconds, 0.0), 1.0)
        self._drawing.draw(moment, into, pictures=pictures, values={"progress": progress})

    def lay_together(self, moment: Moment, canvas: Canvas, history: HistoryTextures) -> str:
        """Draw the scene that leaves, and lay it and the one that comes together on the canvas.

        Why the transition failed, or nothing: then the scene that comes is what the canvas shows.
        """
        if self.leaving is not None and (why := canvas.failure(self.leaving, moment, self.start, history)):
            _log.error("a scene failed while it went: %s", why)
            self.leaving.release()
            self.leaving = None
        target, failed = canvas.target, ""
        try:
            self.draw(moment, target.framebuffer)
            gpu.check(self._ctx, self.where)
        except BadScene as problem:
            failed = str(problem)
            target.swap()
            self._copier.copy(self.end.picture, target.framebuffer)
        target.swap()
        return failed

    def resize(self, size: Size) -> None:
        """Take another size. BadScene if the driver has no room for it."""
        for target in (self.start, self.end):
            target.resize(size, self._copier)

    def release(self) -> None:
        """Give everything back, the leaving scene too."""
        gpu.release(*filter(None, [self.leaving]), self._drawing, self.start, self.end)
        self.leaving = None


def tried(ctx: gpu.Context, copier: Copier, scene: Scene, moment: Moment, size: Size) -> Generator[None, None, Drawing]:
    """The scene, after it has drawn a picture where nobody sees it, in pieces of work with pauses between them.

    The first draw is where a driver really compiles, and some compile for the sizes of what is read: so `size` is the
    stage's own. BadScene if it cannot be drawn.
    """
    surface = Target(ctx, size, float32=False)
    drawing: Drawing | None = None
    try:
        drawing = Drawing(ctx, copier, scene, (yield from programs(ctx, scene.shader)))
        pictures = dict.fromkeys(("startImage", "endImage"), surface.picture)
        for _ in drawing.passes(moment, surface.framebuffer, pictures=pictures):
            yield
        gpu.wait(ctx)
        gpu.check(ctx, drawing.where)
        drawing.restart()
    except BaseException:
        gpu.release(*filter(None, [drawing]))
        raise
    finally:
        surface.release()
    return drawing
