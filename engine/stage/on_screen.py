"""The stage on screens: the audience's windows, each with its part of the picture, and the operator's beside them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from engine.frame import Frame
from engine.stage import gpu
from engine.stage.doors import Doors
from engine.stage.monitor import overlap
from engine.stage.output import Output, Projection
from engine.stage.panel import PANEL, Panel
from engine.stage.targets import Copier, Size
from engine.stage.window import SideWindow, Window

_PANEL_PERIOD: Final = 0.1  # seconds between two times that the operator's panel is drawn


class OnScreen:
    """A `Surface`: the stage's window, and beside it the operator's, which never lies over a picture that fills its
    monitor.
    """

    def __init__(
        self,
        size: Size,
        fps: float,
        monitor: str | None,
        full_screen: bool,
        insist: bool = True,
        outputs: Sequence[Output] = (),
    ) -> None:
        """`outputs`: the first is this window; each other one gets a window of its own, or goes to another program."""
        self._output, *others = _on_monitors(outputs) or [Output(monitor)]
        monitor = self._output.monitor or monitor
        self._window = Window(
            "Monochord",
            size,
            monitor=monitor,
            full_screen=full_screen,
            fps=fps,
            insist=insist,
            alone=not others,
        )
        self.ctx = gpu.adopt()
        self._straight = None if self._output.plain else Projection(self.ctx, self._output)
        self._doors = Doors(self.ctx, outputs, fps)
        self._others = [
            _OtherOutput(number, output, size, self._window, full_screen, insist)
            for number, output in enumerate(others, 2)
        ]
        self._window.make_current()
        self._operator: _Operator | None = None
        self._due = 0.0
        self._wanted = False

    @property
    def outputs(self) -> tuple[Output, ...]:
        """All that have a window, this one's first."""
        return self._output, *(other.output for other in self._others)

    def pin(self, outputs: Sequence[Output]) -> None:
        """Pin and blend the windows that there are as these outputs say, one by one."""
        outputs = _on_monitors(outputs)
        if not outputs or tuple(outputs) == self.outputs:
            return
        self._output, *others = outputs
        gpu.release(*filter(None, [self._straight]))
        self._straight = None if self._output.plain else Projection(self.ctx, self._output)
        for window, output in zip(self._others, others, strict=False):
            window.pin(output)
        self._window.make_current()

    @property
    def rate(self) -> float:
        return self._window.rate

    @property
    def size(self) -> Size:
        return self._output.whole(self._window.pixels)

    @property
    def framebuffer(self) -> gpu.Framebuffer | None:
        return self._screen if self._straight is None else None

    @property
    def _screen(self) -> gpu.Framebuffer:
        screen = self.ctx.screen
        screen.viewport = (0, 0, *self._window.pixels)  # moderngl's own size goes stale on resize
        return screen

    def project(self, picture: gpu.Texture, brightness: float) -> None:
        self._doors.send(picture, brightness, self.size)
        if self._straight is not None:
            self._straight.draw(picture, self._screen, brightness)
        if self._others:
            gpu.wait(self.ctx)  # contexts do not wait for each other
            for other in self._others:
                other.draw(picture, brightness)
            self._window.make_current()

    @property
    def closed(self) -> bool:
        return self._window.closed

    def show(self) -> None:
        self._window.swap()

    def asked(self) -> Iterator[str]:
        yield from self._window.asked()
        for other in self._others:
            yield from other.window.asked()
        if self._operator is not None:
            yield from self._operator.window.asked()
            if self._operator.window.closed:
                self._operator.hide()
                self._wanted = False  # at once, not only when the show has heard of it
                yield "overlay"

    def remarks(self) -> Iterator[str]:
        for window in (self._window, *(other.window for other in self._others)):
            remarks, window.remarks = window.remarks, []
            yield from remarks
        yield from self._doors.remarks()

    def set_full_screen(self, full_screen: bool) -> None:
        if self._operator is not None:
            self._operator.hide()
        for other in self._others:
            other.window.make_current()
            other.window.set_full_screen(full_screen)
        self._window.make_current()
        self._window.set_full_screen(full_screen)
        self._due = 0.0

    def set_panel(self, wanted: bool) -> None:
        self._wanted, self._due = wanted, 0.0

    def panel_due(self) -> bool:
        return time.monotonic() >= self._due

    def show_panel(self, frame: Frame, status: Mapping[str, Any]) -> None:
        self._due = time.monotonic() + _PANEL_PERIOD
        if self._placed() and self._operator is not None:
            self._operator.draw(frame, status)
            self._window.make_current()

    def _placed(self) -> bool:
        """Whether the operator's window is there, after bringing it or taking it away."""
        operator = self._operator
        if operator is not None and operator.visible and self._wanted:
            audience = (self._window, *(other.window for other in self._others))
            if not any(one.full_screen and overlap(operator.window.area, one.area) for one in audience):
                return True  # it stays where the operator has put it
            operator.hide()
        taken = [other.window.area for other in self._others if other.window.full_screen]
        place = self._window.place_beside(PANEL, taken) if self._wanted else None
        if place is None:
            if operator is not None:
                operator.hide()
            return False
        if operator is None:
            operator = self._operator = _Operator()
        operator.put(place)
        return True


