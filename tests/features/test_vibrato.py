from __future__ import annotations

import numpy as np
import pytest

from engine.features.vibrato import _RATES, SPAN, Vibrato, _swing, swing_bases
from engine.frame import HOP, RATE
from tests import naive_pitch

SECOND = RATE / HOP


def told(cents: np.ndarray, machine: Vibrato | None = None) -> np.ndarray:
    """Glide, rate and depth after every hop of a pitch."""
    machine = machine or Vibrato()
    return np.array([machine.step(float(c)).copy() for c in cents])


def times(seconds: float) -> np.ndarray:
    return np.arange(round(seconds * SECOND)) / SECOND


def wobble(count: int, cents: float, seed: int = 0) -> np.ndarray:
    return cents * np.random.default_rng(seed).standard_normal(count)


@pytest.mark.parametrize("rate", [4.5, 5.5, 6.25, 7.0])
@pytest.mark.parametrize("depth", [15.0, 40.0, 80.0])
def test_a_vibrato_is_read_in_rate_and_depth(rate: float, depth: float) -> None:
    time = times(1.5)
    out = told(6200 + depth * np.sin(2 * np.pi * rate * time) + wobble(time.size, 2))
    settled = out[SPAN + 4 :]
    assert np.median(settled[:, 1]) == pytest.approx(rate, rel=0.05)
    assert np.median(settled[:, 2]) == pytest.approx(depth, rel=0.1)
    assert np.mean(np.abs(settled[:, 1] / rate - 1) < 0.1) > 0.9


@pytest.mark.parametrize("slope", [-800.0, -200.0, 200.0, 600.0])
def test_a_glide_is_read_and_is_no_vibrato(slope: float) -> None:
    time = times(0.8)
    out = told(6000 + slope * time + wobble(time.size, 1))
    assert np.median(out[30:, 0]) == pytest.approx(slope, rel=0.05)
    assert np.all(out[:, 1:] == 0)


def test_a_glide_under_a_vibrato_is_read_without_its_swings() -> None:
    time = times(1.5)
    out = told(6000 + 150 * time + 40 * np.sin(2 * np.pi * 5.5 * time))[SPAN + 4 :]
    assert np.median(out[:, 0]) == pytest.approx(150, rel=0.1)
    assert np.max(np.abs(out[:, 0] - 150)) < 100


def test_a_steady_note_neither_glides_nor_swings() -> None:
    out = told(6000 + wobble(200, 2))
    assert np.all(out[:, 1:] == 0)
    assert np.max(np.abs(out[30:, 0])) < 60


def test_a_leap_is_no_glide() -> None:
    out = told(np.concatenate([np.full(60, 6000.0), np.full(60, 6400.0)]))
    assert np.max(np.abs(out[:, 0])) < 1e-6


def test_a_short_hole_does_not_end_a_vibrato() -> None:
    time = times(1.2)
    cents = 6200 + 40 * np.sin(2 * np.pi * 5.5 * time)
    cents[150:152] = np.nan
    assert told(cents)[155, 2] == pytest.approx(40, rel=0.1)


def test_without_a_pitch_nothing_moves() -> None:
    machine = Vibrato()
    told(6000 + 300 * times(0.5), machine)
    out = told(np.full(20, np.nan), machine)
    assert np.all(out[-1] == 0)


def test_the_fit_equals_least_squares() -> None:
    rng = np.random.default_rng(3)
    bases, turns = swing_bases(SPAN, _RATES)
    for _ in range(5):
        cents = 6000 + np.cumsum(rng.standard_normal(SPAN)) * 5
        out = np.zeros(4)
        _swing(cents, bases, turns, np.zeros(_RATES.size), np.zeros(4), out)
        fits = [naive_pitch.swing(cents, rate, HOP / RATE) for rate in _RATES]
        slope, depth, share = max(fits, key=lambda fit: fit[2])
        assert out[0] * SECOND == pytest.approx(slope, rel=1e-6, abs=1e-6)
        assert out[2] == pytest.approx(depth, rel=1e-6)
        assert out[3] == pytest.approx(share, rel=1e-6)


def test_any_pitch_gives_finite_numbers() -> None:
    rng = np.random.default_rng(5)
    cents = rng.choice([np.nan, np.inf, 0.0, 6000.0, 6010.0, 1e6], size=400)
    cents[100:300] = 6000.0
    assert np.all(np.isfinite(told(cents)))


def test_reset_is_as_good_as_new() -> None:
    cents = 6000 + 50 * np.sin(2 * np.pi * 6 * times(0.6)) + wobble(round(0.6 * SECOND), 3)
    machine = Vibrato()
    first = told(cents, machine)
    machine.reset()
    np.testing.assert_array_equal(told(cents, machine), first)


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"span=4 must be at least 8 hops \(try 64\)"):
        swing_bases(4, _RATES)
