"""The leader's end: every hop, its sound and what is on stage, to every machine that follows. It waits for none.

The listening thread sends; a thread of its own answers what time it is. Where nobody follows there is neither thread
nor socket.
"""

from __future__ import annotations

import contextlib
import secrets
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from engine.errors import BadSetting
from engine.frame import HOP, Row, Samples
from engine.frame_ring import stereo
from engine.wall.address import Address
from engine.wall.packet import (
    MOST_MUSICIANS,
    Foreign,
    Head,
    Hop,
    Kind,
    Times,
    WrongVersion,
    pack_hop,
    pack_sound,
    pack_state,
    pack_times,
    unpack,
)
from engine.wall.state import Pose, State, write_state

AGAIN: Final = 0.25
"""Seconds between two tellings of the same state."""
_TOGETHER: Final = 2  # hops in a datagram: the newest, and the one before once more
_GONE: Final = 4.0  # seconds without a question until a follower counts as gone
_STALE: Final = 0.2  # seconds after which a hop is no longer that of the driver's last delivery
_LOOK: Final = 0.2  # seconds between two looks whether the show is over


class _Line:
    """To one follower. Its socket is tied to that machine: what others send to it does not arrive."""

    def __init__(self, address: Address) -> None:
        self.address = address
        family, place = address.found("followers")[0]
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self.socket.connect(place)
        except OSError as why:
            self.socket.close()
            raise BadSetting(f"followers={address} cannot be reached from here: {why.strerror}") from why
        self.socket.setblocking(False)
        self.asked_at: float | None = None
        self.refused = ""
        self.trouble = ""
        self.said = ""

    def send(self, data: bytes) -> None:
        """Hand it to the network, if that takes it now."""
        try:
            self.socket.send(data)
        except (BlockingIOError, ConnectionRefusedError):
            pass  # the network is full, or nobody listens there yet
        except OSError as why:
            self.trouble = str(why.strerror)  # until the follower is heard: the network tells it now and then only

    def says(self, now: float) -> str:
        """How it stands with this follower, in a line."""
        if self.refused:
            return f"followers={self.address} is of another version ({self.refused}): install the same one on both"
        if self.trouble:
            return f"followers={self.address} cannot be reached ({self.trouble}); the rest goes on"
        if self.asked_at is None:
            return f"followers={self.address} is not there: start monochord stage --follow there; the rest goes on"
        if now - self.asked_at > _GONE:
            return f"followers={self.address} is gone; the rest goes on"
        return f"followers={self.address} follows"


class Followers:
    """All who follow. `send` is for the listening thread, all else for the main one."""

    def __init__(self, addresses: Sequence[Address], musicians: tuple[str, ...] = (), delay: float = 0.0) -> None:
        """Resolve the hosts; BadSetting for one that means nothing. `delay`: seconds that pictures are held back."""
        if len(musicians) > MOST_MUSICIANS:
            raise BadSetting(f"followers can be told of {MOST_MUSICIANS} musicians, not {len(musicians)}")
        self.head = Head(secrets.randbits(64), len(musicians))
        self._delay = delay
        self._hops: deque[Hop] = deque(maxlen=_TOGETHER)
        self._sound: Samples = np.zeros((HOP, 2), np.float32)
        self._told: State | None = None
        self._tell_at = 0.0
        self._over = threading.Event()
        self._lines: list[_Line] = []
        self._answering: threading.Thread | None = None
        self._born = time.monotonic()
        try:
            for address in addresses:
                self._lines.append(_Line(address))
        except BaseException:
            self.close()
            raise
        if self._lines:
            self._answering = threading.Thread(target=self._answer, name="followers", daemon=True)
            self._answering.start()

    def send(self, row: Row, samples: Samples, delivered: float) -> None:
        """One hop: `samples` (HOP, channels), `delivered` by the driver in seconds of the monotonic clock."""
        if not self._lines:
            return
        now = time.monotonic()  # a silence that is made up while the ears are lost was never delivered
        hop = Hop(row, delivered if now - delivered < _STALE else now, self._delay)
        self._hops.appendleft(hop)
        sound = stereo(samples)
        # The sound first: it should be there when its hop is due.
        datagrams = pack_sound(self.head, hop.index, sound, self._sound), pack_hop(self.head, tuple(self._hops))
        self._sound = sound
        for line in self._lines:
            if not line.refused:
                for data in datagrams:
                    line.send(data)

    def tell(self, state: State, now: float) -> None:
        """What is on stage: at once if that is new, else again after a while. Call it some twenty times a second."""
        if not self._lines:
            return
        steady = replace(state, pose=Pose())
        if steady == self._told and now < self._tell_at:
            return
        self._told, self._tell_at = steady, now + AGAIN
        data = pack_state(self.head, write_state(state))
        for line in self._lines:
            line.send(data)

    def troubles(self, now: float) -> Iterator[str]:
        """What has changed with the followers since the last call."""
        for line in self._lines:
            if line.asked_at is None and not line.refused and now - self._born < _GONE:
                continue
            says = line.says(now)
            if says != line.said:
                line.said = says
                yield says

    def close(self) -> None:
        """No more of it."""
        self._over.set()
        if self._answering is not None:
            self._answering.join()
        for line in self._lines:
            line.socket.close()

    def _answer(self) -> None:
        lines: dict[Any, _Line] = {line.socket: line for line in self._lines}
        while not self._over.is_set():
            readable, _, _ = select.select(list(lines), [], [], _LOOK)
            for one in readable:
                with contextlib.suppress(OSError):  # BlockingIOError, and that nobody listens there
                    self._hear(lines[one], one.recv(2048), time.monotonic())

    def _hear(self, line: _Line, data: bytes, now: float) -> None:
        try:
            asked = unpack(data).question
        except WrongVersion as why:
            line.refused = str(why)
            return
        except Foreign:
            return
        if asked is not None:
            line.refused, line.trouble, line.asked_at = "", "", now
            line.send(pack_times(self.head, Kind.ANSWER, Times(asked.asked, now, time.monotonic())))
