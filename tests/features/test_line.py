from __future__ import annotations

import math

import numpy as np
import pytest

from engine.features.line import ROUGHEST, LineDimensions, katz, petrosian
from engine.features.spectrum import SIZE
from engine.frame import RATE, Texture
from tests import naive_texture
from tests.features.sounds import bowed, noise, sine


def test_a_straight_line_has_dimension_one() -> None:
    for line in (0.25 * np.arange(SIZE), 3 - 0.1 * np.arange(100)):
        assert katz(line) == pytest.approx(1, abs=1e-12)
        assert petrosian(line) == 1


def test_a_constant_has_dimension_one() -> None:
    assert katz(np.full(SIZE, 0.3)) == petrosian(np.full(SIZE, 0.3)) == 1


def test_a_curve_that_only_rises_has_dimension_one() -> None:
    assert katz(np.exp(np.arange(SIZE) / 100)) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("times", [2, 8, 64])
def test_going_to_and_fro_counts_as_often_as_it_happens(times: int) -> None:
    # A triangle of that many strokes of 16 steps: the way is `times` times the reach.
    stroke = np.arange(16)
    triangle = np.append(np.resize(np.concatenate([stroke, 16 - stroke]), 16 * times), 0 if times % 2 == 0 else 16)
    steps = math.log(16 * times)
    assert katz(triangle.astype(float)) == pytest.approx(min(steps / (steps - math.log(times)), ROUGHEST), abs=1e-12)
    turned = 0.4 * (times - 1) / triangle.size
    logs = math.log(triangle.size)
    assert petrosian(triangle.astype(float)) == pytest.approx(logs / (logs - math.log(1 + turned)), abs=1e-12)


def test_what_turns_at_every_sample_is_at_the_end() -> None:
    zigzag = np.resize([0.5, -0.5], SIZE)
    assert katz(zigzag) == ROUGHEST
    assert katz(np.resize([0.0, 0.5, 0.0, -0.5], SIZE), 1e3) == 1e3  # its reach is a single step
    assert 1.05 < petrosian(zigzag) < Texture.petrosian.span[1]


def test_white_noise_turns_at_two_samples_of_three() -> None:
    values = [petrosian(np.random.default_rng(seed).standard_normal(SIZE)) for seed in range(20)]
    logs = math.log(SIZE)
    assert np.mean(values) == pytest.approx(logs / (logs - math.log(1 + 0.4 * 2 / 3)), abs=0.001)


def test_a_low_string_is_below_a_whistle_and_a_whistle_below_noise() -> None:
    sounds = [s[RATE // 2 :][:SIZE] for s in (bowed(98, 1), sine(2000, 1), noise(1, -12))]
    low, whistle, hiss = (katz(sound) for sound in sounds)
    assert low < 2 < whistle < hiss == ROUGHEST


def test_faint_hiss_shows_in_how_often_the_line_turns() -> None:
    tone, hiss = sine(220, 1)[:SIZE], noise(1, -50)[:SIZE]
    assert petrosian(tone + hiss) > petrosian(tone) + 0.003
    assert katz(tone + hiss) == pytest.approx(katz(tone), abs=0.15)


@pytest.mark.parametrize("size", [3, 33, 200])
def test_the_kernel_equals_its_slow_twin(size: int) -> None:
    rng = np.random.default_rng(size)
    broken, endless = rng.standard_normal(size), rng.standard_normal(size)
    broken[size // 2], endless[0] = np.nan, np.inf
    cases = [
        rng.standard_normal(size),
        np.cumsum(rng.standard_normal(size)),
        np.sin(np.arange(size) * 0.19),
        rng.integers(-2, 3, size).astype(float),
        np.zeros(size),
        broken,
        endless,
    ]
    for samples in cases:
        with np.errstate(invalid="ignore"):
            assert katz(samples, 9.0) == pytest.approx(naive_texture.katz(samples, 9.0), abs=1e-9)
            assert petrosian(samples) == pytest.approx(naive_texture.petrosian(samples), abs=1e-12)


def test_the_level_does_not_matter() -> None:
    walk = np.cumsum(np.random.default_rng(4).standard_normal(SIZE))
    assert katz(walk * 1e-6) == pytest.approx(katz(walk), abs=1e-12)
    assert petrosian(walk * 1e-6) == petrosian(walk)


def test_the_machine_says_the_same_of_its_window() -> None:
    machine = LineDimensions()
    for seed in range(3):
        samples = np.cumsum(np.random.default_rng(seed).standard_normal(SIZE))
        assert list(machine.step(samples)) == [katz(samples), petrosian(samples)]
    machine.reset()
    assert np.all(machine.values == LineDimensions().values)


def test_wrong_arguments_are_named() -> None:
    for dimension in (katz, petrosian):
        with pytest.raises(ValueError, match=r"samples\.shape=\(2,\) must be \(n,\), one channel, n at least 3"):
            dimension(np.zeros(2))
        with pytest.raises(ValueError, match=r"samples\.shape=\(10, 2\) must be"):
            dimension(np.zeros((10, 2)))
    with pytest.raises(ValueError, match=r"heard\.shape=\(5,\) must be \(1024,\)"):
        LineDimensions().step(np.zeros(5))
