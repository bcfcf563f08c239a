"""The leader's clock, known over a network that is late, and later one way than the other."""

from __future__ import annotations

import numpy as np
import pytest

from engine.wall.clock import LeaderClock


def asked(
    clock: LeaderClock,
    seconds: float,
    *,
    offset: float = 1234.5,
    drift: float = 0.0,
    there: float = 0.02,
    back: float = 0.02,
    begin: float = 0.0,
    every: float = 0.7,
    seed: int = 0,
) -> float:
    """Ask for so long; ways take 1 ms and an exponential of these means more. When it was asked last."""
    random = np.random.default_rng(seed)
    now = begin
    while now < begin + seconds:
        heard = now + 0.001 + random.exponential(there)
        answered = heard + random.uniform(0, 0.001)
        came = answered + 0.001 + random.exponential(back)
        clock.step(now, heard + offset + drift * heard, answered + offset + drift * answered, came)
        now += every
    return now


def test_before_the_first_answer_nothing_is_known() -> None:
    assert not LeaderClock().known
    assert LeaderClock().offset(5.0) == 0.0


def test_one_answer_is_off_by_no_more_than_half_its_round_trip() -> None:
    clock = LeaderClock()
    clock.step(10.0, 110.03, 110.031, 10.041)
    assert clock.known
    assert clock.trip == pytest.approx(0.040)
    assert abs(clock.offset(10.0) - 100.0) <= 0.020
    assert clock.here(clock.offset(11.0) + 11.0) == pytest.approx(11.0)


@pytest.mark.parametrize(("there", "back"), [(0.01, 0.01), (0.02, 0.002), (0.001, 0.03)])
def test_jitter_that_is_larger_one_way_than_the_other_hardly_moves_it(there: float, back: float) -> None:
    for seed in range(5):
        clock = LeaderClock()
        end = asked(clock, 15.0, there=there, back=back, seed=seed)
        assert abs(clock.offset(end) - 1234.5) < 0.003
        end = asked(clock, 60.0, there=there, back=back, seed=seed + 10, begin=end)
        assert abs(clock.offset(end) - 1234.5) < 0.0025


@pytest.mark.parametrize("drift", [-8e-5, 0.0, 5e-5])
def test_the_drift_of_a_quartz_is_found(drift: float) -> None:
    clock = LeaderClock()
    end = asked(clock, 100.0, drift=drift, there=0.004, back=0.001)
    assert abs(clock.drift - drift) < 3e-5
    assert abs(clock.offset(end) - (1234.5 + drift * end)) < 0.002
    assert abs(clock.offset(end + 10) - (1234.5 + drift * (end + 10))) < 0.003
    assert clock.here(end + clock.offset(end)) == pytest.approx(end, abs=1e-6)


def test_another_clock_is_taken_at_once() -> None:
    clock = LeaderClock()
    end = asked(clock, 30.0)
    clock.step(end, end - 50.0, end - 50.0, end + 0.002)
    assert clock.offset(end) == pytest.approx(-50.0, abs=0.002)


def test_reset_is_as_good_as_new() -> None:
    clock = LeaderClock()
    asked(clock, 50.0, drift=4e-5)
    clock.reset()
    new = LeaderClock()
    for one in (clock, new):
        asked(one, 30.0, seed=3)
    assert clock.offset(31.0) == new.offset(31.0)


@pytest.mark.parametrize(
    "answer", [(2.0, 5.0, 5.0, 1.0), (1.0, 6.0, 5.0, 2.0), (1.0, 5.0, 9.0, 2.0), (np.nan, 1.0, 1.0, 2.0)]
)
def test_an_answer_that_cannot_be_is_passed_over(answer: tuple[float, float, float, float]) -> None:
    clock = LeaderClock()
    clock.step(*answer)
    assert not clock.known
