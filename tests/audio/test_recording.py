"""The built-in recording is what its card says, and holds what the senses must tell apart."""

import csv
import hashlib
import tomllib
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

FOLDER = Path(__file__).parents[2] / "engine" / "audio" / "recording"
OGG = FOLDER / "mo_li_hua.ogg"


class Note(NamedTuple):
    onset: float
    duration: float
    pitch: int
    instrument: str


@cache
def card() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "mo_li_hua.toml").read_text(encoding="utf-8"))


@cache
def sound() -> NDArray[np.float64]:
    samples, _ = soundfile.read(OGG, dtype="float64")
    return np.asarray(samples)  # (samples, 2)


@cache
def notes() -> tuple[Note, ...]:
    with (FOLDER / "mo_li_hua.notes.csv").open(newline="", encoding="utf-8") as file:
        return tuple(
            Note(
                float(row["onset_seconds"]),
                float(row["duration_seconds"]),
                int(row["pitch"]),
                row["instrument"],
            )
            for row in csv.DictReader(file)
        )


def stretch(start: float, end: float) -> NDArray[np.float64]:
    rate = card()["sample_rate_hz"]
    return sound()[round(start * rate) : round(end * rate)]


def section(name: str) -> NDArray[np.float64]:
    edges = card()["sections"][name]
    return stretch(edges["start"], edges["end"])


def notes_in(name: str) -> list[Note]:
    edges = card()["sections"][name]
    return [note for note in notes() if edges["start"] <= note.onset < edges["end"]]


def dbfs(samples: NDArray[np.float64]) -> float:
    return float(10.0 * np.log10(np.mean(samples**2) + 1e-12))


def lone_onsets(name: str, *, apart_seconds: float) -> list[float]:
    """The onsets that no other comes shortly before: single notes, and the first of a rolled chord."""
    onsets = [note.onset for note in notes_in(name)]
    return [now for before, now in pairwise([0.0, *onsets]) if now - before > apart_seconds]


def rise_at(onset: float) -> float:
    """How many dB the 20 ms from an onset are above the 10 ms before, in the differenced sound.

    The difference sees the sharp edge of a stroke over the slow hum of the one before.
    """
    before = stretch(onset - 0.012, onset - 0.002)
    after = stretch(onset, onset + 0.020)
    return dbfs(np.diff(after, axis=0)) - dbfs(np.diff(before, axis=0))


def strongest_hz(samples: NDArray[np.float64]) -> float:
    mono = samples.mean(axis=1)
    size = 1 << 18
    spectrum = np.abs(np.fft.rfft(mono * np.hanning(len(mono)), size))
    return float(np.argmax(spectrum) * card()["sample_rate_hz"] / size)


def test_the_recording_is_small_and_between_sixty_and_ninety_seconds() -> None:
    info = soundfile.info(OGG)
    assert OGG.stat().st_size <= 2_000_000
    assert 60.0 <= info.duration <= 90.0
    assert info.duration == pytest.approx(card()["duration_seconds"], abs=0.01)
    assert (info.samplerate, info.channels) == (card()["sample_rate_hz"], card()["channels"])


def test_the_card_belongs_to_this_very_file() -> None:
    assert hashlib.sha256(OGG.read_bytes()).hexdigest() == card()["sha256"]


def test_everything_in_the_recording_may_be_given_away() -> None:
    assert card()["tune"]["licence"] == "public domain"
    assert card()["arrangement"]["licence"] == card()["soundfont"]["licence"] == "MIT"


def test_the_sections_follow_each_other_without_a_gap() -> None:
    edges = list(card()["sections"].values())
    assert [edge["end"] for edge in edges[:-1]] == [edge["start"] for edge in edges[1:]]
    assert edges[-1]["end"] == pytest.approx(card()["duration_seconds"], abs=0.01)


def test_the_loudest_place_is_near_full_scale_and_nothing_clips() -> None:
    peak = 20.0 * np.log10(np.abs(sound()).max())
    assert -2.5 < peak < -0.5


