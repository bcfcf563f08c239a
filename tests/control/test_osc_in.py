"""The thread that listens: what is sent to its port is heard, and it ends when it is told to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

import pytest
from pythonosc.udp_client import SimpleUDPClient

from engine.control.guard import MOST_BYTES
from engine.control.listening_place import OscInSettings
from engine.control.orders import Master, Order
from engine.control.osc_in import OscIn
from engine.errors import BadSetting

from .shown import table


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_what_is_sent_is_heard_and_no_thread_is_left(until: Callable) -> None:
    orders: list[Order] = []
    port, before = free_port(), threading.active_count()
    with OscIn(OscInSettings(port=port), table, orders.append, print), SimpleUDPClient("127.0.0.1", port) as client:
        client.send_message("/monochord/master/brightness", 0.5)
        until(lambda: orders == [Master("brightness", 0.5)])
    assert threading.active_count() == before


def test_a_datagram_that_is_too_long_is_refused_and_not_cut(until: Callable) -> None:
    said: list[object] = []
    port = free_port()
    with OscIn(OscInSettings(port=port), table, said.append, said.append) as listening:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"/tap\0\0\0\0,s\0\0" + b"x" * MOST_BYTES, ("127.0.0.1", port))
            sender.sendto(b"", ("127.0.0.1", port))
        until(lambda: listening.refused == {"longer than 8192 bytes": 1, "empty": 1})
    assert len(said) == 2


def test_a_bug_behind_an_order_is_told_and_the_next_order_is_heard(until: Callable) -> None:
    orders: list[Order] = []
    said: list[object] = []
    port = free_port()

    def order(one: Order) -> None:
        orders.append(one)
        if len(orders) == 1:
            raise ZeroDivisionError("once")

    with OscIn(OscInSettings(port=port), table, order, said.append), SimpleUDPClient("127.0.0.1", port) as client:
        client.send_message("/monochord/master/brightness", 0.5)
        until(lambda: said == ["OSC: a message was lost (ZeroDivisionError: once)"])
        client.send_message("/monochord/master/brightness", 1.0)
        until(lambda: orders[-1] == Master("brightness", 1.0))


def test_a_port_that_is_taken_and_a_place_that_is_none_are_said_in_one_line() -> None:
    port = free_port()
    with (
        OscIn(OscInSettings(port=port), table, print, print),
        pytest.raises(BadSetting, match=rf"osc_in=127.0.0.1:{port} cannot be listened at: .* \(choose another port\)"),
    ):
        OscIn(OscInSettings(port=port), table, print, print)
    with pytest.raises(BadSetting, match=r"cannot be listened at: .* \(say an address of this machine\)"):
        OscIn(OscInSettings("192.0.2.1", port), table, print, print)
    with pytest.raises(BadSetting, match=r"osc_in=no.such.invalid:\d+ is no address of this machine"):
        OscIn(OscInSettings("no.such.invalid", port), table, print, print)
