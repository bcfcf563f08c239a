"""The block of memory that the sound driver's own thread fills: counters, what was heard, what is to be played.

The reader in the other process needs nothing but this block and a pipe on which a byte arrives with every callback.
The callback is compiled with these very numbers and kept on disk by its own file's date: whoever changes one saves
`callback.py` anew.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.foundation.memory import SharedMemory
from engine.frame import Samples


class Counter(IntEnum):
    """Where each number of the header lies; all int64."""

    WRITTEN = 0  # frames of sound heard so far
    CALLBACKS = 1  # how often the driver has called: the sign of life
    OVERFLOWS = 2  # times the driver says that it lost input
    UNDERFLOWS = 3  # times there was nothing to play though there should have been
    STAMP_SECONDS = 4  # CLOCK_MONOTONIC at the beginning of the last callback …
    STAMP_NANOSECONDS = 5
    CHANNELS = 6  # channels of what is heard
    RATE = 7  # its sample rate
    WAKE = 8  # descriptor of the pipe, in the process that writes
    PLAY_WRITTEN = 9  # frames queued to be played so far
    PLAY_READ = 10  # frames played so far
    PLAY_FLUSH = 11  # play nothing that was queued before this count (a seek)
    PAUSED = 12
    ENDED = 13  # PLAY_WRITTEN at the end of the music plus one; 0 while it goes on
    OUTPUTS = 14  # channels of the output device
    POSITION = 15  # where in the recording the sound is, in frames at RATE


HEADER: Final = 64
"""int64 in the header: more than there are counters, so that the ring begins with a line of the cache."""
RING: Final = 1 << 20
"""float32 in the ring of what was heard: 5.4 s of four channels."""
QUEUE: Final = 1 << 18
"""float32 in the queue of what is to be played: 1.4 s of four channels."""
RING_END: Final = HEADER + RING // 2
"""Where the ring ends and the queue begins, counted in int64, the type of the block."""
WORDS: Final = RING_END + QUEUE // 2
"""int64 in all."""


class SoundBlock:
    """The block of memory behind the callbacks: its counters, the ring to read, the queue to fill."""

    def __init__(self, fd: int | None = None) -> None:
        """Make a block, or join the one behind `fd`."""
        self.memory = SharedMemory(8 * WORDS, fd)
        self.words: NDArray[np.int64] = self.memory.array(np.int64, WORDS)
        self._ring: NDArray[np.float32] = self.words[HEADER:RING_END].view(np.float32)
        self._queue: NDArray[np.float32] = self.words[RING_END:].view(np.float32)

    def __getitem__(self, counter: Counter) -> int:
        return int(self.words[counter])

    def __setitem__(self, counter: Counter, value: int) -> None:
        self.words[counter] = value

    @property
    def stamp(self) -> float:
        """Seconds of the monotonic clock at the beginning of the last callback."""
        return self[Counter.STAMP_SECONDS] + 1e-9 * self[Counter.STAMP_NANOSECONDS]

    def heard(self, since: int) -> tuple[Samples, int]:
        """Sound from frame `since` on, (n, channels), copied, and how many frames were lost before it.

        A reader that is more than half a ring behind has lost the oldest: the writer may be overwriting them.
        """
        channels, written = max(self[Counter.CHANNELS], 1), self[Counter.WRITTEN]
        capacity = RING // channels
        first = max(since, written - capacity // 2)
        places = np.arange(first, written) % capacity
        ring = self._ring[: capacity * channels].reshape(capacity, channels)
        return ring[places], first - since

    @property
    def room(self) -> int:
        """Frames that may be queued now."""
        played = max(self[Counter.PLAY_READ], self[Counter.PLAY_FLUSH])
        return QUEUE // self[Counter.CHANNELS] - (self[Counter.PLAY_WRITTEN] - played)

    def queue(self, samples: Samples) -> None:
        """Queue (n, channels), n ≤ `room`, to be played."""
        channels, written = self[Counter.CHANNELS], self[Counter.PLAY_WRITTEN]
        capacity = QUEUE // channels
        queue = self._queue[: capacity * channels].reshape(capacity, channels)
        queue[np.arange(written, written + len(samples)) % capacity] = samples
        self[Counter.PLAY_WRITTEN] = written + len(samples)