def test_the_silence_is_silent() -> None:
    silence = section("silence")
    assert len(silence) >= 3 * card()["sample_rate_hz"]
    # The codec may smear the first note of the coda a little ahead of itself.
    assert dbfs(silence[:-4096]) < -90.0
    assert dbfs(silence) < -80.0


def test_the_music_decays_into_the_silence_and_is_not_cut() -> None:
    start = card()["sections"]["silence"]["start"]
    levels = [dbfs(stretch(start - back, start - back + 0.2)) for back in (1.6, 1.2, 0.8, 0.4)]
    assert levels == sorted(levels, reverse=True)
    assert dbfs(stretch(start - 0.1, start)) < -70.0


def test_the_solo_pluck_is_much_quieter_than_all_together() -> None:
    assert dbfs(section("pluck")) == pytest.approx(-31.0, abs=3.0)
    assert dbfs(section("all_together")) > dbfs(section("pluck")) + 12.0


@pytest.mark.parametrize(
    ("name", "instruments"),
    [
        ("pluck", {"pluck"}),
        ("flute", {"flute"}),
        ("drum", {"taiko", "wood_block"}),
        ("all_together", {"pluck", "flute", "fiddle", "cello", "taiko", "wood_block"}),
        ("silence", set()),
        ("coda", {"pluck", "flute"}),
    ],
)
def test_each_section_is_played_by_its_own_instruments(name: str, instruments: set[str]) -> None:
    assert {note.instrument for note in notes_in(name)} == instruments


def test_every_drum_stroke_is_a_rise_of_energy() -> None:
    rises = [rise_at(onset) for onset in lone_onsets("drum", apart_seconds=0.03)]
    assert len(rises) >= 20
    assert min(rises) > 4.0


def test_every_plucked_note_of_the_solo_is_a_rise_of_energy() -> None:
    rises = [rise_at(onset) for onset in lone_onsets("pluck", apart_seconds=0.13)]
    assert len(rises) >= 20
    assert np.median(rises) > 10.0
    assert min(rises) > 3.0


def test_the_flute_plays_the_pitches_of_its_line() -> None:
    long_notes = [note for note in notes_in("flute") if note.duration > 0.6]
    assert len(long_notes) >= 8
    for note in long_notes:
        heard = strongest_hz(stretch(note.onset + 0.1, note.onset + note.duration - 0.05))
        # The strongest partial may be the octave: the pitch class is what the line gives.
        cents = 1200.0 * np.log2(heard / 440.0) - 100.0 * (note.pitch - 69)
        assert abs((cents + 600.0) % 1200.0 - 600.0) < 30.0, f"{note=} sounds at {heard:.1f} Hz"


def test_the_held_note_holds_its_pitch_and_swells() -> None:
    held = max(
        (note for note in notes_in("held_note") if note.instrument == "fiddle"),
        key=lambda note: note.duration,
    )
    assert held.duration >= 4.0
    levels = []
    for second in range(1, 5):
        part = stretch(held.onset + second, held.onset + second + 1.0)
        levels.append(dbfs(part))
        cents = 1200.0 * np.log2(strongest_hz(part) / 440.0) - 100.0 * (held.pitch - 69)
        assert abs((cents + 600.0) % 1200.0 - 600.0) < 30.0
    assert min(levels) > -30.0
    assert max(levels[1:]) > levels[0] + 3.0


def test_the_drum_is_darker_and_more_abrupt_than_the_flute() -> None:
    def crest(samples: NDArray[np.float64]) -> float:
        return float(20.0 * np.log10(np.abs(samples).max()) - dbfs(samples))

    def low_share(samples: NDArray[np.float64]) -> float:
        power = np.abs(np.fft.rfft(samples.mean(axis=1))) ** 2
        hz = np.fft.rfftfreq(len(samples), 1.0 / card()["sample_rate_hz"])
        return float(power[hz < 250.0].sum() / power.sum())

    # The flute's last breath and the drum's first stroke meet at the edge, so both are heard a little inside.
    flute, drum = section("flute")[:-9600], section("drum")[9600:]
    assert crest(drum) > crest(flute) + 2.0
    assert low_share(drum) > 0.7
    assert low_share(flute) < 0.05
