"""OSCQuery found by name: `_oscjson._tcp` in the network, as Bonjour has it."""

from __future__ import annotations

import asyncio
import socket
from typing import Final

from zeroconf import Error, InterfaceChoice, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from engine.control.page_place import PageSettings, own_address

SERVICE: Final = "_oscjson._tcp.local."
"""The kind of service that clients of OSCQuery look for."""
_PATIENCE: Final = 3.0  # seconds that saying it, or taking it back, may take


class Announcement:
    """Says where the server is, until it is closed."""

    def __init__(self, settings: PageSettings, port: int) -> None:
        self._host, self._port = settings.host, port
        self._zeroconf: AsyncZeroconf | None = None

    async def open(self) -> str:
        """Say it; what is wrong in one line, or nothing."""
        everywhere = self._host in ("0.0.0.0", "::", "")
        host = "127.0.0.1" if self._host == "localhost" else self._host
        try:
            async with asyncio.timeout(_PATIENCE):
                self._zeroconf = AsyncZeroconf(interfaces=InterfaceChoice.All if everywhere else [host])
                await self._zeroconf.async_register_service(self._info(host, everywhere), allow_name_change=True)
        except (OSError, Error, RuntimeError, ValueError) as why:
            await self.close()
            return (
                f"page: OSCQuery could not be announced in the network ({str(why) or 'no answer'}); its address works"
            )
        return ""

    async def close(self) -> None:
        """Take it back."""
        if self._zeroconf is not None:
            closing, self._zeroconf = self._zeroconf, None
            try:
                async with asyncio.timeout(_PATIENCE):
                    await closing.async_close()
            except (OSError, Error, RuntimeError):
                pass

    def _info(self, host: str, everywhere: bool) -> ServiceInfo:
        name = socket.gethostname().partition(".")[0]
        return ServiceInfo(
            SERVICE,
            f"Monochord {name} {self._port}.{SERVICE}",
            port=self._port,
            properties={"txtvers": "1"},
            server=f"{name}.local.",
            parsed_addresses=[own_address() if everywhere else host],
        )
