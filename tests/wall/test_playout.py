"""Playout: whatever the network does to hops, they go on in order, when they are due, and no event is counted back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.frame import HOP, RATE, ROW, SIGNALS, Frame, Samples, blank_row
from engine.wall.packet import Hop, Sound
from engine.wall.playout import MOST_AHEAD, Due, Playout, calmed

ONSETS = SIGNALS["rhythm.onsets"].start
SECONDS = HOP / RATE


def hop(index: int, delay: float = 0.0, musicians: int = 0) -> Hop:
    row = blank_row(musicians)
    row.reshape(-1, ROW)[:, 0], row.reshape(-1, ROW)[:, 1] = index, (index + 1) * SECONDS
    row[ONSETS] = index // 3
    return Hop(row, index * SECONDS, delay)


def tone(index: int) -> Samples:
    return np.full((HOP, 2), (index % 50) / 100, np.float32)


def sound(index: int) -> Sound:
    return Sound(index, tone(index), tone(index - 1)[:, 0])


def indices(dues: list[Due]) -> list[int]:
    return [int(due.row[0]) for due in dues]


def test_a_hop_goes_on_when_it_is_due_and_no_earlier() -> None:
    playout = Playout()
    playout.hear(hop(10, delay=0.05), now=0.06)
    assert playout.next_due == pytest.approx(10 * SECONDS + 0.05)
    assert list(playout.due(10 * SECONDS + 0.049)) == []
    assert indices(list(playout.due(10 * SECONDS + 0.051))) == [10]
    assert playout.next_due is None


@settings(max_examples=80, deadline=None)
@given(
    order=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)), max_size=120),
    delay=st.sampled_from([0.0, 0.02, 0.1]),
)
def test_lost_doubled_and_reordered_hops_come_out_in_order_and_counters_never_fall(
    order: list[tuple[int, int]], delay: float
) -> None:
    playout, out = Playout(), list[Due]()
    for index, late in order:  # any hop, any number of times, whenever
        now = (index + late) * SECONDS
        playout.hear(hop(index, delay), now)
        playout.hear_sound(sound(index))
        out += playout.due(now)
    out += playout.due(1e9)
    seen = indices(out)
    assert seen == sorted(set(seen))
    assert seen == list(range(seen[0], seen[-1] + 1)) if seen else True
    onsets = [due.row[ONSETS] for due in out]
    assert onsets == sorted(onsets)
    assert all(due.row[1] == pytest.approx((due.row[0] + 1) * SECONDS) for due in out)


def test_a_lost_hop_is_as_the_one_before_with_the_sound_that_the_next_one_brings() -> None:
    playout = Playout()
    for index in (0, 1, 3):
        playout.hear_sound(sound(index))
        playout.hear(hop(index), 1.0)
    out = list(playout.due(1.0))
    assert indices(out) == [0, 1, 2, 3]
    assert playout.lost == 1
    assert out[2].row[ONSETS] == out[1].row[ONSETS]
    assert [due.samples[0, 0] for due in out] == pytest.approx([0.0, 0.01, 0.02, 0.03])
    assert playout.mended == []


def test_a_sound_that_comes_after_its_hop_is_mended() -> None:
    playout = Playout()
    playout.hear_sound(sound(0))
    for index in range(3):
        playout.hear(hop(index), 1.0)
    assert [due.samples.max() for due in playout.due(1.0)] == [0.0, 0.0, 0.0]
    playout.hear_sound(sound(2))
    assert [index for index, _ in playout.mended] == [2, 1]
    assert [samples[0, 0] for _, samples in playout.mended] == pytest.approx([0.02, 0.01])


def test_what_comes_too_late_is_left_out() -> None:
    playout = Playout()
    for index in (0, 2, 1):
        playout.hear(hop(index), 1.0)
        out = list(playout.due(1.0))
    assert out == []
    assert playout.lost == 1


def test_a_long_gap_is_not_filled() -> None:
    playout = Playout()
    playout.hear(hop(0), 0.0)
    playout.hear(hop(5000), 0.0)
    assert indices(list(playout.due(1e6))) == [5000]
    playout.hear(hop(5500), 0.0)
    assert indices(list(playout.due(1e6))) == [5500]


def test_a_flood_stays_within_bounds() -> None:
    playout = Playout()
    for index in range(3 * MOST_AHEAD):
        playout.hear(hop(index, delay=50.0), 0.0)
        playout.hear_sound(sound(index))
    assert len(list(playout.due(1e9))) <= MOST_AHEAD
    for kept in (playout._sounds, playout._spares, playout._hops):
        assert len(kept) <= MOST_AHEAD


def test_silence_calms_what_is_heard_and_keeps_what_was_counted() -> None:
    row = np.tile(np.arange(ROW, dtype=float), 2) + 500
    frame, before = Frame(calmed(row, 3), ("erhu",)), Frame(row, ("erhu",))
    for who in ("", "erhu."):
        assert frame[f"{who}sound.level"] == SIGNALS["sound.level"].initial
        assert frame[f"{who}texture.fractal"] == 1.0
        assert frame[f"{who}form.breath"] == 1.0
        for name in ("rhythm.onsets", "pitch.notes", "pitch.cents", "form.clock", "place.x", "rhythm.last"):
            assert frame[who + name] == before[who + name]
    assert frame.index == before.index + 3
    assert frame.time == pytest.approx(before.time + 3 * SECONDS)


def test_after_a_silence_the_music_goes_on_even_if_its_count_has_stood_still() -> None:
    playout = Playout()
    playout.hear(hop(100), 0.0)
    list(playout.due(1.0))
    assert indices(list(playout.calm(3))) == [101, 102, 103]
    playout.hear(hop(102), 2.0)  # a little behind what was made up here: passed over
    assert list(playout.due(2.0)) == []
    playout.hear(hop(104), 2.0)
    assert indices(list(playout.due(2.0))) == [104]
    list(playout.calm(500))
    playout.hear(hop(105), 9.0)  # the leader stood still
    assert indices(list(playout.due(9.0))) == [105]


def test_before_anything_was_heard_there_is_no_silence_either() -> None:
    assert list(Playout().calm(5)) == []
