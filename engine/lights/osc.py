"""OSC out: every signal of a frame at its address, from templates that are made once.

A template is the finished datagram, cut into 32-bit words as OSC is; sending a frame puts its numbers into their
words and nothing else. Counters go as int32, all other signals as float32, lists as one message of many floats;
`/monochord/frame` carries the hop's index and its time, so that a receiver sees what it lost. It comes first, and
with it, in the first datagram of a hop, what cannot wait: levels and onsets of the mix.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pythonosc.osc_message_builder import OscMessageBuilder

from engine.errors import BadSetting
from engine.frame import HOP, RATE, ROW, Row, signals_of
from engine.frame_ring import SLOTS
from engine.lights.destination import PROFILES, Destination

FRAME_ADDRESS: Final = "/monochord/frame"
_BUNDLE_HEAD: Final = b"#bundle\x00" + b"\x00" * 7 + b"\x01"  # time tag: immediately
Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """One datagram, and which of its words are which doubles of a row."""

    words: NDArray[np.uint32]
    floats: Indices
    float_sources: Indices
    integers: Indices
    integer_sources: Indices

    def fill(self, row: Row) -> memoryview:
        """The datagram for this row (ROW,), whose numbers are finite; valid until the next call."""
        self.words[self.floats] = row[self.float_sources].astype(">f4").view(np.uint32)
        self.words[self.integers] = row[self.integer_sources].astype(">i4").view(np.uint32)
        return self.words.data.cast("B")


@dataclass(frozen=True, slots=True)
class _Message:
    """A message before it has numbers: its bytes, and (type, place in the row) of each argument."""

    data: bytes
    arguments: tuple[tuple[str, int], ...]


def _message(address: str, arguments: Sequence[tuple[str, int]]) -> _Message:
    """Arguments are (`f` or `i`, place in the row)."""
    builder: Any = OscMessageBuilder(address)
    for kind, _ in arguments:
        builder.add_arg(0.0 if kind == "f" else 0, kind)
    return _Message(builder.build().dgram, tuple(arguments))


def frame_messages(musicians: tuple[str, ...] = ()) -> list[_Message]:
    """A message for the frame itself and one for each signal, the mix's before the musicians'."""
    messages = [_message(FRAME_ADDRESS, [("i", 0), ("f", 1)])]
    for signal in signals_of(musicians).values():
        kind = "i" if signal.counts else "f"
        messages.append(_message(signal.address, [(kind, signal.start + k) for k in range(signal.size)]))
    return messages


def templates(messages: Sequence[_Message], *, bundle: bool, max_bytes: int) -> list[Template]:
    """Datagrams of at most `max_bytes` for these messages; in bundles, or one a message."""
    if not bundle:
        return [_template(message.data, [(0, message)]) for message in messages]
    made: list[Template] = []
    data, parts = _BUNDLE_HEAD, list[tuple[int, _Message]]()
    for message in messages:
        element = len(message.data).to_bytes(4, "big") + message.data
        if parts and len(data) + len(element) > max_bytes:
            made.append(_template(data, parts))
            data, parts = _BUNDLE_HEAD, []
        parts.append((len(data) + 4, message))
        data += element
    return [*made, _template(data, parts)]


def _template(data: bytes, parts: Sequence[tuple[int, _Message]]) -> Template:
    places: dict[str, list[tuple[int, int]]] = {"f": [], "i": []}
    for start, message in parts:
        first = (start + len(message.data)) // 4 - len(message.arguments)
        for offset, (kind, source) in enumerate(message.arguments):
            places[kind].append((first + offset, source))
    floats, integers = (np.array(places[kind], np.intp).reshape(-1, 2) for kind in "fi")
    words = np.frombuffer(bytearray(data), np.uint32)
    return Template(words, floats[:, 0], floats[:, 1], integers[:, 0], integers[:, 1])


class Sender:
    """Sends frames to one destination: at its rate, so many hops late, and never waiting for the network."""

    def __init__(self, destination: Destination, musicians: tuple[str, ...] = ()) -> None:
        """Resolve the host and open a socket; BadSetting if the name means nothing."""
        self.destination = destination
        profile = PROFILES[destination.profile]
        self._templates = templates(frame_messages(musicians), bundle=profile.bundle, max_bytes=profile.max_bytes)
        self._hops_each = RATE / HOP / min(destination.hz, profile.max_hz)
        self._delay = round(destination.delay * RATE / HOP)
        self._late: NDArray[np.float64] = np.zeros((SLOTS if self._delay else 1, ROW * (1 + len(musicians))))
        self._hops = 0
        self._next = 0.0
        self.trouble: str | None = None
        """The first thing that went wrong since it last went right."""
        try:
            found = socket.getaddrinfo(destination.host, destination.port, type=socket.SOCK_DGRAM)
        except OSError as why:
            raise BadSetting(f"osc={destination} has an unknown host ({why.strerror})") from why
        family, kind, _, _, address = found[0]
        self._address: Any = address
        self._socket = socket.socket(family, kind)
        self._socket.setblocking(False)

    def send(self, row: Row) -> None:
        """Take one hop's row, and send the one that is due, if one is."""
        hop, self._hops = self._hops, self._hops + 1
        if self._delay:
            self._late[hop % SLOTS] = row
            if hop < self._delay:
                return
            row = self._late[(hop - self._delay) % SLOTS]
        if hop < self._next:
            return
        self._next = max(self._next + self._hops_each, hop - self._hops_each)
        try:
            for template in self._templates:
                self._socket.sendto(template.fill(row), self._address)
            self.trouble = None
        except BlockingIOError:
            pass  # the network is full: this frame is lost, the next will tell
        except OSError as why:
            self.trouble = self.trouble or str(why.strerror)

    def close(self) -> None:
        self._socket.close()


class Lights:
    """Every destination of the show."""

    def __init__(self, destinations: Sequence[Destination], musicians: tuple[str, ...] = ()) -> None:
        self._senders = [Sender(destination, musicians) for destination in destinations]
        self._reported: set[str] = set()

    def send(self, row: Row) -> None:
        """Tell everybody about one hop."""
        for sender in self._senders:
            sender.send(row)

    def troubles(self) -> Iterator[str]:
        """What went wrong since the last call: each destination's trouble once, until it is well again."""
        for sender in self._senders:
            name = str(sender.destination)
            if sender.trouble is None:
                self._reported.discard(name)
            elif name not in self._reported:
                self._reported.add(name)
                yield f"osc={name} cannot be reached ({sender.trouble}); the rest goes on"

    def close(self) -> None:
        for sender in self._senders:
            sender.close()
