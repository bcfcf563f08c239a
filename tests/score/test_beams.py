"""Beams join the short notes of a beat, and no others."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from engine.score.beams import BACKWARD, BEGIN, END, FORWARD, ON, beamed
from engine.score.plain_text import tune_of_text
from engine.score.tune import Tune
from engine.score.written import bars_of_tune

from .tunes import tunes


def groups(text: str, time: str = "4/4") -> list[str]:
    """Of each bar, its signs as letters: b begins a beam, - goes on with it, e ends it, . has none."""
    letters = {(): ".", BEGIN: "b", ON: "-", END: "e"}
    bars = bars_of_tune(tune_of_text(f"key: 1=C\ntime: {time}\n{text}\n"))
    return ["".join(letters[beams[0] if beams else ()] for beams in bar) for bar in beamed(bars)]


@pytest.mark.parametrize(
    ("time", "text", "beams"),
    [
        pytest.param("4/4", "1: 1_ 2_ 3_ 4_ 5 6_ 7_", "bebe.be", id="eighths by the quarter"),
        pytest.param("4/4", "1: 1__ 2__ 3_ 4_. 5__ 6_ 0_ 7__ 7__ 6_", "b-ebe..b-e", id="not over a rest"),
        pytest.param("4/4", "1: 1_ 2 3_ 4 5", ".....", id="not over a beat"),
        pytest.param("6/8", "1: 1_ 2_ 3_ 4_ 5_ 6_", "b-eb-e", id="by the dotted quarter"),
        pytest.param("3/8", "1: 1_ 2_ 3_", "b-e", id="all of a short bar"),
        pytest.param("2/2", "1: 1_ 2_ 3_ 4_ 5_ 6_ 7_ 1_", "b--eb--e", id="by the half"),
        pytest.param("4/4", "1: (3 1_ 2_ 3_ ) (3 1 2 3 ) 1", "b-e....", id="a triplet of eighths, not of quarters"),
    ],
)
def test_short_notes_are_joined_within_a_beat(time: str, text: str, beams: str) -> None:
    assert groups(f"{text} |", time) == [beams]


def test_a_pick_up_and_the_second_half_of_a_bar_are_joined_as_their_beats_lie() -> None:
    assert groups("0: 3__ 1_ 2_ |\n1: 1 2 3 |\n2: 1 2 3_ :|\n2: 4_ 5_ 6_ |") == [".be", "...", "...", ".be"]


def test_a_dotted_rhythm_has_a_hook_towards_its_longer_note() -> None:
    (first,) = beamed(bars_of_tune(tune_of_text("key: 1=C\ntime: 2/4\n1: 1_. 2__ 3__ 4_. |\n")))
    assert first == [(BEGIN,), (END, BACKWARD), (BEGIN, FORWARD), (END,)]


@settings(max_examples=25, deadline=None)
@given(tunes)
def test_every_beam_that_begins_ends_in_its_bar(tune: Tune) -> None:
    for bar in beamed(bars_of_tune(tune)):
        for level in range(8):
            inside = False
            for does in (beams[level] if len(beams) > level else "" for beams in bar):
                assert (does in (ON, END)) == inside
                inside = does in (BEGIN, ON)
            assert not inside
