from __future__ import annotations

import pytest

from engine.stage.note_names import name_of_hz, note_name


@pytest.mark.parametrize(
    ("cents", "said"),
    [(6000, ("C4", 0)), (6931, ("A4", 31)), (6951, ("Bb4", -49)), (2400, ("C1", 0)), (float("nan"), ("-", 0))],
)
def test_a_note_is_called_as_musicians_call_it(cents: float, said: tuple[str, int]) -> None:
    assert note_name(cents) == said


@pytest.mark.parametrize(("hz", "said"), [(440, "A4"), (261.6, "C4"), (27.5, "A0"), (0, "-"), (float("inf"), "-")])
def test_a_frequency_has_the_name_of_the_nearest_note(hz: float, said: str) -> None:
    assert name_of_hz(hz) == said
