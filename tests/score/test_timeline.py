"""A tune with its repeats played, as numbers."""

from __future__ import annotations

import pytest

from engine.score.plain_text import tune_of_text
from engine.score.timeline import timeline
from tests.score.tunes import jasmine

TWICE = """
key: 1=C
time: 2/4
1: "A" |: 1 2 | 3 4 :| "B" 5 6 | 7 0 |
"""


def test_repeats_are_played_and_every_note_knows_which_of_the_page_it_is() -> None:
    score = timeline(tune_of_text(TWICE))
    assert score.onsets.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert score.written.tolist() == [1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7]
    assert score.numbers.tolist() == [1, 2, 1, 2, 3, 4]
    assert score.end == 12


def test_a_bar_that_is_played_twice_has_two_places_and_a_section_begins_each_time() -> None:
    score = timeline(tune_of_text(TWICE))
    assert score.places(2) == [2, 6]
    assert score.places(2, 2.0) == [3, 7]
    assert score.places(9) == []
    assert score.starts("a") == [0, 4]
    assert score.starts("B") == [8]
    assert score.starts("C") == []
    assert score.doors.tolist() == [0, 4, 8]


def test_a_moment_lies_in_a_bar_and_after_a_note() -> None:
    score = timeline(tune_of_text(TWICE))
    assert [score.bar_at(quarter) for quarter in (0, 1.9, 2, 5, 11.9, 99)] == [0, 0, 1, 2, 5, 5]
    assert [score.note_at(quarter) for quarter in (-0.1, 0, 0.9, 1, 11.9)] == [-1, 0, 0, 1, 10]


def test_notes_that_are_played_do_not_overlap_and_ties_over_bar_lines_are_one_note() -> None:
    tune = jasmine()
    score = timeline(tune)
    assert (score.onsets[1:] >= (score.onsets + score.lengths)[:-1] - 1e-9).all()
    assert score.written.max() == len(tune.sounding)
    assert score.tempo == 84
    assert 2.0 + 3.0 in score.lengths  # tied over the bar line


def test_a_score_without_a_note_cannot_be_followed() -> None:
    with pytest.raises(ValueError, match="no notes to follow"):
        timeline(tune_of_text("time: 4/4\n1: 0 0 0 0 |"))
