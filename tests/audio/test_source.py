"""Sources: whatever the file is, it is played or refused in one line."""

from __future__ import annotations

import shutil
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from engine.audio.source import DecodedFile, open_source
from engine.errors import BadFile, BadSetting
from engine.frame import HOP, RATE, ROW
from engine.takes.take import TakeWriter


def _tone(seconds: float = 0.5, rate: int = RATE, channels: int = 1) -> np.ndarray:
    n = np.arange(int(seconds * rate))
    return np.tile((0.5 * np.sin(2 * np.pi * 440 * n / rate)).astype(np.float32)[:, None], (1, channels))


def _all(path: Path) -> np.ndarray:
    source = open_source(path)
    parts = []
    while len(part := source.read(1000)):
        parts.append(part)
    return np.concatenate(parts) if parts else np.zeros((0, source.channels), np.float32)


@pytest.mark.parametrize(
    ("name", "subtype", "rate", "channels"),
    [
        ("a.wav", "FLOAT", 48000, 1),
        ("a.wav", "PCM_24", 96000, 8),
        ("a.wav", "ULAW", 8000, 1),
        ("a.flac", "PCM_16", 44100, 2),
        ("a.ogg", "VORBIS", 44100, 2),
        ("a.opus", "OPUS", 48000, 2),
        ("a.mp3", "MPEG_LAYER_III", 44100, 2),
        ("a.aiff", "PCM_16", 22050, 1),
    ],
)
def test_files_of_every_kind_are_read_whole(tmp_path: Path, name: str, subtype: str, rate: int, channels: int) -> None:
    path = tmp_path / name
    sound = _tone(0.5, rate, channels)
    kind = {"opus": "OGG", "mp3": "MP3"}.get(path.suffix[1:])
    soundfile.write(path, sound, rate, subtype=subtype, format=kind)
    source = open_source(path)
    assert (source.rate, source.channels) == (rate, channels)
    heard = _all(path)
    assert abs(len(heard) - len(sound)) <= 0.06 * rate  # coders pad
    assert np.sqrt((heard**2).mean()) == pytest.approx(0.354, abs=0.02)


@pytest.mark.parametrize("name", ["a.ogg", "a.opus", "a.mp3", "a.flac"])
def test_a_file_read_in_small_pieces_sounds_like_one_read_at_once(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    noise = np.random.default_rng(0).normal(0, 0.1, (RATE, 2)).astype(np.float32)
    kind = {"opus": "OGG", "mp3": "MP3"}.get(path.suffix[1:])
    soundfile.write(path, noise, RATE, format=kind, subtype="OPUS" if kind == "OGG" else None)
    whole = open_source(path).read(10 * RATE)
    assert np.array_equal(_all(path), whole)


def test_an_m4a_is_read_though_libsndfile_cannot(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    av = pytest.importorskip("av", reason="PyAV is not installed")
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100, layout="stereo")
        frame = av.AudioFrame.from_ndarray(_tone(0.5, 44100, 2).T.copy(), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = 44100, 0, Fraction(1, 44100)
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    source = open_source(path)
    assert (source.rate, source.channels) == (44100, 2)
    heard = _all(path)
    assert len(heard) == pytest.approx(22050, abs=2300)
    source.seek(11025)
    assert len(source.read(100_000)) == pytest.approx(len(heard) - 11025, abs=1100)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.wav", b"", "is empty"),
        ("text.wav", b"this is no sound at all, but a letter to a friend\n" * 10, "no sound that can be read"),
        ("zeros.flac", bytes(1000), "no sound that can be read"),
        ("half.wav", b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00", "no sound that can be read"),
    ],
)
def test_what_is_no_sound_is_refused_in_one_line(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadFile, match=said) as refusal:
        open_source(path)
    assert str(path) in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_file_that_is_not_there_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "mo_li_hua.ogg").write_bytes(b"x")
    with pytest.raises(BadFile, match=r"did you mean mo_li_hua\.ogg"):
        open_source(tmp_path / "mo_li_hau.ogg")
    with pytest.raises(BadFile, match="is a folder"):
        open_source(tmp_path)


def test_a_header_with_sample_rate_zero_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "zero.wav"
    soundfile.write(path, _tone(), RATE)
    data = bytearray(path.read_bytes())
    data[24:28] = bytes(4)
    path.write_bytes(data)
    with pytest.raises(BadFile, match=r"zero\.wav"):
        open_source(path)


