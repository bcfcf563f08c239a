from __future__ import annotations

import numpy as np
import pytest

from engine.features.fractal import SCALES, FractalDimension, higuchi, step_weights
from engine.features.spectrum import SIZE
from engine.frame import RATE
from tests import naive


def fractional_brownian(hurst: float, count: int, seed: int) -> np.ndarray:
    """Exact fractional Brownian motion by circulant embedding of its increments (Davies and Harte)."""
    k = np.arange(count + 1, dtype=float)
    covariance = 0.5 * ((k + 1) ** (2 * hurst) - 2 * k ** (2 * hurst) + np.abs(k - 1) ** (2 * hurst))
    circle = np.concatenate([covariance, covariance[-2:0:-1]])
    weight = np.sqrt(np.maximum(np.fft.fft(circle).real, 0))
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal(circle.size) + 1j * rng.standard_normal(circle.size)
    return np.cumsum((np.fft.fft(weight * noise) / np.sqrt(circle.size)).real[:count])


def whistle(hz: float) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(SIZE) / RATE + 0.3)


@pytest.mark.parametrize("size", [64, 256, 1000, 1024])
def test_a_straight_line_has_dimension_one(size: int) -> None:
    assert higuchi(0.25 * np.arange(size)) == pytest.approx(1, abs=1e-12)


def test_a_constant_has_dimension_one() -> None:
    assert higuchi(np.full(SIZE, 0.3)) == 1


def test_white_noise_has_dimension_two() -> None:
    values = [higuchi(np.random.default_rng(seed).standard_normal(SIZE)) for seed in range(20)]
    assert np.mean(values) == pytest.approx(2, abs=0.02)
    assert min(values) > 1.95


@pytest.mark.parametrize("hurst", [0.2, 0.5, 0.8])
def test_fractional_brownian_motion_has_dimension_two_minus_its_exponent(hurst: float) -> None:
    values = [higuchi(fractional_brownian(hurst, SIZE, seed)) for seed in range(20)]
    assert np.mean(values) == pytest.approx(2 - hurst, abs=0.02)


@pytest.mark.parametrize("hz", [1_000, 5_000, 10_000, 15_000])
def test_a_whistle_is_not_rougher_than_noise(hz: float) -> None:
    noise = [higuchi(np.random.default_rng(seed).standard_normal(SIZE)) for seed in range(5)]
    assert higuchi(whistle(hz)) < min(noise)


def test_a_low_whistle_is_smooth() -> None:
    assert higuchi(whistle(440)) < 1.05


@pytest.mark.parametrize("scales", [2, 5, 8, 10])
@pytest.mark.parametrize("size", [33, 200])
def test_the_kernel_equals_its_slow_twin(scales: int, size: int) -> None:
    rng = np.random.default_rng(size + scales)
    broken = rng.standard_normal(size)
    broken[7] = np.nan
    cases = [
        rng.standard_normal(size),
        np.cumsum(rng.standard_normal(size)),
        np.sin(np.arange(size) * 1.9),
        np.zeros(size),
        np.full(size, -0.5),
        broken,
    ]
    for samples in cases:
        assert higuchi(samples, scales) == pytest.approx(naive.higuchi(samples, scales), abs=1e-9)


def test_the_level_does_not_matter() -> None:
    noise = np.cumsum(np.random.default_rng(4).standard_normal(SIZE))
    assert higuchi(noise * 1e-6) == pytest.approx(higuchi(noise), abs=1e-9)


def test_the_machine_says_the_same_of_its_window() -> None:
    samples = np.random.default_rng(5).standard_normal(SIZE)
    assert FractalDimension().step(samples) == higuchi(samples, SCALES)


def test_the_weights_of_every_step_add_up_to_one() -> None:
    np.testing.assert_allclose(step_weights(100, 7).sum(axis=1), 1, rtol=1e-12)


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"scales=1 must be from 2 to half of size=100 \(try 8\)"):
        higuchi(np.zeros(100), 1)
    with pytest.raises(ValueError, match=r"samples\.ndim=2 must be 1"):
        higuchi(np.zeros((10, 2)))
    with pytest.raises(ValueError, match=r"heard\.shape=\(5,\) must be \(1024,\)"):
        FractalDimension().step(np.zeros(5))
