"""Prompting: a take that is played on a stage has that stage told what the one of its evening was told."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, Final

from engine.frame import HOP, RATE
from engine.stage.backdrop import Backdrop
from engine.takes.told import Held, Script, Told
from engine.timing.cues import Change

_LEAP: Final = RATE // HOP  # hops: from a second on somebody has gone to another place in the recording
_PATIENCE: Final = 5.0  # seconds that what is told of a scene waits for it to be on


class Prompting:
    """The script of a take at work on a stage. For the conductor's main thread.

    A scene is tried off stage before it comes on, so it is some pictures later than it was; what was told of it waits
    until then. Who goes back in the recording, or far ahead, finds the stage as it was there.
    """

    def __init__(self, script: Script, scene: str, palette: str | None) -> None:
        """`scene` and `palette`: those that the show begins with."""
        self._lines, self._hops = script.lines, [told.hop for told in script.lines]
        masters = {"brightness": 1.0, "blackout": False, "freeze": False, "palette": palette}
        self._first = Told(0, Change(scene), masters=masters)
        self._hop = -1
        self._waiting: deque[Told] = deque()
        self._asked, self._until = "", 0.0

    def changes(self) -> list[Change]:
        """What will come, to be tried before."""
        return list(dict.fromkeys(told.change for told in self._lines if told.change is not None))

    def step(self, hop: int, backdrop: Backdrop, now: float | None = None) -> None:
        """Tell the stage what it was told up to this hop of the recording."""
        now = time.monotonic() if now is None else now
        before, self._hop = self._hop, hop
        here = bisect_right(self._hops, hop)
        if hop < before:
            self._go_to(chain((self._first,), self._lines[:here]), backdrop)
        else:
            due = self._lines[bisect_right(self._hops, before) : here]
            if hop - before > _LEAP and before >= 0:
                self._go_to(chain(self._waiting, due), backdrop)
            else:
                self._waiting.extend(due)
        while self._waiting and self._may(self._waiting[0], backdrop, now):
            self._tell(self._waiting.popleft(), backdrop, now)

    def _go_to(self, lines: Iterable[Told], backdrop: Backdrop) -> None:
        """What was passed over counts as it stood in the end."""
        standing = stood(list(lines))
        if standing.change is None or standing.change.scene == backdrop.scene:
            backdrop.release([name for name in backdrop["overrides"] if name not in standing.hold])
        first = replace(standing, hold={}, scene="")
        self._waiting = deque((first, Told(standing.hop, scene=standing.scene, hold=standing.hold)))

    def _may(self, told: Told, backdrop: Backdrop, now: float) -> bool:
        return not told.scene or told.scene == backdrop.scene or told.scene != self._asked or now > self._until

    def _tell(self, told: Told, backdrop: Backdrop, now: float) -> None:
        if told.change is not None:
            backdrop.show(told.change)
            self._asked, self._until = told.change.scene, now + _PATIENCE
        if told.scene == backdrop.scene:
            backdrop.hold(told.hold)
            backdrop.release(told.release)
        if told.masters:
            backdrop.set(**told.masters)


def stood(lines: Sequence[Told]) -> Told:
    """What all of these come to: the last scene, at once, what is held in it at the end, and the masters."""
    change: Change | None = None
    scene, hold, masters = "", dict[str, Held](), dict[str, Any]()
    for told in lines:
        if told.change is not None:
            change, scene = Change(told.change.scene), told.change.scene
            hold.clear()
        if told.hold or told.release:
            if told.scene != scene:
                scene = told.scene
                hold.clear()
            hold |= told.hold
            for name in told.release:
                hold.pop(name, None)
        masters |= told.masters
    return Told(lines[-1].hop if lines else 0, change, scene, hold, (), masters)
