"""Where pictures go: windows, or nothing but memory where there is no screen. The same few methods either way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

from engine.errors import MissingDriver
from engine.frame import Frame
from engine.stage import gpu
from engine.stage.doors import Doors
from engine.stage.on_screen import OnScreen
from engine.stage.output import Output, read_output
from engine.stage.targets import Size


class Surface(Protocol):
    """Something to draw on."""

    ctx: gpu.Context

    @property
    def rate(self) -> float:
        """Pictures a second that are to be drawn."""
        ...

    @property
    def size(self) -> Size: ...
    @property
    def framebuffer(self) -> gpu.Framebuffer | None: ...
    @property
    def closed(self) -> bool: ...
    def project(self, picture: gpu.Texture, brightness: float) -> None:
        """Bring the picture to the outputs that `framebuffer` is not."""
        ...

    def show(self) -> None:
        """Bring what was drawn before eyes; returns when it is there."""
        ...

    def asked(self) -> Iterator[str]:
        """What the keys asked for."""
        ...

    def remarks(self) -> Iterator[str]:
        """What the operator should know of the monitors."""
        ...

    def set_full_screen(self, full_screen: bool) -> None: ...
    def set_panel(self, wanted: bool) -> None:
        """Whether the operator wants the panel."""
        ...

    def panel_due(self) -> bool:
        """Whether it is time to call `show_panel`."""
        ...

    def show_panel(self, frame: Frame, status: Mapping[str, Any]) -> None:
        """Draw the panel if it is wanted and there is a place for it."""
        ...


class Offscreen:
    """The twin that needs no screen: everything is drawn, nobody sees it."""

    closed: Final = False
    framebuffer: Final = None

    def __init__(self, size: Size, rate: float, outputs: Sequence[Output] = ()) -> None:
        """`outputs`: of these, only what goes to other programs."""
        self.ctx = gpu.headless()
        self.size, self.rate = size, rate
        self._doors = Doors(self.ctx, outputs, rate)

    def project(self, picture: gpu.Texture, brightness: float) -> None:
        self._doors.send(picture, brightness, self.size)

    def show(self) -> None:
        gpu.wait(self.ctx)

    def asked(self) -> Iterator[str]:
        return iter(())

    def remarks(self) -> Iterator[str]:
        return self._doors.remarks()

    def set_full_screen(self, full_screen: bool) -> None:
        """There is no screen to fill."""

    def set_panel(self, wanted: bool) -> None:
        """There is nobody to want it."""

    def panel_due(self) -> bool:
        return False

    def show_panel(self, frame: Frame, status: Mapping[str, Any]) -> None:
        """There is nobody to see it."""


def open_surface(settings: Mapping[str, Any]) -> Surface:
    """A window, or memory if `headless` is set. MissingDriver without a display or OpenGL.

    `again`: a show goes on; a monitor that is gone is waited for instead of refused.
    """
    size = (int(settings["size"][0]), int(settings["size"][1]))
    fps = float(settings["fps"])
    outputs = [read_output(output) for output in settings["outputs"]]
    if settings["headless"]:
        return Offscreen(size, fps, outputs)
    try:
        return OnScreen(size, fps, settings["monitor"], bool(settings["full_screen"]), not settings["again"], outputs)
    except ImportError as why:  # glfw's wheel without its library
        raise MissingDriver(f"glfw cannot be loaded ({why}): pip install --force-reinstall glfw") from why
