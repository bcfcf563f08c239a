"""What a report says of a recording, in numbers: held against what the recording was made of."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.analysis import Analysis, described
from engine.audio.hearing_settings import HearingSettings
from engine.frame import RATE
from engine.report import flat_map
from engine.report.findings import Findings, findings
from engine.report.importance import _read
from engine.report.own_band import spectra
from engine.report.sound import SmallSound
from engine.report.witness import Witness

from ..features.sounds import noise, placed, sine
from .conftest import BEGINS, SECONDS


def test_the_witness_hears_what_the_senses_hear(heard: tuple[Witness, Analysis], string: Path) -> None:
    witness, analysis = heard
    plain = described(Witness(HearingSettings(source=str(string))))  # with stills in mind it is passed on another way
    assert all(np.array_equal(analysis.signals[name], plain.signals[name]) for name in plain.signals)
    assert len(witness.reach) == len(analysis.time)
    assert 20 * np.log10(np.abs(witness.reach).max()) == pytest.approx(analysis.signals["sound.peak"].max(), abs=0.01)
    assert len(witness.beginning) == round(SECONDS * RATE)


def test_facts_are_those_of_the_music(found: Findings) -> None:
    facts = found.facts
    assert facts.duration == pytest.approx(SECONDS)
    assert facts.onsets == len(BEGINS)
    assert found.events["onsets"] == pytest.approx(BEGINS, abs=0.02)
    assert facts.low_pitch == pytest.approx(5700, abs=60)  # A3
    assert facts.high_pitch == pytest.approx(6400, abs=60)  # E4
    assert facts.level < facts.peak <= -8.9
    assert facts.mood is None or sum(
        facts.mood[one] for one in ("excitement", "relaxation", "irritation", "depression")
    )


def test_the_same_recording_gives_the_same_numbers(heard: tuple[Witness, Analysis], found: Findings) -> None:
    witness, analysis = heard
    again = findings(found.name, analysis, witness, found.settings, compared=False)
    assert json.dumps(again.as_json()) == json.dumps(found.as_json())
    assert "NaN" not in json.dumps(found.as_json())


def test_nothing_but_silence_and_a_single_hop_can_be_reported(tmp_path: Path) -> None:
    for name, count in (("silence", RATE // 2), ("short", 100)):
        path = tmp_path / f"{name}.wav"
        soundfile.write(path, np.zeros(count), RATE)
        witness = Witness(HearingSettings(source=str(path)), stills=False)
        nothing = findings(name, described(witness), witness, {}, compared=False)
        assert nothing.maps == {}
        assert "too little" in nothing.missing["fractal_map"].lower()
        assert nothing.facts.low_pitch is None
        assert "band" in nothing.missing
        json.dumps(nothing.as_json(), allow_nan=False)


def test_alike_moments_lie_together_on_their_map() -> None:
    rng = np.random.default_rng(0)
    two = np.concatenate([rng.normal(0, 0.2, (40, 6)), rng.normal(3, 0.2, (40, 6))])
    places = flat_map.laid_out(two)
    assert np.abs(places).max() == pytest.approx(1)
    apart = np.linalg.norm(places[:, None] - places, axis=2)
    np.fill_diagonal(apart, np.inf)
    assert np.mean((apart.argmin(axis=1) >= 40) == (np.arange(80) >= 40)) == 1
    assert np.array_equal(places, flat_map.laid_out(two))
    assert np.isfinite(flat_map.laid_out(np.zeros((30, 3)))).all()
    with pytest.raises(ValueError, match="5 moments must be 24 or more"):
        flat_map.laid_out(two[:5])


def test_moments_to_be_laid_out_are_spread_evenly() -> None:
    assert flat_map.chosen(0).tolist() == []
    assert flat_map.chosen(3).tolist() == [0, 1, 2]
    many = flat_map.chosen(10_000)
    assert len(many) == flat_map.MOST
    assert np.ptp(np.diff(many)) <= 1


def test_the_band_is_found_and_what_lies_outside_of_it_is_taken_away() -> None:
    played = placed([(1.0, sine(500, 2.0, 0.4)), (4.0, sine(900, 2.0, 0.4))], 7.0) + noise(7.0, -62)
    found = spectra(played.astype(np.float32), None)
    assert found.found
    assert found.band is not None
    assert found.after_db is not None
    assert found.band.low_hz < 500 < 900 < found.band.high_hz
    inside, outside = np.argmin(abs(found.hz - 500)), found.hz > 3 * found.band.high_hz
    assert found.after_db[inside] == pytest.approx(found.before_db[inside], abs=1)
    assert (found.after_db[outside] < found.before_db[outside] - 20).all()


def test_a_full_sine_reads_its_level_and_a_band_that_cannot_be_told_says_why() -> None:
    found = spectra(sine(1000, 3.0, 0.5).astype(np.float32), None)
    assert found.before_db.max() == pytest.approx(-6, abs=0.1)
    assert found.band is None
    assert found.after_db is None
    assert "cannot be told from it" in found.why


def test_the_small_sound_is_the_recording_and_the_same_bytes_each_time() -> None:
    played = sine(440, 1.0, 0.5).astype(np.float32)

    def made(parts: int, most: float = 600) -> tuple[bytes, float]:
        small = SmallSound(most)
        for part in np.array_split(played, parts):
            small.add(part)
        return small.finished(), small.seconds

    whole, seconds = made(1)
    if not whole:
        pytest.skip(SmallSound().trouble)
    assert seconds == 1
    assert made(37)[0] == whole
    sound, rate = soundfile.read(io.BytesIO(whole))
    assert rate == RATE
    assert len(sound) == pytest.approx(RATE, abs=2400)
    spectrum = np.abs(np.fft.rfft(sound[6000:42_000] * np.hanning(36_000)))
    assert spectrum.argmax() * RATE / 36_000 == pytest.approx(440, abs=2)
    assert made(3, most=0.5)[1] == 0.5


def test_a_card_that_says_nothing_of_importance_is_no_importance() -> None:
    assert _read(None) is None
    assert _read({"excitement": {"tempo": 0.2}}) is None
    moods = ("excitement", "relaxation", "irritation", "depression")
    told = _read({mood: {"tempo": 0.2, "pitch": 0.1} for mood in moods})
    assert told is not None
    assert told.features == ("tempo", "pitch")
    assert told.table()["depression"] == {"tempo": 0.2, "pitch": 0.1}


@pytest.mark.slow
def test_pyin_hears_the_pitch_that_is_played() -> None:
    pytest.importorskip("librosa", reason="librosa is not installed (it is in the report extra)")
    from engine.report.references import references

    found = references(sine(440, 1.5, 0.5).astype(np.float32))
    assert np.nanmedian(found.cents) == pytest.approx(6900, abs=15)
    assert found.cqt.mean(axis=1).argmax() == (6900 - 2400) // 100
    nothing = references(np.zeros(100, np.float32))
    assert nothing.cqt.max() == 0
    assert np.isnan(nothing.cents).all()
