"""Symbols mean what a musician takes them for: clef, signature, accidentals, ties, triplets, repeats, endings."""

from __future__ import annotations

from fractions import Fraction

import pytest

from engine.score.reading import tune_of
from engine.score.symbols import Read
from engine.score.tune import Tune


def read(*staves: str, certainty: float = 1.0) -> Tune:
    """The tune of staves, each told as its symbols."""
    return tune_of([[Read(symbol, certainty, 10.0 * k) for k, symbol in enumerate(s.split())] for s in staves])


def names(tune: Tune) -> list[str]:
    return ["rest" if note.spelling is None else note.spelling.name for note in tune.notes]


@pytest.mark.parametrize(("clef", "middle"), [("G", "B4"), ("F", "D3"), ("C", "C4")])
def test_the_clef_says_what_the_middle_line_is(clef: str, middle: str) -> None:
    assert names(read(f"clef.{clef} note.4.0 bar")) == [middle]


def test_the_signature_holds_in_every_octave() -> None:
    assert names(read("clef.G key.2 note.4.-3 note.4.4 note.4.1 bar")) == ["F#4", "F#5", "C#5"]


def test_an_accidental_holds_to_the_bar_line_at_its_own_place() -> None:
    tune = read("clef.G flat note.4.0 note.4.0 note.4.-7 bar note.4.0 bar")
    assert names(tune) == ["Bb4", "Bb4", "B3", "B4"]


def test_a_natural_takes_the_signature_away_until_the_bar_line() -> None:
    assert names(read("clef.G key.-1 natural note.4.0 note.4.0 bar note.4.0 bar")) == ["B4", "B4", "Bb4"]


def test_a_tie_carries_an_accidental_over_the_bar_line_and_makes_one_note() -> None:
    tune = read("clef.G time.4/4 sharp note.1.1 tie bar note.2.1 note.2.1 bar")
    assert names(tune) == ["C#5", "C5"]
    assert [note.duration for note in tune.notes] == [6, 2]


def test_a_tie_goes_on_on_the_next_staff() -> None:
    tune = read("clef.F note.1.2 tie bar", "clef.F note.1.2 bar")
    assert [(note.onset, note.duration) for note in tune.notes] == [(0, 8)]


def test_dots_lengthen_by_half_and_by_three_quarters() -> None:
    tune = read("clef.G note.4.0 dot note.2.1 dot.double rest.8 dot bar")
    assert [note.duration for note in tune.notes] == [Fraction(3, 2), Fraction(7, 2), Fraction(3, 4)]


def test_three_of_a_triplet_last_as_long_as_two() -> None:
    tune = read("clef.G triplet note.8.0 rest.8 note.8.2 triplet.end note.4.0 bar")
    assert [note.onset for note in tune.notes] == [0, Fraction(1, 3), Fraction(2, 3), 1]


def test_a_triplet_may_be_a_long_and_a_short_note() -> None:
    tune = read("clef.G triplet note.4.0 note.8.2 triplet.end bar")
    assert [note.duration for note in tune.notes] == [Fraction(2, 3), Fraction(1, 3)]


def test_a_triplet_whose_begin_was_missed_is_the_last_three_notes() -> None:
    tune = read("clef.G note.4.0 note.8.1 note.8.0 note.8.2 triplet.end bar")
    assert [note.duration for note in tune.notes] == [1, *[Fraction(1, 3)] * 3]


def test_a_triplet_whose_end_was_missed_is_the_next_three_notes() -> None:
    tune = read("clef.G triplet note.8.1 note.8.0 note.8.2 note.4.0 bar")
    assert [note.duration for note in tune.notes] == [*[Fraction(1, 3)] * 3, 1]


def test_a_triplet_with_fewer_than_three_notes_and_no_end_is_none() -> None:
    tune = read("clef.G triplet note.8.1 note.8.0 bar note.4.2 bar")
    assert [note.duration for note in tune.notes] == [Fraction(1, 2), Fraction(1, 2), 1]


def test_repeats_are_written_and_not_played() -> None:
    tune = read("clef.G repeat.start note.1.0 bar note.1.1 repeat.both note.1.2 repeat.end")
    assert [bar.repeat_from for bar in tune.bars] == [True, False, True]
    assert [bar.repeat_to for bar in tune.bars] == [0, 2, 2]
    assert names(tune) == ["B4", "C5", "D5"]


def test_a_repeat_sign_at_the_begin_of_a_staff_is_of_its_first_bar() -> None:
    tune = read("clef.G note.1.0 bar", "clef.G repeat.start note.1.1 repeat.end")
    assert [bar.repeat_from for bar in tune.bars] == [False, True]


def test_a_first_ending_lasts_to_its_repeat_and_a_second_as_long_as_the_first() -> None:
    tune = read(
        "clef.G note.1.0 bar ending.1 note.1.1 bar note.1.2 repeat.end ending.2 note.1.3 bar note.1.4 bar note.1.5 bar"
    )
    assert [bar.endings for bar in tune.bars] == [(), (1,), (1,), (2,), (2,), ()]


def test_a_signature_that_a_later_staff_no_longer_has_is_over() -> None:
    tune = read("clef.G key.1 time.3/4 note.4.4 note.2.4 bar", "clef.G note.2.4 dot bar")
    assert names(tune) == ["F#5", "F#5", "F5"]
    assert [str(bar.meter) for bar in tune.bars] == ["3/4", "3/4"]


def test_common_and_cut_time_are_four_quarters_and_two_halves() -> None:
    assert [str(read(f"clef.G time.{sign} note.1.0 bar").meter) for sign in ("C", "C|")] == ["4/4", "2/2"]


def test_a_bar_goes_on_on_the_next_staff_unless_it_is_full() -> None:
    broken = read("clef.G time.4/4 note.2.0", "clef.G note.2.0 bar")
    missed = read("clef.G time.4/4 note.1.0", "clef.G note.1.0 bar")
    assert len(broken.bars) == 1
    assert len(missed.bars) == 2


def test_a_note_is_as_certain_as_the_least_certain_of_its_symbols() -> None:
    staff = [
        Read("clef.G", 1, 0),
        Read("sharp", 0.7, 1),
        Read("note.4.0", 0.9, 2),
        Read("dot", 0.4, 3),
        Read("bar", 1, 4),
    ]
    assert tune_of([staff]).notes[0].certainty == pytest.approx(0.4)


def test_one_staff_with_a_misread_clef_is_read_in_that_of_the_others() -> None:
    good = [Read("clef.F", 0.99, 0), Read("note.4.0", 1, 9), Read("bar", 1, 20)]
    bad = [Read("clef.G", 0.6, 0), *good[1:]]
    tune = tune_of([good, bad, good])
    assert tune.clef == "bass"
    assert names(tune) == ["D3"] * 3


def test_accidentals_dots_ties_and_ends_without_a_note_do_no_harm() -> None:
    tune = read("dot tie triplet.end sharp bar clef.G dot note.4.0 sharp bar repeat.end ending.2")
    assert names(tune) == ["B4"]
    assert tune.bars[0].repeat_to == 2
