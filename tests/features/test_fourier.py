from __future__ import annotations

import numpy as np
import pytest

from engine.features.fourier import PowerSpectrum

SIZES = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096]


@pytest.mark.parametrize("size", SIZES)
def test_it_is_the_transform_that_numpy_makes(size: int) -> None:
    rng = np.random.default_rng(size)
    window = np.hanning(size)
    machine = PowerSpectrum(window, 0.7)
    for samples in (rng.standard_normal(size), np.ones(size), np.zeros(size), np.resize([1.0, -1.0], size)):
        expected = 0.7 * np.abs(np.fft.rfft(samples * window)) ** 2
        np.testing.assert_allclose(machine.step(samples), expected, atol=1e-14 * size**2)


@pytest.mark.parametrize("size", [16, 64, 128])
def test_it_is_the_sum_that_defines_it(size: int) -> None:
    samples = np.random.default_rng(1).standard_normal(size)
    found = PowerSpectrum(np.ones(size)).step(samples)
    for k in range(size // 2 + 1):
        whole = sum(samples[n] * np.exp(-2j * np.pi * k * n / size) for n in range(size))
        assert found[k] == pytest.approx(abs(whole) ** 2, rel=1e-9, abs=1e-9)


def test_a_cosine_in_the_middle_of_a_bin_is_in_that_bin_alone() -> None:
    power = PowerSpectrum(np.ones(1024), 2 / 1024**2).step(np.cos(2 * np.pi * 100 * np.arange(1024) / 1024))
    assert power[100] == pytest.approx(0.5, abs=1e-12)
    assert np.max(np.delete(power, 100)) < 1e-25


def test_the_powers_add_up_to_that_of_the_samples() -> None:
    samples = np.random.default_rng(2).standard_normal(1024)
    power = PowerSpectrum(np.ones(1024)).step(samples)
    assert power[0] + 2 * power[1:-1].sum() + power[-1] == pytest.approx(1024 * np.sum(samples**2), rel=1e-12)


def test_nothing_is_remembered() -> None:
    rng = np.random.default_rng(3)
    machine = PowerSpectrum(np.hanning(256))
    machine.step(np.full(256, np.nan))
    samples = rng.standard_normal(256)
    assert np.all(machine.step(samples) == PowerSpectrum(np.hanning(256)).step(samples))
    machine.reset()
    assert np.all(machine.power == 0)


def test_wrong_arguments_are_named() -> None:
    for size in (8, 1000):
        with pytest.raises(ValueError, match=rf"window\.shape=\({size},\) must be \(size,\), a power of two from 16"):
            PowerSpectrum(np.ones(size))
    with pytest.raises(ValueError, match=r"window\.shape=\(16, 16\) must be"):
        PowerSpectrum(np.ones((16, 16)))
    with pytest.raises(ValueError, match=r"samples\.shape=\(5,\) must be \(16,\)"):
        PowerSpectrum(np.ones(16)).step(np.zeros(5))
