"""The sound-check as a person meets it: what it finds, writes, saves, and how it refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from engine.audio import hearing
from engine.audio.hearing_settings import HearingSettings
from engine.cli.soundcheck import soundcheck
from engine.errors import BadFile, BadSetting
from engine.frame import HOP, RATE, Block
from engine.settings import settings
from tests.conftest import SoundFile
from tests.features.sounds import Sound, bowed, gain, noise, placed, sine


def _room(seconds: float) -> Sound:
    return noise(seconds, -55, 1, seed=2) + sine(250, seconds, gain(-32))


def _playing(seconds: float = 4.0) -> Sound:
    notes = [(0.6 * n, bowed(hz, 0.5, seed=n) * gain(-12)) for n, hz in enumerate([262, 330, 392, 523, 392, 330])]
    return placed(notes, seconds) + _room(seconds)


def test_it_finds_the_band_draws_it_and_keeps_it(
    sound_file: SoundFile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    playing, room, show = sound_file("erhu.wav", _playing()), sound_file("room.wav", _room(2.0)), tmp_path / "show.toml"
    soundcheck(str(playing), room=str(room), out=tmp_path / "check", save=True, show=show, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert 180 < found["low_hz"] < 262
    assert found["hum_hz"] == pytest.approx([250], abs=0.3)
    assert found["onsets"]["after"] == 6
    band = settings(show).hearing.band
    assert band is not None
    assert (band.low_hz, band.high_hz, list(band.hum_hz)) == (found["low_hz"], found["high_hz"], found["hum_hz"])
    before, after = (soundfile.read(tmp_path / "check" / f"{name}.wav")[0] for name in ("before", "after"))
    assert before.size == after.size == pytest.approx(4 * RATE, abs=HOP)
    hum = np.exp(-2j * np.pi * 250 * np.arange(RATE) / RATE)
    assert abs(after[-RATE:] @ hum) < 0.1 * abs(before[-RATE:] @ hum)
    with Image.open(tmp_path / "check" / "soundcheck.png") as figure:
        assert figure.size == (1280, 960)


def test_it_says_what_it_found(sound_file: SoundFile, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    soundcheck(str(sound_file("erhu.wav", np.concatenate([_room(2), _playing()]))), out=tmp_path)
    said = capsys.readouterr().out
    assert "band    2" in said
    assert "hum     250 Hz" in said
    assert str(tmp_path / "soundcheck.png") in said


class _Ears:
    """Ears of which it is known what they hear, a tenth of a second at a time."""

    name, restarts = "a microphone", 0

    def __init__(self, _settings: HearingSettings) -> None:
        still = _room(5.5)
        sound = np.concatenate([still, np.tile(_playing(), 3)]).astype(np.float32)
        self._hops = iter(sound[: sound.size // HOP * HOP].reshape(-1, HOP, 1))

    def await_ready(self) -> None: ...

    def blocks(self) -> Iterator[Block]:
        for _ in range(18):
            yield Block(0, next(self._hops))

    def tend(self, _now: float) -> Iterator[str]:
        return iter(())

    def close(self) -> None: ...


def test_on_stage_it_asks_for_the_room_and_then_for_the_instrument(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(hearing, "Hearing", _Ears)
    soundcheck(device="a microphone", out=tmp_path, as_json=True)
    said = capsys.readouterr()
    assert said.err.index("be still for 4 seconds") < said.err.index("now play for 8 seconds")
    assert 180 < json.loads(said.out)["low_hz"] < 262


def test_what_it_cannot_do_is_said_in_one_line(
    sound_file: SoundFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nothing"))
    with pytest.raises(BadSetting, match=r"there is nothing to listen to \(name a FILE, or --device NAME"):
        soundcheck(out=tmp_path)
    with pytest.raises(BadSetting, match=r"there is no such file \(--save makes it\)"):
        soundcheck("a.wav", show=tmp_path / "none.toml")
    with pytest.raises(BadFile, match=r"no\.wav: no such file"):
        soundcheck(str(tmp_path / "no.wav"), out=tmp_path)
    with pytest.raises(BadFile, match=r"instrument=0\.5 s must last 2 s"):
        soundcheck(str(sound_file("short.wav", _playing()[: RATE // 2])), out=tmp_path)
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(BadFile, match="cannot be written"):
        soundcheck(str(sound_file("long.wav", _playing())), out=tmp_path / "taken" / "folder")
