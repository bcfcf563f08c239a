from __future__ import annotations

import numpy as np
import pytest

from engine.features.level import Level
from engine.features.loudness import Loudness
from engine.features.mixdown import LOUDEST, Mixdown
from engine.frame import HOP, RATE, SILENT_DB
from tests import naive
from tests.features.sounds import gain, hops, noise, sine


def _levels(hop: np.ndarray) -> tuple[float, float, int]:
    machine = Level()
    level, peak = machine.step(hop, hop.mean(axis=0))
    return float(level), float(peak), machine.clipping


def test_a_square_of_full_scale_reads_zero() -> None:
    square = np.where(np.arange(HOP) % 64 < 32, 1.0, -1.0)
    assert _levels(square[None]) == pytest.approx((0, 0, HOP), abs=1e-12)


def test_a_sine_of_full_scale_reads_three_decibels_less() -> None:
    level, peak, _ = _levels(sine(750, HOP / RATE)[None])
    assert level == pytest.approx(-3.0103, abs=1e-4)
    assert peak == pytest.approx(0, abs=0.03)


def test_nothing_reads_silent() -> None:
    assert _levels(np.zeros((2, HOP))) == (SILENT_DB, SILENT_DB, 0)


def test_the_peak_is_that_of_the_loudest_channel() -> None:
    hop = np.zeros((2, HOP))
    hop[1, 9] = -0.5
    assert _levels(hop)[1] == pytest.approx(-6.02, abs=0.01)


def test_samples_at_full_scale_are_counted_in_every_channel_and_over_hops() -> None:
    machine = Level()
    hop = np.zeros((2, HOP))
    hop[0, 3], hop[1, 5], hop[1, 6] = 1.0, -1.2, 0.9985
    for _ in range(3):
        machine.step(hop, hop.mean(axis=0))
    assert machine.clipping == 6
    machine.reset()
    assert machine.clipping == 0


def test_the_level_equals_its_slow_twin() -> None:
    hop = noise(HOP / RATE * 2, -30)[:HOP][None]
    assert _levels(hop)[0] == pytest.approx(naive.rms_dbfs(hop[0]), abs=1e-9)


def test_the_mix_is_the_mean_of_the_channels() -> None:
    machine = Mixdown(3)
    samples = np.random.default_rng(1).uniform(-1, 1, (HOP, 3)).astype(np.float32)
    machine.step(samples)
    np.testing.assert_allclose(machine.mix, samples.astype(float).mean(axis=1), atol=1e-12)


def test_read_only_and_strided_hops_are_heard_alike() -> None:
    samples = np.random.default_rng(1).uniform(-1, 1, (HOP, 2)).astype(np.float32)
    sealed = samples.copy()
    sealed.setflags(write=False)
    strided = np.asfortranarray(samples)
    waves = [Mixdown(2).step(kind).copy() for kind in (samples, sealed, strided)]
    assert np.array_equal(waves[0], waves[1])
    assert np.array_equal(waves[0], waves[2])


def test_what_is_not_a_number_is_silence_and_what_is_absurd_is_limited() -> None:
    samples = np.zeros((HOP, 1), np.float32)
    samples[:4, 0] = np.nan, np.inf, -np.inf, 1e30
    machine = Mixdown(1)
    machine.step(samples)
    assert list(machine.mix[:4]) == [0, 0, 0, LOUDEST]


def test_an_offset_is_no_sound() -> None:
    machine = Mixdown(1)
    for hop in hops(np.full(RATE, 0.1)):
        wave = machine.step(hop)
    assert np.abs(wave).max() < 1e-9


def test_a_sine_of_full_scale_has_the_loudness_of_the_standard() -> None:
    machine = Loudness(1)
    for hop in hops(sine(997, 1.0)):
        loudness = machine.step(np.ascontiguousarray(hop.T, dtype=float))
    assert loudness == pytest.approx(-3.01, abs=0.01)


def test_two_channels_are_three_units_louder_than_one() -> None:
    one, two = Loudness(2), Loudness(2)
    for hop in hops(sine(997, 0.5, gain(-20))):
        wave = hop.T.astype(float)
        left, both = one.step(np.vstack([wave, 0 * wave])), two.step(np.vstack([wave, wave]))
    assert left == pytest.approx(-23.01, abs=0.01)
    assert both - left == pytest.approx(3.01, abs=0.01)


def test_the_window_of_loudness_is_four_tenths_of_a_second() -> None:
    machine = Loudness(1)
    sound = np.concatenate([sine(997, 1.0), np.zeros(RATE)])
    values = [machine.step(np.ascontiguousarray(hop.T, dtype=float)) for hop in hops(sound)]
    after = RATE // HOP
    assert values[after + 37] == pytest.approx(-3.01 - 3.01, abs=0.2)
    assert values[after + 77] < -60


def test_loudness_equals_its_slow_twin() -> None:
    from engine.features.filters import k_weighting

    sound = noise(0.05, -20)
    sound = sound[: sound.size // HOP * HOP]
    machine = Loudness(1)
    for start in range(0, sound.size, HOP):
        loudness = machine.step(sound[None, start : start + HOP].copy())
    weighted = naive.filtered(k_weighting(), sound)
    assert loudness == pytest.approx(-0.691 + 10 * np.log10(np.sum(weighted**2) / (0.4 * RATE)), abs=1e-6)


def test_loudness_after_reset_is_as_good_as_new() -> None:
    machine = Loudness(1)
    hop = noise(0.1, -10)[None, :HOP].copy()
    first = machine.step(hop)
    for _ in range(80):
        machine.step(hop)
    machine.reset()
    assert machine.step(hop) == first


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"channels=0 must be from 1 to 64 \(1 mono, 2 stereo\)"):
        Mixdown(0)
    with pytest.raises(ValueError, match=r"channels=0 must be at least 1"):
        Loudness(0)
    with pytest.raises(ValueError, match=r"samples\.shape=\(256, 1\) must be \(256, 2\)"):
        Mixdown(2).step(np.zeros((256, 1), np.float32))
    with pytest.raises(ValueError, match=r"channels\.shape=\(2, 256\) must be \(1, 256\)"):
        Loudness(1).step(np.zeros((2, 256)))
