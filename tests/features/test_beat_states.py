"""Every tempo and every phase at once: what a steady pulse, a wandering one and none at all make of them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.features import beat_states
from engine.features.beat_states import HOPS, LONGEST, SHORTEST, STEP, BeatStates, prior, tempo_changes
from engine.frame import HOP, RATE


def _pulse(times: np.ndarray, seconds: float) -> np.ndarray:
    """What a beat network would say: near 1 within a step of a beat."""
    steps = np.arange(int(seconds / STEP)) * STEP
    near = np.abs(steps[:, None] - times[None, :]).min(axis=1) / STEP
    return np.asarray(np.clip(0.9 * np.exp(-0.5 * near**2), 0.02, 0.9))


@pytest.mark.parametrize("bpm", [55, 72, 96, 120, 150])
def test_a_steady_pulse_is_found_within_four_seconds(bpm: float) -> None:
    states = BeatStates()
    for said in _pulse(np.arange(0.1, 6, 60 / bpm), 4.0):
        found = states.step(said)
    assert 60 / (found[0] * STEP) == pytest.approx(bpm, rel=0.04)
    assert found[2] > 0.3


def test_the_place_in_the_beat_is_known() -> None:
    states = BeatStates()
    for said in _pulse(np.arange(0.0, 9, 0.6), 6.0):
        found = states.step(said)
    now = int(6.0 / STEP) * STEP
    away = (found[1] - now % 0.6 / 0.6 + 0.5) % 1 - 0.5
    assert abs(away) * 0.6 < 1.5 * STEP


def test_a_tempo_that_wanders_is_followed() -> None:
    states = BeatStates()
    time, beats = 0.0, []
    while time < 40:
        beats.append(time)
        time += 0.6 * 1.3 ** np.sin(2 * np.pi * time / 25)
    wrong = 0
    for step, said in enumerate(_pulse(np.array(beats), 38.0)):
        found = states.step(said)
        true = np.interp(step * STEP, beats[:-1], np.diff(beats))
        wrong += step * STEP > 5 and abs(found[0] * STEP / true - 1) > 0.1
    assert wrong < 0.1 * 33 / STEP


def test_without_a_pulse_it_grows_less_sure() -> None:
    states = BeatStates()
    for said in _pulse(np.arange(0, 9, 0.5), 8.0):
        sure = states.step(said)[2]
    for _ in range(int(8 / STEP)):
        unsure = states.step(0.02)[2]
    assert unsure < 0.6 * sure


def test_it_equals_its_slow_twin() -> None:
    rng = np.random.default_rng(0)
    states = BeatStates()
    changes, spread = tempo_changes(), prior()
    twin = [np.full(n, share / n) for n, share in zip(range(SHORTEST, LONGEST + 1), spread, strict=True)]
    for _ in range(60):
        said = float(rng.uniform(0, 1) ** 3)
        states.step(said)
        ended = np.array([place[-1] for place in twin])
        ratio = min(max(said, 0.005), 0.97)
        ratio = (ratio / (1 - ratio) * (beat_states._REGION - 1)) ** beat_states._TRUST
        moved = []
        for k, place in enumerate(twin):
            new = np.concatenate([[ended @ changes[:, k]], place[:-1]])
            new[: max(int(len(place) / beat_states._REGION + 0.5), 1)] *= ratio
            moved.append(new)
        total = sum(place.sum() for place in moved)
        leak = beat_states._LEAK
        twin = [(1 - leak) * p / total + leak * s / len(p) for p, s in zip(moved, spread, strict=True)]
        np.testing.assert_allclose(states._states, np.concatenate(twin), rtol=1e-9)


def test_a_step_is_so_many_hops() -> None:
    assert pytest.approx(HOPS * HOP / RATE) == STEP


def test_reset_is_as_good_as_new() -> None:
    used = BeatStates()
    first = used.step(0.5).copy()
    for _ in range(50):
        used.step(0.9)
    used.reset()
    assert np.array_equal(used.step(0.5), first)
