"""Where the other machine is: `HOST[:PORT]`, meant the same on both sides of a line."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from typing import Any, Final

from engine.errors import BadSetting

PORT: Final = 9108
"""Where a following stage listens, unless somebody says otherwise."""
_SHAPE: Final = re.compile(r"(?P<host>[^:@\[\]\s]+|\[[0-9A-Fa-f:.%\w]+\])(:(?P<port>\d+))?")


@dataclass(frozen=True, slots=True)
class Address:
    """A machine, and the port on which the following one of the two listens."""

    host: str
    port: int = PORT

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORT else f"{host}:{self.port}"

    def found(self, key: str) -> list[tuple[int, Any]]:
        """(family, socket address) of each place that the name means, IPv4 first; BadSetting if it means nothing.

        `key`: the setting that it came from.
        """
        try:
            places = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_DGRAM)
        except (OSError, UnicodeError) as why:
            reason = getattr(why, "strerror", None) or why
            raise BadSetting(f"{key}={self} is an unknown host ({reason}): give its address, as 192.168.1.20") from why
        return sorted(((place[0], place[4]) for place in places), key=lambda place: place[0] != socket.AF_INET)


def parse_address(text: str, key: str) -> Address:
    """`HOST[:PORT]` as typed; BadSetting, naming the setting `key`, if it is none."""
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise BadSetting(f"{key}={text} is not HOST[:PORT] (try 192.168.1.20)")
    port = int(match["port"] or PORT)
    if not 1 <= port <= 65535:
        raise BadSetting(f"{key}={text} has port={port}, a port is 1 to 65535 ({PORT} is ours by default)")
    return Address(match["host"].strip("[]"), port)
