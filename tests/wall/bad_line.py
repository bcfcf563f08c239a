"""Two network namespaces with a bad line between them: what goes in at one end is late at the other, or lost.

The line is two TUN devices and a thread that carries packets from one to the other, so that it needs no kernel module
and loses the same packets every time.
"""

from __future__ import annotations

import fcntl
import heapq
import os
import random
import select
import shutil
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000
ENDS = ("10.231.77.1", "10.231.77.2")
"""The addresses of the two ends."""


class BadLine:
    """`loss` of the packets are lost, each way; the others take `delay` and up to `jitter` more, in seconds."""

    def __init__(self, devices: tuple[int, int], loss: float, delay: float, jitter: float) -> None:
        self.devices, self.loss, self.delay, self.jitter = devices, loss, delay, jitter
        self.carried = self.lost = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._carry)
        self._thread.start()

    def _carry(self) -> None:
        dice = random.Random(7)
        waiting: list[tuple[float, int, int, bytes]] = []
        across = dict(zip(self.devices, reversed(self.devices), strict=True))
        while not self._over.is_set():
            wait = min(max(waiting[0][0] - time.monotonic(), 0.0), 0.05) if waiting else 0.05
            for device in select.select(self.devices, [], [], wait)[0]:
                data = os.read(device, 65536)
                self.carried += 1
                if dice.random() < self.loss:
                    self.lost += 1
                    continue
                due = time.monotonic() + self.delay + dice.random() * self.jitter
                heapq.heappush(waiting, (due, self.carried, across[device], data))
            while waiting and waiting[0][0] <= time.monotonic():
                _, _, device, data = heapq.heappop(waiting)
                os.write(device, data)

    def close(self) -> None:
        self._over.set()
        self._thread.join()


def _run(*words: str) -> None:
    told = subprocess.run(words, capture_output=True, text=True, check=False)
    if told.returncode != 0:
        raise OSError(f"{' '.join(words)}: {told.stderr.strip()}")


def _device(name: str) -> int:
    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH", name.encode(), _IFF_TUN | _IFF_NO_PI))
    return device


@contextmanager
def bad_line(loss: float, delay: float, jitter: float = 0.0) -> Iterator[tuple[BadLine, tuple[str, str]]]:
    """The line, and the names of the namespaces at its two ends; the test is skipped where that is not permitted."""
    if sys.platform != "linux" or shutil.which("ip") is None:
        pytest.skip("no ip command here (apt-get install iproute2)")
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        pytest.skip("no /dev/net/tun here")
    spaces = (f"monochord-{os.getpid()}-a", f"monochord-{os.getpid()}-b")
    devices: list[int] = []
    line: BadLine | None = None
    try:
        try:
            for space, address, end in zip(spaces, ENDS, "ab", strict=True):
                _run("ip", "netns", "add", space)
                name = f"mc{os.getpid()}{end}"
                devices.append(_device(name))
                _run("ip", "link", "set", name, "netns", space)
                _run("ip", "-n", space, "addr", "add", f"{address}/24", "dev", name)
                _run("ip", "-n", space, "link", "set", name, "up")
                _run("ip", "-n", space, "link", "set", "lo", "up")
        except OSError as why:
            pytest.skip(f"network namespaces are not permitted here: {why}")
        line = BadLine((devices[0], devices[1]), loss, delay, jitter)
        yield line, spaces
    finally:
        if line is not None:
            line.close()
        for device in devices:
            os.close(device)
        for space in spaces:
            subprocess.run(["ip", "netns", "del", space], capture_output=True, check=False)


def within(space: str, *words: str) -> list[str]:
    """The command, in that namespace."""
    return ["ip", "netns", "exec", space, *words]


def other_clock(seconds: float) -> list[str]:
    """What to put before a command so that its monotonic clock is that far ahead; nothing where that cannot be."""
    words = ["unshare", "--time", "--monotonic", str(int(seconds)), "--fork", "--kill-child"]
    if shutil.which("unshare") is None or not Path("/proc/self/ns/time").exists():
        return []
    return words if subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0 else []
