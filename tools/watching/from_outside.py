"""A running show as others see it: what reaches the lights, which pictures there were, what is on the wall. Linux only.

The lights are a receiver of every hop, whose datagrams the kernel stamps. Pictures are read from the memory that the
stage reports into, which /proc shows to whoever started the show.
"""

from __future__ import annotations

import bisect
import math
import os
import struct
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.frame import Sound
from engine.latency import StampedReceiver
from engine.lights.osc import FRAME_ADDRESS
from engine.stage.report import KEPT, StageReport
from watching.wall import Wall

_LOOK: Final = 0.02  # seconds between two looks at the wall
_BEAT: Final = 0.01  # seconds
DEAF: Final = -90.0
"""dBFS: a hop below has no sound in it, not even a room's."""


def longest(moments: Sequence[float], since: float, until: float) -> float:
    """Seconds of the longest stretch between two of the moments, within this time and at its borders.

    >>> longest([1.0, 2.0, 2.5], 0.5, 5.0)
    2.5
    """
    inside = moments[bisect.bisect_left(moments, since) : bisect.bisect_right(moments, until)]
    return float(np.diff([since, *inside, until]).max())


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the floats of a datagram are, in words, and where hop and level, if it has them."""

    floats: NDArray[np.intp]
    hop: int
    level: int


class Lights(StampedReceiver):
    """A receiver of every hop."""

    def __init__(self, *, keeps: bool = True) -> None:
        """`keeps`: whether each hop is remembered, or only how many there were and the longest silence."""
        super().__init__()
        self._keeps = keeps
        self.longest_ever = 0.0
        self._last = math.inf
        self.moments: list[float] = []
        """When the first datagram of each hop came, seconds of the monotonic clock."""
        self.hops: list[int] = []
        self.levels: list[float] = []
        self.datagrams, self.not_finite = 0, 0
        self._layouts: dict[tuple[int, bytes], _Layout] = {}

    def longest(self, since: float, until: float) -> float:
        """Seconds of the longest silence."""
        return longest(self.moments, since, until)

    def late(self, since: float, until: float) -> float:
        """Seconds between two hops, at the 99th percentile."""
        first, last = (bisect.bisect_left(self.moments, at) for at in (since, until))
        steps = np.diff(self.moments[first:last])
        return float(np.percentile(steps, 99)) if len(steps) else until - since

    def lost(self, since: float, until: float) -> int:
        """Hops that did not come, by their numbers."""
        first, last = (bisect.bisect_left(self.moments, at) for at in (since, until))
        numbers = self.hops[first:last]
        return numbers[-1] - numbers[0] + 1 - len(numbers) if numbers else 0

    def sounding(self, since: float) -> float | None:
        """When there was sound again after it went away behind `since`; None while it is away."""
        first = bisect.bisect_left(self.moments, since)
        levels = np.array(self.levels[first:])
        if not len(levels) or levels[-1] < DEAF:
            return None
        deaf = np.flatnonzero(levels < DEAF)
        return self.moments[first + int(deaf[-1]) + 1] if len(deaf) else self.moments[first]

    def note(self, arrival: int, datagram: bytes) -> None:
        """Read one."""
        moment = 1e-9 * arrival
        key = len(datagram), datagram[20 : datagram.find(b"\0", 20)]  # no address comes twice
        if (layout := self._layouts.get(key)) is None:
            layout = self._layouts[key] = layout_of(datagram)
        words = np.frombuffer(datagram, ">u4")
        self.datagrams += 1
        self.not_finite += int(np.count_nonzero((words[layout.floats] & 0x7F800000) == 0x7F800000))
        if layout.hop:
            self.longest_ever, self._last = max(self.longest_ever, moment - self._last), moment
        if layout.hop and self._keeps:
            self.hops.append(int(words[layout.hop]))
            self.levels.append(float(words[layout.level : layout.level + 1].view(">f4")[0]))
            self.moments.append(moment)


def layout_of(datagram: bytes) -> _Layout:
    """Where things are in a bundle of messages with ints and floats."""
    floats: list[int] = []
    hop = level = 0
    at = 16
    while at + 4 <= len(datagram):
        (size,) = struct.unpack_from(">i", datagram, at)
        at += 4
        address, rest = datagram[at : at + size].split(b"\0", 1)
        tags = rest[rest.index(b",") + 1 :].split(b"\0", 1)[0].decode()
        first = (at + size) // 4 - len(tags)
        floats += [first + place for place, tag in enumerate(tags) if tag == "f"]
        hop = first if address.decode() == FRAME_ADDRESS else hop
        level = first if address.decode() == Sound.level.address else level
        at += size
    return _Layout(np.array(floats, np.intp), hop, level)


class _Watch:
    """Looks again and again, in a thread of its own. A context manager."""

    def __init__(self, pause: float) -> None:
        """`pause`: seconds between two looks."""
        self._pause = pause
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name=type(self).__name__.lower(), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(self._pause):
            self._look()

    def _look(self) -> None:
        raise NotImplementedError


class Pulse(_Watch):
    """How this machine holds up who only sleeps and wakes: what it does to a show by itself. A context manager."""

    def __init__(self) -> None:
        super().__init__(_BEAT)
        self.beats: list[float] = []

    def longest(self, since: float, until: float) -> float:
        """Seconds for which nothing got its turn."""
        return longest(self.beats, since, until)

    def _look(self) -> None:
        self.beats.append(time.monotonic())


class Eyes(_Watch):
    """Looks at the stage all the time: when there were pictures, when the wall was black. A context manager."""

    def __init__(self, conductor: int, wall: Wall | None) -> None:
        """`conductor`: the process of the show, whose stage draws."""
        super().__init__(_LOOK)
        self._report = _report_of(conductor)
        self._wall = wall
        self.moments: list[float] = []
        """Of each picture, seconds of the monotonic clock."""
        self.looks: list[tuple[float, bool]] = []
        """At the wall: when, and whether it was black."""
        self._count = self._report.pictures

    def longest(self, since: float, until: float) -> float:
        """Seconds of the longest stretch without a new picture."""
        return longest(self.moments, since, until)

    def rate(self, since: float, until: float) -> float:
        """Pictures a second."""
        first, last = (bisect.bisect_left(self.moments, at) for at in (since, until))
        return (last - first) / (until - since)

    def black(self, since: float, until: float) -> float:
        """Seconds of the longest stretch for which the wall was black; NaN where there is none to look at."""
        return black(self.looks, since, until) if self._wall is not None else float("nan")

    def back(self, since: float) -> float | None:
        """When there was the first picture since then; None for none yet."""
        first = bisect.bisect_left(self.moments, since)
        return self.moments[first] if first < len(self.moments) else None

    def _look(self) -> None:
        shown = self._report.since(self._count)
        self._count += len(shown)
        self.moments += (1e-9 * shown[:, 1]).tolist()
        if self._wall is not None:
            self.looks.append((time.monotonic(), self._wall.is_black()))


def black(looks: Sequence[tuple[float, bool]], since: float, until: float) -> float:
    """Seconds from the last look that saw something to the next one, where there was a black one in between.

    >>> black([(1.0, False), (2.0, True), (2.5, True), (3.0, False), (4.0, False)], 0.0, 9.0)
    2.0
    """
    found, seen, dark = 0.0, since, False
    for at, is_dark in looks:
        if since <= at <= until:
            if dark and not is_dark:
                found = max(found, at - seen)
            dark = is_dark
            seen = seen if is_dark else at
    return max(found, until - seen) if dark else found


def _report_of(pid: int) -> StageReport:
    """What the stage of this conductor reports, found by its size among the memory that it shares."""
    wanted = 8 * (1 + 2 * KEPT)
    for fd in (Path("/proc") / str(pid) / "fd").iterdir():
        if str(fd.readlink()).startswith("/memfd:monochord") and fd.stat().st_size == wanted:
            return StageReport(os.open(fd, os.O_RDWR))
    raise RuntimeError(f"process {pid} has no stage")
