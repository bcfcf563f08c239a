"""Makes the built-in recording: *Mo Li Hua*, arranged here, played by fluidsynth, with card and notes.

    python tools/make_recording.py --soundfont /usr/share/sounds/sf2/FluidR3_GM.sf2

`--out DIR` is the folder to write to, engine/audio/recording if not given. Needs the program `fluidsynth`
(2.1 or later), a General MIDI soundfont (Debian: `fluidsynth`, `fluid-soundfont-gm`) and the Python package
`mido` besides what the engine needs. Three files come out: `mo_li_hua.ogg`, `mo_li_hua.toml` (the card: where
it comes from, what is heard when) and `mo_li_hua.notes.csv` (every note, in seconds of the ogg: what an onset
detector is judged against).

The tune is the Jiangsu *Mo Li Hua* ("jasmine flower"): traditional, Qing dynasty, in print since 1804
(Barrow, *Travels in China*), so in the public domain. The arrangement is our own. Degree 1 (gong) is D, as a
guzheng is tuned; the tune closes on degree 5, and the coda sets that 5 over D. A koto stands in for the
guzheng, a flute for the dizi, a fiddle for the erhu.

The plan of the file: players, tune, score (in beats), performance (in seconds), MIDI, sound, card.

The MIDI is always the same, since all chance is drawn from `SEED`. The sound depends a little on the version
of fluidsynth (its reverb above all), the bytes of the ogg on that of libvorbis, and the ogg's stream number
is drawn anew at each writing; so the card's sha256 belongs to the file beside it and not to the next made.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import math
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import mido
import numpy as np
import soundfile
import tomlkit
from numpy.typing import NDArray

OUT = Path("engine/audio/recording")
SEED = 1804
COMMAND = "python tools/make_recording.py --soundfont {soundfont}"
SAMPLE_RATE_HZ = 48_000
PEAK_DBFS = -1.5
VORBIS_COMPRESSION = 0.45  # of 0 … 1; about 130 kbit/s here
TICKS_PER_SECOND = 1000  # the MIDI clock counts milliseconds: all rubato is already in the notes
BEND_RANGE_SEMITONES = 4.0
CURVE_STEP_SECONDS = 0.02

# ------------------------------------------------------------------------------------------------ the players


@dataclass(frozen=True)
class Player:
    """One musician. A bend moves a whole MIDI channel: sliding while other strings ring takes several."""

    name: str
    program: int  # General MIDI, counted from 0
    channels: tuple[int, ...]
    volume: int  # 0 … 127, as are pan (64 is the middle) and reverb
    pan: int
    reverb: int
    looseness_seconds: float  # standard deviation of the onsets around the beat
    vibrato_cents: float = 0.0
    bowed_or_blown: bool = False


PLUCK = Player("pluck", 107, (0, 1, 2, 3), 127, 48, 62, 0.008, vibrato_cents=14.0)
PLUCK_LOW = Player("pluck", 107, (4,), 116, 54, 62, 0.007)
FLUTE = Player("flute", 73, (5,), 100, 76, 70, 0.010, vibrato_cents=16.0, bowed_or_blown=True)
FIDDLE = Player("fiddle", 110, (6,), 108, 40, 66, 0.011, vibrato_cents=24.0, bowed_or_blown=True)
CELLO = Player("cello", 42, (7,), 92, 70, 50, 0.010, bowed_or_blown=True)
TAIKO = Player("taiko", 116, (8,), 118, 60, 46, 0.005)
WOOD_BLOCK = Player("wood_block", 115, (10,), 124, 86, 52, 0.004)
PLAYERS = (PLUCK, PLUCK_LOW, FLUTE, FIDDLE, CELLO, TAIKO, WOOD_BLOCK)

# --------------------------------------------------------------------------------------------------- the tune

# Jianpu: 1 2 3 5 6 are the degrees, ' and , an octave up and down, _ halves, . dots, - holds a beat more.
TUNE = (
    "3 3_ 5_ 6_ 1'_ 1'_ 6_ | 5 5_ 6_ 5 -",
    "3 3_ 5_ 6_ 1'_ 1'_ 6_ | 5 5_ 6_ 5 -",
    "5 5 5 3_ 5_ | 6 6 5 -",
    "3 2_ 3_ 5 3_ 2_ | 1 1_ 2_ 1 -",
    "3_ 2_ 1_ 3_ 2. 3_ | 5 6_ 1'_ 5 -",
    "2 3_ 5_ 2_ 3_ 1_ 6,_ | 5, - 6, 1 | 2. 3_ 1_ 2_ 1_ 6,_ | 5, - - -",
)
GONG = 74  # degree 1 is D5
SEMITONES = {"1": 0, "2": 2, "3": 4, "5": 7, "6": 9}
NOTE = re.compile(r"(?P<degree>[12356])(?P<octave>[',]*)(?P<halves>_*)(?P<dot>\.?)")
BEATS_A_BAR = 4.0


def degree_pitch(degree: str) -> int:
    """The MIDI pitch of one degree such as `6,`."""
    octaves = degree.count("'") - degree.count(",")
    return GONG + SEMITONES[degree[0]] + 12 * octaves


def read_jianpu(line: str) -> list[tuple[int, float]]:
    """The (MIDI pitch, beats) of a line of jianpu; ValueError if a bar has not four beats."""
    notes: list[tuple[int, float]] = []
    for bar in line.split("|"):
        before = sum(beats for _, beats in notes)
        for word in bar.split():
            if word == "-":
                pitch, beats = notes[-1]
                notes[-1] = (pitch, beats + 1.0)
                continue
            match = NOTE.fullmatch(word)
            if match is None:
                raise ValueError(f"{word=} is not jianpu (try 3, 6,_ or 2.)")
            beats = 0.5 ** len(match["halves"]) * (1.5 if match["dot"] else 1.0)
            notes.append((degree_pitch(match["degree"] + match["octave"]), beats))
        if sum(beats for _, beats in notes) - before != BEATS_A_BAR:
            raise ValueError(f"{bar=} must have {BEATS_A_BAR:g} beats")
    return notes


# ---------------------------------------------------------------------------------------- the score, in beats

Curve = tuple[tuple[float, float], ...]  # (part of the note gone by, level), both 0 … 1

SHORT_BREATH: Curve = ((0.0, 0.86), (0.4, 1.0), (1.0, 0.88))
LONG_BREATH: Curve = ((0.0, 0.74), (0.35, 1.0), (0.75, 0.88), (1.0, 0.68))
LAST_BREATH: Curve = ((0.0, 0.78), (0.3, 1.0), (0.7, 0.74), (1.0, 0.22))
DRONE: Curve = ((0.0, 0.70), (0.5, 1.0), (1.0, 0.72))
DYING: Curve = ((0.0, 0.85), (0.3, 0.9), (1.0, 0.06))
GREAT_SWELL: Curve = ((0.0, 0.70), (0.15, 0.62), (0.60, 1.0), (0.78, 0.86), (0.92, 0.42), (1.0, 0.04))


@dataclass(frozen=True)
class Written:
    """A note on the page."""

    player: Player
    beat: float
    beats: float
    pitch: int
    velocity: float
    late_seconds: float = 0.0  # its place in a rolled chord
    slide_semitones: float = 0.0  # where the slide into the note starts: −2 is a whole tone below
    swell: Curve = ()


# Where each section starts, in beats; the last word is the end of the piece.
PLUCK_BEAT, FLUTE_BEAT, DRUM_BEAT, TUTTI_BEAT, HELD_BEAT, SILENCE_BEAT, CODA_BEAT, END_BEAT = (
    0.0, 18.0, 34.0, 46.0, 74.0, 82.0, 89.0, 97.0,
)  # fmt: skip
GLISSANDO_BEAT = TUTTI_BEAT - 1.0


def sing(
    player: Player,
    line: str,
    beat: float,
    velocity: float,
    *,
    octave: int = 0,
    slides: Mapping[int, float] | None = None,
    graces: Mapping[int, str] | None = None,
) -> Iterator[Written]:
    """A line of the tune; slides and graces are given by the number of the note they stand at."""
    slides, graces = slides or {}, graces or {}
    notes = read_jianpu(line)
    top = max(pitch for pitch, _ in notes)
    for number, (pitch, beats) in enumerate(notes):
        last = number == len(notes) - 1
        # A line leans on its high notes and on its bars, and lets go of its end.
        leaning = 3.0 if beat % BEATS_A_BAR == 2.0 else 0.0
        loud = velocity - 0.7 * (top - pitch) + leaning - (4.0 if last else 0.0)
        if number in graces:
            grace = degree_pitch(graces[number]) + 12 * octave
            yield Written(player, beat, 0.12, grace, loud - 14.0, late_seconds=-0.085)
        yield Written(
            player,
            beat,
            beats - (0.2 if last else 0.0),
            pitch + 12 * octave,
            loud,
            slide_semitones=slides.get(number, 0.0),
            swell=(LAST_BREATH if last else LONG_BREATH if beats >= 1.0 else SHORT_BREATH),
        )
        beat += beats


def roll(
    beat: float, degrees: str, velocity: float, *, spread_seconds: float = 0.05, beats: float = 3.0
) -> Iterator[Written]:
    """A chord broken upwards on the low strings, its top a little louder than its bottom."""
    for number, degree in enumerate(degrees.split()):
        late, loud = number * spread_seconds, velocity + 1.5 * number
        yield Written(PLUCK_LOW, beat, beats, degree_pitch(degree), loud, late_seconds=late)


def strings(beat: float, step: float, degrees: str, velocity: float) -> Iterator[Written]:
    """Single low strings, evenly `step` beats apart."""
    for number, degree in enumerate(degrees.split()):
        yield Written(PLUCK_LOW, beat + number * step, 2.0, degree_pitch(degree), velocity)


def glissando(beat: float, beats: float, velocity: float) -> Iterator[Written]:
    """The hand drawn over all strings upwards, faster and louder as it goes."""
    degrees = [degree + octave for octave in (",,", ",", "", "'") for degree in "12356"][3:16]
    for number, degree in enumerate(degrees):
        part = number / len(degrees)
        yield Written(PLUCK_LOW, beat + beats * part**0.85, 1.5, degree_pitch(degree), velocity + 22.0 * part)


def quiet_pluck() -> Iterator[Written]:
    """The first two lines alone on the strings, the second an octave higher, as an echo."""
    yield from roll(0.0, "1,, 5,, 1, 3,", 44.0, spread_seconds=0.11)
    low_slides, high_slides = {0: -2.0, 3: -2.0, 9: -2.0}, {0: -2.0, 3: -2.0, 10: -2.0}
    yield from sing(PLUCK, TUNE[0], 2.0, 73.0, octave=-1, slides=low_slides, graces={6: "1'"})
    yield from strings(2.0, 2.0, "1,, 6,,", 52.0)
    yield from roll(6.0, "5,,, 2,, 5,,", 44.0)
    yield from strings(8.5, 0.5, "6,, 1, 2,", 42.0)
    yield from sing(PLUCK, TUNE[1], 10.0, 67.0, slides=high_slides, graces={7: "5"})
    yield from strings(10.0, 1.0, "1,, 5,, 6,, 3,", 52.0)
    yield from roll(14.0, "5,,, 2,, 6,,", 46.0, spread_seconds=0.06)
    yield from roll(16.0, "5,,, 2,, 5,, 2,", 42.0, spread_seconds=0.09)


def flute_line() -> Iterator[Written]:
    """The third and fourth lines, unaccompanied."""
    yield from sing(FLUTE, TUNE[2], FLUTE_BEAT, 92.0, graces={0: "6", 2: "6", 5: "1'"}, slides={7: -1.0})
    yield from sing(FLUTE, TUNE[3], FLUTE_BEAT + 8.0, 90.0, graces={3: "6", 6: "2"}, slides={0: -1.0})


# One character is a sixteenth: O a great stroke, o a stroke, x a light one.
STROKES = {"O": 112.0, "o": 90.0, "x": 68.0}
DRUM_SOLO = {
    (TAIKO, 38): "O.......o....... O.....o.O......o O..o..o.o.......",
    (TAIKO, 50): "......o.....x.x. ....x.......o.x. ....o.x...xxxooo",
    (WOOD_BLOCK, 76): "....x.......x... ..x.....x..x.... x...x...x.......",
    (WOOD_BLOCK, 71): "..............x. ....x.......x... ..x...x.........",
}
DRUM_TUTTI = {
    (TAIKO, 38): "O.......x....... O.....x......... O.....o.x......."
    " O.....o.....o... O.....o.o....... O.....o.o..x..o. O..o..o.O.......",
    (TAIKO, 50): "............x... ..........x.x... ............x.x. ....x.....x.x..."
    " ....o.....x.o.x. ....o.......x.x. ....o.x.........",
    (WOOD_BLOCK, 76): "....x.......x... ....x.......x... ....x.......x.x. ....x..x....x..."
    " ....x..x....x.x. ....x..x....x.x. ....x..x........",
}


def drums(beat: float, parts: Mapping[tuple[Player, int], str], gain: float) -> Iterator[Written]:
    """What the strokes stand for; `gain` is taken from the velocity."""
    for (player, pitch), strokes in parts.items():
        for sixteenth, stroke in enumerate(strokes.replace(" ", "")):
            if stroke != ".":
                yield Written(player, beat + sixteenth / 4.0, 1.0, pitch, STROKES[stroke] + gain)


# The chords of the tutti, from the bass up. All are of the five notes: 1 3 5, 6 1 3, the open 5 2 and 2 6.
CHORDS = {
    "1": "1,, 5,, 1, 3, 5, 1",
    "6": "6,,, 3,, 6,, 1, 3, 6,",
    "5": "5,,, 2,, 5,, 2, 5, 6,",
    "2": "2,, 6,, 2, 5, 6, 2",
}
HARMONY = "16551265265626"  # one chord each half bar
WAVE = (0, 2, 3, 4, 5, 4, 3, 2)  # the order in which the hand takes the strings


def arpeggios(beat: float) -> Iterator[Written]:
    """Broken chords, in eighths at first and in sixteenths when the music has grown."""
    for half_bar, chord in enumerate(HARMONY):
        degrees = CHORDS[chord].split()
        steps = 4 if half_bar < 6 else 8
        for number in range(steps):
            string = WAVE[number * 8 // steps] if steps == 4 else WAVE[number]
            accent = 10.0 if number == 0 else 0.0
            velocity = 62.0 + 1.1 * half_bar + accent
            onset = beat + 2.0 * half_bar + 2.0 * number / steps
            yield Written(PLUCK_LOW, onset, 1.5, degree_pitch(degrees[string]), velocity)


def drone(beat: float) -> Iterator[Written]:
    """The cello's open fifths under the harmony."""
    for half_bar, chord in enumerate(HARMONY):
        for degree in CHORDS[chord].split()[:2]:
            pitch = degree_pitch(degree) - (12 if chord in "12" else 0)
            yield Written(CELLO, beat + 2.0 * half_bar, 2.0, pitch, 66.0 + 1.6 * half_bar, swell=DRONE)


