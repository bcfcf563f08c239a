"""Which control of which controller gives which order: as the show says it, and as it was learned in the user's file.

[[midi.map]]
order = "/monochord/master/brightness"
cc = 7                    # or cc14 = 7, note = 36, program = 3, bend = true
channel = 1               # left out: any
mode = "momentary"        # of a button: "latching" (press: on, press: off) or "momentary" (on while it is held)
value = "ink"             # what a button says, where the order wants a value: a scene, a cue, a number
part = 1                  # of an order with several values, a colour's red
jump = true               # do not wait until a fader has come to where the value is
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

import tomlkit

from engine.control.entry import ADDRESS
from engine.control.midi_message import BEND, CC, CC14, CHANNELS, KINDS, NOTE, PROGRAM, Control
from engine.errors import BadFile, BadSetting, nearest
from engine.foundation.whole_file import whole_file

LATCHING, MOMENTARY = "latching", "momentary"
_MODES: Final = (LATCHING, MOMENTARY)
_KEYS: Final = ("order", *KINDS, "channel", "mode", "value", "part", "jump")
_HIGHEST: Final = {CC: 127, CC14: 31, NOTE: 127, PROGRAM: 127}  # number of each kind; a pitch wheel has 0 alone
_MOST: Final = 1024  # lessons that are kept; the oldest go
_LARGEST_FILE: Final = 1 << 18  # bytes: a thousand lessons take less, and what is larger is another file


@dataclass(frozen=True, slots=True)
class Grip:
    """One control and the order it gives; `channel` 0 is any. The other fields are those of `[[midi.map]]`."""

    order: str
    kind: str
    number: int
    channel: int = 0
    mode: str = LATCHING
    value: str | float | None = None
    part: int = 1
    jump: bool = False

    def takes(self, control: Control) -> bool:
        """Whether it is this one's control."""
        return (self.kind, self.number) == (control.kind, control.number) and self.channel in (0, control.channel)

    @property
    def control(self) -> Control:
        """Where it is told how things are; on the first channel, where any will do."""
        return Control(self.kind, self.channel or 1, self.number)


def read_midi_map(tables: Sequence[Mapping[str, Any]], where: str = "midi.map") -> tuple[Grip, ...]:
    """The `[[midi.map]]` of a show file; BadSetting, in one line, for the first that is none."""
    return tuple(_read(table, f"{where}[{place}]") for place, table in enumerate(tables, 1))


def _read(table: Mapping[str, Any], where: str) -> Grip:
    for key in table:
        if key not in _KEYS:
            _refuse(where, f"has no key {key} ({nearest(key, _KEYS)})")
    order = table.get("order")
    if not isinstance(order, str) or re.fullmatch(ADDRESS, order) is None:
        _refuse(where, f'order={order!r} must be the address of an order: "/monochord/master/brightness"')
    kinds = [kind for kind in KINDS if kind in table]
    if len(kinds) != 1:
        _refuse(
            where, f"must name one control, not {len(kinds)}: cc = 7, cc14 = 7, note = 36, program = 3, bend = true"
        )
    kind = kinds[0]
    number = 0 if kind == BEND and table[kind] is True else table[kind]
    highest = _HIGHEST.get(kind, 0)
    if not _whole(number) or not 0 <= number <= highest:
        _refuse(where, f"{kind}={table[kind]!r} must be " + ("true" if kind == BEND else f"0 to {highest}"))
    channel = table.get("channel", 0)
    if not _whole(channel) or not (1 <= channel <= CHANNELS or "channel" not in table):
        _refuse(where, f"channel={channel!r} must be 1 to {CHANNELS} (leave it out for any)")
    mode, part, value, jump = table.get("mode", LATCHING), table.get("part", 1), table.get("value"), table.get("jump")
    if mode not in _MODES:
        _refuse(where, f"mode={mode!r} is none ({nearest(str(mode), _MODES)})")
    if not _whole(part) or not 1 <= part <= 4:
        _refuse(where, f"part={part!r} must be 1 to 4")
    if value is not None and (isinstance(value, bool) or not isinstance(value, str | int | float)):
        _refuse(where, f"value={value!r} must be a number or a name")
    if jump not in (None, True, False):
        _refuse(where, f"jump={jump!r} must be true or false")
    return Grip(order, kind, number, channel, mode, value, part, bool(jump))


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _refuse(where: str, why: str) -> NoReturn:
    raise BadSetting(f"{where}: {why}")


class MapFile:
    """What was learned, in a file of the user's own. It is read once, and written with every lesson."""

    def __init__(self, path: Path) -> None:
        """BadFile if there is such a file and it cannot be read; BadSetting for what is wrong in it."""
        self.path = path
        try:
            there = path.exists()
            if there and path.stat().st_size > _LARGEST_FILE:
                raise BadFile(f"{path} is larger than {_LARGEST_FILE >> 10} KiB")
            document = tomlkit.parse(path.read_text(encoding="utf-8")).unwrap() if there else {}
        except OSError as why:
            raise BadFile(f"{path} cannot be read: {why.strerror}") from None
        except (tomlkit.exceptions.TOMLKitError, UnicodeDecodeError, RecursionError) as why:
            raise BadFile(f"{path} is not TOML: {why}") from None
        tables = document.get("map", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise BadFile(f"{path}: map must be [[map]] tables")
        self.learned = read_midi_map(tables[:_MOST], f"{path.name}: map")

    def learn(self, lesson: Grip) -> None:
        """Keep it, in the place of what that control did before, and of what gave that order; BadFile if it cannot."""
        kept = [one for one in self.learned if not one.takes(lesson.control) and not _same(one, lesson)]
        self._write((*kept, lesson)[-_MOST:])

    def forget(self, order: str) -> bool:
        """Learn this order no more; whether anything was learned of it."""
        kept = tuple(one for one in self.learned if one.order != order)
        forgotten = len(kept) < len(self.learned)
        if forgotten:
            self._write(kept)
        return forgotten

    def _write(self, learned: tuple[Grip, ...]) -> None:
        tables = tomlkit.aot()
        for one in learned:
            table = tomlkit.table()
            table["order"] = one.order
            table[one.kind] = True if one.kind == BEND else one.number
            for key, plain in (("channel", 0), ("mode", LATCHING), ("value", None), ("part", 1), ("jump", False)):
                if (value := getattr(one, key)) != plain:
                    table[key] = value
            tables.append(table)
        document = tomlkit.document()
        document.add(tomlkit.comment("What was learned from controllers; monochord writes this file."))
        document["map"] = tables
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(self.path) as part:
                part.write_text(tomlkit.dumps(document), encoding="utf-8")
        except OSError as why:
            raise BadFile(f"{self.path} cannot be written: {why.strerror}") from None
        self.learned = tuple(learned)


def _same(one: Grip, other: Grip) -> bool:
    return (one.order, one.part, one.value) == (other.order, other.part, other.value)
