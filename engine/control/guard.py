"""The guard: reads OSC from strangers within fixed bounds of work, and says no to everything else.

A datagram is at most 8192 bytes, 64 messages and bundles, four bundles deep, and 128 arguments; each is looked at
once, from front to back, and what was checked is what is handed on. So nothing is left for a second parser to see
otherwise: python-osc 1.10.2 hangs on some datagrams, sleeps on others, forgets the types, and does not know the `I`
that OSC 1.1 asks for. It builds what tests send here.

Time tags are not kept: what comes is meant now.
"""

from __future__ import annotations

import math
import re
import struct
from collections import Counter
from types import MappingProxyType
from typing import Final, NamedTuple

MOST_BYTES: Final = 8192
"""Of a datagram."""
MOST_ELEMENTS: Final = 64
"""Messages and bundles in it."""
MOST_ARGUMENTS: Final = 128
"""Of all its messages together."""
DEEPEST: Final = 4
"""Bundles within one another, and brackets."""
MOST_STEPS: Final = 1 + MOST_ELEMENTS + MOST_ARGUMENTS
"""Rounds of all loops together that a datagram can take."""
_LONGEST_TEXT: Final = 1024  # bytes, the null at its end among them
_ADDRESS: Final = re.compile(rb"/[!-~]{0,254}")
_BUNDLE: Final = b"#bundle\0"
_BUNDLE_HEAD: Final = 16  # with its time tag
_SIZE: Final = struct.Struct(">i")
_FIXED: Final = MappingProxyType(
    {
        "i": _SIZE,
        "f": struct.Struct(">f"),
        "h": struct.Struct(">q"),
        "d": struct.Struct(">d"),
        "t": struct.Struct(">Q"),
        "r": struct.Struct(">I"),
        "c": struct.Struct(">I"),
        "m": struct.Struct("4s"),
    }
)
_WORDS: Final = MappingProxyType({"T": True, "F": False, "I": True, "N": None})
"""Types without bytes: true, false, an impulse (a button that is pressed), nothing."""

Sent = bool | int | float | str | bytes | None


class Refused(Exception):
    """A datagram that does not pass; `reason` is one of a few."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Message(NamedTuple):
    """One message: its address, which may be a pattern, its type tags, and its arguments; brackets are gone."""

    address: str
    tags: str
    arguments: tuple[Sent, ...]


class Guard:
    """Datagrams in, messages out. `refused` counts what did not pass, by reason; `steps` is what the last one took."""

    def __init__(self) -> None:
        self.refused: Counter[str] = Counter()
        self.reset()

    def reset(self) -> None:
        """Nothing has come yet."""
        self.refused.clear()
        self.steps = 0

    def step(self, datagram: bytes) -> list[Message]:
        """Its messages in their order; Refused, counted, if anything in it is not as it should be."""
        try:
            return self._read(datagram)
        except Refused as why:
            self.refused[why.reason] += 1
            raise

    def _read(self, datagram: bytes) -> list[Message]:
        self.steps = 1
        if not datagram:
            raise Refused("empty")
        if len(datagram) > MOST_BYTES:
            raise Refused(f"longer than {MOST_BYTES} bytes")
        if len(datagram) % 4:
            raise Refused("length is no multiple of 4")
        self._elements = self._arguments = 0
        found: list[Message] = []
        self._element(datagram, 0, len(datagram), 0, found)
        return found

    def _element(self, data: bytes, start: int, end: int, depth: int, found: list[Message]) -> None:
        """A message or bundle in these bytes."""
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            raise Refused(f"more than {MOST_ELEMENTS} messages")
        if data.startswith(b"/", start, end):
            found.append(self._message(data, start, end))
            return
        if not data.startswith(_BUNDLE, start, end) or end - start < _BUNDLE_HEAD:
            raise Refused("neither a message nor a bundle")
        if depth == DEEPEST:
            raise Refused(f"bundles more than {DEEPEST} deep")
        at = start + _BUNDLE_HEAD
        while at < end:
            self.steps += 1
            (size,) = _SIZE.unpack_from(data, at)  # there is room: all is in fours
            at += 4
            if size < 4 or size % 4 or size > end - at:
                raise Refused("size of an element")
            self._element(data, at, at + size, depth + 1, found)
            at += size

    def _message(self, data: bytes, start: int, end: int) -> Message:
        """The message that fills these bytes."""
        close, at = _text_end(data, start, end)
        address = _ADDRESS.fullmatch(data, start, close)
        if address is None:
            raise Refused("address")
        path = address[0].decode("ascii")
        if at == end:
            return Message(path, "", ())
        if data[at] != 0x2C:
            raise Refused("no types")
        first = at + 1
        close, at = _text_end(data, at, end)
        self._arguments += close - first
        if self._arguments > MOST_ARGUMENTS:
            raise Refused(f"more than {MOST_ARGUMENTS} arguments")
        tags = data[first:close].decode("latin-1")
        return Message(path, tags, self._values(tags, data, at, end))

    def _values(self, tags: str, data: bytes, at: int, end: int) -> tuple[Sent, ...]:
        """The arguments of these types, which fill the bytes from `at` on."""
        arguments: list[Sent] = []
        depth = 0
        for tag in tags:
            self.steps += 1
            fixed = _FIXED.get(tag)
            if fixed is not None:
                if fixed.size > end - at:
                    raise Refused("an argument beyond the end")
                (value,) = fixed.unpack_from(data, at)
                at += fixed.size
                if tag in "fd" and not math.isfinite(value):
                    raise Refused("not a finite number")
                arguments.append(value)
            elif tag in _WORDS:
                arguments.append(_WORDS[tag])
            elif tag in "sS":
                close, after = _text_end(data, at, end)
                arguments.append(_text(data, at, close))
                at = after
            elif tag == "b":
                blob, at = _blob(data, at, end)
                arguments.append(blob)
            elif tag in "[]":
                depth += 1 if tag == "[" else -1
                if not 0 <= depth <= DEEPEST:
                    raise Refused("brackets")
            else:
                raise Refused("unknown type")
        if depth:
            raise Refused("brackets")
        if at != end:
            raise Refused("more bytes than its types say")
        return tuple(arguments)


def _text_end(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the text that begins here ends, and where what follows it begins."""
    close = data.find(b"\0", start, min(end, start + _LONGEST_TEXT))
    if close < 0:
        raise Refused("text without an end")
    after = close + 4 - (close - start) % 4
    if after > end:
        raise Refused("text without an end")
    return close, after


def _text(data: bytes, start: int, close: int) -> str:
    try:
        return data[start:close].decode()
    except UnicodeDecodeError:
        raise Refused("text that is not UTF-8") from None


def _blob(data: bytes, at: int, end: int) -> tuple[bytes, int]:
    """A blob, and where what follows it begins."""
    if end - at < 4:
        raise Refused("an argument beyond the end")
    (size,) = _SIZE.unpack_from(data, at)
    at += 4
    if not 0 <= size <= end - at:
        raise Refused("size of a blob")
    return data[at : at + size], at + size + -size % 4
