from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.features.bands import CENTRES, OctaveBands
from engine.features.filters import band_pass
from engine.frame import RATE, SILENT_DB
from tests import naive
from tests.features.sounds import noise, sine


@pytest.mark.parametrize("octave", range(8))
def test_a_sine_reads_its_level_in_its_own_octave_and_little_elsewhere(octave: int) -> None:
    levels = OctaveBands().step(sine(CENTRES[octave], 1.0))[:8]
    assert levels[octave] == pytest.approx(-3.01, abs=0.2)
    assert np.delete(levels, octave).max() < -20


def test_the_octaves_add_up_to_the_sound() -> None:
    sound = noise(4, -20, tilt=1)
    bank = OctaveBands()
    bank.step(sound)
    spectrum = np.abs(np.fft.rfft(sound)) ** 2
    hz = np.fft.rfftfreq(sound.size, 1 / RATE)
    inside = (hz > 44.2) & (hz < 11_314)
    expected = -20 + 10 * np.log10(spectrum[inside].sum() / spectrum.sum())
    assert 10 * np.log10(bank.power.sum()) == pytest.approx(expected, abs=1.0)


def test_low_mid_and_high_are_the_sums_of_their_octaves() -> None:
    levels = OctaveBands().step(noise(0.5, -20, tilt=1))
    power = 10 ** (levels[:8] / 10)
    expected = [10 * np.log10(power[part].sum()) for part in (slice(0, 3), slice(3, 6), slice(6, 8))]
    np.testing.assert_allclose(levels[8:], expected, atol=1e-9)


def test_the_kernel_equals_the_difference_equation() -> None:
    sound = noise(0.02, -10)
    bank = OctaveBands()
    bank.step(sound)
    for octave, hz in enumerate(CENTRES):
        out = naive.filtered(band_pass(hz / 2**0.5, hz * 2**0.5, 3, RATE), sound)
        pace = 1 - np.exp(-1 / (RATE * max(0.01, 4 / hz)))
        power = 0.0
        for sample in out:
            power += pace * (sample * sample - power)
        assert bank.power[octave] == pytest.approx(power, rel=1e-9)


def test_the_lowest_octave_does_not_drift() -> None:
    bank = OctaveBands()
    for _ in range(60):
        bank.step(sine(CENTRES[0], 1.0))
    assert bank.values[0] == pytest.approx(-3.01, abs=0.2)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 700), min_size=1, max_size=12))
def test_any_split_gives_the_same_stream(cuts: list[int]) -> None:
    sound = noise(0.1, -10)
    whole, parts = OctaveBands(), OctaveBands()
    expected = whole.step(sound).copy()
    start = 0
    for cut in [*cuts, sound.size]:
        levels = parts.step(sound[start : start + cut])
        start = min(start + cut, sound.size)
    assert np.array_equal(levels, expected)


def test_silence_reads_silent_and_stays_out_of_the_denormal_numbers() -> None:
    bank = OctaveBands()
    bank.step(noise(0.1, 0))
    levels = bank.step(np.zeros(20 * RATE))
    assert np.all(levels == SILENT_DB)
    tiny = np.finfo(float).tiny
    assert np.all((np.abs(bank._bank) > tiny) | (bank._bank == 0))
    assert np.all(bank.power > tiny)


def test_reset_is_as_good_as_new() -> None:
    used = OctaveBands()
    used.step(noise(0.1, 0))
    used.reset()
    assert np.all(used.values == SILENT_DB)
    assert np.array_equal(used.step(sine(440, 0.05)), OctaveBands().step(sine(440, 0.05)))
