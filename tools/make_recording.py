"""Makes the built-in recording: *Mo Li Hua*, arranged here, played by fluidsynth, with card and notes.

    python tools/make_recording.py --soundfont /usr/share/sounds/sf2/FluidR3_GM.sf2

`--out DIR` is the folder to write to, engine/audio/recording if not given. Needs the program `fluidsynth`
(2.1 or later), a General MIDI soundfont (Debian: `fluidsynth`, `fluid-soundfont-gm`) and the Python package
`mido` besides what the engine needs. Three files come out: `mo_li_hua.ogg`, `mo_li_hua.toml` (the card: where
it comes from, what is heard when) and `mo_li_hua.notes.csv` (every note, in seconds of the ogg: what an onset
detector is judged against).

The tune and its arrangement are in `mo_li_hua/arrangement.py`, how it is played in `mo_li_hua/played.py`; here: the
MIDI, the sound, the card.

The MIDI is always the same, since all chance is drawn from `SEED`. The sound depends a little on the version
of fluidsynth (its reverb above all), the bytes of the ogg on that of libvorbis, and the ogg's stream number
is drawn anew at each writing; so the card's sha256 belongs to the file beside it and not to the next made.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import mido
import numpy as np
import soundfile
import tomlkit
from mo_li_hua.arrangement import (
    CODA_BEAT,
    DRUM_BEAT,
    END_BEAT,
    FLUTE_BEAT,
    GLISSANDO_BEAT,
    HELD_BEAT,
    PLAYERS,
    PLUCK_BEAT,
    SILENCE_BEAT,
    Player,
)
from mo_li_hua.played import SEED, Heard, bend_semitones, seconds_at, swell_levels, truth
from numpy.typing import NDArray

OUT = Path("engine/audio/recording")
COMMAND = "python tools/make_recording.py --soundfont {soundfont}"
SAMPLE_RATE_HZ = 48_000
PEAK_DBFS = -1.5
VORBIS_COMPRESSION = 0.45  # of 0 … 1; about 130 kbit/s here
TICKS_PER_SECOND = 1000  # the MIDI clock counts milliseconds: all rubato is already in the notes
BEND_RANGE_SEMITONES = 4.0

# --------------------------------------------------------------------------------------------------- the MIDI

# At the same millisecond: what shapes a note comes before it, what ends one comes before what starts one.
OFF, SHAPE, ON = 0, 1, 2
Timed = tuple[float, int, mido.Message]


def settings(player: Player) -> Iterator[Timed]:
    """The programme, place and bend range of a player, on each of that player's channels."""
    bend_range = ((101, 0), (100, 0), (6, int(BEND_RANGE_SEMITONES)), (38, 0))
    controls = ((7, player.volume), (10, player.pan), (91, player.reverb), (93, 0), (11, 127), *bend_range)
    for channel in player.channels:
        yield 0.0, SHAPE, mido.Message("program_change", channel=channel, program=player.program)
        for control, value in controls:
            yield 0.0, SHAPE, mido.Message("control_change", channel=channel, control=control, value=value)


def messages(note: Heard) -> Iterator[Timed]:
    """All that a note sends: its key, its bends, its swell."""
    start, end, channel = note.onset_seconds, note.onset_seconds + note.duration_seconds, note.channel
    yield start, ON, mido.Message("note_on", channel=channel, note=note.pitch, velocity=note.velocity)
    yield end, OFF, mido.Message("note_off", channel=channel, note=note.pitch)
    for when, semitones in bend_semitones(note):
        bend = round(semitones / BEND_RANGE_SEMITONES * 8191)
        yield when, SHAPE, mido.Message("pitchwheel", channel=channel, pitch=bend)
    if note.swell and note.player.bowed_or_blown:
        for when, level in swell_levels(note):
            value = round(127 * level)
            yield when, SHAPE, mido.Message("control_change", channel=channel, control=11, value=value)


