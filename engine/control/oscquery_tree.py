"""The tree that OSCQuery tells: every signal and every order as a node with its attributes (Vidvox's proposal).

It is made of the table of signals and the table of orders, and of nothing else, so it cannot go stale.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from engine.control.argument import Argument
from engine.control.entry import Entry
from engine.control.osc_packet import osc_packet
from engine.control.show_view import Present
from engine.control.table import Table
from engine.frame import Row, Signal

ATTRIBUTES: Final = (
    "FULL_PATH",
    "CONTENTS",
    "TYPE",
    "ACCESS",
    "VALUE",
    "RANGE",
    "DESCRIPTION",
    "TAGS",
    "EXTENDED_TYPE",
    "UNIT",
    "CRITICAL",
    "CLIPMODE",
    "OVERLOADS",
)
"""What may be asked of a node."""
FRAME: Final = "/monochord/frame"
"""The node of the frame itself."""
_NOTHING, _READ, _WRITE, _BOTH = range(4)  # ACCESS
_UNITS: Final = MappingProxyType(
    {
        "dBFS": "gain.db",  # clipped to a minimum,
        "dB": "gain.db-raw",  # and not
        "Hz": "time.hz",
        "BPM": "time.bpm",
        "s": "time.second",
        "ms": "time.ms",
        "cents": "time.cents",
    }
)
"""Our units in the words of the proposal's list; for the others it has none, and they are told as they are."""
_EXTENDED: Final = MappingProxyType(
    {
        "color": ("color.rgb.r", "color.rgb.g", "color.rgb.b", "color.rgb.a"),
        "point2D": ("position.cartesian.x", "position.cartesian.y"),
    }
)
"""What the parts of an input mean, in the words of the proposal's list; other arguments are told by their names."""
# Orders that must not be lost: they should be sent over a line that says when they are.
_CRITICAL: Final = ("/monochord/master/blackout", "/monochord/master/freeze", "/monochord/scene/", "/monochord/cue/")
_FAR: Final = 1e9  # an end of a range that is none

Values = Callable[["Leaf"], Sequence[Any] | None]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A node that has a value or can be written: `attributes` are those that do not change. `part`: of a row."""

    path: str
    tags: str
    attributes: Mapping[str, Any] = field(repr=False)
    part: slice | None = None

    def packet(self, values: Sequence[Any]) -> bytes:
        """The value as raw OSC."""
        return osc_packet(self.path, self.tags, values)


class Tree:
    """All nodes while one scene is on stage."""

    def __init__(self, signals: Mapping[str, Signal], table: Table) -> None:
        leaves = [_frame_leaf(), *(_signal_leaf(signal) for signal in signals.values())]
        leaves += [_entry_leaf(entry) for entry in table.entries.values()]
        self.number = table.number
        self.leaves: Mapping[str, Leaf] = MappingProxyType({leaf.path: leaf for leaf in leaves})
        self._below: dict[str, list[str]] = {"/": []}
        for path in self.leaves:
            self._grow(path)

    def _grow(self, path: str) -> None:
        while path != "/":
            above = path.rpartition("/")[0] or "/"
            names, name = self._below.setdefault(above, []), path.rpartition("/")[2]
            if name in names:
                return
            names.append(name)
            path = above

    def node(self, path: str, values: Values) -> dict[str, Any] | None:
        """The node at a path with all below it, as JSON has it; None where there is none."""
        leaf = self.leaves.get(path)
        if leaf is None and path not in self._below:
            return None
        found: dict[str, Any] = {"FULL_PATH": path, "ACCESS": _NOTHING}
        if leaf is not None:
            found |= leaf.attributes
            value = values(leaf)
            if value is not None:
                found["VALUE"] = list(value)
        if path in self._below:
            stem = path.rstrip("/")
            found["CONTENTS"] = {name: self.node(f"{stem}/{name}", values) for name in self._below[path]}
        return found

    def changes(self, after: Tree) -> dict[str, list[str]]:
        """What is otherwise in another tree, by the word in which a websocket is told of it."""
        mine, theirs = self.leaves, after.leaves
        same = [path for path in mine if path in theirs]
        return {
            "PATH_REMOVED": [path for path in mine if path not in theirs],
            "PATH_ADDED": [path for path in theirs if path not in mine],
            "PATH_CHANGED": [path for path in same if mine[path].attributes != theirs[path].attributes],
        }


def values_of(row: Row, present: Present) -> Values:
    """What every leaf holds now: of signals from a row, of orders from what is so just now."""

    def value(leaf: Leaf) -> Sequence[Any] | None:
        if leaf.part is None:
            return present.get(leaf.path)
        found = row[leaf.part].tolist()
        return [int(one) if tag == "i" else float(one) for tag, one in zip(leaf.tags, found, strict=True)]

    return value


def _frame_leaf() -> Leaf:
    attributes: dict[str, Any] = {"TYPE": "if", "ACCESS": _READ}
    attributes |= {"DESCRIPTION": "number of the hop, and seconds of sound heard by it"}
    attributes |= {"RANGE": [{"MIN": 0}, {"MIN": 0.0}], "CLIPMODE": ["none", "none"], "UNIT": ["", "time.second"]}
    return Leaf(FRAME, "if", {**attributes, "TAGS": ["signal"]}, slice(0, 2))


def _signal_leaf(signal: Signal) -> Leaf:
    tags = ("i" if signal.counts else "f") * signal.size
    low, high = signal.span
    attributes: dict[str, Any] = {
        "TYPE": tags,
        "ACCESS": _READ,
        "RANGE": [{"MIN": low, "MAX": high}] * signal.size,
        "CLIPMODE": ["both" if signal.bounded else "none"] * signal.size,
        "DESCRIPTION": signal.meaning,
        "TAGS": ["signal"],
    }
    if signal.unit:
        attributes["UNIT"] = [_UNITS.get(signal.unit, signal.unit)] * signal.size
    return Leaf(signal.address, tags, attributes, signal.part)


def _entry_leaf(entry: Entry) -> Leaf:
    attributes: dict[str, Any] = {
        "TYPE": entry.tags or "I",
        "ACCESS": _BOTH if entry.told else _WRITE,
        "DESCRIPTION": entry.description,
        "TAGS": ["input" if entry.input is not None else "order"],
        "CRITICAL": entry.input is None and entry.address.startswith(_CRITICAL),
    }
    if any(one := [_range(argument) for argument in entry.arguments]):
        attributes["RANGE"] = one
    if entry.arguments:
        attributes["CLIPMODE"] = ["none" for _ in entry.arguments]
        known = _EXTENDED.get(entry.input.type) if entry.input is not None else None
        attributes["EXTENDED_TYPE"] = list(known or (argument.name for argument in entry.arguments))
    if any(argument.unit for argument in entry.arguments):
        attributes["UNIT"] = [_UNITS.get(argument.unit, argument.unit) for argument in entry.arguments]
    return Leaf(entry.address, entry.tags, attributes)


def _range(argument: Argument) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    if argument.low is not None and argument.low > -_FAR:
        found["MIN"] = argument.low
    if argument.high is not None and argument.high < _FAR:
        found["MAX"] = argument.high
    if argument.choices:
        found["VALS"] = list(argument.choices)
    return found or None
