"""Players made by arithmetic: what the fast senses would say of somebody who plays these notes just so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.features.pitch_views import A_SEMITONE, LOWEST, STEPS
from engine.frame import HOP, RATE
from engine.score.following import ScoreFollower
from engine.score.timeline import Timeline

Array = NDArray[np.float64]
Heard = tuple[Array, Array, NDArray[np.float32]]
"""Chances of every pitch, chroma, and what the onset network says, of one hop."""

SECONDS = HOP / RATE
SCALE = (60, 62, 64, 65, 67, 69, 71, 72)


def melody(count: int, seed: int = 0) -> list[int]:
    """Pitches by chance, none of them twice in a row."""
    rng = np.random.default_rng(seed)
    found = [int(rng.choice(SCALE))]
    while len(found) < count:
        found.append(int(rng.choice([pitch for pitch in SCALE if pitch != found[-1]])))
    return found


def score_of(
    pitches: Sequence[int],
    lengths: Sequence[float] | None = None,
    *,
    bar: float = 4.0,
    tempo: float | None = None,
    sections: dict[int, str] | None = None,
) -> Timeline:
    """A score of these notes (0 is a rest), quarters where no lengths are said, in bars of so many quarters."""
    durations = np.array(lengths if lengths is not None else [1.0] * len(pitches))
    begins = np.concatenate([[0.0], np.cumsum(durations)])
    sounds = np.array(pitches) > 0
    count = max(int(np.ceil(begins[-1] / bar - 1e-9)), 1)
    names = ["", *(sections or {}).values()]
    opens = np.array([number in (sections or {}) for number in range(1, count + 1)])
    return Timeline(
        onsets=begins[:-1][sounds],
        lengths=durations[sounds],
        pitches=np.array(pitches)[sounds].astype(np.int64),
        written=np.arange(1, int(sounds.sum()) + 1),
        bars=np.arange(count) * bar,
        numbers=np.arange(1, count + 1),
        beats=np.ones(count),
        section=np.cumsum(opens).astype(np.int64),
        opens=opens,
        doors=np.concatenate([[0.0], bar * np.flatnonzero(opens)]),
        sections=tuple(names),
        end=float(begins[-1]),
        tempo=tempo,
    )


def hop(pitch: int, *, begins: bool = False) -> Heard:
    """A hop in which this pitch sounds (0: nothing), and in which it begins or not."""
    chances = np.full(STEPS + 3, 1e-6)
    chroma = np.zeros(12)
    if pitch:
        chances[(pitch - LOWEST) * A_SEMITONE] = 0.95
        chances[-1] = 0.02
        chroma[pitch % 12] = 1.0
    else:
        chances[-1] = 0.99
    return chances, chroma, np.array([0.97 if begins else 0.02, 0.0, 0.0, 0.0], np.float32)


def hops(notes: Sequence[tuple[int, float]]) -> Iterator[Heard]:
    """The hops of notes, each a pitch (0: nothing) and how many seconds it lasts; it begins in its first three."""
    now = until = 0.0
    for pitch, seconds in notes:
        until += seconds
        age = 0
        while now < until - 0.5 * SECONDS:
            yield hop(pitch, begins=pitch > 0 and age < 3)
            age += 1
            now += SECONDS


def follow(follower: ScoreFollower, notes: Sequence[tuple[int, float]], index: int = 0) -> Array:
    """The group Score after each hop (hops, 8)."""
    return np.array([follower.step(*heard, number).copy() for number, heard in enumerate(hops(notes), index)])