def all_together() -> Iterator[Written]:
    """Lines one, five and six: the fiddle first answers, then doubles from below, then leads."""
    one, five, six = TUTTI_BEAT, TUTTI_BEAT + 8.0, TUTTI_BEAT + 16.0
    yield from glissando(GLISSANDO_BEAT, 1.0, 52.0)
    yield from drums(TUTTI_BEAT, DRUM_TUTTI, -6.0)
    yield from arpeggios(TUTTI_BEAT)
    yield from drone(TUTTI_BEAT)
    yield from sing(FLUTE, TUNE[0], one, 98.0, graces={0: "5", 4: "6"})
    yield from sing(FLUTE, TUNE[4], five, 102.0, graces={4: "3", 6: "6"})
    yield from sing(FLUTE, without_last_note(TUNE[5]), six, 90.0, octave=1, graces={0: "3", 7: "6,"})
    yield from sing(FIDDLE, "1 - 6, - | 2 - 5, -", one, 92.0, slides={0: -2.0, 2: -2.0})
    yield from sing(FIDDLE, TUNE[4], five, 100.0, octave=-1, slides={0: -2.0, 4: -1.0, 6: -2.0})
    yield from sing(FIDDLE, without_last_note(TUNE[5]), six, 108.0, slides={0: -2.0, 7: -2.0, 10: -2.0})


