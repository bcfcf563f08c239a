"""The ring between conductor and stage: the newest hops, whoever is slower."""

from __future__ import annotations

import numpy as np

from engine.frame import HOP, ROW
from engine.frame_ring import SLOTS, FrameRing, stereo
from engine.stage.history import MOST_HOPS, TRAILS, History


def _fill(ring: FrameRing, first: int, hops: int) -> None:
    for hop in range(first, first + hops):
        ring.push(np.full(ROW, float(hop)), np.full((HOP, 2), hop, np.float32), stamp=hop / 10)


def test_the_newest_row_is_the_one_pushed_last() -> None:
    ring = FrameRing()
    _fill(ring, 0, 5)
    assert ring.count == 5
    assert ring.row()[0] == 4
    assert ring.row(back=3)[0] == 1
    assert ring.stamp == 0.4


def test_a_reader_in_another_place_sees_the_same_hops() -> None:
    ring = FrameRing()
    other = FrameRing(ring.memory.fd)
    _fill(ring, 0, 3)
    assert other.row()[0] == 2


def test_before_the_first_hop_there_is_silence_not_an_error() -> None:
    ring = FrameRing()
    assert ring.row().tolist() == [0.0] * ROW
    assert not ring.sound(8).any()
    _fill(ring, 1, 2)
    sound = ring.sound(4)
    assert sound.shape == (4 * HOP, 2)
    assert sound[::HOP, 0].tolist() == [0, 0, 1, 2]


def test_sound_and_row_of_a_delay_belong_together_across_the_end_of_the_ring() -> None:
    ring = FrameRing()
    _fill(ring, 0, SLOTS + 7)
    assert ring.row(back=10)[0] == SLOTS - 4
    assert ring.sound(3, back=10)[::HOP, 0].tolist() == [SLOTS - 6, SLOTS - 5, SLOTS - 4]


def test_rows_and_sound_of_one_moment_belong_together_though_more_was_written_since() -> None:
    ring = FrameRing()
    _fill(ring, 0, 20)
    count = ring.count
    rows = ring.rows(4, 2, count)
    _fill(ring, 20, 3)
    assert rows[:, 0].tolist() == [14, 15, 16, 17]
    assert ring.sound(4, 2, count)[::HOP, 0].tolist() == [14, 15, 16, 17]


def test_a_stage_that_is_started_again_finds_all_that_its_trails_reach_back_to() -> None:
    ring, whole = FrameRing(), History()
    chance = np.random.default_rng(2)
    for hop in range(MOST_HOPS + 1000):
        row = chance.uniform(-60, 60, ROW)
        row[0] = hop
        ring.push(row, chance.normal(0, 0.1, (HOP, 2)).astype(np.float32))
        if hop % 4 == 3:
            whole.step(ring.rows(6, 500), ring.sound(16, 500))
    again = History()
    again.step(ring.rows(MOST_HOPS, 500), ring.sound(MOST_HOPS + 8, 500))
    assert again.head == whole.head
    for name in TRAILS:
        assert (again.trail(name) == whole.trail(name)).all(), name


def test_a_delay_longer_than_the_show_shows_its_beginning() -> None:
    ring = FrameRing()
    _fill(ring, 0, 3)
    assert ring.row(back=100)[0] == 0


def test_mono_is_heard_on_both_sides_and_many_channels_on_the_side_they_belong_to() -> None:
    one = np.array([[1.0], [2.0]], np.float32)
    assert stereo(one).tolist() == [[1, 1], [2, 2]]
    four = np.array([[1.0, 10.0, 3.0, 20.0]], np.float32)
    assert stereo(four).tolist() == [[2, 15]]


def test_the_rows_of_musicians_are_shared_behind_the_mixs() -> None:
    ring = FrameRing(musicians=("erhu", "drum"))
    other = FrameRing(ring.memory.fd, ("erhu", "drum"))
    ring.push(np.arange(3.0 * ROW), np.full((HOP, 2), 0.5, np.float32))
    assert other.row().tolist() == list(range(3 * ROW))
    assert other.sound(1).min() == 0.5


def test_a_sound_that_comes_late_is_put_in_its_place_and_nowhere_else() -> None:
    ring = FrameRing()
    _fill(ring, 0, 5)
    ring.mend(np.full((HOP, 2), 0.5, np.float32), back=2)
    for back in (-1, 5, SLOTS):  # not there yet, never was, gone long ago
        ring.mend(np.full((HOP, 2), 9.0, np.float32), back=back)
    assert ring.sound(5)[::HOP, 0].tolist() == [0.0, 1.0, 0.5, 3.0, 4.0]
