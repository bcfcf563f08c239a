"""The door that phones come in by: so many connections at once, so many a second, and none for long.

All the cost that strangers can make is decided here, before a byte of theirs is read.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from typing import Final

from aiohttp import web

from engine.control.rate import Buckets

MOST_OPEN: Final = 64
"""Connections that are served at once, and"""
MOST_OPEN_EACH: Final = 32
"""those of one address: behind a router that hides them, all phones have one."""
LONGEST: Final = 10.0
"""Seconds after which a connection is cut, whatever it is doing."""
_PER_SECOND, _BURST = 100.0, 100.0  # connections that are served,
_PER_SECOND_EACH, _BURST_EACH = 20.0, 100.0  # and those of one address
_REFUSED_PER_SECOND: Final = 1000.0  # that are closed unheard; more wait with the system
_TIRED: Final = 0.2  # seconds without a new connection when the system has none to give


class FrontDoor:
    """Lets connections in to a server, as long as `run` runs."""

    def __init__(self, server: web.Server, alias: Callable[[str], str]) -> None:
        """`alias`: one name for what counts as one address."""
        self._server, self._alias = server, alias
        self._open: list[tuple[str, asyncio.BaseTransport]] = []
        self._each = Buckets(_PER_SECOND_EACH, _BURST_EACH)
        self._due = 0.0
        self.turned_away = 0

    async def run(self, listener: socket.socket) -> None:
        """Let them in until this is cancelled; `listener` is listened at already."""
        loop = asyncio.get_running_loop()
        listener.setblocking(False)
        try:
            while True:
                await self._pause()
                try:
                    line, address = await loop.sock_accept(listener)
                except OSError:
                    await asyncio.sleep(_TIRED)
                    continue
                await self._let_in(line, self._alias(str(address[0])))
        finally:
            for _, transport in self._open:
                if isinstance(transport, asyncio.Transport):
                    transport.abort()

    async def _let_in(self, line: socket.socket, who: str) -> None:
        now = time.monotonic()
        self._open = [one for one in self._open if not one[1].is_closing()]
        same = sum(one == who for one, _ in self._open)
        if len(self._open) >= MOST_OPEN or same >= MOST_OPEN_EACH or not self._each.open(who, now):
            self._due += 1.0 / _REFUSED_PER_SECOND
            self.turned_away += 1  # before the phone can know it
            line.close()
            return
        self._each.take(who, now, 1)
        self._due += 1.0 / _PER_SECOND
        try:
            transport, _ = await asyncio.get_running_loop().connect_accepted_socket(self._server, line)
        except OSError:
            line.close()
            return
        self._open.append((who, transport))
        asyncio.get_running_loop().call_later(LONGEST, transport.abort)

    async def _pause(self) -> None:
        """Wait while more have come than are served in the time."""
        now = time.monotonic()
        self._due = max(self._due, now - _BURST / _PER_SECOND)
        if self._due > now:
            await asyncio.sleep(self._due - now)
