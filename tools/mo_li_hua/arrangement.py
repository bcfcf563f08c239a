"""*Mo Li Hua*, arranged: who plays, the tune in jianpu, and every note as written, in beats.

The tune is the Jiangsu *Mo Li Hua* ("jasmine flower"): traditional, Qing dynasty, in print since 1804
(Barrow, *Travels in China*), so in the public domain. The arrangement is our own. Degree 1 (gong) is D, as a
guzheng is tuned; the tune closes on degree 5, and the coda sets that 5 over D. A koto stands in for the
guzheng, a flute for the dizi, a fiddle for the erhu.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass


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
