"""An order that cannot be obeyed, and how often the operator hears of such."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from engine.errors import UserMistake, nearest

_SHOWN: Final = 40  # characters of a wrong name that are compared with the known ones


class BadOrder(UserMistake):
    """Something was asked of a running show that it cannot do. One line; `kind` says of what sort it is.

    The line is written when it is read: a flood of bad orders costs no search for what was meant.
    """

    def __init__(self, kind: str, why: str, wrong: str = "", known: Iterable[object] = ()) -> None:
        """`known`: what could have been said in the place of `wrong`."""
        super().__init__(kind, why)
        self.kind, self.why = kind, why
        self._wrong, self._known = wrong[:_SHOWN], known

    def __str__(self) -> str:
        known = [str(one) for one in self._known]
        return f"{self.kind}: {self.why}" + (f" ({nearest(self._wrong, known)})" if known else "")


@dataclass(frozen=True, slots=True)
class _AndMore:
    line: object
    more: int

    def __str__(self) -> str:
        return f"{self.line} (and {self.more} more)"


class Complaints:
    """Lines for the operator: of each kind at most one in `period` seconds, and how many were left out between."""

    def __init__(
        self, say: Callable[[object], None], period: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`say` is given something whose text is the line; it is called from the thread that complains."""
        self._say, self._period, self._clock = say, period, clock
        self._told: dict[str, float] = {}
        self._left_out: dict[str, int] = {}

    def of(self, kind: str, line: object) -> None:
        """Complain; whoever shows the line makes it to text. There are few kinds: no sender makes one up."""
        now = self._clock()
        if now - self._told.get(kind, -self._period) < self._period:
            self._left_out[kind] = self._left_out.get(kind, 0) + 1
            return
        self._told[kind] = now
        more = self._left_out.pop(kind, 0)
        self._say(_AndMore(line, more) if more else line)
