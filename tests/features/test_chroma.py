from __future__ import annotations

import numpy as np
import pytest

from engine.features.chroma import PEAKS, Chroma, _discount, _gather, _peaks
from engine.features.tones import BINS, Tones
from engine.frame import HOP, RATE
from tests.features.sounds import noise, plucked, sine


def heard(sound: np.ndarray, machine: Chroma | None = None) -> np.ndarray:
    """The chroma after the last hop of a sound."""
    machine = machine or Chroma()
    tones = Tones()
    for hop in range(len(sound) // HOP):
        out = machine.step(tones.step(sound[hop * HOP : (hop + 1) * HOP]))
    return out.copy()


def chord(*midi: int, seconds: float = 1.5, tuning: float = 440.0) -> np.ndarray:
    time = np.arange(round(seconds * RATE)) / RATE
    out = np.zeros(time.size)
    for number in midi:
        hz = tuning * 2 ** ((number - 69) / 12)
        out += sum((np.sin(2 * np.pi * k * hz * time) / k for k in range(1, 7)), np.zeros(time.size))
    return 0.1 * out


@pytest.mark.parametrize("midi", range(48, 84, 5))
def test_one_note_is_one_pitch_class(midi: int) -> None:
    chroma = heard(chord(midi))
    assert chroma.argmax() == midi % 12
    assert chroma.max() == pytest.approx(1)
    assert np.sort(chroma)[-2] < 0.3


def test_a_chord_is_its_three_notes() -> None:
    chroma = heard(chord(60, 64, 67))
    assert set(np.argsort(chroma)[-3:]) == {0, 4, 7}
    assert np.sort(chroma)[-3] > 2 * np.sort(chroma)[-4]


@pytest.mark.parametrize("tuning", [428.0, 432.0, 449.0])
def test_an_instrument_may_be_tuned_as_it_likes(tuning: float) -> None:
    chroma = heard(chord(57, 61, 64, seconds=6, tuning=tuning))
    assert set(np.argsort(chroma)[-3:]) == {9, 1, 4}


def test_the_last_note_takes_over_within_a_second() -> None:
    sound = np.concatenate([chord(60), chord(66, seconds=1)])
    assert heard(sound).argmax() == 6


def test_the_level_does_not_matter() -> None:
    sound = plucked(330, 1.0)
    np.testing.assert_allclose(heard(sound * 1e-3), heard(sound), atol=1e-9)


def test_silence_and_broken_numbers_leave_it_finite() -> None:
    machine = Chroma()
    for power in (np.zeros(BINS), np.full(BINS, np.nan), np.full(BINS, np.inf), np.full(BINS, 1e300)):
        for _ in range(8):
            assert np.all(np.isfinite(machine.step(power)))
    out = heard(noise(1.0, -20), machine)
    assert np.all((out >= 0) & (out <= 1))


def test_peaks_are_the_strongest_from_low_to_high() -> None:
    power = np.zeros(BINS)
    at = np.arange(8, 8 + 4 * 30, 4)
    power[at] = np.linspace(1, 2, at.size)
    peaks = np.zeros((2, PEAKS))
    assert _peaks(power, peaks) == PEAKS
    assert np.all(np.diff(peaks[0]) > 0)
    assert peaks[1].min() ** 2 == pytest.approx(power[at[-PEAKS]])


def test_a_harmonic_of_a_lower_peak_is_discounted_and_another_note_is_not() -> None:
    peaks = np.zeros((2, PEAKS))
    peaks[0, :3] = [57, 69, 75]
    peaks[1, :3] = [1.0, 0.5, 0.5]
    own = np.zeros(PEAKS)
    _discount(peaks, 3, own)
    assert own[0] == 1.0
    assert own[1] < 0.05
    assert own[2] == 0.5


def test_the_tuning_is_learnt() -> None:
    peaks = np.zeros((2, PEAKS))
    peaks[0, 0], peaks[1, 0] = 69.4, 1.0
    tuning, chroma = np.array([1.0, 0.0]), np.zeros((3, 12))
    for _ in range(3000):
        _gather(peaks, 1, peaks[1], tuning, chroma)
    assert np.arctan2(tuning[1], tuning[0]) / (2 * np.pi) == pytest.approx(0.4, abs=0.01)
    assert chroma[1].argmax() == 9


def test_reset_is_as_good_as_new() -> None:
    sound = sine(523, 0.5, 0.3)
    machine = Chroma()
    first = heard(sound, machine)
    machine.reset()
    np.testing.assert_array_equal(heard(sound, machine), first)
    assert machine.long.shape == (12,)


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"power\.shape=\(4,\) must be \(513,\)"):
        Chroma().step(np.zeros(4))
