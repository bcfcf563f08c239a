"""The lines for the operator: who they come from does not matter, how they were numbered and when they came does."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

_KEPT: Final = 100  # lines; an evening that says more is looked up where `notice` has put it

Line = tuple[int, float, str]
"""Its number, the second of the show in which it was said, and the line."""


class OperatorLog:
    """`tell` is for every thread, all else for the main one."""

    def __init__(self, notice: Callable[[str], None], heard: Callable[[], float]) -> None:
        """`notice` is called with every line; `heard` is how many seconds of the show were heard so far."""
        self._notice, self._heard = notice, heard
        self._told: deque[object] = deque(maxlen=_KEPT)
        self._lines: deque[Line] = deque(maxlen=_KEPT)

    def tell(self, message: object) -> None:
        """Have the main thread say it soon, `str` of it; from any thread."""
        self._told.append(message)

    def told(self) -> Sequence[str]:
        """What other threads have told since the last call."""
        return [str(self._told.popleft()) for _ in range(len(self._told))]

    def say(self, message: str) -> None:
        """Tell the operator."""
        number = self._lines[-1][0] + 1 if self._lines else 0
        self._lines.append((number, round(self._heard(), 1), message))
        self._notice(message)

    def lines(self) -> Sequence[Line]:
        """Those that are kept, from any thread."""
        return list(self._lines)

    def latest(self, count: int) -> Sequence[str]:
        """The last so many."""
        return [message for _, _, message in list(self._lines)[-count:]]
