"""A MIDI message, as a controller sends it and as it is told back: which control moved, and to where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CHANNELS: Final = 16
"""Of one port, counted from 1."""
CC, CC14, NOTE, BEND, PROGRAM = "cc", "cc14", "note", "bend", "program"
KINDS: Final = (CC, CC14, NOTE, BEND, PROGRAM)
"""Kinds of controls: a control change of 7 bits or of 14 in two messages, a key or pad, a pitch wheel, a program."""
_NOTE_OFF, _NOTE_ON, _CHANGE, _PROGRAM, _BEND = 0x80, 0x90, 0xB0, 0xC0, 0xE0
FINE: Final = 32
"""The control change that carries the lower seven bits of number n is n + 32."""
_LENGTHS: Final = {_NOTE_OFF: 3, _NOTE_ON: 3, _CHANGE: 3, _PROGRAM: 2, _BEND: 3}


@dataclass(frozen=True, slots=True)
class Control:
    """One control of a controller: its kind, its channel from 1, and its number (0 for the pitch wheel).

    A program is a control for each number: `number` says which, from 0.
    """

    kind: str
    channel: int
    number: int

    def __str__(self) -> str:
        name = self.kind if self.kind == BEND else f"{self.kind} {self.number}"
        return f"{name} on channel {self.channel}"


@dataclass(frozen=True, slots=True)
class Move:
    """A control went to `value`, 0..1. A key that is let go, and a button's 0, is 0."""

    control: Control
    value: float


class MoveReader:
    """Messages in, moves out. A control change is a move by itself and, with its other half, one of 14 bits.

    A message is one as the driver delivers it: whole, without running status.
    """

    delay = 0

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Nothing was ever moved."""
        self._high: dict[tuple[int, int], int] = {}
        self._low: dict[tuple[int, int], int] = {}

    def step(self, message: bytes) -> tuple[Move, ...]:
        """What moved; nothing for what is no such message, or broken."""
        if not message or len(message) != _LENGTHS.get(message[0] & 0xF0) or max(message[1:]) > 127:
            return ()
        kind, channel, number = message[0] & 0xF0, (message[0] & 15) + 1, message[1]
        if kind == _PROGRAM:
            return (Move(Control(PROGRAM, channel, number), 1.0),)
        value = message[2]
        if kind == _BEND:
            return (Move(Control(BEND, channel, 0), (128 * value + number) / 16383),)
        if kind == _CHANGE:
            return (Move(Control(CC, channel, number), value / 127), *self._fine(channel, number, value))
        return (Move(Control(NOTE, channel, number), value / 127 if kind == _NOTE_ON else 0.0),)

    def _fine(self, channel: int, number: int, value: int) -> tuple[Move, ...]:
        """The control of 14 bits that is whole with this half; the upper half alone, where no lower one ever came.

        As the standard has it, an upper half sets the lower one to 0 until that follows.
        """
        if number >= 2 * FINE:
            return ()
        place = channel, number % FINE
        if number < FINE:
            self._high[place] = value
            if place in self._low:
                return ()  # it is whole when the lower half has come
            whole = value / 127
        else:
            self._low[place] = value
            if place not in self._high:
                return ()
            whole = (128 * self._high[place] + value) / 16383
        return (Move(Control(CC14, *place), whole),)


def told(control: Control, value: float) -> tuple[bytes, ...]:
    """The messages that tell a controller where this control of it is now; none for a program."""
    value = min(max(value, 0.0), 1.0)
    channel, number = control.channel - 1, control.number
    seven, fourteen = round(127 * value), round(16383 * value)
    match control.kind:
        case "cc":
            return (bytes((_CHANGE | channel, number, seven)),)
        case "cc14":
            halves = ((number, fourteen >> 7), (number + FINE, fourteen & 127))
            return tuple(bytes((_CHANGE | channel, place, part)) for place, part in halves)
        case "note":
            return (bytes((_NOTE_ON | channel, number, seven)),)
        case "bend":
            return (bytes((_BEND | channel, fourteen & 127, fourteen >> 7)),)
    return ()
