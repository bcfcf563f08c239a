"""Whom a show tells, and from whom it takes orders: the addresses of its file and of its command line, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from engine.control.listening_place import OscInSettings, is_loopback, read_osc_in
from engine.errors import BadSetting, nearest
from engine.foundation.number import is_number
from engine.lights.destination import Destination, parse_destination
from engine.show.show_file import is_text

_OSC_KEYS: Final = ("to", "hz")


def destinations_of(
    tables: Sequence[Mapping[str, Any]], said: Sequence[str], hz: float | None
) -> tuple[Destination, ...]:
    """The show's receivers, and those of the command line beside them."""
    found = []
    for table in tables:
        for key in table:
            if key not in _OSC_KEYS:
                raise BadSetting(f"osc has no key {key} ({nearest(key, _OSC_KEYS)})")
        if not is_text(table.get("to")):
            raise BadSetting('osc.to is missing: to = "127.0.0.1:9101"')
        rate = table.get("hz")
        if rate is not None and not is_number(rate):
            raise BadSetting(f"osc.hz={rate!r} must be a number of frames a second")
        found.append(_destination(table["to"], rate))
    return (*found, *(_destination(text, hz) for text in said))


def osc_in_of(
    found: Mapping[str, Any], senders: Sequence[str], destinations: Sequence[Destination]
) -> OscInSettings | None:
    """Where orders are listened for; never where we send to ourselves."""
    chosen = read_osc_in(found.get("osc_in.listen"), (*found.get("osc_in.senders", ()), *senders))
    for one in destinations:
        if chosen is not None and one.port == chosen.port and is_loopback(one.host):
            raise BadSetting(f"osc={one} is where we listen ourselves (osc_in={chosen}: choose another port)")
    return chosen


def _destination(text: str, hz: float | None) -> Destination:
    return parse_destination(text) if hz is None else parse_destination(text, hz)
