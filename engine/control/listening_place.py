"""Where orders by OSC are listened for, and who may send them: this machine alone, until somebody says otherwise."""

from __future__ import annotations

import errno
import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.errors import BadSetting

PORT: Final = 9100
"""Where orders by OSC are listened for, unless somebody says otherwise."""
LOOPBACK: Final = "127.0.0.1"
_WAITING: Final = 32  # connections that may wait to be taken
_KERNELS: Final = 1 << 18  # bytes of datagrams that may wait for us
_SHAPE: Final = re.compile(r"((?P<host>[^:@\[\]\s]+|\[[0-9A-Fa-f:.%\w]+\]):)?(?P<port>\d{1,5})")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class OscInSettings:
    """An address of this machine and a port. `senders` may send from the network; this machine always may."""

    host: str = LOOPBACK
    port: int = PORT
    senders: tuple[Network, ...] = ()

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def read_osc_in(listen: str | int | None, senders: Sequence[str]) -> OscInSettings | None:
    """`[HOST:]PORT` as typed, and who may send; None where nobody listens.

    BadSetting, in one line, for what is none, and for a place that the network reaches while nobody is named who may
    send from there.
    """
    networks = tuple(dict.fromkeys(read_network("osc_in.senders", sender) for sender in senders))
    if listen is None:
        return None
    host, port = read_place("osc_in", listen, PORT)
    if not is_loopback(host) and not networks:
        raise BadSetting(
            f"osc_in={listen} can be reached from the network: say who may send (--osc-from 192.168.1.20, or senders"
            " in [osc_in])"
        )
    return OscInSettings(host, port, networks)


def read_place(key: str, listen: str | int, usual: int) -> tuple[str, int]:
    """`[HOST:]PORT` as typed; without a host it is this machine alone. BadSetting for what is none."""
    match = _SHAPE.fullmatch(str(listen))
    if match is None:
        raise BadSetting(f"{key}={listen} is not [HOST:]PORT (try {usual})")
    host, port = (match["host"] or LOOPBACK).strip("[]"), int(match["port"])
    if not 1 <= port <= 65535:
        raise BadSetting(f"{key}={listen} has port={port}, a port is 1 to 65535 ({usual} is ours by default)")
    return host, port


def bound(
    key: str, place: object, host: str, port: int, kind: socket.SocketKind, option: tuple[int, int]
) -> socket.socket:
    """A socket of this kind at an address of this machine, one of its SOL_SOCKET options set before.

    BadSetting, in one line that names `key` and `place` as it was said, where that cannot be.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=kind, flags=socket.AI_PASSIVE)[0]
        made = socket.socket(family, kind)
    except (OSError, UnicodeError) as why:
        reason = getattr(why, "strerror", None) or why
        raise BadSetting(f"{key}={place} is no address of this machine ({reason})") from None
    try:
        made.setsockopt(socket.SOL_SOCKET, *option)
        made.bind(address)
        if kind == socket.SOCK_STREAM:
            made.listen(_WAITING)
    except OSError as why:
        made.close()
        mend = "choose another port" if why.errno == errno.EADDRINUSE else "say an address of this machine"
        raise BadSetting(f"{key}={place} cannot be listened at: {why.strerror} ({mend})") from None
    return made


def osc_socket(settings: OscInSettings) -> socket.socket:
    """A socket at which orders by OSC wait already; BadSetting, in one line, where that cannot be."""
    option = socket.SO_RCVBUF, _KERNELS
    return bound("osc_in", settings, settings.host, settings.port, socket.SOCK_DGRAM, option)


def is_loopback(host: str) -> bool:
    """Whether this address is for this machine alone."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_network(key: str, sender: str) -> Network:
    """An address, or a network of them, as typed; BadSetting for what is none."""
    try:
        return ipaddress.ip_network(sender.strip())
    except ValueError:
        raise BadSetting(f"{key}={sender} is no address (try 192.168.1.20, or 192.168.1.0/24 for a network)") from None
