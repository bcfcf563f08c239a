"""The backdrop: the conductor's end of the stage. It remembers what is on, so that a new painter goes on with it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadScene, BadSetting, MissingDriver, MonochordError
from engine.foundation.child import Child, Spare, Watch
from engine.frame import HOP, RATE
from engine.frame_ring import FrameRing
from engine.stage.audition import Auditions
from engine.stage.blame import CHANCES, Blame, Loss
from engine.stage.isf_inputs import Value
from engine.stage.report import StageReport
from engine.stage.stage_settings import StageSettings
from engine.takes.told import MASTERS, Scribe, Told, nobody_writes
from engine.timing.cues import Change, read_change

_PATIENCE: Final = 1.2  # seconds without a picture until the stage counts as hung
_SLOWNESS: Final = 2.5  # or so many times as long as the slowest of its last pictures took, if that is longer,
_LONGEST_PATIENCE: Final = 5.0  # but no longer than this
_TRIAL: Final = 2.0  # seconds that a scene may take from its reading to its first picture while a show goes on
_STARTING: Final = 20.0  # seconds for a driver to be opened, or the first scene drawn; software compiles slowly
_RETRY: Final = 1.0
_FALLBACK: Final = "fallback"


class Backdrop:
    """The stage as the conductor sees it. All methods are for the thread that made it.

    Hung is a painter without a picture for 1.2 s, or for 2.5 times as long as the slowest of its last three pictures
    took, at most 5 s: so slow scenes are borne. A scene that is being put on stage has 2 s until its first picture,
    else the one before goes on. A scene that loses two restarts one after the other within 5 s each, or that hangs
    the driver before its first picture in a restart, gives way to the fallback until another one is shown or its
    file is mended.
    """

    def __init__(self, settings: StageSettings, scene: str, ring: FrameRing) -> None:
        """Start the painter; `await_ready` tells whether it found screen, driver and monitor."""
        self.settings, self._ring = settings, ring
        self.scene = scene
        self.report = StageReport()
        self.restarts = 0
        self.closed = False
        self.renderer = ""
        self._on: dict[str, Any] = {
            "blackout": False,
            "freeze": False,
            "brightness": 1.0,
            "panel": settings.panel,
            "full_screen": settings.full_screen,
            "palette": settings.palette,
            "overrides": {},
            "code": None,
            "tells_values": False,
        }
        self.fired: dict[str, int] = {}
        """How often events of the scene on stage were fired by hand."""
        self.inputs: Mapping[str, Any] = {"scene": "", "inputs": []}
        """What the scene on stage can be played with, as `told_inputs` tells it; another object for another scene."""
        self.values: dict[str, Any] = {}
        """What its inputs hold, where `tells_values` is on."""
        self.orders = 0
        """Changes that were let on stage so far; `order` is the last of them."""
        self.order = Change(scene)
        self.pose: Mapping[str, Any] = {"scene": "", "at": 0.0, "clocks": []}
        """Where the clocks of a scene stood at a moment, as a stage that `leads` has told last."""
        self.scribe: Scribe = nobody_writes
        """Writes down what decides the pictures, and from which hop on."""
        self._wishes: list[str] = []
        self.taps: list[float] = []
        """When somebody tapped the beat, seconds of the monotonic clock; for the conductor to take away."""
        self._messages: list[str] = []
        self._error: MonochordError | None = None
        self._ready_at: float | None = None
        self._trying: str | None = None
        self._mend: str | None = None
        self._blame = Blame()
        self._first, self._first_took = 0, 0.0
        self._said = ""
        self._retry_at = 0.0
        self._watch = Watch(_STARTING)
        self._reread = ""
        self.watched = ""
        self._page = settings.page.shared() if settings.page is not None else None
        self._auditions = (
            Auditions(ring, ring.musicians, settings.size, settings.view, self._page) if settings.auditions else None
        )
        if self._auditions is not None:
            self._auditions.wear(settings.palette)
        self._child = self._begin(self._load())
        self.spare = Spare(self._load)
        """The painter that waits, loaded, for the loss of this one."""

    @property
    def pid(self) -> int:
        return self._child.pid

    def __getitem__(self, name: str) -> Any:
        """`blackout`, `freeze`, `brightness`, `panel`, `full_screen`, `palette`, `code` or `overrides` as it is now."""
        return self._on[name]

    def set(self, **values: Any) -> None:
        """Change any of them."""
        self._on.update(values)
        if "palette" in values and self._auditions is not None:
            self._auditions.wear(values["palette"])
        self._child.say(**values)
        if masters := {name: value for name, value in values.items() if name in MASTERS}:
            self.scribe(Told(self._ring.count, masters=masters))

    def toggle(self, name: str) -> None:
        self.set(**{name: not self._on[name]})

    def hold(self, values: Mapping[str, Value]) -> None:
        """Inputs of the scene on stage take these values, until they are released or another scene is on."""
        events = {item["name"] for item in self.inputs["inputs"] if item["type"] == "event"}
        for name, value in values.items():
            if name in events:
                self.fired[name] = self.fired.get(name, 0) + 1
            else:
                self._on["overrides"] = {**self._on["overrides"], name: value}
            self._child.say(hold={"scene": self.scene, "values": {name: value}})
        if values:
            self.scribe(Told(self._ring.count, scene=self.scene, hold=dict(values)))

    def release(self, names: Iterable[str] | None = None) -> None:
        """Give inputs back to the music; all of them for None."""
        held = self._on["overrides"]
        given = [name for name in dict.fromkeys(held if names is None else names) if name in held]
        for name in given:
            self._child.say(release={"scene": self.scene, "names": [name]})
        self._on["overrides"] = {name: value for name, value in held.items() if name not in given}
        if given:
            self.scribe(Told(self._ring.count, scene=self.scene, release=tuple(given)))

    def _let_go(self, why: str) -> None:
        """The scene that was held is gone."""
        if held := self._on["overrides"]:
            self._messages.append(f"no longer held by hand, for {why}: {', '.join(held)}")
            self._on["overrides"] = {}

    def show(self, change: str | Change) -> None:
        """Change to this scene, when it has been tried off stage; it becomes `scene` when it is on."""
        change = Change(change) if isinstance(change, str) else change
        if self._auditions is None:
            self._let_on(change)
        else:
            self._auditions.ask(change)

    def _let_on(self, change: Change) -> None:
        self.orders, self.order = self.orders + 1, change
        self._child.say(change=asdict(change))

    def go_along(self, pose: Mapping[str, Any]) -> None:
        """Bring the clocks of the scene to where another stage's are, told as `pose` has them, `at` in our time."""
        self._child.say(pose=dict(pose))

    def learn(self, changes: Sequence[Change]) -> None:
        """What the evening may bring: tried off stage while there is nothing else to do, so that it comes at once."""
        if self._auditions is not None:
            self._auditions.learn(changes)

    def watch(self, scene: str) -> None:
        """Show this scene small in the operator's panel, off air; nothing for no name."""
        self.watched = scene
        if self._auditions is not None:
            self._auditions.watch(scene)

    def _hear_auditions(self, now: float) -> None:
        """What came of them: what is good goes on to the stage."""
        if self._auditions is None:
            return
        for verdict in self._auditions.tend(now):
            if not verdict.why:
                self._let_on(verdict.change)
                continue
            self._messages.append(verdict.why)
            if verdict.change.scene == self._reread:
                self._child.say(refused=verdict.change.scene)
        remarks, self._auditions.remarks = self._auditions.remarks, []
        self._messages += remarks

    def tell(self, status: Mapping[str, Any]) -> None:
        """What the operator's panel shows of the show."""
        self._child.say(status=dict(status))

    def wishes(self) -> Iterator[str]:
        """What keys in the window have asked for since the last call."""
        wishes, self._wishes = self._wishes, []
        yield from wishes

    def shown(self, since: int) -> NDArray[np.int64]:
        """(hop, nanoseconds) of the pictures from number `since` on."""
        return self.report.since(since)

    def tend(self, now: float) -> Iterator[str]:
        """Watch over the painter; what the operator should know. Call it some twenty times a second."""
        code = self._child.exit_code  # asked before listening: what it says last is heard
        self._hear(now)
        self._hear_auditions(now)
        messages, self._messages = self._messages, []
        yield from messages
        if self.closed or now < self._retry_at:
            return
        if self._ready_at is not None and self._trying is None:
            self._watch.patience = self._patience()
        self.spare.tend(now, calm=self._ready_at is not None)
        stuck = self._watch.stuck(self.report.pictures, now)
        if code is not None or stuck:
            yield from self._start_again(now, code)

    def _patience(self) -> float:
        """Seconds until the stage counts as hung, from how long its last three pictures took."""
        moments = self.report.since(max(self.report.pictures - 4, self._first))[:, 1]
        slowest = 1e-9 * float(np.diff(moments).max()) if len(moments) > 3 else self._first_took
        return min(max(_PATIENCE, _SLOWNESS * slowest), _LONGEST_PATIENCE)

    def _start_again(self, now: float, code: int | None) -> Iterator[str]:
        """Another painter in the place of one that died with `code`, or hangs where that is None."""
        try:
            painter = self.spare.take() or self._load()
        except OSError as no_room:
            self._retry_at = now + _RETRY
            why = f"no other can be started: {no_room.strerror}"
            if why != self._said:
                yield f"the stage is lost ({why})"
            self._said = why
            return
        why, lost = self._why(code), self.scene
        lived = None if self._ready_at is None else now - self._ready_at
        outside = self._child.lost_from_outside
        loss = Loss(lost, self._trying, lived, hung=code is None, outside=outside, restarted=self.restarts > 0)
        self._child.end()
        if self._blame.must_go(loss) and lost != _FALLBACK:
            self._let_go(f"{lost} has left")
            self.scene, self._mend = _FALLBACK, lost
            self.scribe(Told(self._ring.count, Change(_FALLBACK)))
        self.restarts += 1
        # One that cannot live, because the display is gone, is tried once a second.
        self._retry_at = now + (_RETRY if self._blame.failed > CHANCES else 0.0)
        self._error, self._ready_at, self._trying = None, None, None
        self._watch = Watch(_STARTING)
        self._child = self._begin(painter)
        if self.scene != lost:
            yield f"the stage is lost ({why}), and {lost} is to blame: {_FALLBACK} stays on until {lost} is mended"
        elif why != self._said:
            yield f"the stage is lost ({why}): starting it again in {lost}"
        self._said = why

    def _why(self, code: int | None) -> str:
        if code is not None:
            return str(self._error) if self._error else self._child.complaint or f"it died with {code}"
        trying = f" drawing {self._trying} for the first time" if self._trying else ""
        return "it was stopped" if self._child.stopped else f"it hung{trying}"

    def close(self) -> None:
        """End the painter, whatever it is doing."""
        if self._auditions is not None:
            self._auditions.close()
        self.spare.close()
        self._child.end(grace=0.5)
        self.report.memory.close()
        if self._page is not None:
            self._page.close()

    def _load(self) -> Child:
        """A painter that has everything but its settings."""
        shared = [self._ring.memory, self.report.memory]
        if self._auditions is not None:
            shared.append(self._auditions.thumbnail.memory)
        if self._page is not None:
            shared.append(self._page)
        return Child("engine.stage.painter", fds=[memory.fd for memory in shared])

    def _begin(self, painter: Child) -> Child:
        """Let it go on with what is on stage; itself."""
        settings, page = self.settings, self._page
        painter.begin(
            {
                "ring": self._ring.memory.fd,
                "report": self.report.memory.fd,
                "musicians": self._ring.musicians,
                "scene": self.scene,
                "headless": settings.headless,
                "size": settings.size,
                "fps": settings.fps,
                "monitor": settings.monitor,
                "delay_hops": round(settings.delay * RATE / HOP),
                "nice": settings.nice,
                "flash_limiter": settings.flash_limiter,
                "leads": settings.leads,
                "view": settings.view,
                "outputs": [asdict(output) for output in settings.outputs],
                "mend": self._mend,
                "again": self.restarts > 0,
                "density": settings.density,
                "page": None if page is None else (page.fd, page.size),
                "thumbnail": None if self._auditions is None else self._auditions.thumbnail.memory.fd,
                **self._on,
            }
        )
        return painter

    def await_ready(self) -> None:
        """Wait for the first picture. MissingDriver, NoSuchDevice or BadScene says why there is none."""
        deadline = time.monotonic() + 2 * _STARTING
        while True:
            code, now = self._child.exit_code, time.monotonic()
            self._hear(now)
            if self._ready_at is not None:
                return
            if self._error is not None:
                raise self._error
            if code is not None:
                raise MissingDriver(f"the stage died at once: {self._child.complaint or 'no reason given'}")
            if now > deadline and self._trying:
                raise BadScene(f"scene={self.scene} draws no picture within {2 * _STARTING:g} s (choose another)")
            if now > deadline:
                raise MissingDriver(f"the graphics driver does not answer within {2 * _STARTING:g} s")
            time.sleep(0.01)

    def _hear(self, now: float) -> None:
        for message in self._child.heard():
            self._hear_of_its_life(message, now)
            self._hear_of_the_scene(message)
            self._hear_of_the_window(message)
            if "trouble" in message:
                self._messages.append(str(message["trouble"]))

    def _hear_of_its_life(self, message: Mapping[str, Any], now: float) -> None:
        """What the painter is at, for which it has its time, and that it can begin, or cannot."""
        if "trying" in message:
            self._trying = str(message["trying"])
            # Where nothing can be on stage yet, nothing is gained by haste.
            self._watch = Watch(_TRIAL if self.restarts or self._ready_at is not None else _STARTING)
        if "scene" in message:
            self._write_down(message)
            self._arrived(str(message["scene"]), float(message["seconds"]))
        if "refused" in message:
            self._trying = None
            self._watch = Watch(_PATIENCE)
        if "ready" in message:
            self._ready_at, self.renderer, self._said = now, str(message["ready"]), ""
            self._watch = Watch(_PATIENCE)
            if self.restarts:
                self._messages.append(f"the picture is back in {self.scene}")
        if "error" in message:
            self._error = _as_error(message)

    def _hear_of_the_scene(self, message: Mapping[str, Any]) -> None:
        """What it can be played with and what is played, where its clocks stand, and that its file was saved anew."""
        if "inputs" in message:
            self.inputs, self.values = message["inputs"], {}
            there = {item["name"] for item in self.inputs["inputs"]}
            self._on["overrides"] = {name: one for name, one in self._on["overrides"].items() if name in there}
        if "values" in message and message["values"]["scene"] == self.scene:
            self.values = {**self.values, **message["values"]["values"]}
        if "pose" in message:
            self.pose = message["pose"]
        if "saved" in message and self._auditions is not None:
            self._reread = str(message["saved"])
            self._auditions.ask(Change(self._reread))

    def _hear_of_the_window(self, message: Mapping[str, Any]) -> None:
        """Its keys, and that somebody has closed it."""
        if message.get("key") == "tap":
            self.taps.append(float(message["at"]))
        elif "key" in message:
            self._wishes.append(str(message["key"]))
        if "closed" in message:
            self.closed = True

    def _write_down(self, message: Mapping[str, Any]) -> None:
        """A scene came on: as it was asked for, or in the place of one that failed."""
        scene, change = str(message["scene"]), message.get("change")
        if change is not None or scene != self.scene:
            came = Change(scene) if change is None else read_change({**change, "when": "now"}, "change")
            self.scribe(Told(int(message.get("hop", self._ring.count)), came))

    def _arrived(self, scene: str, seconds: float) -> None:
        """A scene is on: its first picture has been seen, and took so long."""
        if scene != self.scene:
            self._blame.failed = 0
            self._let_go(f"{scene} is on")
            self.fired = {}
        if scene != _FALLBACK:
            self._mend = None
        self.scene, self._trying = scene, None
        self._first, self._first_took = self.report.pictures, seconds
        self._watch = Watch(_PATIENCE)


def _as_error(message: Mapping[str, Any]) -> MonochordError:
    missing = message.get("exit_code") == MissingDriver.exit_code
    return (MissingDriver if missing else BadSetting)(str(message["error"]))
