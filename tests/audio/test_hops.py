"""Hops: the same blocks however the stream is split, at any rate, from any channels."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio.hops import Hopper
from engine.errors import BadSetting
from engine.frame import HOP, RATE, Block


def _noise(frames: int, channels: int = 2) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.1, (frames, channels)).astype(np.float32)


def _blocks(hopper: Hopper, sound: np.ndarray, cuts: list[int]) -> list[Block]:
    edges = [0, *sorted(cuts), len(sound)]
    parts = [block for a, b in pairwise(edges) for block in hopper.feed(sound[a:b])]
    return [*parts, *hopper.finish()]


@given(st.lists(st.integers(0, 5000), max_size=20), st.sampled_from([8000, 44100, 48000, 96000]))
@settings(max_examples=30, deadline=None)
def test_any_split_of_the_stream_gives_the_same_blocks(cuts: list[int], rate: int) -> None:
    sound = _noise(5000)
    whole, split = (_blocks(Hopper(rate, 2), sound, where) for where in ([], cuts))
    assert [block.index for block in split] == list(range(len(whole)))
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(whole, split, strict=True))


def test_at_our_own_rate_every_sample_comes_through_unchanged() -> None:
    sound = _noise(3 * HOP)
    blocks = _blocks(Hopper(RATE, 2), sound, [])
    assert np.array_equal(np.concatenate([block.samples for block in blocks]), sound)
    assert blocks[-1].time == 3 * HOP / RATE
    assert Hopper(RATE, 2).delay == 0


def test_the_last_block_is_filled_up_with_silence() -> None:
    (block,) = _blocks(Hopper(RATE, 1), np.ones((1, 1), np.float32), [])
    assert block.samples.shape == (HOP, 1)
    assert block.samples.sum() == 1.0


@pytest.mark.parametrize("rate", [8000, 44100, 96000])
def test_a_tone_of_another_rate_keeps_its_pitch_level_and_length(rate: int) -> None:
    n = np.arange(rate)
    tone = np.sin(2 * np.pi * 1000 * n / rate).astype(np.float32)[:, None]
    sound = np.concatenate([block.samples for block in _blocks(Hopper(rate, 1), tone, [])])[:, 0]
    assert len(sound) == pytest.approx(RATE, abs=HOP)
    spectrum = np.abs(np.fft.rfft(sound[:RATE] * np.hanning(len(sound[:RATE]))))
    assert np.argmax(spectrum) * RATE / len(sound[:RATE]) == pytest.approx(1000, abs=2)
    assert np.abs(sound[5000:40000]).max() == pytest.approx(1.0, abs=0.01)


def test_channels_are_chosen_and_gained() -> None:
    sound = _noise(HOP, 4)
    (block,) = Hopper(RATE, 4, chosen=[3, 1], gain_db=20.0).feed(sound)
    assert np.allclose(block.samples, 10 * sound[:, [2, 0]])


def test_what_is_no_number_becomes_silence_and_is_counted() -> None:
    sound = _noise(HOP)
    sound[5, 0], sound[6, 1], sound[7, 0] = np.nan, np.inf, -np.inf
    hopper = Hopper(RATE, 2)
    (block,) = hopper.feed(sound)
    assert np.isfinite(block.samples).all()
    assert block.samples[5, 0] == 0.0
    assert hopper.cleaned == 3


def test_another_device_with_fewer_channels_leaves_the_missing_ones_silent() -> None:
    hopper = Hopper(RATE, 2)
    hopper.tune(RATE, 1)
    (block,) = hopper.feed(np.ones((HOP, 1), np.float32))
    assert block.samples[:, 0].all()
    assert not block.samples[:, 1].any()


def test_silence_keeps_the_count_going() -> None:
    hopper = Hopper(RATE, 2)
    list(hopper.feed(_noise(HOP)))
    (block,) = hopper.silence()
    assert block.index == 1
    assert not block.samples.any()


@pytest.mark.parametrize(
    ("chosen", "gain", "said"),
    [([3], 0.0, "channels=3 is not there"), ([], 99.0, "gain=99"), ([], float("nan"), "gain")],
)
def test_a_channel_that_is_not_there_or_an_absurd_gain_is_refused(chosen: list[int], gain: float, said: str) -> None:
    with pytest.raises(BadSetting, match=said):
        Hopper(RATE, 2, chosen, gain)
