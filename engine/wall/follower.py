"""The follower's end: hears the one machine that it follows, knows its clock, and hands on each hop when it is due."""

from __future__ import annotations

import contextlib
import select
import socket
import time
from collections import deque
from collections.abc import Iterator
from typing import Any, Final

from engine.errors import BadSetting
from engine.frame import HOP, RATE
from engine.wall.address import Address
from engine.wall.clock import LeaderClock
from engine.wall.packet import Datagram, Head, Kind, Times, WrongVersion, pack_times, unpack
from engine.wall.playout import Due, Playout
from engine.wall.state import State, read_state

SILENT: Final = 0.5
"""Seconds without a word from the leader, after which the picture calms down."""
_LONGEST_WAIT: Final = 0.02  # seconds that a step may wait: so soon it is seen that the show is over
_FIRST_QUESTIONS: Final = 12  # that come quickly, one after the other
_QUICKLY: Final = 0.05  # seconds between two of those
_CALMLY: Final = 0.7  # seconds between two questions
_LATE: Final = 0.004  # seconds behind its time at which a hop came too late to be shown in step
_MOST_CALM: Final = 64  # hops of silence at once
_LOOKED_BACK: Final = 1024  # hops whose lateness is remembered
_READS: Final = 512  # datagrams that are read before anything else is done


class Line:
    """What comes from the leader. `step` in a thread of its own; the rest may be read from anywhere."""

    def __init__(self, address: Address) -> None:
        """Listen on its port; BadSetting for an unknown host, and for a port that is taken."""
        self.address = address
        places = address.found("follow")
        family = places[0][0]
        self._hosts = {place[0] for kind, place in places if kind == family}
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            self._socket.bind(("", address.port))
        except OSError as why:
            self._socket.close()
            raise BadSetting(
                f"follow={address} cannot listen on port {address.port}: {why.strerror} (does another stage follow on"
                f" this machine? name a port of its own here and in --followers: HOST:{address.port + 1})"
            ) from why
        self._socket.setblocking(False)
        self.clock = LeaderClock()
        self.playout = Playout()
        self.state: State | None = None
        self.refused = ""
        """Of which other version the leader is; empty if it is of ours."""
        self.strangers = self.broken = self.late = self.hops = 0
        """Datagrams of other machines; of the leader that were none; hops that came too late; hops that came."""
        self.heard_at: float | None = None
        """When the leader was last heard, seconds of the monotonic clock."""
        self._head: Head | None = None
        self._leader: Any = None
        self._ask_at, self._questions = 0.0, 0
        self._guess: float | None = None
        self._calm_since: float | None = None
        self._calm_hops = 0
        self._lateness: deque[float] = deque(maxlen=_LOOKED_BACK)

    @property
    def head(self) -> Head | None:
        """Of which show the frames are; None before the first."""
        return self._head

    def silent(self, now: float) -> bool:
        """Whether nothing has come from the leader for a while."""
        return self.heard_at is None or now - self.heard_at > SILENT

    @property
    def behind(self) -> float:
        """Seconds behind its time within which 19 of the last 20 hops came; negative where all were early."""
        late = sorted(self._lateness.copy())
        return late[int(0.95 * len(late))] if late else 0.0

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()

    def step(self, longest: float = _LONGEST_WAIT) -> list[Due]:
        """Wait for the next thing to do, at most so many seconds; the hops that are due now, in order."""
        now = time.monotonic()
        due = self.playout.next_due
        wait = longest if due is None else min(max(self._here(due) - now, 0.0), longest)
        readable, _, _ = select.select([self._socket], [], [], wait)
        if readable:
            for _ in range(_READS):
                try:
                    data, sender = self._socket.recvfrom(65536)
                except OSError:  # nothing more, or that nobody listens where a question went
                    break
                self.hear(data, sender, time.monotonic())
        now = time.monotonic()
        self._ask(now)
        return list(self._due(now))

    def hear(self, data: bytes, sender: Any, now: float) -> None:
        """One datagram, from the socket address `sender`."""
        if sender[0] not in self._hosts:
            self.strangers += 1
            return
        try:
            datagram = unpack(data)
            state = None if datagram.state is None else read_state(datagram.state)
        except WrongVersion as why:
            self.refused, self._leader = str(why), sender
            return
        except ValueError:
            self.broken += 1
            return
        if datagram.question is not None:
            self.broken += 1  # a leader does not ask
            return
        self.refused, self._leader = "", sender
        if datagram.answer is None:  # which comes from a thread of its own, and says nothing of the show
            self.heard_at = now
        self._belong(datagram.head)
        if state is not None:
            self.state = state
        self._take(datagram, now)

    def _belong(self, head: Head) -> None:
        """Another show begins where its number changes."""
        if head != self._head:
            self._head, self.state, self._guess = head, None, None
            self.clock.reset()
            self.playout.reset()
            self._questions = 0
            self._lateness.clear()

    def _take(self, datagram: Datagram, now: float) -> None:
        if datagram.answer is not None:
            answer = datagram.answer
            self.clock.step(answer.asked, answer.heard, answer.answered, now)
        if datagram.sound is not None:
            self.playout.hear_sound(datagram.sound)
        for hop in datagram.hops:
            if self._guess is None or hop.delivered - now > self._guess:
                self._guess = hop.delivered - now  # until the clock is known: the quickest hop took no time
            self.playout.hear(hop, self._there(now))
        self.hops += bool(datagram.hops)

    def _due(self, now: float) -> Iterator[Due]:
        there = self._there(now)
        for due in self.playout.due(there):
            if due.lateness > _LATE:
                self.late += 1
            self._lateness.append(due.lateness)
            self._calm_since, self._calm_hops = None, 0
            yield due
        if self.heard_at is not None and self.silent(now) and self.playout.next_due is None:
            if self._calm_since is None:
                self._calm_since, self._calm_hops = now, 0
            wanted = int((now - self._calm_since) * RATE / HOP) - self._calm_hops
            self._calm_hops += wanted
            yield from self.playout.calm(min(wanted, _MOST_CALM))

    def _there(self, here: float) -> float:
        return here + (self.clock.offset(here) if self.clock.known else self._guess or 0.0)

    def _here(self, there: float) -> float:
        return self.clock.here(there) if self.clock.known else there - (self._guess or 0.0)

    def _ask(self, now: float) -> None:
        if self._leader is None or now < self._ask_at:
            return
        self._ask_at = now + (_QUICKLY if self._questions < _FIRST_QUESTIONS else _CALMLY)
        self._questions += 1
        head = self._head or Head(0)
        with contextlib.suppress(OSError):
            self._socket.sendto(pack_times(head, Kind.ASK, Times(time.monotonic())), self._leader)
