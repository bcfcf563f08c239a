"""How late the show is: clicks go in, and what is timed is the datagram that says so and the picture that shows it."""

from __future__ import annotations

import socket
import struct
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from pythonosc.osc_bundle import OscBundle

from engine.audio.hearing import Hearing
from engine.audio.hearing_settings import HearingSettings
from engine.conductor import Conductor
from engine.errors import UserMistake
from engine.frame import RATE, Rhythm, Sound
from engine.lights.destination import Destination
from engine.lights.osc import FRAME_ADDRESS
from engine.settings import Settings

CLICK_RATE: Final = 2.37
"""Clicks a second: no simple fraction of the hop rate, so that clicks fall everywhere within a hop."""
CLICK_DB: Final = -45.0
"""A hop at this level has a click in it, dBFS."""
_EARLIEST: Final = -0.02  # seconds; where a driver hands sound over in blocks, its end may arrive before its time
_LATEST: Final = 0.25  # seconds after which a click counts as lost
_SO_TIMESTAMPNS: Final = 35  # Linux: the kernel notes when a datagram arrived


class ClickSource(Protocol):
    """Something that makes clicks where the show hears them."""

    def times(self) -> Sequence[int]:
        """When each click's first sample was played, nanoseconds of the monotonic clock."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Latency:
    """Milliseconds from a click's first sample, one a click that was noticed, and how many clicks there were."""

    clicks: int
    level: NDArray[np.float64]
    onset: NDArray[np.float64]
    picture: NDArray[np.float64]

    @property
    def table(self) -> dict[str, NDArray[np.float64]]:
        """Each kind by its name."""
        return {"sound → sound.level": self.level, "sound → rhythm.onsets": self.onset, "sound → picture": self.picture}


class StampedReceiver(ABC):
    """Receives datagrams on loopback, each with the moment of its arrival, the kernel's own where it tells.

    A context manager with a thread of its own, which gives each to `note`.
    """

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        if sys.platform == "linux":
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self.port: int = self._socket.getsockname()[1]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._receive, name="receiver", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._socket.close()

    @abstractmethod
    def note(self, arrival: int, datagram: bytes) -> None:
        """One has come, at so many nanoseconds of the monotonic clock."""

    def _receive(self) -> None:
        while not self._over.is_set():
            try:
                datagram, ancillary, _, _ = self._socket.recvmsg(65536, 64)
            except TimeoutError:
                continue
            arrival = time.monotonic_ns()
            for _level, kind, data in ancillary:
                if kind == _SO_TIMESTAMPNS:
                    seconds, nanoseconds = struct.unpack("qq", data)
                    # By the difference of now: the clock of the stamps may be set in mid-show.
                    arrival -= time.time_ns() - seconds * 1_000_000_000 - nanoseconds
            self.note(arrival, datagram)


class Receiver(StampedReceiver):
    """Keeps every datagram."""

    def __init__(self) -> None:
        super().__init__()
        self.datagrams: list[tuple[int, bytes]] = []

    def note(self, arrival: int, datagram: bytes) -> None:
        self.datagrams.append((arrival, datagram))

    def frames(self) -> NDArray[np.float64]:
        """(n, 4): arrival in nanoseconds, hop, level, onsets; of a hop's first datagram, where all of these are."""
        rows = []
        for arrival, datagram in self.datagrams:
            values = {message.address: message.params for message in OscBundle(datagram)}
            if FRAME_ADDRESS not in values:
                continue
            hop, level = values[FRAME_ADDRESS][0], values[Sound.level.address][0]
            rows.append((arrival, hop, level, values[Rhythm.onsets.address][0]))
        return np.array(rows, np.float64).reshape(-1, 4)


