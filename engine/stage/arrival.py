"""A scene on its way to the stage: compiled and drawn off stage, so that it may come on."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from engine.errors import BadScene
from engine.foundation import assets
from engine.frame import blank_row
from engine.stage import gpu
from engine.stage.canvas import Canvas
from engine.stage.drawing import Drawing, Moment
from engine.stage.history_textures import HistoryTextures
from engine.stage.program import programs
from engine.stage.scene import Scene
from engine.stage.targets import Copier, Size, Target
from engine.stage.views import FLAT, told


def fallback() -> Path:
    """The scene under all scenes, which is always seen flat."""
    return assets.SHADERS / "fallback.fs"


@dataclass(frozen=True, slots=True, eq=False)
class Arrival:
    """A scene that has been drawn off stage and may come on, and the transition that it comes with."""

    drawing: Drawing
    transition: Drawing | None = None
    seconds: float = 0.0

    @property
    def scene(self) -> Scene:
        """The scene that is to come on."""
        return self.drawing.scene

    def goes_on(self, before: Scene) -> bool:
        """Whether it is that scene read again, or the same one cut to another of its presets."""
        crossed = self.transition is not None
        return before.path == self.scene.path and not (crossed and before.preset != self.scene.preset)

    def release(self) -> None:
        """Send it away."""
        gpu.release(self.drawing, *filter(None, [self.transition]))


class Coming:
    """A scene that is to be prepared, and its transition. `refused`: why that one became a cut; empty if it did not."""

    def __init__(self, scene: Scene, view: str, transition: Scene | None, seconds: float) -> None:
        """`view`: one of `views.VIEWS`; a scene without a camera is refused for all but the flat one."""
        self.scene, self.transition, self.seconds = scene, transition, seconds
        self.refused = ""
        self._view = FLAT if scene.shader.path == fallback() else view

    def prepare(self, ctx: gpu.Context, canvas: Canvas, history: HistoryTextures) -> Generator[None, None, Arrival]:
        """Compile it and draw it off stage, in pieces of work with pauses. BadScene if it cannot be drawn."""
        camera = told(self.scene, self._view)
        moment = Moment(row=blank_row(len(self.scene.musicians)))
        drawing = yield from _piecewise(_tried(ctx, canvas.copier, self.scene, moment, canvas.size), canvas)
        drawing.camera = camera
        try:
            yield from history.prepare(drawing.heard_names)
            if self.transition is None or self.seconds <= 0:
                return Arrival(drawing)
            return (yield from self._with(self.transition, drawing, ctx, canvas))
        except BaseException:  # given up, or no room for what it reads: nobody else knows of it
            drawing.release()
            raise

    def _with(
        self, transition: Scene, drawing: Drawing, ctx: gpu.Context, canvas: Canvas
    ) -> Generator[None, None, Arrival]:
        """The scene that was drawn, and its transition, if that can be drawn too."""
        try:
            crossing = yield from _piecewise(_tried(ctx, canvas.copier, transition, Moment(), canvas.size), canvas)
        except BadScene as problem:
            self.refused = str(problem)
            return Arrival(drawing)
        return Arrival(drawing, crossing, self.seconds)


def _piecewise(work: Generator[None, None, Drawing], canvas: Canvas) -> Generator[None, None, Drawing]:
    """The same work; what others leave behind in the context during its pauses is no fault of it."""
    while True:
        canvas.take_up()
        try:
            next(work)
        except StopIteration as done:
            drawing: Drawing = done.value
            return drawing
        yield


def _tried(
    ctx: gpu.Context, copier: Copier, scene: Scene, moment: Moment, size: Size
) -> Generator[None, None, Drawing]:
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
