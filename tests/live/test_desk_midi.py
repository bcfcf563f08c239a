"""The desk and MIDI: lessons that make sense are given on, others refused; another clock leads the beat."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from engine.audio.hearing_settings import HearingSettings
from engine.conductor import Conductor
from engine.control.bad_order import BadOrder
from engine.control.orders import Beat, ForgetMidi, LearnMidi, ReleaseTap
from engine.live.desk import Desk
from engine.settings import Settings
from engine.timing.cues import read_cues


class Pupil:
    """What a desk gives lessons to."""

    def __init__(self) -> None:
        self.heard: list[tuple[object, ...]] = []

    def learn(self, order: str, value: object) -> None:
        self.heard.append((order, value))

    def forget(self, order: str) -> None:
        self.heard.append((order,))


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    cues = read_cues([{"scene": "fallback"}, {"scene": "fallback"}])
    settings = Settings(hearing=HearingSettings(source="tone:220", silent=True), scenes=("fallback",), cues=cues)
    with Conductor(settings, lambda _: None, backdrop=False) as conductor:
        yield conductor.desk


def test_without_a_controller_there_is_no_lesson(desk: Desk) -> None:
    for order in (LearnMidi("/monochord/tap"), ForgetMidi("/monochord/tap")):
        with pytest.raises(BadOrder, match=r"no controller is listened to \(--midi NAME\)"):
            desk.obey(order)


def test_a_lesson_is_given_on_with_its_value_as_the_order_takes_it(desk: Desk) -> None:
    pupil: Any = Pupil()
    desk.learn_by(pupil)
    desk.obey(LearnMidi("/monochord/scene/select", "fallback"))
    desk.obey(LearnMidi("/monochord/cue/select", "2"))
    desk.obey(LearnMidi("/monochord/cue/go"))
    desk.obey(ForgetMidi("/monochord/cue/go"))
    assert pupil.heard == [
        ("/monochord/scene/select", "fallback"),
        ("/monochord/cue/select", 2.0),
        ("/monochord/cue/go", None),
        ("/monochord/cue/go",),
    ]
    for order, why in {
        LearnMidi("/monochord/scene/selekt"): "did you mean",
        LearnMidi("/monochord/midi/learn"): "is none",
        LearnMidi("/monochord/cue/select", "9"): "cue=9 must be",
        LearnMidi("/monochord/cue/select", "two"): "value=two must be a number",
    }.items():
        with pytest.raises(BadOrder, match=why):
            desk.obey(order)
    assert len(pupil.heard) == 4


def test_another_machines_clock_leads_the_beat(desk: Desk) -> None:
    desk.obey(Beat(104.0, time.monotonic()))
    assert desk.present()["/monochord/tempo"][0] == pytest.approx(104.0)
    desk.obey(ReleaseTap())
    assert desk.present()["/monochord/tempo"] == (0.0,)
