"""The newest hops, in memory that the conductor writes and the stage reads: neither ever waits for the other."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.foundation.memory import SharedMemory
from engine.frame import HOP, RATE, Row, Samples, slot_dtype

SLOTS: Final = 5120
"""Hops that are kept: 27 s, so that a stage that is started again still finds all that its pictures reach back to."""
_FURTHEST: Final = 512  # hops that a reader may stay behind
_MARGIN: Final = 256  # hops that may be written while somebody reads
LONGEST_DELAY: Final = _FURTHEST * HOP / RATE
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

    def mend(self, samples: Samples, back: int) -> None:
        """Put the sound of the hop `back` hops before the newest in place, (HOP, channels): it has come late."""
        if 0 <= back < min(self.count, _FURTHEST):
            self._samples[self._slot(back)] = stereo(samples)

    def row(self, back: int = 0) -> Row:
        """A copy of the row `back` hops before the newest; the oldest there is if it reaches further."""
        row: Row = self._rows[self._slot(back)].copy()
        return row

    def rows(self, hops: int, back: int = 0, count: int | None = None) -> NDArray[np.float64]:
        """Copies of the last `hops` rows until that one, the oldest first, (n, row); fewer where there are no more.

        `count`: as it was a moment ago, so that what is read one after the other belongs together.
        """
        newest = self._newest(back, count)
        wanted = np.arange(max(newest - min(hops, SLOTS - _FURTHEST - _MARGIN) + 1, 0), newest + 1)
        rows: NDArray[np.float64] = self._rows[wanted % SLOTS]
        return rows

    def sound(self, hops: int, back: int = 0, count: int | None = None) -> Samples:
        """The last `hops` hops of sound until that row, (hops·HOP, 2), as `rows` has them; silence before the first."""
        newest = self._newest(back, count)
        wanted = np.arange(newest - hops + 1, newest + 1)
        sound: Samples = self._samples[wanted % SLOTS]
        sound[wanted < 0] = 0.0
        return sound.reshape(hops * HOP, 2)

    def _newest(self, back: int, count: int | None = None) -> int:
        """The number of the hop so many before the newest."""
        count = self.count if count is None else count
        return count - 1 - min(back, max(count - 1, 0), _FURTHEST)

    def _slot(self, back: int) -> int:
        return self._newest(back) % SLOTS
