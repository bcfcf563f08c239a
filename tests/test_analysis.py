"""Analysis: every signal of a recording, and what happened in it."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest

from engine.analysis import analyse, write_analysis
from engine.audio.hearing_settings import HearingSettings
from engine.errors import BadFile
from engine.frame import HOP, RATE, SIGNALS, signals_of
from engine.instrument import InstrumentBand
from engine.listening.mood_judge import MOODS

from .conftest import DRUM, PLAYING, STRING, SoundFile
from .features.sounds import placed, plucked, sine


def music(seconds: float = 1.5) -> np.ndarray:
    rng = np.random.default_rng(3)
    time = np.arange(int(seconds * RATE)) / RATE
    tone = 0.3 * np.sin(2 * np.pi * 330 * time) * np.exp(-4 * (time % 0.5))
    return np.stack([tone, tone + rng.normal(0, 0.01, len(time))], axis=1).astype(np.float32)


def test_the_same_file_analysed_twice_gives_the_same_bits(sound_file: SoundFile) -> None:
    hearing = HearingSettings(source=str(sound_file("a.wav", music())))
    first, second = analyse(hearing), analyse(hearing)
    assert first.onsets == second.onsets
    assert first.time.tobytes() == second.time.tobytes()
    for name in SIGNALS:
        assert first.signals[name].tobytes() == second.signals[name].tobytes(), name


def test_an_analysis_has_every_signal_by_its_name_and_the_time(sound_file: SoundFile, tmp_path: Path) -> None:
    analysis = analyse(HearingSettings(source=str(sound_file("a.wav", music()))))
    hops = -(-int(1.5 * RATE) // HOP)
    assert analysis.duration == 1.5
    assert analysis.time == pytest.approx((np.arange(hops) + 1) * HOP / RATE)
    write_analysis(analysis, tmp_path / "out")
    with np.load(tmp_path / "out" / "frames.npz") as arrays:
        assert set(arrays) == {"time", *SIGNALS}
        for name, signal in SIGNALS.items():
            assert name.count(".") == 1
            assert arrays[name].shape == ((hops,) if signal.size == 1 else (hops, signal.size))
            assert np.array_equal(arrays[name], analysis.signals[name])
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert sum(summary["mood"][name] for name in MOODS) == pytest.approx(1.0, abs=1e-3)
    assert summary == {"duration": 1.5, "hops": hops, **analysis.events.summary(), "mood": analysis.mood.table()}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["frames.npz", "summary.json"]


def test_a_summary_tells_beats_tempo_and_key(sound_file: SoundFile, tmp_path: Path) -> None:
    degrees = [0, 2, 4, 5, 7, 9, 11, 12, 11, 9, 7, 5, 4, 2, 0, 4, 7, 4, 0, 0]
    notes = [(0.5 + 0.6 * n, plucked(293.66 * 2 ** (d / 12), 0.6, n) * 0.5) for n, d in enumerate(degrees)]
    write_analysis(analyse(HearingSettings(source=str(sound_file("scale.wav", placed(notes, 13.0))))), tmp_path)
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["key"] == "D major"
    assert summary["tempo_bpm"] == pytest.approx(100, rel=0.03)
    late = [beat for beat in summary["beats"] if beat > 5]
    assert all(min(abs(beat - at) for at, _ in notes) < 0.07 for beat in late if beat < 12.0)
    assert len(late) >= 11


def test_nothing_happens_after_the_end_of_a_recording(sound_file: SoundFile) -> None:
    analysis = analyse(HearingSettings(source=str(sound_file("cut.wav", sine(440, 1.0, 0.5)))))
    assert len(analysis.time) * HOP / RATE > analysis.duration
    assert all(onset < analysis.duration for onset in analysis.onsets)


def test_a_summary_of_silence_knows_no_tempo_and_no_key(sound_file: SoundFile, tmp_path: Path) -> None:
    write_analysis(analyse(HearingSettings(source=str(sound_file("nothing.wav", np.zeros(RATE))))), tmp_path)
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["beats"] == summary["onsets"] == []
    assert summary["tempo_bpm"] is summary["key"] is None


def test_an_analysis_of_several_musicians_has_each_under_the_own_name(duo: str, tmp_path: Path) -> None:
    analysis, plain = analyse(HearingSettings(duo, **PLAYING)), analyse(HearingSettings(duo))
    write_analysis(analysis, tmp_path / "out")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["musicians"]["erhu"]["onsets"] == pytest.approx(STRING, abs=0.01)
    assert summary["musicians"]["drum"]["onsets"] == pytest.approx(DRUM, abs=0.01)
    assert summary["onsets"] == pytest.approx(sorted(STRING + DRUM), abs=0.01)
    with np.load(tmp_path / "out" / "frames.npz") as arrays:
        assert set(arrays) == {"time", *signals_of(("erhu", "drum"))}
        assert arrays["drum.sound.bands"].shape == (len(analysis.time), 8)
        assert arrays["drum.rhythm.onsets"][-1] == len(DRUM)
        for name in SIGNALS:
            assert np.array_equal(arrays[name], plain.signals[name]), name


def test_what_is_no_number_becomes_silence_and_every_signal_stays_finite(sound_file: SoundFile) -> None:
    sound = music()
    sound[1000:1300, 0] = np.nan
    sound[40_000:40_010] = np.inf
    sound[50_000] = -np.inf
    analysis = analyse(HearingSettings(source=str(sound_file("a.wav", sound, subtype="FLOAT"))))
    assert analysis.cleaned == 300 + 20 + 2
    for name, values in analysis.signals.items():
        assert np.isfinite(values).all(), name


def test_an_analysis_says_how_far_it_is(sound_file: SoundFile) -> None:
    shares: list[float] = []
    analyse(HearingSettings(source=str(sound_file("a.wav", music(4.0)))), progress=shares.append)
    assert shares == sorted(shares)
    assert 0.0 <= shares[0] < shares[-1] == 1.0


def test_a_full_disk_leaves_no_half_analysis(
    sound_file: SoundFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    analysis = analyse(HearingSettings(source=str(sound_file("a.wav", music()))))

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(BadFile, match="cannot be written: No space left on device"):
        write_analysis(analysis, tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


def test_what_lies_outside_of_the_instruments_own_band_is_not_analysed(sound_file: SoundFile) -> None:
    low = placed([(1.0, sine(60, 0.5) * np.hanning(RATE // 2) ** 0.2)], 3.0)
    high = placed([(2.0, plucked(1760, 0.5))], 3.0)
    path = sound_file("two.wav", 0.3 * (low + high))
    own = InstrumentBand(1200.0, 8000.0, room_dbfs=-80.0)
    assert len(analyse(HearingSettings(source=str(path))).onsets) == 2
    heard = analyse(HearingSettings(source=str(path), band=own))
    assert heard.onsets == pytest.approx([2.0], abs=0.01)
    assert heard.signals["band.low"][0] == 1200
