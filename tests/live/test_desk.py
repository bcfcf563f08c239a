"""The desk: an order is done the same way whoever gives it, and one that cannot be done changes nothing."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.control.bad_order import BadOrder
from engine.control.orders import (
    HoldBack,
    HoldScore,
    JumpInScore,
    LightsByHand,
    Master,
    NudgeScore,
    Order,
    Override,
    RecallPreset,
    Release,
    ReleaseTap,
    SelectCue,
    SelectScene,
    StepCue,
    StepScene,
    StorePreset,
    Tap,
    Tempo,
    Watch,
)
from engine.frame import HOP, RATE
from engine.lights.destination import parse_destination
from engine.lights.hand import Hand
from engine.lights.osc import Lights
from engine.live.desk import Desk
from engine.score.following import ScoreFollower
from engine.settings import Settings
from engine.stage.keys import KEYS
from engine.timing.cues import Change, CueList, read_cues
from engine.timing.tapping import TappedBeat
from tests.score.playing import follow, melody, score_of

CUES = read_cues([{"scene": "ink", "name": "rain"}, {"scene": "silk", "transition": "fade"}])
FLOW = {"name": "flow", "type": "float", "label": "", "default": 0.5, "minimum": 0.0, "maximum": 2.0}
INPUTS = [{**FLOW, "values": (), "labels": (), "moved_by": "sound.level"}]


class Stage:
    """What the desk needs of a stage, and what it was told."""

    def __init__(self) -> None:
        self.scene, self.watched = "ink", ""
        self.on: dict[str, Any] = {"brightness": 0.5, "blackout": False, "freeze": False, "panel": True}
        self.on |= {"palette": None, "overrides": {}, "tells_values": False, "full_screen": False}
        self.inputs: dict[str, Any] = {"scene": "ink", "inputs": INPUTS}
        self.values: dict[str, Any] = {"flow": 0.25}
        self.shown: list[Change] = []

    def __getitem__(self, name: str) -> Any:
        return self.on[name]

    def set(self, **values: Any) -> None:
        self.on.update(values)

    def toggle(self, name: str) -> None:
        self.on[name] = not self.on[name]

    def show(self, change: Change) -> None:
        self.shown.append(change)

    def hold(self, values: dict[str, Any]) -> None:
        self.on["overrides"] = {**self.on["overrides"], **values}

    def release(self, names: list[str] | None = None) -> None:
        held = self.on["overrides"]
        self.on["overrides"] = {} if names is None else {name: held[name] for name in held if name not in names}

    def watch(self, scene: str) -> None:
        self.watched = scene


class Ears:
    """What the desk needs of hearing."""

    paused, position = False, 7.0

    def __init__(self) -> None:
        self.orders: list[dict[str, Any]] = []

    def order(self, **order: Any) -> None:
        self.orders.append(order)


class Show:
    """A desk, its stage, and what the operator heard."""

    def __init__(
        self,
        presets: Path,
        stage: bool = True,
        lights: Lights | None = None,
        follower: ScoreFollower | None = None,
    ) -> None:
        self.stage, self.ears, self.said, self.stopped = Stage(), Ears(), list[str](), list[bool]()
        self.tapped, self.cues = TappedBeat(), CueList(CUES)
        settings = Settings(scene="ink", scenes=("ink", "silk", "strings"), cues=CUES, presets=presets)
        settings = replace(settings, change=Change("", "bleed", 3.0, "bar"))
        backdrop: Any = self.stage if stage else None
        ears: Any = self.ears
        self.desk = Desk(
            settings,
            ears,
            backdrop,
            self.cues,
            self.tapped,
            wanderer=None,
            heard=lambda: 100.0,
            say=self.said.append,
            stop=lambda: self.stopped.append(True),
            lights=Hand(lights),
            follower=follower,
        )
        self.desk.tend()

    def do(self, order: Order) -> None:
        self.desk.obey(order)


@pytest.fixture
def show(tmp_path: Path) -> Show:
    return Show(tmp_path / "show.presets.toml")


def test_orders_that_were_lost_are_told_at_most_once_a_second(show: Show) -> None:
    show.desk.miss(0)
    assert show.said == []
    show.desk.miss(904)
    show.desk.miss(12)
    assert show.said == ["904 orders were lost: they come faster than they can be done"]


def test_masters_take_their_values(show: Show) -> None:
    for name, value in (("brightness", 0.25), ("blackout", True), ("palette", "storm"), ("panel", False)):
        show.do(Master(name, value))
        assert show.stage[name] == value
    show.do(Master("palette", ""))
    assert show.stage["palette"] is None


def test_the_place_in_the_score_is_moved_and_held_by_hand(tmp_path: Path) -> None:
    follower = ScoreFollower(score_of(melody(64)))
    show = Show(tmp_path / "show.presets.toml", follower=follower)
    assert show.desk.table.read("/monochord/score/jump", [16]) == JumpInScore(16)
    for order in (JumpInScore(5), NudgeScore(1.5), HoldScore(True)):
        show.do(order)
    said = follow(follower, [(60, 0.1)])
    assert said[-1, :3].tolist() == [17.5, 5, 2.5]
    assert show.desk.present()["/monochord/score/hold"] == (True,)


def test_without_a_score_no_place_in_it_is_moved(show: Show) -> None:
    with pytest.raises(BadOrder, match=r"no score is followed \(--score FILE\)"):
        show.do(HoldScore(True))


def test_lights_are_taken_by_hand_and_told_as_they_are(show: Show) -> None:
    for name, value in (("level", 0.25), ("manual", True), ("full", True)):
        show.do(LightsByHand(name, value))
        assert show.desk.present()[f"/monochord/lights/{name}"] == (value,)


def test_a_scene_that_is_asked_for_comes_as_the_shows_changes_do(show: Show) -> None:
    show.do(SelectScene("ink:monsoon"))
    show.do(StepScene(1))
    show.do(StepScene(-1))
    assert [change.scene for change in show.stage.shown] == ["ink:monsoon", "silk", "strings"]
    assert {(change.transition, change.seconds, change.when) for change in show.stage.shown} == {("bleed", 3.0, "bar")}


def test_cues_are_gone_to_by_step_and_by_number(show: Show) -> None:
    for order in (SelectCue(2), StepCue(1), StepCue(-1), SelectCue(9)):
        show.do(order)
    assert show.stage.shown == [CUES[1].change, CUES[0].change]
    assert show.desk.present()["/monochord/cue/select"] == (1,)


def test_an_override_is_for_the_scene_that_it_was_meant_for(show: Show) -> None:
    show.do(Override("ink", "flow", 1.0))
    show.do(Override("silk", "flow", 2.0))
    show.do(Release("silk"))
    assert show.stage["overrides"] == {"flow": 1.0}
    show.do(Release("ink", "flow"))
    assert show.stage["overrides"] == {}


def test_a_tempo_by_hand_leads_until_it_is_given_back(show: Show) -> None:
    show.do(Tempo(120.0, time.monotonic()))
    assert show.tapped.tempo == 120.0
    assert show.desk.present()["/monochord/tempo"] == (120.0,)
    show.do(ReleaseTap())
    assert show.tapped.tempo == 0.0
    for seconds in (1.0, 0.5, 0.0):
        show.do(Tap(time.monotonic() - seconds))
    assert show.tapped.tempo == pytest.approx(120.0, rel=0.01)


def test_a_preset_keeps_what_is_held_and_brings_it_back_without_the_rest(show: Show) -> None:
    show.do(Override("ink", "flow", 1.5))
    show.do(StorePreset("evening"))
    show.do(Release("ink"))
    show.do(Override("ink", "other", 1.0))
    show.stage.scene = "ink:monsoon"  # a preset of the same scene
    show.do(RecallPreset("evening"))
    assert show.stage["overrides"] == {"flow": 1.5}
    assert show.desk.presets.names("ink") == ["evening"]


def test_what_cannot_be_done_changes_nothing_and_is_told_once_a_second(show: Show) -> None:
    with pytest.raises(BadOrder):
        show.do(RecallPreset("evening"))
    show.desk.obey_all([RecallPreset("evening")] * 5 + [Master("brightness", 1.0)])
    assert show.said == ["/monochord/preset/recall: ink has no preset evening in show.presets.toml"]
    assert show.stage["brightness"] == 1.0


def test_a_fault_in_one_order_does_not_end_the_show(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(show.stage), "hold", lambda *_: 1 / 0)
    show.desk.obey_all([Override("ink", "flow", 1.0), Master("brightness", 0.75)])
    assert show.said == [
        "Override could not be done (ZeroDivisionError: division by zero): the show goes on without it"
    ]
    assert show.stage["brightness"] == 0.75


def test_present_values_are_told_by_address(show: Show) -> None:
    show.do(Watch(True))
    assert show.stage["tells_values"] is True
    present = show.desk.present()
    assert present["/monochord/master/brightness"] == (0.5,)
    assert present["/monochord/master/palette"] == ("",)
    assert present["/monochord/scene/select"] == ("ink",)
    assert present["/monochord/scene/flow"] == (0.25,)
    assert set(present) <= {address for address, entry in show.desk.table.entries.items() if entry.told}


def test_another_scene_on_stage_is_another_table(show: Show) -> None:
    first = show.desk.table
    show.desk.tend()
    assert show.desk.table is first
    show.stage.inputs = {"scene": "silk", "inputs": []}
    show.desk.tend()
    assert show.desk.table.scene == "silk"
    assert "/monochord/scene/flow" not in show.desk.table.entries


@pytest.mark.parametrize(
    ("wish", "name", "value"),
    [
        ("darker", "brightness", 0.45),
        ("brighter", "brightness", 0.55),
        ("blackout", "blackout", True),
        ("freeze", "freeze", True),
        ("overlay", "panel", False),
        ("full_screen", "full_screen", True),
    ],
)
def test_keys_give_the_same_orders(show: Show, wish: str, name: str, value: object) -> None:
    show.desk.wish(wish)
    assert show.stage[name] == value


def test_keys_take_the_lights_and_give_them_back(show: Show) -> None:
    def told() -> dict[str, object]:
        return {name: show.desk.present()[f"/monochord/lights/{name}"][0] for name in ("manual", "level", "full")}

    for wish in ("lights_manual", "lights_brighter", "lights_brighter", "lights_full"):
        show.desk.wish(wish)
    assert told() == {"manual": True, "level": 0.6, "full": True}
    for wish in ("lights_manual", "lights_full", *["lights_darker"] * 20):
        show.desk.wish(wish)
    assert told() == {"manual": False, "level": 0.0, "full": False}


def test_each_receiver_is_held_back_by_address_and_all_of_them_by_key(tmp_path: Path) -> None:
    lights = Lights([parse_destination("127.0.0.1:9@20"), parse_destination("127.0.0.1:9:plain")])
    show = Show(tmp_path / "show.presets.toml", lights=lights)
    hop = 1000.0 * HOP / RATE

    def delays() -> list[float]:
        return [show.desk.present()[f"/monochord/lights/delay/{place}"][0] for place in (1, 2)]

    try:
        assert delays() == pytest.approx([20, 0], abs=hop)
        order = show.desk.table.read("/monochord/lights/delay/2", [100])
        assert order == HoldBack(2, 0.1)
        show.do(order)
        assert delays() == pytest.approx([20, 100], abs=hop)
        before = delays()
        for wish in ("lights_later", "lights_later", "lights_earlier"):
            show.desk.wish(wish)
        assert delays() == pytest.approx([one + hop for one in before], abs=0.2)
        for _ in range(10):
            show.desk.wish("lights_earlier")
        assert delays() == pytest.approx([0, before[1] - 9 * hop], abs=0.2)
        with pytest.raises(BadOrder, match=r"delay=9999 must be a number, 0 to 2730\.67 ms"):
            show.desk.table.read("/monochord/lights/delay/1", [9999])
    finally:
        lights.close()


def test_keys_play_and_seek_and_end_the_show(show: Show) -> None:
    for wish in ("pause", "back", "forward", "loop_from", "loop_to", "loop_off", "next_cue", "preview", "quit"):
        show.desk.wish(wish)
    assert show.ears.orders == [
        {"pause": True},
        {"seek": 2.0},
        {"seek": 12.0},
        {"loop": (7.0, 7.0)},
        {"loop": (0.0, 0.0)},
    ]
    assert show.stage.shown == [CUES[0].change]
    assert show.stage.watched == "silk"
    assert show.stopped == [True]


def test_without_a_stage_no_key_and_no_order_does_harm(tmp_path: Path) -> None:
    show = Show(tmp_path / "show.presets.toml", stage=False)
    for wish in {*KEYS.values()} - {"tap"}:
        show.desk.wish(wish)
    orders = (Master("brightness", 1.0), SelectScene("ink"), StepScene(1), Override("ink", "flow", 1.0), StepCue(-1))
    show.desk.obey_all([*orders, Release("ink"), StorePreset("a"), RecallPreset("a"), Watch(True), SelectCue(1)])
    assert show.said == []
    assert {"/monochord/tempo", "/monochord/cue/select"} <= set(show.desk.present())
