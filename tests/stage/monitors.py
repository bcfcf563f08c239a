"""A display with monitors that can be plugged and unplugged: an X server with the dummy driver and no hardware."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ImageGrab

WIDTH, HEIGHT = 640, 480
"""Of every monitor."""
_CONFIGURATION = """
Section "Device"
  Identifier "card"
  Driver "dummy"
  VideoRam 128000
EndSection
Section "Monitor"
  Identifier "monitor"
  HorizSync 5.0-1000.0
  VertRefresh 5.0-200.0
EndSection
Section "Screen"
  Identifier "screen"
  Device "card"
  Monitor "monitor"
  DefaultDepth 24
  SubSection "Display"
    Depth 24
    Virtual 2560 1440
    Modes "640x480"
  EndSubSection
EndSection
Section "ServerFlags"
  Option "AutoAddDevices" "false"
  Option "AutoEnableDevices" "false"
EndSection
"""


class Monitors:
    """Three of them, side by side: DUMMY0, DUMMY1, DUMMY2."""

    def __init__(self, display: str) -> None:
        self.display = display
        for number in (1, 2):
            self._xrandr("--addmode", f"DUMMY{number}", f"{WIDTH}x{HEIGHT}")
        for number in range(3):
            self.plug(number)

    def plug(self, number: int, place: int | None = None) -> None:
        """Put it back; `place` counts from the left."""
        x = WIDTH * (number if place is None else place)
        self._xrandr("--output", f"DUMMY{number}", "--mode", f"{WIDTH}x{HEIGHT}", "--pos", f"{x}x0")

    def unplug(self, number: int) -> None:
        self._xrandr("--output", f"DUMMY{number}", "--off")

    def colors(self) -> list[tuple[int, ...]]:
        """The colour of the middle of each place for a monitor, from the left; black where the desktop ends."""
        seen = np.zeros((HEIGHT, 3 * WIDTH, 3), np.uint8)
        grabbed: NDArray[np.uint8] = np.asarray(ImageGrab.grab(xdisplay=self.display))[:HEIGHT, : 3 * WIDTH]
        seen[: grabbed.shape[0], : grabbed.shape[1]] = grabbed
        # All of it, so that nothing lies over a corner either; the outermost pixels are blended.
        parts = (seen[8:-8, place * WIDTH + 8 : (place + 1) * WIDTH - 8] for place in range(3))
        return [tuple(part.reshape(-1, 3).mean(axis=0).round().astype(int).tolist()) for part in parts]

    def _xrandr(self, *words: str) -> None:
        for command in (words, ("--query",)):  # whose asking makes the driver look what is connected
            command = ("xrandr", "--display", self.display, *command)
            subprocess.run(command, check=True, capture_output=True, timeout=10)


@contextmanager
def dummy_monitors() -> Iterator[Monitors]:
    """The server; the test is skipped where it cannot be started."""
    for program in ("Xorg", "xrandr"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not here (apt-get install xserver-xorg-video-dummy x11-xserver-utils)")
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder) / "xorg.conf"
        configuration.write_text(_CONFIGURATION)
        read, write = os.pipe()
        command = ["Xorg", "-displayfd", str(write), "-config", str(configuration), "-logfile", f"{folder}/log"]
        command += ["-noreset", "-nolisten", "tcp", "-novtswitch", "-sharevts", "-ac"]
        server = subprocess.Popen(command, pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        if not number:
            server.wait()
            pytest.skip("Xorg does not start with the dummy driver here (it wants root)")
        try:
            yield Monitors(f":{number}")
        finally:
            server.terminate()
            server.wait()
