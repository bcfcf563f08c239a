"""The player: in order, seeking, looping, ending, and always knowing where the music is."""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np
import pytest

from engine.audio.callback import play_without_driver
from engine.audio.player import Player
from engine.audio.sound_block import Counter, SoundBlock
from engine.frame import RATE, Samples


class Ramp:
    """A source whose samples are their own number."""

    name = "ramp"
    channels = 1

    def __init__(self, length: int = 24_000, rate: int = RATE) -> None:
        self.length: int | None = length
        self.rate = rate
        self._at = 0

    def read(self, frames: int) -> Samples:
        end = min(self._at + frames, self.length or 0)
        ramp = np.arange(self._at, end, dtype=np.float32)[:, None]
        self._at = end
        return ramp

    def seek(self, frame: int) -> None:
        self._at = frame


@pytest.fixture
def block() -> Iterator[SoundBlock]:
    made = SoundBlock()
    null = os.open(os.devnull, os.O_WRONLY)
    made[Counter.WAKE], made[Counter.CHANNELS], made[Counter.OUTPUTS] = null, 1, 1
    yield made
    os.close(null)


def _hear(block: SoundBlock, player: Player, frames: int) -> np.ndarray:
    taken = block[Counter.WRITTEN]
    for _ in range(frames // 240):
        player.step()
        play_without_driver(block.words, np.zeros(240, np.float32), 240)
    return block.heard(taken)[0][:, 0]


def test_a_recording_is_heard_once_from_front_to_back_and_ends(block: SoundBlock) -> None:
    player = Player(Ramp(), block, RATE, repeat=False)
    assert np.array_equal(_hear(block, player, 48_000), np.arange(24_000))
    assert player.ended


def test_a_repeated_recording_begins_again_without_a_gap(block: SoundBlock) -> None:
    player = Player(Ramp(), block, RATE, repeat=True)
    assert np.array_equal(_hear(block, player, 60_000), np.arange(60_000) % 24_000)
    assert not player.ended


def test_a_seek_goes_on_from_there_and_the_position_follows(block: SoundBlock) -> None:
    player = Player(Ramp(), block, RATE, repeat=False)
    _hear(block, player, 4800)
    player.seek(0.25)
    assert np.array_equal(_hear(block, player, 2400), np.arange(12_000, 14_400))
    assert player.position == pytest.approx(14_400 / RATE)


def test_a_seek_beyond_the_end_ends_the_music_and_one_back_wakes_it(block: SoundBlock) -> None:
    player = Player(Ramp(), block, RATE, repeat=False)
    player.seek(99.0)
    assert len(_hear(block, player, 2400)) == 0
    assert player.ended
    player.seek(0.0)
    assert not player.ended
    assert np.array_equal(_hear(block, player, 2400), np.arange(2400))


def test_a_stretch_is_looped_until_it_is_let_go(block: SoundBlock) -> None:
    player = Player(Ramp(), block, RATE, repeat=False)
    player.loop(0.1, 0.15)
    heard = _hear(block, player, 9600)
    assert np.array_equal(heard, 4800 + np.arange(9600) % 2400)
    player.loop(0.0, 0.0)
    rest = _hear(block, player, 60_000)
    assert rest[-1] == 23_999
    assert player.ended


def test_a_player_that_is_started_again_goes_on_where_it_was_told(block: SoundBlock) -> None:
    player = Player(Ramp(), block, RATE, repeat=False, start=0.2)
    assert _hear(block, player, 240)[0] == 9600


def test_a_recording_of_another_rate_lasts_as_long(block: SoundBlock) -> None:
    player = Player(Ramp(22_050, rate=44_100), block, RATE, repeat=False)
    assert len(_hear(block, player, 48_000)) == pytest.approx(24_000, abs=2)
    assert player.ended


def test_a_pause_holds_the_position(block: SoundBlock) -> None:
    player = Player(Ramp(), block, RATE, repeat=False)
    _hear(block, player, 2400)
    player.pause(True)
    assert len(_hear(block, player, 2400)) == 0
    assert player.position == pytest.approx(0.05)
    player.pause(False)
    assert np.array_equal(_hear(block, player, 240), np.arange(2400, 2640))


def test_many_channels_at_a_high_rate_are_heard_in_order_for_the_queue_is_never_overrun(block: SoundBlock) -> None:
    class Wide(Ramp):
        channels = 32

        def read(self, frames: int) -> Samples:
            return np.repeat(super().read(frames), self.channels, axis=1)

    block[Counter.CHANNELS] = 32
    player = Player(Wide(96_000, rate=192_000), block, 192_000, repeat=False)
    assert block.room >= 0
    assert np.array_equal(_hear(block, player, 12_000), np.arange(12_000))
    assert block.room >= 0


@pytest.mark.parametrize("rate", [RATE, 44_100])
def test_a_repeated_recording_in_which_nothing_can_be_read_ends_instead_of_turning_for_ever(
    block: SoundBlock, rate: int
) -> None:
    class Broken(Ramp):
        def read(self, frames: int) -> Samples:
            return super().read(frames)[:0]

    player = Player(Broken(rate=rate), block, RATE, repeat=True)
    assert len(_hear(block, player, 2400)) == 0
    assert player.ended


def test_a_loop_that_holds_no_sample_ends_the_music_and_a_seek_wakes_it(block: SoundBlock) -> None:
    player = Player(Ramp(), block, RATE, repeat=False)
    player.loop(0.1, 0.1 + 1e-6)
    _hear(block, player, 2400)
    assert player.ended
    player.loop(0.0, 0.0)
    player.seek(0.0)
    assert np.array_equal(_hear(block, player, 2400), np.arange(2400))


def test_a_seek_beyond_the_end_of_a_repeated_recording_begins_it_again(block: SoundBlock) -> None:
    player = Player(Ramp(), block, RATE, repeat=True)
    player.seek(99.0)
    assert np.array_equal(_hear(block, player, 2400), np.arange(2400))
