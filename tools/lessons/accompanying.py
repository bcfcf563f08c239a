"""A tune as a pianist plays it, with both hands: harmony in every mode, texture, dynamics, register and pedal."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lessons.instruments import Instrument
from lessons.performing import Array, Part, Performance, perform
from lessons.tune import Tune

_MAJOR: Final = np.array([0, 2, 4, 5, 7, 9, 11])
_MINOR: Final = np.array([0, 2, 3, 5, 7, 8, 10])
_PROFILES: Final = (  # how much of a tune lies on each step of its key: Temperley's, rounded
    np.array([5, 2, 3.5, 2, 4.5, 4, 2, 4.5, 2, 3.5, 1.5, 4]),
    np.array([5, 2, 3.5, 4.5, 2, 4, 2, 4.5, 3.5, 2, 1.5, 4]),
)
_FOLLOWS: Final = np.array(  # how gladly the triad on a step (row) is followed by one on another (column)
    [
        [0, 1, 1, 3, 3, 2, 1],
        [1, 0, 1, 1, 3, 1, 1],
        [1, 1, 0, 2, 1, 3, 1],
        [3, 1, 1, 0, 3, 1, 1],
        [4, 1, 1, 1, 0, 2, 0],
        [1, 2, 1, 3, 2, 0, 1],
        [3, 0, 2, 1, 1, 1, 0],
    ]
)
_BOTTOM: Final = 28
_LOUDEST: Final = 126.0

Chord = tuple[int, NDArray[np.int64]]
"""The pitch class of its root, and the semitones of its other notes above."""


def accompanied(tune: Tune, instrument: Instrument, rng: np.random.Generator) -> Performance:
    """The tune in the right hand, in major or minor by chance, and a left hand that harmonises it bar by bar."""
    wide = replace(instrument, lowest=max(instrument.lowest - 12, 21), highest=min(instrument.highest + 5, 104))
    performance = perform(tune, wide, rng, solo=True)
    right = performance.parts[0]
    tonic, minor = _key(right.notes)
    if rng.uniform() < 0.5:
        minor = not minor
        right.notes[:, 2] = _in_mode(right.notes[:, 2], tonic, minor=minor)
    spans = _spans(performance.beats, rng)
    chords = _harmony(right.notes, spans, tonic, rng, minor=minor)
    loud = rng.uniform(28, 112)
    right.notes[:, 3] += loud - right.notes[:, 3].mean()
    left = _left_hand(spans, chords, performance.beats, instrument, rng)
    left[:, 3] = loud + rng.uniform(-16, 2) + 5 * rng.standard_normal(len(left))
    hands = [_filled_in(right.notes, spans, chords, rng), left]
    notes = np.concatenate(hands)
    if rng.uniform() < 0.5:
        notes = _pedalled(notes, spans)
    notes[:, 2] += 12 * rng.choice([-1, 0, 0, 0, 1])
    notes = notes[(notes[:, 2] >= _BOTTOM - 7) & (notes[:, 2] <= 105)]
    notes[:, 3] = np.clip(notes[:, 3], 12, _LOUDEST)
    notes = _one_key_a_time(notes[np.argsort(notes[:, 0], kind="stable")])
    part = Part(replace(instrument, bends=False), notes, [None] * len(notes))
    return Performance([part], performance.beats, performance.what | {"minor": minor})


def _key(notes: Array) -> tuple[int, bool]:
    """Tonic and whether it is minor, by the profile that fits best (Krumhansl and Schmuckler)."""
    held = np.bincount(notes[:, 2].astype(int) % 12, weights=notes[:, 1] - notes[:, 0], minlength=12)
    fits = [np.corrcoef(np.roll(profile, tonic), held)[0, 1] for profile in _PROFILES for tonic in range(12)]
    best = int(np.argmax(fits))
    return best % 12, best >= 12


def _in_mode(midi: Array, tonic: int, *, minor: bool) -> Array:
    """The third, sixth and seventh of the other mode."""
    step = (midi.astype(int) - tonic) % 12
    lowered, raised = np.isin(step, [4, 9, 11]), np.isin(step, [3, 8, 10])
    return midi - lowered if minor else midi + raised


def _spans(beats: Array, rng: np.random.Generator) -> Array:
    """(n, 2) seconds: how long each chord lasts, a bar, half a bar or two."""
    firsts = beats[beats[:, 1] == 1, 0]
    if firsts.size < 3:
        firsts = beats[::2, 0]
    how = rng.choice(["bar", "bar", "half", "two"])
    if how == "two":
        firsts = firsts[::2]
    elif how == "half":
        firsts = np.sort(np.concatenate([firsts, (firsts[:-1] + firsts[1:]) / 2]))
    return np.column_stack([firsts[:-1], firsts[1:]])


def _harmony(notes: Array, spans: Array, tonic: int, rng: np.random.Generator, *, minor: bool) -> list[Chord]:
    """A chord a span: what the right hand plays then, and what came before, make one likely."""
    scale = _MINOR if minor else _MAJOR
    sevenths, foreign, open_fifths = rng.uniform() < 0.35, rng.choice([0.02, 0.02, 0.15, 0.5]), rng.uniform() < 0.1
    chords: list[Chord] = []
    step = 0
    for start, end in spans:
        heard = notes[(notes[:, 0] < end) & (notes[:, 1] > start)]
        weight = np.bincount(heard[:, 2].astype(int) % 12, weights=heard[:, 1] - heard[:, 0], minlength=12)
        weight = weight / max(float(weight.sum()), 1e-6)
        triads = [(tonic + scale[(k + np.array([0, 2, 4])) % 7]) % 12 for k in range(7)]
        liking = np.array([weight[triad].sum() for triad in triads]) * 3.5 + 0.35 * _FOLLOWS[step]
        step = int(rng.choice(7, p=np.exp(liking) / np.exp(liking).sum()))
        root = int(triads[step][0])
        above = np.sort((triads[step][1:] - root) % 12)
        if minor and step == 4 and rng.uniform() < 0.7:  # the leading note
            above[0] = 4
        if sevenths and rng.uniform() < 0.6:
            above = np.append(above, (tonic + scale[(step + 6) % 7] - root) % 12)
        if rng.uniform() < 0.06:
            above[0] = rng.choice([2, 5])  # suspended
        if rng.uniform() < foreign:
            root = int(rng.integers(12))
            above = np.array([[4, 7], [3, 7], [3, 6], [4, 8], [1, 6], [3, 6, 9], [4, 6, 11]][rng.integers(7)])
        chords.append((root, above[above == 7] if open_fifths and (above == 7).any() else above))
    return chords


def _left_hand(
    spans: Array, chords: list[Chord], beats: Array, instrument: Instrument, rng: np.random.Generator
) -> Array:
    """(n, 4) notes in one texture: blocks, broken chords, Alberti, stride, octaves, a drone, rolled tenths."""
    texture = rng.choice(["block", "block", "broken", "broken", "alberti", "stride", "octaves", "repeated", "rolled"])
    bottom = int(np.clip(rng.integers(31, 50), max(instrument.lowest - 5, _BOTTOM), 60))
    beat = float(np.median(np.diff(beats[:, 0])))
    pulse = beat * float(rng.choice([0.5, 0.5, 1.0, 0.25 if beat > 0.5 else 0.5]))
    rows: list[tuple[float, float, float, float]] = []
    for (start, end), (root, above) in zip(spans, chords, strict=True):
        low = bottom + (root - bottom) % 12
        tones = [low, *(low + above)]
        high = [*tones, low + 12]
        count = max(round((end - start) / pulse), 1)
        times = start + (end - start) * np.arange(count) / count
        each = (end - start) / count
        if texture == "block":
            rows += [(start, end - 0.02, tone, 0) for tone in (low - 12 if low - 12 >= _BOTTOM else low, *tones)]
        elif texture == "rolled":
            rows += [(start + 0.09 * k, end, tone, 0) for k, tone in enumerate((low, low + 7, *(low + 12 + above)))]
        elif texture == "octaves":
            rows += [(t, t + each * 0.9, low - 12 * lower, 0) for t in times for lower in (0, 1)]
        elif texture == "repeated":
            rows += [(t, t + each * 0.6, tone + 12, 0) for t in times for tone in tones] + [(start, end, low, 0)]
        elif texture == "stride":
            for k, t in enumerate(times):
                rows += [(t, t + each, low, 0)] if k % 2 == 0 else [(t, t + 0.7 * each, tone + 12, 0) for tone in tones]
        else:
            order = [0, 2, 1, 2] if texture == "alberti" else [*range(len(high)), *range(len(high) - 2, 0, -1)]
            rows += [(t, t + each * 1.05, high[order[k % len(order)] % len(high)], 0) for k, t in enumerate(times)]
    table = np.array(rows)
    table[:, 0] = np.maximum(table[:, 0] + 0.006 * rng.standard_normal(len(table)), 0.02)
    return table


def _filled_in(notes: Array, spans: Array, chords: list[Chord], rng: np.random.Generator) -> Array:
    """The right hand alone, in octaves, or with notes of the chord below its own."""
    how = rng.choice(["alone", "alone", "octaves", "full"])
    if how == "octaves":
        below = notes.copy()
        below[:, 2] -= 12
        return np.concatenate([notes, below])
    if how == "full":
        which = np.clip(np.searchsorted(spans[:, 0], notes[:, 0] + 0.01) - 1, 0, len(chords) - 1)
        rows = []
        for row, at in zip(notes, which, strict=True):
            root, above = chords[at]
            classes = (root + np.append(0, above)) % 12
            under = np.sort((row[2] - classes) % 12)
            rows += [[row[0], row[1], row[2] - down, row[3] - 8] for down in under[under > 2][:2]]
        return np.concatenate([notes, np.array(rows)]) if rows else notes
    return notes


def _pedalled(notes: Array, spans: Array) -> Array:
    """Everything sounds on until the next chord."""
    edges = np.append(spans[:, 0], spans[-1, 1])
    until = edges[np.minimum(np.searchsorted(edges, notes[:, 0] + 0.03), len(edges) - 1)]
    notes[:, 1] = np.maximum(notes[:, 1], until)
    return notes


def _one_key_a_time(notes: Array) -> Array:
    """No key is struck again before it is let go; what is struck twice at once is one note."""
    kept = np.ones(len(notes), bool)
    last: dict[int, int] = {}
    for k, (onset, _, midi, _) in enumerate(notes):
        before = last.get(int(midi))
        if before is not None:
            if onset - notes[before, 0] < 0.04:
                kept[k] = False
                continue
            notes[before, 1] = min(notes[before, 1], onset - 0.005)
        last[int(midi)] = k
    return notes[kept]
