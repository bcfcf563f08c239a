"""Where the operator's page and OSCQuery are served: on this machine alone, until somebody says otherwise."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.control.listening_place import LOOPBACK, Network, bound, is_loopback, read_network, read_place

PAGE_PORT: Final = 9110
"""Where the page is served, unless somebody says otherwise."""


@dataclass(frozen=True, slots=True)
class PageSettings:
    """An address of this machine and a port, 0 for any that is free. `announce`: found by name in the network.

    `senders` need no token: machines that may send orders by OSC anyway. `token_file`: where the token is kept, so
    that a phone that was let in comes back after a restart; None is another token each time.
    """

    host: str = LOOPBACK
    port: int = PAGE_PORT
    announce: bool = False
    senders: tuple[Network, ...] = ()
    token_file: Path | None = None

    @property
    def open_to_network(self) -> bool:
        """Whether others than this machine reach it: then a token is asked for."""
        return not is_loopback(self.host)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def read_page(
    listen: str | int | None, announce: bool | None, senders: Sequence[str], token_file: Path | None
) -> PageSettings | None:
    """`[HOST:]PORT` as typed; None where nothing is served. BadSetting, in one line, for what is none.

    What the network reaches is announced there; what only this machine reaches is not, unless `announce` says so.
    """
    if listen is None:
        return None
    host, port = read_place("page", listen, PAGE_PORT)
    networks = tuple(dict.fromkeys(read_network("osc_in.senders", sender) for sender in senders))
    return PageSettings(host, port, not is_loopback(host) if announce is None else announce, networks, token_file)


def own_address() -> str:
    """The address at which the network reaches this machine; the loopback's where there is no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent: the kernel only says which way it would go
            return str(probe.getsockname()[0])
        except OSError:
            return LOOPBACK


def own_names(settings: PageSettings) -> set[str]:
    """What this machine is called, where the network reaches it."""
    if not settings.open_to_network:
        return set()
    name = socket.gethostname()
    short = name.partition(".")[0]
    return {name, short, f"{short}.local", settings.host}


def page_socket(settings: PageSettings) -> socket.socket:
    """A socket at which connections wait already; BadSetting, in one line, where that cannot be."""
    return bound("page", settings, settings.host, settings.port, socket.SOCK_STREAM, (socket.SO_REUSEADDR, 1))
