"""What was heard of late, hop by hop: some signals of each hop, and its sound with all channels as one."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.frame import HOP, Samples
from engine.stage.sound_texture import WINDOW, mixed

_LEAD: Final = WINDOW // HOP - 1  # hops before the first row whose sound a window still reaches


class HopMemory:
    """Rings that are written in place: a step costs a copy of what is new, however long the show is.

    Sound may be known of hops whose row was never seen.
    """

    def __init__(self, size: int, columns: NDArray[np.int64]) -> None:
        """`size`: hops that are kept. `columns`: what is kept of each row."""
        self._size, self._columns = size, columns
        self._rows_of = np.full(size, -1, np.int64)  # the hop that lies in each place
        self._values = np.zeros((size, len(columns)))
        self._sound_of = np.full(size, -1, np.int64)
        self._sound = np.zeros((size, HOP), np.float32)
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self._rows_of[:] = self._sound_of[:] = -1
        self.newest = self._newest_sound = -1

    def step(self, rows: NDArray[np.float64], samples: Samples) -> None:
        """Hear `rows` (n, row), ascending, and `samples` (m, channels), which end with the last of them."""
        hops: list[int] = rows[-self._size :, 0].astype(np.int64).tolist()  # three or four: plain numbers are quicker
        self._keep_sound(hops, samples)
        new = len(hops) - bisect_right(hops, self.newest)
        if new:
            places = self._places(hops[-new:])
            self._rows_of[places] = hops[-new:]
            self._values[places] = rows[-new:].take(self._columns, axis=1)
            self.newest = hops[-1]

    def _keep_sound(self, hops: list[int], samples: Samples) -> None:
        hops = [*range(hops[0] - _LEAD, hops[0]), *hops]
        new = min(len(hops) - bisect_right(hops, self._newest_sound), len(samples) // HOP, self._size)
        if new:
            places = self._places(hops[-new:])
            self._sound[places] = mixed(samples[-new * HOP :]).reshape(new, HOP)
            self._sound_of[places] = hops[-new:]
            self._newest_sound = hops[-1]

    def _places(self, hops: list[int]) -> slice | list[int]:
        """Where these hops lie: as a slice, if they lie side by side, which costs a third."""
        first = hops[0] % self._size
        if hops[-1] - hops[0] == len(hops) - 1 and first + len(hops) <= self._size:
            return slice(first, first + len(hops))
        return [hop % self._size for hop in hops]

    def has(self, hops: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of these hops were heard and are still kept."""
        found: NDArray[np.bool_] = self._rows_of[hops % self._size] == hops
        return found

    def values(self, hops: NDArray[np.int64]) -> NDArray[np.float64]:
        """(…, columns): what is kept of these hops' rows, where it `has` them."""
        found: NDArray[np.float64] = self._values[hops % self._size]
        return found

    def sound(self, hop: int, count: int) -> NDArray[np.float32]:
        """(count,): the sound up to the end of this hop; silence where none is known."""
        hops = np.arange(hop - -(-count // HOP) + 1, hop + 1)
        sound = self._sound[hops % self._size]
        sound[(self._sound_of[hops % self._size] != hops) | (hops < 0)] = 0.0
        return sound.reshape(-1)[-count:]
