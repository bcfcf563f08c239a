"""What the stage reports while it draws: how many pictures, and which hop was on the wall at what moment."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.memory import SharedMemory

KEPT: Final = 1024
"""Pictures that are remembered."""


class StageReport:
    """Shared with the conductor: `pictures` is the stage's sign of life."""

    def __init__(self, fd: int | None = None) -> None:
        """Make a report, or join the one behind `fd`."""
        self.memory = SharedMemory(8 * (1 + 2 * KEPT), fd)
        self._words: NDArray[np.int64] = self.memory.array(np.int64, 1 + 2 * KEPT)
        self._shown = self._words[1:].reshape(KEPT, 2)

    @property
    def pictures(self) -> int:
        """Pictures shown so far."""
        return int(self._words[0])

    def show(self, hop: int, nanoseconds: int) -> None:
        """Note that a picture of hop `hop` came to be seen at this time of the monotonic clock."""
        self._shown[self.pictures % KEPT] = (hop, nanoseconds)
        self._words[0] += 1

    def since(self, picture: int) -> NDArray[np.int64]:
        """(hop, nanoseconds) of the pictures from number `picture` on, (n, 2); only those still remembered."""
        now = self.pictures
        return self._shown[np.arange(max(picture, now - KEPT + 1), now) % KEPT].copy()
