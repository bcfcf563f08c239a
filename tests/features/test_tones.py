"""The tones: fine enough for neighbouring notes, quick enough for a player."""

from __future__ import annotations

import numpy as np
import pytest

from engine.features.tones import BIN_HZ, BINS, DOWN, SIZE, TONE_RATE, Tones, decimation_filter
from engine.frame import HOP, RATE
from tests.features.sounds import noise, sine


def _power(sound: np.ndarray) -> np.ndarray:
    tones = Tones()
    for start in range(0, len(sound) - HOP + 1, HOP):
        power = tones.step(sound[start : start + HOP])
    return power


@pytest.mark.parametrize("bin_", [4, 37, 100, 300])
def test_a_sine_reads_its_power_in_its_bin(bin_: int) -> None:
    power = _power(sine(bin_ * BIN_HZ, 0.5, 0.5))
    assert power.argmax() == bin_
    assert power[bin_] == pytest.approx(0.125, rel=0.03)


def test_two_notes_a_fourth_apart_are_two_peaks() -> None:
    power = _power(sine(293.66, 0.5, 0.5) + sine(392.0, 0.5, 0.5))
    low, high = round(293.66 / BIN_HZ), round(392.0 / BIN_HZ)
    assert power[low + 1 : high].min() < 0.3 * min(power[low], power[high])


@pytest.mark.parametrize("hz", [7_000, 9_500, 12_000, 15_000, 22_000])
def test_what_lies_above_does_not_fold_down(hz: float) -> None:
    assert 10 * np.log10(_power(sine(hz, 0.5)).max()) < -55


def test_a_new_note_takes_over_within_thirty_five_milliseconds() -> None:
    tones = Tones()
    sound = np.concatenate([sine(300, 0.5, 0.5), sine(400, 0.5, 0.5)])
    old, new = round(300 / BIN_HZ), round(400 / BIN_HZ)
    for start in range(0, len(sound) - HOP + 1, HOP):
        power = tones.step(sound[start : start + HOP])
        if start > RATE // 2 and power[new] > power[old]:
            assert start + HOP - RATE // 2 < 0.035 * RATE
            return
    pytest.fail("it never did")


def test_it_equals_its_slow_twin() -> None:
    sound = noise(0.2, -20)
    sound = sound[: len(sound) // HOP * HOP]
    taps = decimation_filter(64, 5_200.0)
    low = np.convolve(sound, taps[::-1])[: len(sound)][DOWN - 1 :: DOWN]
    heard = np.concatenate([np.zeros(SIZE), low])[-SIZE:]
    tones = Tones()
    for start in range(0, len(sound), HOP):
        power = tones.step(sound[start : start + HOP])
    np.testing.assert_allclose(tones.heard, heard, atol=1e-12)
    rise, fall = np.arange(SIZE - 160) + 0.5, np.arange(160) + 0.5
    window = np.concatenate([0.5 - 0.5 * np.cos(np.pi * rise / (SIZE - 160)), 0.5 + 0.5 * np.cos(np.pi * fall / 160)])
    expected = abs(np.fft.rfft(heard * window)) ** 2 * 2 / window.sum() ** 2
    np.testing.assert_allclose(power, expected, rtol=1e-9, atol=1e-18)


def test_its_delay_is_where_its_window_weighs() -> None:
    assert 0.015 * RATE < Tones().delay < 0.030 * RATE


def test_reset_is_as_good_as_new() -> None:
    used, hop = Tones(), noise(0.01, -10)[:HOP]
    first = used.step(hop).copy()
    used.step(hop)
    used.reset()
    assert np.array_equal(used.step(hop), first)
    assert first.size == BINS
    assert TONE_RATE * DOWN == RATE


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"wave\.shape=\(3,\) must be \(256,\)"):
        Tones().step(np.zeros(3))
    with pytest.raises(ValueError, match=r"taps=2, cutoff_hz=100 must be at least 8"):
        decimation_filter(2, 100)
