"""Browsers that have the operator's page open, in a process of their own."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Final

import aiohttp

PORT: Final = 9117
_RETRY: Final = 0.2  # seconds


@contextlib.contextmanager
def browsers(count: int) -> Iterator[None]:
    """So many of them look at the page, as soon as it is there and as long as it is."""
    if not count:
        yield
        return
    looking = subprocess.Popen([sys.executable, "-P", __file__, str(count)])
    try:
        yield
    finally:
        looking.terminate()
        looking.wait()


async def look(count: int) -> None:
    """Be so many browsers."""
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(_one(session) for _ in range(count)))


async def _one(session: aiohttp.ClientSession) -> None:
    while True:
        with contextlib.suppress(aiohttp.ClientError, OSError):
            async with session.ws_connect(f"http://127.0.0.1:{PORT}/page/live", max_msg_size=0) as line:
                async for _ in line:
                    pass
        await asyncio.sleep(_RETRY)


if __name__ == "__main__":
    asyncio.run(look(int(sys.argv[1])))
