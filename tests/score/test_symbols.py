"""The vocabulary says everything that a single staff bears, each thing once."""

from __future__ import annotations

import pytest

from engine.score.symbols import DURATIONS, HIGHEST, SYMBOLS, Note, note_of, numbers


def test_every_symbol_has_a_number_of_its_own_and_zero_is_left_to_the_blank() -> None:
    assert len(set(SYMBOLS)) == len(SYMBOLS)
    assert numbers(SYMBOLS) == list(range(1, len(SYMBOLS) + 1))


def test_every_note_on_the_staff_and_on_three_ledger_lines_is_there() -> None:
    for duration in DURATIONS:
        for position in range(-HIGHEST, HIGHEST + 1):
            symbol = Note(duration, position).symbol
            assert symbol in SYMBOLS
            assert note_of(symbol) == Note(duration, position)


def test_what_is_no_note_is_none() -> None:
    assert [note_of(symbol) for symbol in ("rest.4", "clef.G", "bar", "tie", "time.3/4")] == [None] * 5


def test_what_is_not_in_the_vocabulary_has_no_number() -> None:
    with pytest.raises(KeyError):
        numbers(["note.64.0"])
