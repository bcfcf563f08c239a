"""A painter without a process, in the place of `Child`: it says what a test lets it say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.foundation.child import Child


class Scripted:
    """One life of it; `made` are all that have begun."""

    lost_from_outside = Child.lost_from_outside
    made: list[Scripted] = []  # noqa: RUF012  # shared on purpose

    def __init__(self, _module: str, fds: object) -> None:
        self.settings: Mapping[str, Any] = {}
        self.pid, self.stopped, self.loaded = -1, False, False
        self.exit_code: int | None = None
        self.complaint = "out of memory"
        self.messages: list[Mapping[str, Any]] = []

    def begin(self, settings: Mapping[str, Any]) -> None:
        self.settings = settings
        self.made.append(self)

    def drop(self) -> None: ...

    def heard(self) -> list[Mapping[str, Any]]:
        heard, self.messages = self.messages, []
        return heard

    def say(self, **_: Any) -> None: ...
    def end(self, grace: float = 0.0) -> None: ...
