"""One wire from a signal of the record to a control: where it comes from, how it is shaped, where it ends."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, NoReturn

from engine.errors import BadScene, nearest
from engine.frame import GROUPS, Signal, signals_of
from engine.stage.color import Color, read_color
from engine.stage.place import one_line, shown

Span = tuple[float, float]
"""From where to where."""
Refuse = Callable[[str], NoReturn]
"""Raises a BadScene of what it is told, adding file and place."""

CURVES: Final[Mapping[str, Callable[[float], float]]] = MappingProxyType(
    {
        "none": lambda x: x,
        "linear": lambda x: x,
        "smooth": lambda x: x * x * (3.0 - 2.0 * x),
        "square": lambda x: x * x,
        "root": math.sqrt,
    }
)
"""How 0..1 becomes 0..1: `smooth` eases at both ends, `square` wakes late, `root` early. `none` alone is not held
within the range either: with it a counter counts on."""
_KEYS: Final = ("signal", "from", "to", "curve", "attack", "release", "clock", "trust")
_ELEMENT: Final = re.compile(r"([\w.]+)(?:\[(\d{1,4})\])?")
_LONGEST: Final = 3600.0
"""Seconds that an attack or release may take."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What drives `target`, or only its `part` (0 is x or red; None is all of it).

    The signal at `column` of the row goes from `source` to 0..1, is held within it and bent by `curve`; then it
    is followed: rising within `attack`, falling within `release` (the time constants in seconds of an
    exponential: 63 % of the way). Last it goes from 0..1 to `to`, two numbers or two colours. As a `clock`, `to`
    is a speed in units a second, and the control is where it has run to.

    `trust`: the column of a signal, 0..1, that says how far the signal is believed. At 0 it counts as it stands before
    anything was heard, between as so far on the way; -1 is always believed.
    """

    target: str
    part: int | None
    signal: Signal
    column: int
    source: Span
    to: Span | tuple[Color, Color]
    curve: str = "linear"
    attack: float = 0.0
    release: float = 0.0
    clock: bool = False
    trust: int = -1


def read_binding(
    given: object,
    target: str,
    part: int | None,
    to: Span | tuple[Color, Color] | None,
    refuse: Refuse,
    musicians: tuple[str, ...] = (),
) -> Binding:
    """The binding that a scene gives `target`: a table, or only the name of a signal.

    `to` is the range that it has where the scene names none; None demands one; a pair of colours says that it
    ends in colours. Counters and times are taken as they are (curve none, 0..1 to 0..1) unless told otherwise.
    `musicians` are those of the show, whose signals may be named too (`erhu.pitch.hz`).
    `refuse` raises a BadScene of what it is told, adding file and place.
    """
    table = {"signal": given} if isinstance(given, str) else given
    if not isinstance(table, dict):
        refuse('must be the name of a signal or a table: { signal = "sound.loudness", to = [0, 1] }')
    for key in table:
        if key not in _KEYS:
            refuse(f"has no key {key} ({nearest(key, _KEYS)})")
    if "signal" not in table:
        refuse('needs a signal (add signal = "sound.loudness")')
    signal, column = _signal(table["signal"], refuse, musicians)
    colors = to is not None and isinstance(to[0], tuple)
    curve = table.get("curve", "none" if _goes_on(signal) and not colors else "linear")
    if curve not in CURVES or (curve == "none" and colors):
        refuse(f"curve={curve!r} is none of {'a colour' if colors else 'ours'} ({nearest(str(curve), CURVES)})")
    raw = curve == "none"
    source = _span(table["from"], "from", refuse) if "from" in table else (0.0, 1.0) if raw else signal.span
    if source[0] == source[1]:
        refuse(f"from={list(source)} must be two different numbers (a range has a width)")
    if "to" in table:
        to = _colors(table["to"], refuse) if colors else _span(table["to"], "to", refuse)
    elif raw:
        to = 0.0, 1.0
    if to is None:
        refuse("needs to = [low, high]: the shader gives this input no MIN and MAX")
    clock = table.get("clock", False)
    if not isinstance(clock, bool) or (clock and colors):
        refuse(f"clock={clock!r} must be true or false, and not of a colour")
    attack, release = (_seconds(table.get(key, 0.0), key, refuse) for key in ("attack", "release"))
    trust = _trust(table["trust"], refuse, musicians) if "trust" in table else -1
    return Binding(target, part, signal, column, source, to, curve, attack, release, clock, trust)


def refusal(where: str) -> Refuse:
    """A function that raises a BadScene of what it is told, `where` in front."""

    def refuse(message: str) -> NoReturn:
        raise BadScene(one_line(f"{where} {message}"))

    return refuse


def signal_names(musicians: tuple[str, ...] = ()) -> Iterable[str]:
    """Every name that a binding may give: `group.name` or `musician.group.name`, lists with their elements."""
    for name, signal in signals_of(musicians).items():
        yield from (name,) if signal.size == 1 else (f"{name}[{n}]" for n in range(signal.size))


def finite(value: object) -> float | None:
    """A TOML number as a float that a graphics card can hold; None for anything else, nan and inf included."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if abs(value) < 1e38 else None