class PlayedClicks:
    """Clicks through a sound device, timed when they are handed to its driver. A context manager."""

    def __init__(self, device: str | None) -> None:
        """Play through this output; whatever is wrong with it is raised now."""
        self._hearing = Hearing(HearingSettings(source=f"clicks:{CLICK_RATE}", device=device))
        try:
            self._hearing.await_ready()
        except BaseException:
            self._hearing.close()
            raise
        self.name = self._hearing.name
        self._notes: list[tuple[int, float]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="clicks", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._hearing.close()

    def times(self) -> Sequence[int]:
        notes = np.array(self._notes)
        if not len(notes):
            return []
        period = RATE / CLICK_RATE
        firsts = [int(np.ceil(period * k)) for k in range(1, int(notes[-1, 0] / period))]
        nearest = [int(np.searchsorted(notes[:, 0], first)) for first in firsts]
        return [
            round(1e9 * (notes[k, 1] + (first - notes[k, 0]) / RATE))
            for first, k in zip(firsts, nearest, strict=True)
            if k < len(notes) and first >= notes[0, 0]
        ]

    def _watch(self) -> None:
        while not self._over.wait(0.01):
            mark = self._hearing.mark()
            if mark is not None:
                self._notes.append(mark)


def measure(
    settings: Settings, clicks: ClickSource, count: int, progress: Callable[[float], None], *, drawn: bool = True
) -> Latency:
    """Run the show until `count` clicks have been played, with a stage or without. UserMistake if none was heard."""
    with Receiver() as receiver:
        here = Destination("127.0.0.1", receiver.port)
        shown: list[NDArray[np.int64]] = []
        seen = 0
        begun = 0

        def watch(conductor: Conductor) -> None:
            nonlocal seen
            if conductor.backdrop:
                new = conductor.backdrop.shown(seen)
                seen = conductor.backdrop.report.pictures
                shown.append(new)
            done = len(clicks.times()) - begun
            progress(min(max(done / count, 0.0), 1.0))
            if done > count:  # one more, so that the last has had time to arrive
                conductor.stop()

        show = replace(settings, destinations=(*settings.destinations, here))
        with Conductor(show, lambda _: None, backdrop=drawn) as conductor:
            begun = len(clicks.times()) + 1  # the first may fall between two stools
            conductor.run(watch)
    pictures = np.concatenate(shown) if shown else np.zeros((0, 2), np.int64)
    latency = _compare(np.array(clicks.times()[begun : begun + count], np.float64), receiver.frames(), pictures)
    if not len(latency.level):
        raise UserMistake(
            f"device={settings.hearing.device or 'default'} heard none of {latency.clicks} clicks"
            " (lead the output back into the input, and turn it up)"
        )
    return latency


def _compare(clicks: NDArray[np.float64], frames: NDArray[np.float64], pictures: NDArray[np.int64]) -> Latency:
    """What came when, for every click that was noticed."""
    found: dict[str, list[float]] = {"level": [], "onset": [], "picture": []}
    for click in clicks:
        first, last = click + _EARLIEST * 1e9, click + _LATEST * 1e9
        after = frames[(frames[:, 0] >= first) & (frames[:, 0] < last)]
        before = frames[frames[:, 0] < first]
        if not len(before) or not len(after):
            continue
        loud = after[after[:, 2] > CLICK_DB]
        counted = after[after[:, 3] > before[-1, 3]]
        if len(loud):
            found["level"].append(loud[0, 0] - click)
            showing = pictures[(pictures[:, 0] >= loud[0, 1]) & (pictures[:, 1] >= first)]
            if len(showing):
                found["picture"].append(float(showing[0, 1]) - click)
        if len(counted):
            found["onset"].append(counted[0, 0] - click)
    level, onset, picture = (np.array(values) / 1e6 for values in found.values())
    return Latency(len(clicks), level, onset, picture)


def report(latency: Latency) -> str:
    """The percentiles as a table, and a histogram of each."""
    lines = [f"{latency.clicks} clicks{'':18} p50      p95      p99   noticed"]
    for name, values in latency.table.items():
        if len(values):
            p50, p95, p99 = np.percentile(values, (50, 95, 99))
            lines.append(f"{name:22} {p50:6.2f}   {p95:6.2f}   {p99:6.2f} ms   {len(values)}")
    for name, values in latency.table.items():
        if len(values):
            lines += ["", name, *_histogram(values)]
    return "\n".join(lines)


def _histogram(values: NDArray[np.float64]) -> list[str]:
    edges = np.linspace(np.floor(values.min()), np.ceil(np.percentile(values, 99)) + 1e-9, 13)
    counts, _ = np.histogram(values, edges)
    widest = max(int(counts.max()), 1)
    lines = [f"{low:6.1f} ms {'█' * round(40 * n / widest)} {n}" for low, n in zip(edges[:-1], counts, strict=True)]
    beyond = len(values) - int(counts.sum())
    return [*lines, f"  later: {beyond}"] if beyond else lines


def as_json(latency: Latency) -> dict[str, Any]:
    """The percentiles by name, in milliseconds."""
    return {
        name: dict(zip(("p50", "p95", "p99"), map(float, np.percentile(values, (50, 95, 99))), strict=True))
        for name, values in latency.table.items()
        if len(values)
    }
