"""The door to glfw: the display that it opens, and the monitors that are there."""

from __future__ import annotations

import os
import sys
from collections import deque
from typing import Any, Final

from engine.errors import MissingDriver
from engine.stage.monitor import Monitor
from engine.stage.x11 import as_they_are

_NO_DISPLAY: Final = (
    "no display can be opened ({why}): run with --headless, or where there is no screen under "
    "xvfb-run (apt-get install xvfb xauth)"
)

complaints: Final[deque[str]] = deque(maxlen=4)
"""What glfw has complained of last; nothing of it reaches the standard error."""


def open_display() -> Any:
    """glfw, initialised; MissingDriver where there is no display."""
    glfw = _imported()
    glfw.set_error_callback(_note)
    if not glfw.init():
        raise MissingDriver(_NO_DISPLAY.format(why=last_complaint()))
    return glfw


def last_complaint() -> str:
    """Why glfw could not do what it was asked for last."""
    return complaints[-1] if complaints else "glfw gives no reason"


def has_display() -> bool:
    """Whether a window could be opened here. Not to be asked while there is one: it lets go of the display."""
    try:
        open_display().terminate()
    except MissingDriver:
        return False
    return True


def monitors() -> list[Monitor]:
    """The monitors, the primary one first; MissingDriver without a display. Not to be asked while there is a window."""
    glfw = open_display()
    try:
        return monitors_of(glfw)
    finally:
        glfw.terminate()


def monitor_names() -> list[str]:
    """Their names."""
    return [monitor.name for monitor in monitors()]


def monitors_of(glfw: Any) -> list[Monitor]:
    """The monitors that show something, the primary one first; `glfw` as `open_display` gave it."""
    with as_they_are(_xlib_display(glfw)):
        return [monitor for handle in glfw.get_monitors() if (monitor := _shown(glfw, handle)) is not None]


def _imported() -> Any:
    if sys.platform == "linux" and os.environ.get("DISPLAY"):
        # Wayland does not say where a window goes: the operator's could come to lie over the audience's picture.
        os.environ.setdefault("PYGLFW_LIBRARY_VARIANT", "x11")
    import glfw

    return glfw


def _note(_code: int, text: bytes) -> None:
    complaints.append(text.decode(errors="replace"))


def _shown(glfw: Any, handle: Any) -> Monitor | None:
    """What that monitor shows; None if it was turned off a moment ago, which glfw hears only with its next events."""
    try:
        mode = glfw.get_video_mode(handle)
    except ValueError:  # a null pointer
        return None
    name = glfw.get_monitor_name(handle)
    text = name.decode(errors="replace") if isinstance(name, bytes) else str(name)
    area = (*glfw.get_monitor_pos(handle), *mode.size)
    return Monitor(text, area, glfw.get_monitor_workarea(handle), float(mode.refresh_rate), handle)


def _xlib_display(glfw: Any) -> int | None:
    """Xlib's display that glfw uses; None where it is no X11."""
    if getattr(glfw, "get_platform", int)() != getattr(glfw, "PLATFORM_X11", None):
        return None
    return int(glfw.get_x11_display() or 0) or None
