"""What the stage was told in a show, whoever told it, and from which hop on: a take keeps it, so that it can be again.

Lines of JSON, each with its hop:

    [4711, {"change": {"scene": "ink", "transition": "bleed", "seconds": 4.0}}]
    [4720, {"scene": "ink", "hold": {"flow": 0.5, "burst": true}}]
    [4731, {"scene": "ink", "release": ["flow"], "blackout": true}]

A change is written down when its scene has come on, so a scene that was refused, or came too late, is none. An event
that was fired is held true, and fires once. The masters are `brightness`, `blackout`, `freeze` and `palette`.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from engine.errors import BadSetting
from engine.foundation.number import is_number
from engine.frame import HOP, RATE
from engine.timing.cues import CUT, Change, read_change

Held = bool | int | float | tuple[float, ...]
"""What an input is held at."""

MASTERS: Final = ("brightness", "blackout", "freeze", "palette")
"""What is told of the picture as a whole."""

_KEYS: Final = frozenset({"change", "scene", "hold", "release", *MASTERS})
_MOST_KEPT: Final = 1 << 24  # bytes that a scribe remembers of what it has given away: some hundred thousand lines


@dataclass(frozen=True, slots=True)
class Told:
    """What the stage was told in hop number `hop`.

    `change`: a scene came on. `hold` and `release`: inputs of `scene` were taken over, and given back to the music.
    """

    hop: int
    change: Change | None = None
    scene: str = ""
    hold: Mapping[str, Held] = field(default_factory=dict)
    release: tuple[str, ...] = ()
    masters: Mapping[str, Any] = field(default_factory=dict)

    def line(self) -> bytes:
        """As a line of JSON; ASCII, so that no byte of it is 0."""
        what: dict[str, Any] = {}
        if self.change is not None:
            what["change"] = {"scene": self.change.scene}
            if self.change.seconds > 0:
                what["change"] |= {"transition": self.change.transition, "seconds": self.change.seconds}
        if self.hold or self.release:
            what["scene"] = self.scene
        what |= {"hold": dict(self.hold)} if self.hold else {}
        what |= {"release": list(self.release)} if self.release else {}
        return json.dumps([self.hop, {**what, **self.masters}], separators=(",", ":")).encode() + b"\n"


Scribe = Callable[[Told], None]
"""Writes down what the stage is told."""


def nobody_writes(_told: Told) -> None:
    """What is told is not kept."""


@dataclass(frozen=True, slots=True)
class Script:
    """All that the stage was told in a show: `lines` in the order of their hops, `broken` of them could not be read."""

    lines: tuple[Told, ...] = ()
    broken: int = 0

    @property
    def remark(self) -> str:
        """What the person at the desk should know; nothing where all could be read."""
        if not self.broken:
            return ""
        lines = "a line" if self.broken == 1 else f"{self.broken} lines"
        return f"{lines} of what the stage was told cannot be read, and is left out"


def read_script(text: bytes) -> Script:
    """The script that `text` is, with filling zeros or without; what is no line of one is counted, and left out."""
    found, broken = [], 0
    for line in text.replace(b"\0", b"").split(b"\n"):
        if line:
            try:
                found.append(_read(json.loads(line)))
            except (ValueError, OverflowError, RecursionError, BadSetting):
                broken += 1
    # A change is known only when its first picture was seen, and what was told meanwhile is written before it.
    return Script(tuple(sorted(found, key=lambda told: told.hop)), broken)


def clock(hop: int) -> str:
    """When a hop was, `12:05.3`."""
    tenths = round(10 * hop * HOP / RATE)
    return f"{tenths // 600}:{tenths // 10 % 60:02}.{tenths % 10}"


def listing(script: Script) -> Iterator[str]:
    """A line for each thing that the stage was told, for people."""
    for told in script.lines:
        for what in _in_words(told):
            yield f"{clock(told.hop):>8}  {what}"
    if script.broken:
        yield script.remark


def _in_words(told: Told) -> Iterator[str]:
    if told.change is not None:
        change = told.change
        how = f", by {change.transition} in {change.seconds:g} s" if change.seconds > 0 else ""
        yield f"{change.scene} is on{how}"
    for name, value in told.hold.items():
        parts = [format(part, ".4g") for part in (value if isinstance(value, tuple) else (value,))]
        yield f"{told.scene}: {name} " + ("on" if value is True else "off" if value is False else " ".join(parts))
    if told.release:
        yield f"{told.scene}: {', '.join(told.release)} back to the music"
    for name, value in told.masters.items():
        if name == "palette":
            yield f"palette {value}" if value else "each scene wears its own palette"
        elif name == "brightness":
            yield f"brightness {value:.2f}"
        else:
            yield name if value else f"no {name} any more"


def _read(given: Any) -> Told:
    """A line that was read as JSON; ValueError or BadSetting if it is none."""
    _want(isinstance(given, list) and len(given) == 2)
    hop, what = given
    _want(isinstance(hop, int) and not isinstance(hop, bool) and 0 <= hop < 2**53)
    _want(isinstance(what, dict) and bool(what) and what.keys() <= _KEYS)
    change, hold, release, scene = what.get("change"), what.get("hold", {}), what.get("release", []), what.get("scene")
    _want(isinstance(hold, dict) and isinstance(release, list) and all(isinstance(name, str) for name in release))
    _want(isinstance(scene, str) if hold or release else scene is None)
    masters = {name: what[name] for name in MASTERS if name in what}
    for name, value in masters.items():
        if name == "brightness":
            _want(is_number(value))
        elif name == "palette":
            _want(value is None or isinstance(value, str))
        else:
            _want(isinstance(value, bool))
    if change is not None:
        _want(isinstance(change, dict) and change.keys() <= {"scene", "transition", "seconds"})
        change = read_change({"transition": CUT, **change}, "change")
    return Told(hop, change, scene or "", {name: _held(one) for name, one in hold.items()}, tuple(release), masters)


def _held(value: Any) -> Held:
    if isinstance(value, list):
        _want(0 < len(value) <= 4 and all(map(is_number, value)))
        return tuple(value)
    _want(isinstance(value, bool) or is_number(value))
    held: Held = value
    return held


def _want(good: bool) -> None:
    if not good:
        raise ValueError("no line of a script")


def _together(first: Told, then: Told) -> Told | None:
    """Both as one, where nobody could see a difference: of what was told twice in a hop the last holds."""
    if first.hop != then.hop or first.change is not None or then.change is not None:
        return None
    if first.scene and then.scene and first.scene != then.scene:
        return None
    hold = {name: value for name, value in first.hold.items() if name not in then.release} | dict(then.hold)
    release = [name for name in first.release if name not in then.hold]
    release += [name for name in then.release if name not in release]
    return replace(
        then,
        scene=then.scene or first.scene,
        hold=hold,
        release=tuple(release),
        masters={**first.masters, **then.masters},
    )


class Pen:
    """Words in, from one thread; bytes out, from another: as many at a time as there is room for."""

    def __init__(self) -> None:
        self._said: deque[Told] = deque()
        self._text = bytearray()
        self._all = bytearray()
        self._given = 0

    def tell(self, told: Told) -> None:
        """Write this down. At once, from any thread."""
        self._said.append(told)

    @property
    def waiting(self) -> bool:
        """Whether there is anything to be written."""
        return bool(self._said or self._text)

    def next(self, most: int) -> bytes:
        """The next bytes, `most` of them at most."""
        self._write()
        part = bytes(self._text[:most])
        del self._text[:most]
        self._given += len(part)
        return part

    def rest(self) -> tuple[int, bytes]:
        """Everything again, from byte 0, or, of a script that is very long, what `next` has not given, from which."""
        self._write()
        if len(self._all) <= _MOST_KEPT:
            return 0, bytes(self._all)
        return self._given, bytes(self._text)

    def _write(self) -> None:
        last: Told | None = None
        while self._said:
            told = self._said.popleft()
            both = None if last is None else _together(last, told)
            if last is not None and both is None:
                self._put(last)
            last = both or told
        if last is not None:
            self._put(last)

    def _put(self, told: Told) -> None:
        line = told.line()
        self._text += line
        if len(self._all) <= _MOST_KEPT:
            self._all += line
