"""The renderer: the scene on stage, the one that may take its place, and the picture that leaves.

Never black: a scene is compiled and drawn once off stage before it takes over; one that fails stays off, and the
last good one goes on; under all lies shaders/fallback.fs, and under that a plain dark picture.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine import assets
from engine.errors import BadScene
from engine.frame import blank_row
from engine.stage import gpu
from engine.stage.binder import Binder
from engine.stage.drawing import Drawing, Moment
from engine.stage.flash_limiter import FlashLimiter
from engine.stage.history import History
from engine.stage.history_textures import HistoryTextures
from engine.stage.scene import Scene, load_scene
from engine.stage.targets import Copier, Size, Target
from engine.stage.transition import Crossing, tried
from engine.stage.views import FLAT, told

__all__ = ["Arrival", "Moment", "Renderer"]

_DARK: Final = (0.012, 0.012, 0.016, 1.0)
"""What is shown when not even the fallback can be drawn."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Arrival:
    """A scene that has been drawn off stage and may come on, and the transition that it comes with."""

    drawing: Drawing
    transition: Drawing | None = None
    seconds: float = 0.0

    @property
    def scene(self) -> Scene:
        return self.drawing.scene

    def release(self) -> None:
        """Send it away."""
        gpu.release(self.drawing, *filter(None, [self.transition]))


