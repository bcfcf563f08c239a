from __future__ import annotations

import numpy as np
import pytest

from engine.features.roughness import PEAKS, Roughness, dissonance
from engine.features.tones import BIN_HZ, BINS, Tones
from engine.frame import HOP
from tests import naive_texture
from tests.features.sounds import bowed, gain, noise, sine

INTERVALS = {"second": 16 / 15, "whole": 9 / 8, "minor third": 6 / 5, "third": 5 / 4, "fourth": 4 / 3, "fifth": 3 / 2}


def heard(sound: np.ndarray) -> float:
    """The median roughness of a sound, without its first 0.2 s."""
    tones, machine = Tones(), Roughness()
    hops = [np.ascontiguousarray(sound[start : start + HOP]) for start in range(0, len(sound) - HOP + 1, HOP)]
    return float(np.median([machine.step(tones.step(hop)) for hop in hops][40:]))


def reed(hz: float, seconds: float = 0.6) -> np.ndarray:
    return sum((sine(k * hz, seconds, 0.3 / k) for k in range(1, 9)), np.zeros(round(seconds * 48_000)))


def pair(hz: float, other: float, a: float = 1.0, b: float = 1.0) -> float:
    return dissonance(np.array([hz, other]), np.array([a, b]))


def test_one_partial_is_smooth() -> None:
    assert dissonance(np.array([440.0]), np.array([1.0])) == 0
    assert heard(sine(440, 0.5, 0.3)) == 0


def test_two_equal_partials_at_their_worst_are_all_rough() -> None:
    for hz in (100.0, 500.0, 2000.0):
        away = np.linspace(1, 150, 2000)
        curve = [pair(hz, hz + difference) for difference in away]
        assert max(curve) == pytest.approx(1, abs=1e-4)
        assert away[np.argmax(curve)] == pytest.approx(0.220639 / 0.24 * (0.0207 * hz + 18.96), abs=0.1)


def test_partials_in_unison_or_far_apart_do_not_beat() -> None:
    assert pair(440, 440) == 0
    assert pair(440, 880) == 0


def test_it_beats_as_deep_as_the_weaker_partial_lets_it() -> None:
    equal = pair(440, 466)
    for ratio in (0.5, 0.1, 0.01):
        assert pair(440, 466, 1, ratio) == pytest.approx(equal * 2 * ratio / (1 + ratio**2), abs=1e-12)


def test_sines_are_smoother_the_wider_the_interval() -> None:
    for read in (lambda r: pair(440, 440 * r), lambda r: heard(sine(440, 0.6, 0.3) + sine(440 * r, 0.6, 0.3))):
        values = [read(ratio) for ratio in INTERVALS.values()]
        assert values == sorted(values, reverse=True)
        assert values[0] > 0.9
        assert values[-1] < 0.02


def test_chords_of_rich_tones_stand_in_the_order_of_the_textbook() -> None:
    octave, fifth, fourth, third, whole, second = (
        heard(reed(440) + reed(440 * ratio)) for ratio in (2, 3 / 2, 4 / 3, 5 / 4, 9 / 8, 16 / 15)
    )
    assert octave < fifth < fourth < third < whole < second
    assert octave < 0.02
    assert second > 0.8
    assert fourth < heard(reed(440) + reed(440 * 2**0.5))  # the tritone


def test_a_low_reed_growls_and_a_high_one_does_not() -> None:
    assert heard(reed(440)) < 0.02 < 0.1 < heard(reed(65))


def test_noise_is_rough() -> None:
    assert heard(noise(1, -12)) > 0.7 > 0.3 > heard(bowed(440, 1))


def test_the_level_does_not_matter() -> None:
    sound = reed(220) + reed(233)
    assert heard(sound * gain(-40)) == pytest.approx(heard(sound), abs=1e-6)


def test_partials_equal_their_slow_twin() -> None:
    rng = np.random.default_rng(1)
    for count in (0, 1, 2, 7, 40):
        hz, amplitude = rng.uniform(50, 2000, count), rng.uniform(0, 1, count)
        assert dissonance(hz, amplitude) == pytest.approx(naive_texture.dissonance(hz, amplitude), abs=1e-9)


def test_spectra_equal_their_slow_twin() -> None:
    rng = np.random.default_rng(2)
    for power in (rng.exponential(1, BINS), rng.exponential(1, BINS) ** 8, np.eye(1, BINS, 40)[0]):
        expected = naive_texture.dissonance(*naive_texture.partials(power, BIN_HZ, PEAKS))
        assert Roughness().step(power) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("value", [0.0, 1.0, np.nan, np.inf, 1e-300, 1e300])
def test_a_flat_or_broken_spectrum_is_smooth(value: float) -> None:
    assert Roughness().step(np.full(BINS, value)) == 0


def test_a_broken_bin_is_no_partial() -> None:
    power = np.random.default_rng(3).exponential(1, BINS)
    power[100] = np.nan
    assert 0 <= Roughness().step(power) <= 1
    power[100] = np.inf
    assert Roughness().step(power) == 0


def test_nothing_is_remembered() -> None:
    rng = np.random.default_rng(4)
    machine = Roughness()
    for _ in range(5):
        power = rng.exponential(1, BINS) ** 3
        assert machine.step(power) == Roughness().step(power)
    machine.reset()


def test_its_delay_is_that_of_the_tones() -> None:
    assert Roughness().delay == Tones().delay


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"hz\.shape=\(3,\), amplitude\.shape=\(2,\) must be the same \(n,\)"):
        dissonance(np.zeros(3), np.zeros(2))
    with pytest.raises(ValueError, match=r"power\.shape=\(5,\) must be \(513,\)"):
        Roughness().step(np.zeros(5))
