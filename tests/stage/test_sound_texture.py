"""Sound as pictures for shaders."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from engine.frame import RATE
from engine.stage.sound_texture import ChannelSound, spectrum, wave


def sine(hz: float, amplitude: float = 1.0, samples: int = 2048) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(samples) / RATE)).astype(np.float32)[:, np.newaxis]


def test_the_wave_is_centred_on_a_half_and_newest_right() -> None:
    ramp = np.linspace(-1, 1, 4096, dtype=np.float32)[:, np.newaxis]
    picture = wave(ramp, 256)
    assert picture.shape == (1, 256)
    assert picture[0] == pytest.approx(0.5 + 0.5 * ramp[-256:, 0])
    assert wave(np.zeros((2048, 2), np.float32), 64) == pytest.approx(np.full((2, 64), 0.5))


def test_a_loud_wave_stays_within_the_picture_and_nan_is_silence() -> None:
    assert wave(np.full((2048, 1), 9.0, np.float32), 8).max() == 1.0
    assert wave(np.full((2048, 1), np.nan, np.float32), 8) == pytest.approx(np.full((1, 8), 0.5))
    assert not spectrum(np.full((2048, 1), np.nan, np.float32), 8).any()


def test_sound_that_has_only_begun_comes_after_silence() -> None:
    picture = wave(np.ones((3, 1), np.float32), 8)
    assert picture[0].tolist() == [0.5] * 5 + [1.0] * 3
    assert wave(np.zeros((0, 1), np.float32), 8).shape == (1, 8)


@pytest.mark.parametrize("hz", [440.0, 1000.0, 12_000.0])
def test_a_sine_stands_in_the_column_of_its_frequency(hz: float) -> None:
    picture = spectrum(sine(hz, 0.01), 512)
    assert picture.shape == (1, 512)
    assert abs(int(picture[0].argmax()) - hz / (RATE / 2) * 512) <= 1


def test_the_spectrum_reads_shadertoys_decibels() -> None:
    # A sine in the middle of a bin: |FFT| / 2048 = amplitude / 2 · 0.42, the Blackman window's mean.
    for amplitude in (0.1, 0.01, 0.001):
        expected = (20 * np.log10(amplitude / 2 * 0.42) + 100) / 70
        assert spectrum(sine(RATE / 2048 * 64, amplitude), 1024)[0, 64] == pytest.approx(expected, abs=1e-3)
    assert spectrum(np.zeros((2048, 1), np.float32)).max() == 0.0


def test_no_partial_is_lost_in_few_columns() -> None:
    few, many = spectrum(sine(3000.0, 0.05), 16), spectrum(sine(3000.0, 0.05), 1024)
    assert few.shape == (1, 16)
    assert few.max() == many.max()


def test_each_channel_has_its_row() -> None:
    both = np.hstack([sine(1000.0), np.zeros((2048, 1), np.float32)])
    assert spectrum(both)[0].max() > 0.9
    assert spectrum(both)[1].max() == 0.0


def test_columns_end_where_the_sound_does() -> None:
    assert wave(sine(100.0), 100_000).shape == (1, 2048)
    assert spectrum(sine(100.0), 100_000).shape == (1, 1024)


@pytest.mark.parametrize("columns", [1, 100, 128, 256, 512, 700, 1024])
def test_however_many_columns_share_the_bins_each_shows_its_loudest(columns: int) -> None:
    noise = np.random.default_rng(0).normal(0, 0.05, (2048, 2)).astype(np.float32)
    every = spectrum(noise, 1024)
    first = [column * 1024 // columns for column in range(columns + 1)]
    expected = np.stack([every[:, low:high].max(axis=1) for low, high in pairwise(first)], axis=1)
    assert np.array_equal(spectrum(noise, columns), expected)


def test_the_loudest_sound_that_a_float_can_hold_is_still_a_picture() -> None:
    sound = np.full((2048, 1), 3e38, np.float32)
    sound[::2] *= -1
    assert np.isfinite(spectrum(sound)).all()
    assert spectrum(sound).max() == 1.0
    sound[7] = -np.inf
    assert np.isfinite(wave(sound)).all()
    assert np.isfinite(spectrum(sound)).all()


def shadertoy(samples: np.ndarray) -> np.ndarray:
    """Its sound texture as the Web Audio API defines it, the slow way; for the first picture of 1/60 s."""
    n = np.arange(2048)
    window = 0.42 - 0.5 * np.cos(2 * np.pi * n / 2048) + 0.08 * np.cos(4 * np.pi * n / 2048)
    bins = np.arange(512)[:, np.newaxis]
    magnitude = np.abs((samples * window * np.exp(-2j * np.pi * bins * n / 2048)).sum(axis=1)) / 2048
    decibels = 20 * np.log10(np.maximum(0.2 * magnitude, 1e-30))
    return np.stack([np.clip((decibels + 100) / 70, 0, 1), np.clip(0.5 + 0.5 * samples[-512:], 0, 1)])


def test_the_channel_of_shadertoy_is_as_the_web_audio_api_defines_it() -> None:
    samples = sine(1000.0, 0.3) + sine(5000.0, 0.01) + sine(20_000.0, 0.5)
    assert ChannelSound().step(samples, 1 / 60) == pytest.approx(shadertoy(samples[:, 0]), abs=2e-3)


def test_its_smoothing_is_by_time_and_forgets_on_reset() -> None:
    loud, silent = sine(1000.0, 0.3), np.zeros((2048, 2), np.float32)
    fast, slow = ChannelSound(), ChannelSound()
    for _ in range(4):
        fast.step(loud, 1 / 120)
    for _ in range(2):
        slow.step(loud, 1 / 60)
    assert fast.step(silent, 1 / 60) == pytest.approx(slow.step(silent, 1 / 60), abs=1e-4)
    assert slow.step(silent, 1 / 60)[0].max() > 0.1
    slow.reset()
    assert slow.step(silent, 1 / 60)[0].max() == 0.0


@pytest.mark.parametrize("dt", [0.0, -1.0, np.inf, np.nan])
def test_its_picture_is_finite_whatever_comes(dt: float) -> None:
    sound = ChannelSound()
    for samples in (np.full((2048, 1), np.nan, np.float32), np.full((9, 3), 1e30, np.float32), sine(440.0)):
        picture = sound.step(samples, dt)
        assert picture.shape == (2, 512)
        assert np.isfinite(picture).all()
