"""How a tune is played: by which instrument, how fast, with which ornaments, and with whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lessons.instruments import BLOWN, DRUMS, MELODIC, Instrument
from lessons.tune import Tune

CURVE: Final = 0.01
"""Seconds from one point of a bend to the next."""
_SECONDS: Final = 32.0
_TAIL: Final = 1.0

Array = NDArray[np.float64]


@dataclass(slots=True)
class Part:
    """What one player plays. `notes` (n, 4): onset and offset in seconds, MIDI number, velocity 1..127. `bends`:
    for each note None or (k,) cents, a point each 10 ms from its onset on."""

    instrument: Instrument
    notes: Array
    bends: list[Array | None] = field(default_factory=list)


@dataclass(slots=True)
class Performance:
    """What is played: parts, the beats (m, 2: seconds, place in the bar), and one line about it."""

    parts: list[Part]
    beats: Array
    what: dict[str, Any]

    @property
    def seconds(self) -> float:
        return float(max(part.notes[:, 1].max() for part in self.parts)) + _TAIL


class TempoCurve:
    """Seconds for quarters: a tempo that wanders slowly around its mean, by up to `wander` of it (0.3: ± 30 %)."""

    def __init__(self, quarters: float, seconds_a_quarter: float, wander: float, rng: np.random.Generator) -> None:
        grid = np.arange(0.0, quarters + 9.0, 0.25)
        slow = np.zeros(grid.size)
        for _ in range(3):  # swings of 12 to 45 seconds
            period = rng.uniform(12, 45) / seconds_a_quarter
            slow += rng.uniform(0.3, 1) * np.sin(2 * np.pi * (grid / period + rng.uniform()))
        slow *= np.log1p(wander) / max(float(np.abs(slow).max()), 1e-9)
        local = seconds_a_quarter * np.exp(slow + 0.015 * _smooth(rng.standard_normal(grid.size), 4))
        self._grid = grid
        self._seconds = np.concatenate([[0.0], np.cumsum(local[:-1] * 0.25)])

    def __call__(self, quarters: Array | float) -> Array:
        return np.interp(np.asarray(quarters, dtype=float), self._grid, self._seconds)


def _smooth(noise: Array, width: int) -> Array:
    return np.convolve(noise, np.ones(width) / width, mode="same")


def perform(tune: Tune, instrument: Instrument, rng: np.random.Generator, *, solo: bool = False) -> Performance:
    """A way to play the tune: tempo, rests, dynamics, ornaments, bends and vibrato; alone, or with others."""
    notes, beats = _long_enough(tune, rng)
    beat = float(np.median(np.diff(beats[:, 0])))
    bpm = float(np.exp(rng.uniform(np.log(52), np.log(168))))
    fastest = np.quantile(notes[:, 1], 0.2) * 60 / bpm / beat
    bpm *= min(1.0, fastest / 0.11)  # nobody plays faster than that for long
    wander = float(rng.choice([0.02, 0.1, 0.2, 0.3]))
    tempo = TempoCurve(float((notes[:, 0] + notes[:, 1]).max()), 60 / bpm / beat, wander, rng)
    lead_in = rng.uniform(0.3, 1.2)
    seconds = tempo(beats[:, 0]) + lead_in
    last = int(np.searchsorted(seconds, _SECONDS))
    notes = notes[tempo(notes[:, 0]) + lead_in < _SECONDS]
    notes = _with_rests(notes, beats, rng)
    parts = [played(notes, beats, instrument, tempo, lead_in, rng, ornaments=True, bends=solo or rng.uniform() < 0.4)]
    others = "" if solo else str(rng.choice(["", "", "drone", "bass", "chords", "second", "drums"]))
    if others:
        parts.append(companion(others, notes, beats[:last], tempo, lead_in, rng))
    what = {"tune": tune.name, "instrument": instrument.name, "with": others, "bpm": round(bpm, 1), "wander": wander}
    return Performance(parts, np.column_stack([seconds, beats[:, 1]])[:last], what)


def _long_enough(tune: Tune, rng: np.random.Generator) -> tuple[Array, Array]:
    """The tune again and again, joined on the bar, in a key by chance."""
    bar = float(tune.beats[:, 1].max()) * float(np.median(np.diff(tune.beats[:, 0])))
    firsts = tune.beats[tune.beats[:, 1] == 1, 0]
    length = np.ceil((tune.length - firsts[0]) / bar - 1e-6) * bar if firsts.size else tune.length
    times = int(np.clip(np.ceil(90 / max(length, 1)), 1, 12))
    pickup = tune.beats[:, 0] < (firsts[0] if firsts.size else 0) - 1e-6
    notes, beats = [], []
    for k in range(times):
        shifted = tune.notes.copy()
        shifted[:, 0] += k * length
        grid = tune.beats.copy()
        grid[:, 0] += k * length
        if k:  # the pick-up lies in the last bar of the time before
            shifted = shifted[shifted[:, 0] >= notes[-1][-1, :2].sum() - 1e-6]
            grid = grid[~pickup]
        end = firsts[0] + (k + 1) * length if firsts.size else (k + 1) * length
        notes.append(shifted[shifted[:, 0] < end - 1e-6])
        beats.append(grid[grid[:, 0] < end - 1e-6])
    joined = np.concatenate(notes)
    joined[:, 2] += rng.integers(-6, 7)
    grid = np.concatenate(beats)
    return joined, _filled(grid, bar, int(tune.beats[:, 1].max()))


def _filled(beats: Array, bar: float, count: int) -> Array:
    """Beats without holes: where bars are missing (at a join), the grid goes on."""
    beat = bar / count
    out = [beats[0]]
    for at, place in beats[1:]:
        while at - out[-1][0] > 1.5 * beat:
            out.append(np.array([out[-1][0] + beat, out[-1][1] % count + 1]))
        if at - out[-1][0] > 0.5 * beat:
            out.append(np.array([at, place]))
    return np.array(out)


def _with_rests(notes: Array, beats: Array, rng: np.random.Generator) -> Array:
    """Now and then a beat or four in which nobody plays."""
    kept = np.ones(len(notes), dtype=bool)
    if rng.uniform() < 0.4:
        for _ in range(rng.integers(1, 4)):
            first = int(rng.integers(8, max(len(beats), 9)))
            last = min(first + int(rng.integers(1, 5)), len(beats) - 1)
            if first < last:
                kept &= ~((notes[:, 0] >= beats[first, 0] - 1e-6) & (notes[:, 0] < beats[last, 0] - 1e-6))
    return notes[kept] if kept.sum() > 8 else notes


def _into_range(midi: Array, instrument: Instrument) -> Array:
    low, high = midi.min(), midi.max()
    shift = 12 * np.round(((instrument.lowest + instrument.highest) / 2 - (low + high) / 2) / 12)
    moved = midi + shift
    moved = np.where(moved < instrument.lowest, moved + 12, moved)
    return np.where(moved > instrument.highest, moved - 12, moved)


def played(
    notes: Array,
    beats: Array,
    instrument: Instrument,
    tempo: TempoCurve,
    lead_in: float,
    rng: np.random.Generator,
    *,
    ornaments: bool,
    bends: bool,
) -> Part:
    loose = rng.uniform(0.002, 0.012)
    onsets = tempo(notes[:, 0]) + lead_in + np.clip(loose * rng.standard_normal(len(notes)), -0.025, 0.025)
    onsets = np.maximum.accumulate(onsets + 1e-4 * np.arange(len(notes)))
    ends = tempo(notes[:, 0] + notes[:, 1]) + lead_in
    blown = instrument.kind == BLOWN
    held = rng.uniform(0.85, 1.0) if blown else rng.uniform(0.5, 1.1)
    if rng.uniform() < 0.15:
        held = rng.uniform(0.3, 0.6)  # staccato
    offsets = onsets + np.maximum((ends - onsets) * held, 0.06)
    loudness = rng.uniform(60, 105) + 14 * np.sin(2 * np.pi * onsets / rng.uniform(6, 20))
    on_beat = np.isclose(notes[:, 0, None], beats[None, :, 0], atol=0.02).any(axis=1)
    on_bar = np.isclose(notes[:, 0, None], beats[None, beats[:, 1] == 1, 0], atol=0.02).any(axis=1)
    loudness += rng.uniform(0, 8) * on_beat + rng.uniform(0, 14) * on_bar + 5 * rng.standard_normal(len(notes))
    table = np.column_stack([onsets, offsets, _into_range(notes[:, 2], instrument), np.clip(loudness, 25, 126)])
    if ornaments and rng.uniform() < 0.3:
        table = _with_graces(table, rng)
    gap = np.append(table[1:, 0], np.inf) - table[:, 0]
    repeated = np.append(table[1:, 2] == table[:-1, 2], False)
    table[:, 1] = np.minimum(table[:, 1], table[:, 0] + gap + np.where(repeated, -0.01, 0.02 * (held > 1)))  # one voice
    part = Part(instrument, table, [None] * len(table))
    if bends and instrument.bends:
        part.bends = _bends(table, rng)
    return part


def _with_graces(table: Array, rng: np.random.Generator) -> Array:
    """Short notes from above before some of the longer ones."""
    rows = []
    for row in table:
        if row[1] - row[0] > 0.28 and rng.uniform() < 0.2:
            grace = rng.uniform(0.06, 0.11)
            rows.append([row[0], row[0] + grace, row[2] + rng.integers(1, 3), row[3]])
            row = np.array([row[0] + grace, *row[1:]])
        rows.append(list(row))
    return np.array(rows)


def _bends(table: Array, rng: np.random.Generator) -> list[Array | None]:
    """Vibrato that comes in on long notes, slides into notes, falls at their ends."""
    rate, depth = rng.uniform(4.5, 7), rng.uniform(8, 55)
    bends: list[Array | None] = []
    for onset, offset, _midi, _velocity in table:
        length = offset - onset
        time = np.arange(0.0, length + 0.25, CURVE)
        cents = np.zeros(time.size)
        if length > 0.3:
            cents += depth * np.sin(2 * np.pi * rate * time) * np.clip((time - 0.12) / 0.25, 0, 1)
        chance = rng.uniform()
        if chance < 0.12 and length > 0.2:
            cents += rng.choice([-200, -100, 100]) * np.exp(-time / rng.uniform(0.02, 0.06))
        elif chance < 0.2 and length > 0.35:
            cents += rng.choice([-200, -100, 100, 200]) * np.clip((time - length + 0.2) / 0.18, 0, 1)
        bends.append(cents if np.any(cents) else None)
    return bends


def companion(
    kind: str, notes: Array, beats: Array, tempo: TempoCurve, lead_in: float, rng: np.random.Generator
) -> Part:
    """Who plays along: a drone, a bass, chords, a second voice, or a drum."""
    instrument = MELODIC[rng.integers(len(MELODIC))]
    bars = beats[beats[:, 1] == 1, 0]
    if kind == "second":
        moved = notes.copy()
        moved[:, 2] -= rng.choice([3, 4, 8, 9, 12])
        moved = moved[rng.uniform(size=len(moved)) < rng.uniform(0.5, 1.0)] if len(moved) > 12 else moved
        return played(moved, beats, instrument, tempo, lead_in, rng, ornaments=False, bends=False)
    rows: list[tuple[float, float, float]] = []
    if kind == "drums":
        instrument = DRUMS[rng.integers(len(DRUMS))]
        pattern = rng.uniform(size=(int(beats[:, 1].max()), 2)) < np.array([0.7, 0.3])
        pattern[0, 0] = True
        beat = float(np.median(np.diff(beats[:, 0])))
        rows = [
            (at + half * beat / 2, 0.2, 60 + (7 if place > 1 else 0))
            for at, place in beats
            for half in range(2)
            if pattern[int(place) - 1, half]
        ]
    else:
        at_bars = bars if bars.size > 3 else beats[::2, 0]
        lengths = np.append(np.diff(at_bars), 2.0)
        tonic = float(notes[-1, 2])
        for at, length in zip(at_bars, lengths, strict=True):
            playing = notes[(notes[:, 0] <= at + 0.01) & (notes[:, 0] + notes[:, 1] > at + 0.01)]
            root = float(playing[0, 2]) if len(playing) else tonic
            pitches = {"drone": [tonic - 12], "bass": [root - 24], "chords": [root - 12, root - 5, root - 8]}[kind]
            rows += [(float(at), float(length) * 0.95, midi) for midi in pitches]
    table = np.array(rows)
    onsets = tempo(table[:, 0]) + lead_in + 0.005 * rng.standard_normal(len(table))
    ends = tempo(table[:, 0] + table[:, 1]) + lead_in
    midi = table[:, 2] if instrument.drum else _into_range(table[:, 2], instrument)
    velocity = np.clip(rng.uniform(50, 90) + 6 * rng.standard_normal(len(table)), 20, 120)
    part = Part(instrument, np.column_stack([np.maximum(onsets, 0.05), np.maximum(ends, onsets + 0.1), midi, velocity]))
    part.bends = [None] * len(part.notes)
    return part
