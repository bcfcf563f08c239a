"""How a known score is played by people: a tempo that wanders, wrong notes, left-out notes, a held note, a jump.

Everything about it is known: which note of the score is played when. For judging a score follower.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from lessons.instruments import Instrument
from lessons.performing import Array, Performance, TempoCurve, companion, played
from lessons.tune import Tune

KINDS: Final = ("plain", "accompanied", "fermata", "jump", "restart")
"""What may happen: nothing but mistakes; somebody plays along; one note is held for long; 5 s are left out or played
again; the player begins again."""
WANDER: Final = 0.2
"""By how much of itself the tempo wanders, to either side."""
WRONG: Final = 0.05
MISSING: Final = 0.05
_JUMP_SECONDS: Final = 5.0
_LONGEST: Final = 50.0  # seconds of a performance
_FASTEST: Final = 0.11  # seconds that most notes last at least


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """What is on the page: `notes` (n, 3) onset, duration in quarters and MIDI number; `beats` as a tune has them."""

    name: str
    notes: Array
    beats: Array


@dataclass(frozen=True, slots=True, eq=False)
class Stumble:
    """A performance of a score. `played` (m, 4): seconds, quarter of the score, seconds a quarter there, 1 where the
    right note is played. `jumps` (k,): seconds at which the player went to another place."""

    score: Score
    performance: Performance
    played: Array
    jumps: Array


def medley(tunes: list[Tune], least: float) -> Score:
    """Tunes one after another, until they are `least` quarters long, each from a bar of its own."""
    notes, beats, at = [], [], 0.0
    for tune in tunes:
        grid = tune.beats.copy()
        own = tune.notes.copy()
        own[:, 0] += at
        grid[:, 0] += at
        notes.append(own)
        beats.append(grid)
        at = float(np.ceil(max((own[:, 0] + own[:, 1]).max(), grid[-1, 0] + 1) - 1e-6))
        if at >= least:
            break
    return Score("+".join(tune.name for tune in tunes[: len(notes)]), np.concatenate(notes), np.concatenate(beats))


def stumble(score: Score, instrument: Instrument, kind: str, rng: np.random.Generator) -> Stumble:
    """A performance of `kind` by an instrument, in a key by chance; the score is in the key that sounds."""
    notes = score.notes.copy()
    notes[:, 2] += rng.integers(-6, 7)
    middle = (instrument.lowest + instrument.highest) / 2
    notes[:, 2] += 12 * np.round((middle - (notes[:, 2].min() + notes[:, 2].max()) / 2) / 12)
    score = replace(score, notes=notes)
    spq = 60.0 / float(np.exp(rng.uniform(np.log(56), np.log(160))))
    spq *= max(1.0, _FASTEST / (np.quantile(notes[:, 1], 0.2) * spq))
    order, jumped = _order(score, kind, spq, rng)
    rows, sources = [], []
    now = 0.0
    for first, last in order:
        inside = np.flatnonzero((notes[:, 0] >= first - 1e-6) & (notes[:, 0] < last - 1e-6))
        rows.append(np.column_stack([notes[inside, 0] - first + now, notes[inside, 1:]]))
        sources.append(inside)
        now += last - first
    given, source = np.concatenate(rows), np.concatenate(sources)
    tempo = TempoCurve(now, spq, WANDER, rng)
    given = given[tempo(given[:, 0]) < _LONGEST]
    source = source[: len(given)]
    right = np.ones(len(given), dtype=bool)
    wrong = rng.uniform(size=len(given)) < WRONG
    given[wrong, 2] += rng.choice([-4, -3, -2, -1, 1, 2, 3, 4], size=int(wrong.sum()))
    right[wrong] = False
    kept = rng.uniform(size=len(given)) >= MISSING
    kept[:2] = True
    given, source, right = given[kept], source[kept], right[kept]
    lead_in = float(rng.uniform(0.3, 1.5))
    beats = np.column_stack([score.beats[:, 0], score.beats[:, 1]])
    part = played(given, beats, instrument, tempo, lead_in, rng, ornaments=False, bends=rng.uniform() < 0.6)
    onsets = part.notes[:, 0].copy()
    if kind == "fermata":
        _hold(part.notes, onsets, rng)
    parts = [part]
    if kind == "accompanied":
        last = float(given[-1, 0])
        grid = beats[beats[:, 0] <= last]
        parts.append(companion(str(rng.choice(["drone", "bass", "chords"])), given, grid, tempo, lead_in, rng))
    local = (tempo(given[:, 0] + 0.5) - tempo(given[:, 0])) / 0.5
    truth = np.column_stack([part.notes[:, 0], notes[source, 0], local, right])
    jumps = np.array([float(tempo(at)) + lead_in for at in jumped if float(tempo(at)) < _LONGEST])
    what = {"tune": score.name, "instrument": instrument.name, "kind": kind, "bpm": round(60 / spq, 1)}
    return Stumble(score, Performance(parts, beats, what), truth, jumps)


def _hold(notes: Array, onsets: Array, rng: np.random.Generator) -> None:
    """One note in the middle is held for two to four seconds more."""
    which = int(rng.integers(len(notes) // 3, 2 * len(notes) // 3))
    more = rng.uniform(2.0, 4.0)
    notes[which, 1] += more
    notes[which + 1 :, :2] += more
    onsets[which + 1 :] += more


def _order(
    score: Score, kind: str, spq: float, rng: np.random.Generator
) -> tuple[list[tuple[float, float]], list[float]]:
    """Stretches of the score in the order in which they are played, and quarters played before each jump."""
    end = float((score.notes[:, 0] + score.notes[:, 1]).max())
    if kind not in ("jump", "restart"):
        return [(0.0, end)], []
    onsets = score.notes[:, 0]
    first = float(rng.uniform(10.0, 20.0)) / spq  # somewhere after ten seconds
    first = float(onsets[min(np.searchsorted(onsets, first), len(onsets) - 9)])
    if kind == "restart":
        return [(0.0, first), (0.0, end)], [first]
    away = _JUMP_SECONDS / spq * rng.choice([-1.0, 1.0])
    to = float(onsets[np.argmin(abs(onsets - (first + away)))])
    return [(0.0, first), (to, end)], [first]
