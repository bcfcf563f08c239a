from __future__ import annotations

import numpy as np
import pytest

from engine.errors import BadFile
from engine.features.band import BandFilter
from engine.features.soundcheck import BIN_HZ, SoundCheck, find_band
from engine.frame import HOP, RATE
from engine.instrument import LOWEST_HZ
from tests.features.sounds import Sound, bowed, gain, noise, placed, plucked, sine

NOTES = [262, 294, 330, 392, 440, 523, 440, 392, 330, 294]


def _scale(seconds: float = 6.0, level: float = -12) -> Sound:
    """Bowed notes from C4 to C5, twelve partials each."""
    count = int(seconds / 0.6)
    parts = [(0.05 + 0.6 * n, bowed(NOTES[n % 10], 0.5, seed=n) * gain(level)) for n in range(count)]
    return placed(parts, seconds)


def _pure(low: float, octaves: int) -> Sound:
    """Sines an octave apart, one after the other: an instrument whose edges are known exactly."""
    parts = [(0.5 * n, sine(low * 2 ** (n % (octaves + 1)), 0.4, gain(-12)) * np.hanning(19_200)) for n in range(8)]
    return placed(parts, 4.0)


def _filtered(check: SoundCheck, sound: Sound) -> Sound:
    machine = BandFilter(check.band)
    return np.concatenate([machine.step(sound[k : k + HOP]).copy() for k in range(0, sound.size - HOP + 1, HOP)])


@pytest.mark.parametrize(("low", "octaves"), [(110, 4), (300, 1), (700, 3)])
def test_the_edges_lie_just_outside_of_the_lowest_and_the_highest_note(low: float, octaves: int) -> None:
    high = low * 2**octaves
    band = find_band(_pure(low, octaves) + noise(4, -60, 1, seed=1), noise(3, -60, 1, seed=2)).band
    assert low / 2**0.5 < band.low_hz < low / 2**0.1
    assert high * 2**0.1 < band.high_hz < high * 2**0.5
    assert band.hum_hz == ()


def test_what_it_lets_through_is_the_instrument() -> None:
    room = noise(10, -40, 0, seed=3)
    clean = _scale()
    check = find_band(clean + room[: clean.size], room[-3 * RATE :])
    kept = _filtered(check, clean)
    assert np.mean(kept**2) == pytest.approx(np.mean(clean**2), rel=0.03)
    hushed = _filtered(check, room[: clean.size])
    assert 10 * np.log10(np.mean(hushed**2)) == pytest.approx(check.band.room_dbfs, abs=0.5)
    assert check.band.room_dbfs < -44


def test_the_softest_moments_are_the_room_where_it_is_not_recorded_alone() -> None:
    room = noise(8, -55, 1, seed=4)
    clean = placed([(2.0, _scale())], 8.0)
    alone = find_band(clean[2 * RATE :] + room[2 * RATE :], room[: 2 * RATE]).band
    together = find_band(clean + room).band
    assert together.low_hz == pytest.approx(alone.low_hz, rel=0.15)
    assert together.high_hz == pytest.approx(alone.high_hz, rel=0.15)
    assert together.room_dbfs == pytest.approx(alone.room_dbfs, abs=2)


@pytest.mark.parametrize("mains", [49.97, 60.02])
def test_hum_in_the_band_is_found_to_a_fraction_of_a_hertz_even_as_loud_as_the_instrument(mains: float) -> None:
    hum = sum((sine(mains * k, 9, gain(-20) / k) for k in (1, 3, 5, 7)), np.zeros(9 * RATE))
    room = noise(9, -55, 1, seed=5) + hum
    band = find_band(_scale() + room[: 6 * RATE], room[6 * RATE :]).band
    assert band.hum_hz == pytest.approx([mains * k for k in (3, 5, 7) if mains * k > band.low_hz / 2], abs=0.3)
    assert band.low_hz > 190
    assert band.room_dbfs < -50


def test_hum_is_found_in_the_pauses_too() -> None:
    room = noise(9, -55, 1, seed=5) + sine(250, 9, gain(-30))
    assert find_band(placed([(3.0, _scale())], 9.0) + room).band.hum_hz == pytest.approx([250], abs=0.3)


def test_a_room_without_hum_has_none() -> None:
    for seed in range(5):
        assert find_band(_scale() + noise(6, -40, 1, seed), noise(3, -40, 1, seed + 10)).band.hum_hz == ()


def test_a_bright_instrument_in_a_dead_room_is_not_cut() -> None:
    clicks = placed([(0.7 * n, plucked(110, 0.3, n) * 0.3) for n in range(6)], 4.5)
    band = find_band(clicks + noise(4.5, -90)).band
    assert LOWEST_HZ <= band.low_hz < 110
    assert band.high_hz > 8000


def test_a_file_of_notes_with_nothing_at_all_between_them_has_no_room() -> None:
    notes = placed([(1.0 * n, bowed(330, 0.4) * 0.3) for n in range(5)], 5.0)
    band = find_band(notes).band
    assert band.room_dbfs < -90
    assert band.hum_hz == ()


def test_the_spectra_say_what_was_heard() -> None:
    check = find_band(_pure(440, 0), noise(3, -70, 0, seed=2))
    assert check.hz.shape == check.instrument_db.shape == check.room_db.shape
    assert check.hz[check.instrument_db.argmax()] == pytest.approx(440, abs=BIN_HZ)
    per_bin = -70 + 10 * np.log10(1.5 * BIN_HZ / (RATE / 2))
    assert np.median(check.room_db[100:]) == pytest.approx(per_bin, abs=1)


def test_broken_samples_and_a_cough_change_nothing() -> None:
    room = noise(3, -60, 1, seed=6)
    instrument = _scale() + noise(6, -60, 1, seed=7)
    clean = find_band(instrument, room).band
    room[RATE : RATE + 9000] += noise(1, -20, 1, seed=8)[:9000]
    instrument[100], instrument[200] = np.nan, np.inf
    broken = find_band(instrument, room).band
    assert broken.low_hz == pytest.approx(clean.low_hz, rel=0.15)
    assert broken.room_dbfs == pytest.approx(clean.room_dbfs, abs=1)


def test_what_is_no_sound_check_is_refused_in_one_line() -> None:
    scale, room = _scale(), noise(3, -60)
    with pytest.raises(BadFile, match=r"sound-check: instrument=0\.5 s must last 2 s at least"):
        find_band(scale[: RATE // 2], room)
    with pytest.raises(BadFile, match=r"sound-check: room=0\.2 s must last 1 s at least"):
        find_band(scale, room[: RATE // 5])
    with pytest.raises(
        BadFile, match=r"instrument=-120 dBFS must reach -70 dBFS: nothing is heard \(is the microphone"
    ):
        find_band(np.zeros(4 * RATE), room)
    with pytest.raises(BadFile, match=r"lies [0-4] dB above the room where it stands out most.*swapped"):
        find_band(noise(3, -60, seed=1), room)
    with pytest.raises(BadFile, match=r"no moment of the instrument is 10 dB softer.*--room FILE"):
        find_band(noise(4, -20, 1))
    with pytest.raises(ValueError, match=r"instrument\.ndim=2 must be 1"):
        find_band(np.zeros((RATE, 2)))
