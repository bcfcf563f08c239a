"""MIDI clock: 24 ticks a beat. Read, it gives tempo and beat; written, it follows the beat that the show has."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

PER_BEAT: Final = 24
"""Ticks, as the standard has it."""
TICK, START, CONTINUE, STOP, POSITION = 0xF8, 0xFA, 0xFB, 0xFC, 0xF2
_MOST: Final = 2 * PER_BEAT  # ticks that the line goes through: what a driver's jitter of 1 ms leaves is 0.1 %
_LEAST: Final = 7  # ticks, until a tempo is believed
_KEPT: Final = 4  # ticks that are kept of the old where the tempo has changed
_ASTRAY: Final = 3  # ticks in turn beside the line, by which it has
_BESIDE: Final = 0.25  # of a tick
_JITTER: Final = 0.004  # seconds that a driver may be late
_EVERY: Final = 6  # ticks between two words about the beat
_GONE: Final = 0.5  # seconds without a tick, after which there is no clock any more
_SLOWEST, _FASTEST = 20.0, 300.0  # beats a minute that are told
_HASTE: Final = 0.1  # by how much a written tick may come early or late to meet the beat


@dataclass(frozen=True, slots=True)
class ClockBeat:
    """So many beats a minute. A beat was at `at`; None where a clock began before we listened: nobody knows where."""

    bpm: float
    at: float | None


class ClockReader:
    """Messages in, tempo and beat out, both from the straight line through the last two beats' ticks.

    A line through so many forgives the jitter of a driver; a new tempo begins a new line within six ticks.
    """

    delay = 0

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """No clock was ever heard."""
        self._times: list[float] = []
        self._astray = 0
        self._count = 0  # ticks of the song by now
        self._next = 0  # the number that the next tick has
        self._placed = False
        self._stopped = False
        self.running = False
        """Whether a beat or tempo was told that has not been taken back."""

    def step(self, message: bytes, at: float) -> ClockBeat | None:
        """What is known of the beat now, where this message says something new. `at` in seconds."""
        if not message:
            return None
        kind = message[0]
        if kind == TICK:
            return self._tick(at)
        if kind == START:
            self._next, self._placed, self._stopped = 0, True, False
        elif kind == CONTINUE:
            self._placed, self._stopped = True, False
        elif kind == STOP:
            self._stopped = True
        elif kind == POSITION and len(message) == 3:
            self._next, self._placed = _EVERY * (message[1] + 128 * message[2]), True
        return None

    def over(self, now: float) -> bool:
        """Whether a clock that led has stopped, or is gone: true once."""
        gone = bool(self._times) and now - self._times[-1] > _GONE
        if gone:
            self._times.clear()
        if self.running and (gone or self._stopped):
            self.running = False
            return True
        return False

    def _tick(self, at: float) -> ClockBeat | None:
        self._count, self._next = self._next, self._next + 1
        if self._times and not 0 <= at - self._times[-1] <= _GONE:
            self._times.clear()
        self._times = [*self._times, at][-_MOST:]
        if len(self._times) > 2:
            self._heed(at)
        if self._stopped or len(self._times) < _LEAST or self._count % _EVERY:
            return None
        slope, foot = _line(self._times)
        bpm = 60.0 / (slope * PER_BEAT) if slope > 0 else 0.0
        if not _SLOWEST <= bpm <= _FASTEST:
            return None
        self.running = True
        beat = foot + slope * (len(self._times) - 1 - self._count % PER_BEAT)
        return ClockBeat(bpm, beat if self._placed else None)

    def _heed(self, at: float) -> None:
        """Begin a new line where the ticks have left the old one."""
        slope, foot = _line(self._times[:-1])
        beside = abs(at - (foot + slope * (len(self._times) - 1)))
        self._astray = self._astray + 1 if beside > max(_BESIDE * slope, _JITTER) else 0
        if self._astray >= _ASTRAY:
            self._times, self._astray = self._times[-_KEPT:], 0


def _line(times: list[float]) -> tuple[float, float]:
    """Seconds a tick, and when tick 0 was by the line through them."""
    places = np.arange(len(times))
    middle, mean = (len(times) - 1) / 2, float(np.mean(times))
    slope = float(np.dot(places - middle, np.subtract(times, mean)) / np.dot(places - middle, places - middle))
    return slope, mean - slope * middle


class ClockWriter:
    """When the ticks of a clock are due that others follow: at the tempo of the show, drawn to its beat bit by bit."""

    delay = 0

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Nothing was sent."""
        self._due: float | None = None
        self._count = 0

    @property
    def due(self) -> float | None:
        """When the next tick is, in seconds; None while nothing is to be sent."""
        return self._due

    def step(self, now: float, tempo: float, beat_at: float) -> bytes:
        """What is due now: ticks, behind START when they begin; STOP where there is no tempo any more.

        `tempo` in beats a minute, 0 for none; `beat_at` is when any beat was, by the same clock as `now`. The
        first tick is on a beat. Who comes late sends one tick, not all that were due: their distance is the tempo.
        """
        if not _SLOWEST <= tempo <= _FASTEST:
            stopped, self._due = self._due is not None, None
            return bytes((STOP,)) if stopped else b""
        tick = 60.0 / tempo / PER_BEAT
        if self._due is None:
            self._count = 0
            self._due = beat_at + math.ceil((now - beat_at) / (tick * PER_BEAT)) * tick * PER_BEAT
            if now < self._due:
                return bytes((START,))
            return bytes((START, *self._send(now, tick, beat_at)))
        return self._send(now, tick, beat_at) if now >= self._due else b""

    def _send(self, now: float, tick: float, beat_at: float) -> bytes:
        assert self._due is not None
        beside = (self._due - beat_at) / tick - self._count  # ticks by which we are late of the beat
        beside -= PER_BEAT * round(beside / PER_BEAT)
        self._count += 1
        step = tick * (1.0 - min(max(_HASTE * beside, -_HASTE), _HASTE))
        self._due = max(self._due + step, now)
        return bytes((TICK,))
