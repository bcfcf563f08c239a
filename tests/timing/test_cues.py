"""Cues: each comes once, when what it waits for has come, and a hand may go its own way among them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from engine.errors import BadSetting
from engine.frame import SIGNALS, Row, blank_row
from engine.timing.cues import Change, CueList, Downbeat, read_cues

TABLE: list[dict[str, Any]] = [
    {"scene": "ink", "at": 2.0, "transition": "bleed", "seconds": 4},
    {"scene": "strings", "onsets": 12, "when": "beat"},
    {"scene": "mountains", "key": "1"},
    {"scene": "ink", "piece": 60},
    {"scene": "strings", "key": "1", "name": "finale"},
]


def scenes(cues: CueList, *moments: dict[str, float]) -> list[str | None]:
    return [cue.title if (cue := cues.step(moment)) else None for moment in moments]


@pytest.fixture
def cues() -> CueList:
    return CueList(read_cues(TABLE))


def test_a_cue_says_where_to_and_how(cues: CueList) -> None:
    assert cues.cues[0].change == Change("ink", "bleed", 4.0, "now")
    assert cues.cues[1].change == Change("strings", "cut", 0.0, "beat")
    assert read_cues([{"scene": "ink", "transition": "fade"}])[0].change.seconds == 2.0


def test_a_cue_by_time_comes_once_when_its_second_is_reached(cues: CueList) -> None:
    times = [{"at": time} for time in (0.0, 1.99, 2.0, 2.01, 9.0)]
    assert scenes(cues, *times) == [None, None, "ink", None, None]


def test_a_cue_by_onsets_waits_for_the_count(cues: CueList) -> None:
    assert scenes(cues, *({"onsets": count} for count in (0, 11, 14, 15))) == [None, None, "strings", None]


def test_after_a_jump_over_several_cues_only_the_last_of_them_comes(cues: CueList) -> None:
    assert scenes(cues, {"at": 70.0, "piece": 70.0, "onsets": 40}) == ["ink"]
    assert cues.at == 3


def test_going_back_in_the_piece_makes_its_cues_wait_again(cues: CueList) -> None:
    assert scenes(cues, *({"piece": at} for at in (59, 61, 30, 61))) == [None, "ink", None, "ink"]


def test_what_is_no_number_is_not_heard(cues: CueList) -> None:
    assert scenes(cues, *({"at": time} for time in (math.nan, math.inf, 2.5))) == [None, None, "ink"]


def test_a_word_goes_to_the_next_cue_that_waits_for_it_and_round_again(cues: CueList) -> None:
    found = [cues.say("key", "1") for _ in range(3)]
    assert [cue.title if cue else None for cue in found] == ["mountains", "finale", "mountains"]
    assert cues.say("key", "2") is None


def test_a_hand_goes_forward_and_back_and_stops_at_the_ends(cues: CueList) -> None:
    assert cues.upcoming is not None
    assert cues.upcoming.title == "ink"
    walked = [cue.title if (cue := cues.go(step)) else None for step in (-1, 1, 1, -1, -1)]
    assert walked == [None, "ink", "strings", "ink", None]
    for _ in range(9):
        cues.go(1)
    assert cues.at == 4
    assert cues.upcoming is None


def test_reset_is_as_good_as_new(cues: CueList) -> None:
    before = scenes(cues, {"at": 3.0})
    cues.reset()
    assert cues.at == -1
    assert scenes(cues, {"at": 3.0}) == before


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({}, "cues[1]: scene=None must name a scene"),
        ({"scene": "ink", "att": 3}, "cues[1]: has no key att"),
        ({"scene": "ink", "at": 3, "key": "1"}, "waits for at and key (choose one)"),
        ({"scene": "ink", "at": -1}, "at=-1 must be a number, 0 or more"),
        ({"scene": "ink", "at": math.inf}, "at=inf"),
        ({"scene": "ink", "at": 10**400}, "must be a number"),
        ({"scene": "ink", "at": True}, "at=True"),
        ({"scene": "ink", "key": "q"}, "key='q' must be one of the keys 0 to 9"),
        ({"scene": "ink", "when": "soon"}, "when='soon' is none"),
        ({"scene": "ink", "seconds": 1e9}, "seconds=1000000000.0 must be 0 to 600"),
        ({"scene": "ink", "transition": 3}, "transition=3 must name a transition"),
        ({"scene": "ink", "name": 3}, "name=3 must be text"),
    ],
)
def test_what_is_no_cue_is_refused_in_one_line(table: dict[str, Any], message: str) -> None:
    with pytest.raises(BadSetting) as refused:
        read_cues([table])
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def row(time: float, beats: int, *, bar: int = 0, sure: float = 1.0) -> Row:
    made = blank_row()
    made[1] = time
    for name, value in {"beats": beats, "bar": bar, "confidence": sure}.items():
        made[SIGNALS[f"rhythm.{name}"].start] = value
    return made


def test_a_change_waits_for_the_beat_or_for_the_first_of_the_bar() -> None:
    rows = [row(time, int(time), bar=1 + int(time) % 4) for time in np.arange(5.0, 10.0, 0.25)]
    for when, expected in (("now", 5.0), ("beat", 6.0), ("bar", 8.0)):
        downbeat = Downbeat(when)
        assert next(one[1] for one in rows if downbeat.step(one)) == expected


def test_where_no_bar_is_known_any_beat_will_do_and_without_a_beat_it_comes_at_once() -> None:
    bar = Downbeat("bar")
    assert [bar.step(row(time, beats)) for time, beats in ((1.0, 3), (1.4, 3), (1.6, 4))] == [False, False, True]
    assert Downbeat("beat").step(row(1.0, 3, sure=0.2))


def test_nobody_waits_for_a_beat_for_ever() -> None:
    downbeat = Downbeat("beat")
    assert not downbeat.step(row(1.0, 3))
    assert not downbeat.step(row(8.9, 3))
    assert downbeat.step(row(9.1, 3))
    with pytest.raises(BadSetting, match="when='tomorrow' is none"):
        Downbeat("tomorrow")


def test_a_hand_may_go_to_any_cue_by_its_place() -> None:
    cues = CueList(read_cues([{"scene": "a"}, {"scene": "b"}, {"scene": "c"}]))
    assert [cue.title if (cue := cues.select(place)) else None for place in (2, 0, 3, -1)] == ["c", "a", None, None]
    assert cues.at == 0
