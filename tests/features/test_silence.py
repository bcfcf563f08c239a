from __future__ import annotations

import numpy as np
import pytest

from engine.features.silence import Silence
from engine.frame import HOP, RATE
from tests.features.sounds import gain, noise, plucked, sine


def _listen(sound: np.ndarray, machine: Silence | None = None) -> np.ndarray:
    """Floor and silence (hops, 2) of a sound."""
    machine = machine or Silence()
    starts = range(0, sound.size - HOP + 1, HOP)
    return np.array([machine.step(sound[start : start + HOP]).copy() for start in starts])


def _hop(seconds: float) -> int:
    return int(seconds * RATE / HOP)


@pytest.mark.parametrize("tilt", [0, 1, 2])
@pytest.mark.parametrize("dbfs", [-65, -50])
def test_a_room_is_learnt_within_ten_seconds_and_is_silence_all_along(tilt: float, dbfs: float) -> None:
    heard = _listen(noise(12, dbfs, tilt))
    assert heard[_hop(10), 0] == pytest.approx(dbfs, abs=3)
    assert np.all(heard[:, 1] == 1)


def test_a_held_note_of_half_a_minute_is_not_the_room() -> None:
    sound = np.concatenate([noise(3, -60, 1), sine(440, 30, gain(-20)) + noise(30, -60, 1, seed=1)])
    heard = _listen(sound)
    assert np.all(heard[_hop(3.1) :, 1] == 0)
    assert heard[-1, 0] < -55


def test_the_floor_falls_to_the_room_within_two_seconds_of_the_last_note() -> None:
    sound = np.concatenate([sine(440, 30, gain(-20)), noise(3, -70, 1)])
    assert _listen(sound)[-1, 0] == pytest.approx(-70, abs=2)


def test_silence_waits_until_nothing_was_heard_for_a_while() -> None:
    sound = np.concatenate([noise(4, -60, 1), sine(440, 1, gain(-20)), noise(2, -60, 1, seed=1)])
    silent = _listen(sound)[:, 1]
    changes = np.flatnonzero(np.diff(silent))
    assert changes.size == 2
    assert changes[0] + 1 == pytest.approx(_hop(4), abs=1)
    assert _hop(5.4) < changes[1] < _hop(5.75)


def test_the_gaps_of_a_melody_are_no_silence() -> None:
    sound = np.concatenate([plucked(330 + 40 * n, 0.4, n) * gain(-10) for n in range(8)]) + noise(3.2, -60, 1)
    assert np.all(_listen(sound)[2:, 1] == 0)


def test_what_lies_below_minus_seventy_is_never_heard() -> None:
    sound = np.concatenate([noise(4, -90), noise(2, -73)])
    assert np.all(_listen(sound)[:, 1] == 1)


def test_a_dead_cable_teaches_nothing() -> None:
    sound = np.concatenate([noise(10, -55, 1), np.zeros(5 * RATE)])
    heard = _listen(sound)
    assert heard[-1, 0] == pytest.approx(-55, abs=2)
    assert heard[-1, 1] == 1


def test_reset_is_as_good_as_new() -> None:
    sound = noise(3, -30)
    used = Silence()
    _listen(noise(5, -70), used)
    used.reset()
    assert np.array_equal(_listen(sound, used), _listen(sound))


def test_a_drone_never_becomes_the_room_that_a_sound_check_has_heard() -> None:
    drone = sine(110, 60, gain(-34)) + noise(60, -70, 1)
    known, learning = Silence(room_dbfs=-70.0, width_hz=500.0), Silence()
    assert np.all(_listen(drone, known)[5:, 1] == 0)
    assert known.floor <= -58
    assert _listen(drone, learning)[-1, 0] > -58


def test_a_room_that_is_known_is_silence_from_the_first_hop() -> None:
    loud = noise(10, -44, 1, seed=2)
    assert np.all(_listen(loud, Silence(room_dbfs=-44.0))[:, 1] == 1)
