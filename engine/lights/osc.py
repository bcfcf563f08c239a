"""OSC out: every signal of a frame at its address, from templates that are made once; and the lights, to consoles.

A template is the finished datagram, cut into 32-bit words as OSC is; sending a frame puts its numbers into their
words and nothing else. Counters go as int32, all other signals as float32, lists as one message of many floats;
`/monochord/frame` carries the hop's index and its time, so that a receiver sees what it lost. It comes first, and
with it, in the first datagram of a hop, what cannot wait: levels and onsets of the mix. Beside a counter
(`/monochord/rhythm/onsets`) its event goes out (`/monochord/rhythm/onset`): 1 in the frame that tells of it, else 0.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pythonosc.osc_message_builder import OscMessageBuilder

from engine.frame import ROW, Row, Signal, signals_of
from engine.lights.console import Console, Rest, Values, light_names
from engine.lights.destination import Destination
from engine.lights.due import Due
from engine.lights.line import BUNDLE_HEAD, Line, open_line
from engine.lights.patch import Patch
from engine.lights.profile import FEATURE_SIGNALS, FEATURES

FRAME_ADDRESS: Final = "/monochord/frame"
"""Where each frame says which hop it is."""
_TIMES: Final = 3  # how often the last word is said: no packet is sure to arrive
_BETWEEN: Final = 0.03  # seconds: some receivers take no more in less

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


def counters(musicians: tuple[str, ...] = ()) -> list[Signal]:
    """The signals that count events, the mix's before the musicians'. Samples that clip are none."""
    return [signal for signal in signals_of(musicians).values() if _counts_events(signal)]


def _counts_events(signal: Signal) -> bool:
    return signal.counts and signal.address.endswith("s")


def event_address(counter: Signal) -> str:
    """Where an event of this counter goes out as 1: that of `/monochord/rhythm/onsets` is `/monochord/rhythm/onset`."""
    return counter.address.removesuffix("s")


def frame_messages(musicians: tuple[str, ...] = (), types: str = "if") -> list[_Message]:
    """A message for the frame itself and one for each signal, the mix's before the musicians'; events by counters.

    Events stand behind the row, in the order of `counters`. Whole numbers are floats where `types` has no `i`.
    """
    whole = "i" if "i" in types else "f"
    messages = [_message(FRAME_ADDRESS, [(whole, 0), ("f", 1)])]
    event = ROW * (1 + len(musicians))
    for signal in signals_of(musicians).values():
        kind = whole if signal.counts else "f"
        messages.append(_message(signal.address, [(kind, signal.start + k) for k in range(signal.size)]))
        if _counts_events(signal):
            messages.append(_message(event_address(signal), [(whole, event)]))
            event += 1
    return messages


def feature_messages(address: str) -> list[_Message]:
    """One message with a list of the signals that describe a sound best."""
    known = signals_of(())
    return [_message(address, [("f", known[name].start) for name in FEATURE_SIGNALS])]


def templates(messages: Sequence[_Message], *, bundle: bool, max_bytes: int) -> list[Template]:
    """Datagrams of at most `max_bytes` for these messages; in bundles, or one a message."""
    if not bundle:
        return [_template(message.data, [(0, message)]) for message in messages]
    made: list[Template] = []
    data, parts = BUNDLE_HEAD, list[tuple[int, _Message]]()
    for message in messages:
        element = len(message.data).to_bytes(4, "big") + message.data
        if parts and len(data) + len(element) > max_bytes:
            made.append(_template(data, parts))
            data, parts = BUNDLE_HEAD, []
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
    """Sends frames to one destination: at its rate, so many hops late, and never waiting for the network.

    Others that want the same at the same time are sent the same datagrams: `lines` are the ways to all of them.
    """

    def __init__(self, destination: Destination, musicians: tuple[str, ...] = (), line: Line | None = None) -> None:
        """Resolve the host and open a line to it; BadSetting if the name means nothing."""
        profile = destination.kind
        messages = (
            feature_messages(profile.address) if profile.sends == FEATURES else frame_messages(musicians, profile.types)
        )
        self._templates = templates(messages, bundle=profile.bundle, max_bytes=profile.max_bytes)
        size = ROW * (1 + len(musicians))
        self.due = Due(destination, (size,))
        counting = counters(musicians)
        self._counters = np.array([signal.start for signal in counting], np.intp)
        self._counted: NDArray[np.float64] | None = None
        self._told: NDArray[np.float64] = np.zeros(size + len(counting))
        self.lines = [open_line(destination) if line is None else line]

    def send(self, row: Row) -> None:
        """Take one hop's row, and send the one that is due, if one is."""
        due = self.due.step(row)
        if due is None:
            return
        told = self._with_events(due)
        for template in self._templates:
            packet = template.fill(told)
            for line in self.lines:
                line.send(packet)

    def _with_events(self, row: Row) -> Row:
        """The row, and behind it 1 for every counter that has counted since the last frame that was sent."""
        size, counted = len(row), row[self._counters]
        self._told[:size] = row
        np.greater(counted, counted if self._counted is None else self._counted, out=self._told[size:])
        self._counted = counted
        return self._told

    def close(self) -> None:
        """Send no more."""
        for line in self.lines:
            line.close()


