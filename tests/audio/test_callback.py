"""What runs in the driver's thread: nothing lost, nothing invented, whatever the sizes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import numpy as np
import pytest

from engine.audio.callback import play_without_driver
from engine.audio.sound_block import QUEUE, RING, Counter, SoundBlock


@pytest.fixture
def block() -> Iterator[SoundBlock]:
    made = SoundBlock()
    read, write = os.pipe()
    os.set_blocking(read, False)
    os.set_blocking(write, False)
    made[Counter.WAKE], made[Counter.CHANNELS], made[Counter.OUTPUTS] = write, 2, 2
    yield made
    os.close(read)
    os.close(write)


def _noise(frames: int, channels: int = 2) -> np.ndarray:
    return np.random.default_rng(frames).normal(size=(frames, channels)).astype(np.float32)


def _play(block: SoundBlock, frames: int, outputs: int = 2) -> np.ndarray:
    out = np.full(frames * outputs, 9.0, np.float32)
    play_without_driver(block.words, out, frames)
    return out.reshape(frames, outputs)


def test_what_is_played_is_what_is_heard_bit_for_bit_and_across_the_end_of_the_ring(block: SoundBlock) -> None:
    taken = 0
    for _ in range(3 * RING // 2 // 4096):
        sound = _noise(4096)
        block.queue(sound)
        assert np.array_equal(_play(block, 4096), sound)
        heard, lost = block.heard(taken)
        taken += len(heard)
        assert lost == 0
        assert np.array_equal(heard, sound)


@pytest.mark.parametrize("channels", [1, 2, 3, 7, 32])
def test_every_number_of_channels_fits_into_the_ring(block: SoundBlock, channels: int) -> None:
    block[Counter.CHANNELS] = channels
    taken = 0
    for _ in range(40):
        sound = _noise(3000, channels)
        block.queue(sound)
        out = _play(block, 3000)
        heard, _ = block.heard(taken)
        taken += len(heard)
        assert np.array_equal(heard, sound)
        assert np.isfinite(out).all()
        assert np.abs(out).max() <= np.abs(sound).max() + 1e-6


def test_a_reader_that_sleeps_too_long_is_told_what_it_lost(block: SoundBlock) -> None:
    for _ in range(RING // 4096):
        block.queue(_noise(4096))
        _play(block, 4096)
    heard, lost = block.heard(0)
    assert lost > 0
    assert lost + len(heard) == block[Counter.WRITTEN]


def test_an_empty_queue_is_silence_and_no_time_passes(block: SoundBlock) -> None:
    block.queue(_noise(100))
    out = _play(block, 256)
    assert not out[100:].any()
    assert block[Counter.WRITTEN] == 100
    assert block[Counter.UNDERFLOWS] == 1
    assert block[Counter.CALLBACKS] == 1


def test_the_end_of_the_music_is_no_underflow(block: SoundBlock) -> None:
    block.queue(_noise(100))
    block[Counter.ENDED] = 101
    _play(block, 256)
    _play(block, 256)
    assert block[Counter.UNDERFLOWS] == 0


def test_a_pause_is_silent_and_stops_the_time_at_once(block: SoundBlock) -> None:
    block.queue(_noise(1000))
    block[Counter.PAUSED] = 1
    assert not _play(block, 256).any()
    assert block[Counter.WRITTEN] == 0
    block[Counter.PAUSED] = 0
    assert _play(block, 256).any()


def test_a_seek_throws_away_what_was_queued(block: SoundBlock) -> None:
    block.queue(_noise(1000))
    block[Counter.PLAY_FLUSH] = block[Counter.PLAY_WRITTEN]
    later = _noise(256)
    block.queue(later)
    assert np.array_equal(_play(block, 256), later)


def test_the_room_in_the_queue_is_what_may_be_queued(block: SoundBlock) -> None:
    room = QUEUE // 2
    assert block.room == room
    block.queue(_noise(1000))
    assert block.room == room - 1000
    _play(block, 400)
    assert block.room == room - 600


def test_mono_is_heard_on_both_sides_and_stereo_by_a_mono_loudspeaker(block: SoundBlock) -> None:
    block[Counter.CHANNELS] = 1
    mono = _noise(64, 1)
    block.queue(mono)
    assert np.array_equal(_play(block, 64), np.repeat(mono, 2, axis=1))
    block[Counter.CHANNELS], block[Counter.OUTPUTS] = 2, 1
    block[Counter.PLAY_FLUSH] = block[Counter.PLAY_WRITTEN] = block[Counter.PLAY_READ] = 0
    both = _noise(64)
    block.queue(both)
    assert np.allclose(_play(block, 64, outputs=1)[:, 0], both.mean(axis=1), atol=1e-6)


def test_a_callback_is_stamped_with_the_monotonic_clock(block: SoundBlock) -> None:
    before = time.monotonic()
    _play(block, 16)
    assert before <= block.stamp <= time.monotonic()
