"""Kinds of receivers, and how each wants its messages: one row a kind, and everything else reads these rows.

Looked up in the makers' own pages: eos (but for `/eos/sub`), grandma3, qlcplus, magicq, resolume, qlab (but for the
address). Seen receiving: puredata, qlcplus, ola. As their users tell it, not looked up: touchdesigner, max, wekinator,
`/eos/sub`, `/cue/1/opacity`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from engine.frame import HOP, RATE

HOP_RATE: Final = RATE / HOP
"""Frames a second: one a hop."""
TRANSPORTS: Final = ("udp", "tcp", "slip")
"""A datagram each; a stream of packets with their length before them (OSC 1.0); a stream framed by SLIP (OSC 1.1)."""
SIGNALS, FEATURES, CHANNELS = "signals", "features", "channels"
"""What is sent: every signal at its own address, a few of them in one message, or the lights of the scene."""
_DMX_RATE: Final = 44.0  # universes a second that DMX512 carries: what comes faster is seen by nobody
_MTU: Final = 1400  # bytes: Ethernet carries a few more in one piece, a tunnel in it as many


@dataclass(frozen=True, slots=True)
class Profile:
    """How a kind of receiver wants its messages."""

    bundle: bool
    """All of a hop in one datagram, or a datagram each."""
    max_bytes: int = _MTU
    """The largest datagram; what is longer becomes several."""
    max_hz: float = HOP_RATE
    """The most frames a second; of lights, the most messages to one address."""
    types: str = "if"
    """The OSC types that it takes: where whole numbers are none of them they go as floats; `b` is a universe."""
    transport: str = "udp"
    port: int = 9101
    """Where it listens unless somebody has said otherwise."""
    sends: str = SIGNALS
    address: str = "{}"
    """Where a light goes that is given as a number, or as two with a stroke between; `{0-1}` counts from 0."""
    span: tuple[float, float] = (0.0, 1.0)
    """Dark and full, as it counts."""
    steps: int = 255
    """Steps from dark to full that are worth a message."""
    first: str = "1"
    """Where its first light is, for those who name none; the others follow it."""


PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {
        "generic": Profile(bundle=True),
        "plain": Profile(bundle=False),
        # A picture is sixty a second there: so an event stands at 1 for a whole one.
        "touchdesigner": Profile(bundle=True, max_hz=60.0),
        "max": Profile(bundle=True),
        "puredata": Profile(bundle=True),
        "wekinator": Profile(bundle=False, max_hz=100.0, types="f", port=6448, sends=FEATURES, address="/wek/inputs"),
        "resolume": Profile(
            bundle=True,
            max_hz=60.0,
            port=7000,
            sends=CHANNELS,
            address="/composition/layers/{0}/video/opacity",
            steps=1000,
        ),
        "qlab": Profile(bundle=False, max_hz=30.0, port=53000, sends=CHANNELS, address="/cue/{0}/opacity", steps=1000),
        "eos": Profile(
            bundle=False,
            max_bytes=512,
            max_hz=_DMX_RATE,
            transport="tcp",
            port=3032,
            sends=CHANNELS,
            address="/eos/sub/{0}",
        ),
        "grandma3": Profile(
            bundle=False,
            max_hz=_DMX_RATE,
            port=8000,
            sends=CHANNELS,
            address="/Page{0}/Fader{1}",
            span=(0.0, 100.0),
            steps=100,
            types="i",
            first="1/201",
        ),
        "qlcplus": Profile(
            bundle=False, max_hz=_DMX_RATE, port=7700, sends=CHANNELS, address="/{0-1}/dmx/{1-1}", first="1/1"
        ),
        "magicq": Profile(bundle=False, max_hz=_DMX_RATE, port=8000, sends=CHANNELS, address="/pb/{0}"),
        "ola": Profile(
            bundle=False,
            max_hz=30.0,  # more of it corrupts what leaves
            types="b",
            port=7770,
            sends=CHANNELS,
            address="/dmx/universe/{0}",
            span=(0.0, 255.0),
            first="1/1",
        ),
    }
)

FEATURE_SIGNALS: Final = (
    "sound.loudness",
    "band.level",
    "sound.centroid",
    "sound.flatness",
    "rhythm.hits",
    "rhythm.phase",
    "pitch.cents",
    "pitch.confidence",
    "pitch.glide",
    "texture.fractal",
    "place.x",
    "place.y",
)
"""What goes to those who take a list of features in one message, in this order."""

_PLACE: Final = re.compile(r"\{([01])(-1)?\}")


def numbered(profile: Profile, given: str) -> tuple[int, ...] | None:
    """`12` or `1/12` as numbers from 1, if this profile has addresses for so many; else None."""
    if re.fullmatch(r"\d{1,5}(/\d{1,5})?", given) is None:
        return None
    numbers = tuple(int(part) for part in given.split("/"))
    wanted = 2 if "/" in profile.first else 1
    return numbers if len(numbers) == wanted and min(numbers) >= 1 and profile.sends == CHANNELS else None


def address_of(profile: Profile, numbers: tuple[int, ...]) -> str:
    """The address of a light by its numbers."""
    return _PLACE.sub(lambda found: str(numbers[int(found[1])] - bool(found[2])), profile.address)
