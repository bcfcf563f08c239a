"""Cues by bar, beat and section: once, early enough, and again on a repeat."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import BadSetting
from engine.score.cueing import ScoreCues, check_places
from engine.score.plain_text import tune_of_text
from engine.score.timeline import timeline
from engine.timing.cues import CueList, ScorePlace, read_cues
from tests.score.playing import melody, score_of
from tests.score.test_timeline import TWICE

SCORE = score_of(melody(64), sections={5: "Coda"})  # 16 bars of four quarters


def cue(**more: Any) -> dict[str, Any]:
    return {"scene": "ink", **more}


def due(cues: ScoreCues, *beats: float, tempo: float = 120.0) -> list[int | None]:
    found = [cues.step(beat, tempo) for beat in beats]
    return [one and one[0] for one in found]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("bar 17", ScorePlace(17)),
        ("Bar 17 beat 3", ScorePlace(17, 3.0)),
        ("bar 4 beat 2.5", ScorePlace(4, 2.5)),
        ("section B minor", ScorePlace(section="B minor")),
    ],
)
def test_a_place_is_read_as_a_person_says_it(text: str, place: ScorePlace) -> None:
    assert read_cues([cue(at=text)])[0].place == place
    assert read_cues([cue(at=str(place))])[0].place == place


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (cue(at="at the end"), 'at=.at the end. must be seconds, or a place in the score: "bar 17"'),
        (cue(at="bar 3 beat 0.5"), "names no beat"),
        (cue(at="bar 3", onsets=4), "waits for at and onsets"),
        (cue(at="bar 3", transition="fade", beats=0), "beats=0 must be above 0"),
        (cue(at="bar 3", beats=4), "beats=4 last a transition"),
        (cue(at="bar 3", transition="fade", beats=4, seconds=2), "beats=4 last a transition"),
        (cue(at=3, transition="fade", beats=4), "beats=4 are counted in a score"),
    ],
)
def test_what_is_no_place_is_refused_in_one_line(table: dict[str, Any], why: str) -> None:
    with pytest.raises(BadSetting, match=why) as refused:
        read_cues([table])
    assert "\n" not in str(refused.value)


def test_a_place_needs_a_score_and_must_be_in_it() -> None:
    with pytest.raises(BadSetting, match=r"cues\[1\]: at='bar 3' needs a score to follow \(--score FILE\)"):
        check_places(read_cues([cue(at="bar 3")]), None)
    with pytest.raises(BadSetting, match=r"cues\[2\]: at='bar 17' is not in the score \(its bars are 1 to 16\)"):
        check_places(read_cues([cue(at="bar 3"), cue(at="bar 17")]), SCORE)
    with pytest.raises(BadSetting, match=r"at='section B' is not in the score \(Coda\)"):
        check_places(read_cues([cue(at="section B")]), SCORE)
    check_places(read_cues([cue(at="section coda"), cue(at=12)]), SCORE)


def test_a_cut_comes_when_its_place_is_reached_and_once() -> None:
    cues = ScoreCues(read_cues([cue(at="bar 3 beat 2")]), SCORE)
    assert due(cues, 0.0, 8.9, 9.0, 8.95, 9.1, 20.0) == [None, None, 0, None, None, None]


def test_a_transition_begins_so_early_that_it_ends_at_its_place() -> None:
    table = read_cues([cue(at="bar 3", transition="fade", seconds=2), cue(at="bar 6", transition="fade", beats=4)])
    cues = ScoreCues(table, SCORE)
    assert due(cues, 3.9, 4.1) == [None, 0]  # 2 s at 120 a minute are four quarters
    assert due(cues, 15.9, tempo=60.0) == [None]
    assert cues.step(16.1, 60.0) == (1, 4.0)
    assert CueList(table).select(1, 4.0).change.seconds == 4.0  # type: ignore[union-attr]  # it is there


def test_a_cue_waits_again_when_the_player_goes_back() -> None:
    cues = ScoreCues(read_cues([cue(at="bar 3")]), SCORE)
    assert due(cues, 7.9, 8.0, 7.8, 8.1, 2.0, 7.9, 8.0) == [None, 0, None, None, None, None, 0]


def test_a_cue_comes_each_time_that_a_repeat_plays_its_bar() -> None:
    score = timeline(tune_of_text(TWICE))
    cues = ScoreCues(read_cues([cue(at="bar 2")]), score)
    assert due(cues, *(0.5 * k for k in range(16))).count(0) == 2


def test_after_bars_were_left_out_only_the_last_cue_of_them_comes() -> None:
    cues = ScoreCues(read_cues([cue(at="bar 5"), cue(at="bar 3"), cue(at="bar 9")]), SCORE)
    assert due(cues, 0.0, 20.0, 20.1, 33.0) == [None, 0, None, 2]


def test_the_first_bar_waits_for_the_first_note_and_comes_again_after_a_reset() -> None:
    cues = ScoreCues(read_cues([cue(at="bar 1", transition="fade")]), SCORE)
    assert due(cues, 0.0, 0.0, 0.01, 0.5) == [None, None, 0, None]
    cues.reset()
    assert due(cues, 0.2) == [0]