def without_last_note(line: str) -> str:
    """The line up to its last bar: that one is the held note, written by itself."""
    return line.rpartition("|")[0]


def held_note() -> Iterator[Written]:
    """The tune's last 5, on the fiddle alone, after one stroke of all the others."""
    beats, pitch = SILENCE_BEAT - HELD_BEAT, degree_pitch("5,")
    yield Written(FIDDLE, HELD_BEAT, beats, pitch, 112.0, slide_semitones=-2.0, swell=GREAT_SWELL)
    yield Written(FLUTE, HELD_BEAT, 1.6, degree_pitch("5"), 88.0, swell=DYING)
    yield Written(CELLO, HELD_BEAT, 1.8, degree_pitch("5,,,"), 84.0, swell=DYING)
    yield Written(TAIKO, HELD_BEAT, 1.0, 38, 104.0)
    yield from roll(HELD_BEAT, "5,,, 2,, 5,, 2, 5,", 74.0, spread_seconds=0.03)


def coda() -> Iterator[Written]:
    """The last two bars once more, remembered: the strings, then a breath of the flute over D."""
    line = "|".join(TUNE[5].split("|")[2:])
    yield from sing(PLUCK, line, CODA_BEAT, 67.0, slides={0: -2.0, 5: -2.0}, graces={2: "2"})
    yield from roll(CODA_BEAT, "2,, 6,, 2,", 48.0, spread_seconds=0.07)
    yield from strings(CODA_BEAT + 2.0, 1.0, "6,,, 3,,", 46.0)
    yield from roll(CODA_BEAT + 4.0, "1,, 5,, 1, 3,", 50.0, spread_seconds=0.08, beats=5.0)
    yield Written(FLUTE, CODA_BEAT + 4.25, 3.25, degree_pitch("5"), 66.0, swell=LAST_BREATH)
    yield from strings(CODA_BEAT + 5.5, 0.5, "5, 1 3", 49.0)
    yield Written(PLUCK, CODA_BEAT + 7.0, 4.0, degree_pitch("1'"), 44.0)
    yield Written(PLUCK_LOW, CODA_BEAT + 7.0, 4.0, degree_pitch("1,,"), 46.0)


