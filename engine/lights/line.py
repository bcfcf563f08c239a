"""Lines to receivers: packets go out by UDP, or by TCP in a frame of their own. None of them ever waits.

A receiver that is not there costs a look at the clock: a line that failed is tried again after a while, each time
after a longer one, and meanwhile what should be sent is lost.
"""

from __future__ import annotations

import errno
import os
import select
import socket
import struct
import time
from collections.abc import Callable
from typing import Any, Final, Protocol

from engine.errors import BadSetting
from engine.lights.destination import Destination

BUNDLE_HEAD: Final = b"#bundle\x00" + b"\x00" * 7 + b"\x01"
"""What every OSC bundle of ours begins with; its time tag says: immediately."""
_WELL_AFTER: Final = 2.0  # seconds without trouble until a receiver counts as there again
_FIRST_RETRY, _LAST_RETRY = 0.25, 4.0  # seconds until a line is tried again
_TO_CONNECT: Final = 5.0  # seconds that a receiver may take to answer
_MOST_WAITING: Final = 1 << 16  # bytes: a receiver that takes no more loses whole packets
_END, _ESC, _ESC_END, _ESC_ESC = b"\xc0", b"\xdb", b"\xdb\xdc", b"\xdb\xdd"  # of SLIP
_READ: Final = 1 << 14  # bytes of what a receiver says that are taken, and dropped, at once


class Line(Protocol):
    """A way to one receiver."""

    @property
    def trouble(self) -> str | None:
        """What is wrong with it, while something is."""

    def send(self, packet: bytes | memoryview) -> None:
        """Send a packet, or lose it; never wait."""

    def close(self) -> None:
        """Send no more."""


def open_line(destination: Destination) -> Line:
    """The line to a receiver; BadSetting if its name means nothing."""
    stream = destination.by != "udp"
    try:
        found = socket.getaddrinfo(
            destination.host, destination.port, type=socket.SOCK_STREAM if stream else socket.SOCK_DGRAM
        )
    except (OSError, UnicodeError) as why:
        reason = getattr(why, "strerror", None) or why
        raise BadSetting(f"osc={destination} has an unknown host ({reason})") from why
    family, _, _, _, address = found[0]
    if not stream:
        return UdpLine(family, address)
    return TcpLine(family, address, slip if destination.by == "slip" else with_length)


def with_length(packet: bytes) -> bytes:
    """A packet in a stream as OSC 1.0 has it: its length as four bytes before it."""
    return struct.pack(">I", len(packet)) + packet


def slip(packet: bytes) -> bytes:
    """A packet in a stream as OSC 1.1 has it: between two ENDs, escaped (SLIP, RFC 1055)."""
    return _END + packet.replace(_ESC, _ESC_ESC).replace(_END, _ESC_END) + _END


class _Health:
    """What is wrong, until nothing has been for a while; and when to try again."""

    def __init__(self) -> None:
        self.trouble: str | None = None
        self._failed_at = 0.0
        self._wait = _FIRST_RETRY
        self.retry_at = 0.0

    def failed(self, why: str, now: float) -> None:
        """Something went wrong."""
        self.trouble = self.trouble or why
        self._failed_at = now

    def lost(self, why: str, now: float) -> None:
        """Nothing can be sent before `retry_at`."""
        self.failed(why, now)
        self.retry_at = now + self._wait
        self._wait = min(2 * self._wait, _LAST_RETRY)

    def went_well(self, now: float) -> None:
        """Something was sent; after a while of that all is well again."""
        if self.trouble is not None and now - self._failed_at > _WELL_AFTER:
            self.trouble = None
            self._wait = _FIRST_RETRY


class UdpLine:
    """A datagram a packet."""

    def __init__(self, family: int, address: Any) -> None:
        self._family, self._address = family, address
        self._socket: socket.socket | None = None
        self._health = _Health()

    @property
    def trouble(self) -> str | None:
        return self._health.trouble

    def send(self, packet: bytes | memoryview) -> None:
        try:
            if self._socket is None and not self._open():
                return
            assert self._socket is not None
            self._socket.send(packet)
            if self._health.trouble is not None:
                self._health.went_well(time.monotonic())
        except BlockingIOError:
            pass  # the network is full: this packet is lost, the next will tell
        except ConnectionRefusedError:  # what was sent before has come back; the next one may be heard
            self._health.failed("nothing listens there", time.monotonic())
        except OSError as why:
            self.close()
            self._health.lost(why.strerror or str(why), time.monotonic())

    def _open(self) -> bool:
        if time.monotonic() < self._health.retry_at:
            return False
        self._socket = socket.socket(self._family, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.connect(self._address)  # asks nobody: so that the system tells when nothing listens there
        return True

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class TcpLine:
    """Packets in a stream, framed; connected again when it breaks."""

    def __init__(self, family: int, address: Any, frame: Callable[[bytes], bytes]) -> None:
        self._family, self._address, self._frame = family, address, frame
        self._socket: socket.socket | None = None
        self._up = False
        self._begun = 0.0
        self._waiting = bytearray()
        self._health = _Health()
        self._try(self._begin)

    @property
    def trouble(self) -> str | None:
        return self._health.trouble

    def send(self, packet: bytes | memoryview) -> None:
        self._try(lambda: self._send(packet))

    def close(self) -> None:
        """Close it; what the system has taken arrives, what waits here does not."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._up = False
        self._waiting.clear()

    def _try(self, action: Callable[[], None]) -> None:
        try:
            action()
        except OSError as why:
            self.close()
            refused = isinstance(why, ConnectionRefusedError)
            self._health.lost("nothing listens there" if refused else why.strerror or str(why), time.monotonic())

    def _begin(self) -> None:
        now = time.monotonic()
        if now < self._health.retry_at:
            return
        self._begun = now
        self._socket = socket.socket(self._family, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        code = self._socket.connect_ex(self._address)
        if code not in (0, errno.EINPROGRESS):
            raise OSError(code, os.strerror(code))

    def _send(self, packet: bytes | memoryview) -> None:
        if self._socket is None:
            self._begin()
        if self._socket is None or not (self._up or self._connected(self._socket)):
            return
        self._hear(self._socket)
        if len(self._waiting) + len(packet) <= _MOST_WAITING:
            self._waiting += self._frame(bytes(packet))
        try:
            sent = self._socket.send(self._waiting)
            del self._waiting[:sent]
        except BlockingIOError:
            pass
        self._health.went_well(time.monotonic())

    def _connected(self, line: socket.socket) -> bool:
        """Whether the receiver has answered by now."""
        if not select.select([], [line], [], 0)[1]:
            if time.monotonic() - self._begun > _TO_CONNECT:
                raise OSError(errno.ETIMEDOUT, "it does not answer")
            return False
        code = line.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))
        self._up = True
        return True

    def _hear(self, line: socket.socket) -> None:
        """What a receiver says is not for us, but must be taken from it; a line that it has closed is broken."""
        try:
            if not line.recv(_READ):
                raise ConnectionResetError(errno.ECONNRESET, "it has closed the line")
        except BlockingIOError:
            pass
