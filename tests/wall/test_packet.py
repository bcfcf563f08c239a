"""What goes over the network comes out as it went in, and nothing else comes out at all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.frame import HOP, ROW, blank_row
from engine.wall import packet
from engine.wall.packet import (
    LARGEST,
    Foreign,
    Head,
    Hop,
    Kind,
    Times,
    WrongVersion,
    pack_hop,
    pack_sound,
    pack_state,
    pack_times,
    unpack,
)

numbers = st.floats(allow_nan=False, allow_infinity=False)
SILENCE = np.zeros((HOP, 2), np.float32)


def hops(newest: int, count: int, musicians: int = 0, seed: int = 0, share: float = 0.4) -> list[Hop]:
    """The newest first; from hop to hop that share of the numbers changes."""
    random = np.random.default_rng(seed)
    row = random.normal(0, 100, ROW * (1 + musicians))
    made = []
    for index in range(newest - count + 1, newest + 1):
        row = np.where(random.random(row.size) < share, random.normal(0, 100, row.size), row)
        row.reshape(-1, ROW)[:, 0] = index
        made.insert(0, Hop(row.copy(), 100.0 + index * HOP / 48_000, 0.04))
    return made


@settings(max_examples=60, deadline=None)
@given(
    newest=st.integers(-1, 2**39),
    count=st.integers(1, 5),
    musicians=st.integers(0, 4),
    seed=st.integers(0, 9),
    share=st.floats(0, 1),
    show=st.integers(0, 2**64 - 1),
)
def test_hops_come_out_as_they_went_in(
    newest: int, count: int, musicians: int, seed: int, share: float, show: int
) -> None:
    sent = hops(max(newest, count - 2), count, musicians, seed, share)
    data = pack_hop(Head(show, musicians), sent)
    came = unpack(data)
    assert came.head == Head(show, musicians)
    assert 1 <= len(came.hops) <= count
    assert came.hops[0].row.tobytes() == sent[0].row.tobytes()
    for one, other in zip(came.hops, sent, strict=False):
        assert one.row[:2].tobytes() == other.row[:2].tobytes()
        assert one.row == pytest.approx(other.row, rel=1e-6)
        assert (one.index, one.delivered, one.delay) == (other.index, other.delivered, other.delay)
    assert len(data) <= max(LARGEST, len(pack_hop(Head(show, musicians), sent[:1])))


@given(value=numbers)
def test_every_number_that_is_one_survives(value: float) -> None:
    before, row = blank_row(), blank_row()
    before[0], row[0], row[5], row[6] = 7, 8, value, -0.0
    came = unpack(pack_hop(Head(1), [Hop(row, 1.0, 0.0), Hop(before, 0.9, 0.0)]))
    assert [hop.row.tobytes() for hop in came.hops] == [row.tobytes(), before.tobytes()]


@given(value=numbers)
def test_of_the_hop_before_every_number_that_is_one_is_one(value: float) -> None:
    before, row = blank_row(), blank_row()
    before[0], row[0], before[5] = 7, 8, value
    came = unpack(pack_hop(Head(1), [Hop(row, 1.0, 0.0), Hop(before, 0.9, 0.0)]))
    assert came.hops[1].row[5] == pytest.approx(np.clip(value, -3e38, 3e38), rel=1e-6, abs=1e-38)


def test_a_datagram_of_music_carries_the_hop_before() -> None:
    """A real row changes in some six numbers of ten from hop to hop."""
    data = pack_hop(Head(1), hops(10, 3, share=0.61))
    assert len(unpack(data).hops) == 2
    assert len(data) <= LARGEST


def test_hops_that_do_not_follow_each_other_do_not_travel_together() -> None:
    first, second = hops(10, 1)[0], hops(7, 1)[0]
    assert [hop.index for hop in unpack(pack_hop(Head(1), [first, second])).hops] == [10]


@pytest.mark.parametrize("level", [0.0, 1e-4, 0.3, 1.0, 7.5])
def test_sound_comes_out_within_16_bits_and_that_before_within_8(level: float) -> None:
    random = np.random.default_rng(1)
    now, before = (random.uniform(-level, level, (HOP, 2)).astype(np.float32) for _ in range(2))
    data = pack_sound(Head(3), 12, now, before)
    sound = unpack(data).sound
    assert sound is not None
    assert sound.index == 12
    assert np.abs(sound.samples - now).max() <= max(level, 1.0) / 32767
    assert np.abs(sound.spare - before.mean(axis=1)).max() <= level / 127 + 1e-6
    assert len(data) <= LARGEST


def test_questions_and_answers_come_out_as_they_went_in() -> None:
    assert unpack(pack_times(Head(3), Kind.ASK, Times(1.5))).question == Times(1.5)
    assert unpack(pack_times(Head(3), Kind.ANSWER, Times(1.5, 2.5, 3.5))).answer == Times(1.5, 2.5, 3.5)
    assert unpack(pack_state(Head(3), b"{}")).state == b"{}"


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=2000))
def test_what_is_no_datagram_is_foreign(data: bytes) -> None:
    with pytest.raises(Foreign):
        unpack(data)


GOOD = [
    pack_hop(Head(1), hops(10, 2)),
    pack_hop(Head(1, 2), hops(10, 2, 2)),
    pack_sound(Head(1), 3, SILENCE, SILENCE),
    pack_times(Head(1), Kind.ASK, Times(1.0)),
]


@settings(max_examples=400, deadline=None)
@given(good=st.sampled_from(GOOD), at=st.integers(0, 2000), byte=st.integers(0, 255), cut=st.integers(0, 2000))
def test_a_broken_datagram_is_foreign_or_all_its_numbers_are_finite(good: bytes, at: int, byte: int, cut: int) -> None:
    data = bytearray(good)
    data[at % len(data)] = byte
    try:
        came = unpack(bytes(data[: max(len(data) - cut, 0)] if cut < len(data) // 2 else data))
    except Foreign:
        return
    for hop in came.hops:
        assert np.isfinite(hop.row).all()
        assert np.isfinite([hop.delivered, hop.delay]).all()
    if came.sound is not None:
        assert np.isfinite(came.sound.samples).all()
        assert np.isfinite(came.sound.spare).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_row_with_what_is_no_number_is_foreign(bad: float) -> None:
    hop = hops(4, 1)[0]
    hop.row[17] = bad
    with pytest.raises(Foreign, match="no number"):
        unpack(pack_hop(Head(1), [hop]))
    with pytest.raises(Foreign):
        unpack(pack_hop(Head(1), [Hop(hops(4, 1)[0].row, bad, 0.0)]))


def test_another_version_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packet, "_LAYOUT", bytes(8))
    data = pack_hop(Head(1), hops(4, 1))
    monkeypatch.undo()
    with pytest.raises(WrongVersion, match=r"protocol 2, signals 00000000; here 2, [0-9a-f]{8}"):
        unpack(data)