class Lights:
    """Every destination of the show: those that are told signals, and the consoles."""

    def __init__(
        self, destinations: Sequence[Destination], musicians: tuple[str, ...] = (), patches: Sequence[Patch] = ()
    ) -> None:
        """BadSetting if the name of one of them means nothing."""
        self._musicians = musicians
        senders: dict[tuple[str, float, float], Sender] = {}
        self._lines: list[tuple[Destination, Line]] = []
        self._tellers: list[Sender | Console] = []
        for destination in destinations:
            wants = destination.profile, destination.delay, destination.rate
            if wants in senders:
                senders[wants].lines.append(open_line(destination))
            else:
                senders[wants] = Sender(destination, musicians)
            self._lines.append((destination, senders[wants].lines[-1]))
            self._tellers.append(senders[wants])
        self._senders = list(senders.values())
        self.names = light_names(patches)
        """The lights that consoles ask for; `show` takes a row of values for each."""
        self.consoles = [Console(patch, self.names) for patch in patches]
        self._lines += [(console.destination, console.line) for console in self.consoles]
        self._tellers += self.consoles
        self._reported: set[str] = set()
        self._muted = False

    @property
    def muted(self) -> bool:
        """Whether nobody is told anything: another machine does it, and this one stands by. May be set at any time."""
        return self._muted

    @muted.setter
    def muted(self, on: bool) -> None:
        for console in self.consoles if not on else ():
            console.say_all()
        self._muted = on

    @property
    def destinations(self) -> list[Destination]:
        """Who is told."""
        return [destination for destination, _ in self._lines]

    @property
    def delays(self) -> list[float]:
        """How late each of them is told, in seconds."""
        return [teller.due.delay for teller in self._tellers]

    def hold_back(self, place: int, seconds: float) -> None:
        """Tell the one at this place so late from now on; another thread may be sending."""
        (destination, line), teller = self._lines[place], self._tellers[place]
        if isinstance(teller, Sender) and len(teller.lines) > 1:  # the others go on as they were
            own = self._tellers[place] = Sender(destination, self._musicians, line)
            teller.lines = [one for one in teller.lines if one is not line]
            self._senders = [*self._senders, own]
            teller = own
        teller.due.delay = seconds

    def send(self, row: Row) -> None:
        """Tell those who take signals about one hop."""
        if self._muted:
            return
        for sender in self._senders:
            sender.send(row)

    def show(self, values: Values, rest: Rest) -> None:
        """Tell the consoles what the lights do in one hop."""
        if self._muted:
            return
        for console in self.consoles:
            console.step(values, rest)

    def troubles(self) -> Iterator[str]:
        """What went wrong since the last call: each destination's trouble once, until it is well again."""
        for destination, line in self._lines:
            name, trouble = str(destination), line.trouble
            if trouble is None:
                self._reported.discard(name)
            elif name not in self._reported:
                self._reported.add(name)
                yield f"osc={name} cannot be reached ({trouble}); the rest goes on"

    def leave(self) -> None:
        """Leave the lights as the show wants them left; takes a tenth of a second, where there are consoles.

        Muted it leaves them alone: they are another machine's.
        """
        for _ in range(_TIMES if self.consoles and not self._muted else 0):
            for console in self.consoles:
                console.leave()
            time.sleep(_BETWEEN)

    def close(self) -> None:
        """Leave the lights safe, and send no more."""
        self.leave()
        for _, line in self._lines:
            line.close()
