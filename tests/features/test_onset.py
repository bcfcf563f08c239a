from __future__ import annotations

import tomllib

import numpy as np
import pytest

from engine.audio.hearing_settings import HearingSettings
from engine.features.beginning import PIECE, SOUGHT, Beginning, rise_of_energy
from engine.features.onset import REST, OnsetDetector
from engine.foundation.assets import RECORDING
from engine.frame import HOP, RATE, SIGNALS, Frame
from engine.rehearsal import Rehearsal
from tests import naive
from tests.features.sounds import blown, bowed, frames, gain, noise, onsets, placed, plucked, sine, struck

LEVELS = [-40, -26, -12, 0]


def _begun(sound: np.ndarray) -> list[float]:
    return [began for began, _ in onsets(frames(sound))]


def _alone(note: np.ndarray, level: float) -> np.ndarray:
    """A note in a room 60 dB softer, which has been learnt for two and a half seconds."""
    sound = placed([(2.5371, note * gain(level))], 4.5)
    return sound + noise(4.5, level - 60, 1)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("hz", [110, 220, 587, 1175])
def test_a_plucked_note_is_one_onset(level: float, hz: float) -> None:
    begun = _begun(_alone(plucked(hz, 1.5), level))
    assert len(begun) == 1
    assert begun[0] == pytest.approx(2.5371, abs=0.003)


@pytest.mark.parametrize("level", LEVELS)
def test_a_struck_drum_is_one_onset(level: float) -> None:
    begun = _begun(_alone(struck(1.0), level))
    assert len(begun) == 1
    assert begun[0] == pytest.approx(2.5371, abs=0.003)


@pytest.mark.parametrize("level", [-30, -12, 0])
@pytest.mark.parametrize("hz", [220, 440, 660])
def test_a_bowed_note_with_vibrato_is_one_onset(level: float, hz: float) -> None:
    begun = _begun(_alone(bowed(hz, 1.8), level))
    assert len(begun) == 1
    assert begun[0] == pytest.approx(2.5371, abs=0.05)


@pytest.mark.parametrize("level", [-30, -12, 0])
def test_a_blown_note_is_one_onset(level: float) -> None:
    begun = _begun(_alone(blown(587, 1.5), level))
    assert len(begun) == 1
    assert begun[0] == pytest.approx(2.5371, abs=0.05)


@pytest.mark.parametrize("level", [0, -10])
def test_a_melody_is_counted_note_by_note(level: float) -> None:
    scale = [262, 294, 330, 392, 440, 523, 440, 392, 330, 294]
    starts = [0.6 + 0.27 * n for n in range(len(scale))]
    melody = placed([(t, plucked(hz, 0.6, n)) for n, (t, hz) in enumerate(zip(starts, scale, strict=True))], 4.0)
    begun = _begun(melody * gain(level - 6) + noise(4, -60, 1))
    assert len(begun) == len(starts)
    np.testing.assert_allclose(begun, starts, atol=0.01)


def test_notes_in_a_room_of_minus_fifty_are_found() -> None:
    starts = [3.0 + 0.5 * n for n in range(8)]
    notes = placed([(t, plucked(330 + 25 * n, 0.5, n) * gain(-20)) for n, t in enumerate(starts)], 8.0)
    begun = _begun(notes + noise(8, -50, 1))
    np.testing.assert_allclose(begun, starts, atol=0.02)


@pytest.mark.parametrize("tilt", [0, 1, 2])
def test_the_room_alone_makes_no_onset(tilt: float) -> None:
    assert _begun(noise(20, -50, tilt, seed=3)) == []


def test_silence_makes_no_onset() -> None:
    assert _begun(np.zeros(RATE)) == []


def test_a_slow_swell_of_a_held_tone_is_not_many_onsets() -> None:
    sound = sine(440, 4, gain(-6)) * np.linspace(0, 1, 4 * RATE) + noise(4, -60, 1)
    assert len(_begun(sound)) <= 1


@pytest.mark.parametrize("sample", [0, 1, 100, 200, 254, 255])
def test_a_click_is_counted_in_its_hop_or_the_next_and_timed_to_the_sample(sample: int) -> None:
    sound = noise(1, -70, 1)
    at = 150 * HOP + sample
    sound[at : at + 3] += 0.5
    (found,) = onsets(frames(sound))
    began, counted = found
    assert began == pytest.approx(at / RATE, abs=PIECE / RATE)
    assert counted <= 152 * HOP / RATE


def test_a_sound_that_is_there_from_the_first_sample_is_an_onset() -> None:
    (began,) = _begun(plucked(330, 0.5) * 0.5)
    assert began < 0.006


def test_a_roll_is_counted_stroke_by_stroke() -> None:
    starts = [0.5 + 0.083 * n for n in range(12)]
    roll = placed([(t, struck(0.3, n) * 0.5) for n, t in enumerate(starts)], 2.0) + noise(2, -60, 1)
    assert len(_begun(roll)) == len(starts)


def test_hits_jump_to_the_strength_and_die_away_within_three_tenths_of_a_second() -> None:
    heard = frames(_alone(plucked(440, 1.5), -6))
    hits = np.array([frame.rhythm.hits for frame in heard])
    top = hits.argmax()
    assert hits[: top - 4].max() == 0
    assert hits[top] == heard[top].rhythm.strength > 0.5
    assert hits[top + int(0.1 * RATE / HOP)] == pytest.approx(hits[top] / np.e, rel=0.05)
    assert hits[top + int(0.3 * RATE / HOP)] < 0.06


