"""Bars: the first beat of each, where it stands out."""

from __future__ import annotations

import numpy as np
import pytest

from engine.features.bar import BarFinder


def _places(metre: int, count: int, strong: float = 0.8, weak: float = 0.2, first: int = 0) -> list[float]:
    """The places said at each beat, when the word for each comes a little after it."""
    bar, places = BarFinder(), []
    for beat in range(count):
        places.append(bar.beat())
        bar.hear(0.05)
        bar.hear(strong if beat % metre == first else weak)
    return places


@pytest.mark.parametrize("metre", [2, 3, 4])
@pytest.mark.parametrize("first", [0, 1])
def test_bars_are_counted_once_the_downbeats_stand_out(metre: int, first: int) -> None:
    places = _places(metre, 40, first=first)
    assert places[-16:] == [(beat - first) % metre + 1 for beat in range(24, 40)]


def test_where_no_beat_stands_out_nothing_is_said() -> None:
    assert set(_places(4, 30, strong=0.4, weak=0.4)) == {0.0}


def test_nothing_is_said_before_there_is_evidence() -> None:
    assert set(_places(3, 6)) == {0.0}


def test_another_metre_is_taken_up_within_ten_bars() -> None:
    bar, places = BarFinder(), []
    for beat in range(80):
        places.append(bar.beat())
        bar.hear(0.8 if (beat % 4 == 0 if beat < 40 else beat % 3 == 0) else 0.2)
    assert places[-6:] == [beat % 3 + 1 for beat in range(74, 80)]


def test_reset_is_as_good_as_new() -> None:
    bar = BarFinder()
    for beat in range(30):
        bar.hear(float(beat % 3 == 0))
        bar.beat()
    bar.reset()
    rng = np.random.default_rng(0).uniform(size=40)
    other, said, expected = BarFinder(), [], []
    for value in rng:
        for each, out in ((bar, said), (other, expected)):
            each.hear(value)
            out.append(each.beat())
    assert said == expected
