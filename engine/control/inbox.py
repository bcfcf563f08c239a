"""Where orders wait for the one thread that obeys them: put in by any thread, taken out at once."""

from __future__ import annotations

import queue
from typing import Final

from engine.control.orders import Order

_MOST: Final = 4096  # orders that may wait: two seconds of all that one sender may say


class Inbox:
    """Orders in, orders out, in the same turn. Neither side ever waits for the other."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[Order | None] = queue.SimpleQueue()
        self._lost = 0

    def put(self, order: Order) -> None:
        """Add one; from any thread."""
        if self._waiting.qsize() < _MOST:
            self._waiting.put(order)
        else:
            self._lost += 1

    def lost(self) -> int:
        """Orders that came when 4096 were waiting already, since the last call."""
        lost, self._lost = self._lost, 0
        return lost

    def wake(self) -> None:
        """Let who waits go on; from any thread, and from a signal handler too."""
        self._waiting.put(None)

    def wait(self, seconds: float) -> list[Order]:
        """All that have come; where there is none, wait so long for the first."""
        found: list[Order | None] = []
        try:
            found.append(self._waiting.get(timeout=seconds) if seconds > 0 else self._waiting.get_nowait())
            while len(found) < _MOST:
                found.append(self._waiting.get_nowait())
        except queue.Empty:
            pass
        return [order for order in found if order is not None]
