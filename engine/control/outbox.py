"""What one websocket is still to be told. Whoever tells never waits; a reader that is too slow is dropped."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from aiohttp import web

_MOST: Final = 512  # messages that may wait
_PATIENCE: Final = 5.0  # seconds that one may take


class Outbox:
    """Messages for one reader: those in turn reach him all, of those under a key only the newest."""

    def __init__(self, socket: web.WebSocketResponse, drop: Callable[[], None]) -> None:
        """`drop` cuts the line, without a word."""
        self._socket, self._drop = socket, drop
        self._waiting: deque[str | bytes] = deque()
        self._newest: dict[str, str | bytes] = {}
        self._news = asyncio.Event()

    def put(self, message: str | bytes) -> None:
        """Tell this, after what was put before."""
        if len(self._waiting) >= _MOST:
            self._drop()
            return
        self._waiting.append(message)
        self._news.set()

    def replace(self, key: str, message: str | bytes) -> None:
        """Tell this in the place of what waits under the same key."""
        self._newest[key] = message
        self._news.set()

    async def run(self) -> None:
        """Send until the socket is closed, or its reader stops reading."""
        try:
            while not self._socket.closed:
                await self._news.wait()
                self._news.clear()
                while self._waiting:
                    await self._send(self._waiting.popleft())
                newest, self._newest = self._newest, {}
                for message in newest.values():
                    await self._send(message)
        except (TimeoutError, OSError):
            self._drop()

    async def _send(self, message: str | bytes) -> None:
        async with asyncio.timeout(_PATIENCE):
            if isinstance(message, bytes):
                await self._socket.send_bytes(message)
            else:
                await self._socket.send_str(message)
