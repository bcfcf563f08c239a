"""The wall: the memory of an X server without a monitor. What is in there is what an audience would see."""

from __future__ import annotations

import mmap
import os
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

_BLACK: Final = 12  # of 255: a pixel that is brighter is seen
_SEEN: Final = 0.02  # share of the wall that must be, else it is black (the pointer is 0.5 %)


class Wall:
    """An X server whose only monitor is a piece of memory, as large as the picture. A context manager."""

    def __init__(self, size: tuple[int, int]) -> None:
        """RuntimeError where there is no Xvfb."""
        if shutil.which("Xvfb") is None:
            raise RuntimeError("Xvfb is not installed (apt-get install xvfb)")
        self._folder = tempfile.TemporaryDirectory()
        read, write = os.pipe()
        command = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{size[0]}x{size[1]}x24"]
        command += ["-fbdir", self._folder.name, "-nolisten", "tcp", "-noreset"]
        self._server = subprocess.Popen(
            command, pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(write)
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        if not number:
            raise RuntimeError("Xvfb does not start here")
        self.display = f":{number}"
        with (Path(self._folder.name) / "Xvfb_screen0").open("rb") as file:
            self._memory = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        header, colors = (struct.unpack_from(">I", self._memory, at)[0] for at in (0, 76))
        self._pixels = np.frombuffer(self._memory, np.uint8, 4 * size[0] * size[1], header + 12 * colors)

    def pixels(self) -> NDArray[np.uint8]:
        """(n, 4), as they are now."""
        return self._pixels.reshape(-1, 4).copy()

    def is_black(self) -> bool:
        """Whether an audience would see nothing."""
        return is_black(self.pixels())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.terminate()
        self._server.wait()
        self._folder.cleanup()


def is_black(pixels: NDArray[np.uint8]) -> bool:
    """Whether nothing is seen in these pixels, (n, 4) with what is no colour last."""
    return float((pixels[:, :3].max(axis=1) > _BLACK).mean()) < _SEEN
