"""Two tunes beside each other: what is right, missed, invented."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.score.comparing import aligned, compare, together
from engine.score.piano_roll import EXTRA, MATCHED, MISSED, piano_roll
from engine.score.plain_text import tune_of_text
from engine.score.tune import Note, Tune, joined

from .tunes import any_tune, jasmine


def _read(notes: str) -> Tune:
    return tune_of_text(f"time: 4/4\n{notes}")


def test_a_tune_is_wholly_itself() -> None:
    found = compare(jasmine(), jasmine())
    assert (found.precision, found.recall, found.f1, found.ser) == (1, 1, 1, 0)
    assert len(found.matched) == len(jasmine().sounding)


@pytest.mark.parametrize(
    ("read", "figures"),
    [
        ("C4 D4 E4 F4", (4, 0, 0, 0)),
        ("C4 D4 F4", (3, 1, 0, 1)),
        ("C4 D4 E4 E4 F4", (4, 0, 1, 1)),
        ("C4 D#4 E4 F4", (3, 1, 1, 1)),
        ("C4 D4_ E4 F4", (3, 1, 1, 1)),
        ("C4 D4 E4 r F4", (4, 0, 0, 1)),
        ("C4 r E4 F4", (3, 1, 0, 1)),
        ("r", (0, 4, 0, 4)),
        ("G4 G4 G4 G4", (0, 4, 4, 4)),
    ],
)
def test_notes_are_right_if_pitch_and_duration_both_are(read: str, figures: tuple[int, int, int, int]) -> None:
    found = compare(_read("C4 D4 E4 F4"), _read(read))
    assert (len(found.matched), len(found.missed), len(found.extra), found.symbol_errors) == figures


def test_of_alike_notes_the_one_at_the_same_time_is_the_one_that_was_read() -> None:
    read = _read("C4 r C4 r C4 r")
    missing = replace(read, notes=tuple(replace(n, spelling=None) if n.onset == 2 else n for n in read.notes))
    found = compare(read, missing)
    assert [note.onset for note in found.missed] == [2]


@cache
def _edits(one: tuple, other: tuple) -> int:
    """Levenshtein's distance, as slow as it is short."""
    if not one or not other:
        return len(one) + len(other)
    change = _edits(one[:-1], other[:-1]) + (one[-1] != other[-1])
    return min(change, _edits(one[:-1], other) + 1, _edits(one, other[:-1]) + 1)


@given(st.integers(0, 1 << 20), st.integers(0, 1 << 20))
@settings(max_examples=25, deadline=None)
def test_the_errors_are_the_fewest_edits(first: int, second: int) -> None:
    one, other = any_tune(first), any_tune(second)
    found = compare(one, other)
    keys = [tuple((note.pitch, note.duration) for note in tune.notes) for tune in (one, other)]
    assert found.symbol_errors == _edits(*keys)
    assert len(found.matched) + len(found.missed) == len(one.sounding)
    assert len(found.matched) + len(found.extra) == len(other.sounding)


def test_a_long_piece_of_which_a_page_is_missing_is_still_aligned() -> None:
    long = joined([jasmine()] * 30)
    cut = joined([jasmine()] * 24)
    found = compare(long, cut)
    assert found.precision == 1
    assert found.recall == pytest.approx(24 / 30)
    assert together([found, found]).f1 == found.f1


def test_a_page_beside_an_opera_takes_a_byte_for_a_pair_of_notes_that_may_meet() -> None:
    opera = joined([jasmine()] * 60).notes
    page = opera[: len(opera) // 10]
    tracemalloc.start()
    try:
        steps = aligned(page, opera)
        taken = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sum(here is not None and there is not None for here, there in steps) == len(page)
    assert taken < 2 * len(page) * len(opera) + 1000 * len(opera)


def test_the_alignment_takes_each_note_once_and_in_order() -> None:
    notes = [Note(Fraction(k), Fraction(1), None) for k in range(5)]
    steps = aligned(notes, notes[:3])
    assert [a for a, _ in steps if a is not None] == [0, 1, 2, 3, 4]
    assert [b for _, b in steps if b is not None] == [0, 1, 2]


def test_nothing_beside_nothing_is_right() -> None:
    silence = _read("r")
    assert compare(silence, silence).f1 == 1


def test_the_piano_roll_shows_matched_missed_and_extra_in_three_colours() -> None:
    true, read = _read("C4 D4 E4 F4 | G4 A4 B4 C5"), _read("C4 D4 E4 F#4 | G4 A4 C5")
    picture = np.asarray(piano_roll(true, compare(true, read)))
    bare = np.asarray(piano_roll(true, compare(true, true)))

    def count(pixels: np.ndarray, color: str) -> int:
        return int((np.abs(pixels[118:].astype(int) - list(bytes.fromhex(color[1:]))).max(axis=2) < 8).sum())

    assert all(count(picture, color) > 40 for color in (MATCHED, MISSED, EXTRA))
    assert count(bare, MATCHED) > count(picture, MATCHED)
    assert count(bare, MISSED) == count(bare, EXTRA) == 0
