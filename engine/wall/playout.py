"""Playout: hops come as the network brings them, and go on, in their order, when they are due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.frame import HOP, RATE, ROW, SIGNALS, Row, Samples, blank_row
from engine.wall.packet import Hop, Sound

MOST_AHEAD: Final = 1024
"""Hops that may wait here."""
_MOST_LOST: Final = 64  # hops that are bridged; a longer gap is a silence, and is passed over
_AHEAD: Final = 16  # hops by which a silence that was made up here may have run ahead of the leader
_STILL: Final = (
    *("sound.level", "sound.peak", "sound.loudness", "sound.silence", "sound.bands", "sound.low", "sound.mid"),
    *("sound.high", "sound.centroid", "sound.flatness", "sound.crest", "sound.crossings", "sound.flux", "band.level"),
    *("rhythm.hits", "rhythm.confidence", "pitch.hz", "pitch.confidence", "pitch.glide", "pitch.vibrato_rate"),
    *("pitch.vibrato_depth", "pitch.chroma", "pitch.clarity", "texture.fractal", "texture.profile", "texture.katz"),
    *("texture.petrosian", "texture.wavelets", "texture.roughness", "form.breath", "form.crescendo", "form.density"),
    *("form.intensity", "place.speed", "place.confidence"),
)
"""What silence takes back to where it was before anything was heard. All else stays: counters, times, key, place."""
_PLACES: Final = np.concatenate([np.arange(SIGNALS[name].start, SIGNALS[name].part.stop) for name in _STILL])
_RESTING: Final = blank_row()[_PLACES]
_SILENCE: Final = SIGNALS["form.silence"].start


def calmed(row: Row, hops: int = 1) -> Row:
    """The row of a silent room, so many hops after this one: nothing is heard, and nothing that was counted is lost."""
    calm = row.copy()
    voices = calm.reshape(-1, ROW)
    voices[:, _PLACES] = _RESTING
    voices[:, :2] += hops, hops * HOP / RATE
    voices[:, _SILENCE] += hops * HOP / RATE
    return calm


@dataclass(frozen=True, slots=True, eq=False)
class Due:
    """One hop whose time has come; `samples` (HOP, 2), `lateness` in seconds behind its time when it came here."""

    row: Row
    samples: Samples
    delivered: float
    lateness: float


class Playout:
    """Hops and sounds in, in any order; `due` gives what is due, each index once and never one that lies behind.

    A hop that is lost is given as the one before it, a hop later. All times are seconds of the leader's clock.
    """

    def __init__(self) -> None:
        self.lost = 0
        """Hops that never came, or came too late."""
        self.mended: list[tuple[int, Samples]] = []
        """(index, samples) of sounds that came after their hop had gone on; for somebody to take away."""
        self.reset()

    def reset(self) -> None:
        """Another show."""
        self._hops: dict[int, tuple[Hop, float]] = {}
        self._sounds: dict[int, Samples] = {}
        self._spares: dict[int, Samples] = {}
        self._silent: dict[int, bool] = {}
        self._last: Hop | None = None
        self._made_up = False
        self.newest = -1

    @property
    def last(self) -> Hop | None:
        """The hop that went on last; None before the first."""
        return self._last

    @property
    def next_due(self) -> float | None:
        """When the next hop that has come is due."""
        if not self._hops:
            return None
        hop, _ = self._hops[min(self._hops)]
        return hop.delivered + hop.delay

    def hear(self, hop: Hop, now: float) -> None:
        """A hop has come, at `now`."""
        index, behind = hop.index, -2 if self._last is None else self._last.index
        if self._made_up and index < behind - _AHEAD:  # the leader stood still meanwhile, or this machine slept
            self.reset()
        elif index <= behind or index in self._hops:
            return
        if index > self.newest + MOST_AHEAD:
            self._hops.clear()
        self._hops[index] = (hop, now)
        self.newest = max(self.newest, index)
        while len(self._hops) > MOST_AHEAD:
            del self._hops[min(self._hops)]

    def hear_sound(self, sound: Sound) -> None:
        """The sound of a hop has come, and once more that of the one before."""
        self._sounds[sound.index] = sound.samples
        self._spares[sound.index - 1] = np.repeat(sound.spare[:, np.newaxis], 2, axis=1)
        for index, samples in ((sound.index, self._sounds), (sound.index - 1, self._spares)):
            if self._silent.pop(index, False):
                self.mended.append((index, samples[index]))
        for kept in (self._sounds, self._spares):
            while len(kept) > MOST_AHEAD:
                del kept[min(kept)]

    def due(self, now: float) -> Iterator[Due]:
        """The hops whose time has come by `now`, in order."""
        while self._hops:
            index = min(self._hops)
            hop, came = self._hops[index]
            at = hop.delivered + hop.delay
            if at > now:
                return
            del self._hops[index]
            if self._last is not None:
                yield from self._bridge(self._last, hop)
            self._last, self._made_up = hop, False
            yield Due(hop.row, self._sound(index), hop.delivered, came - at)

    def calm(self, hops: int) -> Iterator[Due]:
        """So many hops of a silent room, after the last that went on: nothing comes any more."""
        for _ in range(hops if self._last is not None else 0):
            assert self._last is not None
            last, self._made_up = self._last, True
            self._last = Hop(calmed(last.row), last.delivered + HOP / RATE, last.delay)
            yield Due(self._last.row, np.zeros((HOP, 2), np.float32), self._last.delivered, 0.0)

    def _bridge(self, last: Hop, hop: Hop) -> Iterator[Due]:
        """What is missing between the two."""
        missing = hop.index - last.index - 1
        self.lost += max(missing, 0)
        for back in range(missing if missing <= _MOST_LOST else 0):
            row = last.row.copy()
            voices = row.reshape(-1, ROW)
            voices[:, :2] += back + 1, (back + 1) * HOP / RATE
            index = last.index + back + 1
            yield Due(row, self._sound(index), last.delivered + (back + 1) * HOP / RATE, 0.0)

    def _sound(self, index: int) -> Samples:
        """The sound of a hop that goes on now; silence, to be mended, if it has not come."""
        for old in [old for old in self._spares if old < index - 1]:
            del self._spares[old]
        for old in [old for old in self._sounds if old < index]:
            del self._sounds[old]
        samples = self._sounds.pop(index, None)
        if samples is None:
            samples = self._spares.pop(index, None)
        if samples is None:
            self._silent = {old: True for old in (*self._silent, index) if old > index - 16}
            return np.zeros((HOP, 2), np.float32)
        return samples
