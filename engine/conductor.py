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
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from typing import Any, Final, Self

from engine.audio.hearing import Hearing
from engine.control.inbox import Inbox
from engine.control.midi import Midi
from engine.control.orders import Order, Tap
from engine.control.osc_in import OscIn
from engine.control.page_server import PageServer
from engine.control.table import Table
from engine.cues import CueList
from engine.desk import Desk
from engine.ending import on_signals
from engine.features.fast import warm_up
from engine.frame import HOP, RATE, Block, Frame
from engine.frame_ring import FrameRing
from engine.lighting import Lighting
from engine.lights.osc import Lights
from engine.perception import Perception
from engine.programme import kept_with
from engine.prompting import Prompting
from engine.score.watching import ScoreWatch
from engine.settings import Settings
from engine.showing import Showing
from engine.stage.backdrop import Backdrop
from engine.survey.asking import Survey
from engine.synchrony import LtcEar, MidiStage
from engine.take import TakeWriter
from engine.tapping import TappedBeat
from engine.timecode import Chase
from engine.wall.leader import Followers
from engine.wall.state import Pose, State
from engine.wandering import Wanderer

_TEND_PERIOD: Final = 0.05
_STATUS_PERIOD: Final = 0.25

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
        self._log: deque[tuple[int, float, str]] = deque(maxlen=100)
        self.newest: Frame | None = None
        self.hops = 0
        self._over = threading.Event()
        self._bug: BaseException | None = None
        self._take_trouble = ""
        self._orders = Inbox()
        self._remarks: deque[object] = deque(maxlen=100)
        self.cues = CueList(settings.cues)
        self.prompting: Prompting | None = None
        if (script := settings.script) is not None and backdrop:
            self.prompting = Prompting(script, settings.scene, settings.stage.palette)
            if script.broken:
                self.tell(script.remark)
        goes = settings.wander if self.prompting is None else None
        self.wanderer = Wanderer(goes, settings.scene) if goes is not None else None
        self.tapped = TappedBeat()
        self.timecode = Chase()
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
            self.lights = Lights(settings.destinations, names, settings.lights)
            undo.callback(self.lights.close)
            self.lights.muted = settings.backup
            self.lighting = self._lighting()
            self.followers = Followers(settings.followers, names, settings.stage.delay)
            undo.callback(self.followers.close)
            warm_up()
            self.hearing.await_ready()
            hopper, band, space = self.hearing.hopper, settings.hearing.own_band, settings.hearing.own_space
            score = settings.hearing.own_score
            self.senses = Perception(hopper.numbers, settings.hearing.playing, band, space, score=score, live=True)
            undo.callback(self.senses.close)
            musicians = self.senses.musicians
            self.take: TakeWriter | None = None
            if settings.record:
                keys = kept_with(settings)
                how: dict[str, Any] = {"space": space, "score": score, "show": keys, "staged": backdrop}
                self.take = TakeWriter(settings.record, hopper.channels, musicians, band, **how)
                undo.callback(self._close_take)
                if self.backdrop:
                    self.backdrop.scribe = self.take.tell
            self.survey = Survey(settings.survey)
            undo.callback(self._end_survey)
            if settings.survey.open and not settings.backup:
                self.survey.open()
            self.desk = self._desk()
            named = "" if score is None else str(score.get("title", ""))
            self.score = ScoreWatch(self.senses.follower, settings.cues, named) if self.senses.follower else None
            self.osc_in = OscIn(settings.osc_in, lambda: self.table, self.order, self.tell) if settings.osc_in else None
            if self.osc_in:
                undo.callback(self.osc_in.close)
            self.page = PageServer(settings.page, self._showing()) if settings.page else None
            if self.page:
                undo.callback(self.page.close)
            if settings.timecode_channel:
                self.hearing.aside = LtcEar(settings.timecode_channel, self.timecode).hear
            self.midi = Midi(settings.midi, self._midi_stage(), self.timecode) if settings.midi else None
            if self.midi:
                undo.callback(self.midi.close)
                self.desk.learn_by(self.midi)
            if settings.survey.open and not settings.backup:
                self.survey.await_open()
            if self.backdrop:
                self.backdrop.await_ready()
                plain = (replace(settings.change, scene=name) for name in settings.scenes)
                wild = self.wanderer.wandering.changes() if self.wanderer else []
                wild += self.prompting.changes() if self.prompting else []
                self.backdrop.learn([*(cue.change for cue in settings.cues), *plain, *wild])
            self._close = undo.pop_all().close

    def _lighting(self) -> Lighting:
        return Lighting(
            self.lights,
            self.settings.scene,
            self.settings.hearing.names,
            limited=self.settings.stage.flash_limiter,
            master=self._brightness,
            beat_by_hand=lambda: self.tapped.tempo > 0,
            palette=self.settings.stage.palette,
        )

    def _brightness(self) -> float:
        """How bright the master lets all be."""
        if self.backdrop is None:
            return 1.0
        return 0.0 if self.backdrop["blackout"] else float(self.backdrop["brightness"])

    def _desk(self) -> Desk:
        return Desk(
            self.settings,
            self.hearing,
            self.backdrop,
            self.cues,
            self.tapped,
            wanderer=self.wanderer,
            heard=lambda: self.hops * HOP / RATE,
            say=self.say,
            stop=self._over.set,
            lights=self.lighting.hand,
            follower=self.senses.follower,
            survey=self.survey,
        )

    def _midi_stage(self) -> MidiStage:
        return MidiStage(self.desk, self.hearing, newest=lambda: self.newest, order=self.order, tell=self.tell)

    def _showing(self) -> Showing:
        return Showing(
            self.settings,
            self.hearing,
            self.desk,
            self.stairs,
            order=self.order,
            tell=self.tell,
            log=lambda: list(self._log),
            status=self.status,
            survey=self.survey,
        )

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
        restore = on_signals(self.stop)
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
        self._orders.wake()

    @property
    def table(self) -> Table:
        """What can be asked of the show just now; from any thread."""
        return self.desk.table

    def order(self, order: Order) -> None:
        """Have this done by the main thread, at once; from any thread."""
        self._orders.put(order)

    def tell(self, message: object) -> None:
        """Tell the operator soon, `str` of it; from any thread."""
        self._remarks.append(message)

    def say(self, message: str) -> None:
        """Tell the operator."""
        self.messages.append(message)
        number = self._log[-1][0] + 1 if self._log else 0
        self._log.append((number, round(self.hops * HOP / RATE, 1), message))
        self._notice(message)

    def _tend(self, each: Callable[[Conductor], None] | None) -> None:
        end = self.settings.seconds
        status_due = 0.0
        tend_due = 0.0
        while not self._over.is_set():
            self.desk.obey_all(self._orders.wait(tend_due - time.monotonic()))
            now = time.monotonic()
            if now < tend_due:
                continue
            tend_due = now + _TEND_PERIOD
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
        while self._remarks:
            self.say(str(self._remarks.popleft()))
        for message in self.hearing.tend(now):
            self.say(message)
        for message in self.lights.troubles():
            self.say(message)
        for message in self.senses.troubles():
            self.say(message)
        for message in self.survey.tend(now):
            self.say(message)
        if self._take_trouble and self._take_trouble not in self.messages:
            self.say(self._take_trouble)
        if self.backdrop:
            for message in self.backdrop.tend(now):
                self.say(message)
            self.desk.tend()
            for wish in self.backdrop.wishes():
                self.desk.wish(wish)
            self._light(self.backdrop)
            taps, self.backdrop.taps = self.backdrop.taps, []
            self.desk.obey_all(Tap(at) for at in taps)
            due = self.cues.step(self._reached())
            if self.prompting is not None:
                self.prompting.step(int(self.hearing.position * RATE / HOP), self.backdrop)
            else:
                self.desk.go(due)
            if self.score is not None and self.newest is not None:
                due = self.score.cue(self.newest.score, self.cues)
                self.desk.go(due if self.prompting is None else None)
                for message in self.score.troubles(self.newest):
                    self.say(message)
            self._wander()
            if self.backdrop.closed:
                self._over.set()
            if self.settings.followers and not self.lights.muted:
                self.followers.tell(self._on_stage(self.backdrop), now)
                for message in self.followers.troubles(now):
                    self.say(message)

    def _light(self, backdrop: Backdrop) -> None:
        """Let the lights go with what is on stage."""
        change = backdrop.order
        if change.scene == backdrop.scene:
            self.lighting.follow(change.scene, change.seconds, backdrop.orders, backdrop["palette"])

    def _reached(self) -> dict[str, float]:
        """The numbers that cues wait for, as they are now."""
        newest = self.newest
        numbers = {"piece": self.hearing.position} if self.settings.hearing.source else {}
        if newest is not None:
            numbers |= {"at": self.hops * HOP / RATE, "onsets": newest.rhythm.onsets}
        if (label := self.timecode.number(time.monotonic())) is not None:
            numbers["timecode"] = label
        return numbers

    def _wander(self) -> None:
        """Go where the show goes by itself."""
        if self.wanderer is not None and self.newest is not None and self.backdrop is not None:
            change = self.wanderer.step(self.newest.row)
            if change is not None:
                self.backdrop.show(change)

    def status(self) -> dict[str, Any]:
        """How the show is, in words for the operator."""
        hearing, backdrop = self.hearing, self.backdrop
        seconds = hearing.position if self.settings.hearing.source else self.hops * HOP / RATE
        ears = f"{hearing.name} · {hearing.restarts} restarts · {hearing.overflows} overflows"
        return {
            "scene": backdrop.scene if backdrop else "",
            "position": f"{int(seconds) // 60}:{seconds % 60:04.1f}",
            "cue": f"{self.cues.at + 1} of {len(self.cues.cues)}" if self.cues.cues else "",
            "next": self.desk.next.scene,
            "watched": backdrop.watched if backdrop else "",
            "tapped": f"{self.tapped.tempo:.1f}" if self.tapped.tempo else "",
            "paused": hearing.paused,
            "muted": self.lights.muted,
            "blackout": bool(backdrop and backdrop["blackout"]),
            "freeze": bool(backdrop and backdrop["freeze"]),
            "ears": ears,
            "stage": f"{backdrop.renderer} · {backdrop.restarts} restarts" if backdrop else "none",
            "lights": " ".join(map(str, self.lights.destinations)) or "none",
            "survey": self.survey.code(),
            "score": self._score_told(),
            "messages": [message[:160] for message in list(self.messages)[-6:]],
        }

    def _score_told(self) -> dict[str, Any] | None:
        """How it stands with the score; None where none is followed."""
        if self.score is None:
            return None
        return self.score.told(0.0 if self.newest is None else self.newest.score.beat)

    def _on_stage(self, backdrop: Backdrop) -> State:
        """What is on stage, as the stages are told that follow."""
        pose = backdrop.pose
        changes = [cue.change for cue in self.settings.cues]
        changes += [replace(self.settings.change, scene=name) for name in self.settings.scenes]
        changes += self.settings.wander.changes() if self.settings.wander else []
        return State(
            scene=backdrop.scene,
            number=backdrop.orders,
            change=backdrop.order,
            brightness=backdrop["brightness"],
            blackout=backdrop["blackout"],
            freeze=backdrop["freeze"],
            palette=backdrop["palette"] or "",
            paused=self.hearing.paused,
            cue=f"{self.cues.at + 1} of {len(self.cues.cues)}" if self.cues.cues else "",
            musicians=self.settings.hearing.names,
            held=dict(backdrop["overrides"]),
            fired=dict(backdrop.fired),
            pose=Pose(str(pose["scene"]), float(pose["at"]), tuple(pose["clocks"])),
            may=tuple(dict.fromkeys((change.scene, change.transition) for change in changes)),
        )

    def _end_survey(self) -> None:
        for line in self.survey.end():
            self._notice(line)

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
