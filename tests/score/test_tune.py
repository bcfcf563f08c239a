"""A tune as data: ties, pick-ups, doubts, pages, the order in which bars sound."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings

from engine.score.repeats import played, unrolled
from engine.score.spelling import NATURAL, Key, Spelling, read_key, read_spelling, spelled
from engine.score.tune import Bar, Meter, Note, Tune, joined, read_meter

from .tunes import heard, jasmine, tunes


def _bars(*signs: str) -> list[Bar]:
    """Bars of one quarter. `|:` begins a repeat, `:|` ends one, digits are the passes in which a bar is played."""
    return [
        Bar(
            number + 1,
            Fraction(number),
            Fraction(1),
            None,
            repeat_from="|:" in sign,
            repeat_to=(3 if "x3" in sign else 2) * (":|" in sign),
            endings=tuple(int(digit) for digit in sign.replace("x3", "") if digit.isdigit()),
        )
        for number, sign in enumerate(signs)
    ]


@pytest.mark.parametrize(
    ("signs", "order"),
    [
        (["", "", ""], [0, 1, 2]),
        (["", ":|", ""], [0, 1, 0, 1, 2]),
        (["", "|:", ":|", ""], [0, 1, 2, 1, 2, 3]),
        (["|:", ":|x3", ""], [0, 1, 0, 1, 0, 1, 2]),
        (["|:", "1:|", "2", ""], [0, 1, 0, 2, 3]),
        (["|:", "1:|", "2:|", ""], [0, 1, 0, 2, 3]),
        (["|:", "1", "1:|", "2", "2", ""], [0, 1, 2, 0, 3, 4, 5]),
        (["|:", "12:|", "3", ""], [0, 1, 0, 1, 0, 2, 3]),
        (["|:", "1:|", "", ""], [0, 1, 0, 2, 3]),
        (["", ":|", "", ":|"], [0, 1, 0, 1, 2, 3, 2, 3]),
        (["|:", "1:|", "2", "|:", "1:|", "2"], [0, 1, 0, 2, 3, 4, 3, 5]),
        ([":|"], [0, 0]),
        ([], []),
    ],
)
def test_bars_sound_in_the_order_in_which_a_player_plays_them(signs: list[str], order: list[int]) -> None:
    assert list(played(_bars(*signs))) == order


def test_a_tie_over_a_bar_line_is_one_note_and_the_pick_up_counts() -> None:
    tune = jasmine()
    assert tune.pickup == 2
    assert [bar.number for bar in tune.bars] == list(range(11))
    assert tune.key == Key(2, "major")
    assert str(tune.meter) == "4/4"
    assert (Fraction(24), Fraction(5), 69) in heard(tune)
    assert not tune.doubtful


def test_unrolled_every_repeat_is_written_out_and_ties_go_on_within_them() -> None:
    tune = jasmine()
    long = unrolled(tune)
    order = [0, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 9, 10]
    assert [bar.number for bar in long.bars] == order
    assert long.length == sum((tune.bars[which].length for which in order), Fraction(0))
    assert sum(note.duration == 5 for note in long.notes) == 2
    assert played(long.bars) == tuple(range(len(order)))


@given(tunes)
@settings(max_examples=25, deadline=None)
def test_what_is_played_lasts_as_long_as_its_bars(tune: Tune) -> None:
    long = unrolled(tune)
    assert long.length == sum((tune.bars[which].length for which in played(tune.bars)), Fraction(0))
    assert {note.pitch for note in long.notes} <= {note.pitch for note in tune.notes}


def test_a_note_of_which_its_reader_was_not_sure_makes_its_bar_doubtful() -> None:
    tune = jasmine()
    notes = [replace(note, certainty=0.2) if note.onset == 24 else note for note in tune.notes]
    assert replace(tune, notes=tuple(notes)).doubtful == {6}


def test_a_bar_that_is_too_long_or_too_short_is_doubtful_but_not_at_the_edges() -> None:
    lengths = [1, 4, 3, 4, 5, 2]
    bars, notes, at = [], [], Fraction(0)
    for number, length in enumerate(lengths):
        bars.append(Bar(number, at, Fraction(length), Meter(4, 4)))
        notes.append(Note(at, Fraction(length), None))
        at += length
    assert Tune("treble", tuple(bars), tuple(notes)).doubtful == {2, 4}


def test_pages_of_one_piece_follow_each_other() -> None:
    page = jasmine()
    both = joined([page, page])
    assert both.length == 2 * page.length
    assert [bar.number for bar in both.bars] == [*range(11), *range(11, 22)]
    assert heard(both)[len(heard(page))] == (page.length + 1, Fraction(1, 2), 66)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"clef": "G"}, "clef='G' must be one of treble"),
        ({"tempo": 0.0}, "tempo=0 must be from 1 to 1000"),
        ({"notes": ()}, "notes must last as long as the bars"),
        ({"bars": ()}, "notes must last as long as the bars"),
        ({"notes": (Note(Fraction(1), Fraction(3), None),)}, "notes must join"),
    ],
)
def test_a_tune_that_does_not_hold_together_is_refused(change: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(jasmine(), **change)


def test_pitches_and_keys_are_read_as_people_write_them() -> None:
    assert read_spelling("F#4").midi == 66
    assert read_spelling("bb3") == Spelling("B", -1, 3)
    assert read_spelling("Cb4").midi == 59
    assert read_key("D major") == Key(2, "major")
    assert read_key("F# minor") == Key(3, "minor")
    assert read_key("Bb") == Key(-2)
    assert [Key(2).alter(step) for step in "FCGD"] == [1, 1, 0, 0]
    assert [Key(-2).alter(step) for step in "BEAD"] == [-1, -1, 0, 0]
    assert Key(-3, "minor").name == "C minor"
    assert read_meter("6/8").beat == Fraction(3, 2)
    for wrong in ("H4", "F", "F#####4", "C99"):
        with pytest.raises(ValueError, match="pitch"):
            read_spelling(wrong)
    for wrong in ("H", "D mayor", ""):
        with pytest.raises(ValueError, match="must be a key"):
            read_key(wrong)


def test_a_midi_number_is_spelled_as_its_key_would() -> None:
    for fifths in range(-7, 8):
        for midi in range(24, 108):
            assert spelled(midi, Key(fifths)).midi == midi
    assert [spelled(60 + k, NATURAL).name for k in (1, 3, 6, 8, 10)] == ["C#4", "Eb4", "F#4", "G#4", "Bb4"]
    assert spelled(66, Key(-5)).name == "Gb4"
    assert spelled(59, Key(-7)).name == "Cb4"
