from __future__ import annotations

import numpy as np
import pytest

from engine.features.covering import SCALES, FractalProfile, covering_profile
from engine.features.spectrum import SIZE
from engine.frame import RATE
from tests import naive_texture
from tests.features.sounds import blown, bowed, noise, sine

WIDTHS = 2.0 ** np.arange(SCALES)  # steps in the narrower window of each number


@pytest.mark.parametrize("size", [512, 700, SIZE])
def test_a_straight_line_has_dimension_one_at_every_scale(size: int) -> None:
    np.testing.assert_allclose(covering_profile(0.25 - 0.01 * np.arange(size)), 1, atol=1e-12)


def test_a_constant_has_dimension_one_at_every_scale() -> None:
    assert np.all(covering_profile(np.full(SIZE, 0.3)) == 1)


def test_what_alternates_fills_the_plane_at_every_scale() -> None:
    assert np.all(covering_profile(np.resize([0.5, -0.5], SIZE)) == 2)


@pytest.mark.parametrize("period", [64, 128, 256])
def test_a_sine_is_smooth_below_its_period_and_flat_above(period: int) -> None:
    # The mean range of a sine within w of its P samples is 2 (r + sin r) / π with r = π w / P, and 2 from w = P on.
    def mean_range(width: np.ndarray) -> np.ndarray:
        r = np.minimum(np.pi * width / period, np.pi)
        return np.asarray(2 * (r + np.sin(r)) / np.pi)

    expected = 2 - np.log2(mean_range(2 * WIDTHS) / mean_range(WIDTHS))
    profile = covering_profile(np.sin(2 * np.pi * np.arange(16 * period) / period))
    np.testing.assert_allclose(profile, expected, atol=0.01)
    assert profile[0] < 1.01
    assert profile[-1] > 1.7


def test_even_noise_reads_what_its_ranges_say() -> None:
    # The expected range of w + 1 even random numbers is w / (w + 2) of theirs: a flat cover reads low.
    samples = np.random.default_rng(1).uniform(-1, 1, 200_000)
    np.testing.assert_allclose(covering_profile(samples), 2 - np.log2((WIDTHS + 2) / (WIDTHS + 1)), atol=0.01)


def test_brownian_motion_covers_itself_as_its_exponent_says_where_it_is_finely_sampled() -> None:
    walk = np.cumsum(np.random.default_rng(2).standard_normal(200_000))
    assert covering_profile(walk)[-1] == pytest.approx(1.5, abs=0.05)


def test_breath_shows_at_the_finest_scales_and_height_at_the_coarsest() -> None:
    flute, bow, low = (covering_profile(s[RATE // 2 :][:SIZE]) for s in (blown(587, 1), bowed(587, 1), bowed(98, 1)))
    assert flute[0] > bow[0] + 0.1
    assert low[-1] < 1.3 < 1.9 < min(flute[-1], bow[-1])


def test_noise_is_rougher_than_a_tone_up_to_the_scale_of_its_period() -> None:
    hiss, tone = (covering_profile(s[:SIZE]) for s in (noise(1, -12), sine(440, 1)))
    assert np.all(hiss[:6] > tone[:6])


@pytest.mark.parametrize("size", [512, 600])
def test_the_kernel_equals_its_slow_twin(size: int) -> None:
    rng = np.random.default_rng(size)
    broken, endless = rng.standard_normal(size), rng.standard_normal(size)
    broken[7], endless[-1] = np.nan, -np.inf
    cases = [
        rng.standard_normal(size),
        np.cumsum(rng.standard_normal(size)),
        np.sin(np.arange(size) * 0.19),
        rng.integers(-2, 3, size).astype(float),
        np.zeros(size),
        np.full(size, -0.5),
        np.eye(1, size, 300)[0],
        broken,
        endless,
    ]
    for samples in cases:
        expected = naive_texture.covering_profile(samples, SCALES) if np.all(np.isfinite(samples)) else [1.0] * SCALES
        np.testing.assert_allclose(covering_profile(samples), expected, atol=1e-12)


def test_huge_samples_give_a_profile_too() -> None:
    profile = covering_profile(np.random.default_rng(3).choice([-8e307, 8e307], SIZE) * np.linspace(1e-300, 1, SIZE))
    assert np.all((profile >= 1) & (profile <= 2))


def test_the_level_does_not_matter() -> None:
    walk = np.cumsum(np.random.default_rng(4).standard_normal(SIZE))
    np.testing.assert_allclose(covering_profile(walk * 1e-6), covering_profile(walk), atol=1e-12)


def test_the_machine_says_the_same_of_its_window_whatever_it_heard_before() -> None:
    machine = FractalProfile()
    for seed in range(3):
        samples = np.random.default_rng(seed).standard_normal(SIZE)
        assert np.all(machine.step(samples) == covering_profile(samples))
    machine.reset()
    assert np.all(machine.values == FractalProfile().values)


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"samples\.shape=\(511,\) must be \(n,\), one channel, n at least 512"):
        covering_profile(np.zeros(511))
    with pytest.raises(ValueError, match=r"samples\.shape=\(600, 2\) must be"):
        covering_profile(np.zeros((600, 2)))
    with pytest.raises(ValueError, match=r"heard\.shape=\(5,\) must be \(1024,\)"):
        FractalProfile().step(np.zeros(5))
