"""A display of the tests' own: what lies on it, and keys that are pressed there."""

from __future__ import annotations

import ctypes
import os
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

SCREEN = (1280, 720)
STAGE, OPERATOR = "^Monochord$", "operator"


class _ClientMessage(ctypes.Structure):
    """Xlib's XClientMessageEvent, as long as any XEvent."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        ("rest", ctypes.c_long * 12),
    )


class Screen:
    """An X server without a monitor. Its memory is a file, so that what is seen can be read."""

    def __init__(self, display: str, memory: Path) -> None:
        self.display, self._memory = display, memory

    def pixels(self) -> NDArray[np.uint8]:
        """All that is seen, (720, 1280, 3)."""
        data = self._memory.read_bytes()
        header, colors = struct.unpack(">I", data[:4])[0], struct.unpack(">I", data[76:80])[0]
        seen = np.frombuffer(data, np.uint8, SCREEN[0] * SCREEN[1] * 4, header + 12 * colors)
        return seen.reshape(SCREEN[1], SCREEN[0], 4)[..., 2::-1]

    def ask(self, *words: object) -> str:
        """What xdotool answers; nothing where it finds nothing."""
        command = ["xdotool", *map(str, words)]
        environment = {**os.environ, "DISPLAY": self.display}
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=10).stdout

    def window(self, name: str) -> str:
        """The window of that name that can be seen; empty if there is none."""
        return "".join(self.ask("search", "--onlyvisible", "--name", name).split()[:1])

    def area(self, name: str) -> tuple[int, ...]:
        """x, y, width and height of a window; empty if it cannot be seen."""
        if not (window := self.window(name)):
            return ()
        found = dict(line.split("=") for line in self.ask("getwindowgeometry", "--shell", window).split())
        return tuple(int(found[key]) for key in ("X", "Y", "WIDTH", "HEIGHT") if "HEIGHT" in found)

    def press(self, key: str, name: str = STAGE) -> None:
        """A key, pressed and let go in the window of that name."""
        self.ask("windowfocus", "--sync", self.window(name), "key", key)

    def close(self, name: str) -> None:
        """What a click on the window's cross asks of it, as a window manager says it."""
        x11 = ctypes.CDLL("libX11.so.6")
        x11.XOpenDisplay.restype = ctypes.c_void_p
        x11.XInternAtom.restype = ctypes.c_ulong
        display = ctypes.c_void_p(x11.XOpenDisplay(self.display.encode()))
        protocols, delete = (x11.XInternAtom(display, atom, 0) for atom in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW"))
        window = int(self.window(name))
        event = _ClientMessage(type=33, window=window, message_type=protocols, format=32)
        event.data[0] = delete
        x11.XSendEvent(display, ctypes.c_ulong(window), 0, ctypes.c_long(0), ctypes.byref(event))
        x11.XCloseDisplay(display)

    def picture(self) -> NDArray[np.uint8]:
        """What is seen in the stage's window; empty if it is not there."""
        area = self.area(STAGE)
        if not area:
            return np.zeros((0, 0, 3), np.uint8)
        x, y, width, height = area
        return self.pixels()[y : y + height, x : x + width]


@contextmanager
def xvfb() -> Iterator[Screen]:
    """An Xvfb for the tests; they are skipped where it or xdotool is missing."""
    for program in ("Xvfb", "xdotool"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed (apt-get install xvfb xdotool)")
    with tempfile.TemporaryDirectory() as folder:
        read, write = os.pipe()
        screen = f"{SCREEN[0]}x{SCREEN[1]}x24"
        # Without -noreset a server begins anew whenever its last client leaves, under the feet of one that comes.
        command = [
            "Xvfb",
            "-displayfd",
            str(write),
            "-screen",
            "0",
            screen,
            "-fbdir",
            folder,
            "-nolisten",
            "tcp",
            "-noreset",
        ]
        server = subprocess.Popen(command, pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        if not number:
            pytest.skip("Xvfb does not start here")
        try:
            yield Screen(f":{number}", Path(folder) / "Xvfb_screen0")
        finally:
            server.terminate()
            server.wait()
