"""A real show in a process of its own, for tools that try what it bears: its orders, its page, its end."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp

from engine.control.osc_packet import osc_packet
from watching.processes import family


def until(true: Callable[[], object], seconds: float) -> bool:
    """Wait until something is true, at most so long; whether it is."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def free_port(kind: socket.SocketKind) -> int:
    """A port of this machine at which nobody listens just now."""
    with socket.socket(socket.AF_INET, kind) as brief:
        brief.bind(("127.0.0.1", 0))
        return int(brief.getsockname()[1])


class RunningShow:
    """`monochord preview` or `monochord live`, with a port for orders and a page. What it says goes into a file."""

    def __init__(
        self,
        folder: Path,
        command: Sequence[str],
        settings: str = "",
        *,
        environment: Mapping[str, str] | None = None,
        terminal: int | None = None,
    ) -> None:
        """`settings`: of its show file, tables and all. `terminal`: a descriptor for its standard in- and outputs."""
        folder.mkdir(parents=True, exist_ok=True)
        self.orders, self.page = (free_port(kind) for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM))
        show = folder / "show.toml"
        show.write_text(f"{settings}\n[osc_in]\nlisten = {self.orders}\n[page]\nlisten = {self.page}\n")
        self._said = folder / "said.txt"
        started = [sys.executable, "-m", "engine", *command, "--show", str(show)]
        with self._said.open("w") as file:
            says = file if terminal is None else terminal
            self.process = subprocess.Popen(
                started, stdin=terminal, stdout=says, stderr=says, env={**os.environ, **(environment or {})}
            )
        self.facts: dict[str, Any] = {}
        self.scene = ""
        self.log: list[str] = []
        """What the operator's page was told."""
        self._reading: threading.Thread | None = None
        self._over = threading.Event()

    @property
    def said(self) -> str:
        """All that it has said until now, where it has no terminal."""
        return self._said.read_text(errors="replace")

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def pid(self, role: str) -> int:
        """The process that runs this module of it (`ears`, `painter`, `understudy`); 0 where none does."""
        return dict(family(self.process.pid)).get(role, 0)

    def order(self, address: str, tags: str = "", *values: bool | int | float | str) -> None:
        """Say this to it by OSC."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.sendto(osc_packet(address, tags, values), ("127.0.0.1", self.orders))

    @property
    def address(self) -> str:
        """Of the websocket that its page has."""
        return f"http://127.0.0.1:{self.page}/page/live"

    async def stay(self) -> None:
        """Be a page that stays open, and knows how the show is."""
        while True:
            with suppress(aiohttp.ClientError, OSError, TimeoutError):
                async with aiohttp.ClientSession() as session, session.ws_connect(self.address) as line:
                    self.log.clear()
                    async for message in line:
                        told = message.json()
                        self.facts = told.get("facts", self.facts)
                        self.scene = told.get("table", {}).get("scene", self.scene)
                        self.log += [text for _, _, text in told.get("log", ())]
            await asyncio.sleep(0.2)

    def read_page(self) -> None:
        """The same, in a thread of its own."""
        self._reading = threading.Thread(target=lambda: asyncio.run(self._stay_until_over()), name="page", daemon=True)
        self._reading.start()

    async def _stay_until_over(self) -> None:
        staying = asyncio.ensure_future(self.stay())
        while not self._over.is_set():
            await asyncio.sleep(0.1)
        staying.cancel()

    def heard(self, words: str) -> int:
        """How many lines for the operator have these words."""
        return sum(words in line for line in self.log)

    def close(self) -> int:
        """End it in order, or at all; its exit code."""
        self._over.set()
        if self._reading is not None:
            self._reading.join()
        children = [pid for _, pid in family(self.process.pid)]
        self.process.terminate()
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            for pid in children:
                with suppress(ProcessLookupError):
                    os.kill(pid, 9)
            return self.process.wait()
