"""Where pictures go: a window, or nothing but memory where there is no screen. The same few methods either way."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol

from engine.errors import MissingDriver
from engine.frame import Frame
from engine.stage import gpu
from engine.stage.panel import PANEL, Panel
from engine.stage.targets import Copier, Size
from engine.stage.window import Window

_PANEL_PERIOD: Final = 0.1
# Where vsync works it sets the pace; the pacer only keeps a driver that ignores it from running away.
_ABOVE_REFRESH: Final = 1.25


class Surface(Protocol):
    """Something to draw on."""

    ctx: gpu.Context
    rate: float
    """Pictures a second that are to be drawn."""

    @property
    def size(self) -> Size: ...
    @property
    def framebuffer(self) -> gpu.Framebuffer | None: ...
    @property
    def closed(self) -> bool: ...
    def show(self) -> None:
        """Bring what was drawn before eyes; returns when it is there."""
        ...

    def asked(self) -> Iterator[str]:
        """What the keys asked for."""
        ...

    def set_full_screen(self, full_screen: bool) -> None: ...
    def show_panel(self, frame: Frame, status: Mapping[str, Any], wanted: bool) -> None: ...


class Offscreen:
    """The twin that needs no screen: everything is drawn, nobody sees it."""

    closed: Final = False
    framebuffer: Final = None

    def __init__(self, size: Size, rate: float) -> None:
        self.ctx = gpu.headless()
        self.size, self.rate = size, rate

    def show(self) -> None:
        gpu.wait(self.ctx)

    def asked(self) -> Iterator[str]:
        return iter(())

    def set_full_screen(self, full_screen: bool) -> None:
        """There is no screen to fill."""

    def show_panel(self, frame: Frame, status: Mapping[str, Any], wanted: bool) -> None:
        """There is nobody to see it."""


class OnScreen:
    """The stage's window, and beside it the operator's, which never lies over the audience's picture."""

    def __init__(self, size: Size, monitor: str | None, full_screen: bool) -> None:
        self._window = Window("Monochord", size, monitor=monitor, full_screen=full_screen)
        self.ctx = gpu.adopt()
        self.rate = self._window.refresh_rate * _ABOVE_REFRESH
        self._operator: _OperatorWindow | None = None

    @property
    def size(self) -> Size:
        return self._window.pixels

    @property
    def framebuffer(self) -> gpu.Framebuffer:
        screen = self.ctx.screen
        screen.viewport = (0, 0, *self._window.pixels)  # moderngl's own size goes stale on resize
        return screen

    @property
    def closed(self) -> bool:
        return self._window.closed

    def show(self) -> None:
        self._window.swap()

    def asked(self) -> Iterator[str]:
        yield from self._window.asked()
        if self._operator is not None:
            yield from self._operator.window.asked()

    def set_full_screen(self, full_screen: bool) -> None:
        self._window.set_full_screen(full_screen)
        if self._operator is not None and not self._operator.window.move_off(self._window):
            self._close_operator()

    def show_panel(self, frame: Frame, status: Mapping[str, Any], wanted: bool) -> None:
        """Draw the panel if it is wanted and due, in a window of its own that keeps off a filled monitor."""
        if wanted and self._operator is None:
            operator = _OperatorWindow()
            if operator.window.move_off(self._window):
                self._operator = operator
            else:
                operator.window.close()
        elif self._operator is not None and (not wanted or self._operator.window.closed):
            self._close_operator()
        if self._operator is not None:
            self._operator.draw(frame, status)
        self._window.make_current()

    def _close_operator(self) -> None:
        if self._operator is not None:
            self._operator.window.close()
            self._operator = None
            self._window.make_current()


class _OperatorWindow:
    def __init__(self) -> None:
        self.window = Window("Monochord · operator", PANEL, vsync=False)
        self._ctx = gpu.adopt()
        self._copier = Copier(self._ctx)
        self._picture = gpu.texture(self._ctx, PANEL)
        self._panel = Panel()
        self._due = 0.0

    def draw(self, frame: Frame, status: Mapping[str, Any]) -> None:
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + _PANEL_PERIOD
        self.window.make_current()
        self._picture.write(self._panel.draw(frame, status)[::-1].tobytes())
        self._ctx.screen.viewport = (0, 0, *self.window.pixels)
        self._copier.copy(self._picture, self._ctx.screen)
        self.window.swap()


def open_surface(settings: Mapping[str, Any]) -> Surface:
    """A window, or memory if `headless` is set. MissingDriver without a display or OpenGL."""
    size = (int(settings["size"][0]), int(settings["size"][1]))
    if settings["headless"]:
        return Offscreen(size, float(settings["fps"]))
    try:
        return OnScreen(size, settings["monitor"], bool(settings["full_screen"]))
    except ImportError as why:  # glfw's wheel without its library
        raise MissingDriver(f"glfw cannot be loaded ({why}): pip install --force-reinstall glfw") from why
