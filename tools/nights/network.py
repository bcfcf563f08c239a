"""Faults of the network: a page under siege, receivers that are gone, deaf or mad, and orders that are none."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from watching.show import until

from nights.night import COMING_BACK, Fault, Night, trouble
from nights.verdict import Verdict, so


class Receivers:
    """The two other receivers of the night's show: well while they are here, one by datagrams, one by a stream."""

    def __init__(self, night: Night, *, datagrams: bool = True, reads: bool = True) -> None:
        """`datagrams`: whether one listens for them; `reads`: whether the other takes what it is sent."""
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        if datagrams:
            self._udp.bind(("127.0.0.1", night.udp))
        self._tcp = socket.create_server(("127.0.0.1", night.tcp))
        self._tcp.settimeout(0.1)
        self._reads = reads
        self.came = self.taken = 0
        """Connections, and bytes that were read."""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="receiver", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        line: socket.socket | None = None
        while not self._over.is_set():
            try:
                if line is None:
                    line, _ = self._tcp.accept()
                    line.settimeout(0.1)
                    self.came += 1
                elif not self._reads:
                    self._over.wait(0.1)
                elif taken := len(line.recv(1 << 16)):
                    self.taken += taken
                else:
                    line.close()
                    line = None
            except TimeoutError:
                continue
            except OSError:
                line = None
        if line is not None:
            line.close()

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        self._tcp.close()
        self._udp.close()


@contextmanager
def receivers(night: Night, *, datagrams: bool = True, reads: bool = True) -> Iterator[Receivers]:
    """The two other receivers, as long as it is open."""
    there = Receivers(night, datagrams=datagrams, reads=reads)
    try:
        yield there
    finally:
        there.close()


def unreachable(night: Night) -> Verdict:
    """Two receivers of three are not there; then they are."""
    show, before, since = night.show, night.restarts, time.monotonic()
    said = until(lambda: f":{night.udp}:" in night.said and f":{night.tcp}:" in night.said, COMING_BACK)
    night.settle(night.moments(5.0, 1.0))
    checks = [
        so("each said in a line", well=said),
        so("not again and again", well=night.said.count("cannot be reached") <= 4),
        *night.unharmed(since, before),
    ]
    with receivers(night) as there:
        checks.append(so("reached when it is there", well=until(lambda: there.taken > 10_000, COMING_BACK)))
    return Verdict("receivers-gone", (*checks, so("the show goes on", well=show.alive)))


def never_reads(night: Night) -> Verdict:
    """A receiver that takes a stream and never reads."""
    before = night.restarts
    with receivers(night, reads=False) as there:
        came = until(lambda: there.came > 0, COMING_BACK)
        since = time.monotonic()
        night.settle(night.moments(15.0, 3.0))
        checks = [so("connected", well=came), *night.unharmed(since, before)]
    return Verdict("receiver-deaf", tuple(checks))


def floods_back(night: Night) -> Verdict:
    """A receiver that answers with as many datagrams as it can."""
    before, seconds = night.restarts, night.moments(10.0, 3.0)
    with receivers(night, datagrams=False), trouble("echo", night.udp, seconds) as maker:
        since = time.monotonic()
        done = until(lambda: maker.poll() is not None, COMING_BACK + seconds)
        checks = [so("answered", well=done), *night.unharmed(since, before)]
    return Verdict("receiver-floods", tuple(checks))


def page(name: str, *words: str) -> Fault:
    """A page under siege; afterwards the operator is let in."""

    def fault(night: Night) -> Verdict:
        show, before, seconds = night.show, night.restarts, night.moments(15.0, 3.0)
        with trouble(*words, show.page, seconds) as maker:
            since = time.monotonic()
            until(lambda: maker.poll() is not None, seconds + COMING_BACK)
            checks = night.unharmed(since, before)
        hops = show.facts.get("hops", 0)
        checks.append(so("the page answers", well=until(lambda: show.facts.get("hops", 0) > hops, COMING_BACK)))
        return Verdict(name, (*checks, so("orders are obeyed", well=night.again())))

    return fault


def silent_door(night: Night) -> Verdict:
    """As many connections as the page serves, none of which says a word: is the operator let in?"""
    show, before = night.show, night.restarts
    since, there = time.monotonic(), list[socket.socket]()
    for _ in range(200):
        with contextlib.suppress(OSError):
            there.append(socket.create_connection(("127.0.0.1", show.page), 1.0))
    let_in = until(lambda: _answers(show.page), night.moments(COMING_BACK, 30.0))
    took = time.monotonic() - since
    for one in there:
        one.close()
    checks = [so(f"the operator is let in, after {took:.1f} s", well=let_in), *night.unharmed(since, before)]
    return Verdict("page-silence", tuple(checks))


def _answers(port: int) -> bool:
    """Whether the page answers somebody new."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0) as line:
        line.settimeout(1.0)
        line.sendall(b"GET /page/ HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n\r\n" % port)
        return line.recv(64).startswith(b"HTTP/1.1 200")
    return False


def datagrams(night: Night) -> Verdict:
    """Ten million datagrams at the port for orders, none of which is an order; then one that is."""
    show, before, count = night.show, night.restarts, 100_000 if night.short else 10_000_000
    with trouble("datagrams", show.orders, count, 10) as maker:
        since = time.monotonic()
        done = until(lambda: maker.poll() is not None, 1800.0)
        took = time.monotonic() - since
        well = done and maker.returncode == 0
        checks = [so(f"{count:,} datagrams in {took:.0f} s", well=well), *night.unharmed(since, before, black=False)]
    show.order("/monochord/master/blackout", "T", False)
    return Verdict("datagrams", (*checks, so("an order is obeyed", well=night.again())))


FAULTS: Sequence[tuple[str, Fault]] = (
    ("receivers-gone", unreachable),
    ("receiver-deaf", never_reads),
    ("receiver-floods", floods_back),
    ("page-flood", page("page-flood", "connections")),
    ("page-deaf", page("page-deaf", "deaf")),
    ("page-babble", page("page-babble", "babble")),
    ("page-silence", silent_door),
    ("datagrams", datagrams),
)
