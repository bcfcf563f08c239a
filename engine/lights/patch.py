"""The patch: which light of the scene goes to which address of a console. Read from `[[lights]]` of a show file.

    [[lights]]
    to = "192.168.1.30:qlcplus@20"     # HOST[:PORT]:PROFILE[:TRANSPORT][@MS]
    master = true                      # the picture's brightness and blackout hold for the lights too
    safe = 0.0                         # how they are left: this bright, or "hold": as they are
    lost = 0.3                         # how they wait while nothing is heard: the same
    [lights.map]                       # without it, the first five lights of the console
    "wash.level" = "1/1"               # a light of the scene: an address, or its number there
    "wash.rgb" = ["1/2", "1/3", "1/4"]
    back = { address = "/0/dmx/8", to = [0.1, 1.0], curve = "square" }

A light is `NAME.CHANNEL`, the NAME as in `[lights.NAME]` of the scenes; without a NAME the scene's first, without a
CHANNEL its level. A scene that has no light of that name lends its first.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from engine.errors import BadSetting, nearest
from engine.foundation.number import is_number
from engine.lights.destination import Destination, parse_destination
from engine.lights.profile import CHANNELS, HOP_RATE, PROFILES, Profile, address_of, numbered

OUTPUTS: Final = (
    "level",
    "hue",
    "warmth",
    "movement",
    "red",
    "green",
    "blue",
    "tint_red",
    "tint_green",
    "tint_blue",
)
"""What can be sent of one light, each 0..1: red, green and blue are its light, so bright as its level is; the tint is
its colour at full, for fixtures that have a dimmer beside their colours."""
BRIGHT: Final = ("level", "red", "green", "blue")
"""Those that are light: they go dark when the show does."""
_TRIPLES: Final = MappingProxyType({"rgb": OUTPUTS[4:7], "tint": OUTPUTS[7:10]})
_FIRST: Final = ("level", "tint_red", "tint_green", "tint_blue", "movement")
"""What the first lights of a console are given where nobody says."""
CURVES: Final[Mapping[str, Callable[[float], float]]] = MappingProxyType(
    {
        "linear": lambda x: x,
        "square": lambda x: x * x,
        "root": math.sqrt,
        "smooth": lambda x: x * x * (3.0 - 2.0 * x),
        "switch": lambda x: float(x >= 0.5),
    }
)
HOLD: Final = "hold"
"""What `safe` and `lost` say for lights that are left as they are."""
_KEYS: Final = ("to", "hz", "map", "safe", "lost", "master")
_OUTLET_KEYS: Final = ("address", "to", "curve")
_LIGHT: Final = re.compile(r"[\w-]+")
_ADDRESS: Final = re.compile(r"/(?:(?![#*,?\[\]{}])[!-~]){1,200}")
_DIMMEST: Final = 0.3  # how bright lights wait while nothing is heard: nobody stands in the dark


@dataclass(frozen=True, slots=True)
class Outlet:
    """One output of one light, and where it goes. `slot` is its place in the universe that the address takes."""

    light: str
    output: str
    address: str
    span: tuple[float, float] = (0.0, 1.0)
    curve: str = "linear"
    slot: int | None = None

    def __str__(self) -> str:
        where = self.address if self.slot is None else f"{self.address} {self.slot}"
        return f"{self.light or 'first'}.{self.output} → {where}"


@dataclass(frozen=True, slots=True)
class Patch:
    """A destination and its outlets. `safe`, `lost`: how bright, 0..1; None leaves the lights as they are."""

    destination: Destination
    outlets: tuple[Outlet, ...]
    safe: float | None = 0.0
    lost: float | None = _DIMMEST
    master: bool = True


def first_lights(destination: Destination) -> Patch:
    """The patch of a destination for which none is written: what the scene's first light does, on its first lights.

    For one that has no numbers of its own each goes to `/monochord/lights/…`.
    """
    profile = destination.kind
    if profile.sends != CHANNELS:
        return Patch(destination, tuple(Outlet("", name, f"/monochord/lights/{name}") for name in OUTPUTS))
    *before, last = (int(part) for part in profile.first.split("/"))
    outlets = (_numbered("", name, profile, (*before, last + k)) for k, name in enumerate(_FIRST))
    return Patch(destination, tuple(outlets))


def read_patch(table: Mapping[str, Any]) -> Patch:
    """One `[[lights]]` table; BadSetting, in one line, for what it cannot mean."""
    for key in table:
        if key not in _KEYS:
            raise BadSetting(f"lights has no key {key} ({nearest(key, _KEYS)})")
    if not isinstance(table.get("to"), str):
        raise BadSetting('lights.to is missing: to = "192.168.1.30:qlcplus"')
    rate = table.get("hz", HOP_RATE)
    if not is_number(rate):
        raise BadSetting(f"lights.hz={rate!r} must be a number of messages a second to one address")
    patch = first_lights(parse_destination(table["to"], float(rate)))
    given = table.get("map", {})
    if not isinstance(given, dict):
        raise BadSetting(f"lights.map={given!r} must be a table: [lights.map]")
    if "map" in table:
        outlets = [outlet for light, where in given.items() for outlet in _outlets(light, where, patch.destination)]
        patch = replace(patch, outlets=tuple(outlets))
    master = table.get("master", True)
    if not isinstance(master, bool):
        raise BadSetting(f"lights.master={master!r} must be true or false")
    return replace(patch, master=master, safe=_look(table, "safe", 0.0), lost=_look(table, "lost", _DIMMEST))


def _look(table: Mapping[str, Any], key: str, otherwise: float) -> float | None:
    given = table.get(key, otherwise)
    if given == HOLD:
        return None
    if not is_number(given) or not 0 <= given <= 1:
        raise BadSetting(f'lights.{key}={given!r} must be how bright, 0 to 1, or "{HOLD}"')
    return float(given)


def _outlets(light: str, where: object, destination: Destination) -> list[Outlet]:
    """What one line of the map says."""
    name, outputs = _light(light)
    places = list(where) if isinstance(where, list) else [where]
    if len(outputs) > 1 and len(places) != len(outputs):
        raise BadSetting(
            f"lights.map.{light} goes to {len(places)} addresses, {len(outputs)} are wanted: red, green, blue"
        )
    outputs = outputs if len(outputs) > 1 else (outputs[0],) * len(places)
    return [_outlet(light, name, output, place, destination) for output, place in zip(outputs, places, strict=True)]


def _light(text: str) -> tuple[str, tuple[str, ...]]:
    """The light, and its outputs, that a key of the map names."""
    first, dot, last = text.rpartition(".")
    if not dot and last in (*OUTPUTS, *_TRIPLES, "strobe"):
        first = ""
    elif not dot:
        first, last = last, "level"
    if last == "strobe":
        raise BadSetting(
            f"lights.map.{text}: the strobe is in the level, where it is held to three flashes a second; no fixture's"
            " own is driven (map the level)"
        )
    if last not in OUTPUTS and last not in _TRIPLES:
        raise BadSetting(f"lights.map.{text}: a light has no {last} ({nearest(last, (*OUTPUTS, *_TRIPLES))})")
    if first and not _LIGHT.fullmatch(first):
        raise BadSetting(f"lights.map.{text}: a light is called by letters, digits, _ and - (try wash.level)")
    return first, _TRIPLES.get(last, (last,))


def _outlet(key: str, light: str, output: str, given: object, destination: Destination) -> Outlet:
    table = {"address": given} if isinstance(given, str) else given
    if not isinstance(table, dict) or not isinstance(table.get("address"), str):
        raise BadSetting(
            f'lights.map.{key}={given!r} must be an address, or a table with one: {{ address = "/0/dmx/0" }}'
        )
    for name in table:
        if name not in _OUTLET_KEYS:
            raise BadSetting(f"lights.map.{key} has no key {name} ({nearest(name, _OUTLET_KEYS)})")
    profile, address = destination.kind, table["address"]
    numbers = numbered(profile, address)
    if numbers is not None:
        made = _numbered(light, output, profile, numbers, f"lights.map.{key}={address}")
    elif _ADDRESS.fullmatch(address) and "b" not in profile.types:
        made = Outlet(light, output, address, profile.span)
    else:
        tries = profile.first if profile.sends == CHANNELS else f"/monochord/lights/{output}"
        raise BadSetting(f"lights.map.{key}={address!r} is no address for {destination.profile} (try {tries!r})")
    curve, span = table.get("curve", "linear"), table.get("to", list(made.span))
    if curve not in CURVES:
        raise BadSetting(f"lights.map.{key}.curve={curve!r} is none ({nearest(str(curve), CURVES)})")
    if not (isinstance(span, list) and len(span) == 2 and all(is_number(end) for end in span)):
        raise BadSetting(f"lights.map.{key}.to={span!r} must be two numbers, dark and full: {list(profile.span)}")
    if made.slot is not None and not all(0 <= end <= 255 for end in span):
        raise BadSetting(f"lights.map.{key}.to={span!r} must be 0 to 255, as DMX has it")
    return replace(made, span=(float(span[0]), float(span[1])), curve=curve)


def _numbered(light: str, output: str, profile: Profile, numbers: tuple[int, ...], where: str = "") -> Outlet:
    slot = numbers[1] if "b" in profile.types else None
    if "dmx" in profile.address and numbers[-1] > 512:
        raise BadSetting(f"{where} has channel {numbers[-1]}, a universe has 1 to 512")
    return Outlet(light, output, address_of(profile, numbers), profile.span, slot=slot)


def is_console(destination: Destination) -> bool:
    """Whether it is told of lights, not of signals."""
    return PROFILES[destination.profile].sends == CHANNELS
