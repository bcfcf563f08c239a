from __future__ import annotations

import numpy as np
import pytest
import pywt

from engine.features.wavelet import HOPS, SCALES, WaveletLevels
from engine.frame import HOP, RATE, SILENT_DB
from tests import naive_texture
from tests.features.sounds import gain, noise, plucked, sine


def stream(sound: np.ndarray, machine: WaveletLevels | None = None) -> tuple[list[np.ndarray], np.ndarray]:
    """All coefficients by scale, finest first, and the levels (hops, SCALES) of a sound."""
    machine = machine or WaveletLevels()
    parts: list[list[np.ndarray]] = [[] for _ in range(SCALES)]
    levels = []
    for start in range(0, len(sound) - HOP + 1, HOP):
        levels.append(machine.step(np.ascontiguousarray(sound[start : start + HOP])).copy())
        for scale in range(SCALES):
            count = HOP >> (scale + 1)
            parts[scale].append(machine.coefficients[count : 2 * count].copy())
    return [np.concatenate(part) for part in parts], np.array(levels)


def test_the_lifting_steps_are_the_wavelet_of_pywavelets() -> None:
    sound = np.random.default_rng(1).standard_normal(32 * HOP)
    expected = pywt.wavedec(sound, "db4", "zero", level=SCALES)[:0:-1]
    for found, coefficients in zip(stream(sound)[0], expected, strict=True):
        np.testing.assert_allclose(found, coefficients[: len(found)], atol=1e-12)


def test_the_stream_equals_its_slow_twin() -> None:
    rng = np.random.default_rng(2)
    for sound in (rng.standard_normal(24 * HOP), np.ones(24 * HOP), np.zeros(24 * HOP), plucked(220, 0.2)):
        sound = sound[: len(sound) // HOP * HOP]
        details, levels = stream(sound)
        expected = naive_texture.wavelet_details(sound, SCALES)
        for scale in range(SCALES):
            np.testing.assert_allclose(details[scale], expected[scale], atol=1e-12)
            newest = expected[scale][-HOPS * HOP >> (scale + 1) :]
            power = max(np.sum(newest**2) / (HOPS * HOP), 1e-12)
            assert levels[-1, scale] == pytest.approx(10 * np.log10(power), abs=1e-6)


@pytest.mark.parametrize("scale", range(SCALES))
def test_a_sine_is_heard_at_its_own_scale(scale: int) -> None:
    levels = stream(sine(0.75 * RATE / 2 ** (scale + 1), 0.4))[1][-1]
    assert np.argmax(levels) == scale
    assert levels[scale] == pytest.approx(-3.4, abs=0.4)
    assert np.all(np.delete(levels, scale) < -11)
    assert np.all(levels[: max(scale - 1, 0)] < -31)


def test_the_powers_of_the_scales_add_up_to_that_of_the_sound() -> None:
    levels = stream(noise(2, -20))[1][40:]
    assert 10 * np.log10(np.mean(np.sum(10 ** (levels / 10), axis=1))) == pytest.approx(-20, abs=0.1)


def test_white_noise_loses_three_decibels_an_octave() -> None:
    levels = 10 * np.log10(np.mean(10 ** (stream(noise(4, -20))[1][40:] / 10), axis=0))
    np.testing.assert_allclose(np.diff(levels), -3.01, atol=0.7)


def test_a_cubic_has_no_coefficients() -> None:
    n = np.arange(40 * HOP) / (40 * HOP)
    details, _ = stream(0.3 - n + 2 * n**2 - n**3)
    for scale, coefficients in enumerate(details):
        assert np.max(np.abs(coefficients[8:])) < 1e-9 * 2**scale


def test_a_click_lights_the_finest_scale_first_and_leaves_it_first() -> None:
    click = np.zeros(30 * HOP)
    click[10 * HOP + 17] = 1
    levels = stream(click)[1]
    lit = levels > SILENT_DB
    first, last = np.argmax(lit, axis=0), 29 - np.argmax(lit[::-1], axis=0)
    assert first[0] == 10
    assert last[0] == 10 + HOPS - 1
    assert np.all(np.diff(last) >= 0)
    assert last[-1] > last[0] + 3


def test_the_level_is_in_decibels() -> None:
    loud, soft = (stream(noise(0.3, -10) * gain(decibels))[1][-1] for decibels in (0, -30))
    np.testing.assert_allclose(loud - soft, 30, atol=1e-6)


def test_silence_reads_as_all_levels_do() -> None:
    assert np.all(stream(np.zeros(4 * HOP))[1] == SILENT_DB)
    assert np.all(WaveletLevels().levels == SILENT_DB)


def test_reset_is_as_good_as_new() -> None:
    sound = noise(0.1, -10)
    machine = WaveletLevels()
    stream(noise(0.1, 0, seed=3), machine)
    machine.reset()
    for used, new in zip(stream(sound, machine), stream(sound), strict=True):
        for one, other in zip(used, new, strict=True):
            assert np.all(one == other)


def test_what_was_loud_is_forgotten() -> None:
    sound = noise(0.5, -20)
    broken = sound.copy()
    broken[2 * HOP] = 16
    np.testing.assert_allclose(stream(broken)[1][-1], stream(sound)[1][-1], atol=1e-6)


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"wave\.shape=\(5,\) must be \(256,\)"):
        WaveletLevels().step(np.zeros(5))
