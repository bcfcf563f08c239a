"""Colours as people write and see them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.stage.color import from_lab, read_color, to_lab


def test_a_colour_is_read_as_it_is_written() -> None:
    assert read_color("#FF8000") == (1.0, 128 / 255, 0.0, 1.0)
    assert read_color("#00000080")[3] == 128 / 255


@pytest.mark.parametrize("text", ["", "red", "#FFF", "#GG0000", "FF8000", "#FF8000 ", "#ＦＦ8000"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be a colour"):
        read_color(text)


def test_oklab_agrees_with_its_authors_figures() -> None:
    white, red = to_lab((1.0, 1.0, 1.0, 1.0)), to_lab((1.0, 0.0, 0.0, 1.0))
    assert white[:3] == pytest.approx([1.0, 0.0, 0.0], abs=1e-4)
    assert red[:3] == pytest.approx([0.6280, 0.2249, 0.1258], abs=1e-4)


@given(st.tuples(*[st.floats(0, 1)] * 4))
def test_a_colour_goes_to_oklab_and_back_unchanged(color: tuple[float, float, float, float]) -> None:
    assert np.allclose(from_lab(to_lab(color)), color, atol=1e-6)


def test_halfway_between_blue_and_yellow_is_no_mud() -> None:
    middle = from_lab((to_lab(read_color("#0000FF")) + to_lab(read_color("#FFFF00"))) / 2)
    assert middle[1] > middle[0]  # the straight line in sRGB is plain grey
