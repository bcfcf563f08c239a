"""From whatever a device or a file delivers to Blocks: cleaned, gained, chosen, at our rate, a hop each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import soxr

from engine.errors import BadSetting
from engine.frame import HOP, RATE, Block, Samples

MAX_GAIN_DB: Final = 60.0
"""Of gain, up or down: the softest microphone needs no more."""


class Hopper:
    """Cuts a stream of sound into hops. However the stream is split, the blocks are the same, bit for bit.

    Where the stream has another rate than RATE, soxr (HQ) resamples it; `delay` is what that costs live.
    """

    def __init__(self, rate: int, channels: int, chosen: Sequence[int] = (), gain_db: float = 0.0) -> None:
        """A stream of `channels` channels at `rate` Hz; `chosen` counts from 1, empty for all of them.

        Raises BadSetting where a chosen channel is not there or the gain is not within ±60 dB.
        """
        if not -MAX_GAIN_DB <= gain_db <= MAX_GAIN_DB:
            raise BadSetting(f"gain={gain_db} dB must lie within ±{MAX_GAIN_DB:g} (try 6)")
        self.index = 0
        self.cleaned = 0
        """Samples that were not finite and became silence."""
        self._gain = np.float32(10.0 ** (gain_db / 20.0))
        self._chosen = [number - 1 for number in chosen] or list(range(channels))
        self.channels = len(self._chosen)
        self.numbers = tuple(number + 1 for number in self._chosen)
        """Which channel each column of a block is, counted from 1."""
        self._rest: Samples = np.zeros((0, self.channels), np.float32)
        self.tune(rate, channels)
        missing = [number + 1 for number in self._chosen if number >= channels or number < 0]
        if missing:
            raise BadSetting(f"channels={missing[0]} is not there: the sound has channels 1 to {channels}")

    def tune(self, rate: int, channels: int) -> None:
        """Go on with a stream of another rate or number of channels (another device); missing ones are silent."""
        self._width = channels
        self._resampler = (
            None if rate == RATE else soxr.ResampleStream(rate, RATE, self.channels, dtype="float32", quality="HQ")
        )

    @property
    def delay(self) -> float:
        """Samples at RATE by which the resampler holds the stream back; 0 where the rates are equal."""
        return 0.0 if self._resampler is None else float(self._resampler.delay())

    def feed(self, samples: Samples) -> Iterator[Block]:
        """The blocks that (n, channels) more samples complete."""
        sound = self._choose(samples)
        if self._resampler is not None:
            sound = self._resampler.resample_chunk(sound)
        yield from self._cut(sound)

    def finish(self) -> Iterator[Block]:
        """The blocks that are left when the stream ends; the last is filled up with silence."""
        if self._resampler is not None:
            none = np.zeros((0, self.channels), np.float32)
            yield from self._cut(self._resampler.resample_chunk(none, last=True))
        if len(self._rest):
            yield from self._cut(np.zeros((HOP - len(self._rest), self.channels), np.float32))

    def silence(self) -> Iterator[Block]:
        """One hop of nothing: what is heard while there are no ears."""
        yield from self._cut(np.zeros((HOP, self.channels), np.float32))

    def _choose(self, samples: Samples) -> Samples:
        if self._width == self.channels and self._chosen == list(range(self._width)):
            sound = samples * self._gain
        else:
            sound = np.zeros((len(samples), self.channels), np.float32)
            for place, number in enumerate(self._chosen):
                if number < self._width:
                    sound[:, place] = samples[:, number] * self._gain
        bad = ~np.isfinite(sound)
        if bad.any():
            self.cleaned += int(bad.sum())
            sound[bad] = 0.0
        return sound

    def _cut(self, sound: Samples) -> Iterator[Block]:
        if len(self._rest):
            sound = np.concatenate([self._rest, sound])
        whole = len(sound) // HOP * HOP
        self._rest = sound[whole:].copy()
        for start in range(0, whole, HOP):
            yield Block(self.index, sound[start : start + HOP])
            self.index += 1
