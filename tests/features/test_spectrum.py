from __future__ import annotations

import numpy as np
import pytest

from engine.features.rise import SpectralRise, band_places
from engine.features.spectrum import BIN_HZ, BINS, FALL, SIZE, Spectrum, listening_window
from engine.features.timbre import Timbre
from engine.frame import HOP, RATE
from tests import naive
from tests.features.sounds import noise, sine

rng = np.random.default_rng(0)


def _heard(sound: np.ndarray) -> Spectrum:
    spectrum = Spectrum()
    for start in range(0, sound.size - HOP + 1, HOP):
        spectrum.step(sound[start : start + HOP])
    return spectrum


def _timbre(sound: np.ndarray) -> np.ndarray:
    spectrum = _heard(sound)
    return Timbre().step(spectrum.power, spectrum.heard)


def test_a_sine_reads_its_power_in_its_bin() -> None:
    power = _heard(sine(40 * BIN_HZ, 0.1)).power
    assert power.argmax() == 40
    assert power[40] == pytest.approx(0.5, rel=1e-3)


def test_a_click_at_the_end_of_a_hop_is_seen_in_it_or_the_next() -> None:
    spectrum = Spectrum()
    click = np.zeros(HOP)
    click[-1] = 1.0
    first = spectrum.step(click).sum()
    second = spectrum.step(np.zeros(HOP)).sum()
    assert second > 1e-4
    assert second > 100 * first


def test_the_window_is_at_its_top_as_late_as_it_says() -> None:
    window = listening_window(SIZE, FALL)
    assert window.argmax() in (SIZE - FALL - 1, SIZE - FALL)
    assert FALL < Spectrum().delay < SIZE / 2


def test_the_spectrum_equals_the_transform_of_its_samples() -> None:
    sound = rng.standard_normal(8 * HOP)
    spectrum = _heard(sound)
    window = listening_window(SIZE, FALL)
    expected = np.abs(np.fft.rfft(sound[-SIZE:] * window)) ** 2 * 2 / window.sum() ** 2
    np.testing.assert_allclose(spectrum.power, expected, rtol=1e-9, atol=1e-20)
    assert np.array_equal(spectrum.heard, sound[-SIZE:])


def test_the_spectrum_after_reset_is_as_good_as_new() -> None:
    spectrum = _heard(rng.standard_normal(8 * HOP))
    spectrum.reset()
    hop = rng.standard_normal(HOP)
    assert np.array_equal(spectrum.step(hop), Spectrum().step(hop))


@pytest.mark.parametrize("hz", [220.0, 997.0, 5000.0])
def test_a_sine_crosses_zero_at_its_frequency_and_is_centred_there(hz: float) -> None:
    centroid, flatness, crest, crossings = _timbre(sine(hz, 0.1, 0.1))
    assert 1200 * abs(np.log2(crossings / hz)) < 10
    assert centroid == pytest.approx(hz, abs=BIN_HZ / 2)
    assert flatness < 0.01
    assert crest > 20


def test_white_noise_is_flat() -> None:
    values = np.array([_timbre(noise(0.03, -20, seed=seed)) for seed in range(30)])
    centroid, flatness, crest, _ = values.mean(axis=0)
    assert flatness > 0.9
    assert centroid == pytest.approx(RATE / 4, rel=0.05)
    assert crest < 12


def test_the_level_does_not_change_the_colour() -> None:
    sound = noise(0.03, -20, tilt=1)
    np.testing.assert_allclose(_timbre(sound), _timbre(sound * 1e-3), rtol=1e-9)


def test_nothing_has_no_colour() -> None:
    assert list(_timbre(np.zeros(SIZE))) == [0, 0, 0, 0]


@pytest.mark.parametrize("height", [0.0, 1e-300, 1e-3])
def test_a_line_that_is_only_just_touched_crosses_no_faster_than_half_the_rate(height: float) -> None:
    touching = np.full(SIZE, -1.0)
    touching[500] = height
    _, _, _, crossings = Timbre().step(np.ones(BINS), touching)
    assert crossings == RATE / 2


@pytest.mark.parametrize("kind", ["noise", "tone", "one bin", "constant"])
def test_timbre_equals_its_slow_twin(kind: str) -> None:
    sound = {
        "noise": rng.standard_normal(SIZE),
        "tone": sine(440, SIZE / RATE),
        "one bin": sine(20 * BIN_HZ, SIZE / RATE),
        "constant": np.full(SIZE, 0.25),
    }[kind]
    spectrum = _heard(sound)
    power, heard = spectrum.power, spectrum.heard
    expected = [
        naive.centroid(power, BIN_HZ),
        naive.flatness(power),
        naive.crest(power),
        naive.crossings(heard, RATE),
    ]
    np.testing.assert_allclose(Timbre().step(power, heard), expected, rtol=1e-7, atol=1e-12)


def test_the_bands_hold_the_power_of_their_bins() -> None:
    power = rng.random(BINS)
    places, count = band_places()
    rise = SpectralRise()
    rise.step(power, above=20.0)
    np.testing.assert_allclose(rise._past[0], naive.band_powers(power, places, count), rtol=1e-12)
    assert np.all(np.diff(places[1:]) > 0)


def test_a_held_spectrum_does_not_rise_and_a_new_one_does() -> None:
    rise = SpectralRise()
    power = rng.random(BINS)
    first = rise.step(power, above=20.0).copy()
    for _ in range(10):
        held = rise.step(power, above=20.0)
    assert np.all(first > 5)
    assert np.all(held == 0)
    rise.reset()
    assert np.array_equal(rise.step(power, above=20.0), first)


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"fall=1024 must lie between 0 and size=1024 \(try 128\)"):
        listening_window(1024, 1024)
    with pytest.raises(ValueError, match=r"wave\.shape=\(100,\) must be \(256,\)"):
        Spectrum().step(np.zeros(100))
    with pytest.raises(ValueError, match=r"power\.shape=\(9,\) must be \(513,\)"):
        Timbre().step(np.zeros(9), np.zeros(SIZE))
    with pytest.raises(ValueError, match=r"power\.shape=\(9,\) must be \(513,\)"):
        SpectralRise().step(np.zeros(9), 0.0)
