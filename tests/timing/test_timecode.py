"""Time code: labels that are ordered as time is, and where it is between them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadSetting
from engine.timing.timecode import PACES, Chase, Label, Pace, read_label

paces = st.sampled_from(list(PACES.values()))


@given(paces, st.integers(0, 24 * 3600 * 24 - 2))
def test_every_picture_of_the_day_has_a_label_of_its_own(pace: Pace, count: int) -> None:
    label = Label.at(count, pace)
    assert label.fits(pace)
    assert label.count(pace) == count
    assert Label.at(count + 1, pace).number > label.number


def test_dropped_labels_keep_ten_minutes_ten_minutes_long() -> None:
    drop = PACES["29.97df"]
    assert str(Label.at(Label(0, 0, 59, 29).count(drop) + 1, drop)) == "00:01:00:02"
    assert str(Label.at(Label(0, 9, 59, 29).count(drop) + 1, drop)) == "00:10:00:00"
    assert not Label(0, 1, 0, 0).fits(drop)
    assert Label(1, 0, 0, 0).count(drop) / drop.rate == pytest.approx(3600, abs=0.004)
    assert Label.at(Label(23, 59, 59, 29).count(drop) + 1, drop) == Label(0, 0, 0, 0)


def test_a_label_is_typed_as_it_is_read_out() -> None:
    assert str(read_label("1:02:03;04", "cue")) == "01:02:03:04"
    for wrong in ("01:02:03", "24:00:00:00", "01:02:60:00", "01:02:03:30", 61.5, None):
        with pytest.raises(BadSetting, match='must be hours, minutes, seconds and pictures: "01:02:03:04"'):
            read_label(wrong, "cue")


def told(chase: Chase, pace: Pace, counts: list[int], begin: float = 10.0, speed: float = 1.0) -> float:
    """These pictures, each at its time; when the last one was."""
    rate = float(pace.rate) * speed
    for count in counts:
        now = begin + (count - counts[0]) / rate
        chase.tell(Label.at(count, pace), pace, now, now)
    return now


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
def test_it_counts_on_between_labels_and_for_a_second_without_any(speed: float) -> None:
    chase, pace = Chase(), PACES["25"]
    last = told(chase, pace, list(range(100, 110)), speed=speed)
    assert chase.label(last + 0.001) == Label.at(109, pace)
    assert chase.label(last + 4.5 / (25 * speed)) == Label.at(113, pace)
    assert chase.label(last + 1.1) is None
    assert chase.number(last + 1.1) is None


def test_one_misread_label_moves_nothing_and_a_jump_is_followed_with_the_second_label() -> None:
    chase, pace = Chase(), PACES["30"]
    last = told(chase, pace, list(range(20)))
    chase.tell(Label(9, 0, 0, 0), pace, last + 1 / 30, last + 1 / 30)
    assert chase.label(last + 1 / 30) == Label.at(20, pace)
    now = told(chase, pace, [90_000, 90_001], begin=last + 2 / 30)
    assert chase.label(now) == Label.at(90_001, pace)


def test_who_says_that_somebody_jumped_is_believed_at_once_and_it_stands_there() -> None:
    chase, pace = Chase(), PACES["24"]
    chase.tell(Label(1, 0, 0, 0), pace, 5.0, 5.0, sure=True)
    assert chase.label(5.5) == Label(1, 0, 0, 0)
    chase.tell(Label(1, 0, 0, 12), pace, 5.5, 5.5)
    assert chase.label(5.75) == Label(1, 0, 0, 18)
    chase.stop()
    assert chase.label(6.4) == Label(1, 0, 0, 12)


def test_backwards_is_followed_too_and_reset_is_as_good_as_new() -> None:
    chase, pace = Chase(), PACES["25"]
    for n in range(5):
        chase.tell(Label.at(1000 - n, pace), pace, n / 25, n / 25)
    assert chase.label(4.5 / 25 + 0.05) == Label.at(995, pace)
    chase.reset()
    assert chase.label(0.2) is None


def test_what_is_no_label_at_its_pace_is_not_heard() -> None:
    chase = Chase()
    chase.tell(Label(1, 0, 0, 29), PACES["24"], 0.0, 0.0, sure=True)
    assert chase.label(0.0) is None
