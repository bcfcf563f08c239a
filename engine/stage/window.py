"""A window of glfw's on a monitor: its place, its pace and its keys, and nothing of what is drawn in it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any, Final

from engine.errors import MissingDriver, NoSuchDevice
from engine.stage.display import complaints, last_complaint, monitors_of, open_display
from engine.stage.keys import wish
from engine.stage.monitor import Area, Monitor, choose, overlap, place_beside
from engine.stage.targets import Size
from engine.stage.x11 import bear_with_monitors

_NO_WINDOW: Final = "no window with OpenGL 3.3 can be opened ({why}): apt-get install libgl1, or the card's own driver"
# Where vsync works it sets the pace; the pacer only keeps a driver that ignores it from running away.
_ABOVE_REFRESH: Final = 1.25
_LOOK: Final = 0.5  # seconds between two looks where a window's monitor is
_INSET: Final = 60  # pixels from a monitor's corner to a window on it


class Window:
    """A window with an OpenGL 3.3 core context, current when it is made. To be used in one thread."""

    def __init__(
        self,
        title: str,
        size: Size,
        *,
        monitor: str | None = None,
        full_screen: bool = False,
        fps: float = 60.0,
        insist: bool = True,
        beside: Window | None = None,
        alone: bool = True,
    ) -> None:
        """Open it; MissingDriver without a display, NoSuchDevice for an unknown monitor.

        `insist` false: a monitor that is not there is waited for, in a plain window. `beside`: another window whose
        pictures this one may show; that one sets the pace. `alone` false: others show the picture too; while its
        monitor is gone it is hidden, so that it never lies over theirs.
        """
        self._glfw = glfw = open_display()
        bear_with_monitors(complaints.append)
        self._size, self._name, self._fps = size, monitor, fps
        if insist:
            choose(monitor, monitors_of(glfw))
        self._beside, self._alone = beside, alone
        self.remarks: list[str] = []
        """What the operator should know of its monitor; for somebody to take away."""
        self._filled: Area | None = None
        self._look_at = 0.0
        self._window = self._create(title, resizable=True)
        self._pixels = size
        self._asked: list[str] = []
        self.full_screen = self._stranded = False
        self._pace()
        if monitor is not None or full_screen:
            self.set_full_screen(full_screen)
        if full_screen and self._filled is None:
            self._strand()
        else:
            self.show()

    def _create(self, title: str, *, resizable: bool) -> Any:
        """A window that nobody sees yet, so that it is never seen in the wrong place."""
        glfw = self._glfw
        glfw.default_window_hints()
        for hint, value in (
            (glfw.CONTEXT_VERSION_MAJOR, 3),
            (glfw.CONTEXT_VERSION_MINOR, 3),
            (glfw.OPENGL_PROFILE, glfw.OPENGL_CORE_PROFILE),
            (glfw.OPENGL_FORWARD_COMPAT, True),
            (glfw.CONTEXT_ROBUSTNESS, glfw.LOSE_CONTEXT_ON_RESET),  # so that a driver says when it is lost
            (glfw.AUTO_ICONIFY, False),
            (glfw.VISIBLE, False),
            (glfw.RESIZABLE, resizable),
            (glfw.FOCUS_ON_SHOW, resizable),
        ):
            glfw.window_hint(hint, value)
        window = glfw.create_window(*self._size, title, None, self._beside._window if self._beside else None)
        if not window:
            raise MissingDriver(_NO_WINDOW.format(why=last_complaint()))
        glfw.make_context_current(window)
        glfw.set_key_callback(window, self._on_key)
        return window

    def _pace(self) -> None:
        """As near to the wanted rate as the monitor comes in whole refreshes; the wanted one if it says nothing."""
        monitor = self._monitor()
        refresh = monitor.rate if monitor else 0.0
        every = max(1, round(refresh / self._fps))
        self._glfw.swap_interval(0 if self._beside else every)
        self.rate = refresh / every * _ABOVE_REFRESH if refresh else self._fps

    def _monitor(self) -> Monitor | None:
        """The monitor that this window is meant for; None while it is not connected."""
        try:
            return choose(self._name, monitors_of(self._glfw))
        except NoSuchDevice:
            return None

    @property
    def pixels(self) -> Size:
        """Width and height of what is drawn, in pixels; while it is iconified, as before."""
        width, height = self._glfw.get_framebuffer_size(self._window)
        if width > 0 and height > 0:
            self._pixels = (width, height)
        return self._pixels

    @property
    def area(self) -> Area:
        """Where it lies on the desktop."""
        glfw = self._glfw
        return (*glfw.get_window_pos(self._window), *glfw.get_window_size(self._window))

    @property
    def closed(self) -> bool:
        """Whether somebody has asked to close it."""
        return bool(self._glfw.window_should_close(self._window))

    def make_current(self) -> None:
        """Direct OpenGL at this window."""
        self._glfw.make_context_current(self._window)

    def swap(self) -> None:
        """Show what was drawn."""
        self._glfw.swap_buffers(self._window)

    def show(self) -> None:
        """Let it be seen."""
        self._glfw.show_window(self._window)

    def asked(self) -> Iterator[str]:
        """What the keys have asked for since the last call: values of `keys.KEYS`, and keys of cues."""
        self._glfw.poll_events()
        if self.full_screen:
            self._stay()
        asked, self._asked = self._asked, []
        yield from asked

    def set_full_screen(self, full_screen: bool) -> None:
        """Fill the monitor, without a cursor, or go back into a window."""
        glfw = self._glfw
        self.full_screen, self._stranded = full_screen, False
        monitor = self._monitor()
        self._filled = monitor.area if full_screen and monitor is not None else None
        if full_screen and monitor is not None:
            glfw.set_window_monitor(self._window, monitor.handle, 0, 0, *monitor.area[2:], glfw.DONT_CARE)
        else:
            x, y = monitor.free[:2] if monitor is not None else (0, 0)
            glfw.set_window_monitor(self._window, None, x + _INSET, y + _INSET, *self._size, glfw.DONT_CARE)
        glfw.set_input_mode(self._window, glfw.CURSOR, glfw.CURSOR_HIDDEN if full_screen else glfw.CURSOR_NORMAL)
        self._pace()

    def _stay(self) -> None:
        """Fill the monitor wherever it lies now; if it was unplugged, again as soon as it is back."""
        there = bool(self._glfw.get_window_monitor(self._window))
        now = time.monotonic()
        if there and now < self._look_at:
            return
        self._look_at = now + _LOOK
        monitor = self._monitor()
        if there and (monitor is None or monitor.area == self._filled):
            return
        if monitor is None:
            if not self._stranded:
                self._strand()
            return
        if self._stranded:
            self.remarks.append(f"monitor {self._name or monitor.name} is back")
        self.set_full_screen(True)
        self.show()

    def _strand(self) -> None:
        """Its monitor is gone: be where it can be seen, or out of sight where others would be hidden."""
        self._stranded = True
        name = f"monitor {self._name}" if self._name else "the monitor"
        if self._alone:
            self.show()
            self._glfw.set_window_pos(self._window, _INSET, _INSET)
            self.remarks.append(f"{name} is gone: the picture is in a window until it is back")
        else:
            self._glfw.hide_window(self._window)
            self.remarks.append(f"{name} is gone: its picture waits until it is back, the others go on")

    def place_beside(self, size: Size, taken: Sequence[Area] = ()) -> tuple[int, int] | None:
        """Where another window of that size keeps off this one and what is `taken`; None where there is no place."""
        glfw = self._glfw
        monitor = self._monitor()
        if self.full_screen and getattr(glfw, "get_platform", int)() == getattr(glfw, "PLATFORM_WAYLAND", None):
            return None
        filled = self.full_screen and monitor is not None
        free = [m for m in monitors_of(glfw) if not any(overlap(m.area, area) for area in taken)]
        return place_beside(size, free, monitor.area if filled and monitor else self.area, filled)

    def close(self) -> None:
        """Close it; the context with all in it goes too."""
        self._glfw.destroy_window(self._window)

    def _on_key(self, _window: Any, key: int, code: int, action: int, modifiers: int) -> None:
        glfw = self._glfw
        if action not in (glfw.PRESS, glfw.REPEAT) or modifiers & (glfw.MOD_ALT | glfw.MOD_SUPER):
            return
        # What is printed on the key, else where it lies: not every keyboard has a [ or writes Latin letters.
        names = (_named_keys(glfw).get(key), glfw.get_key_name(key, code), chr(key) if 32 < key < 127 else None)
        asked = wish(names, control=bool(modifiers & glfw.MOD_CONTROL), repeated=action == glfw.REPEAT)
        if asked is not None:
            self._asked.append(asked)


class SideWindow(Window):
    """A window beside the stage's: hidden until it has a place, of one size, and it takes no keys away by itself."""

    def __init__(self, title: str, size: Size) -> None:
        """Make it; MissingDriver without a display."""
        self._glfw = open_display()
        self._size, self._name, self._fps, self._beside = size, None, 60.0, None
        self._pixels, self._asked, self.full_screen = size, [], False
        self._window = self._create(title, resizable=False)
        self._glfw.swap_interval(0)  # the audience's picture never waits for it

    def put(self, place: tuple[int, int]) -> None:
        """Show it there."""
        self._glfw.set_window_pos(self._window, *place)
        self.show()
        self._glfw.set_window_pos(self._window, *place)  # some window managers place what is shown

    def hide(self) -> None:
        """Take it off the screen; it has not been asked to close any more."""
        self._glfw.set_window_should_close(self._window, False)
        self._glfw.hide_window(self._window)


def _named_keys(glfw: Any) -> dict[int, str]:
    return {glfw.KEY_SPACE: "space", glfw.KEY_LEFT: "left", glfw.KEY_RIGHT: "right", glfw.KEY_F11: "f11"} | {
        glfw.KEY_UP: "up",
        glfw.KEY_DOWN: "down",
        glfw.KEY_ENTER: "enter",
        glfw.KEY_KP_ENTER: "enter",
        glfw.KEY_BACKSPACE: "backspace",
    }
