"""A controller's hand on the show: what moves becomes orders, and the controller is told how things are.

Nothing jumps: a fader takes hold of a value when it has come to where that is, and lets go of it when something else
moves it. Nothing goes round: what a controller sends back of what it was told is no order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.control.argument import Argument
from engine.control.bad_order import BadOrder
from engine.control.entry import ROOT, Entry
from engine.control.midi_map import MOMENTARY, Grip
from engine.control.midi_message import CC, NOTE, PROGRAM, Move, told
from engine.control.orders import Order
from engine.control.table import Table

Present = Mapping[str, tuple[Any, ...]]
"""What is so just now, by the address at which it can be asked for."""

_NEAR: Final = 2.5 / 127  # of a fader's way: so near is there
_SETTLING: Final = 0.5  # seconds until what was ordered is told as being so
_ECHO: Final = 0.2  # seconds within which a controller sends back what it was told
_RESTING: Final = 0.3  # seconds after a hand was on it, before a control is told anything
_STEP: Final = 0.4 / 127  # of a fader's way: less is no news
_WIDEST: Final = 1e6  # of a range that a fader can have; wider is none
_SELECT: Final = f"{ROOT}/scene/select"


@dataclass(slots=True)
class _Held:
    """What is remembered of one grip."""

    at: float | None = None  # where the control was last
    sent: float | None = None  # what it ordered last, of its range, while it has hold of the value
    sent_at: float = -1e9
    moved: float = -1e9  # when a hand was last on it
    told: float | None = None  # where the controller has been told that it is
    told_at: float = -1e9
    down: bool = False  # of a button
    on: bool = False  # of a button that stays, on an order whose present nobody tells


class Controller:
    """Moves in, orders out; what is so in, messages out. All methods are for one thread. `delay` is none."""

    delay = 0

    def __init__(self, grips: Sequence[Grip], *, programs: bool = True) -> None:
        """`programs`: whether a program change that has no grip goes to the scene of that number."""
        self._programs = programs
        self.grip(grips)

    def grip(self, grips: Sequence[Grip]) -> None:
        """Go on with these grips; of two on one control the later leads where both give the same order."""
        self.grips = tuple(grips)
        self.reset()

    def reset(self) -> None:
        """No control was ever touched or told anything."""
        self._held = [_Held() for _ in self.grips]

    def step(self, moves: Sequence[Move], table: Table, present: Present, now: float) -> Iterator[Order]:
        """The orders that these moves give, of those that can be asked just now; BadOrder for what cannot be."""
        for move in moves:
            taken = False
            for grip, held in zip(self.grips, self._held, strict=True):
                if not grip.takes(move.control):
                    continue
                taken = True
                entry = table.entries.get(grip.order)
                if entry is None or _is_echo(held, move.value, now):
                    continue
                held.moved = now
                order = _button(grip, held, entry, move.value, table, present)
                if order is _NO_BUTTON:
                    order = _fader(grip, held, entry, move.value, present, now)
                if isinstance(order, Order):
                    yield order
            if not taken and self._programs and move.control.kind == PROGRAM:
                order = table.read(_SELECT, (move.control.number + 1,))
                if order is not None:
                    yield order

    def tell(self, table: Table, present: Present, held: Collection[str], now: float) -> Iterator[bytes]:
        """What a controller should be told. Inputs of the scene only while they are `held` by hand, by their names:
        what the music moves does not drive motors.
        """
        for grip, state in zip(self.grips, self._held, strict=True):
            entry = table.entries.get(grip.order)
            if entry is None or now - state.moved < _RESTING or (entry.input and entry.input.name not in held):
                continue
            place = _place(grip, entry, present)
            if place is None or (state.told is not None and abs(place - state.told) < _STEP):
                continue
            state.told, state.told_at = place, now
            yield from told(grip.control, place)


def _is_echo(held: _Held, value: float, now: float) -> bool:
    """Whether a controller only sends back what it was told; the control is there then all the same."""
    if held.told is not None and now - held.told_at < _ECHO and abs(held.told - value) < 2 * _STEP:
        held.at = value
        return True
    return False


_NO_BUTTON: Final = object()
"""What is said of a move that no button has made."""


def _button(grip: Grip, held: _Held, entry: Entry, value: float, table: Table, present: Present) -> object:
    """The order of a button that is pressed or let go, None where it gives none; `_NO_BUTTON` if it is a fader."""
    of_switch = len(entry.arguments) == 1 and entry.arguments[0].type == "T"
    if grip.kind not in (NOTE, PROGRAM) and entry.arguments and not of_switch and grip.value is None:
        return _NO_BUTTON
    pressed = value >= 0.5 if grip.kind not in (NOTE, PROGRAM) else value > 0.0
    was, held.down = held.down, pressed and grip.kind != PROGRAM
    held.told = None  # many a button puts its own light out when it is let go
    if pressed == was:
        return None
    if not entry.arguments:
        return entry.read(()) if pressed else None
    if of_switch:
        return _switched(grip, held, entry, pressed, present)
    if entry.arguments[0].type == "s" or entry.arguments[0].choices:
        return entry.read((_choice(grip, entry, present),)) if pressed else None
    if grip.mode != MOMENTARY:
        if not pressed:
            return None
        pressed = held.on = not held.on
    return _given(grip, entry, value, present) if pressed else _given_back(grip, entry, table, present)


def _switched(grip: Grip, held: _Held, entry: Entry, pressed: bool, present: Present) -> Order | None:
    if grip.mode == MOMENTARY:
        return entry.read((pressed,))
    if not pressed:
        return None
    before = present.get(grip.order)
    held.on = not (bool(before[0]) if before else held.on)
    return entry.read((held.on,))


def _choice(grip: Grip, entry: Entry, present: Present) -> object:
    """What a button chooses: the value it has, else the choice after the present one."""
    if grip.value is not None:
        return grip.value
    choices: Sequence[object] = entry.arguments[0].choices
    if not choices:
        raise BadOrder(grip.order, 'a button must say which (value = "…" in its [[midi.map]])')
    now = next(iter(present.get(grip.order, ())), None)
    return choices[(choices.index(now) + 1) % len(choices)] if now in choices else choices[0]


def _given(grip: Grip, entry: Entry, value: float, present: Present) -> Order | None:
    """A number by a button: the one it has, else as hard as the key was struck."""
    number = grip.value if grip.value is not None else _scaled(entry.arguments[_part(grip, entry)], value)
    return entry.read(_with(grip, entry, number, present))


def _given_back(grip: Grip, entry: Entry, table: Table, present: Present) -> Order | None:
    """What a button has set goes back to the music; where that never moved it, to the lower end."""
    release = table.entries.get(f"{grip.order}/release") if entry.input else None
    if release is not None:
        return release.read(())
    return entry.read(_with(grip, entry, _scaled(entry.arguments[_part(grip, entry)], 0.0), present))


def _fader(grip: Grip, held: _Held, entry: Entry, value: float, present: Present, now: float) -> Order | None:
    argument = entry.arguments[_part(grip, entry)]
    if argument.choices:
        place = min(int(value * len(argument.choices)), len(argument.choices) - 1)
        was = None if held.at is None else min(int(held.at * len(argument.choices)), len(argument.choices) - 1)
        held.at = held.told = value
        return None if place == was else entry.read(_with(grip, entry, argument.choices[place], present))
    if argument.type == "s":
        raise BadOrder(grip.order, "a fader cannot say a name (use a button, and value in its [[midi.map]])")
    there = _place(grip, entry, present)
    has_hold = grip.jump or there is None or _has_hold(held, value, there, now)
    held.at = value
    if not has_hold:
        held.sent = held.told = None  # a fader with a motor is taken back to where the value is
        return None
    held.sent, held.sent_at, held.told = value, now, value
    return entry.read(_with(grip, entry, _scaled(argument, value), present))


def _has_hold(held: _Held, value: float, there: float, now: float) -> bool:
    """Whether a fader at `value` moves what is at `there`: it does so already, or it is there, or went past."""
    if held.sent is not None and (now - held.sent_at < _SETTLING or abs(there - held.sent) <= _NEAR):
        return True
    return abs(value - there) <= _NEAR or (held.at is not None and (held.at - there) * (value - there) <= 0)


def _part(grip: Grip, entry: Entry) -> int:
    return min(grip.part, len(entry.arguments)) - 1


def _with(grip: Grip, entry: Entry, value: object, present: Present) -> Sequence[object]:
    """All arguments, of which the control says one; the others stay as they are."""
    if len(entry.arguments) == 1:
        return (value,)
    default = entry.input.default if entry.input is not None else ()
    now = present.get(grip.order) or (default if isinstance(default, tuple) else ())
    values: list[object] = [*now, *(0.0 for _ in entry.arguments)][: len(entry.arguments)]
    values[_part(grip, entry)] = value
    return values


def _range(argument: Argument) -> tuple[float, float]:
    """Between which numbers a fader goes: 0 and 1 where there is no telling."""
    low, high = argument.low, argument.high
    return (0.0, 1.0) if low is None or high is None or not 0 < high - low <= _WIDEST else (low, high)


def _scaled(argument: Argument, place: float) -> float:
    low, high = _range(argument)
    value = low + place * (high - low)
    return round(value) if argument.type == "i" else value


def _place(grip: Grip, entry: Entry, present: Present) -> float | None:
    """Where the value is just now, of the way of a fader; None where it is not known, or no number."""
    values = present.get(grip.order)
    if not entry.told or grip.kind == PROGRAM or values is None or len(values) < len(entry.arguments):
        return None
    part = _part(grip, entry)
    argument, value = entry.arguments[part], values[part]
    if argument.type == "s" or (argument.choices and grip.kind != CC) or isinstance(value, str):
        return None
    if argument.choices:
        known: Sequence[object] = argument.choices
        return (known.index(value) + 0.5) / len(known) if value in known else None
    low, high = _range(argument)
    return min(max((float(value) - low) / (high - low), 0.0), 1.0)