def score() -> list[Written]:
    """The whole piece as written, section after section."""
    drum_alone = drums(DRUM_BEAT, DRUM_SOLO, 0.0)
    return [*quiet_pluck(), *flute_line(), *drum_alone, *all_together(), *held_note(), *coda()]


# -------------------------------------------------------------------------------- the performance, in seconds

LEAD_IN_SECONDS = 0.4
# (beat, beats a minute): free at first, steady from the drum on, broad before the held note, slow at the end.
PULSE = (
    (0.0, 62.0), (2.0, 66.0), (6.0, 78.0), (9.0, 68.0), (10.0, 70.0), (13.0, 78.0), (16.0, 72.0),
    (18.0, 68.0), (18.5, 76.0), (24.0, 77.0), (26.0, 72.0), (27.0, 77.0), (32.0, 74.0), (34.0, 74.0),
    (34.5, 78.0), (70.0, 79.0), (73.0, 68.0), (74.0, 70.0), (75.0, 78.0),
    (88.0, 78.0), (89.0, 66.0), (92.0, 62.0), (97.0, 56.0),
)  # fmt: skip


def seconds_at(beat: float) -> float:
    """When a beat falls: the integral of 60 / tempo, which runs straight between the points of `PULSE`."""
    grid = np.linspace(0.0, beat, max(2, round(beat * 48) + 1))
    tempo = np.interp(grid, [at for at, _ in PULSE], [bpm for _, bpm in PULSE])
    return LEAD_IN_SECONDS + float(np.trapezoid(60.0 / tempo, grid))


