"""Hearing: whatever happens to the ears, the blocks go on and the sound comes back."""

from __future__ import annotations

import errno
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.audio.hearing import Hearing
from engine.audio.hearing_settings import HearingSettings
from engine.errors import BadFile, BadSetting, MonochordError
from engine.frame import HOP, RATE, Block

Listen = Callable[..., Hearing]


class Listener:
    """Does in one thread what conductor does in two, and keeps what it heard."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing = hearing
        self.blocks: list[Block] = []
        self.said: list[str] = []

    def until(self, true: Callable[[], object], seconds: float = 8.0) -> float:
        """How long it took."""
        start = time.monotonic()
        while not true():
            assert time.monotonic() - start < seconds, f"not within {seconds} s; said: {self.said}"
            self.blocks += self.hearing.blocks()
            self.said += self.hearing.tend(time.monotonic())
        return time.monotonic() - start

    @property
    def sound(self) -> np.ndarray:
        return np.concatenate([block.samples for block in self.blocks])


@pytest.fixture
def listen() -> Iterator[Callable[..., Listener]]:
    open_ones: list[Hearing] = []

    def start(source: str, **more: object) -> Listener:
        hearing = Hearing(HearingSettings(source=source, silent=True, **more))  # type: ignore[arg-type]  # settings of every kind
        open_ones.append(hearing)
        hearing.await_ready()
        return Listener(hearing)

    yield start
    for hearing in open_ones:
        hearing.close()


def test_a_recording_is_heard_sample_for_sample_and_ends(listen: Callable[..., Listener], sound_file: Callable) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, (20_000, 2)).astype(np.float32)
    listener = listen(str(sound_file("a.wav", noise, subtype="FLOAT")))
    listener.until(lambda: listener.hearing.over)
    assert [block.index for block in listener.blocks] == list(range(-(-20_000 // HOP)))
    assert np.array_equal(listener.sound[:20_000], noise)
    assert not listener.sound[20_000:].any()
    assert listener.hearing.lost_frames == 0


@pytest.mark.parametrize("fate", [signal.SIGKILL, signal.SIGSTOP])
def test_the_spare_that_was_loaded_before_listens_where_the_ears_were_lost(
    listen: Callable[..., Listener], fate: signal.Signals
) -> None:
    listener = listen("tone:440")
    listener.until(lambda: listener.hearing.spare.ready, 60.0)
    spare = listener.hearing.spare.pid
    os.kill(listener.hearing.pid, fate)
    listener.until(lambda: any("sound is back" in line for line in listener.said))
    heard = len(listener.blocks)
    listener.until(lambda: any(block.samples.any() for block in listener.blocks[heard:]))
    assert listener.hearing.pid == spare
    assert listener.hearing.restarts == 1


@pytest.mark.parametrize("fate", [signal.SIGKILL, signal.SIGSTOP])
def test_killed_or_frozen_ears_are_back_and_time_goes_on(listen: Callable[..., Listener], fate: signal.Signals) -> None:
    listener = listen("tone:440")
    listener.until(lambda: len(listener.blocks) > 50)
    os.kill(listener.hearing.pid, fate)
    heard = len(listener.blocks)
    listener.until(lambda: listener.hearing.deaf > 0.3)  # so the lights know, too
    listener.until(lambda: any("sound is back" in line for line in listener.said))
    listener.until(lambda: listener.blocks[-1].samples.any())
    assert listener.hearing.deaf == 0.0
    assert any("the ears are lost" in line for line in listener.said)
    silent = [block for block in listener.blocks[heard:] if not block.samples.any()]
    assert len(silent) > 20  # the room was silent, not stopped
    assert [block.index for block in listener.blocks] == list(range(len(listener.blocks)))


def test_where_there_is_no_room_for_other_ears_they_are_tried_again(
    listen: Callable[..., Listener], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise OSError(errno.ENOMEM, "no memory")

    listener = listen("tone:440")
    listener.until(lambda: len(listener.blocks) > 20)
    with monkeypatch.context() as no_room:
        no_room.setattr("engine.audio.hearing._Ears", full)
        os.kill(listener.hearing.pid, signal.SIGKILL)
        listener.until(lambda: listener.hearing.restarts > 2)
    listener.until(lambda: any("sound is back" in line for line in listener.said), 60.0)
    assert sum("no others can be started: no memory" in line for line in listener.said) == 1


def test_a_recording_goes_on_where_the_ears_were_lost(listen: Callable[..., Listener], sound_file: Callable) -> None:
    ramp = (np.arange(6 * RATE) / (6 * RATE)).astype(np.float32)
    listener = listen(str(sound_file("ramp.wav", ramp, subtype="FLOAT")))
    listener.until(lambda: len(listener.blocks) > 188)
    before = float(listener.sound.max())
    os.kill(listener.hearing.pid, signal.SIGKILL)
    listener.until(lambda: any("sound is back" in line for line in listener.said))
    listener.blocks.clear()
    listener.until(lambda: any(block.samples.any() for block in listener.blocks))
    after = float(next(block.samples for block in listener.blocks if block.samples.any()).max())
    assert after == pytest.approx(before, abs=0.05)


def test_pause_stops_the_time_and_seek_moves_the_music(listen: Callable[..., Listener], sound_file: Callable) -> None:
    ramp = (np.arange(10 * RATE) / (10 * RATE)).astype(np.float32)
    listener = listen(str(sound_file("ramp.wav", ramp, subtype="FLOAT")))
    listener.until(lambda: len(listener.blocks) > 20)
    listener.hearing.order(pause=True)
    end = time.monotonic() + 0.2
    listener.until(lambda: time.monotonic() > end)
    heard = len(listener.blocks)
    end = time.monotonic() + 0.5
    listener.until(lambda: time.monotonic() > end)
    assert len(listener.blocks) == heard
    listener.hearing.order(pause=False, seek=8.0)
    listener.until(lambda: listener.blocks[-1].samples.max() > 0.79)
    listener.until(lambda: listener.hearing.position > 8.0)  # told some milliseconds later
    assert listener.hearing.position < 8.5


def test_a_file_that_cannot_be_played_is_said_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("no sound")
    hearing = Hearing(HearingSettings(source=str(tmp_path / "text.wav"), silent=True))
    with pytest.raises(MonochordError, match=r"text\.wav is no sound") as refusal:
        hearing.await_ready()
    assert refusal.value.exit_code == BadFile.exit_code
    hearing.close()


def test_a_channel_that_is_not_there_is_said_at_the_start() -> None:
    hearing = Hearing(HearingSettings(source="tone:440", silent=True, channels=[2]))
    with pytest.raises(BadSetting, match="channels=2 is not there"):
        hearing.await_ready()
    hearing.close()
