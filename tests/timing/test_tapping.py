"""A tapped beat: a tempo after two taps, a beat where the hand was, and counters that never fall."""

from __future__ import annotations

import numpy as np
import pytest

from engine.frame import HOP, RATE, SIGNALS, Row, blank_row
from engine.timing.tapping import TappedBeat


def signal(row: Row, name: str) -> float:
    return float(row[SIGNALS[f"rhythm.{name}"].start])


def rows(seconds: float, tempo: float = 90.0, begin: float = 0.0) -> list[Row]:
    """What the senses hear of a beat of their own."""
    found = []
    for hop in range(round(begin * RATE / HOP), round((begin + seconds) * RATE / HOP)):
        row = blank_row()
        row[0], row[1] = hop, (hop + 1) * HOP / RATE
        values = {"beats": row[1] * tempo // 60, "tempo": tempo, "confidence": 0.7, "bar": 2.0}
        for name, value in values.items():
            row[SIGNALS[f"rhythm.{name}"].start] = value
        found.append(row)
    return found


def tapped(*times: float) -> TappedBeat:
    made = TappedBeat()
    for time in times:
        made.tap(time)
    return made


def test_nothing_is_touched_until_somebody_taps() -> None:
    (row,) = rows(HOP / RATE)
    before = row.copy()
    assert not TappedBeat().step(row)
    assert (row == before).all()


@pytest.mark.parametrize("tempo", [55.0, 120.0, 173.0])
def test_the_tempo_is_the_taps_however_they_waver(tempo: float) -> None:
    chance = np.random.default_rng(3)
    beat = tapped(*(4.0 + 60.0 / tempo * np.arange(8) + chance.normal(0, 0.01, 8)))
    assert beat.tempo == pytest.approx(tempo, rel=0.01)


def test_the_beat_falls_where_the_hand_was_and_is_sure() -> None:
    beat = tapped(1.0, 1.5, 2.0)
    found = rows(4.0, begin=2.0)
    at, counted = [], signal(found[0], "beats")
    for row in found:
        assert beat.step(row)
        assert signal(row, "tempo") == pytest.approx(120.0)
        assert signal(row, "confidence") == 1.0
        if signal(row, "beats") > counted:
            at.append(row[1])
            assert signal(row, "phase") < 0.03
        counted = signal(row, "beats")
    assert np.allclose(np.array(at)[1:], 2.5 + 0.5 * np.arange(len(at) - 1), atol=2 * HOP / RATE)


def test_the_count_of_beats_never_falls_when_a_hand_takes_over_and_gives_back() -> None:
    beat, counted = TappedBeat(), []
    for row in rows(12.0):
        if row[1] > 3.0 and not beat.touched:
            beat.tap(2.6)
            beat.tap(3.0)
        if row[1] > 7.0:
            beat.release()
        beat.step(row)
        counted.append(signal(row, "beats"))
    steps = np.diff(counted)
    assert set(steps) <= {0.0, 1.0}
    assert beat.tempo == 0.0
    assert signal(row, "tempo") == 90.0


def test_a_bounce_and_a_forgotten_tap_do_not_count() -> None:
    assert tapped(1.0, 1.05).tempo == 0.0
    assert tapped(1.0, 9.0).tempo == 0.0
    assert tapped(1.0, 1.5, 9.0, 9.4).tempo == pytest.approx(150.0)


def test_a_tempo_that_is_given_by_number_beats_from_then_on_and_keeps_the_place_of_a_beat_that_was_tapped() -> None:
    beat = TappedBeat()
    beat.lead(120.0, 2.0)
    heard = rows(3.0, begin=2.0)
    assert all(beat.step(row) for row in heard)
    assert signal(heard[-1], "tempo") == 120.0
    assert signal(heard[-1], "beats") - signal(heard[0], "beats") == pytest.approx(6, abs=1)
    moved = tapped(0.0, 0.5, 1.0)
    moved.lead(60.0, 1.9)
    row = rows(0.1, begin=3.0)[0]
    moved.step(row)
    assert signal(row, "phase") == pytest.approx(0.5, abs=0.01)  # between the beats at 2.5 and 3.5
    moved.release()
    assert moved.tempo == 0.0


def test_another_machines_clock_says_tempo_and_beat_until_it_is_released() -> None:
    beat = TappedBeat()
    beat.follow(100.0, 3.25)
    (row,) = rows(HOP / RATE, begin=4.0)
    assert beat.step(row)
    assert signal(row, "tempo") == pytest.approx(100.0)
    assert signal(row, "phase") == pytest.approx((row[1] - 3.25) / 0.6 % 1.0)
    beat.release()
    assert beat.tempo == 0.0
