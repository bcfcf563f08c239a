"""A transition at work: from one scene to the next, both of them drawn while it runs."""

from __future__ import annotations

import logging
from typing import Final

from engine.errors import BadScene
from engine.stage import gpu
from engine.stage.canvas import Canvas
from engine.stage.drawing import Drawing, Moment
from engine.stage.history_textures import HistoryTextures
from engine.stage.targets import Copier, Size, Target

_log: Final = logging.getLogger(__name__)


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