def midi_file(notes: Sequence[Heard], seconds: float) -> mido.MidiFile:
    """One track, one tick a millisecond, `seconds` long."""
    timed = [message for player in PLAYERS for message in settings(player)]
    timed += [message for note in notes for message in messages(note)]
    timed.sort(key=lambda event: (round(event[0] * TICKS_PER_SECOND), event[1]))
    track = mido.MidiTrack()
    now = 0
    for when, _, message in timed:
        tick = round(when * TICKS_PER_SECOND)
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=round(seconds * TICKS_PER_SECOND) - now))
    # MIDI's tempo, when none is written, is 120: half a second a beat.
    file = mido.MidiFile(ticks_per_beat=TICKS_PER_SECOND // 2)
    file.tracks.append(track)
    return file


# -------------------------------------------------------------------------------------------------- the sound

Sound = NDArray[np.float64]  # (samples, 2)

FLUIDSYNTH_SETTINGS = {
    "synth.gain": "0.5",
    "synth.reverb.room-size": "0.62",
    "synth.reverb.damp": "0.35",
    "synth.reverb.width": "0.9",
    "synth.reverb.level": "0.55",
    "synth.chorus.active": "0",
}


def render(midi: Path, soundfont: Path, wav: Path) -> Sound:
    """What fluidsynth makes of the MIDI file: float samples, at its own level."""
    program = shutil.which("fluidsynth")
    if program is None:
        raise SystemExit("fluidsynth is not installed (Debian: apt install fluidsynth fluid-soundfont-gm)")
    options = [word for name, value in FLUIDSYNTH_SETTINGS.items() for word in ("-o", f"{name}={value}")]
    output = ["-r", str(SAMPLE_RATE_HZ), "-T", "wav", "-O", "float", "-F", str(wav)]
    command = [program, "-q", "-n", "-i", *options, *output, str(soundfont), str(midi)]
    subprocess.run(command, check=True, capture_output=True)
    sound, rate = soundfile.read(wav, dtype="float64", always_2d=True)
    if rate != SAMPLE_RATE_HZ:
        raise SystemExit(f"fluidsynth wrote {rate=}, it must be {SAMPLE_RATE_HZ}")
    return np.asarray(sound)


DECAY_SECONDS = 1.5  # the room after the held note
FADE_SECONDS = 0.9  # the last part of that decay, led to nothing
EARLY_SECONDS = 0.12  # a section begins this much before its beat, to have its grace notes in it
TAIL_SECONDS = 3.4
END_FADE_SECONDS = 2.0


@dataclass(frozen=True)
class Section:
    """A stretch of the recording, in seconds."""

    name: str
    start: float
    end: float


def sections() -> list[Section]:
    """What is heard when. The held note owns its decay, so that the silence is silent throughout."""
    edges = [
        ("pluck", seconds_at(PLUCK_BEAT) - EARLY_SECONDS),
        ("flute", seconds_at(FLUTE_BEAT) - EARLY_SECONDS),
        ("drum", seconds_at(DRUM_BEAT) - EARLY_SECONDS),
        ("all_together", seconds_at(GLISSANDO_BEAT) - EARLY_SECONDS),
        ("held_note", seconds_at(HELD_BEAT) - EARLY_SECONDS),
        ("silence", seconds_at(SILENCE_BEAT) + DECAY_SECONDS),
        ("coda", seconds_at(CODA_BEAT) - EARLY_SECONDS),
        ("", seconds_at(END_BEAT) + TAIL_SECONDS),
    ]
    return [Section(name, round(start, 2), round(end, 2)) for (name, start), (_, end) in pairwise(edges)]


def finish(sound: Sound, parts: Sequence[Section]) -> Sound:
    """The sound cut to length, silent where it should be, faded at its end and brought to `PEAK_DBFS`."""
    length = round(parts[-1].end * SAMPLE_RATE_HZ)
    seconds = np.arange(length) / SAMPLE_RATE_HZ
    silence = next(part for part in parts if part.name == "silence")
    into = np.clip((silence.start - seconds) / FADE_SECONDS, 0.0, 1.0)
    out_of = np.clip((seconds - silence.end) / 0.01, 0.0, 1.0)
    at_end = np.clip((parts[-1].end - seconds) / END_FADE_SECONDS, 0.0, 1.0)
    fade = np.sin(0.5 * np.pi * np.maximum(into, out_of)) ** 2 * np.sin(0.5 * np.pi * at_end) ** 2
    faded = sound[:length] * fade[:, None]
    gain = 10.0 ** (PEAK_DBFS / 20.0) / np.abs(faded).max()
    return np.asarray(faded * gain)


def write_ogg(path: Path, sound: Sound) -> None:
    """Vorbis, a second at a time: libsndfile overruns its stack when handed minutes at once."""
    with soundfile.SoundFile(
        path, "w", SAMPLE_RATE_HZ, 2, "VORBIS", format="OGG", compression_level=VORBIS_COMPRESSION
    ) as file:
        file.title = "Mo Li Hua (Jasmine Flower)"
        file.artist = "traditional, arranged for Monochord"
        file.license = "MIT"
        for start in range(0, len(sound), SAMPLE_RATE_HZ):
            file.write(sound[start : start + SAMPLE_RATE_HZ])


# --------------------------------------------------------------------------------------------------- the card


def write_notes(path: Path, notes: Sequence[Heard]) -> None:
    """The truth as a table, one note a row."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["onset_seconds", "duration_seconds", "pitch", "instrument", "velocity"])
        for note in notes:
            onset, duration = f"{note.onset_seconds:.3f}", f"{note.duration_seconds:.3f}"
            table.writerow([onset, duration, note.pitch, note.player.name, note.velocity])


def first_line(*command: str) -> str:
    """The first line a program prints, or `unknown` where there is no such program."""
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip().partition("\n")[0]


def debian_package(path: Path) -> str:
    """The package that a file came with, and its version, where dpkg knows."""
    package = first_line("dpkg-query", "--search", str(path.resolve())).partition(":")[0]
    return package if package == "unknown" else first_line("dpkg-query", "--show", package).replace("\t", " ")


def sha256(path: Path) -> str:
    """The file's sha256 in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def card(ogg: Path, soundfont: Path, parts: Sequence[Section], notes: Sequence[Heard]) -> str:
    """The card in TOML: what the recording is, whose, how it was made, what is heard when."""
    fluid = "FluidR3" in soundfont.name
    fluidsynth = first_line("fluidsynth", "--version").removeprefix("FluidSynth runtime version ")
    programs = sorted({(note.player.name, note.player.program) for note in notes})
    return tomlkit.dumps(
        {
            "title": "Mo Li Hua (Jasmine Flower)",
            "what": "The built-in recording: something of everything that the senses must tell apart.",
            "file": ogg.name,
            "sha256": sha256(ogg),
            "duration_seconds": parts[-1].end,
            "sample_rate_hz": SAMPLE_RATE_HZ,
            "channels": 2,
            "tune": {
                "source": "Traditional Chinese song, Jiangsu version; Qing dynasty; printed in the West "
                "first by John Barrow, Travels in China, London 1804.",
                "licence": "public domain",
                "gong": "D: degree 1 of the pentatonic scale D E F# A B; the tune closes on degree 5, A",
            },
            "arrangement": {"source": "Ours, written in tools/make_recording.py.", "licence": "MIT"},
            "soundfont": {
                "name": "FluidR3_GM by Frank Wen and contributors" if fluid else soundfont.name,
                "licence": "MIT" if fluid else "unknown",
                "package": debian_package(soundfont),
                "sha256": sha256(soundfont),
                "programs": dict(programs),
            },
            "made_with": {
                "command": COMMAND.format(soundfont=soundfont),
                "seed": SEED,
                "fluidsynth": fluidsynth,
                "numpy": np.__version__,
                "mido": str(mido.version_info),
                "soundfile": soundfile.__version__,
                "libsndfile": soundfile.__libsndfile_version__,
            },
            "notes": {
                "file": "mo_li_hua.notes.csv",
                "count": len(notes),
                "meaning": "onset_seconds is when the key goes down, duration_seconds how long it is held. "
                "Plucks and drums are loud within 5 to 15 ms; flute, fiddle and cello begin within about "
                "30 ms and need 25 to 170 ms to be loud.",
            },
            "sections": {part.name: {"start": part.start, "end": part.end} for part in parts},
        }
    )


def make(soundfont: Path, out: Path) -> None:
    """The three files, written into `out`."""
    notes, parts = truth(), sections()
    with tempfile.TemporaryDirectory() as folder:
        midi = Path(folder, "mo_li_hua.mid")
        midi_file(notes, parts[-1].end + 1.0).save(midi)
        sound = finish(render(midi, soundfont, Path(folder, "mo_li_hua.wav")), parts)
    out.mkdir(parents=True, exist_ok=True)
    ogg = out / "mo_li_hua.ogg"
    write_ogg(ogg, sound)
    write_notes(out / "mo_li_hua.notes.csv", notes)
    (out / "mo_li_hua.toml").write_text(card(ogg, soundfont, parts, notes), encoding="utf-8")
    print(f"{ogg}: {parts[-1].end:.1f} s, {ogg.stat().st_size / 1e6:.2f} MB, {len(notes)} notes")


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--soundfont", type=Path, required=True, help="a General MIDI soundfont, .sf2")
    parser.add_argument("--out", type=Path, default=OUT, help=f"the folder to write to ({OUT})")
    arguments = parser.parse_args()
    if not arguments.soundfont.is_file():
        parser.error(f"--soundfont={arguments.soundfont} is not there (try apt install fluid-soundfont-gm)")
    make(arguments.soundfont, arguments.out)


if __name__ == "__main__":
    main()
