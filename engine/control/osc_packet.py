"""One OSC message as bytes, for values that are told to whoever listens."""

from __future__ import annotations

import struct
from collections.abc import Sequence


def osc_packet(address: str, tags: str, values: Sequence[bool | int | float | str]) -> bytes:
    """The message; `tags` are OSC types f, i, s and T, one a value, where T stands for true and false."""
    types, data = "", b""
    for tag, value in zip(tags, values, strict=True):
        if tag == "T":
            types += "T" if value else "F"
        elif tag == "s":
            types, data = types + "s", data + _text(str(value))
        else:
            number = int(value) if tag == "i" else float(value)
            types, data = types + tag, data + struct.pack(f">{tag}", number)
    return _text(address) + _text(f",{types}") + data


def _text(text: str) -> bytes:
    """OSC's string: a null at least, and filled up to a multiple of four."""
    found = text.encode()
    return found + b"\0" * (4 - len(found) % 4)
