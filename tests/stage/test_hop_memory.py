"""What was heard hop by hop: each hop's sound and signals where they belong, once, whatever comes in between."""

from __future__ import annotations

import numpy as np

from engine.frame import HOP, blank_row
from engine.stage.hop_memory import HopMemory

SIZE = 32
COLUMNS = np.array([0, 1])


def rows(begin: int, end: int) -> np.ndarray:
    found = np.tile(blank_row(), (end - begin, 1))
    found[:, 0] = np.arange(begin, end)
    found[:, 1] = -found[:, 0]
    return found


def sound(begin: int, end: int) -> np.ndarray:
    """Every hop is made of its number."""
    return np.repeat(np.arange(begin, end), HOP)[:, np.newaxis].astype(np.float32) * np.ones(2, np.float32)


def told(memory: HopMemory, hop: int, hops: int) -> list[int]:
    """The sound up to a hop, a number a hop."""
    found = memory.sound(hop, hops * HOP).reshape(hops, HOP)
    assert (found == found[:, :1]).all()
    return found[:, 0].astype(int).tolist()


def test_any_split_is_the_same_and_hops_that_were_heard_are_passed_over() -> None:
    memory = HopMemory(SIZE, COLUMNS)
    for begin, end in ((0, 3), (1, 4), (4, 5), (2, 12)):
        memory.step(rows(begin, end), sound(max(begin - 3, 0), end))
    assert memory.newest == 11
    assert told(memory, 11, 12) == list(range(12))
    assert memory.values(np.arange(12))[:, 1].tolist() == [-float(hop) for hop in range(12)]


def test_the_sound_before_the_first_row_is_kept_as_far_as_a_window_reaches() -> None:
    memory = HopMemory(SIZE, COLUMNS)
    memory.step(rows(20, 21), sound(5, 21))
    assert told(memory, 20, 10) == [0, 0, *range(13, 21)]
    assert memory.has(np.arange(19, 22)).tolist() == [False, True, False]


def test_what_is_too_old_or_was_never_heard_is_silence() -> None:
    memory = HopMemory(SIZE, COLUMNS)
    memory.step(rows(0, 10), sound(0, 10))
    memory.step(rows(30, 42), sound(34, 42))
    assert told(memory, 9, 2) == [0, 0]  # another hop lies in its place
    assert told(memory, 42, 4) == [39, 40, 41, 0]
    assert told(memory, 35, 3) == [0, 34, 35]
    assert told(memory, 2, 5) == [0, 0, 0, 1, 0]
    assert memory.has(np.array([9, 10, 29, 30, 41])).tolist() == [False, False, False, True, True]


def test_it_holds_no_more_than_its_size_and_reset_is_as_good_as_new() -> None:
    memory = HopMemory(SIZE, COLUMNS)
    memory.step(rows(0, 100), sound(0, 100))
    assert told(memory, 99, SIZE) == list(range(100 - SIZE, 100))
    assert memory.has(np.arange(100)).sum() == SIZE
    memory.reset()
    assert not memory.has(np.arange(100)).any()
    assert not memory.sound(99, 4 * HOP).any()
    memory.step(rows(0, 2), sound(0, 2))
    assert told(memory, 1, 2) == [0, 1]


def test_channels_are_one_and_what_is_no_number_is_silence() -> None:
    memory = HopMemory(SIZE, COLUMNS)
    wild = np.tile(np.array([[0.5, -0.25], [np.nan, 1.0], [np.inf, -np.inf], [1e30, 1e30]], np.float32), (HOP // 4, 1))
    memory.step(rows(0, 1), wild)
    assert memory.sound(0, 4).tolist() == [0.125, 0.0, 0.0, 1e6]
