"""The small picture of the scene that the operator watches off air, in memory that two children share."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.foundation.memory import SharedMemory
from engine.stage.targets import Size

SIZE: Final[Size] = (160, 90)
"""Width and height in pixels."""
_HEADER: Final = 64  # bytes before the pixels, which begin on a line of the processor's cache


class Thumbnail:
    """One picture; the understudy writes it, the operator's panel reads it, and neither waits."""

    def __init__(self, fd: int | None = None) -> None:
        """Make one, or join the one behind `fd`."""
        width, height = SIZE
        self.memory = SharedMemory(_HEADER + 4 * width * height, fd)
        self._there: NDArray[np.int64] = self.memory.array(np.int64, 1)
        self._pixels: NDArray[np.uint8] = self.memory.array(np.uint8, 4 * width * height, _HEADER)

    def show(self, pixels: NDArray[np.uint8]) -> None:
        """(height, width, 4), top row first."""
        self._pixels[:] = pixels.reshape(-1)
        self._there[0] = 1

    def clear(self) -> None:
        """Nothing is watched."""
        self._there[0] = 0

    def pixels(self) -> NDArray[np.uint8] | None:
        """The picture as it is now, as `show` takes it; None while nothing is watched."""
        width, height = SIZE
        return self._pixels.reshape(height, width, 4).copy() if self._there[0] else None
