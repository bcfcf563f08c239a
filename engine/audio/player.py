"""Plays a source: keeps the queue of the sound callback filled, seeks, loops, and knows where the music is."""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np
import soxr

from engine.audio.sound_block import Counter, SoundBlock
from engine.audio.source import Source
from engine.frame import Samples

AHEAD: Final = 0.25
"""Seconds that are queued ahead of the loudspeakers: longer than any stall that was seen."""
_CHUNK: Final = 1024  # frames of the source that are read at a time: 21 ms of most


class Player:
    """Reads ahead of the callback. `step()` often enough (every 20 ms), and the music does not stop."""

    def __init__(self, source: Source, block: SoundBlock, rate: int, *, repeat: bool, start: float = 0.0) -> None:
        """Play `source` at `rate` Hz from second `start`; `repeat` begins again at the end."""
        self._source, self._block, self._rate, self._repeat = source, block, rate, repeat
        self._loop: tuple[float, float] | None = None
        self._waiting: Samples = np.zeros((0, source.channels), np.float32)  # at the stream's rate, not queued yet
        self._over = self._sounded = False
        self._empty_turns = 0
        # From which count of queued frames on the music is at which second: the last few jumps.
        self._jumps: deque[tuple[int, float]] = deque(maxlen=64)
        self._jump(start)

    @property
    def position(self) -> float:
        """Seconds into the recording of what is heard now."""
        played = self._block[Counter.PLAY_READ]
        since, second = next(((n, s) for n, s in reversed(self._jumps) if n <= played), self._jumps[0])
        return max(second + (played - since) / self._rate, 0.0)

    @property
    def ended(self) -> bool:
        """Whether the last of the music has been handed to the loudspeakers."""
        end = self._block[Counter.ENDED]
        return end > 0 and self._block[Counter.PLAY_READ] >= end - 1

    def step(self) -> None:
        """Queue what is missing to be AHEAD, or as much of it as there is room for: of 32 channels that is less."""
        while not self._block[Counter.ENDED] and self._queued() < AHEAD * self._rate and (room := self._block.room) > 0:
            if len(self._waiting):
                self._block.queue(self._waiting[:room])
                self._waiting = self._waiting[room:]
            elif self._over:
                self._turn()
            else:
                self._read_on()
        self._block[Counter.POSITION] = int(self.position * self._rate)

    def pause(self, paused: bool) -> None:
        """Stop or go on at once; while it is paused, no time passes."""
        self._block[Counter.PAUSED] = int(paused)

    def seek(self, second: float) -> None:
        """Go on from this second of the recording; what was queued is thrown away."""
        self._block[Counter.PLAY_FLUSH] = self._block[Counter.PLAY_WRITTEN]
        self._empty_turns = 0
        self._jump(max(second, 0.0))

    def loop(self, start: float, end: float) -> None:
        """Repeat from second `start` to second `end`; an empty stretch ends the repeating."""
        self._loop = (start, end) if end > start else None
        if self._loop and not start <= self.position < end:
            self.seek(start)

    def _queued(self) -> int:
        played = max(self._block[Counter.PLAY_READ], self._block[Counter.PLAY_FLUSH])
        return self._block[Counter.PLAY_WRITTEN] - played

    def _jump(self, second: float) -> None:
        frame = int(second * self._source.rate)
        if self._source.length is not None:
            frame = min(frame, self._source.length)
        self._source.seek(frame)
        self._read = frame
        self._waiting, self._over = self._waiting[:0], False
        self._jumps.append((self._block[Counter.PLAY_WRITTEN], frame / self._source.rate))
        self._block[Counter.ENDED] = 0
        self._resampler = (
            None
            if self._source.rate == self._rate
            else soxr.ResampleStream(
                self._source.rate, self._rate, self._source.channels, dtype="float32", quality="HQ"
            )
        )

    def _read_on(self) -> None:
        """The next sound, at the stream's rate; at the end of the music or the loop what the resampler still holds."""
        wanted = _CHUNK
        if self._loop:
            wanted = min(wanted, max(int(self._loop[1] * self._source.rate) - self._read, 0))
        sound = self._source.read(wanted)
        self._read += len(sound)
        self._over = len(sound) == 0
        self._sounded |= not self._over
        if self._resampler is not None:
            sound = self._resampler.resample_chunk(np.ascontiguousarray(sound), last=self._over)
        self._waiting = sound

    def _turn(self) -> None:
        """Back to the beginning of what is repeated; else, and where twice nothing came of it, the end."""
        self._empty_turns = 0 if self._sounded else self._empty_turns + 1
        self._sounded = False
        again = self._loop[0] if self._loop else 0.0 if self._repeat else None
        if again is None or self._empty_turns > 1:
            self._block[Counter.ENDED] = self._block[Counter.PLAY_WRITTEN] + 1
        else:
            self._jump(again)