def _on_monitors(outputs: Sequence[Output]) -> list[Output]:
    return [output for output in outputs if output.to is None]


class _OtherOutput:
    """One more window for the audience, and what brings its part of the picture into it."""

    def __init__(self, number: int, output: Output, size: Size, first: Window, full_screen: bool, insist: bool) -> None:
        title = f"Monochord · output {number}"
        fills = full_screen and output.monitor is not None
        self.window = Window(
            title,
            size,
            monitor=output.monitor,
            full_screen=fills,
            insist=insist and fills,
            beside=first,
            alone=False,
        )
        self._ctx = gpu.adopt()
        self.output = output
        self._projection = Projection(self._ctx, output)
        self._known: dict[tuple[int, Size], gpu.Texture] = {}  # the last four pictures that were lent to it

    def pin(self, output: Output) -> None:
        """Show this part of the picture from now on, pinned and blended so."""
        self.window.make_current()
        self._projection.release()
        self.output, self._projection = output, Projection(self._ctx, output)

    def draw(self, picture: gpu.Texture, brightness: float) -> None:
        """Show its part of a picture of the first window's context."""
        self.window.make_current()
        key = (picture.glo, picture.size)
        if key not in self._known:
            self._known = {key: gpu.lent(self._ctx, picture), **dict(list(self._known.items())[:3])}
        self._ctx.screen.viewport = (0, 0, *self.window.pixels)
        self._projection.draw(self._known[key], self._ctx.screen, brightness)
        self.window.swap()


class _Operator:
    """The operator's window and what draws in it."""

    def __init__(self) -> None:
        self.window = SideWindow("Monochord · operator", PANEL)
        self.visible = False
        self._ctx = gpu.adopt()
        self._copier = Copier(self._ctx)
        self._picture = gpu.texture(self._ctx, PANEL)
        self._panel = Panel()

    def put(self, place: tuple[int, int]) -> None:
        """Show it there."""
        self.window.put(place)
        self.visible = True

    def hide(self) -> None:
        """Take it off the screen."""
        if self.visible:
            self.window.hide()
        self.visible = False

    def draw(self, frame: Frame, status: Mapping[str, Any]) -> None:
        """Draw the panel in it, as `Panel.draw` takes it."""
        self.window.make_current()
        self._picture.write(self._panel.draw(frame, status)[::-1].tobytes())
        self._ctx.screen.viewport = (0, 0, *self.window.pixels)
        self._copier.copy(self._picture, self._ctx.screen)
        self.window.swap()
