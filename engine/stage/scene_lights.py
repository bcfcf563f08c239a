"""What a scene says to the lights: [lights.<name>], a light and what drives each of its channels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from engine.errors import nearest
from engine.stage.binding import Binding, finite, read_binding, refusal
from engine.stage.place import place

LIGHT_CHANNELS: Final = ("level", "hue", "warmth", "movement", "strobe")
"""What a light can be told, each 0..1: how bright; which hue, round the circle; how much of it is candlelight; how much
it moves; how fast it flashes, 1 three times a second."""

Lights = Mapping[str, Mapping[str, Binding | float]]
"""What a scene says to the lights: light, channel, and what drives it or where it stands; 0..1 where no `to` is."""


def read_lights(path: Path, table: dict[str, Any], musicians: tuple[str, ...]) -> Lights:
    """[lights.<name>] of the scene in `path`: channels of one light, each driven by a binding or at a number."""
    found: dict[str, Mapping[str, Binding | float]] = {}
    refuse = refusal(f"{place(path)}:")
    for group, channels in table.items():
        if not isinstance(channels, dict):
            refuse(f"lights.{group} must be a table of channels: [lights.{group}]")
        one: dict[str, Binding | float] = {}
        for channel, given in channels.items():
            number = finite(given)
            refuse_one = refusal(f"{place(path)}: lights.{group}.{channel}")
            if channel not in LIGHT_CHANNELS:
                refuse_one(f"is no channel of a light ({nearest(channel, LIGHT_CHANNELS)})")
            one[channel] = (
                read_binding(given, channel, None, (0.0, 1.0), refuse_one, musicians) if number is None else number
            )
        found[group] = MappingProxyType(one)
    return MappingProxyType(found)
