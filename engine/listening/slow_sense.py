"""What the senses have in common that work beside the show, in a lane of their own: ear and mood."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Final, Protocol

FAREWELL: Final = 2.0
"""Seconds that the end of a show waits for a thread of a slow lane."""


class Lane(Protocol):
    """Who does the work of a sense beside the show; `trouble` says why it does no more."""

    trouble: str

    def close(self) -> None: ...


class SlowSense(ABC):
    """What every sense beside the show has in common: it can be lost, which is said once, be begun anew, and end."""

    _lane: Lane
    _told: bool

    @abstractmethod
    def _begin(self) -> None:
        """With a lane of its own, in which nothing was heard, and nothing told of it."""

    def troubles(self) -> Iterator[str]:
        """What the operator should know, once; from any thread."""
        if self._lane.trouble and not self._told:
            self._told = True
            yield self._lane.trouble

    def reset(self) -> None:
        """Forget everything heard: as good as new."""
        self.close()
        self._begin()

    def close(self) -> None:
        """End the thread, if there is one."""
        self._lane.close()
