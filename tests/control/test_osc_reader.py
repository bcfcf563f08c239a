"""From a stranger's datagram to an order: who may send, how much, and what the operator hears of the rest."""

from __future__ import annotations

import ipaddress
import struct
from typing import Any

import pytest
from pythonosc.osc_message_builder import OscMessageBuilder

from engine.control.orders import Master, Order, Override, Release, StepScene
from engine.control.osc_reader import OscReader
from engine.control.table import Table

from .shown import INPUTS, table

HERE = "127.0.0.1"


def message(address: str, *arguments: Any) -> bytes:
    builder: Any = OscMessageBuilder(address)
    for value in arguments:
        builder.add_arg(value)
    return bytes(builder.build().dgram)


def bundle(*elements: bytes) -> bytes:
    return b"#bundle\0" + bytes(8) + b"".join(struct.pack(">i", len(one)) + one for one in elements)


class Desk:
    """A reader, what it was told to do, and what the operator heard."""

    def __init__(self, *senders: str) -> None:
        self.now = 0.0
        self.shown: Table = table()
        self.orders: list[Order] = []
        self.said: list[str] = []
        networks = [ipaddress.ip_network(sender) for sender in senders]
        say = self.said.append
        self.reader = OscReader(
            networks, lambda: self.shown, self.orders.append, lambda line: say(str(line)), lambda: self.now
        )

    def hear(self, datagram: bytes, sender: str = HERE) -> bool:
        return self.reader.hear(datagram, sender, self.now)


def test_an_order_is_read_and_handed_on() -> None:
    desk = Desk()
    assert desk.hear(bundle(message("/monochord/master/brightness", 0.5), message("/monochord/scene/next")))
    assert desk.orders == [Master("brightness", 0.5), StepScene(1)]
    assert desk.said == []
    assert not desk.reader.refused


@pytest.mark.parametrize("sender", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "192.168.1.20", "10.2.3.4", "fe80::1%eth0"])
def test_this_machine_and_those_who_are_named_may_send(sender: str) -> None:
    desk = Desk("192.168.1.20", "10.0.0.0/8", "fe80::1")
    assert desk.hear(message("/monochord/scene/next"), sender)
    assert desk.orders


@pytest.mark.parametrize("sender", ["192.168.1.21", "11.0.0.1", "::2", "::ffff:192.168.1.21"])
def test_a_foreign_sender_is_dropped_unread_and_told_once_a_minute(sender: str) -> None:
    desk = Desk("192.168.1.20", "10.0.0.0/8")
    for _ in range(10):
        assert not desk.hear(message("/monochord/scene/next"), sender)
    assert desk.orders == []
    assert desk.reader.refused == {"sender": 10}
    assert desk.said == [f"OSC: {sender} may not send here (--osc-from lets it)"]


def test_garbage_is_counted_by_reason_and_told_once_a_minute_each() -> None:
    desk = Desk()
    for n in range(120):
        desk.now = float(n)
        desk.hear(b"garbage!")
        desk.hear(b"/odd")
        desk.hear(b"abc")
    assert desk.reader.refused == {
        "neither a message nor a bundle": 120,
        "text without an end": 120,
        "length is no multiple of 4": 120,
    }
    assert len(desk.said) == 6
    assert desk.said[0] == "OSC from 127.0.0.1 was refused: neither a message nor a bundle"
    assert desk.said[3].endswith("(and 59 more)")


def test_wrong_orders_change_nothing_and_are_told_once_a_second_a_kind() -> None:
    desk = Desk()
    for n in range(20):
        desk.now = n / 10
        desk.hear(message("/monochord/master/brightness", 7.0))
        desk.hear(message("/monochord/nothing", float(n)))
    assert desk.orders == []
    assert desk.reader.refused == {"bad order": 40}
    assert len(desk.said) == 4
    assert desk.said[0] == "/monochord/master/brightness: brightness=7 must be a number, 0 to 1"
    assert desk.said[1].startswith("OSC address: /monochord/nothing is none (did you mean /monochord/")
    assert [line[-13:] for line in desk.said[2:]] == [" (and 9 more)"] * 2


def test_a_flood_is_heard_in_part() -> None:
    desk = Desk()
    heard = sum(desk.hear(message("/monochord/scene/next")) for _ in range(3000))
    assert heard == len(desk.orders) == 500
    assert desk.reader.refused == {"rate": 2500}
    assert desk.said == ["OSC: 127.0.0.1 says too much, and is heard only in part"]
    desk.now = 0.1
    assert desk.hear(message("/monochord/scene/next"))


def test_a_pattern_asks_for_all_that_it_means() -> None:
    desk = Desk()
    desk.hear(message("/monochord/master/{freeze,bl*}", 1))
    assert desk.orders == [Master("blackout", True), Master("freeze", True)]
    desk.orders.clear()
    desk.hear(message("/monochord/scene/[ft]*/release"))
    assert desk.orders == [Release("ink", "flow"), Release("ink", "tint")]


def test_a_pattern_means_the_inputs_of_the_scene_that_is_on_by_then() -> None:
    desk = Desk()
    desk.hear(message("/monochord/scene/fl*", 1.0))
    desk.shown = desk.shown.with_scene("silk", [INPUTS[4]])
    desk.hear(message("/monochord/scene/fl*", 1.0))
    desk.hear(message("/monochord/scene/co*", 1))
    assert desk.orders == [Override("ink", "flow", 1.0), Override("silk", "count", 1)]
    assert desk.said == ["OSC address: nothing at /monochord/scene/fl* takes this"]


def test_patterns_that_cost_too_much_are_refused_with_all_that_follow_in_their_datagram() -> None:
    desk = Desk()
    desk.hear(bundle(*[message("/monochord/*/*", 1)] * 60))
    asked = len(desk.orders)
    assert 0 < asked < 60
    assert desk.reader.refused["a pattern that means too much"] > 50
    desk.hear(message("/monochord/master/[fb]*", 1))
    assert len(desk.orders) > asked