@dataclass(frozen=True)
class Heard:
    """A note as played, in whole milliseconds of the recording."""

    player: Player
    channel: int
    onset_seconds: float
    duration_seconds: float
    pitch: int
    velocity: int
    slide_semitones: float
    swell: Curve


@dataclass
class Hand:
    """Gives each player's notes to that player's channels in turn."""

    turns: dict[Player, int] = field(default_factory=dict)

    def channel(self, player: Player) -> int:
        turn = self.turns.get(player, -1) + 1
        self.turns[player] = turn
        return player.channels[turn % len(player.channels)]


def perform(notes: Sequence[Written], seed: int = SEED) -> list[Heard]:
    """The notes as people play them: a few milliseconds beside the beat, no two alike; in order of onset."""
    rng, hand = np.random.default_rng(seed), Hand()
    played: list[Heard] = []
    for note in sorted(notes, key=lambda written: (written.beat, written.late_seconds, written.pitch)):
        loose = note.player.looseness_seconds
        chance = float(np.clip(rng.normal(0.0, loose), -2.0 * loose, 2.0 * loose))
        start = seconds_at(note.beat)
        duration = seconds_at(note.beat + note.beats) - start
        if note.player.bowed_or_blown and note.beats > 0.2:
            duration += 0.02  # the next note begins before this one has quite left: a legato
        played.append(
            Heard(
                note.player,
                hand.channel(note.player),
                round(start + note.late_seconds + chance, 3),
                round(duration, 3),
                note.pitch,
                int(np.clip(round(note.velocity + rng.normal(0.0, 2.5)), 1, 127)),
                note.slide_semitones,
                note.swell,
            )
        )
    return freed(sorted(played, key=lambda heard: heard.onset_seconds))


