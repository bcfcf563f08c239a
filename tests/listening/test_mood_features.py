"""The eight features of the paper: known answers, a slow twin, and silence that does not count."""

from __future__ import annotations

import numpy as np
import pytest

from engine.frame import ROW, SIGNALS, blank_row
from engine.listening.mood_features import EIGHT, as_signal, eight
from engine.listening.mood_tally import COLUMNS, LOOKS, SIZE, Tally, key_profiles, likeness
from engine.listening.mood_window import FEATURES, window

NAMES = [feature.name for feature in EIGHT]
A_MAJOR_SCALE = (9, 11, 1, 2, 4, 6, 8)


def looks(count: int, **signals: object) -> np.ndarray:
    """Rows in which something is heard; a signal by name, `pitch_cents`, as one number or one a row."""
    rows = np.tile(blank_row(), (count, 1))
    rows[:, SIGNALS["sound.silence"].part] = 0
    rows[:, SIGNALS["sound.level"].part] = -20
    for name, value in signals.items():
        part = SIGNALS[name.replace("_", ".", 1)].part
        rows[:, part] = np.asarray(value, float).reshape(-1, part.stop - part.start)
    return rows[:, COLUMNS]


def tallies(seen: np.ndarray) -> np.ndarray:
    tally = Tally()
    return np.array([tally.step(seen[k : k + LOOKS]) for k in range(0, len(seen), LOOKS)])


def told(seen: np.ndarray) -> dict[str, float]:
    return dict(zip(NAMES, eight(tallies(seen).sum(axis=0)), strict=True))


def melody(notes: list[int], each: int = 4) -> np.ndarray:
    line = np.repeat(notes, each)
    line = np.append(line, np.full(-len(line) % LOOKS, line[-1]))
    return looks(len(line), pitch_cents=100 * line, pitch_hz=440, pitch_confidence=0.9)


def test_pitch_is_the_mean_note_of_the_melody() -> None:
    assert told(melody([60, 64, 67, 72, 60, 64]))["pitch"] == pytest.approx(64.5)


def test_centroid_and_crossings_are_as_far_up_as_down_in_octaves() -> None:
    found = told(looks(LOOKS, sound_centroid=[500, 2000] * 12, sound_crossings=[200, 800] * 12))
    assert found["centroid"] == pytest.approx(1000)
    assert found["crossings"] == pytest.approx(400)


def test_a_steady_tempo_is_told_and_does_not_wander() -> None:
    steady = told(looks(2 * LOOKS, rhythm_tempo=96))
    assert steady["tempo"] == pytest.approx(96)
    assert steady["wander"] == pytest.approx(0, abs=1e-6)
    assert told(looks(LOOKS, rhythm_tempo=[90, 110] * 12))["wander"] == pytest.approx(10, abs=0.2)


def test_a_run_is_aligned_and_a_trill_is_not() -> None:
    assert told(melody(list(range(48, 84)), each=2))["alignment"] > 0.9
    assert told(melody([60, 62] * 18, each=2))["alignment"] < -0.9


def test_a_dark_sound_has_a_high_first_cepstral_coefficient_and_a_bright_one_a_low_one() -> None:
    falling = -20 - 6 * np.arange(8)
    assert told(looks(LOOKS, sound_bands=np.tile(falling, (LOOKS, 1))))["cepstrum"] > 5
    assert told(looks(LOOKS, sound_bands=np.tile(falling[::-1], (LOOKS, 1))))["cepstrum"] < -5
    assert told(looks(LOOKS, sound_bands=np.full((LOOKS, 8), -30)))["cepstrum"] == pytest.approx(0, abs=1e-9)


def test_tonality_tells_major_from_minor_and_nothing_of_all_twelve() -> None:
    major, minor = key_profiles()[9], key_profiles()[12 + 9]
    for profile, sign in ((major, 1), (minor, -1)):
        chroma = np.sqrt(profile - profile.min())
        assert sign * told(looks(LOOKS, pitch_chroma=np.tile(chroma / chroma.max(), (LOOKS, 1))))["tonality"] > 0.15
    assert told(looks(LOOKS, pitch_chroma=np.ones((LOOKS, 12))))["tonality"] == pytest.approx(0, abs=1e-9)


