"""The newest hops, in memory that the conductor writes and the stage reads: neither ever waits for the other."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.frame import HOP, RATE, Row, Samples, slot_dtype
from engine.memory import SharedMemory

SLOTS: Final = 1024
"""Hops that are kept: 5.4 s, which bounds how far a picture may be delayed."""
LONGEST_DELAY: Final = (SLOTS // 2) * HOP / RATE
"""Seconds by which a reader may stay behind and still be sure of what it reads."""
_HEADER: Final = 64


def stereo(sound: Samples) -> Samples:
    """(n, channels) as (n, 2), for two loudspeakers: mono on both, of many the even ones left and the odd right."""
    channels = sound.shape[1]
    if channels == 2:
        return sound
    if channels == 1:
        return np.repeat(sound, 2, axis=1)
    return np.stack([sound[:, side::2].mean(axis=1) for side in (0, 1)], axis=1)


class FrameRing:
    """`SLOTS` hops, each a frame's row and its sound in stereo; one writer, any number of readers in any process.

    `musicians`: whose rows lie behind the mix's. All who share a ring are told the same.
    """

    def __init__(self, fd: int | None = None, musicians: tuple[str, ...] = ()) -> None:
        """Make a ring, or join the one behind `fd`."""
        self.musicians = musicians
        dtype = slot_dtype(2, len(musicians))
        self.memory = SharedMemory(_HEADER + SLOTS * dtype.itemsize, fd)
        self._count, self._stamp = self.memory.array(np.int64, 2).reshape(2, 1)
        self._slots = self.memory.array(dtype, SLOTS, _HEADER)
        self._rows = self._slots["frame"]
        self._samples = self._slots["samples"]

    @property
    def count(self) -> int:
        """Hops written so far."""
        return int(self._count[0])

    @property
    def stamp(self) -> float:
        """Seconds of the monotonic clock when the driver delivered the newest hop."""
        return 1e-9 * int(self._stamp[0])

    def push(self, row: Row, samples: Samples, stamp: float = 0.0) -> None:
        """Add one hop: `row` a frame's, `samples` (HOP, channels). The count moves last, when all is in place.

        `stamp`: seconds of the monotonic clock when the driver delivered it.
        """
        slot = int(self._count[0]) % SLOTS
        self._rows[slot] = row
        self._samples[slot] = stereo(samples)
        self._stamp[0] = int(stamp * 1e9)
        self._count[0] += 1

    def row(self, back: int = 0) -> Row:
        """A copy of the row `back` hops before the newest; the oldest there is if it reaches further."""
        row: Row = self._rows[self._slot(back)].copy()
        return row

    def rows(self, hops: int, back: int = 0) -> NDArray[np.float64]:
        """Copies of the last `hops` rows until that one, the oldest first, (n, row); fewer where there are no more."""
        newest = self.count - 1 - self._reach(back)
        wanted = np.arange(max(newest - min(hops, SLOTS // 2) + 1, 0), newest + 1)
        rows: NDArray[np.float64] = self._rows[wanted % SLOTS]
        return rows

    def sound(self, hops: int, back: int = 0) -> Samples:
        """The last `hops` hops of sound until that row, (hops·HOP, 2); silence before the first."""
        newest = self.count - 1 - self._reach(back)
        wanted = np.arange(newest - hops + 1, newest + 1)
        sound: Samples = self._samples[wanted % SLOTS]
        sound[wanted < 0] = 0.0
        return sound.reshape(hops * HOP, 2)

    def _reach(self, back: int) -> int:
        return min(back, max(self.count - 1, 0), SLOTS // 2)

    def _slot(self, back: int) -> int:
        return (self.count - 1 - self._reach(back)) % SLOTS
