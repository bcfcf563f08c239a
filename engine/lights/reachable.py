"""Whether anybody can be reached at a place of the network, asked without telling them anything."""

from __future__ import annotations

import errno
import os
import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.lights.line import BUNDLE_HEAD

_PATIENCE: Final = 3.5  # seconds: a network says only after three that a machine is not there
_NEAR: Final = 0.3  # seconds: what this machine itself would say of its own ports, it says at once
_ON_ITS_WAY: Final = (0, errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EAGAIN)


@dataclass(frozen=True, slots=True)
class Place:
    """`host` and `port`, by `udp` or `tcp`."""

    host: str
    port: int
    transport: str = "udp"


def why_not(places: Sequence[Place], patience: float = _PATIENCE) -> list[str]:
    """For each place why nobody is reached there, and nothing where somebody may be; all are asked at once.

    By TCP it is certain that somebody listens. By UDP it is certain that nobody does only where a machine says so, or
    where there is no way to it: silence is a good sign, not a proof.
    """
    found = [""] * len(places)
    with selectors.DefaultSelector() as waiting:
        try:
            for number, place in enumerate(places):
                _ask(number, place, patience, found, waiting)
            while waiting.get_map():
                now = time.monotonic()
                for key, _ in waiting.select(max(min(k.data[1] for k in waiting.get_map().values()) - now, 0.0)):
                    _hear(key, found, waiting)
                for key in [k for k in waiting.get_map().values() if k.data[1] <= time.monotonic()]:
                    number = key.data[0]
                    if places[number].transport == "tcp":
                        found[number] = "does not answer"
                    _forget(key, waiting)
        finally:
            for key in list(waiting.get_map().values()):
                _forget(key, waiting)
    return found


def _ask(number: int, place: Place, patience: float, found: list[str], waiting: selectors.BaseSelector) -> None:
    kind = socket.SOCK_STREAM if place.transport == "tcp" else socket.SOCK_DGRAM
    try:
        family, _, _, _, address = socket.getaddrinfo(place.host, place.port, type=kind)[0]
        asking = socket.socket(family, kind)
    except (OSError, UnicodeError) as why:
        found[number] = f"is an unknown host ({getattr(why, 'strerror', None) or why})"
        return
    asking.setblocking(False)
    near = kind == socket.SOCK_DGRAM and str(address[0]).startswith(("127.", "::1"))
    try:
        refused = asking.connect_ex(address)
        if refused not in _ON_ITS_WAY:
            raise OSError(refused, os.strerror(refused))
        if kind == socket.SOCK_DGRAM:
            asking.send(BUNDLE_HEAD)  # a bundle with no message in it: no receiver does anything
    except OSError as why:
        asking.close()
        found[number] = f"cannot be reached: {why.strerror}"
        return
    events = selectors.EVENT_WRITE if kind == socket.SOCK_STREAM else selectors.EVENT_READ
    waiting.register(asking, events, (number, time.monotonic() + (min(_NEAR, patience) if near else patience)))


def _hear(key: selectors.SelectorKey, found: list[str], waiting: selectors.BaseSelector) -> None:
    """Something came of it: a connection, an error, or words that nobody asked for."""
    asking: Any = key.fileobj
    error = asking.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if error == errno.ECONNREFUSED:
        found[key.data[0]] = "has nobody who listens"
    elif error:
        found[key.data[0]] = f"cannot be reached: {os.strerror(error)}"
    _forget(key, waiting)


def _forget(key: selectors.SelectorKey, waiting: selectors.BaseSelector) -> None:
    asking: Any = key.fileobj
    waiting.unregister(asking)
    asking.close()
