"""The door: as many connections as are served come in, and not one more."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from aiohttp import web

_MOST_CONNECTIONS: Final = 64  # a browser opens six; so ten may look at once


class Door:
    """Lets as many connections in as are served, and not one more."""

    def __init__(self, server: web.Server, loop: asyncio.AbstractEventLoop) -> None:
        self._server, self._loop = server, loop
        self._coming = 0  # let in, and not yet among the server's own

    def __call__(self) -> asyncio.BaseProtocol:
        if len(self._server.connections) + self._coming >= _MOST_CONNECTIONS:
            return _Full()
        self._coming += 1
        self._loop.call_soon(self._came)  # just before the loop tells the connection that it is made
        return self._server()

    def _came(self) -> None:
        self._coming -= 1


class _Full(asyncio.Protocol):
    """What answers where too many are connected: nothing does."""

    def connection_made(self, transport: Any) -> None:
        transport.abort()
