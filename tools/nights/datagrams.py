"""Random and mutated datagrams without an end, and who gives them to the guard of OSC in."""

from __future__ import annotations

import math
import random
import struct
import time
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_bundle_builder import OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from engine.control import guard, pattern
from engine.control.orders import Order
from engine.control.osc_reader import OscReader
from engine.control.scene_input import SceneInput
from engine.control.table import Repertoire, Table

MOST_NANOSECONDS = 1_000_000
MOST_STEPS = guard.MOST_STEPS + pattern.MOST_STEPS
AGAIN = 50
WORDS = ("brightness", "scene", "monochord", "master", "*", "?", "[a-z]", "[!a]", "{a,b}", "release", "//", "ink", "é")


def table() -> Table:
    """A table with every kind of input, and many of them."""
    inputs = [
        SceneInput("flow", "float", "", 0.5, 0.0, 2.0, (), (), "sound.level"),
        SceneInput("open", "bool", "", False, False, True, (), (), ""),
        SceneInput("drop", "event", "", False, False, True, (), (), "rhythm.onsets"),
        SceneInput("mode", "long", "", 3, 0, 9, (0, 3, 9), ("a", "b", "c"), ""),
        SceneInput("at", "point2D", "", (0.0, 0.0), None, None, (), (), ""),
        SceneInput("tint", "color", "", (0.0,) * 4, (0.0,) * 4, (1.0,) * 4, (), (), "palette"),
    ]
    inputs += [SceneInput(f"more{n}", "float", "", 0.0, 0.0, 1.0, (), (), "") for n in range(30)]
    shown = Repertoire(tuple(f"scene{n}" for n in range(40)), ("xuan", "storm"), ("one", "two"))
    return Table(shown, "ink", inputs)


