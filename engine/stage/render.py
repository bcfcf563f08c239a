"""The renderer: the scene on stage, the one that may take its place, and the picture that leaves.

Never black: a scene is compiled and drawn once off stage before it takes over; one that fails stays off, and the
last good one goes on; under all lies shaders/fallback.fs, and under that a plain dark picture.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadScene
from engine.stage import gpu
from engine.stage.arrival import Arrival, Coming, fallback
from engine.stage.binder import Binder, Heard
from engine.stage.canvas import Canvas
from engine.stage.crossing import Crossing
from engine.stage.drawing import Drawing, Moment
from engine.stage.flash_limiter import FlashLimiter
from engine.stage.history import History
from engine.stage.history_textures import HistoryTextures
from engine.stage.pieces import at_once
from engine.stage.scene import Scene, load_scene
from engine.stage.score_page import ScorePage
from engine.stage.targets import Size
from engine.stage.views import FLAT

_log = logging.getLogger(__name__)


class Renderer:
    """Draws moments of music at `size` (width, height in pixels), in the thread that made the context.

    `trouble` says why a scene was taken off the stage, until another is staged; it is empty otherwise. `remark` says
    why a transition became a cut.
    """

    def __init__(
        self,
        ctx: gpu.Context,
        size: Size,
        *,
        limit_flashes: bool = True,
        density: NDArray[np.uint8] | None = None,
        page: ScorePage | None = None,
        view: str = FLAT,
    ) -> None:
        """`density`: that of the map of sounds, (128, 128), top row first, and `page`, what is played from, for scenes
        that show them.

        `view`: one of `views.VIEWS`; scenes without a camera are refused for all but the flat one.
        """
        self._ctx = ctx
        self._view = view
        self._history = HistoryTextures(ctx, History(density, page))
        self._crossing: Crossing | None = None
        self._canvas = Canvas(ctx, size, limit_flashes=limit_flashes)
        self.trouble = ""
        self.remark = ""
        self._drawing: Drawing | None = None
        self._has_fallback = True

    @property
    def scene(self) -> Scene | None:
        """The scene on stage; None before the first, and where not even the fallback can be drawn."""
        return self._drawing.scene if self._drawing else None

    @property
    def binder(self) -> Binder | None:
        """What gives the controls of the scene on stage their values."""
        return self._drawing.binder if self._drawing else None

    @property
    def limiter(self) -> FlashLimiter | None:
        """What keeps flashes harmless; None where somebody has put it away."""
        return self._canvas.limiter

    def show_code(self, code: tuple[int, str] | None) -> None:
        """Let a QR code come over the picture, as `CodeCard.show` takes it, or go."""
        self._canvas.card.show(code)

    @property
    def brightness(self) -> float:
        """The master, 0..1; 0 is a blackout."""
        return self._canvas.brightness

    @brightness.setter
    def brightness(self, brightness: float) -> None:
        self._canvas.brightness = brightness

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
        self._canvas.resize(size)
        if self._crossing is not None:
            self._crossing.resize(size)

    def stage(self, scene: Scene) -> None:
        """Put a scene on stage. BadScene if it cannot be drawn; then the one before stays.

        The same scene read again (a hot reload), or in another preset, goes on where the old one was, with what its
        targets keep.
        """
        self.bring(self.prepared(scene))

    def prepared(self, scene: Scene, transition: Scene | None = None, seconds: float = 0.0) -> Arrival:
        """The same as `prepare`, without pauses."""
        return at_once(self.prepare(scene, transition, seconds))

    def prepare(
        self, scene: Scene, transition: Scene | None = None, seconds: float = 0.0
    ) -> Generator[None, None, Arrival]:
        """Compile a scene and draw it off stage, in pieces of work with pauses: pictures may be drawn in between.

        BadScene if it cannot be drawn. A transition that fails becomes a cut, and `remark` says why.
        """
        coming = Coming(scene, self._view, transition, seconds)
        arrival = yield from coming.prepare(self._ctx, self._canvas, self._history)
        if coming.refused:
            self._refuse_transition(coming.refused)
        return arrival

    def bring(self, arrival: Arrival) -> None:
        """Let a scene that was prepared come on, with its transition if it has one; it belongs to the stage then.

        A change that is still running is held where it is, and the next one leads on from that picture.
        """
        self._canvas.take_up()
        drawing, leaving = arrival.drawing, self._drawing
        again = leaving is not None and arrival.goes_on(leaving.scene)
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
            crossing = Crossing(self._ctx, self._canvas.copier, arrival.transition, arrival.seconds, self.size)
        except BadScene as problem:  # no room for two more pictures
            arrival.transition.release()
            self._replace(drawing)
            self._refuse_transition(str(problem))
            return
        crossing.begin(leaving, self._canvas.target.picture)
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
            self._canvas.take_up()
            self._crossing.release()
            self._crossing = None

    def _refuse_transition(self, why: str) -> None:
        _log.error("a transition failed: %s", why)
        self.remark = f"{why}: cut instead"

    def draw(self, moment: Moment, into: gpu.Framebuffer | None = None) -> None:
        """Draw one picture, and show it in `into`, filling its viewport. Whatever happens, there is a picture."""
        self.hear(moment)
        if self._crossing is not None and self._crossed(self._crossing, moment):
            self.stand(moment.dt)
            self.present(into)
            return
        if self._drawing is None and self._has_fallback:
            self._fall_back()
        if self._drawing is None:
            self._canvas.go_dark()
        elif why := self._canvas.failure(self._drawing, moment, self._canvas.target, self._history):
            self._leave(self._drawing, why)  # and the last picture stands
        self.stand(moment.dt)
        self.present(into)

    def hear(self, moment: Moment) -> None:
        """Remember what is heard, where no picture is drawn of it."""
        rows = moment.rows if len(moment.rows) else moment.row[np.newaxis]
        self._history.history.step(rows, moment.samples)

    def pass_by(self, moment: Moment) -> None:
        """Let a picture pass undrawn; the next is as if it had been drawn, where a scene keeps none of them."""
        if self._drawing is not None:
            self._drawing.pass_by(moment)

    def resume(self, index: int, heard: Heard) -> None:
        """Go on with picture `index` of a show as if those before had been drawn, where a scene keeps none of them.

        `heard`: what a binder of the scene owes to them. The show began at time 0.
        """
        if self._drawing is not None:
            self._drawing.resume(index, heard)

    def stand(self, dt: float) -> None:
        """Let the last picture stand for `dt` seconds more: only the master may have changed it."""
        self._canvas.stand(dt)

    def present(self, into: gpu.Framebuffer | None) -> None:
        """Show the last picture in `into`, filling its viewport, at the master's brightness; None shows nothing."""
        self._canvas.present(into)

    @property
    def shown(self) -> tuple[gpu.Texture, float]:
        """The last picture, and the brightness at which it is to be shown."""
        return self._canvas.shown

    def read(self) -> NDArray[np.uint8]:
        """The last picture as it is shown, (height, width, 4), top row first; valid until the next read.

        Other threads run while it waits for the driver.
        """
        return self._canvas.read()

    def release(self) -> None:
        """Give everything back to the driver; the context stays."""
        self._end_crossing()
        gpu.release(*filter(None, [self._drawing]), self._canvas, self._history)
        self._drawing = None
        self._has_fallback = False

    def _crossed(self, crossing: Crossing, moment: Moment) -> bool:
        """Whether a picture between two scenes was drawn; if not, the new one is on, or the old one still."""
        crossing.elapsed += moment.dt
        if crossing.over or self._drawing is None:
            self._end_crossing()
            return False
        if why := self._canvas.failure(self._drawing, moment, crossing.end, self._history):
            self.trouble = why
            failed, self._drawing, crossing.leaving = self._drawing, crossing.leaving, None
            failed.release()
            self._end_crossing()
            return False
        if why := crossing.lay_together(moment, self._canvas, self._history):
            self._end_crossing()
            self._refuse_transition(why)
        return True

    def _fall_back(self) -> None:
        """The scene under all scenes; if it fails, that is not tried again."""
        try:
            trouble = self.trouble
            self.stage(load_scene(fallback()))
            self.trouble = trouble
        except BadScene as problem:
            self._has_fallback = False
            self.trouble = self.trouble or str(problem)
            _log.error("the fallback failed: %s", problem)

    def _leave(self, drawing: Drawing, why: str) -> None:
        """Take what has failed off the stage; the fallback stands in from the next picture on."""
        _log.error("a scene failed on stage: %s", why)
        self.trouble = why
        self._has_fallback = drawing.scene.path != fallback()
        drawing.release()
        self._drawing = None
