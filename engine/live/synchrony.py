"""The show beside other machines: what MIDI controllers and clocks see of it, and time code that comes as sound."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from typing import Any

from engine.audio.hearing import Hearing
from engine.control.orders import Order
from engine.control.table import Table
from engine.features.ltc import LtcReader
from engine.frame import Frame, Samples
from engine.live.desk import Desk
from engine.timing.timecode import Chase


class MidiStage:
    """Implements `Stage` of `engine.control.midi`. All of it may be asked from any thread."""

    def __init__(
        self,
        desk: Desk,
        hearing: Hearing,
        *,
        newest: Callable[[], Frame | None],
        order: Callable[[Order], None],
        tell: Callable[[object], None],
    ) -> None:
        """`newest`: the frame that was made last. `order`, `tell`: as the conductor's."""
        self._desk, self._hearing, self._newest = desk, hearing, newest
        self.order, self.tell = order, tell

    @property
    def table(self) -> Table:
        return self._desk.table

    def present(self) -> Mapping[str, tuple[Any, ...]]:
        return self._desk.present()

    def held(self) -> Collection[str]:
        """The inputs of the scene that are held by hand."""
        backdrop = self._desk.backdrop
        return tuple(backdrop["overrides"]) if backdrop is not None else ()

    def beat(self) -> tuple[float, float]:
        """Beats a minute, and when a beat was by the monotonic clock; nothing while the ears are lost, or muted."""
        frame, stamp = self._newest(), self._hearing.stamp
        if frame is None or self._hearing.deaf or self._hearing.paused or self._desk.muted:
            return 0.0, 0.0
        rhythm = frame.rhythm
        return rhythm.tempo, stamp - (float(frame.row[1]) - rhythm.beat_at)


class LtcEar:
    """Listens to one channel of the device for time code, in the listening thread, and tells the chase."""

    def __init__(self, channel: int, chase: Chase) -> None:
        """`channel` from 1. A device without it brings no time code."""
        self._place, self._chase = channel - 1, chase
        self._rate = 0

    def hear(self, sound: Samples, rate: int) -> None:
        """(n, channels) samples at `rate`, the newest of which is from now."""
        now = time.monotonic()
        if self._place >= sound.shape[1] or rate < LtcReader.LOWEST_RATE:
            return
        if rate != self._rate:
            self._rate, self._reader = rate, LtcReader(rate)
        for heard in self._reader.step(sound[:, self._place]):
            self._chase.tell(heard.label, heard.pace, now - heard.ago - heard.seconds, now)
