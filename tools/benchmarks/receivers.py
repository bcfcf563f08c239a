"""Who is told: a receiver that only takes what comes, and frames in which there is always something to tell."""

from __future__ import annotations

import socket

import numpy as np

from engine.frame import Row, blank_row


class Sink:
    """A socket that takes what comes, and notes when."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.bind(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]

    def taken(self) -> list[bytes]:
        """The datagrams that were waiting."""
        self.socket.setblocking(False)
        found: list[bytes] = []
        try:
            while True:
                found.append(self.socket.recv(1 << 16))
        except BlockingIOError:
            return found

    def drain(self) -> int:
        """How many there were."""
        return len(self.taken())


def rows(count: int) -> list[Row]:
    """Rows in which everything moves."""
    random, made = np.random.default_rng(0), []
    for index in range(count):
        row = blank_row()
        row[2:] = random.uniform(0, 60, len(row) - 2)
        row[0] = index
        made.append(row)
    return made
