"""The one door: whatever a stage is told that decides its pictures is written down, with the hop, whoever told it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from engine.frame import HOP, blank_row
from engine.frame_ring import FrameRing
from engine.stage import backdrop as module
from engine.stage.backdrop import Backdrop
from engine.stage.stage_settings import StageSettings
from engine.takes.told import Told
from engine.timing.cues import Change

from .scripted import Scripted


class Show:
    def __init__(self) -> None:
        self.ring = FrameRing()
        self.back = Backdrop(StageSettings(headless=True), "ink", self.ring)
        self.written: list[Told] = []
        self.back.scribe = self.written.append
        self.painter = Scripted.made[-1]
        burst = {"scene": "ink", "inputs": [{"name": "burst", "type": "event"}]}
        self.painter.messages += [{"scene": "ink", "seconds": 0.02, "hop": 0}, {"inputs": burst}]
        self.hear(5)

    def hear(self, hops: int) -> None:
        for _ in range(hops):
            self.ring.push(blank_row(0), np.zeros((HOP, 2), np.float32))

    def painted(self, **message: Any) -> None:
        self.painter.messages.append(message)
        list(self.back.tend(time.monotonic()))


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Iterator[Show]:
    monkeypatch.setattr(module, "Child", Scripted)
    made = Show()
    list(made.back.tend(time.monotonic()))
    yield made
    made.back.close()
    made.ring.memory.close()


def test_the_scene_that_a_show_begins_with_is_no_change(show: Show) -> None:
    assert show.written == []


def test_masters_are_written_down_and_what_only_the_operator_sees_is_not(show: Show) -> None:
    show.back.set(brightness=0.5, panel=False)
    show.back.toggle("full_screen")
    show.back.set(tells_values=True)
    show.hear(2)
    show.back.toggle("blackout")
    show.back.set(palette="storm")
    show.back.watch("silk")
    show.back.tell({"scene": "ink"})
    assert show.written == [
        Told(5, masters={"brightness": 0.5}),
        Told(7, masters={"blackout": True}),
        Told(7, masters={"palette": "storm"}),
    ]


def test_inputs_that_are_held_fired_and_released_are_written_down_with_their_scene(show: Show) -> None:
    show.back.hold({"flow": 0.5, "burst": True})
    show.back.hold({"turn": (0.1, 0.2)})
    show.back.release(["turn", "nothing", "turn"])
    show.back.release()
    show.back.release()  # nothing is held any more
    assert show.written == [
        Told(5, scene="ink", hold={"flow": 0.5, "burst": True}),
        Told(5, scene="ink", hold={"turn": (0.1, 0.2)}),
        Told(5, scene="ink", release=("turn",)),
        Told(5, scene="ink", release=("flow",)),
    ]


def test_a_change_is_written_down_when_it_is_seen_with_the_hop_of_its_first_picture(show: Show) -> None:
    show.back.show(Change("silk", "bleed", 4.0, "bar"))
    show.hear(10)
    assert show.written == []  # it may be refused, and it waits for its bar
    asked = {"scene": "silk", "transition": "bleed", "seconds": 4.0, "when": "bar"}
    show.painted(scene="silk", seconds=0.02, hop=11, change=asked)
    assert show.written == [Told(11, Change("silk", "bleed", 4.0))]
    show.painted(refused="sky", trouble="sky is none")
    show.painted(scene="silk", seconds=0.02, hop=13, change=None)  # a painter that was started again
    assert len(show.written) == 1
    show.painted(scene="ink", seconds=0.02, hop=14, change=None)  # silk has failed: the last good one is back
    assert show.written[1:] == [Told(14, Change("ink"))]
