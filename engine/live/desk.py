"""The desk: what is asked of a running show is done here, whoever asks: a key, OSC, the operator's page, MIDI."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, assert_never

from engine.audio.hearing import Hearing
from engine.control.bad_order import BadOrder, Complaints
from engine.control.midi import Midi
from engine.control.orders import (
    Beat,
    ForgetMidi,
    HoldBack,
    HoldScore,
    JumpInScore,
    LearnMidi,
    LightsByHand,
    Master,
    NudgeScore,
    OpenSurvey,
    Order,
    Override,
    RecallPreset,
    Release,
    ReleaseTap,
    SelectCue,
    SelectScene,
    ShowSurvey,
    StepCue,
    StepScene,
    StorePreset,
    Tap,
    Tempo,
    Watch,
)
from engine.control.presets import PresetFile
from engine.control.scene_input import Value, read_inputs, read_value
from engine.control.table import Repertoire, Table
from engine.errors import BadSetting
from engine.lights.hand import Hand
from engine.live.keyboard import order_of
from engine.score.following import ScoreFollower
from engine.settings import Settings
from engine.stage.backdrop import Backdrop
from engine.stage.palette import palettes
from engine.stage.preset import split_name
from engine.stage.scene import scene_names
from engine.survey.asking import Survey
from engine.timing.cues import Change, Cue, CueList
from engine.timing.tapping import TappedBeat
from engine.timing.wandering import Wanderer

_SEEK: Final = 5.0
_COMPLAINTS: Final = 1.0  # seconds between two lines about orders of one kind
_FALLBACK: Final = "fallback"


class Desk:
    """All that a hand can do to a show. Methods are for the conductor's main thread; `table` may be read by any."""

    def __init__(
        self,
        settings: Settings,
        hearing: Hearing,
        backdrop: Backdrop | None,
        cues: CueList,
        tapped: TappedBeat,
        *,
        wanderer: Wanderer | None,
        heard: Callable[[], float],
        say: Callable[[str], None],
        stop: Callable[[], None],
        lights: Hand,
        follower: ScoreFollower | None = None,
        survey: Survey | None = None,
    ) -> None:
        """`heard`: seconds of the show that were heard so far. `say` tells the operator; `stop` ends the show.

        `follower`: who follows the player in the score, where there is one.
        """
        self.settings, self.backdrop = settings, backdrop
        self._hearing, self._cues, self.tapped, self._wanderer = hearing, cues, tapped, wanderer
        self.heard, self._stop, self._lights = heard, stop, lights
        self._complaints = Complaints(lambda line: say(str(line)), _COMPLAINTS)
        self.presets = PresetFile(settings.presets)
        self._midi_there: Midi | None = None
        self._follower_there = follower
        self._survey = survey
        self._loop_from: float | None = None
        self._told: Any = None
        names = dict.fromkeys((*settings.scenes, *(name for name in scene_names() if name != _FALLBACK)))
        titles = tuple(cue.title for cue in settings.cues)
        numbers = () if follower is None else tuple(map(int, follower.score.numbers))
        bars = (min(numbers), max(numbers)) if numbers else None
        self.table = Table(Repertoire(tuple(names), tuple(palettes()), titles, lights.receivers, bars))
        """What can be asked just now."""

    # What is asked.

    def miss(self, orders: int) -> None:
        """Tell that so many orders were lost, where it is not none."""
        if orders:
            self._complaints.of("lost", f"{orders} orders were lost: they come faster than they can be done")

    def obey_all(self, orders: Iterable[Order]) -> None:
        """Do these in turn. One that cannot be done changes nothing, and the operator is told; no order ends a show."""
        for order in orders:
            try:
                self.obey(order)
            except BadOrder as why:
                self._complaints.of(why.kind, why)
            except Exception as bug:
                kind = type(order).__name__
                reason = " ".join(f"{type(bug).__name__}: {bug}".split())[:160]
                self._complaints.of(kind, f"{kind} could not be done ({reason}): the show goes on without it")

    def obey(self, order: Order) -> None:
        """Do what is asked; BadOrder, in one line, if it cannot be done."""
        match order:
            case Master(name, value):
                if self.backdrop is not None:
                    self.backdrop.set(**{name: (value or None) if name == "palette" else value})
            case SelectScene(scene):
                self.go(Cue(replace(self.settings.change, scene=scene)))
            case StepScene(step):
                self.go(Cue(replace(self.settings.change, scene=self._neighbour(step))))
            case Override(scene, name, value):
                if (backdrop := self._on_stage(scene)) is not None:
                    backdrop.hold({name: value})
            case Release(scene, name):
                if (backdrop := self._on_stage(scene)) is not None:
                    backdrop.release([name] if name else None)
            case StepCue(step):
                self.go(self._cues.go(step))
            case SelectCue(number):
                self.go(self._cues.select(number - 1))
            case Tap(at):
                self.tapped.tap(self._show_time(at))
            case Tempo(bpm, at):
                self.tapped.lead(bpm, self._show_time(at))
            case Beat(bpm, at):
                self.tapped.follow(bpm, self._show_time(at))
            case ReleaseTap():
                self.tapped.release()
            case StorePreset(name):
                if self.backdrop is not None:
                    held = {key: read_value(one) for key, one in self.backdrop["overrides"].items()}
                    self.presets.store(self._base, name, held)
            case RecallPreset(name):
                self._recall(name)
            case LightsByHand(name, value):
                setattr(self._lights, name, value)
            case HoldBack(place, seconds, by):
                for one in range(len(self._lights.delays)) if place is None else (place - 1,):
                    self._lights.hold_back(one, self._lights.delays[one] * by + seconds)
            case NudgeScore(quarters):
                self._follower.nudge(quarters)
            case JumpInScore(bar, beat):
                self._follower.jump_to(bar, beat)
            case HoldScore(on):
                self._follower.hold(on)
            case OpenSurvey(on):
                self._ask_audience(on)
            case ShowSurvey(on, seconds):
                self._show_survey(on, seconds)
            case LearnMidi(address, choice):
                self._learn_midi(address, choice)
            case ForgetMidi(address):
                self._midi.forget(address)
            case Watch(on):
                if self.backdrop is not None:
                    self.backdrop.set(tells_values=on)
            case _:
                assert_never(order)

    def wish(self, wish: str) -> None:
        """Do what a key asks for: one of the values of `engine.stage.keys.KEYS`."""
        hearing, backdrop = self._hearing, self.backdrop
        if wish == "quit":
            self._stop()
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
        elif wish.startswith("key:"):
            self.go(self._cues.say("key", wish.removeprefix("key:")))
        elif backdrop and wish == "preview":
            backdrop.watch("" if backdrop.watched else self.next.scene)
        elif backdrop and wish == "full_screen":
            backdrop.toggle(wish)
        elif (order := order_of(wish, backdrop, self._lights)) is not None:
            self.obey_all([order])

    # What is done.

    def learn_by(self, midi: Midi) -> None:
        """There are MIDI controllers, which can learn orders."""
        self._midi_there = midi

    @property
    def _follower(self) -> ScoreFollower:
        if self._follower_there is None:
            raise BadOrder("/monochord/score", "no score is followed (--score FILE)")
        return self._follower_there

    @property
    def _midi(self) -> Midi:
        if self._midi_there is None:
            raise BadOrder("/monochord/midi", "no controller is listened to (--midi NAME)")
        return self._midi_there

    def _ask_audience(self, on: bool) -> None:
        if self._survey is None:
            raise BadOrder("/monochord/survey", "there is none in this show")
        try:
            self._survey.open() if on else self._survey.close()
        except BadSetting as why:
            raise BadOrder("/monochord/survey/open", str(why)) from None

    def _show_survey(self, on: bool, seconds: float) -> None:
        if self._survey is None:
            raise BadOrder("/monochord/survey", "there is none in this show")
        try:
            self._survey.show(on, seconds)
        except BadSetting as why:
            raise BadOrder("/monochord/survey/show", str(why)) from None

    def _learn_midi(self, address: str, choice: str) -> None:
        entry = self.table.entries.get(address)
        if entry is None or address.startswith("/monochord/midi/"):
            raise BadOrder("/monochord/midi/learn", f"{address} is none", address, self.table.entries)
        value: str | float | None = choice or None
        if choice and entry.arguments and entry.arguments[0].type != "s":
            try:
                value = float(choice)
            except ValueError:
                raise BadOrder("/monochord/midi/learn", f"value={choice} must be a number for {address}") from None
        if value is not None:
            entry.read((value,))  # what it does not take is said now, not when the button is pressed
        self._midi.learn(address, value)

    @property
    def muted(self) -> bool:
        """Whether this machine tells nobody anything, and stands by for another one."""
        return self._lights.muted

    @property
    def next(self) -> Change:
        """What a hand would change to next: the next cue, else the next scene."""
        if self._cues.upcoming is not None:
            return self._cues.upcoming.change
        return replace(self.settings.change, scene=self._neighbour(1))

    def go(self, cue: Cue | None) -> None:
        """Change as a cue says."""
        if cue is None or self.backdrop is None:
            return
        self.backdrop.show(cue.change)
        if self._wanderer is not None:
            self._wanderer.note(cue.change.scene)
        if self.backdrop.watched:
            self.backdrop.watch(self.next.scene)

    def tend(self) -> None:
        """Look whether another scene is on, which can be played with by other inputs, and what the wall is to show."""
        if self.backdrop is not None and self._survey is not None:
            code = self._survey.on_wall()
            if code != self.backdrop["code"]:
                self.backdrop.set(code=code)
        if self.backdrop is not None and self.backdrop.inputs is not self._told:
            self._told = self.backdrop.inputs
            self.table = self.table.with_scene(self._told["scene"], read_inputs(self._told["inputs"]))

    def present(self) -> Mapping[str, tuple[bool | int | float | str, ...]]:
        """What is so just now, by the address at which it can be asked for. Inputs only while somebody looks."""
        backdrop, table = self.backdrop, self.table
        found: dict[str, tuple[bool | int | float | str, ...]] = {"/monochord/tempo": (self.tapped.tempo,)}
        for name in ("level", "manual", "full", "muted"):
            found[f"/monochord/lights/{name}"] = (getattr(self._lights, name),)
        for place, late in enumerate(self._lights.delays, 1):
            found[f"/monochord/lights/delay/{place}"] = (round(1000.0 * late, 1),)
        if self._follower_there is not None:
            found["/monochord/score/hold"] = (self._follower_there.held,)
        if self._survey is not None:
            found["/monochord/survey/open"] = (self._survey.wanted,)
            found["/monochord/survey/show"] = (self._survey.shown, 0.0)
        if self._cues.cues:
            found["/monochord/cue/select"] = (self._cues.at + 1,)
        if backdrop is not None:
            for name in ("brightness", "blackout", "freeze", "panel", "palette"):
                found[f"/monochord/master/{name}"] = (backdrop[name] or "" if name == "palette" else backdrop[name],)
            found["/monochord/scene/select"] = (backdrop.scene,)
            for name, value in backdrop.values.items():
                address = table.input_address(name)
                if address is not None and table.entries[address].told:
                    found[address] = tuple(value) if isinstance(value, list) else (value,)
        return found

    @property
    def _base(self) -> str:
        """The scene on stage, whichever of its presets is shown."""
        return split_name(self.backdrop.scene)[0] if self.backdrop is not None else ""

    def _on_stage(self, scene: str) -> Backdrop | None:
        """The stage, if this scene is on it; what was meant for another one comes too late."""
        return self.backdrop if self.backdrop is not None and self.backdrop.scene == scene else None

    def _neighbour(self, step: int) -> str:
        scenes = self.settings.scenes
        scene = self.backdrop.scene if self.backdrop else self.settings.scene
        scene = scene if scene in scenes else split_name(scene)[0]
        return scenes[(scenes.index(scene) + step) % len(scenes)] if scene in scenes else scenes[0]

    def _recall(self, name: str) -> None:
        if self.backdrop is None:
            return
        inputs = {item.name: item for item in self.table.inputs}
        values: dict[str, Value] = self.presets.recall(self._base, name, inputs)
        self.backdrop.release([held for held in self.backdrop["overrides"] if held not in values])
        self.backdrop.hold(values)

    def _show_time(self, at: float) -> float:
        """A moment of the monotonic clock as seconds of the show."""
        return self.heard() - (time.monotonic() - at)
