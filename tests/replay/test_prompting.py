"""A take that is played on a stage: the stage is told what it was told, wherever in the recording somebody goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.replay.prompting import Prompting, stood
from engine.takes.told import Script, Told
from engine.timing.cues import Change

SAID = Script(
    (
        Told(10, scene="ink", hold={"flow": 0.5, "turn": 1.0}),
        Told(50, masters={"blackout": True}),
        Told(60, Change("silk", "fade", 2.0)),
        Told(61, scene="silk", hold={"flow": 0.2}),
        Told(62, masters={"blackout": False, "palette": "storm"}),
        Told(400, scene="silk", release=("flow",)),
        Told(900, Change("sky")),
    )
)


class Stage:
    """What the prompter sees of a backdrop; scenes come on when the test lets them."""

    def __init__(self) -> None:
        self.scene = "ink"
        self.asked: list[Change] = []
        self.on: dict[str, Any] = {"overrides": {}}

    def __getitem__(self, name: str) -> Any:
        return self.on[name]

    def set(self, **values: Any) -> None:
        self.on |= values

    def hold(self, values: Mapping[str, Any]) -> None:
        self.on["overrides"] = {**self.on["overrides"], **values}

    def release(self, names: Iterable[str]) -> None:
        gone = set(names)
        self.on["overrides"] = {name: one for name, one in self.on["overrides"].items() if name not in gone}

    def show(self, change: Change) -> None:
        self.asked.append(change)

    def arrive(self) -> None:
        if self.asked and self.asked[-1].scene != self.scene:
            self.scene, self.on["overrides"] = self.asked[-1].scene, {}


def step(prompting: Prompting, stage: Stage, hop: int, now: float = 0.0) -> None:
    prompting.step(hop, stage, now)  # type: ignore[arg-type]  # as much of one as it needs


def test_each_thing_is_told_in_its_hop_and_once() -> None:
    prompting, stage = Prompting(SAID, "ink", None), Stage()
    step(prompting, stage, 9)
    assert stage.on == {"overrides": {}}
    step(prompting, stage, 12)
    assert stage["overrides"] == {"flow": 0.5, "turn": 1.0}
    stage.release(["turn"])  # somebody's own hand
    step(prompting, stage, 13)
    assert stage["overrides"] == {"flow": 0.5}
    assert prompting.changes() == [Change("silk", "fade", 2.0), Change("sky")]


def test_what_was_told_of_a_scene_waits_until_it_is_on() -> None:
    prompting, stage = Prompting(SAID, "ink", None), Stage()
    for hop in (12, 55, 65):
        step(prompting, stage, hop)
    assert stage.asked == [Change("silk", "fade", 2.0)]
    assert stage["blackout"]
    stage.arrive()
    step(prompting, stage, 66)
    assert stage["overrides"] == {"flow": 0.2}
    assert not stage["blackout"]


def test_a_scene_that_never_comes_keeps_nothing_else_waiting_for_long() -> None:
    prompting, stage = Prompting(SAID, "ink", None), Stage()
    for hop in (12, 55, 65):
        step(prompting, stage, hop, 0.0)
    assert stage["blackout"]
    step(prompting, stage, 67, 6.0)
    assert not stage["blackout"]
    assert stage["overrides"] == {"flow": 0.5, "turn": 1.0}


def test_who_goes_back_finds_the_stage_as_it_was_there() -> None:
    prompting, stage = Prompting(SAID, "ink", "xuan"), Stage()
    for hop in (12, 55, 65):
        step(prompting, stage, hop)
        stage.arrive()
    step(prompting, stage, 66)
    assert stage["palette"] == "storm"
    step(prompting, stage, 30)
    assert stage.asked[-1] == Change("ink")
    assert (stage["blackout"], stage["palette"], stage["brightness"]) == (False, "xuan", 1.0)
    stage.arrive()
    step(prompting, stage, 31)
    assert stage["overrides"] == {"flow": 0.5, "turn": 1.0}
    step(prompting, stage, 3)
    step(prompting, stage, 4)
    assert stage["overrides"] == {}


def test_who_goes_far_ahead_finds_it_so_too() -> None:
    prompting, stage = Prompting(SAID, "ink", None), Stage()
    step(prompting, stage, 0)
    step(prompting, stage, 399)
    assert stage.asked == [Change("silk")]  # a place is gone to at once
    stage.arrive()
    step(prompting, stage, 399)
    assert stage["overrides"] == {"flow": 0.2}
    assert (stage["blackout"], stage["palette"]) == (False, "storm")


@given(st.lists(st.integers(0, 6), max_size=8), st.integers(0, 8))
def test_what_stood_is_what_it_comes_to_in_whatever_pieces_it_is_told(places: list[int], cut: int) -> None:
    lines = [SAID.lines[place] for place in places]
    whole, parts = stood(lines), stood([stood(lines[:cut]), *lines[cut:]])
    assert (whole.hold, dict(whole.masters)) == (parts.hold, dict(parts.masters))
    assert whole.change == parts.change
