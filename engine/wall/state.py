"""What is on stage where it is played, as those who follow are told: again and again, so that a loss heals."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Final

from engine.errors import BadSetting
from engine.foundation.number import is_number
from engine.musician import read_musicians
from engine.timing.cues import Change, read_change

LONGEST: Final = 1300
"""Bytes of a state, if names are not very long."""
_LONGEST_TEXT: Final = 4096  # characters of a name: of paths the system allows no more
_MOST: Final = 64  # of anything that is a list
_LARGEST: Final = 65_536  # bytes that a state may unfold to


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a scene's clocks stood `at` a moment, seconds of a monotonic clock: TIME, FRAMEINDEX, running totals."""

    scene: str = ""
    at: float = 0.0
    clocks: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """What is on: `scene`, and the last `change` that was let on stage, by its `number` (0 is none yet).

    `held`: inputs of that scene that somebody holds by hand, and where. `fired`: how often its events were fired by
    hand. `may`: the scenes and transitions that the evening may bring, to be tried off stage before.
    """

    scene: str = ""
    number: int = 0
    change: Change = field(default_factory=lambda: Change(""))
    brightness: float = 1.0
    blackout: bool = False
    freeze: bool = False
    palette: str = ""
    paused: bool = False
    cue: str = ""
    musicians: tuple[str, ...] = ()
    held: Mapping[str, Any] = field(default_factory=dict)
    fired: Mapping[str, int] = field(default_factory=dict)
    pose: Pose = field(default_factory=Pose)
    may: tuple[tuple[str, str], ...] = ()


def write_state(state: State) -> bytes:
    """As JSON, folded where it is longer than LONGEST bytes.

    If it is so even then, the last of what may come is left out, then the pose, then what is held.
    """
    while len(text := _folded(json.dumps(asdict(state), ensure_ascii=False, separators=(",", ":")).encode())) > LONGEST:
        if state.may:
            state = replace(state, may=state.may[:-1])
        elif state.pose.clocks:
            state = replace(state, pose=Pose())
        elif state.held:
            state = replace(state, held={})
        else:
            break
    return text


def _folded(text: bytes) -> bytes:
    return text if len(text) <= LONGEST else zlib.compress(text, 9)


def _unfolded(text: bytes) -> bytes:
    """What was folded, or was not; ValueError for what unfolds to more than anybody has to say."""
    if text[:1] in b"{":
        return text
    unfold = zlib.decompressobj()
    try:
        found = unfold.decompress(text, _LARGEST)
    except zlib.error:
        raise ValueError("no state") from None
    if not unfold.eof:
        raise ValueError("a state without an end")
    return found


def read_state(text: bytes) -> State:
    """The state that somebody has sent; ValueError if it is none."""
    text = _unfolded(text)
    try:
        table = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("no JSON") from None
    if not isinstance(table, dict) or set(table) != {item.name for item in fields(State)}:
        raise ValueError("no state")
    for name in ("blackout", "freeze", "paused"):
        _want(isinstance(table[name], bool), name)
    number, brightness = table["number"], table["brightness"]
    _want(_count(number), "number")
    _want(is_number(brightness) and 0.0 <= brightness <= 1.0, "brightness")
    _want(all(_text(table[name]) for name in ("scene", "cue", "palette")), "scene")
    musicians, may, held, fired = table["musicians"], table["may"], table["held"], table["fired"]
    _want(isinstance(held, dict) and len(held) <= _MOST, "held")
    _want(all(_text(name) and _held(value) for name, value in held.items()), "held")
    _want(isinstance(fired, dict) and len(fired) <= _MOST, "fired")
    _want(all(_text(name) and _count(value) for name, value in fired.items()), "fired")
    _want(_list(musicians) and all(map(_text, musicians)), "musicians")
    _want(_list(may) and all(_list(pair) and len(pair) == 2 and all(map(_text, pair)) for pair in may), "may")
    try:
        change = read_change(table["change"], "change") if number else Change("")
        if musicians:  # as a show file would name them
            read_musicians([f"{place}:{name}" for place, name in enumerate(musicians, 1)])
    except (BadSetting, AttributeError, TypeError, OverflowError) as why:  # JSON has numbers that no float can be
        raise ValueError(str(why)) from None
    return State(
        scene=table["scene"],
        number=number,
        change=change,
        brightness=float(brightness),
        blackout=table["blackout"],
        freeze=table["freeze"],
        palette=table["palette"],
        paused=table["paused"],
        cue=table["cue"],
        musicians=tuple(musicians),
        held=held,
        fired=fired,
        pose=_pose(table["pose"]),
        may=tuple((scene, transition) for scene, transition in may),
    )


def _pose(table: Any) -> Pose:
    _want(isinstance(table, dict) and set(table) == {"scene", "at", "clocks"}, "pose")
    _want(_text(table["scene"]) and is_number(table["at"]), "pose")
    clocks: Sequence[Any] = table["clocks"]
    _want(_list(clocks) and all(map(is_number, clocks)), "pose")
    return Pose(table["scene"], float(table["at"]), tuple(map(float, clocks)))


def _want(good: bool, name: str) -> None:
    if not good:
        raise ValueError(f"a state whose {name} is none")


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_TEXT and value.isprintable()


def _held(value: Any) -> bool:
    """Whether it is what an input can hold: yes or no, a number, a point, a colour."""
    return (
        isinstance(value, bool)
        or is_number(value)
        or (_list(value) and 0 < len(value) <= 4 and all(map(is_number, value)))
    )


def _list(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= _MOST
