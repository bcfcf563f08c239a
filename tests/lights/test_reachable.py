"""Whoever is told something is looked for before the show, and told nothing."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from engine.lights.reachable import Place, why_not


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(5.0)
        yield listening


def nobodys_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as brief:
        brief.bind(("127.0.0.1", 0))
        return int(brief.getsockname()[1])


def test_who_listens_by_udp_is_not_known_to_be_away_and_hears_a_bundle_without_a_message(
    receiver: socket.socket,
) -> None:
    assert why_not([Place("127.0.0.1", receiver.getsockname()[1])], 0.2) == [""]
    heard = receiver.recv(64)
    assert heard.startswith(b"#bundle\0")
    assert len(heard) == 16


@pytest.mark.parametrize(("kind", "transport"), [(socket.SOCK_DGRAM, "udp"), (socket.SOCK_STREAM, "tcp")])
def test_a_port_at_which_nobody_listens_is_known(kind: socket.SocketKind, transport: str) -> None:
    assert why_not([Place("127.0.0.1", nobodys_port(kind), transport)], 5.0) == ["has nobody who listens"]


def test_who_takes_a_connection_is_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert why_not([Place("127.0.0.1", server.getsockname()[1], "tcp")], 5.0) == [""]


def test_an_unknown_host_is_named_so_and_the_others_are_asked_all_the_same(receiver: socket.socket) -> None:
    there = Place("127.0.0.1", receiver.getsockname()[1])
    unknown, known = why_not([Place("no.such.host.invalid", 9101), there], 0.2)
    assert unknown.startswith("is an unknown host (")
    assert known == ""


def test_what_the_show_could_not_reach_either_is_no_good_sign() -> None:
    (why,) = why_not([Place("255.255.255.255", 9)], 0.2)  # broadcast is not allowed, here as on a line of the show
    assert why.startswith("cannot be reached: ")


def test_who_speaks_unasked_is_there(receiver: socket.socket) -> None:
    # The answer of an echoing receiver waits where the error of an absent one would.
    import threading

    def echo() -> None:
        data, sender = receiver.recvfrom(64)
        receiver.sendto(data, sender)

    thread = threading.Thread(target=echo)
    thread.start()
    try:
        assert why_not([Place("127.0.0.1", receiver.getsockname()[1])], 5.0) == [""]
    finally:
        thread.join()


def test_nobody_to_ask_is_no_trouble() -> None:
    assert why_not([]) == []