def test_a_file_without_samples_is_refused_and_one_sample_is_enough(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "none.wav", np.zeros((0, 1)), RATE)
    with pytest.raises(BadFile, match="0 samples"):
        open_source(tmp_path / "none.wav")
    soundfile.write(tmp_path / "one.wav", np.ones((1, 1)) * 0.5, RATE)
    assert len(_all(tmp_path / "one.wav")) == 1


def test_a_truncated_file_is_played_as_far_as_it_goes(tmp_path: Path) -> None:
    for name in ("a.wav", "a.flac", "a.ogg"):
        path = tmp_path / name
        soundfile.write(path, np.random.default_rng(0).normal(0, 0.1, (2 * RATE, 1)), RATE)
        whole = len(_all(path))
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        assert 0 < len(_all(path)) < whole


def test_a_flac_that_was_cut_short_is_at_its_end_beyond_the_cut_and_can_be_gone_back_in(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    sound = np.random.default_rng(0).normal(0, 0.1, (2 * RATE, 1))
    soundfile.write(path, sound, RATE)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    source = open_source(path)
    source.seek(RATE * 3 // 2)
    assert len(source.read(100)) == 0
    source.seek(1000)
    assert np.allclose(source.read(100), sound[1000:1100], atol=1e-4)


class _Pipe:
    """A container that runs forward only."""

    def __init__(self, container: Any) -> None:
        self._container = container

    def __getattr__(self, name: str) -> Any:
        return getattr(self._container, name)

    def seek(self, *_: object, **__: object) -> None:
        raise ValueError("not seekable")


def test_a_recording_that_cannot_be_sought_in_is_read_from_its_beginning_up_to_the_place(tmp_path: Path) -> None:
    pytest.importorskip("av", reason="PyAV is not installed")
    soundfile.write(tmp_path / "a.mp3", np.random.default_rng(0).normal(0, 0.1, (2 * RATE, 1)), RATE)
    source, other = open_source(tmp_path / "a.mp3"), open_source(tmp_path / "a.mp3")
    assert isinstance(source, DecodedFile)
    source._container = _Pipe(source._container)
    source.read(60_000)
    for place in (20_000, 70_000, 0):
        source.seek(place)
        other.seek(place)
        # The first frames behind a place that was sought lack what they would have from those before.
        assert np.allclose(source.read(8000)[4000:], other.read(8000)[4000:], atol=1e-4)
        source._container = _Pipe(source._container)


def test_a_take_is_a_source(tmp_path: Path) -> None:
    sound = np.random.default_rng(0).normal(size=(10 * HOP, 2)).astype(np.float32)
    with TakeWriter(tmp_path / "t.monochord", 2) as take:
        for hop in range(10):
            take.write(np.zeros(ROW), sound[hop * HOP : (hop + 1) * HOP])
    assert np.array_equal(_all(tmp_path / "t.monochord"), sound)
    source = open_source(tmp_path / "t.monochord")
    source.seek(300)
    assert np.array_equal(source.read(500), sound[300:800])


def test_a_tone_has_its_frequency_and_clicks_come_in_time() -> None:
    tone = open_source("tone:1000").read(RATE)[:, 0]
    assert int((np.diff(np.signbit(tone)) != 0).sum()) == pytest.approx(2000, abs=1)
    clicks = open_source("clicks:4").read(RATE)[:, 0]
    starts = np.flatnonzero((np.abs(clicks) > 0.4) & (np.concatenate([[0.0], np.abs(clicks[:-1])]) == 0.0))
    assert starts.tolist() == [12000, 24000, 36000]


def test_a_source_goes_on_where_it_was_sent() -> None:
    first = open_source("clicks:3")
    whole = first.read(50_000)
    first.seek(20_000)
    assert np.array_equal(first.read(1000), whole[20_000:21_000])


@pytest.mark.parametrize("text", ["tone:", "tone:zero", "clicks:-1", "tone:nan", "tone:1e9"])
def test_a_tone_without_a_frequency_is_refused(text: str) -> None:
    with pytest.raises(BadSetting, match="wants a frequency"):
        open_source(text)


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
def test_a_file_that_another_program_wrote_is_read(tmp_path: Path) -> None:
    path = tmp_path / "theirs.wma"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=440:duration=1", str(path)]
    subprocess.run(command, check=True)
    assert len(_all(path)) == pytest.approx(44100, rel=0.1)
