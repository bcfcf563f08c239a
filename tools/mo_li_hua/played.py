"""How people would play it: notes as written, in beats, become notes as heard, in seconds; all chance from one seed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from mo_li_hua.arrangement import Curve, Player, Written, score

SEED = 1804
CURVE_STEP_SECONDS = 0.02
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