class Renderer:
    """Draws moments of music at `size` (width, height in pixels), in the thread that made the context.

    `brightness` (0..1) is the master, 0 a blackout. `trouble` says why a scene was taken off the stage, until
    another is staged; it is empty otherwise. `remark` says why a transition became a cut.
    `limiter` keeps flashes harmless; None where somebody has put it away.
    """

    def __init__(
        self,
        ctx: gpu.Context,
        size: Size,
        *,
        limit_flashes: bool = True,
        density: NDArray[np.uint8] | None = None,
        view: str = FLAT,
    ) -> None:
        """`density`: that of the map of sounds, (128, 128), top row first, for scenes that show it.

        `view`: one of `views.VIEWS`; scenes without a camera are refused for all but the flat one.
        """
        self._ctx = ctx
        self._view = view
        self._history = HistoryTextures(ctx, History(density))
        self._crossing: Crossing | None = None
        self.limiter = FlashLimiter(ctx, size) if limit_flashes else None
        self.brightness = 1.0
        self.trouble = ""
        self.remark = ""
        self._copier = Copier(ctx)
        self._canvas = Target(ctx, size, float32=False)
        self._drawing: Drawing | None = None
        self._has_fallback = True
        self._blits = True
        self._pixels = np.zeros((size[1], size[0], 4), dtype=np.uint8)

    @property
    def scene(self) -> Scene | None:
        """The scene on stage; None before the first, and where not even the fallback can be drawn."""
        return self._drawing.scene if self._drawing else None

    @property
    def binder(self) -> Binder | None:
        """What gives the controls of the scene on stage their values."""
        return self._drawing.binder if self._drawing else None

    @property
    def size(self) -> Size:
        """Width and height of the picture in pixels."""
        return self._canvas.size

    def resize(self, size: Size) -> None:
        """Draw at another size from now on; what is shown and what targets keep is scaled. BadScene: too large."""
        before = self.size
        try:
            self._resize(size)
        except BadScene:  # no room for all of its pictures
            self._resize(before)
            raise

    def _resize(self, size: Size) -> None:
        self._canvas.resize(size, self._copier)
        if self._crossing is not None:
            self._crossing.resize(size)
        if self.limiter is not None:
            self.limiter.resize(size, self._canvas.picture, self._copier)
        self._pixels = np.zeros((size[1], size[0], 4), dtype=np.uint8)

    def stage(self, scene: Scene) -> None:
        """Put a scene on stage. BadScene if it cannot be drawn; then the one before stays.

        The same scene read again (a hot reload), or in another preset, goes on where the old one was, with what its
        targets keep.
        """
        self.bring(self.prepared(scene))

    def prepared(self, scene: Scene, transition: Scene | None = None, seconds: float = 0.0) -> Arrival:
        """The same as `prepare`, without pauses."""
        preparing = self.prepare(scene, transition, seconds)
        while True:
            try:
                next(preparing)
            except StopIteration as done:
                arrival: Arrival = done.value
                return arrival

    def prepare(
        self, scene: Scene, transition: Scene | None = None, seconds: float = 0.0
    ) -> Generator[None, None, Arrival]:
        """Compile a scene and draw it off stage, in pieces of work with pauses: pictures may be drawn in between.

        BadScene if it cannot be drawn. A transition that fails becomes a cut, and `trouble` says why.
        """
        camera = told(scene, FLAT if scene.shader.path == assets.SHADERS / "fallback.fs" else self._view)
        moment = Moment(row=blank_row(len(scene.musicians)))
        drawing = yield from self._piecewise(tried(self._ctx, self._copier, scene, moment, self.size))
        drawing.camera = camera
        try:
            yield from self._history.prepare(drawing.heard_names)
        except GeneratorExit:
            drawing.release()
            raise
        if transition is None or seconds <= 0:
            return Arrival(drawing)
        try:
            crossing = yield from self._piecewise(tried(self._ctx, self._copier, transition, Moment(), self.size))
        except BadScene as problem:
            self._refuse_transition(str(problem))
            return Arrival(drawing)
        except GeneratorExit:
            drawing.release()
            raise
        return Arrival(drawing, crossing, seconds)

    def _piecewise(self, work: Generator[None, None, Drawing]) -> Generator[None, None, Drawing]:
        """The same work; what others leave behind in the context during its pauses is no fault of it."""
        while True:
            self._take_up()
            try:
                next(work)
            except StopIteration as done:
                drawing: Drawing = done.value
                return drawing
            yield

    def bring(self, arrival: Arrival) -> None:
        """Let a scene that was prepared come on, with its transition if it has one; it belongs to the stage then.

        A change that is still running is held where it is, and the next one leads on from that picture.
        """
        self._take_up()
        drawing, leaving = arrival.drawing, self._drawing
        again = leaving is not None and _goes_on(leaving.scene, drawing.scene, arrival.transition is not None)
        if leaving is not None and again:
            drawing.continue_from(leaving)
        if self._crossing is not None:
            if again and arrival.transition is None:  # a save while it comes on: it goes on coming on
                self._replace(drawing)
                return
            self._end_crossing()
            self._replace(drawing)
            leaving = None
        if arrival.transition is None or again:
            gpu.release(*filter(None, [arrival.transition]))
            self._replace(drawing)
            return
        try:
            crossing = Crossing(self._ctx, self._copier, arrival.transition, arrival.seconds, self.size)
        except BadScene as problem:  # no room for two more pictures
            arrival.transition.release()
            self._replace(drawing)
            self._refuse_transition(str(problem))
            return
        crossing.begin(leaving, self._canvas.picture)
        self._crossing, self._drawing, self.trouble = crossing, drawing, ""

    def clocks(self, time: float) -> list[float]:
        """Where the clocks of the scene on stage stand, as `Drawing.clocks` tells them; nothing without a scene."""
        return self._drawing.clocks(time) if self._drawing is not None else []

    def push_clocks(self, more: Sequence[float]) -> None:
        """Let the clocks of the scene on stage, and the transition it comes on with, have gone on by so much more."""
        if self._drawing is not None:
            self._drawing.push_clocks(more)
        if self._crossing is not None and len(more):
            self._crossing.elapsed = max(self._crossing.elapsed + more[0], 0.0)

    @property
    def changing(self) -> bool:
        """Whether a transition is running."""
        return self._crossing is not None

    def _replace(self, drawing: Drawing) -> None:
        """Cut to it."""
        if self._drawing is not None and self._drawing is not drawing:
            self._drawing.release()
        self._drawing, self.trouble = drawing, ""

    def _end_crossing(self) -> None:
        if self._crossing is not None:
            self._take_up()
            self._crossing.release()
            self._crossing = None

    def _refuse_transition(self, why: str) -> None:
        _log.error("a transition failed: %s", why)
        self.remark = f"{why}: cut instead"

    def draw(self, moment: Moment, into: gpu.Framebuffer | None = None) -> None:
        """Draw one picture, and show it in `into`, filling its viewport. Whatever happens, there is a picture."""
        self._remember(moment)
        if self._crossing is not None and self._crossed(self._crossing, moment):
            self.stand(moment.dt)
            self.present(into)
            return
        if self._drawing is None and self._has_fallback:
            self._fall_back()
        if self._drawing is None:
            self._canvas.framebuffer.clear(*_DARK)
            self._canvas.swap()
        elif why := self._failure(self._drawing, moment, self._canvas):
            self._leave(self._drawing, why)  # and the last picture stands
        self.stand(moment.dt)
        self.present(into)

    def pass_by(self, moment: Moment) -> None:
        """Let a picture pass undrawn; the next is as if it had been drawn, where a scene keeps none of them."""
        if self._drawing is not None:
            self._drawing.pass_by(moment)

    def stand(self, dt: float) -> None:
        """Let the last picture stand for `dt` seconds more: only the master may have changed it."""
        if self.limiter is not None:
            self.limiter.step(self._canvas.picture, self._master, dt)

    def present(self, into: gpu.Framebuffer | None) -> None:
        """Show the last picture in `into`, filling its viewport, at the master's brightness; None shows nothing."""
        if into is None:
            return
        shown, master = self._shown
        if not (master == 1.0 and into.viewport == (0, 0, *self.size) and self._blitted(shown, into)):
            self._copier.copy(shown.picture, into, master)

    @property
    def shown(self) -> tuple[gpu.Texture, float]:
        """The last picture, and the brightness at which it is to be shown."""
        shown, master = self._shown
        return shown.picture, master

    def read(self) -> NDArray[np.uint8]:
        """The last picture as it is shown, (height, width, 4), top row first; valid until the next read.

        Other threads run while it waits for the driver.
        """
        shown, master = self._shown
        surface = shown.shown
        if master < 1.0:
            surface = self._canvas.framebuffer
            self._copier.copy(shown.picture, surface, master)
        gpu.wait(self._ctx)
        surface.read_into(self._pixels, components=4)
        return self._pixels[::-1]

    def release(self) -> None:
        """Give everything back to the driver; the context stays."""
        self._end_crossing()
        gpu.release(*filter(None, [self._drawing, self.limiter]), self._canvas, self._copier, self._history)
        self._drawing = None
        self._has_fallback = False

    @property
    def _master(self) -> float:
        return min(max(self.brightness, 0.0), 1.0)

    @property
    def _shown(self) -> tuple[Target, float]:
        """What the audience is to see, and at which brightness."""
        limited = self.limiter.limited if self.limiter is not None else None
        return (limited, 1.0) if limited is not None else (self._canvas, self._master)

    def _take_up(self) -> None:
        """Forget what others have done in this context: errors they left, a framebuffer gone while it was bound.

        moderngl goes back to the bound one after each clear; if it is gone, that is an error no scene has made.
        """
        self._canvas.framebuffer.use()
        _ = self._ctx.error

    def _blitted(self, shown: Target, into: gpu.Framebuffer) -> bool:
        """Whether the picture could be copied pixel by pixel, which costs a fraction of drawing it once more."""
        if self._blits:
            self._take_up()
            self._ctx.copy_framebuffer(into, shown.shown)
            self._blits = self._ctx.error == "GL_NO_ERROR"  # a driver that refuses once is not asked again
        return self._blits

    def _remember(self, moment: Moment) -> None:
        rows = moment.rows if len(moment.rows) else moment.row[np.newaxis]
        self._history.history.step(rows, moment.samples)

    def _crossed(self, crossing: Crossing, moment: Moment) -> bool:
        """Whether a picture between two scenes was drawn; if not, the new one is on, or the old one still."""
        crossing.elapsed += moment.dt
        if crossing.over or self._drawing is None:
            self._end_crossing()
            return False
        if why := self._failure(self._drawing, moment, crossing.end):
            self.trouble = why
            failed, self._drawing, crossing.leaving = self._drawing, crossing.leaving, None
            failed.release()
            self._end_crossing()
            return False
        if crossing.leaving is not None and (why := self._failure(crossing.leaving, moment, crossing.start)):
            _log.error("a scene failed while it went: %s", why)
            crossing.leaving.release()
            crossing.leaving = None
        try:
            crossing.draw(moment, self._canvas.framebuffer)
            gpu.check(self._ctx, crossing.where)
        except BadScene as problem:
            self._canvas.swap()
            self._copier.copy(crossing.end.picture, self._canvas.framebuffer)
            self._end_crossing()
            self._refuse_transition(str(problem))
        self._canvas.swap()
        return True

    def _failure(self, drawing: Drawing, moment: Moment, target: Target) -> str:
        """Draw a scene into a target; why that failed, or nothing."""
        self._take_up()
        try:
            drawing.draw(moment, target.framebuffer, self._history)
            gpu.check(self._ctx, drawing.where)
        except BadScene as problem:
            return str(problem)
        target.swap()
        return ""

    def _fall_back(self) -> None:
        """The scene under all scenes; if it fails, that is not tried again."""
        try:
            trouble = self.trouble
            self.stage(load_scene(assets.SHADERS / "fallback.fs"))
            self.trouble = trouble
        except BadScene as problem:
            self._has_fallback = False
            self.trouble = self.trouble or str(problem)
            _log.error("the fallback failed: %s", problem)

    def _leave(self, drawing: Drawing, why: str) -> None:
        """Take what has failed off the stage; the fallback stands in from the next picture on."""
        _log.error("a scene failed on stage: %s", why)
        self.trouble = why
        self._has_fallback = drawing.scene.path != assets.SHADERS / "fallback.fs"
        drawing.release()
        self._drawing = None


def _goes_on(before: Scene, after: Scene, crossed: bool) -> bool:
    """Whether one is the other read again, or the same one cut to another of its presets."""
    return before.path == after.path and not (crossed and before.preset != after.preset)
