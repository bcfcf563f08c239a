"""All that is heard of pitch, from sound to record."""

from __future__ import annotations

import numpy as np
import pytest

from engine.features.pitch import PitchSenses
from engine.features.tones import Tones
from engine.foundation.models import weights
from engine.frame import HOP, RATE, Frame
from tests.features.sounds import blown, bowed, frames, gain, noise, placed, plucked, sine

MAJOR = (0, 2, 4, 5, 7, 9, 11, 12)


def hz_of(midi: float) -> float:
    return float(440 * 2 ** ((midi - 69) / 12))


def moving(cents: np.ndarray) -> np.ndarray:
    """A string of six partials whose pitch follows a curve of MIDI cents, one a sample."""
    phase = 2 * np.pi * np.cumsum(440 * 2 ** ((cents - 6900) / 1200)) / RATE
    return 0.2 * sum((np.sin(k * phase) / k for k in range(1, 7)), np.zeros(cents.size))


def steady(heard: list[Frame], first: float, last: float) -> list[Frame]:
    return [frame for frame in heard if first <= frame.time < last]


def test_a_vibrato_is_read_within_a_tenth() -> None:
    time = np.arange(round(1.6 * RATE)) / RATE
    heard = steady(frames(moving(6400 + 40 * np.sin(2 * np.pi * 5.5 * time)) + noise(1.6, -50)), 0.6, 1.6)
    assert np.median([frame.pitch.vibrato_rate for frame in heard]) == pytest.approx(5.5, rel=0.1)
    assert np.median([frame.pitch.vibrato_depth for frame in heard]) == pytest.approx(40, rel=0.1)
    assert np.mean([abs(frame.pitch.vibrato_depth - 40) < 8 for frame in heard]) > 0.9


@pytest.mark.parametrize("slope", [-200.0, 200.0])
def test_a_glide_is_read_within_a_tenth(slope: float) -> None:
    time = np.arange(round(1.2 * RATE)) / RATE
    heard = steady(frames(moving(6000 + slope * time) + noise(1.2, -50)), 0.4, 1.2)
    assert np.median([frame.pitch.glide for frame in heard]) == pytest.approx(slope, rel=0.1)
    assert np.mean([abs(frame.pitch.glide / slope - 1) < 0.25 for frame in heard]) > 0.9
    cents = np.array([frame.pitch.cents for frame in heard])
    behind = np.array([6000 + slope * frame.time for frame in heard]) - cents
    assert np.median(behind) / slope < 0.030  # seconds
    assert all(frame.pitch.vibrato_rate == 0 for frame in heard)


def test_notes_are_counted_and_began_when_they_sounded() -> None:
    starts = [0.5, 0.9, 1.2, 1.6, 1.9]
    parts = [(at, plucked(hz_of(m), 0.28) * 0.5) for at, m in zip(starts, (60, 62, 64, 65, 67), strict=True)]
    found, count = [], 0.0
    for frame in frames(placed(parts, 2.6) + noise(2.6, -70)):
        if frame.pitch.notes > count:
            count = frame.pitch.notes
            found.append(frame.pitch.since)
    assert found == pytest.approx(starts, abs=0.025)


@pytest.mark.parametrize("tonic", [50, 57, 64])
def test_a_scale_is_in_its_key_and_its_chroma_holds_the_last_notes(tonic: int) -> None:
    notes = [tonic + step for step in (*MAJOR, *MAJOR[::-1], 4, 7, 0, 0)]
    parts = [(0.2 * k, blown(hz_of(m), 0.19)) for k, m in enumerate(notes)]
    last = frames(placed(parts, 0.2 * len(notes)) * 0.3 + noise(0.2 * len(notes), -60))[-1]
    assert last.pitch.key == tonic % 12
    assert last.pitch.mode == 1
    assert last.pitch.clarity > 0.2
    assert last.pitch.chroma.argmax() == tonic % 12


def test_a_minor_tune_is_minor() -> None:
    tune = [57, 60, 62, 64, 65, 64, 62, 59, 55, 57, 59, 60, 57, 57, 56, 57, 59, 56, 52, 57, 60, 64, 57, 57]
    parts = [(0.25 * k, bowed(hz_of(m), 0.24, attack=0.02)) for k, m in enumerate(tune)]
    last = frames(placed(parts, 6.0) * 0.3 + noise(6.0, -60))[-1]
    assert (last.pitch.key, last.pitch.mode) == (9, 0)


def test_in_silence_there_is_no_pitch_and_the_rest_holds() -> None:
    heard = frames(placed([(0.0, bowed(440, 1.0) * gain(-12))], 3.0) + noise(3.0, -65, 1))
    calm = [frame.pitch for frame in heard if frame.time > 1.6]
    assert all(p.hz == 0 and p.confidence == 0 and p.glide == 0 and p.vibrato_rate == 0 for p in calm)
    for name in ("cents", "notes", "since", "key", "mode", "clarity"):
        assert len({getattr(p, name) for p in calm}) == 1, name
    assert len({p.chroma.tobytes() for p in calm}) == 1
    assert calm[-1].cents == pytest.approx(6900, abs=60)


@pytest.mark.parametrize("decibels", [-40.0, -20.0, 0.0])
def test_a_string_is_heard_at_every_level_through_noise_20_db_below(decibels: float) -> None:
    level = gain(decibels)
    string = bowed(392, 1.5, vibrato_cents=20)
    heard = steady(frames(placed([(2.2, string * level)], 3.8) + noise(3.8, decibels - 29, 1)), 2.4, 3.6)
    assert np.mean([abs(frame.pitch.cents - 6700) < 40 and frame.pitch.hz > 0 for frame in heard]) > 0.95
    assert np.median([frame.pitch.confidence for frame in heard]) > 0.8


def test_a_soft_flute_that_is_steady_as_a_room_is_heard_and_a_hum_is_not() -> None:
    room = noise(3.0, -75)
    flute = steady(frames(sine(587, 3.0, gain(-56)) + room), 0.5, 3.0)
    hum = frames(sine(100, 3.0, gain(-56)) + sine(50, 3.0, gain(-56)) + room)
    assert all(frame.sound.silence == 1 for frame in flute)
    assert np.mean([abs(frame.pitch.hz - 587) < 3 for frame in flute]) > 0.98
    assert all(frame.pitch.hz == 0 for frame in hum)


def test_noise_is_less_sure_than_a_note() -> None:
    sure = np.median([frame.pitch.confidence for frame in frames(sine(500, 1.0, 0.2))[60:]])
    unsure = np.median([frame.pitch.confidence for frame in frames(noise(1.0, -15))[60:]])
    assert unsure < 0.5 < sure


def test_reset_is_as_good_as_new() -> None:
    sound = bowed(294, 0.5) * 0.3
    senses = PitchSenses(weights("pitch"))

    def run() -> np.ndarray:
        tones = Tones()
        rows = []
        for index in range(len(sound) // HOP):
            tones.step(sound[index * HOP : (index + 1) * HOP])
            rows.append(senses.step(tones, True, index).copy())
        return np.array(rows)

    first = run()
    assert np.all(np.isfinite(first))
    senses.reset()
    np.testing.assert_array_equal(run(), first)
