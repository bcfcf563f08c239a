"""The record: sealed, one layout, one list of signals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.frame import GROUPS, HOP, RATE, ROW, SIGNALS, Block, Frame, Numbers, Sound, blank_row


def test_a_block_knows_the_seconds_heard_by_its_end() -> None:
    assert Block(0, np.zeros((HOP, 1), np.float32)).time == HOP / RATE
    assert Block(RATE - 1, np.zeros((HOP, 1), np.float32)).time == HOP


def test_every_double_of_a_row_belongs_to_exactly_one_signal() -> None:
    owners = np.zeros(ROW, int)
    for signal in SIGNALS.values():
        owners[signal.part] += 1
    assert list(owners[:2]) == [0, 0]  # the index and the time
    assert (owners[2:] == 1).all()


def test_signals_are_named_after_their_group_and_field() -> None:
    assert "sound.level" in SIGNALS
    assert SIGNALS["sound.level"] is Sound.level
    assert Sound.level.address == "/monochord/sound/level"
    assert sum(len(group.signals) for group in GROUPS) == len(SIGNALS)


def test_every_signal_says_what_it_means_and_begins_inside_what_it_may_be() -> None:
    for signal in SIGNALS.values():
        assert len(signal.meaning) > 8
        assert signal.span[0] < signal.span[1]
        if signal.bounded:
            assert signal.span[0] <= signal.initial <= signal.span[1]


def test_a_frame_is_sealed_and_does_not_follow_the_row_it_came_from() -> None:
    row = blank_row()
    frame = Frame(row)
    row[Sound.level.start] = -3.0
    assert frame.sound.level == -120.0
    with pytest.raises(ValueError, match="read-only"):
        frame.row[0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        frame.sound.bands[0] = 1.0


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=ROW, max_size=ROW))
def test_a_frame_comes_back_from_its_bytes_bit_for_bit(numbers: list[float]) -> None:
    frame = Frame(np.array(numbers))
    again = Frame(bytes(frame))
    assert bytes(again) == bytes(frame)


def test_a_frame_is_read_by_field_and_by_name_alike() -> None:
    row = np.arange(float(ROW))
    frame = Frame(row)
    assert frame.index == 0
    assert frame.time == 1.0
    for name in frame:
        group, _, field = name.partition(".")
        by_field = getattr(getattr(frame, group), field)
        if isinstance(SIGNALS[name], Numbers):
            assert list(frame[name]) == list(by_field)  # type: ignore[arg-type]  # a list of numbers here
        else:
            assert frame[name] == by_field


def test_bytes_of_another_length_are_no_frame() -> None:
    with pytest.raises(ValueError, match="bytes in layout"):
        Frame(b"\0" * 8)


def test_a_frame_with_musicians_is_the_mixs_with_theirs_behind_it() -> None:
    row = np.arange(3.0 * ROW)
    frame = Frame(row, ("erhu", "drum"))
    assert frame.sound.level == row[Sound.level.start]
    assert frame.of("drum").sound.level == frame["drum.sound.level"] == row[2 * ROW + Sound.level.start]
    assert list(frame["erhu.sound.bands"]) == list(frame.of("erhu").sound.bands)  # type: ignore[arg-type]  # a list of numbers here
    assert len(list(frame)) == 3 * len(SIGNALS)
    assert np.array_equal(Frame(blank_row(2), ("erhu", "drum")).of("erhu").row, blank_row())
    with pytest.raises(ValueError, match="bytes in layout"):
        Frame(row, ("erhu",))