def test_a_key_is_known_by_its_notes() -> None:
    heard = np.zeros(12)
    heard[list(A_MAJOR_SCALE)] = 1
    heard[9] = heard[4] = 2
    assert likeness(heard).argmax() == 9


def test_the_eight_equal_their_slow_twins_on_any_music() -> None:
    rng = np.random.default_rng(3)
    count = 5 * LOOKS
    tempo = rng.uniform(60, 160, count)
    silence = rng.random(count) < 0.3
    confidence = rng.random(count)
    cents = rng.integers(48, 84, count) * 100.0
    bands = rng.uniform(-50, -20, (count, 8))
    centroid = rng.uniform(200, 4000, count)
    seen = looks(
        count,
        rhythm_tempo=tempo,
        sound_silence=silence,
        pitch_cents=cents,
        pitch_hz=220,
        pitch_confidence=confidence,
        sound_bands=bands,
        sound_centroid=centroid,
    )
    heard = ~silence
    clear = heard & (confidence > 0.4)
    moves = np.diff(cents[clear] / 100)
    moves = moves[moves != 0]
    found = told(seen)
    assert found["pitch"] == pytest.approx(cents[clear].mean() / 100)
    assert found["centroid"] == pytest.approx(2 ** np.log2(centroid[heard]).mean())
    # What an onset or a tempo is, is told two looks late.
    assert found["tempo"] == pytest.approx(2 ** np.log2(tempo[heard]).mean(), rel=0.02)
    assert found["alignment"] == pytest.approx((moves[1:] * moves[:-1]).sum() / (moves**2).sum())
    tilt = [sum(band[b] * np.cos(np.pi * (b + 0.5) / 8) for b in range(8)) / 4 for band in bands[heard]]
    assert found["cepstrum"] == pytest.approx(np.mean(tilt))


def test_silence_adds_nothing_but_time() -> None:
    music = melody([60, 64, 67, 72] * 6)
    silent = music.copy()
    silent[:, np.flatnonzero(SIGNALS["sound.silence"].start == COLUMNS)] = 1
    tally = Tally()
    assert not tally.step(silent[:LOOKS])[1]
    assert np.allclose(eight(tally.step(music[:LOOKS])), eight(tallies(music[:LOOKS])[0]))
    assert eight(np.zeros(SIZE)).tolist() == [0] * 8


def test_the_signal_is_inside_its_span_whatever_the_features_are() -> None:
    for value in (-1e9, -1.0, 0.0, 1.0, 1e9):
        found = as_signal(np.full(8, value))
        assert ((found >= 0) & (found <= 1)).all()
    assert as_signal(np.array([66, 1000, 120, 0, 0, 20, 62.5 * 128**0.5, 0])).tolist() == pytest.approx([0.5] * 8)


def test_a_window_is_the_same_in_every_key() -> None:
    rng = np.random.default_rng(5)
    chroma = rng.random((3 * LOOKS, 12)) ** 3 + 0.6 * (np.arange(12)[None] == 2)
    for steps in (1, 5, 7):
        one = tallies(looks(len(chroma), pitch_chroma=chroma))
        other = tallies(looks(len(chroma), pitch_chroma=np.roll(chroma, steps, axis=1)))
        assert np.allclose(window(one), window(other), atol=1e-9)


def test_whatever_is_in_a_row_its_window_is_finite() -> None:
    rng = np.random.default_rng(7)
    seen = rng.normal(0, 1e4, (4 * LOOKS, ROW))[:, COLUMNS]
    found = window(tallies(seen))
    assert found.shape == (FEATURES,)
    assert np.isfinite(found).all()
    assert np.isfinite(window(np.zeros((2, SIZE)))).all()


def test_a_window_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"tallies\.shape=\(0, "):
        window(np.zeros((0, SIZE)))
