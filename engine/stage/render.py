"""The renderer: the scene on stage, the one that may take its place, and the picture that leaves.

Never black: a scene is compiled and drawn once off stage before it takes over; one that fails stays off, and the
last good one goes on; under all lies shaders/fallback.fs, and under that a plain dark picture.
"""

from __future__ import annotations

import logging
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine import assets
from engine.errors import BadScene
from engine.frame import blank_row
from engine.stage import gpu
from engine.stage.drawing import Drawing, Moment
from engine.stage.scene import Scene, load_scene
from engine.stage.targets import Copier, Size, Target

__all__ = ["Moment", "Renderer"]

_TRIAL: Final = (64, 36)
"""Pixels of the picture that a scene must draw off stage: the first draw is where a driver really compiles."""
_DARK: Final = (0.012, 0.012, 0.016, 1.0)
"""What is shown when not even the fallback can be drawn."""
_log = logging.getLogger(__name__)


class Renderer:
    """Draws moments of music at `size` (width, height in pixels), in the thread that made the context.

    `brightness` (0..1) is the master, 0 a blackout. `trouble` says why a scene was taken off the stage, until
    another is staged; it is empty otherwise.
    """

    def __init__(self, ctx: gpu.Context, size: Size) -> None:
        self._ctx = ctx
        self.brightness = 1.0
        self.trouble = ""
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
    def size(self) -> Size:
        """Width and height of the picture in pixels."""
        return self._canvas.size

    def resize(self, size: Size) -> None:
        """Draw at another size from now on; what is shown and what targets keep is scaled. BadScene: too large."""
        self._canvas.resize(size, self._copier)
        self._pixels = np.zeros((size[1], size[0], 4), dtype=np.uint8)

    def stage(self, scene: Scene) -> None:
        """Put a scene on stage. BadScene if it cannot be drawn; then the one before stays.

        The same scene read again (a hot reload) goes on where the old one was, with what its targets keep.
        """
        drawing = self._tried(scene)
        if self._drawing is not None:
            if self._drawing.scene.path == scene.path:
                drawing.continue_from(self._drawing)
            self._drawing.release()
        self._drawing = drawing
        self.trouble = ""

    def draw(self, moment: Moment, into: gpu.Framebuffer | None = None) -> None:
        """Draw one picture, and show it in `into`, filling its viewport. Whatever happens, there is a picture."""
        if self._drawing is None and self._has_fallback:
            self._fall_back()
        if self._drawing is None:
            self._canvas.framebuffer.clear(*_DARK)
            self._canvas.swap()
        elif self._drawn(self._drawing, moment):
            self._canvas.swap()
        self.present(into)

    def present(self, into: gpu.Framebuffer | None) -> None:
        """Show the last picture in `into`, filling its viewport, at the master's brightness; None shows nothing."""
        if into is None:
            return
        if not (self._master == 1.0 and into.viewport == (0, 0, *self.size) and self._blitted(into)):
            self._copier.copy(self._canvas.picture, into, self._master)

    def read(self) -> NDArray[np.uint8]:
        """The last picture as it is shown, (height, width, 4), top row first; valid until the next read.

        Other threads run while it waits for the driver.
        """
        surface = self._canvas.shown
        if self._master < 1.0:
            surface = self._canvas.framebuffer
            self._copier.copy(self._canvas.picture, surface, self._master)
        gpu.wait(self._ctx)
        surface.read_into(self._pixels, components=4)
        return self._pixels[::-1]

    def release(self) -> None:
        """Give everything back to the driver; the context stays."""
        gpu.release(*filter(None, [self._drawing]), self._canvas, self._copier)
        self._drawing = None
        self._has_fallback = False

    @property
    def _master(self) -> float:
        return min(max(self.brightness, 0.0), 1.0)

    def _take_up(self) -> None:
        """Forget what others have done in this context: errors they left, a framebuffer gone while it was bound.

        moderngl goes back to the bound one after each clear; if it is gone, that is an error no scene has made.
        """
        self._canvas.framebuffer.use()
        _ = self._ctx.error

    def _blitted(self, into: gpu.Framebuffer) -> bool:
        """Whether the picture could be copied pixel by pixel, which costs a fraction of drawing it once more."""
        if self._blits:
            self._take_up()
            self._ctx.copy_framebuffer(into, self._canvas.shown)
            self._blits = self._ctx.error == "GL_NO_ERROR"  # a driver that refuses once is not asked again
        return self._blits

    def _drawn(self, drawing: Drawing, moment: Moment) -> bool:
        """Whether the picture was drawn; if not, its scene leaves the stage, and the last picture stands."""
        self._take_up()
        try:
            drawing.draw(moment, self._canvas.framebuffer)
            gpu.check(self._ctx, drawing.where)
        except BadScene as problem:
            self._leave(drawing, str(problem))
            return False
        return True

    def _tried(self, scene: Scene) -> Drawing:
        """The scene, after it has drawn a picture where nobody sees it."""
        self._take_up()
        surface = Target(self._ctx, _TRIAL, float32=False)
        drawing: Drawing | None = None
        try:
            drawing = Drawing(self._ctx, self._copier, scene)
            drawing.draw(Moment(row=blank_row(len(scene.musicians))), surface.framebuffer)
            gpu.wait(self._ctx)
            gpu.check(self._ctx, drawing.where)
            drawing.restart()
        except BaseException:
            gpu.release(*filter(None, [drawing]))
            raise
        finally:
            surface.release()
        return drawing

    def _fall_back(self) -> None:
        """The scene under all scenes; if it fails, that is not tried again."""
        try:
            self._drawing = self._tried(load_scene(assets.SHADERS / "fallback.fs"))
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
