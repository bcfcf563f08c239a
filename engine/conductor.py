"""The conductor: the live loop. It hears, describes, shows and tells, and keeps alive those who help it.

Two threads: the listening one does for every hop what the product promises (`_listen`); the main one tends: it
watches the children, starts them again, obeys keys, and tells the operator.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

from engine.control.orders import Tap
from engine.foundation.ending import on_signals
from engine.frame import HOP, RATE, Block, Frame
from engine.live.children import Children
from engine.live.company import Company, Notice
from engine.settings import Settings
from engine.stage.backdrop import Backdrop

_TEND_PERIOD: Final = 0.05  # seconds between two looks at all who help
_STATUS_PERIOD: Final = 0.25  # seconds between two tellings of how the show is


class Conductor(Company):
    """A show from its first sound to its orderly end. A context manager; `run()` returns when it is over."""

    def __init__(
        self, settings: Settings, notice: Notice, children: Children | None = None, *, backdrop: bool = True
    ) -> None:
        """As a company is started."""
        super().__init__(settings, notice, children, backdrop=backdrop)
        self._bug: BaseException | None = None
        self._take_ended = False

    # The listening thread: what happens to every hop.

    def _listen(self) -> None:
        _raise_priority()
        try:
            while not (self.over.is_set() or self.hearing.over):
                for block in self.hearing.blocks():
                    self._step(block)
        except BaseException as bug:
            self._bug = bug
        self.over.set()

    def _step(self, block: Block) -> None:
        frame = self._with_tapped_beat(self.senses.step(block))
        self.stairs.push(frame.row, block.samples, self.hearing.stamp)
        self.lights.send(frame.row)
        self.lighting.step(frame.row, self.hearing.deaf)
        if not self.lights.muted:
            self.followers.send(frame.row, block.samples, self.hearing.stamp)
        self._keep(frame, block)
        self.newest = frame
        self.hops += 1

    def _with_tapped_beat(self, frame: Frame) -> Frame:
        """The frame, its beat a hand's where one taps."""
        if not self.tapped.touched:
            return frame
        row = frame.row.copy()
        return Frame(row, frame.musicians) if self.tapped.step(row) else frame

    def _keep(self, frame: Frame, block: Block) -> None:
        """Into the take; a full disk ends the take, never the show."""
        if self.take is None or self._take_ended:
            return
        try:
            self.take.write(frame.row, block.samples)
        except OSError as why:
            self._take_ended = True
            self.log.tell(f"record={self.take.path} stopped after {block.time:.0f} s: {why.strerror}")

    # The main thread.

    def run(self, each: Callable[[Conductor], None] | None = None) -> None:
        """Conduct until the music ends, the time is over, the window is closed, or somebody says stop.

        `each` is called four times a second, to show how things are. Ctrl-C and SIGTERM end the show in order.
        """
        listener = threading.Thread(target=self._listen, name="listening")
        restore = on_signals(self.stop)
        gc.collect()
        gc.freeze()  # what is there by now stays: the collector need not look at it again in mid-show
        listener.start()
        try:
            self._tend(each)
        finally:
            self.over.set()
            listener.join()
            restore()
            gc.unfreeze()
        if self._bug is not None:
            raise self._bug

    def _tend(self, each: Callable[[Conductor], None] | None) -> None:
        """Until the show is over: obey at once, look after all twenty times a second, tell how it is four times."""
        status_due = tend_due = 0.0
        while not self.over.is_set():
            self.desk.obey_all(self.orders.wait(tend_due - time.monotonic()))
            now = time.monotonic()
            if now < tend_due:
                continue
            tend_due = now + _TEND_PERIOD
            self.desk.miss(self.orders.lost())
            for trouble in self._troubles(now):
                self.log.say(trouble)
            if self.backdrop:
                self._tend_stage(self.backdrop, now)
            if self.settings.seconds is not None and self.heard() >= self.settings.seconds:
                return
            if now >= status_due:
                status_due = now + _STATUS_PERIOD
                if self.backdrop:
                    self.backdrop.tell(self.state.status())
                if each is not None:
                    each(self)

    def _troubles(self, now: float) -> Iterator[str]:
        """Look after all who help; what the operator should know."""
        yield from self.log.told()
        yield from self.hearing.tend(now)
        yield from self.lights.troubles()
        yield from self.senses.troubles()
        yield from self.survey.tend(now)
        if self.score is not None and self.newest is not None:
            yield from self.score.troubles(self.newest)
        if self.backdrop:
            yield from self.backdrop.tend(now)
            if not self.lights.muted:
                yield from self.followers.troubles(now)

    def _tend_stage(self, backdrop: Backdrop, now: float) -> None:
        """What was asked for at its window, what is due on it, and who goes by it."""
        self.desk.tend()
        for wish in backdrop.wishes():
            self.desk.wish(wish)
        taps, backdrop.taps = backdrop.taps, []
        self.desk.obey_all(Tap(at) for at in taps)
        self._go_on(backdrop)
        if backdrop.order.scene == backdrop.scene:
            self.lighting.follow(backdrop.scene, backdrop.order.seconds, backdrop.orders, backdrop["palette"])
        if self.settings.followers and not self.lights.muted:
            self.followers.tell(self.state.on_stage(backdrop), now)
        if backdrop.closed:
            self.over.set()

    def _go_on(self, backdrop: Backdrop) -> None:
        """To the cue that is due by time, sound or score, or wherever the show wanders; a take goes where it went."""
        due = self.cues.step(self.state.reached())
        by_score = self.score.cue(self.newest.score, self.cues) if self.score and self.newest else None
        if self.prompting is not None:
            self.prompting.step(int(self.hearing.position * RATE / HOP), backdrop)
            return
        self.desk.go(due)
        self.desk.go(by_score)
        if self.wanderer is not None and self.newest is not None:
            change = self.wanderer.step(self.newest.row)
            if change is not None:
                backdrop.show(change)


def _raise_priority() -> None:
    """Let the listening thread go first, where the system allows it.

    Measured while the stage draws: p99 of sound → OSC is 5.6–5.9 ms with it and 5.8–7.4 ms without. A shorter switch
    interval of the interpreter changed nothing: the main thread hardly runs.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            os.sched_setscheduler(threading.get_native_id(), os.SCHED_RR, os.sched_param(10))