REPEAT_SECONDS = 0.03


def freed(notes: Sequence[Heard]) -> list[Heard]:
    """The notes, each let go before its key is struck again; else its end would silence its successor."""
    struck: dict[tuple[int, int], float] = {}
    kept: list[Heard] = []
    for note in reversed(notes):
        key = (note.channel, note.pitch)
        room = struck.get(key, math.inf) - REPEAT_SECONDS - note.onset_seconds
        struck[key] = note.onset_seconds
        kept.append(replace(note, duration_seconds=round(max(0.02, min(note.duration_seconds, room)), 3)))
    return kept[::-1]


def truth() -> list[Heard]:
    """Every note of the recording: when, how long, how high, by whom. Nothing is rendered for it."""
    return perform(score())


def swell_levels(note: Heard) -> Iterator[tuple[float, float]]:
    """The (seconds, level 0 … 1) of a note's swell."""
    parts, levels = zip(*note.swell, strict=True)
    steps = max(2, round(note.duration_seconds / CURVE_STEP_SECONDS))
    for step in range(steps + 1):
        part = step / steps
        yield note.onset_seconds + part * note.duration_seconds, float(np.interp(part, parts, levels))


SLIDE_SECONDS = 0.16
VIBRATO_HZ = 5.3
VIBRATO_FROM_SECONDS = 0.28


def bend_semitones(note: Heard) -> Iterator[tuple[float, float]]:
    """The (seconds, semitones) of the slide into a note and, if it is long enough, of the vibrato on it."""
    player = note.player
    vibrato = player.vibrato_cents / 100.0 if note.duration_seconds > 0.6 else 0.0
    if not note.slide_semitones and not vibrato:
        yield note.onset_seconds, 0.0
        return
    for step in range(int(note.duration_seconds / CURVE_STEP_SECONDS)):
        age = step * CURVE_STEP_SECONDS
        slide = 0.5 * note.slide_semitones * (1.0 + math.cos(math.pi * min(1.0, age / SLIDE_SECONDS)))
        grown = min(1.0, max(0.0, (age - VIBRATO_FROM_SECONDS) / 0.5))
        # A plucked string's vibrato dies with the string; breath and bow keep theirs alive.
        alive = 1.0 if player.bowed_or_blown else math.exp(-age / 0.8)
        wave = math.sin(2.0 * math.pi * VIBRATO_HZ * (age - VIBRATO_FROM_SECONDS))
        yield note.onset_seconds + age, slide + vibrato * grown * alive * wave


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
