"""The page that is played from, as shaders read it: tiles, a table of notes, and whose each part of a line is."""

from __future__ import annotations

import numpy as np
import pytest

from engine.stage.history import History
from engine.stage.score_page import LARGEST, MOST, ROW, ScorePage, joined


def page(notes: list[tuple[float, int]], lines: int = 2, across: int = 1) -> ScorePage:
    """Notes at (x, line), a tenth of a line wide, on tiles of 8 × 40 pixels."""
    table = np.array([(x, 0.5, line, 0.9, 0.1, 0.2, number, 1.0) for number, (x, line) in enumerate(notes)], np.float32)
    ink = np.arange(8 * -(-lines // across) * 40 * across, dtype=np.uint8).reshape(-1, 40 * across)
    return ScorePage(ink, lines, across, table)


def test_a_part_of_a_line_belongs_to_the_note_on_it_until_the_next_begins() -> None:
    found = page([(0.2, 0), (0.6, 0), (0.5, 1)]).stretches
    assert found.shape == (2, 512, 4)
    at = [int(512 * x) for x in (0.0, 0.1, 0.13, 0.5, 0.52, 0.53, 0.99)]
    assert found[0, at, 0].tolist() == [1, 1, 1, 1, 1, 2, 2]
    assert found[0, at[3], 1:3].tolist() == pytest.approx([0.125, 0.525])
    assert found[0, -1, 1:3].tolist() == pytest.approx([0.525, 1.0])
    assert (found[1, :, 0] == 3).all()


def test_a_heading_is_nobodys_and_a_line_of_rests_goes_on_with_the_note_before() -> None:
    found = page([(0.5, 1), (0.5, 3)], lines=4).stretches
    assert [set(line[:, 0].tolist()) for line in found] == [{0.0}, {1.0}, {1.0}, {2.0}]


def test_every_note_is_in_the_table_under_its_number() -> None:
    notes = [(0.5, number % 7) for number in range(2 * ROW + 5)]
    one = page(notes, lines=7, across=2)
    table = one.table.reshape(-1, 4)
    assert one.table.shape == (3, 2 * ROW, 4)
    assert table[0].tolist() == [7, 2, 4, 5]
    assert table[1, :2].tolist() == [len(notes), 1]
    for number in (1, 2, ROW, 2 * ROW, len(notes)):
        assert np.array_equal(table[2 * number : 2 * number + 2].ravel(), one.notes[number - 1])


def test_a_score_of_any_length_takes_no_more_room_than_there_is() -> None:
    one = page([(0.5, 0)] * (MOST + 500))
    assert one.table.shape == (64, 2 * ROW, 4)
    assert one.table.reshape(-1, 4)[1, 0] == MOST
    assert one.stretches[..., 0].max() <= MOST
    assert LARGEST == 4096


def test_another_process_finds_the_same_page() -> None:
    one = page([(0.2, 0), (0.6, 1)], lines=3, across=2)
    memory = one.shared()
    try:
        other = joined(memory.fd, memory.size)
        assert np.array_equal(other.ink, one.ink)
        assert np.array_equal(other.notes, one.notes)
        assert (other.lines, other.across) == (3, 2)
    finally:
        memory.close()


def test_the_history_has_the_page_and_is_clear_without_one() -> None:
    one = page([(0.2, 0)])
    history = History(page=one)
    assert np.array_equal(history.still("scorePage")[::-1, :, 0], one.ink)
    assert np.array_equal(history.still("scoreNotes"), one.table)
    assert np.array_equal(history.still("scoreLines"), one.stretches)
    for name in ("scorePage", "scoreNotes", "scoreLines"):
        assert not History().still(name).any()