class Datagrams:
    """Datagrams without an end: noise, what was put together anyhow, what takes long, what is right and was spoilt."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._addresses = list(table().entries)
        self._right = [self._bundle(depth % 5) for depth in range(400)]

    def __iter__(self) -> Iterator[bytes]:
        chance = self._random
        while True:
            way = chance.random()
            if way < 0.15:
                yield chance.randbytes(chance.choice((0, 1, 4, 8, 16, 20, 64, 256, 1500)))
            elif way < 0.3:
                yield self._built()
            elif way < 0.4:
                yield self._heavy()
            elif way < 0.42:
                yield self._spoilt(bytearray(self._heavy()))
            else:
                yield self._spoilt(bytearray(chance.choice(self._right)))

    def _message(self) -> bytes:
        chance = self._random
        builder = OscMessageBuilder(chance.choice(self._addresses))
        for kind in chance.choices("ifsbTFNhdr", k=chance.randrange(5)):
            value = {"s": "ink", "b": b"abcde", "r": 77, "f": chance.random(), "d": 0.5}.get(kind, 1)
            builder.add_arg(value, kind)
        found: bytes = builder.build().dgram
        return found

    def _bundle(self, depth: int) -> bytes:
        if depth == 0:
            return self._message()
        builder: Any = OscBundleBuilder(self._random.choice((0, 1, 2e9)))
        for _ in range(self._random.randrange(1, 5)):
            inner = self._bundle(depth - 1)
            builder.add_content(OscBundle(inner) if inner.startswith(b"#") else OscMessage(inner))
        found: bytes = builder.build().dgram
        return found

    def _built(self) -> bytes:
        """Parts of the right shape, put together anyhow."""
        chance = self._random
        data = b""
        for _ in range(chance.randrange(1, 6)):
            part = chance.randrange(6)
            if part == 0:
                data += _padded(("/" + "/".join(chance.choices(WORDS, k=chance.randrange(1, 6)))).encode())
            elif part == 1:
                data += _padded(b"," + bytes(chance.choices(b"ifsbhdtrcmSTFNI[]xz", k=chance.randrange(12))))
            elif part == 2:
                data += struct.pack(
                    ">i", chance.choice((-4, -1, 0, 4, 8, 20, 2**31 - 1, -(2**31), chance.randrange(99)))
                )
            elif part == 3:
                data += struct.pack(">f", chance.choice((math.nan, math.inf, -math.inf, 0.5, 3e38)))
            elif part == 4:
                data += b"#bundle\0" + chance.randbytes(8)
            else:
                data += _padded(chance.randbytes(chance.randrange(20)))
        return data

    def _heavy(self) -> bytes:
        """What takes long: many messages, many arguments, long patterns, as large as it may be."""
        chance = self._random
        way = chance.randrange(6)
        if way == 5:
            address = _padded(b"/monochord/scene/tint")
            one = address + b",ffff\0\0\0" + struct.pack(">ffff", *(chance.random() * 1.1 for _ in range(4)))
        elif way == 0:
            one = _padded(b"/monochord/master/brightness") + b",f\0\0" + struct.pack(">f", chance.random())
        elif way == 1:
            one = _padded(b"/" + bytes(chance.choices(b"*?[a]{b,c}/monchrd", k=chance.randrange(1, 120)))) + b",\0\0\0"
        elif way == 2:
            one = _padded(b"/monochord/*/*") + b",i\0\0" + struct.pack(">i", 1)
        elif way == 3:
            one = _padded(b"/x") + _padded(b"," + bytes(chance.choices(b"TFNI[]", k=chance.randrange(20))))
        else:
            one = _padded(b"/monochord/scene/select") + b",s\0\0" + _padded(bytes(chance.choices(b"abc:", k=900)))
        count = min(chance.randrange(1, 80), 8100 // (len(one) + 4))
        return b"#bundle\0" + bytes(8) + b"".join(struct.pack(">i", len(one)) + one for _ in range(max(count, 1)))

    def _spoilt(self, data: bytearray) -> bytes:
        chance = self._random
        for _ in range(chance.randrange(1, 5)):
            way, place = chance.randrange(5), chance.randrange(len(data) + 1)
            if way == 0 and place < len(data):
                data[place] = chance.randrange(256)
            elif way == 1:
                del data[place : place + chance.choice((1, 4, 16))]
            elif way == 2:
                data[place:place] = chance.randbytes(chance.choice((1, 4, 8)))
            elif way == 3:
                data[place : place + 4] = struct.pack(">i", chance.choice((-4, 0, 3, 2**31 - 1, 12)))
            else:
                data[place:place] = data[: chance.randrange(64)]
        return bytes(data)


def _padded(text: bytes) -> bytes:
    return text + bytes(4 - len(text) % 4)


class Fuzz:
    """A reader that is given datagrams; what was the worst of them."""

    def __init__(self, time_bound: int | None = MOST_NANOSECONDS) -> None:
        """`time_bound` in nanoseconds; None where nobody looks at the clock."""
        self._bound = time_bound
        self._now = 0.0
        self.orders = 0
        shown = table()
        self._given: list[Order] = []
        self.reader = OscReader((), lambda: shown, self._given.append, lambda _: None, lambda: self._now)
        self.slowest, self.steps = 0, 0
        self.late = 0  # took more than the bound at first
        self.worst = b""

    def give(self, datagram: bytes) -> None:
        """AssertionError, with the datagram, for what must not be."""
        took = self._once(datagram)
        if self._bound is not None and took > self.slowest:
            self._again(datagram, took, self._bound)

    def _again(self, datagram: bytes, first: int, bound: int) -> None:
        """What a datagram takes by itself that took longer than all before it."""
        took, times = first, 1
        while took > self.slowest and times <= AGAIN:
            if took > bound:
                time.sleep(0.001)
            took, times = min(took, self._once(datagram)), times + 1
        assert took <= bound, f"{took} ns: {datagram.hex()}"
        self.late += first > bound
        if took > self.slowest:
            self.slowest, self.worst = took, datagram

    def _once(self, datagram: bytes) -> int:
        self._now += 10.0  # every bucket is full again
        begun = time.thread_time_ns()
        self.reader.hear(datagram, "127.0.0.1", self._now)
        took = time.thread_time_ns() - begun
        self.steps = max(self.steps, self.reader.steps)
        assert self.reader.steps <= MOST_STEPS, f"{self.reader.steps} steps: {datagram.hex()}"
        for order in self._given:
            assert _finite(order), f"{order}: {datagram.hex()}"
        self.orders += len(self._given)
        self._given.clear()
        return took


def _finite(order: Order) -> bool:
    values = [getattr(order, part.name) for part in fields(order)]
    flat = [part for one in values for part in (one if isinstance(one, tuple) else (one,))]
    return all(not isinstance(one, float) or math.isfinite(one) for one in flat)
