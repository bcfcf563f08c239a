"""X11 ends a program at the first request that it refuses; a monitor that comes or goes must not end the show."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final


class _Error(ctypes.Structure):
    """Xlib's XErrorEvent."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("resource", ctypes.c_ulong),
        ("serial", ctypes.c_ulong),
        ("code", ctypes.c_ubyte),
        ("request", ctypes.c_ubyte),
        ("minor", ctypes.c_ubyte),
    )


_HANDLER: Final = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(_Error))
_kept: list[Any] = []  # Xlib calls it as long as the process lives
# A window that would be moved to a monitor which has just gone, or be given the keys before it can be seen, stays as
# it was: MapWindow, ConfigureWindow and SetInputFocus.
_NO_HARM: Final = (8, 12, 42)


def bear_with_monitors(note: Callable[[str], None]) -> None:
    """From now on what is refused of RandR, or of where a window lies, is noted and passed over.

    Anything else ends the process, in one line.
    """
    x11 = _xlib()
    if x11 is None or _kept:
        return
    randr = _opcode(x11, b"RANDR")

    def refused(_display: int, event: Any) -> int:
        error = event.contents
        text = f"X11 refuses request {error.request}.{error.minor} with error {error.code}"
        if error.request != randr and error.request not in _NO_HARM:
            print(text, file=sys.stderr, flush=True)
            os._exit(1)
        note(text)
        return 0

    _kept.append(_HANDLER(refused))
    x11.XSetErrorHandler(_kept[0])


@contextmanager
def as_they_are(display: int | None) -> Iterator[None]:
    """While this is entered nobody else changes anything on the display: monitors stay where and what they are.

    glfw asks for a monitor's mode and place with one request each and reads what is no more there if the monitor goes
    between two of them. Other programs wait as long, so it is for a millisecond. `display`: Xlib's; None for no X11.
    """
    x11 = _xlib() if display else None
    if x11 is None:
        yield
        return
    pointer = ctypes.c_void_p(display)
    x11.XGrabServer(pointer)
    x11.XSync(pointer, 0)  # from here on, not from the next question on
    try:
        yield
    finally:
        x11.XUngrabServer(pointer)
        x11.XFlush(pointer)


def _xlib() -> Any:
    """Xlib, or None where there is none: on other systems, or with Wayland alone."""
    if sys.platform != "linux":
        return None
    try:
        return ctypes.CDLL("libX11.so.6")
    except OSError:
        return None


def _opcode(x11: Any, extension: bytes) -> int:
    """The number of an extension's requests on the display that is used; -1 if it has none."""
    x11.XOpenDisplay.restype = ctypes.c_void_p
    display = ctypes.c_void_p(x11.XOpenDisplay(None))
    if not display:
        return -1
    numbers = [ctypes.c_int() for _ in range(3)]
    known = x11.XQueryExtension(display, extension, *map(ctypes.byref, numbers))
    x11.XCloseDisplay(display)
    return numbers[0].value if known else -1
