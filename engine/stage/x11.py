"""X11 ends a program at the first request that it refuses; a monitor that comes or goes must not end the show."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
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


def bear_with_monitors(note: Callable[[str], None]) -> None:
    """From now on what RandR refuses is noted and passed over; anything else ends the process, in one line."""
    if sys.platform != "linux" or _kept:
        return
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:
        return  # Wayland alone
    randr = _opcode(x11, b"RANDR")

    def refused(_display: int, event: Any) -> int:
        error = event.contents
        text = f"X11 refuses request {error.request}.{error.minor} with error {error.code}"
        if error.request != randr:
            print(text, file=sys.stderr, flush=True)
            os._exit(1)
        note(text)
        return 0

    _kept.append(_HANDLER(refused))
    x11.XSetErrorHandler(_kept[0])


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
