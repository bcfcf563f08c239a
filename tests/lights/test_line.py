"""Lines: what leaves by TCP is framed as the specifications say, and a receiver that is not there costs nothing."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadSetting
from engine.lights.destination import Destination
from engine.lights.line import open_line, slip, with_length


class Server:
    """A receiver by TCP that a test opens and closes when it likes."""

    def __init__(self, port: int = 0) -> None:
        self._door = socket.create_server(("127.0.0.1", port))
        self._door.setblocking(False)
        self.port: int = self._door.getsockname()[1]
        self.line: socket.socket | None = None
        self.heard = b""

    def look(self) -> bytes:
        """All that has been heard."""
        try:
            if self.line is None:
                self.line, _ = self._door.accept()
                self.line.setblocking(False)
            self.heard += self.line.recv(1 << 20)
        except BlockingIOError:
            pass
        return self.heard

    def close(self) -> None:
        for one in (self.line, self._door):
            if one is not None:
                one.close()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def _unslipped(stream: bytes) -> list[bytes]:
    """The packets of a stream, as RFC 1055 reads it."""
    return [
        packet.replace(b"\xdb\xdc", b"\xc0").replace(b"\xdb\xdd", b"\xdb") for packet in stream.split(b"\xc0") if packet
    ]


def _counted(stream: bytes) -> list[bytes]:
    """The packets of a stream, each behind its length."""
    found, at = [], 0
    while at < len(stream):
        (size,) = struct.unpack_from(">I", stream, at)
        found.append(stream[at + 4 : at + 4 + size])
        at += 4 + size
    return found


@given(st.lists(st.binary(min_size=1, max_size=64), max_size=5))
def test_packets_come_out_of_a_stream_as_they_went_in(packets: list[bytes]) -> None:
    assert _unslipped(b"".join(slip(packet) for packet in packets)) == packets
    assert _counted(b"".join(with_length(packet) for packet in packets)) == packets


def test_a_slipped_packet_stands_between_two_ends() -> None:
    assert slip(b"/a\0\0\xc0\xdb") == b"\xc0/a\0\0\xdb\xdc\xdb\xdd\xc0"


@pytest.mark.parametrize(("transport", "read"), [("tcp", _counted), ("slip", _unslipped)])
def test_a_receiver_by_tcp_gets_every_packet_from_when_it_is_connected(
    server: Server, until: Callable[..., None], transport: str, read: Callable[[bytes], list[bytes]]
) -> None:
    line = open_line(Destination("127.0.0.1", server.port, transport=transport))
    packets = [bytes([k, 0xC0, 0xDB, 0xDC]) * 4 for k in range(200)]
    until(lambda: (line.send(b"hail"), server.look())[1])
    for packet in packets:
        line.send(packet)
    until(lambda: read(server.look())[-200:] == packets)
    assert line.trouble is None
    line.close()


def test_a_receiver_that_is_not_there_is_reported_and_costs_no_time(server: Server, until: Callable[..., None]) -> None:
    server.close()
    line = open_line(Destination("127.0.0.1", server.port, transport="tcp"))
    until(lambda: (line.send(b"a"), line.trouble)[1])
    assert line.trouble == "nothing listens there"
    begun = time.thread_time()
    for _ in range(1000):
        line.send(b"a")
    assert time.thread_time() - begun < 0.2
    line.close()


def test_a_line_that_broke_is_connected_again_when_the_receiver_is_back(until: Callable[..., None]) -> None:
    first = Server()
    line = open_line(Destination("127.0.0.1", first.port, transport="slip"))
    until(lambda: (line.send(b"one"), first.look())[1])
    first.close()
    until(lambda: (line.send(b"two"), line.trouble)[1])
    second = Server(first.port)
    until(lambda: (line.send(b"three"), b"three" in second.look())[1])
    assert set(_unslipped(second.heard)) <= {b"two", b"three"}
    second.close()
    line.close()


def test_a_receiver_that_reads_nothing_loses_whole_packets_and_never_stops_us(
    server: Server, until: Callable[..., None]
) -> None:
    line = open_line(Destination("127.0.0.1", server.port, transport="tcp"))
    until(lambda: (line.send(b"0000"), server.look())[1])
    begun = time.thread_time()
    for k in range(20_000):
        line.send(struct.pack(">I", k) * 64)
    assert time.thread_time() - begun < 2.0
    until(lambda: (line.send(b"last"), server.look().endswith(b"last"))[1])
    assert {len(packet) for packet in _counted(server.heard)} == {4, 256}
    line.close()


def test_what_a_receiver_says_is_taken_from_it(server: Server, until: Callable[..., None]) -> None:
    line = open_line(Destination("127.0.0.1", server.port, transport="tcp"))
    until(lambda: (line.send(b"hail"), server.look())[1])
    assert server.line is not None
    said = 0
    for _ in range(20_000):
        try:
            said += server.line.send(bytes(1 << 16))
        except BlockingIOError:
            line.send(b"more")
        if said > 1 << 24:
            break
    assert said > 1 << 24  # more than the kernel keeps
    line.close()


def test_nobody_at_a_port_is_noticed_by_udp_too(until: Callable[..., None]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    line = open_line(Destination("127.0.0.1", port))
    until(lambda: (line.send(b"a"), line.trouble)[1])
    assert line.trouble == "nothing listens there"
    line.close()


def test_a_name_that_means_nothing_is_refused() -> None:
    with pytest.raises(BadSetting, match="unknown host"):
        open_line(Destination("no.such.name.invalid", 9, transport="tcp"))