def _signal(name: object, refuse: Refuse, musicians: tuple[str, ...]) -> tuple[Signal, int]:
    """The signal of that name, and the column of a row in which it stands."""
    found = _ELEMENT.fullmatch(name) if isinstance(name, str) else None
    signal = signals_of(musicians).get(found[1]) if found else None
    if found is None or signal is None:
        _refuse_stranger(str(name), refuse, musicians)
        refuse(f"signal={name!r} is none ({nearest(str(name), signal_names(musicians))})")
    if found[2] is None:
        if signal.size > 1:
            refuse(f"signal={name} is a list of {signal.size} (choose one: {name}[0] to {name}[{signal.size - 1}])")
        return signal, signal.start
    if signal.size == 1:
        refuse(f"signal={name} has no elements (write {found[1]})")
    if not int(found[2]) < signal.size:
        refuse(f"signal={name} has no such element ({found[1]}[0] to {found[1]}[{signal.size - 1}])")
    return signal, signal.start + int(found[2])


def _trust(name: object, refuse: Refuse, musicians: tuple[str, ...]) -> int:
    """The column of a signal that says how far another is believed."""
    signal, column = _signal(name, refuse, musicians)
    if signal.span != (0.0, 1.0):
        refuse(
            f"trust={name} goes from {signal.span[0]:g} to {signal.span[1]:g} (0 to 1: mood.known, place.confidence)"
        )
    return column


def _refuse_stranger(name: str, refuse: Refuse, musicians: tuple[str, ...]) -> None:
    """Refuse the signal of a musician who does not play in this show; other names pass."""
    who, _, rest = name.partition(".")
    groups = {group.__name__.lower() for group in GROUPS}
    if who in musicians or who in groups or rest.partition(".")[0] not in groups:
        return
    mend = f"musicians: {', '.join(musicians)}" if musicians else f"nobody has a name yet: --channels 1:{who} gives one"
    refuse(f"signal={name!r}: there is no musician {who} in this show ({mend})")


def _goes_on(signal: Signal) -> bool:
    """Whether it grows for as long as the show lasts, so that no range holds it."""
    return not signal.bounded and signal.unit in ("count", "s")


def _span(given: object, key: str, refuse: Refuse) -> Span:
    """Two finite numbers."""
    ends = [finite(item) for item in given] if isinstance(given, list) and len(given) == 2 else [None]
    low, high = ends[0], ends[-1]
    if low is None or high is None:
        refuse(f"{key}={shown(given)} must be two finite numbers: [0, 1]")
    return low, high


def _colors(given: Any, refuse: Refuse) -> tuple[Color, Color]:
    """Two colours."""
    try:
        first, last = given
        return read_color(first), read_color(last)
    except (TypeError, ValueError):
        refuse(f'to={shown(given)} must be two colours: ["#0B0706", "#F4E2B8"]')


def _seconds(given: object, key: str, refuse: Refuse) -> float:
    seconds = finite(given)
    if seconds is None or not 0.0 <= seconds <= _LONGEST:
        refuse(f"{key}={shown(given)} must be seconds, 0 to {_LONGEST:g}")
    return seconds
