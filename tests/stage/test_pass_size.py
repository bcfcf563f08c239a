"""The arithmetic of pass sizes, and that it is nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.stage.pass_size import read_size

SIZE = {"WIDTH": 160.0, "HEIGHT": 90.0, "scale": 0.25, "zero": 0.0}


@pytest.mark.parametrize(
    ("text", "pixels"),
    [
        ("$WIDTH", 160),
        ("$WIDTH/2", 80),
        ("floor($HEIGHT / 4.0)", 22),
        ("ceil($HEIGHT / 4.0)", 23),
        ("max($WIDTH*0.25,1.0)", 40),
        ("min($WIDTH, $HEIGHT, 64)", 64),
        ("$WIDTH*$scale", 40),
        ("-(3 - $HEIGHT) % 50", 37),
        (" 7 ", 7),
        ("$WIDTH/$zero", 1),
        ("0", 1),
        ("-5", 1),
        ("99999", 4096),
        ("sqrt(0-1)", 1),
        ("$WIDTH*999999999*999999999*999999999*999999999*999999999*999999999*999999999", 4096),
    ],
)
def test_a_size_is_what_its_arithmetic_says_between_one_pixel_and_the_largest(text: str, pixels: int) -> None:
    assert read_size(text).pixels(SIZE, 4096) == pixels


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not arithmetic"),
        ("$WIDTH +", "not arithmetic"),
        ("WIDTH", "not arithmetic over"),
        ("2**9", "not arithmetic over"),
        ("__import__(1)", "not arithmetic over"),
        ("'a'", "may hold numbers"),
        ("floor(1, 2)", r"gives floor\(\) 2 numbers"),
        ("floor(*$WIDTH)", "not arithmetic"),
        ("1e99", "which no picture has"),
        ("(" * 100 + "1" + ")" * 100, "longer than"),
        ("-" * 150 + "1", "nested deeper"),
        ("$WIDTH if $WIDTH else 1", "not arithmetic"),
    ],
)
def test_what_is_not_size_arithmetic_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_size(text)


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=40) | st.text("$WIDTHfloormax0123456789.,+-*/%() ", max_size=60))
def test_any_text_is_a_size_or_a_reason(text: str) -> None:
    try:
        size = read_size(text)
    except ValueError as reason:
        _is_one_line(str(reason))
    else:
        assert 1 <= size.pixels(SIZE, 4096) <= 4096


def _is_one_line(text: str) -> None:
    assert len(text.splitlines()) == 1
