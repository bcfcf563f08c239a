"""Who finds the places that the ear asks for: a thread of its own, which a show never waits for and a rehearsal does.

What is heard goes through a ring that one thread writes and one reads. In a show a thread that cannot follow finds the
place of the newest patch that was asked for and leaves the others; in rehearsal every place is shown when it is due.
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.frame import HOP, Samples
from engine.listening.mel import MelStream, Patches, Sound
from engine.listening.slow_sense import FAREWELL

SLOTS: Final = 512
"""Hops that wait for the slow lane at most: 2.7 s."""
LAG: Final = 6
"""Hops from the one that asks for a place to the one that shows it: less than between two askings."""


class Network(Protocol):
    """What describes a patch."""

    def embed(self, patches: Patches) -> NDArray[np.float32]: ...


class Spot(Protocol):
    """Where a description lies on a map."""

    @property
    def plane(self) -> NDArray[np.floating]: ...
    @property
    def cube(self) -> NDArray[np.floating]: ...
    @property
    def novelty(self) -> float: ...
    @property
    def confidence(self) -> float: ...
    @property
    def family(self) -> int: ...


class Map(Protocol):
    """What knows where a description lies."""

    def place(self, embedding: NDArray[np.float32]) -> Spot: ...


class Asked(NamedTuple):
    """One patch that is to be placed."""

    hops: int  # heard when it was asked for
    columns: int  # the patch ends before this one
    weight: float  # 1 where enough of it was heard, 0 where nothing was


class Found(NamedTuple):
    """What has become of it; nowhere and not described, if there was nothing to be heard in it."""

    asked: Asked
    spot: Spot | None
    described: NDArray[np.float32] | None = None


class SoundRing:
    """The newest hops of mono sound: one thread writes, one reads, and neither ever waits."""

    def __init__(self) -> None:
        self._slots: Samples = np.zeros((SLOTS, HOP), np.float32)
        self.written = 0

    def write(self, samples: Samples, shares: NDArray[np.float32]) -> None:
        """Add the mix of one hop (HOP, channels). The count moves last, when all is in place."""
        np.dot(samples, shares, out=self._slots[self.written % SLOTS])
        self.written += 1

    def read(self, start: int, stop: int) -> Sound:
        """The hops from `start` to before `stop`, (n·HOP,); those that are written over already are silence."""
        sound: Samples = self._slots[np.arange(start, stop) % SLOTS]
        gone = self.written + 1 - SLOTS - start  # the oldest may be just being written
        if gone > 0:
            sound[:gone] = 0.0
        return sound.reshape(-1)


class Lane:
    """Finds the places of patches, one after the other."""

    def __init__(self, network: Network, known: Map, ring: SoundRing) -> None:
        self._network, self._map, self._ring = network, known, ring
        self._stream = MelStream()
        self._taken = 0

    def _find(self, asked: Asked) -> Found:
        for start in range(self._taken, asked.hops, SLOTS):
            self._stream.feed(self._ring.read(start, min(start + SLOTS, asked.hops)))
        self._taken = asked.hops
        if not asked.weight:
            return Found(asked, None)
        (described,) = self._network.embed(self._stream.patch(asked.columns)[None])
        return Found(asked, self._map.place(described), described)


class InTime(Lane):
    """Finds every place, each until it is due, while the next hops are heard: rehearsal.

    Whoever is ahead waits for the other, so the same hops are shown the same places however fast the machine is.
    """

    trouble = ""

    def __init__(self, network: Network, known: Map, ring: SoundRing) -> None:
        super().__init__(network, known, ring)
        self._thread = ThreadPoolExecutor(1, "ear")
        self._asked: tuple[Asked, Future[Found]] | None = None
        self._found: Found | None = None

    def ask(self, asked: Asked) -> None:
        """Of the patch that was asked for before, the place must be due: it is less than SLOTS hops ago."""
        self._asked = asked, self._thread.submit(self._find, asked)

    def due(self, hops: int) -> Found | None:
        """What is to be shown after so many hops; it is waited for."""
        if self._asked is not None and hops >= self._asked[0].hops + LAG:
            self._found, self._asked = self._asked[1].result(), None
        return self._found

    def close(self) -> None:
        self._thread.shutdown(cancel_futures=True)


class Worker(Lane):
    """Finds places in a thread that nobody waits for, the newest that was asked for first: a show."""

    def __init__(self, network: Network, known: Map, ring: SoundRing) -> None:
        super().__init__(network, known, ring)
        self.trouble = ""
        self.found: Found | None = None
        self._waiting: queue.SimpleQueue[Asked | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="ear", daemon=True)
        self._thread.start()

    def ask(self, asked: Asked) -> None:
        if not self.trouble:
            self._waiting.put(asked)

    def due(self, hops: int) -> Found | None:
        """What is to be shown after so many hops, if it is there; older than usual where the machine is slow."""
        found = self.found
        return found if found is not None and hops >= found.asked.hops + LAG else None

    def close(self) -> None:
        self._waiting.put(None)
        self._thread.join(FAREWELL)

    def _work(self) -> None:
        try:
            while True:
                asked = self._waiting.get()
                while not self._waiting.empty():
                    asked = self._waiting.get()
                if asked is None:
                    return
                self.found = self._find(asked)
        except Exception as bug:  # the show goes on without it, and the operator is told
            why = " ".join(f"{type(bug).__name__}: {bug}".split())[:160]
            self.trouble = f"the ear is lost ({why}): the place stays where it is"
