"""Who is told what the music does: a receiver of OSC, and how that kind of receiver wants it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from engine.errors import BadSetting, nearest
from engine.frame import HOP, RATE
from engine.frame_ring import LONGEST_DELAY

HOP_RATE: Final = RATE / HOP
_SHAPE: Final = re.compile(
    r"(?P<host>[^:@\[\]]+|\[[0-9A-Fa-f:]+\]):(?P<port>\d+)(:(?P<profile>[a-z0-9]+))?(@(?P<ms>[\d.]+))?"
)


@dataclass(frozen=True, slots=True)
class Profile:
    """How a kind of receiver wants its messages."""

    bundle: bool
    """All signals of a hop in one datagram, or a datagram each."""
    max_bytes: int
    """The largest datagram; a frame that is longer becomes several."""
    max_hz: float
    """The most frames a second."""


PROFILES: Final = {
    "generic": Profile(bundle=True, max_bytes=1400, max_hz=HOP_RATE),
    "plain": Profile(bundle=False, max_bytes=1400, max_hz=HOP_RATE),
}


@dataclass(frozen=True, slots=True)
class Destination:
    """One receiver. `delay` in seconds holds its messages back to match the PA."""

    host: str
    port: int
    profile: str = "generic"
    delay: float = 0.0
    hz: float = HOP_RATE

    def __post_init__(self) -> None:
        """BadSetting where a value breaks its rule."""
        if self.profile not in PROFILES:
            raise BadSetting(f"osc={self} has an unknown profile ({nearest(self.profile, PROFILES)})")
        if not 1 <= self.port <= 65535:
            raise BadSetting(f"osc={self} has port={self.port}, a port is 1 to 65535 (9101 is ours by default)")
        if not 0 <= self.delay <= LONGEST_DELAY:
            raise BadSetting(f"osc={self} has delay={self.delay:g} s, 0 to {LONGEST_DELAY:.1f} s can be held back")
        if not 1 <= self.hz <= HOP_RATE:
            raise BadSetting(f"osc={self} has hz={self.hz:g}, 1 to {HOP_RATE:g} frames a second can be sent")

    def __str__(self) -> str:
        return f"{self.host}:{self.port}:{self.profile}"


def parse_destination(text: str, hz: float = HOP_RATE) -> Destination:
    """`HOST:PORT[:PROFILE][@MS]`, as typed on the command line; BadSetting if it is not."""
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise BadSetting(f"osc={text} is not HOST:PORT[:PROFILE][@MILLISECONDS] (try 127.0.0.1:9101)")
    try:
        delay = float(match["ms"] or 0) / 1000
    except ValueError:
        raise BadSetting(f"osc={text} has a delay of {match['ms']}, milliseconds are wanted (try @80)") from None
    return Destination(match["host"].strip("[]"), int(match["port"]), match["profile"] or "generic", delay, hz)
