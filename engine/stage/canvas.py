"""The picture that was drawn last, and how it leaves: limited, at the master's brightness, shown or read."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadScene
from engine.stage import gpu
from engine.stage.code_card import CodeCard
from engine.stage.drawing import Drawing, Moment
from engine.stage.flash_limiter import FlashLimiter
from engine.stage.history_textures import HistoryTextures
from engine.stage.targets import Copier, Size, Target

_DARK: Final = (0.012, 0.012, 0.016, 1.0)
"""What is shown when not even the fallback can be drawn."""


class Canvas:
    """What the audience sees. Draw into `target` and swap it; then let the picture `stand` before it is shown.

    `brightness` (0..1) is the master, 0 a blackout. `limiter` keeps flashes harmless; None where there is none. `card`
    lies over it all.
    """

    def __init__(self, ctx: gpu.Context, size: Size, *, limit_flashes: bool) -> None:
        self._ctx = ctx
        self.copier = Copier(ctx)
        self.target = Target(ctx, size, float32=False)
        self.limiter = FlashLimiter(ctx, size) if limit_flashes else None
        self.brightness = 1.0
        self.card = CodeCard(ctx)
        self._carded: Target | None = None
        self._blits = True
        self._pixels = np.zeros((size[1], size[0], 4), dtype=np.uint8)

    @property
    def size(self) -> Size:
        """Width and height of the picture in pixels."""
        return self.target.size

    def resize(self, size: Size) -> None:
        """Take another size; what is shown is scaled. BadScene if the driver has no room for it."""
        self.target.resize(size, self.copier)
        if self.limiter is not None:
            self.limiter.resize(size, self.target.picture, self.copier)
        self._pixels = np.zeros((size[1], size[0], 4), dtype=np.uint8)
        self._lay_card()

    def take_up(self) -> None:
        """Forget what others have done in this context: errors they left, a framebuffer gone while it was bound.

        moderngl goes back to the bound one after each clear; if it is gone, that is an error no scene has made.
        """
        self.target.framebuffer.use()
        _ = self._ctx.error

    def go_dark(self) -> None:
        """The next picture is a plain dark one."""
        self.target.framebuffer.clear(*_DARK)
        self.target.swap()

    def failure(self, drawing: Drawing, moment: Moment, target: Target, history: HistoryTextures) -> str:
        """Draw a scene into a target of this canvas's size; why that failed, or nothing."""
        self.take_up()
        try:
            drawing.draw(moment, target.framebuffer, history)
            gpu.check(self._ctx, drawing.where)
        except BadScene as problem:
            return str(problem)
        target.swap()
        return ""

    def stand(self, dt: float) -> None:
        """Let the last picture stand for `dt` seconds more: only the master may have changed it."""
        if self.limiter is not None:
            self.limiter.step(self.target.picture, self._master, dt)
        self.card.step(dt)
        self._lay_card()

    def _lay_card(self) -> None:
        """What the audience is to see with the card on it, where there is one."""
        self._carded = None
        if self.card.seen:
            shown, brightness = self._shown
            self._carded = self.card.laid(shown.picture, brightness, self._master, self.size)

    def present(self, into: gpu.Framebuffer | None) -> None:
        """Show the last picture in `into`, filling its viewport, at the master's brightness; None shows nothing."""
        if into is None:
            return
        shown, master = self._shown
        if not (master == 1.0 and into.viewport == (0, 0, *self.size) and self._blitted(shown, into)):
            self.copier.copy(shown.picture, into, master)

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
            surface = self.target.framebuffer
            self.copier.copy(shown.picture, surface, master)
        gpu.wait(self._ctx)
        surface.read_into(self._pixels, components=4)
        return self._pixels[::-1]

    def release(self) -> None:
        """Give everything back."""
        gpu.release(*filter(None, [self.limiter]), self.card, self.target, self.copier)

    @property
    def _master(self) -> float:
        return min(max(self.brightness, 0.0), 1.0)

    @property
    def _shown(self) -> tuple[Target, float]:
        """What the audience is to see, and at which brightness."""
        if self._carded is not None:
            return self._carded, 1.0
        limited = self.limiter.limited if self.limiter is not None else None
        return (limited, 1.0) if limited is not None else (self.target, self._master)

    def _blitted(self, shown: Target, into: gpu.Framebuffer) -> bool:
        """Whether the picture could be copied pixel by pixel, which costs a fraction of drawing it once more."""
        if self._blits:
            self.take_up()
            self._ctx.copy_framebuffer(into, shown.shown)
            self._blits = self._ctx.error == "GL_NO_ERROR"  # a driver that refuses once is not asked again
        return self._blits
