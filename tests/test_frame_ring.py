"""The ring between conductor and stage: the newest hops, whoever is slower."""

from __future__ import annotations

import numpy as np

from engine.frame import HOP, ROW
from engine.frame_ring import SLOTS, FrameRing, stereo


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
