"""What the stage tells of its pictures."""

from __future__ import annotations

import math

import pytest

from engine.stage.report import KEPT, Pace, StageReport


def test_pictures_are_told_since_a_number_in_their_order() -> None:
    report = StageReport()
    for number in range(5):
        report.show(10 + number, 1000 * number)
    assert report.pictures == 5
    assert report.since(3).tolist() == [[13, 3000], [14, 4000]]
    assert len(report.since(5)) == 0


def test_who_asks_late_gets_what_is_still_remembered() -> None:
    report = StageReport()
    for number in range(KEPT + 100):
        report.show(number, number)
    told = report.since(0)[:, 0].tolist()
    assert told == list(range(101, KEPT + 100))


def test_both_ends_of_a_report_see_the_same() -> None:
    ours = StageReport()
    theirs = StageReport(ours.memory.fd)
    theirs.show(7, 70)
    assert ours.since(0).tolist() == [[7, 70]]


def test_the_pace_is_that_of_the_newest_pictures() -> None:
    pace = Pace(kept=100)
    for number in range(300):
        pace.note(number * 0.02 + (0.03 if number >= 250 else 0.0), 0.030 + 0.0001 * (number % 100))
    facts = pace.facts()
    assert facts["picture"] == f"{99 / (99 * 0.02 + 0.03):.1f} a second · slowest 50 ms"
    assert facts["latency"] == "35 ms · 95 % within 39 ms"


def test_pictures_without_new_sound_do_not_count_as_late() -> None:
    pace = Pace()
    for number in range(10):
        pace.note(number * 0.1, 0.02 if number < 5 else math.nan)
    assert pace.facts()["latency"] == "20 ms · 95 % within 20 ms"


@pytest.mark.parametrize("pictures", [0, 1])
def test_before_two_pictures_there_is_no_pace(pictures: int) -> None:
    pace = Pace()
    for _ in range(pictures):
        pace.note(1.0, math.nan)
    assert pace.facts() == {}
