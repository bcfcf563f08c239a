"""The door to glfw: a window on a monitor, its keys, and nothing of what is drawn in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from engine.errors import MissingDriver, NoSuchDevice, nearest
from engine.stage.targets import Size

_NO_DISPLAY: Final = (
    "no display can be opened ({why}): run with --headless, or where there is no screen under "
    "xvfb-run (apt-get install xvfb xauth)"
)

KEYS: Final = {
    "space": "pause",
    "left": "back",
    "right": "forward",
    "[": "loop_from",
    "]": "loop_to",
    "\\": "loop_off",
    "n": "next_scene",
    "p": "previous_scene",
    "b": "blackout",
    "f": "freeze",
    "o": "overlay",
    "f11": "full_screen",
    "ctrl+q": "quit",
}
"""What the keys of the stage window ask for."""

KEY_HELP: Final = (
    "space pause · ← → 5 s · [ ] \\ loop from, to, off · n p scene · b blackout · f freeze · "
    "F11 full screen · o overlay · ctrl+q quit"
)


def _glfw() -> Any:
    import glfw

    return glfw


def _start() -> Any:
    """glfw, initialised; MissingDriver where there is no display."""
    glfw = _glfw()
    problems: list[str] = []
    glfw.set_error_callback(lambda _code, text: problems.append(text.decode(errors="replace")))
    if not glfw.init():
        raise MissingDriver(_NO_DISPLAY.format(why=problems[-1] if problems else "glfw gives no reason"))
    return glfw


def has_display() -> bool:
    """Whether a window could be opened here."""
    try:
        _start()
    except MissingDriver:
        return False
    return True


def monitor_names() -> list[str]:
    """The names of the monitors; MissingDriver without a display."""
    glfw = _start()
    return [_name(glfw, monitor) for monitor in glfw.get_monitors()]


def _name(glfw: Any, monitor: Any) -> str:
    name = glfw.get_monitor_name(monitor)
    return name.decode(errors="replace") if isinstance(name, bytes) else str(name)


def _find_monitor(glfw: Any, name: str | None) -> Any:
    """The monitor of that name (or the only one that has `name` in its own); None is the primary one."""
    monitors = glfw.get_monitors()
    if name is None:
        return glfw.get_primary_monitor()
    named = {_name(glfw, monitor): monitor for monitor in monitors}
    fitting = [m for known, m in named.items() if name.casefold() in known.casefold()]
    if name in named:
        return named[name]
    if len(fitting) != 1:
        raise NoSuchDevice(f"monitor={name} is not there ({nearest(name, named)})")
    return fitting[0]


class Window:
    """A window with an OpenGL 3.3 core context, current when it is made. To be used in one thread."""

    def __init__(
        self, title: str, size: Size, *, monitor: str | None = None, full_screen: bool = False, vsync: bool = True
    ) -> None:
        """Open it; MissingDriver without a display, NoSuchDevice for an unknown monitor."""
        self._glfw = glfw = _start()
        self._size = size
        self._monitor = _find_monitor(glfw, monitor)
        for hint, value in (
            (glfw.CONTEXT_VERSION_MAJOR, 3),
            (glfw.CONTEXT_VERSION_MINOR, 3),
            (glfw.OPENGL_PROFILE, glfw.OPENGL_CORE_PROFILE),
            (glfw.OPENGL_FORWARD_COMPAT, True),
            (glfw.AUTO_ICONIFY, False),
            (glfw.DOUBLEBUFFER, True),
        ):
            glfw.window_hint(hint, value)
        self._window = glfw.create_window(*size, title, None, None)
        if not self._window:
            raise MissingDriver("no window with OpenGL 3.3 can be opened (apt-get install libgl1, or a driver)")
        self.make_current()
        glfw.swap_interval(1 if vsync else 0)
        self._asked: list[str] = []
        glfw.set_key_callback(self._window, self._on_key)
        self.full_screen = False
        if full_screen:
            self.set_full_screen(True)

    @property
    def refresh_rate(self) -> float:
        """Pictures a second of its monitor; 60 where the monitor does not say."""
        mode = self._glfw.get_video_mode(self._monitor) if self._monitor else None
        return float(mode.refresh_rate) if mode and mode.refresh_rate else 60.0

    @property
    def pixels(self) -> Size:
        """Width and height of what is drawn, in pixels; never zero, an iconified window included."""
        width, height = self._glfw.get_framebuffer_size(self._window)
        return max(width, 1), max(height, 1)

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

    def asked(self) -> Iterator[str]:
        """What the keys have asked for since the last call: values of KEYS."""
        self._glfw.poll_events()
        asked, self._asked = self._asked, []
        yield from asked

    def set_full_screen(self, full_screen: bool) -> None:
        """Fill the monitor, without a cursor, or go back into a window."""
        glfw = self._glfw
        if full_screen and self._monitor:
            mode = glfw.get_video_mode(self._monitor)
            glfw.set_window_monitor(self._window, self._monitor, 0, 0, *mode.size, mode.refresh_rate)
            glfw.set_input_mode(self._window, glfw.CURSOR, glfw.CURSOR_HIDDEN)
        else:
            x, y, _, _ = glfw.get_monitor_workarea(self._monitor) if self._monitor else (0, 0, 0, 0)
            glfw.set_window_monitor(self._window, None, x + 60, y + 60, *self._size, glfw.DONT_CARE)
            glfw.set_input_mode(self._window, glfw.CURSOR, glfw.CURSOR_NORMAL)
        self.full_screen = full_screen

    def move_off(self, other: Window) -> bool:
        """Go to a monitor that `other` does not fill, or beside it; False where there is none."""
        glfw = self._glfw
        free = [m for m in glfw.get_monitors() if not other.full_screen or _name(glfw, m) != other.monitor_name]
        if not free:
            return False
        x, y, width, _ = glfw.get_monitor_workarea(free[0])
        glfw.set_window_pos(self._window, x + max(width - self._size[0] - 40, 0), y + 40)
        return True

    @property
    def monitor_name(self) -> str:
        return _name(self._glfw, self._monitor) if self._monitor else ""

    def close(self) -> None:
        """Close it; the context with all in it goes too."""
        self._glfw.destroy_window(self._window)

    def _on_key(self, _window: Any, key: int, code: int, action: int, modifiers: int) -> None:
        glfw = self._glfw
        if action not in (glfw.PRESS, glfw.REPEAT):
            return
        name = _named_keys(glfw).get(key) or str(glfw.get_key_name(key, code) or "").lower()
        if modifiers & glfw.MOD_CONTROL:
            name = "ctrl+" + name
        if name in KEYS and (action == glfw.PRESS or name in ("left", "right")):
            self._asked.append(KEYS[name])


def _named_keys(glfw: Any) -> dict[int, str]:
    return {glfw.KEY_SPACE: "space", glfw.KEY_LEFT: "left", glfw.KEY_RIGHT: "right", glfw.KEY_F11: "f11"}
