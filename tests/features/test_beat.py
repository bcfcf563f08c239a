"""The beat, as it is heard: found, followed, kept through a rest, and left to run free where there is none."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from engine.features.beat import FREE, BeatTracker
from engine.foundation import models
from engine.frame import HOP, RATE, Frame
from tests.features.sounds import frames, gain, noise, placed, plucked


@cache
def _melody(bpm: float, seconds: float, wander: float = 0.0, rest: tuple[float, float] = (99.0, 99.0)) -> tuple:
    """Plucked notes on the beats and softer ones between some of them; (frames, times of the beats)."""
    rng = np.random.default_rng(int(bpm))
    scale, beats, notes = (262, 294, 330, 392, 440), [], []
    time = 0.5
    while time < seconds - 0.6:
        length = 60 / bpm * (1 + wander) ** np.sin(2 * np.pi * time / 20)
        beats.append(time)
        if not rest[0] <= time < rest[1]:
            notes.append((time, plucked(scale[rng.integers(5)], 0.5) * 0.5))
            if rng.uniform() < 0.5:
                notes.append((time + length / 2, plucked(scale[rng.integers(5)], 0.3) * 0.25))
        time += length
    heard = frames(placed(notes, seconds) + noise(seconds, -65, 1))
    return heard, np.array(beats)


def _beats(heard: list[Frame]) -> np.ndarray:
    found, count = [], 0.0
    for frame in heard:
        if frame.rhythm.beats > count:
            count = frame.rhythm.beats
            found.append(frame.rhythm.beat_at)
    return np.array(found)


def _missed(true: np.ndarray, found: np.ndarray) -> float:
    return float(np.mean(np.abs(true[:, None] - found[None, :]).min(axis=1) > 0.07))


@pytest.mark.parametrize("bpm", [80, 100, 120])
def test_a_steady_melody_is_beaten_in_time_after_four_seconds(bpm: float) -> None:
    heard, true = _melody(bpm, 12.0)
    found = _beats(heard)
    assert _missed(true[true > 4.5], found) < 0.1
    assert _missed(found[(found > 4.5) & (found < true[-1] + 0.1)], true) < 0.1
    assert heard[-1].rhythm.tempo == pytest.approx(bpm, rel=0.03)
    assert heard[-200].rhythm.confidence > FREE


def test_a_tempo_that_wanders_is_followed() -> None:
    heard, true = _melody(100, 24.0, 0.2)
    assert _missed(true[true > 5], _beats(heard)) < 0.2


def test_the_beat_goes_on_through_a_rest() -> None:
    heard, true = _melody(100, 16.0, 0.0, (9.0, 11.2))
    found = _beats(heard)
    inside = true[(true > 9) & (true < 11.2)]
    assert _missed(inside, found) == 0
    assert _missed(true[true > 11.2], found) < 0.2


def test_when_the_music_is_over_the_beat_runs_free_and_says_so() -> None:
    heard, _ = _melody(100, 22.0, 0.0, (10.0, 99.0))
    assert heard[-1].rhythm.confidence < FREE
    assert heard[-1].rhythm.beats > heard[-800].rhythm.beats


def test_before_anything_is_heard_there_is_no_beat() -> None:
    for frame in frames(noise(4, -60, 1)):
        assert frame.rhythm.beats == frame.rhythm.tempo == frame.rhythm.confidence == frame.rhythm.phase == 0


def test_the_phase_goes_from_beat_to_beat() -> None:
    heard, _ = _melody(120, 12.0)
    for before, after in pairwise(heard[1000:2001]):
        if after.rhythm.beats == before.rhythm.beats:
            assert after.rhythm.phase >= before.rhythm.phase - 0.12
        else:
            assert after.rhythm.phase < 0.3
        assert 0 <= after.rhythm.beat_at <= after.time


def test_level_does_not_matter() -> None:
    sound = placed([(0.5 + 0.5 * n, plucked(330, 0.4, n) * 0.5) for n in range(20)], 11.0)
    loud, soft = (_beats(frames(sound * gain(level) + noise(11, level - 60, 1))) for level in (0, -34))
    assert _missed(loud[loud > 5], soft) < 0.1


def test_reset_is_as_good_as_new() -> None:
    weights = models.weights("beat")
    rng = np.random.default_rng(0)
    memory, said = rng.uniform(-1, 1, 64).astype(np.float32), np.array([0.9, 0.1, 0.2, 0.5], np.float32)
    used = BeatTracker(weights, 64)
    for index in range(500):
        used.step(memory, said, index, playing=True)
    used.reset()
    new = BeatTracker(weights, 64)
    for index in range(500):
        assert np.array_equal(used.step(memory, said, index, playing=True), new.step(memory, said, index, playing=True))


def test_a_network_that_does_not_fit_is_named() -> None:
    with pytest.raises(ValueError, match=r"W\.shape="):
        BeatTracker(models.weights("beat"), 12)
    assert HOP / RATE < 0.006
