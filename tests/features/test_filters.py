from __future__ import annotations

import numpy as np
import pytest

from engine.features.filters import band_pass, group_delay, high_pass, k_weighting, low_pass, notch
from engine.frame import RATE
from tests import naive


@pytest.mark.parametrize(("low", "high"), [(44.2, 88.4), (707, 1414), (5657, 11314)])
@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_the_band_pass_has_the_response_that_butterworth_gave_it(low: float, high: float, order: int) -> None:
    hz = np.geomspace(20, 20_000, 300)
    below, above, at = (np.tan(np.pi * np.asarray(edge) / RATE) for edge in (low, high, hz))
    detuning = (at**2 - below * above) / (at * (above - below))
    power = np.abs(naive.response(band_pass(low, high, order, RATE), hz, RATE)) ** 2
    np.testing.assert_allclose(power, 1 / (1 + detuning ** (2 * order)), rtol=1e-6, atol=1e-12)


def test_the_edges_lie_three_decibels_down() -> None:
    response = naive.response(band_pass(500, 1000, 3, RATE), np.array([500.0, 1000.0]), RATE)
    np.testing.assert_allclose(np.abs(response) ** 2, 0.5, rtol=1e-9)


def test_the_k_weighting_adds_what_the_standard_takes_off_at_997_hz() -> None:
    response = naive.response(k_weighting(), np.array([997.0]), RATE)
    assert 20 * np.log10(np.abs(response[0])) == pytest.approx(0.691, abs=0.005)


@pytest.mark.parametrize("hz", [30, 440, 5000, 19_000])
@pytest.mark.parametrize("order", [2, 4, 8])
def test_high_and_low_pass_have_the_response_that_butterworth_gave_them(hz: float, order: int) -> None:
    at = np.geomspace(20, 23_000, 300)
    ratio = np.tan(np.pi * at / RATE) / np.tan(np.pi * hz / RATE)
    low = np.abs(naive.response(low_pass(hz, order, RATE), at, RATE)) ** 2
    high = np.abs(naive.response(high_pass(hz, order, RATE), at, RATE)) ** 2
    np.testing.assert_allclose(low, 1 / (1 + ratio ** (2 * order)), rtol=1e-5, atol=1e-10)
    np.testing.assert_allclose(high, 1 / (1 + ratio ** (-2 * order)), rtol=1e-5, atol=1e-10)


def test_a_notch_takes_out_its_frequency_and_no_other() -> None:
    response = np.abs(naive.response(notch(100, 4, RATE), np.array([100.0, 98.02, 102.02, 50.0, 200.0, 5000.0]), RATE))
    assert response[0] < 1e-9
    np.testing.assert_allclose(response[1:3] ** 2, 0.5, rtol=0.01)
    np.testing.assert_allclose(response[3:], 1, rtol=2e-3)


@pytest.mark.parametrize("hz", [250, 900, 4000])
def test_the_group_delay_is_the_slope_of_the_phase(hz: float) -> None:
    sections = np.concatenate([high_pass(200, 8, RATE), low_pass(5000, 8, RATE), notch(150, 3, RATE)])
    step = 0.01
    below, above = np.angle(naive.response(sections, np.array([hz - step, hz + step]), RATE))
    slope = (below - above) % (2 * np.pi) / (2 * np.pi * 2 * step / RATE)
    assert group_delay(sections, hz, RATE) == pytest.approx(slope, rel=1e-3)


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"hz=30000 must lie between 0 and rate/2=24000"):
        high_pass(30_000, 8, RATE)
    with pytest.raises(ValueError, match=r"order=3 must be even \(try 8\)"):
        low_pass(300, 3, RATE)
    with pytest.raises(ValueError, match=r"hz=1, width_hz=3 must lie between 0"):
        notch(1, 3, RATE)
    with pytest.raises(ValueError, match=r"low_hz=900, high_hz=500 must rise between 0 and rate/2=24000"):
        band_pass(900, 500, 3, RATE)
    with pytest.raises(ValueError, match=r"order=0 must be at least 1 \(try 3\)"):
        band_pass(500, 900, 0, RATE)
    with pytest.raises(ValueError, match=r"must lie nearer together"):
        band_pass(20, 20_000, 3, RATE)