def test_a_harder_stroke_is_stronger() -> None:
    sound = placed([(1.0, struck(0.5) * gain(-30)), (2.0, struck(0.5))], 3.0) + noise(3, -50, 1)
    strengths = []
    count = 0.0
    for frame in frames(sound):
        if frame.rhythm.onsets > count:
            count = frame.rhythm.onsets
            strengths.append(0.0)
        if strengths:
            strengths[-1] = frame.rhythm.strength
    assert len(strengths) == 2
    assert strengths[0] < strengths[1] <= SIGNALS["rhythm.strength"].span[1]


def test_the_time_of_the_last_onset_never_goes_back_nor_into_the_future() -> None:
    sound = placed([(0.3 * n, struck(0.3, n) * 0.4) for n in range(10)], 3.2) + noise(3.2, -45, 1)
    last = 0.0
    for frame in frames(sound):
        assert last <= frame.rhythm.last <= frame.time
        last = frame.rhythm.last


def _said(fast: float, slow: float = 0.0, ago: float = 0.1, kind: float = 1.0) -> np.ndarray:
    return np.array([fast, slow, ago, kind], np.float32)


def test_a_swell_is_counted_once_whether_it_was_noticed_at_once_or_at_last() -> None:
    rises, hop = np.zeros(2), np.random.default_rng(0).standard_normal(HOP)
    for noticed_at_once in (True, False):
        detector = OnsetDetector()
        for index in range(100):
            fast = 0.9 if noticed_at_once and index in (50, 51) else 0.0
            slow = 0.9 if 57 <= index <= 64 else 0.0
            values = detector.step(_said(fast, slow, (index + 1 - 50) / 20, 0.1), rises, hop, index, heard=True)
        assert values[1] == 1
        assert values[2] == pytest.approx(50 * HOP / RATE, abs=3 * HOP / RATE)
        assert values[4] == pytest.approx(0.1)


def test_where_nothing_stands_out_from_the_room_the_network_must_be_sure() -> None:
    for certainty, counted in ((0.8, 0), (0.95, 1)):
        detector = OnsetDetector()
        for index in range(500):
            said = _said(certainty if index == 450 else 0.0)
            values = detector.step(said, np.ones(2), np.zeros(HOP), index, heard=False)
        assert values[1] == counted


def test_plucked_and_struck_are_told_apart_from_bowed_and_blown() -> None:
    card = tomllib.loads(RECORDING.with_suffix(".toml").read_text())
    kinds: dict[str, list[float]] = {section: [] for section in ("pluck", "flute", "drum")}
    before: Frame | None = None
    for _, frame in Rehearsal(HearingSettings(source=str(RECORDING)), seconds=card["sections"]["drum"]["end"]):
        if before is not None and frame.rhythm.onsets > before.rhythm.onsets:
            for section, heard in kinds.items():
                edges = card["sections"][section]
                if edges["start"] < before.rhythm.last < edges["end"]:
                    heard.append(before.rhythm.attack)  # the kind that the onset before had settled on
        before = frame
    assert np.mean(np.array(kinds["pluck"]) > 0.5) > 0.9
    assert np.mean(np.array(kinds["drum"]) > 0.5) > 0.9
    assert np.mean(np.array(kinds["flute"]) < 0.5) > 0.8


def test_reset_is_as_good_as_new() -> None:
    rises, hop = np.array([20.0, 20.0]), np.random.default_rng(0).standard_normal(HOP)
    used = OnsetDetector()
    for index in range(3 * REST):
        used.step(_said(index % 2), rises * (index % 2), hop, index, heard=True)
    used.reset()
    new = OnsetDetector()
    assert np.array_equal(
        used.step(_said(1.0), rises, hop, 0, heard=True), new.step(_said(1.0), rises, hop, 0, heard=True)
    )


@pytest.mark.parametrize("kind", ["step", "noise", "nothing", "constant", "falling"])
def test_the_beginning_equals_its_slow_twin(kind: str) -> None:
    rng = np.random.default_rng(2)
    energies = {
        "step": rng.random(200) * np.where(np.arange(200) < 140, 1, 30),
        "noise": rng.random(200),
        "nothing": np.zeros(200),
        "constant": np.full(200, 0.5),
        "falling": rng.random(200) * np.where(np.arange(200) < 140, 30, 1),
    }[kind]
    assert rise_of_energy(energies) == naive.rise_of_energy(energies, 25.0)


def test_a_step_of_energy_is_found_where_it_is() -> None:
    energies = np.random.default_rng(2).random(300) * np.where(np.arange(300) < 217, 1, 100)
    assert rise_of_energy(energies) == 217


def test_the_beginning_looks_back_as_far_as_it_says() -> None:
    beginning = Beginning()
    rng = np.random.default_rng(0)
    for hop in range(SOUGHT // HOP):
        beginning.step(rng.standard_normal(HOP) * (1e-3 if hop < 7 else 1.0))
    assert beginning.samples_ago() == SOUGHT - 7 * HOP
    beginning.reset()
    assert beginning.samples_ago() == 0


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"wave\.shape=\(3,\) must be \(256,\)"):
        OnsetDetector().step(_said(0.0), np.zeros(2), np.zeros(3), 0, heard=True)
    with pytest.raises(ValueError, match=r"said\.shape=\(3,\) must be \(4,\)"):
        OnsetDetector().step(np.zeros(3, np.float32), np.zeros(2), np.zeros(HOP), 0, heard=True)
    with pytest.raises(ValueError, match=r"energies\.shape=\(1,\) must be \(n,\) with n at least 2"):
        rise_of_energy(np.zeros(1))
