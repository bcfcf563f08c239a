from __future__ import annotations

import numpy as np
import pytest

from engine.features.filters import band_pass, k_weighting
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


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"low_hz=900, high_hz=500 must rise between 0 and rate/2=24000"):
        band_pass(900, 500, 3, RATE)
    with pytest.raises(ValueError, match=r"order=0 must be at least 1 \(try 3\)"):
        band_pass(500, 900, 0, RATE)
    with pytest.raises(ValueError, match=r"must lie nearer together"):
        band_pass(20, 20_000, 3, RATE)
