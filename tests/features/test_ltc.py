"""Time code as sound: every label is read from half to twice the speed, quiet and noisy, either way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.features.ltc import Heard, LtcReader
from engine.frame import HOP, RATE
from engine.timing.timecode import PACES, Label

from .ltc_sound import sound
from .sounds import gain

START = Label(1, 0, 59, 18)
QUIET = gain(-30)


def heard(samples: np.ndarray, rate: int = RATE, hop: int = HOP) -> list[Heard]:
    reader = LtcReader(rate)
    return [one for place in range(0, len(samples), hop) for one in reader.step(samples[place : place + hop])]


@pytest.mark.parametrize("name", list(PACES))
@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
def test_quiet_and_noisy_it_is_read_at_every_pace_and_speed(name: str, speed: float) -> None:
    pace = PACES[name]
    found = heard(sound(START, 30, pace, speed=speed, level=QUIET, noise=gain(-15) * QUIET))
    labels = [Label.at(START.count(pace) + n, pace) for n in range(30)]
    read = [one.label for one in found]
    assert set(read) <= set(labels)
    assert len(read) >= 28
    assert read == sorted(read)
    assert all(one.forwards for one in found)
    assert found[-1].seconds == pytest.approx(1 / (float(pace.rate) * speed), rel=0.03)


@pytest.mark.parametrize("name", list(PACES))
def test_once_a_second_has_turned_the_pace_is_known_whatever_the_speed(name: str) -> None:
    pace = PACES[name]
    for speed in (0.8, 1.25):
        assert heard(sound(START, 40, pace, speed=speed))[-1].pace == pace


def test_a_tape_that_runs_backwards_is_read_and_says_so() -> None:
    pace = PACES["25"]
    found = heard(sound(START, 20, pace, backwards=True))
    assert len(found) >= 18
    assert not any(one.forwards for one in found)
    read = [one.label for one in found]
    assert read == sorted(read, reverse=True)
    assert read[-1] == Label.at(START.count(pace) + 1, pace)  # the last bit of all has no edge behind it


def test_it_is_known_when_a_label_ended_to_a_sample() -> None:
    pace = PACES["25"]
    samples = sound(START, 5, pace)
    reader = LtcReader(RATE)
    (found,) = reader.step(samples[: 2 * 1920 + 30])[-1:]
    assert found.label == Label.at(START.count(pace) + 1, pace)
    assert found.ago * RATE == pytest.approx(30, abs=2.5)


def test_what_the_user_has_written_beside_the_time_changes_nothing() -> None:
    pace = PACES["30"]
    for user in (0xFFFFFFFF, 0x3FFD3FFD, 0xA5A5A5A5):
        read = [one.label for one in heard(sound(START, 12, pace, user=user))]
        assert read == [Label.at(START.count(pace) + n, pace) for n in range(11)]


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 24 * 3600 * 25 - 20), st.sampled_from([7, 64, 480, 4096]), st.sampled_from([44_100, 96_000]))
def test_any_label_is_read_at_any_rate_however_the_sound_is_split(count: int, hop: int, rate: int) -> None:
    pace = PACES["25"]
    samples = sound(Label.at(count, pace), 5, pace, rate=rate)
    whole = heard(samples, rate, len(samples))
    assert [one.label for one in heard(samples, rate, hop)] == [one.label for one in whole]
    assert {Label.at(count + n, pace) for n in range(1, 4)} <= {one.label for one in whole}


@pytest.mark.parametrize("what", ["silence", "noise", "music", "constant", "broken"])
def test_what_is_no_time_code_is_none(what: str) -> None:
    time = np.arange(2 * RATE) / RATE
    samples = {
        "silence": np.zeros(len(time)),
        "noise": 0.3 * np.random.default_rng(1).normal(size=len(time)),
        "music": 0.3 * np.sin(2 * np.pi * 220 * time) + 0.2 * np.sin(2 * np.pi * 1730 * time),
        "constant": np.ones(len(time)),
        "broken": np.where(np.arange(len(time)) % 3 == 0, np.nan, np.inf),
    }[what]
    assert heard(samples.astype(np.float32)) == []


def test_it_comes_back_after_a_gap_and_broken_samples_and_reset_is_as_good_as_new() -> None:
    pace = PACES["24"]
    first = sound(START, 6, pace)
    torn = np.concatenate([first, np.full(5000, np.nan, np.float32), sound(Label(5, 0, 0, 0), 6, pace)])
    assert heard(torn)[-1].label >= Label(5, 0, 0, 4)
    reader = LtcReader(RATE)
    reader.step(torn[:20_000])
    reader.reset()
    assert reader.step(first) == LtcReader(RATE).step(first)


def test_what_cannot_be_read_is_refused() -> None:
    with pytest.raises(ValueError, match="rate=8000 must be 32000 or more"):
        LtcReader(8000)
    with pytest.raises(ValueError, match="must be"):
        LtcReader(RATE).step(np.zeros((2, 4), np.float32))
