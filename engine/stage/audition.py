"""Auditions: the conductor's end of the understudy. A change goes on stage when it was drawn once elsewhere."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from engine.errors import MonochordError
from engine.foundation.child import Child
from engine.foundation.memory import SharedMemory
from engine.frame_ring import FrameRing
from engine.stage.scene import load_scene
from engine.stage.targets import Size
from engine.stage.thumbnail import Thumbnail
from engine.stage.transition import load_transition
from engine.stage.views import FLAT
from engine.timing.cues import Change

_PATIENCE: Final = 10.0  # seconds that a scene may take for its first picture here; nobody waits for it but the cue
_STARTING: Final = 60.0  # seconds that an understudy may take until it can begin
_AGAIN: Final = 120.0  # seconds until one is tried again where none could live
_SLOWEST: Final = 0.5  # seconds a picture of the stage's size, above which it does not go on: it would be seen to hang
_CHANCES: Final = 2  # understudies that may die young without a scene to blame, until changes go without audition
_NOBODY: Final = "scenes cannot be tried off stage here: changes may be seen to stutter"
_PROVEN: Final = 5.0  # seconds after which one that was ready has shown that it can live here

_Stamp = tuple[tuple[str, int], ...]
"""Of each file of a change, when it was last saved, ns."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of an audition: `why` not, or nothing, and then the change may go on stage."""

    change: Change
    why: str = ""


