"""What may stand for a number in a file."""

from __future__ import annotations

import math
from typing import Any

import pytest

from engine.foundation.number import is_number


@pytest.mark.parametrize("value", [0, -1, 2.5, 1e299, 10**299])
def test_a_number_that_a_float_can_hold_is_one(value: float) -> None:
    assert is_number(value)
    assert math.isfinite(float(value))


@pytest.mark.parametrize("value", [True, False, None, "1", [1], math.nan, math.inf, -math.inf, 10**400, -(10**400)])
def test_a_truth_value_a_text_what_is_not_finite_and_what_no_float_can_hold_is_none(value: Any) -> None:
    assert not is_number(value)
