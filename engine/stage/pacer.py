"""When the next picture is due."""

from __future__ import annotations

import time


class Pacer:
    """Waits until the next picture is due; one that was late does not make the next ones hurry."""

    def __init__(self) -> None:
        self._due = time.monotonic()

    def wait(self, rate: float) -> None:
        """`rate`: pictures a second."""
        now = time.monotonic()
        self._due = max(self._due + 1.0 / rate, now)
        if self._due > now:
            time.sleep(self._due - now)
