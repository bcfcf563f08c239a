"""The learned ear: a place for every moment, smoothly, the same in rehearsal as on stage, and still in silence."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from engine.errors import BadFile
from engine.frame import HOP, RATE, Place
from engine.listening.ear import PLACE, Ear, familiar
from engine.listening.mel import PATCH, Patches, log_mel, resampled
from engine.listening.slow_lane import LAG
from engine.listening.vggish import Vggish

from .little_onnx import little_map, little_network

HOPS_A_PATCH = 183  # what a patch of 0.975 s sees
NAMES = [name for signal in Place.signals for name in [signal.name.removeprefix("place.")] * signal.size]
X, Y, SPEED, NOVELTY, CONFIDENCE, FAMILY, AGE = map(
    NAMES.index, ("x", "y", "speed", "novelty", "confidence", "family", "age")
)


class Spot(NamedTuple):
    plane: np.ndarray
    cube: np.ndarray
    novelty: float = 0.25
    confidence: float = 0.8
    family: int = 3


class Bright:
    """A network whose first number is how bright a patch is: the mean band, −1 … 1, weighted by its level."""

    def __init__(self) -> None:
        self.heard: list[np.ndarray] = []

    def embed(self, patches: Patches) -> np.ndarray:
        self.heard += [patch.copy() for patch in patches]
        weights = np.exp(patches.astype(float)) - 0.0099
        centre = (weights * np.linspace(-1, 1, 64)).sum(axis=(1, 2)) / weights.sum(axis=(1, 2))
        return np.repeat(centre[:, None], 128, axis=1).astype(np.float32)


class Line:
    """A map on which everything lies on a line."""

    def place(self, embedding: np.ndarray) -> Spot:
        return Spot(np.array([embedding[0], 0.0]), np.array([0.0, embedding[1], 0.0]))


def tone(hz: float, seconds: float) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def heard(ear: Ear, sound: np.ndarray, sounding: Callable[[int], bool] = lambda hop: True) -> np.ndarray:
    """The group Place after every hop, (hops, 10)."""
    columns = sound.reshape(len(sound), -1)
    return np.array(
        [
            ear.step(columns[start : start + HOP], sounding(start // HOP)).copy()
            for start in range(0, len(columns) - HOP + 1, HOP)
        ]
    )


def test_a_bright_tone_lies_to_the_right_of_a_dark_one() -> None:
    dark, bright = (heard(Ear(1, Bright(), Line()), tone(hz, 2))[-1] for hz in (300, 3000))
    assert dark[X] < bright[X] - 0.3
    assert dark[Y] == bright[Y] == 0
    assert dark[FAMILY] == 3
    assert dark[CONFIDENCE] == pytest.approx(0.8, abs=0.02)
    assert dark[NOVELTY] == pytest.approx(0.25)
    assert dark[SPEED] < 0.01


def test_a_place_is_found_every_40_ms_for_the_last_96_columns_of_what_was_heard() -> None:
    network, sound = Bright(), np.random.default_rng(0).normal(0, 0.1, 3 * RATE).astype(np.float32)
    heard(Ear(1, network, Line()), sound)
    found = network.heard[1:]  # the first one was to warm up
    assert len(found) == pytest.approx(3 / 0.04, abs=3)
    whole = log_mel(resampled(sound, RATE))
    for number, patch in enumerate(found[24:], 25):
        assert np.abs(patch - whole[4 * number - PATCH : 4 * number]).max() < 1e-4


def test_the_age_is_how_long_ago_the_patch_ended_and_never_more_than_the_delay() -> None:
    ages = heard(Ear(1, Bright(), Line()), tone(500, 3))[30:, AGE]
    assert ages.min() > LAG * HOP / RATE
    assert ages.max() <= Ear.delay / RATE + HOP / RATE
    assert np.allclose(np.diff(ages)[np.diff(ages) > 0], HOP / RATE)


def test_the_way_to_a_new_place_is_gone_by_time_constant() -> None:
    class Jump(Line):
        def place(self, embedding: np.ndarray) -> Spot:
            self.count = getattr(self, "count", -1) + 1
            return Spot(np.array([float(self.count > 50), 0.0]), np.zeros(3))

    places = heard(Ear(1, Bright(), Jump()), tone(500, 4))
    x, speed = places[:, X], places[:, SPEED]
    start = int(np.argmax(x > 0))
    assert x[start + round(0.25 * RATE / HOP) - 1] == pytest.approx(1 - np.exp(-1), abs=0.01)
    assert (np.diff(x[start:]) >= 0).all()
    assert speed[:start].max() == 0
    assert speed.max() > 1
    assert speed[-1] < 0.05


def test_a_family_is_named_when_three_places_in_a_row_are_of_it() -> None:
    class Between(Line):
        families = itertools.chain([1, 1, 2, 1, 2, 2, 1, 2, 2, 2], itertools.repeat(5))

        def place(self, embedding: np.ndarray) -> Spot:
            return Spot(np.zeros(2), np.zeros(3), family=next(self.families))

    named = heard(Ear(1, Bright(), Between()), tone(500, 2))[60:, FAMILY]
    assert named[np.flatnonzero(np.diff(named, prepend=0))].tolist() == [1, 2, 5]


def test_in_silence_the_place_stays_speed_is_nothing_and_confidence_falls() -> None:
    sound = np.concatenate([tone(3000, 3), np.zeros(4 * RATE, np.float32)])
    places = heard(Ear(1, Bright(), Line()), sound, lambda hop: hop * HOP < 3 * RATE)
    before, after = places[round(2.9 * RATE / HOP)], places[round(5 * RATE / HOP) :]
    assert np.array_equal(after[:, : NAMES.index("speed")], np.tile(after[0, : NAMES.index("speed")], (len(after), 1)))
    assert abs(after[0, X] - before[X]) < 0.05
    assert (after[:, SPEED] == 0).all()
    assert after[-1, CONFIDENCE] < 0.01
    assert after[-1, AGE] == pytest.approx(3, abs=0.2)  # since the last patch in which there was anything
    assert after[-1, FAMILY] == 3


def test_a_network_is_not_asked_about_silence() -> None:
    network = Bright()
    places = heard(Ear(1, network, Line()), np.zeros(2 * RATE, np.float32), lambda _: False)
    assert len(network.heard) == 1
    assert (places[:, : NAMES.index("age")] == 0).all()


@pytest.mark.parametrize(("every", "confidence"), [(1, 0.8), (2, 0.8), (4, 0.4), (8, 0.2)])
def test_a_patch_counts_fully_where_half_of_it_was_heard_and_less_where_less_was(every: int, confidence: float) -> None:
    places = heard(Ear(1, Bright(), Line()), tone(500, 3), lambda hop: hop % every == 0)
    assert places[-1, CONFIDENCE] == pytest.approx(confidence, abs=0.02)


def test_the_same_sound_gives_the_same_places_bit_for_bit_and_reset_is_as_good_as_new() -> None:
    sound = np.random.default_rng(0).normal(0, 0.1, 2 * RATE).astype(np.float32)
    ear = Ear(1, Bright(), Line())
    first = heard(ear, sound)
    ear.reset()
    assert np.array_equal(heard(ear, sound), first)
    assert np.array_equal(heard(Ear(1, Bright(), Line()), sound), first)


def test_the_ear_listens_to_the_mix_of_all_channels() -> None:
    sound = tone(500, 2)
    both = np.stack([2 * sound, np.zeros_like(sound)], axis=1)
    assert heard(Ear(2, Bright(), Line()), both) == pytest.approx(heard(Ear(1, Bright(), Line()), sound))


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e30])
def test_whatever_the_samples_and_the_map_say_every_number_is_finite_and_inside_its_span(bad: float) -> None:
    class Wild(Line):
        def place(self, embedding: np.ndarray) -> Spot:
            self.count = getattr(self, "count", 0) + 1
            wild = bad if self.count % 3 else 5.0
            return Spot(np.array([wild, -7.0]), np.full(3, 3.0), 2.0, -1.0, 3)

    sound = tone(500, 2)
    sound[::1000] = bad
    places = heard(Ear(1, Bright(), Wild()), sound)
    assert np.isfinite(places).all()
    for signal in Place.signals:
        part = places[:, signal.start - PLACE.start : signal.start - PLACE.start + signal.size]
        if signal.bounded:
            assert part.min() >= signal.span[0]
            assert part.max() <= signal.span[1]


def _at_ease(ear: Ear, sound: np.ndarray) -> np.ndarray:
    """As on a stage whose machine keeps up: the worker has the time that a hop takes, or the one it needs."""
    found, asked, ask = [], [], ear._lane.ask
    ear._lane.ask = lambda patch: (asked.append(patch), ask(patch))  # type: ignore[method-assign]  # overheard
    for start in range(0, len(sound) - HOP + 1, HOP):
        found.append(ear.step(sound[start : start + HOP, None], True).copy())
        deadline = time.monotonic() + 5
        while asked and (ear._lane.found is None or ear._lane.found.asked is not asked[-1]):
            assert time.monotonic() < deadline
            time.sleep(0.0002)
    return np.array(found)


def test_on_stage_the_places_are_those_of_the_rehearsal_where_the_machine_keeps_up() -> None:
    sound = np.random.default_rng(0).normal(0, 0.1, 2 * RATE).astype(np.float32)
    ear = Ear(1, Bright(), Line(), live=True)
    try:
        assert np.array_equal(_at_ease(ear, sound), heard(Ear(1, Bright(), Line()), sound))
    finally:
        ear.close()


def test_in_rehearsal_a_network_that_is_slow_is_waited_for() -> None:
    class Slow(Bright):
        def embed(self, patches: Patches) -> np.ndarray:
            time.sleep(0.002)
            return super().embed(patches)

    sound = np.random.default_rng(0).normal(0, 0.1, RATE).astype(np.float32)
    ear, slow = Ear(1, Bright(), Line()), Ear(1, Slow(), Line())
    assert np.array_equal(heard(ear, sound), heard(slow, sound))
    for one in (ear, slow):
        one.close()


def test_in_rehearsal_a_network_that_fails_is_no_place_that_stands_still() -> None:
    class Broken(Bright):
        def embed(self, patches: Patches) -> np.ndarray:
            if self.heard:
                raise ValueError("broken")
            return super().embed(patches)

    sound = np.random.default_rng(0).normal(0, 0.1, 2 * RATE).astype(np.float32)
    with pytest.raises(ValueError, match="broken"):
        heard(Ear(1, Broken(), Line()), sound)


def test_a_slow_worker_holds_nobody_up_and_the_newest_patch_comes_first(until: Callable) -> None:
    class Slow(Bright):
        def __init__(self) -> None:
            super().__init__()
            self.gate = threading.Event()

        def embed(self, patches: Patches) -> np.ndarray:
            if self.heard:
                assert self.gate.wait(10)
            return super().embed(patches)

    network = Slow()
    ear = Ear(1, network, Line(), live=True)
    try:
        sound = np.random.default_rng(0).normal(0, 0.1, 6 * RATE).astype(np.float32)
        places = heard(ear, sound)  # which never waits for the gate
        assert places[-1, AGE] == pytest.approx(6, abs=0.01)  # nothing has come, and the row says so
        network.gate.set()
        until(lambda: len(network.heard) >= 3)
        until(lambda: ear.step(np.zeros((HOP, 1), np.float32), True)[AGE] < 1)
        assert len(network.heard) < 10  # of 150 that were asked for
        # What the ring had lost meanwhile was silence; the newest patch is whole.
        newest = 4 * int(((6.0 - 0.04) * 100 - 1.5) // 4)
        assert network.heard[2] == pytest.approx(log_mel(resampled(sound, RATE))[newest - PATCH : newest], abs=1e-4)
    finally:
        ear.close()


def test_when_the_worker_dies_the_place_stays_its_age_grows_and_the_operator_is_told_once(until: Callable) -> None:
    class Mortal(Bright):
        def embed(self, patches: Patches) -> np.ndarray:
            if len(self.heard) > 5:
                raise RuntimeError("no more")
            return super().embed(patches)

    ear = Ear(1, Mortal(), Line(), live=True)
    try:
        sound = tone(3000, 1)
        until(lambda: heard(ear, sound[:4800]) is not None and ear._lane.trouble)
        places = heard(ear, np.tile(sound, 3))
        assert list(ear.troubles()) == ["the ear is lost (RuntimeError: no more): the place stays where it is"]
        assert list(ear.troubles()) == []
        assert places[-1, AGE] > 2.5
        assert places[-1, X] == pytest.approx(places[-100, X], abs=1e-4)
        assert places[-1, CONFIDENCE] < 0.01
    finally:
        ear.close()


def test_rehearsal_does_not_hide_a_bug() -> None:
    class Broken(Line):
        def place(self, embedding: np.ndarray) -> Spot:
            self.count = getattr(self, "count", 0) + 1
            if self.count > 1:
                raise ZeroDivisionError
            return super().place(embedding)

    with pytest.raises(ZeroDivisionError):
        heard(Ear(1, Bright(), Broken()), tone(500, 1))


def test_no_thread_is_left_when_the_ear_is_closed() -> None:
    before = threading.active_count()
    ear = Ear(1, Bright(), Line(), live=True)
    assert threading.active_count() == before + 1
    ear.reset()
    assert threading.active_count() == before + 1
    ear.close()
    assert threading.active_count() == before


def test_what_is_no_sound_is_refused() -> None:
    with pytest.raises(ValueError, match="channels=0 must be at least 1"):
        Ear(0, Bright(), Line())
    with pytest.raises(ValueError, match=r"samples\.shape=\(256, 2\) must be \(256, 1\)"):
        Ear(1, Bright(), Line()).step(np.zeros((HOP, 2), np.float32), True)


def test_a_map_brings_the_network_that_it_was_fitted_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    little_network(tmp_path, "a", seed=1)
    space = little_map(tmp_path, little_network(tmp_path, "b", seed=2), "mine")
    network, known = familiar(str(space))
    assert (network.name, known.name) == ("b", "mine")
    monkeypatch.chdir(tmp_path)
    network, known = familiar("mine")
    assert (network.name, known.name) == ("b", "mine")
    places = heard(Ear(1, network, known), tone(500, 1))
    assert places[-1, CONFIDENCE] > 0


def test_a_map_that_is_not_there_or_was_fitted_on_another_network_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadFile, match=r"absent") as caught:
        familiar(str(tmp_path / "absent.onnx"))
    assert "\n" not in str(caught.value)
    network = little_network(tmp_path, "vggish", seed=1)
    space = little_map(tmp_path, network, "mine")
    fitted_on = Vggish(network).sha256
    little_network(tmp_path, "vggish", seed=2)
    monkeypatch.setattr("engine.foundation.assets.MODELS", tmp_path)
    with pytest.raises(BadFile, match=f"space=mine was fitted on the network with sha256={fitted_on[:16]}") as caught:
        familiar(str(space))
    assert "\n" not in str(caught.value)


def test_without_a_shipped_map_there_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.foundation.assets.MODELS", tmp_path)
    with pytest.raises(BadFile, match=r"there is no .*space\.onnx"):
        familiar()
