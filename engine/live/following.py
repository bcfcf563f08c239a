"""Following: the stage alone, drawn from what another machine hears. It keeps its own driver alive, and nothing else.

Two threads, as in the conductor: one hears the leader and hands on each hop when it is due; the main one tends the
stage and brings it to what is on where it is played.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, replace
from typing import Any, Final, Self

from engine.errors import BadScene, BadSetting
from engine.foundation.awake import Awake
from engine.foundation.ending import on_signals
from engine.frame import HOP, RATE
from engine.frame_ring import FrameRing
from engine.stage.backdrop import Backdrop
from engine.stage.palette import load_palette
from engine.stage.stage_settings import StageSettings
from engine.timing.cues import CUT, Change
from engine.wall.address import Address
from engine.wall.follower import Line
from engine.wall.state import State

_TEND_PERIOD: Final = 0.02
_STATUS_PERIOD: Final = 0.25
_FALLBACK: Final = "fallback"
_ORDERED: Final = 12.0  # seconds for a change to come on here that the leader has let on stage
_HEAL: Final = 0.6  # seconds that another scene may be on here than there
_RETRY: Final = 10.0
_FORGET: Final = 60.0  # seconds after which the same line is worth being said again
_LATE: Final = 0.008  # seconds behind their time from which frames are too late for the walls to be in step
_OWN: Final = ("quit", "full_screen", "overlay")
"""What keys may ask of a stage that follows; the rest is for the machine that plays."""

Notice = Callable[[str], None]


class Following:
    """A stage that follows, until somebody ends it. A context manager; `run()` returns when it is over."""

    def __init__(self, stage: StageSettings, leader: Address, notice: Notice) -> None:
        """Open the stage, whatever is wrong with port, host or screen is raised now; then listen.

        `notice` is called from the main thread with a line for the operator.
        """
        self._stage, self._notice = stage, notice
        self.messages: deque[str] = deque(maxlen=100)
        self._said: dict[str, float] = {}
        self._over = threading.Event()
        self._bug: BaseException | None = None
        self._number: int | None = None
        self._wrong_since: float | None = None
        self._ordered_at = -_ORDERED
        self._caught_up = ""
        self._here: bool | None = None  # whether the leader is there; nothing is known yet
        self._follows = False
        self._late_at, self._told_late = time.monotonic() + _RETRY, False
        self._pose_at = 0.0
        self._fired: Mapping[str, int] = {}
        self._fired_in = ""
        with ExitStack() as undo:
            self.line = Line(leader)
            undo.callback(self.line.close)
            undo.callback(Awake().close)
            self._ring = FrameRing()
            self.backdrop = Backdrop(stage, _FALLBACK, self._ring)
            undo.callback(self._close_stage)
            self.backdrop.await_ready()
            self._close = undo.pop_all().close

    # The thread that hears the leader.

    def _hear(self) -> None:
        try:
            while not self._over.is_set():
                for due in self.line.step():
                    ring = self._ring
                    if due.row.size == ring.row().size:  # others wait until the stage knows who plays
                        ring.push(due.row, due.samples, self.line.clock.here(due.delivered))
                self._mend()
        except BaseException as bug:
            self._bug = bug
            self._over.set()

    def _mend(self) -> None:
        """Sounds that came after their hop was handed on."""
        mended, self.line.playout.mended = self.line.playout.mended, []
        for index, samples in mended:
            self._ring.mend(samples, int(self._ring.row()[0]) - index)

    # The main thread.

    def run(self, each: Callable[[Following], None] | None = None, seconds: float | None = None) -> None:
        """Follow until the window is closed, the time is over, or somebody says stop. `each`: four times a second."""
        hearer = threading.Thread(target=self._hear, name="following")
        restore = on_signals(self._over.set)
        end = None if seconds is None else time.monotonic() + seconds
        hearer.start()
        try:
            status_due = 0.0
            while not self._over.wait(_TEND_PERIOD):
                now = time.monotonic()
                self.tend(now)
                if end is not None and now >= end:
                    break
                if now >= status_due:
                    status_due = now + _STATUS_PERIOD
                    self.backdrop.tell(self.status(now))
                    if each is not None:
                        each(self)
        finally:
            self._over.set()
            hearer.join()
            restore()
        if self._bug is not None:
            raise self._bug

    def stop(self) -> None:
        """End it soon; from any thread."""
        self._over.set()

    def say(self, message: str) -> None:
        """Tell the operator; what was said within the last minute is not said again."""
        now = time.monotonic()
        if now - self._said.get(message, -_FORGET) >= _FORGET:
            self._said[message] = now
            self.messages.append(message)
            self._notice(message)

    def tend(self, now: float) -> None:
        """Look after the stage, and bring it to what the leader shows."""
        for message in self.backdrop.tend(now):
            self.say(message)
        for wish in self.backdrop.wishes():
            self._obey(wish)
        self.backdrop.taps.clear()
        if self.backdrop.closed:
            self._over.set()
        self._note_the_line(now)
        state = self.line.state
        if state is not None and not self.line.silent(now):
            self._know_who_plays(state)
            self._take_over(state)
            self._change(state, now)
            self._hold(state)
            self._go_along(state, now)

    def _obey(self, wish: str) -> None:
        if wish == "quit":
            self._over.set()
        elif wish == "full_screen":
            self.backdrop.toggle("full_screen")
        elif wish == "overlay":
            self.backdrop.toggle("panel")
        else:
            self.say(f"this stage follows {self.line.address}: that key is for the machine that plays")

    def _note_the_line(self, now: float) -> None:
        """Tell whether the leader is there, and whether its frames come in time."""
        line = self.line
        if line.refused:
            why = f"follow={line.address} plays with another version ({line.refused}): install the same one on both"
            if self._number is None:
                time.sleep(0.2)  # our question tells the other side
                raise BadSetting(why)
            self.say(why)
        here = not line.silent(now)
        if here and not self._here:
            self.say(f"{line.address} is heard again" if self._follows else f"{line.address} is heard: following it")
        elif not here and self._here is not False:
            lost = f"nothing comes from {line.address} any more: the picture calms down and stays"
            self.say(lost if self._follows else f"waiting for {line.address} on port {line.address.port}")
        if here != self._here:
            self._said.clear()
            self._told_late = False
        self._here, self._follows = here, self._follows or here
        if now >= self._late_at:
            behind, self._late_at, hop = line.behind, now + _RETRY, line.playout.last
            if here and behind > _LATE and hop is not None and line.clock.known and not self._told_late:
                self._told_late = True
                better = 5 * -(-round((hop.delay + behind) * 1000) // 5)
                self.say(
                    f"frames come {behind * 1000:.0f} ms after their time: the walls are in step with --delay {better}"
                    " (or more) where it is played"
                )

    def _know_who_plays(self, state: State) -> None:
        """Another show, with other musicians: the stage begins anew, for rows have another size now."""
        if state.musicians == self._ring.musicians:
            return
        ring = FrameRing(musicians=state.musicians)
        self._close_stage()
        self._ring = ring
        self.backdrop = Backdrop(self._stage, _FALLBACK, ring)
        self.backdrop.await_ready()
        self._number = None

    def _take_over(self, state: State) -> None:
        for name, value in (
            ("brightness", state.brightness),
            ("blackout", state.blackout),
            ("freeze", state.freeze),
            ("palette", self._palette(state.palette)),
        ):
            if self.backdrop[name] != value:
                self.backdrop.set(**{name: value})

    def _palette(self, name: str) -> str | None:
        """The palette that is worn there, if it is known here."""
        if name:
            try:
                return load_palette(name).name
            except BadScene as why:
                self.say(str(why))
        return None

    def _change(self, state: State, now: float) -> None:
        """The changes of the leader, as they are let on stage there; what was lost of them is made up for."""
        back = self.backdrop
        if self._number is None:
            self._number = state.number
            back.learn([Change(scene, transition, float(transition != CUT)) for scene, transition in state.may])
            self._catch_up(state)
        elif state.number != self._number:
            self._number, self._ordered_at, self._wrong_since = state.number, now, None
            self._caught_up = ""
            back.show(state.change)
        elif back.scene == state.scene or (back.scene == state.change.scene and now - self._ordered_at < _ORDERED):
            self._wrong_since = None
        elif self._wrong_since is None:
            self._wrong_since = now
        elif now - self._wrong_since > (_HEAL if state.scene != self._caught_up else _RETRY):
            self._wrong_since = now
            self._catch_up(state)

    def _catch_up(self, state: State) -> None:
        """Change at once to what is on there."""
        self._caught_up = state.scene
        coming = state.change if state.change.scene == state.scene else Change(state.scene)
        self.backdrop.show(replace(coming, when="now"))

    def _hold(self, state: State) -> None:
        """Hold by hand what is held there, and fire what was fired there since the scene is on here."""
        back = self.backdrop
        here = back.scene == state.scene
        fired = [name for name, count in state.fired.items() if count > self._fired.get(name, 0)]
        if not here or state.scene != self._fired_in:
            fired = []
        self._fired, self._fired_in = state.fired, state.scene if here else ""
        if not here:
            return
        if fired:
            back.hold(dict.fromkeys(fired, True))
        ours = {name: _told(value) for name, value in back["overrides"].items()}
        if gone := [name for name in ours if name not in state.held]:
            back.release(gone)
        if more := {name: value for name, value in state.held.items() if ours.get(name) != value}:
            back.hold({name: tuple(value) if isinstance(value, list) else value for name, value in more.items()})

    def _go_along(self, state: State, now: float) -> None:
        """Let the scene's own clocks stand where the leader's do."""
        pose = state.pose
        if pose.at <= self._pose_at or pose.scene != self.backdrop.scene or not self.line.clock.known:
            return
        self._pose_at = pose.at
        self.backdrop.go_along({**asdict(pose), "at": self.line.clock.here(pose.at)})

    def status(self, now: float) -> dict[str, Any]:
        """How it is, in words for the operator."""
        line, back, state = self.line, self.backdrop, self.line.state
        hop = line.playout.last
        seconds = 0.0 if hop is None else hop.index * HOP / RATE
        clock = f"clock ±{line.clock.trip * 500:.1f} ms" if line.clock.known else "clock not known"
        return {
            "scene": back.scene,
            "position": f"{int(seconds) // 60}:{seconds % 60:04.1f}",
            "cue": state.cue if state else "",
            "next": "",
            "watched": "",
            "tapped": "",
            "paused": bool(state and state.paused),
            "blackout": back["blackout"],
            "freeze": back["freeze"],
            "ears": f"{line.address} · {clock} · {line.playout.lost} lost"
            + ("" if not line.silent(now) else " · silent"),
            "stage": f"{back.renderer} · {back.restarts} restarts",
            "lights": f"{line.broken} broken · {line.strangers} of strangers",
            "messages": [message[:160] for message in list(self.messages)[-6:]],
        }

    def _close_stage(self) -> None:
        self.backdrop.close()
        self._ring.memory.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()


def _told(value: Any) -> Any:
    """The value of an input as it looks after its journey."""
    return list(value) if isinstance(value, tuple) else value
