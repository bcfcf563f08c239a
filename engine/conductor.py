"""The conductor: the live loop. It hears, describes, shows and tells, and keeps alive those who help it.

Two threads: the listening one does for every hop what the product promises (`_listen`); the main one tends: it
watches the children, starts them again, obeys keys, and tells the operator.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from types import FrameType
from typing import Any, Final, Self

from engine.audio.hearing import Hearing
from engine.cues import Change, Cue, CueList
from engine.features.fast import warm_up
from engine.frame import HOP, RATE, Block, Frame
from engine.frame_ring import FrameRing
from engine.lights.osc import Lights
from engine.perception import Perception
from engine.settings import Settings
from engine.stage.backdrop import Backdrop
from engine.take import TakeWriter
from engine.tapping import TappedBeat

_TEND_PERIOD: Final = 0.05
_STATUS_PERIOD: Final = 0.25
_SEEK: Final = 5.0
_BRIGHTER: Final = 0.05  # of the master's brightness that a key changes

Notice = Callable[[str], None]


class Conductor:
    """A show from its first sound to its orderly end. A context manager; `run()` returns when it is over."""

    def __init__(self, settings: Settings, notice: Notice, *, backdrop: bool = True) -> None:
        """Start the children; whatever is wrong with sound, scene or screen is raised now.

        `notice` is called from the main thread with a line for the operator.
        """
        self.settings = settings
        self._notice = notice
        self.messages: deque[str] = deque(maxlen=100)
        self.newest: Frame | None = None
        self.hops = 0
        self._over = threading.Event()
        self._bug: BaseException | None = None
        self._take_trouble = ""
        self._loop_from: float | None = None
        self.cues = CueList(settings.cues)
        self.tapped = TappedBeat()
        with ExitStack() as undo:
            names = settings.hearing.names
            self.stairs = FrameRing(musicians=names)
            undo.callback(self.stairs.memory.close)
            # Both children start while our own senses are compiled or read from the cache.
            self.hearing = Hearing(settings.hearing)
            undo.callback(self.hearing.close)
            self.backdrop = Backdrop(settings.stage, settings.scene, self.stairs) if backdrop else None
            if self.backdrop:
                undo.callback(self.backdrop.close)
            self.lights = Lights(settings.destinations, names)
            undo.callback(self.lights.close)
            warm_up()
            self.hearing.await_ready()
            hopper, band = self.hearing.hopper, settings.hearing.own_band
            self.senses = Perception(hopper.numbers, settings.hearing.playing, band, settings.hearing.space, live=True)
            undo.callback(self.senses.close)
            musicians = self.senses.musicians
            self.take = TakeWriter(settings.record, hopper.channels, musicians, band) if settings.record else None
            if self.take:
                undo.callback(self._close_take)
            if self.backdrop:
                self.backdrop.await_ready()
                plain = (replace(settings.change, scene=name) for name in settings.scenes)
                self.backdrop.learn([*(cue.change for cue in settings.cues), *plain])
            self._close = undo.pop_all().close

    # The listening thread: what happens to every hop.

    def _listen(self) -> None:
        _raise_priority()
        try:
            while not (self._over.is_set() or self.hearing.over):
                for block in self.hearing.blocks():
                    self._step(block)
        except BaseException as bug:
            self._bug = bug
        self._over.set()

    def _step(self, block: Block) -> None:
        frame = self._with_tapped_beat(self.senses.step(block))
        self.stairs.push(frame.row, block.samples, self.hearing.stamp)
        self.lights.send(frame.row)
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
        if self.take is None or self._take_trouble:
            return
        try:
            self.take.write(frame.row, block.samples)
        except OSError as why:
            self._take_trouble = f"record={self.take.path} stopped after {block.time:.0f} s: {why.strerror}"

    # The main thread.

    def run(self, each: Callable[[Conductor], None] | None = None) -> None:
        """Conduct until the music ends, the time is over, the window is closed, or somebody says stop.

        `each` is called four times a second, to show how things are. Ctrl-C and SIGTERM end the show in order.
        """
        listener = threading.Thread(target=self._listen, name="listening")
        restore = _on_signals(self._over.set)
        gc.collect()
        gc.freeze()  # what is there by now stays: the collector need not look at it again in mid-show
        listener.start()
        try:
            self._tend(each)
        finally:
            self._over.set()
            listener.join()
            restore()
            gc.unfreeze()
        if self._bug is not None:
            raise self._bug

    def stop(self) -> None:
        """End the show soon; from any thread."""
        self._over.set()

    def say(self, message: str) -> None:
        """Tell the operator."""
        self.messages.append(message)
        self._notice(message)

    def _tend(self, each: Callable[[Conductor], None] | None) -> None:
        end = self.settings.seconds
        status_due = 0.0
        while not self._over.wait(_TEND_PERIOD):
            now = time.monotonic()
            self._tend_children(now)
            if end is not None and self.hops * HOP / RATE >= end:
                return
            if now >= status_due:
                status_due = now + _STATUS_PERIOD
                if self.backdrop:
                    self.backdrop.tell(self.status())
                if each is not None:
                    each(self)

    def _tend_children(self, now: float) -> None:
        for message in self.hearing.tend(now):
            self.say(message)
        for message in self.lights.troubles():
            self.say(message)
        for message in self.senses.troubles():
            self.say(message)
        if self._take_trouble and self._take_trouble not in self.messages:
            self.say(self._take_trouble)
        if self.backdrop:
            for message in self.backdrop.tend(now):
                self.say(message)
            for wish in self.backdrop.wishes():
                self.obey(wish)
            taps, self.backdrop.taps = self.backdrop.taps, []
            for tap in taps:
                self.tapped.tap(self.hops * HOP / RATE - (time.monotonic() - tap))
            self._go(self.cues.step(self._reached()))
            if self.backdrop.closed:
                self._over.set()

    def obey(self, wish: str) -> None:
        """Do what a key asks for: one of the values of `engine.stage.window.KEYS`."""
        hearing, backdrop = self.hearing, self.backdrop
        if wish == "quit":
            self._over.set()
        elif wish == "pause":
            hearing.order(pause=not hearing.paused)
        elif wish in ("back", "forward"):
            hearing.order(seek=max(hearing.position + (_SEEK if wish == "forward" else -_SEEK), 0.0))
        elif wish == "loop_from":
            self._loop_from = hearing.position
        elif wish == "loop_to" and self._loop_from is not None:
            hearing.order(loop=(self._loop_from, hearing.position))
        elif wish == "loop_off":
            hearing.order(loop=(0.0, 0.0))
        elif wish in ("next_cue", "previous_cue"):
            self._go(self.cues.go(1 if wish == "next_cue" else -1))
        elif wish.startswith("key:"):
            self._go(self.cues.say("key", wish.removeprefix("key:")))
        elif wish == "tap_off":
            self.tapped.release()
        elif backdrop and wish in ("next_scene", "previous_scene"):
            name = self._neighbour(backdrop.scene, 1 if wish == "next_scene" else -1)
            self._go(Cue(replace(self.settings.change, scene=name)))
        elif backdrop and wish == "preview":
            backdrop.watch("" if backdrop.watched else self._next.scene)
        elif backdrop and wish in ("darker", "brighter"):
            step = _BRIGHTER if wish == "brighter" else -_BRIGHTER
            backdrop.set(brightness=round(min(max(backdrop["brightness"] + step, 0.0), 1.0), 3))
        elif backdrop and wish in ("blackout", "freeze", "full_screen"):
            backdrop.toggle(wish)
        elif backdrop and wish == "overlay":
            backdrop.toggle("panel")

    @property
    def _next(self) -> Change:
        """What a hand would change to next: the next cue, else the next scene."""
        if self.cues.upcoming is not None:
            return self.cues.upcoming.change
        scene = self.backdrop.scene if self.backdrop else self.settings.scene
        return replace(self.settings.change, scene=self._neighbour(scene, 1))

    def _reached(self) -> dict[str, float]:
        """The numbers that cues wait for, as they are now."""
        newest = self.newest
        numbers = {"piece": self.hearing.position} if self.settings.hearing.source else {}
        if newest is not None:
            numbers |= {"at": self.hops * HOP / RATE, "onsets": newest.rhythm.onsets}
        return numbers

    def _go(self, cue: Cue | None) -> None:
        """Change as a cue says."""
        if cue is None or self.backdrop is None:
            return
        self.backdrop.show(cue.change)
        if self.backdrop.watched:
            self.backdrop.watch(self._next.scene)

    def _neighbour(self, scene: str, step: int) -> str:
        scenes = self.settings.scenes
        return scenes[(scenes.index(scene) + step) % len(scenes)] if scene in scenes else scenes[0]

    def status(self) -> dict[str, Any]:
        """How the show is, in words for the operator."""
        hearing, backdrop = self.hearing, self.backdrop
        seconds = hearing.position if self.settings.hearing.source else self.hops * HOP / RATE
        ears = f"{hearing.name} · {hearing.restarts} restarts · {hearing.overflows} overflows"
        return {
            "scene": backdrop.scene if backdrop else "",
            "position": f"{int(seconds) // 60}:{seconds % 60:04.1f}",
            "cue": f"{self.cues.at + 1} of {len(self.cues.cues)}" if self.cues.cues else "",
            "next": self._next.scene,
            "watched": backdrop.watched if backdrop else "",
            "tapped": f"{self.tapped.tempo:.1f}" if self.tapped.tempo else "",
            "paused": hearing.paused,
            "blackout": bool(backdrop and backdrop["blackout"]),
            "freeze": bool(backdrop and backdrop["freeze"]),
            "ears": ears,
            "stage": f"{backdrop.renderer} · {backdrop.restarts} restarts" if backdrop else "none",
            "lights": " ".join(str(destination) for destination in self.settings.destinations) or "none",
            "messages": [message[:160] for message in list(self.messages)[-6:]],
        }

    def _close_take(self) -> None:
        if self.take is not None:
            with suppress(OSError):  # a full disk has been reported already
                self.take.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()


def _raise_priority() -> None:
    """Let the listening thread go first, where the system allows it.

    Measured while the stage draws: p99 of sound → OSC is 5.6–5.9 ms with it and 5.8–7.4 ms without. A shorter switch
    interval of the interpreter changed nothing: the main thread hardly runs.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            os.sched_setscheduler(threading.get_native_id(), os.SCHED_RR, os.sched_param(10))


def _on_signals(stop: Callable[[], None]) -> Callable[[], None]:
    """Call `stop` on Ctrl-C, SIGTERM and a terminal that goes away; what is returned puts the old handlers back."""
    if threading.current_thread() is not threading.main_thread():
        return lambda: None

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop()

    old = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}

    def restore() -> None:
        for number, handler in old.items():
            signal.signal(number, handler)

    return restore
