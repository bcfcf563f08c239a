"""The company of a show: all that takes part in it, started in order, closed in the reverse, and told of each other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Self

from engine.control.inbox import Inbox
from engine.control.midi import Midi
from engine.control.orders import Order
from engine.control.osc_in import OscIn
from engine.control.page_server import PageServer
from engine.control.table import Table
from engine.features.fast import warm_up
from engine.foundation.awake import Awake
from engine.frame import HOP, RATE, Frame
from engine.lights.osc import Lights
from engine.live.children import Children
from engine.live.desk import Desk
from engine.live.lighting import Lighting
from engine.live.operator_log import OperatorLog
from engine.live.show_state import ShowState
from engine.live.showing import Showing
from engine.live.synchrony import LtcEar, MidiStage
from engine.perception import Perception
from engine.replay.programme import kept_with
from engine.replay.prompting import Prompting
from engine.score.watching import ScoreWatch
from engine.settings import Settings
from engine.survey.asking import Survey
from engine.takes.take import TakeWriter
from engine.timing.cues import CueList
from engine.timing.tapping import TappedBeat
from engine.timing.timecode import Chase
from engine.timing.wandering import Wanderer
from engine.wall.leader import Followers

Notice = Callable[[str], None]


class Company:
    """Who plays in a show, and what is known of it just now. A context manager."""

    def __init__(
        self, settings: Settings, notice: Notice, children: Children | None = None, *, backdrop: bool = True
    ) -> None:
        """Start everybody but the `children` that are started already; what is wrong with sound, scene or screen is
        raised now.

        `notice` is called from the main thread with a line for the operator. The children are the company's to end.
        """
        self.settings = settings
        self.log = OperatorLog(notice, self.heard)
        self.newest: Frame | None = None
        self.hops = 0
        self.over = threading.Event()
        """Set when the show is to end."""
        self.orders = Inbox()
        """What is asked of it, for the main thread to do."""
        self.cues = CueList(settings.cues)
        self.tapped = TappedBeat()
        self.timecode = Chase()
        self.prompting = self._prompted() if backdrop else None
        goes = settings.wander if self.prompting is None else None
        self.wanderer = Wanderer(goes, settings.scene) if goes is not None else None
        with ExitStack() as undo:
            children = children if children is not None else Children(settings, backdrop=backdrop)
            undo.callback(children.close)
            undo.callback(Awake().close)
            self.stairs, self.hearing, self.backdrop = children.stairs, children.hearing, children.backdrop
            names = settings.hearing.names
            self.lights = Lights(settings.destinations, names, settings.lights)
            undo.callback(self.lights.close)
            self.lights.muted = settings.backup
            self.lighting = self._lighting()
            self.followers = Followers(settings.followers, names, settings.stage.delay)
            undo.callback(self.followers.close)
            warm_up()
            self.hearing.await_ready()
            self.senses = self._senses()
            undo.callback(self.senses.close)
            self.take = self._take(settings.record) if settings.record else None
            undo.callback(self._close_take)
            self.survey = Survey(settings.survey)
            undo.callback(self._end_survey)
            if settings.survey.open and not settings.backup:
                self.survey.open()
            self.score = self._score_watch()
            self.desk = self._desk()
            self.state = self._state()
            self._open_doors(undo)
            if settings.survey.open and not settings.backup:
                self.survey.await_open()
            if self.backdrop:
                self.backdrop.await_ready()
                told = self.prompting.changes() if self.prompting else []
                self.backdrop.learn([*self.state.planned(), *told])
            self._close = undo.pop_all().close

    # What it is made of.

    def _prompted(self) -> Prompting | None:
        """What the stage was told on the evening that is played again, where there is such a take."""
        script = self.settings.script
        if script is None:
            return None
        if script.broken:
            self.log.tell(script.remark)
        return Prompting(script, self.settings.scene, self.settings.stage.palette)

    def _senses(self) -> Perception:
        hearing = self.settings.hearing
        return Perception(
            self.hearing.hopper.numbers,
            hearing.playing,
            hearing.own_band,
            hearing.own_space,
            score=hearing.own_score,
            live=True,
        )

    def _take(self, path: Path) -> TakeWriter:
        settings = self.settings
        hearing = settings.hearing
        writer = TakeWriter(
            path,
            self.hearing.hopper.channels,
            self.senses.musicians,
            hearing.own_band,
            space=hearing.own_space,
            score=hearing.own_score,
            show=kept_with(settings),
            staged=self.backdrop is not None,
        )
        if self.backdrop:
            self.backdrop.scribe = writer.tell
        return writer

    def _score_watch(self) -> ScoreWatch | None:
        """Who minds what the score says, where one is followed."""
        score, follower = self.settings.hearing.own_score, self.senses.follower
        if follower is None:
            return None
        return ScoreWatch(follower, self.settings.cues, "" if score is None else str(score.get("title", "")))

    def _open_doors(self, undo: ExitStack) -> None:
        """Let others speak to the show: OSC, the operator's page, timecode in the sound, MIDI."""
        settings = self.settings
        self.osc_in = OscIn(settings.osc_in, lambda: self.table, self.order, self.log.tell) if settings.osc_in else None
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
            heard=self.heard,
            say=self.log.say,
            stop=self.over.set,
            lights=self.lighting.hand,
            follower=self.senses.follower,
            survey=self.survey,
        )

    def _state(self) -> ShowState:
        return ShowState(
            self.settings,
            self.hearing,
            self.desk,
            self.cues,
            self.lights,
            self.log,
            newest=lambda: self.newest,
            timecode=self.timecode,
            score=self.score,
            survey=self.survey,
        )

    def _midi_stage(self) -> MidiStage:
        return MidiStage(self.desk, self.hearing, newest=lambda: self.newest, order=self.order, tell=self.log.tell)

    def _showing(self) -> Showing:
        return Showing(
            self.settings,
            self.hearing,
            self.desk,
            self.stairs,
            order=self.order,
            tell=self.log.tell,
            log=self.log.lines,
            status=self.state.status,
            survey=self.survey,
        )

    # What others ask of it.

    def stop(self) -> None:
        """End the show soon; from any thread."""
        self.over.set()
        self.orders.wake()

    @property
    def table(self) -> Table:
        """What can be asked of the show just now; from any thread."""
        return self.desk.table

    def order(self, order: Order) -> None:
        """Have this done by the main thread, at once; from any thread."""
        self.orders.put(order)

    def heard(self) -> float:
        """Seconds of the show so far."""
        return self.hops * HOP / RATE

    # Its end.

    def _end_survey(self) -> None:
        for line in self.survey.end():
            self.log.say(line)

    def _close_take(self) -> None:
        if self.take is not None:
            with suppress(OSError):  # a full disk has been reported already
                self.take.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()
