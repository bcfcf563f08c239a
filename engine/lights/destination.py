"""Who is told what the music does: a receiver of OSC, where it is, and how that kind of receiver wants it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from engine.errors import BadSetting, nearest
from engine.frame_ring import LONGEST_DELAY
from engine.lights.profile import HOP_RATE, PROFILES, TRANSPORTS, Profile

_TRY: Final = "try 127.0.0.1:9101, or 192.168.1.30:qlcplus"
_SHAPE: Final = re.compile(
    r"(?P<host>[^:@\[\]]+|\[[0-9A-Fa-f:]+\])(:(?P<port>\d+))?(:(?P<profile>[a-z][a-z0-9]*))?(:(?P<transport>[a-z]+))?"
    r"(@(?P<ms>[\d.]+))?"
)


@dataclass(frozen=True, slots=True)
class Destination:
    """One receiver. `delay` in seconds holds its messages back to match the PA; no `transport` is its kind's own."""

    host: str
    port: int
    profile: str = "generic"
    delay: float = 0.0
    hz: float = HOP_RATE
    transport: str = ""

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
        if self.transport and self.transport not in TRANSPORTS:
            raise BadSetting(
                f"osc={self} has an unknown transport {self.transport} ({nearest(self.transport, TRANSPORTS)})"
            )

    @property
    def kind(self) -> Profile:
        """What its profile says."""
        return PROFILES[self.profile]

    @property
    def by(self) -> str:
        """The transport: the one that is named, else its kind's."""
        return self.transport or self.kind.transport

    @property
    def rate(self) -> float:
        """Frames a second that it is sent: its own, at most what its kind bears."""
        return min(self.hz, self.kind.max_hz)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}:{self.profile}"


def parse_destination(text: str, hz: float = HOP_RATE) -> Destination:
    """`HOST:PORT[:PROFILE[:TRANSPORT]][@MS]` as typed, the port left out for its profile's; BadSetting if it is not."""
    match = _SHAPE.fullmatch(text)
    profile = (match["profile"] or "generic") if match else ""
    if match is None or (match["port"] is None and (match["profile"] is None or profile not in PROFILES)):
        close = get_close_matches(profile, PROFILES) if match is not None and match["profile"] else []
        mend = f"did you mean {match['host']}:{close[0]}?" if close and match else _TRY
        raise BadSetting(f"osc={text} is not HOST:PORT[:PROFILE][@MILLISECONDS] ({mend})")
    try:
        delay = float(match["ms"] or 0) / 1000
    except ValueError:
        raise BadSetting(f"osc={text} has a delay of {match['ms']}, milliseconds are wanted (try @80)") from None
    port = int(match["port"]) if match["port"] else PROFILES[profile].port
    return Destination(match["host"].strip("[]"), port, profile, delay, hz, match["transport"] or "")
