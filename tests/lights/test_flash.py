"""Lights do not flash dangerously: however they are driven, there are no more than three flashes in any second."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.lights.flash import FASTEST, Strobe, Unflashing

HOP = 256 / 48_000
STEP = 0.1


def most_in_a_second(values: list[float]) -> int:
    """The most opposing changes of a tenth that are complete within one second, by going through all of it."""
    done, way, extreme = [], 0, values[0]
    for place, value in enumerate(values):
        if (way != 1 and value - extreme >= STEP) or (way != -1 and extreme - value >= STEP):
            way, extreme = (1 if value > extreme else -1), value
            done.append(place)
        elif way:
            extreme = max(extreme, value) if way == 1 else min(extreme, value)
    return max((sum(0 <= other - place < 1 / HOP - 1 for other in done) for place in done), default=0)


def shown(wanted: list[float]) -> list[float]:
    limiter = Unflashing(1)
    return [limiter.step([value], HOP)[0] for value in wanted]


@pytest.mark.parametrize("hz", [4, 5, 8, 12, 20, 30])
def test_a_fast_flashing_is_held_to_three_in_a_second(hz: float) -> None:
    wanted = [float(math.sin(2 * math.pi * hz * k * HOP) > 0) for k in range(1500)]
    assert most_in_a_second(wanted) > 6
    assert most_in_a_second(shown(wanted)) <= 6


@pytest.mark.parametrize("hz", [0.5, 1.0, 2.0, 2.5])
def test_what_is_slow_enough_passes_untouched(hz: float) -> None:
    wanted = [0.5 + 0.5 * math.sin(2 * math.pi * hz * k * HOP) for k in range(1500)]
    assert shown(wanted) == wanted


def test_a_small_flicker_passes_untouched() -> None:
    wanted = [0.5 + 0.04 * (-1) ** k for k in range(500)]
    assert shown(wanted) == wanted


def test_when_the_flashing_is_over_the_light_is_soon_where_it_belongs() -> None:
    wanted = [float(k % 10 < 5) for k in range(400)] + [0.8] * 500
    assert shown(wanted)[-1] == pytest.approx(0.8, abs=0.001)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 60)), min_size=1, max_size=60))
def test_no_sequence_of_levels_makes_a_fourth_flash_in_a_second(parts: list[tuple[float, int]]) -> None:
    wanted = list(itertools.chain.from_iterable([value] * hops for value, hops in parts))
    assert most_in_a_second([0.0, *shown(wanted)]) <= 6


def test_a_change_that_was_small_at_first_counts_from_when_it_was_whole() -> None:
    parts = [(0.09375, 4), (1.0, 1), (0.0, 2), (1.0, 1), (0.0, 3), (1.0, 60), (0.0, 60), (1.0, 60)]
    wanted = [value for value, hops in parts for _ in range(hops)]
    assert most_in_a_second([0.0, *shown(wanted)]) <= 6


def test_a_colour_that_swaps_at_one_brightness_is_held_too() -> None:
    limiter = Unflashing(4)
    red = []
    for k in range(600):
        on = k % 16 < 8
        red.append(limiter.step([1.0, float(on), 0.0, float(not on)], HOP)[1])
    assert most_in_a_second(red) <= 6
    assert limiter.held


@pytest.mark.parametrize("strobe", [0.2, 0.5, 1.0, 50.0])
def test_a_strobe_is_never_faster_than_three_times_a_second(strobe: float) -> None:
    machine = Strobe()
    seconds = 5.0
    values = [machine.step(strobe, HOP) for _ in range(round(seconds / HOP))]
    flashes = int(np.sum(np.diff([0.0, *values]) > 0))
    assert flashes == pytest.approx(seconds * min(strobe, 1.0) * FASTEST, abs=1)
    assert most_in_a_second(values) <= 6


def test_the_fastest_strobe_is_never_held_back() -> None:
    strobe = Strobe()
    wanted = [strobe.step(1.0, HOP) for _ in range(2000)]
    assert shown(wanted) == wanted


def test_without_a_strobe_the_light_is_left_alone_and_a_strobe_begins_with_light() -> None:
    machine = Strobe()
    assert {machine.step(0.0, HOP) for _ in range(10)} == {1.0}
    assert machine.step(1.0, HOP) == 1.0


def test_reset_is_as_good_as_new() -> None:
    wanted = [float(k % 12 < 6) for k in range(300)]
    used = Unflashing(1)
    for value in wanted:
        used.step([value], HOP)
    used.reset()
    assert [used.step([value], HOP)[0] for value in wanted] == shown(wanted)
