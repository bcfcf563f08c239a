"""How much one sender may say: a bucket that fills at a steady rate and that each message takes one out of."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

PER_SECOND: Final = 2000.0
"""Messages a second that one sender may go on saying."""
BURST: Final = 500.0
"""And how many at once, after a silence."""
_MOST_SENDERS: Final = 256  # whose buckets are remembered


class Buckets:
    """One bucket a sender, of the 256 that were heard last; a new one is full."""

    def __init__(self, per_second: float = PER_SECOND, burst: float = BURST) -> None:
        self._per_second, self._burst = per_second, burst
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def open(self, sender: str, now: float) -> bool:
        """Whether this one may say something now. `now` in seconds, never falling."""
        return self._level(sender, now) >= 1.0

    def take(self, sender: str, now: float, messages: int) -> None:
        """So many messages were said. A bucket may owe: then it takes longer until it is open again."""
        self._buckets[sender] = (self._level(sender, now) - messages, now)
        self._buckets.move_to_end(sender)
        if len(self._buckets) > _MOST_SENDERS:
            self._buckets.popitem(last=False)

    def _level(self, sender: str, now: float) -> float:
        level, then = self._buckets.get(sender, (self._burst, now))
        return min(self._burst, level + (now - then) * self._per_second)