class Auditions:
    """Changes in, verdicts out. While no understudy can live, every change is let through, and that is said once."""

    def __init__(
        self,
        ring: FrameRing,
        musicians: tuple[str, ...] = (),
        size: Size = (1280, 720),
        view: str = FLAT,
        page: SharedMemory | None = None,
    ) -> None:
        """`size` and `view`: of the picture on stage. `page`: the page that is played from, as it is shared."""
        self._page = page
        self._ring, self._musicians, self._size, self._view = ring, musicians, size, view
        self.thumbnail = Thumbnail()
        self.remarks: list[str] = []
        self._failed = 0
        self._again = 0.0  # when one is tried again; 0 where one lives, or may
        self._asked: Change | None = None
        self._asked_stamp: _Stamp | None = None
        self._number = 0
        self._since: float | None = None
        self._before: list[Change] = []
        self._known: dict[tuple[str, str], _Stamp] = {}
        self._watched = ""
        self._palette: str | None = None
        self._child: Child | None = self._start()

    def _start(self) -> Child:
        """An understudy, which is not ready yet."""
        self._ready, self._since, self._begun, self._born = False, None, time.monotonic(), math.inf
        settings = {
            "ring": self._ring.memory.fd,
            "thumbnail": self.thumbnail.memory.fd,
            "musicians": self._musicians,
            "size": self._size,
            "view": self._view,
            "slowest": _SLOWEST,
            "page": None if self._page is None else (self._page.fd, self._page.size),
        }
        fds = (self._ring.memory.fd, self.thumbnail.memory.fd, *(() if self._page is None else (self._page.fd,)))
        return Child("engine.stage.understudy", settings, fds=fds)

    def learn(self, changes: Sequence[Change]) -> None:
        """Try these when there is nothing else to do: the changes that the evening may bring."""
        self._before = list(changes)

    def ask(self, change: Change) -> None:
        """Try this one now; the one before it is forgotten if its verdict is still out."""
        self._asked, self._since = change, None
        self._asked_stamp = _stamp(change, self._musicians)
        self._number += 1

    def watch(self, scene: str) -> None:
        """Draw this scene for the operator; nothing for no name."""
        self._watched = scene
        if self._child is not None:
            self._child.say(watch=scene)

    def wear(self, palette: str | None) -> None:
        """What is watched wears this palette; its own for None."""
        self._palette = palette
        if self._child is not None:
            self._child.say(palette=palette)

    def tend(self, now: float) -> Iterator[Verdict]:
        """The verdicts that have come. Call it as often as the stage is tended."""
        if self._child is None and now < self._again:
            yield from self._let_through()
            return
        if self._child is None:
            self._failed = _CHANCES - 1
            self._replace(now)
        if self._child is None:
            yield from self._let_through()
            return
        for message in self._child.heard():
            if "ready" in message:
                self._ready, self._born = True, now
                if self._again:
                    self.remarks.append("scenes are tried off stage again")
                self._again = 0.0
                self._child.say(palette=self._palette)
                if self._watched:
                    self._child.say(watch=self._watched)
            if "trouble" in message or "error" in message:
                self.remarks.append(str(message.get("trouble") or message["error"]))
            if message.get("fit", message.get("refused")) == self._number and self._since is not None:
                yield from self._judged(str(message.get("why", "")))
        yield from self._next(now)
        if self._child is not None and (self._child.exit_code is not None or self._late(now)):
            yield from self._lost(now)

    def _judged(self, why: str) -> Iterator[Verdict]:
        """An audition has ended; of one that nobody has asked for only what is good is remembered."""
        change, self._asked, self._since = self._asked, None, None
        self._failed = 0
        if change is None:
            if not why and self._before:
                self._remember(self._before[0])
            self._before = self._before[1:]
            return
        if not why:
            self._remember(change)
        yield Verdict(change, why)

    def _next(self, now: float) -> Iterator[Verdict]:
        """Begin the next audition, if none is running; what is known and unchanged needs none.

        Nor does what cannot be read: the stage will refuse it before a driver has to do with it.
        """
        if self._asked is not None and self._since is None and self._known.get(_key(self._asked)) == self._asked_stamp:
            yield from self._let_through()
        while self._asked is None and self._before and _key(self._before[0]) in self._known:
            self._before = self._before[1:]
        wanted = self._asked or next(iter(self._before), None)
        if wanted is None or self._since is not None or not self._ready or self._child is None:
            return
        if self._asked is None:
            self._number += 1
        self._child.say(**{"try": asdict(wanted), "number": self._number})
        self._since = now

    def _remember(self, change: Change) -> None:
        if (stamp := _stamp(change, self._musicians)) is not None:
            self._known[_key(change)] = stamp

    def _late(self, now: float) -> bool:
        if not self._ready:
            return now - self._begun > _STARTING
        return self._since is not None and now - self._since > _PATIENCE

    def _lost(self, now: float) -> Iterator[Verdict]:
        """The understudy has died or hangs: the scene that it was at is to blame, if there was one."""
        assert self._child is not None
        if now - self._born > _PROVEN:
            self._failed = 0
        code = self._child.exit_code
        tried = self._since is not None and not self._child.lost_from_outside
        self._child.end()
        change = (self._asked or next(iter(self._before), None)) if tried else None
        if change is not None and self._asked is None:
            self._before = self._before[1:]
            self.remarks.append(f"{change.scene} would hang the driver: it stays off until it is mended")
        elif change is not None:
            self._asked = None
            why = "hangs the driver" if code is None else f"crashes the driver ({code})"
            yield Verdict(change, f"{change.scene} {why}: it does not go on stage")
        else:
            self._failed += 1
        if self._failed >= _CHANCES:
            if not self._again:
                self.remarks.append(_NOBODY)
            self._child, self._again = None, now + _AGAIN
            yield from self._let_through()
            return
        self._replace(now)

    def _replace(self, now: float) -> None:
        """Start another one; where there is no room for it, later."""
        try:
            self._child = self._start()
        except OSError:  # no memory, no descriptor left: it may pass
            self._child = None
            if not self._again:
                self.remarks.append(_NOBODY)
            self._again = now + _AGAIN

    def _let_through(self) -> Iterator[Verdict]:
        """What was asked for last goes on stage as it is."""
        if self._asked is not None:
            change, self._asked = self._asked, None
            yield Verdict(change)

    def close(self) -> None:
        """End it."""
        if self._child is not None:
            self._child.end(grace=0.2)
        self.thumbnail.memory.close()


def _key(change: Change) -> tuple[str, str]:
    return change.scene, change.transition if change.seconds > 0 else ""


def _stamp(change: Change, musicians: tuple[str, ...]) -> _Stamp | None:
    """When the files of a change were last saved; None if it cannot be read."""
    try:
        files: list[Path] = list(load_scene(change.scene, musicians).files)
        transition = load_transition(change.transition) if change.seconds > 0 else None
        files += transition.files if transition else ()
        return tuple((str(path), path.stat().st_mtime_ns) for path in files)
    except (MonochordError, OSError):
        return None
