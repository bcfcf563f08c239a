"""What a second of music adds to what is known of the last ones: sums and counts, so that a window is a sum of seconds.

Moods need seconds, not hops: every eighth frame is looked at, and 24 of them are a beat of this lane, 1.02 s, whose
tally is a row of numbers that only ever are added. Thirty of them are what a show hears, all of them a recording: one
code, and what it costs does not grow.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.frame import HOP, RATE, Form, Pitch, Rhythm, Signal, Sound, Texture

Array = NDArray[np.float64]

EVERY: Final = 8
"""Hops from one frame that is looked at to the next: 43 ms."""
LOOKS: Final = 24
"""Looks a tally."""
LOOK_RATE: Final = RATE / HOP / EVERY
"""Looks a second."""
SECONDS: Final = LOOKS / LOOK_RATE
"""Seconds that a tally tells of: 1.024."""

_SEEN: Final[tuple[Signal, ...]] = (
    Sound.level, Sound.silence, Sound.bands, Texture.wavelets, Texture.profile, Sound.flatness, Sound.crest, Sound.flux,
    Texture.fractal, Texture.katz, Texture.petrosian, Texture.roughness, Form.crescendo, Form.density,
    Sound.centroid, Sound.crossings, Pitch.confidence, Pitch.glide, Pitch.clarity, Pitch.cents, Pitch.hz, Pitch.chroma,
    Rhythm.onsets, Rhythm.last, Rhythm.strength, Rhythm.attack, Rhythm.tempo, Rhythm.confidence,
)  # fmt: skip
COLUMNS: Final = np.concatenate([np.arange(signal.start, signal.start + signal.size) for signal in _SEEN])
"""Which numbers of a row are looked at."""


def _columns() -> Mapping[str, slice]:
    found, start = {}, 0
    for signal in _SEEN:
        found[signal.name] = slice(start, start + signal.size)
        start += signal.size
    return MappingProxyType(found)


_AT: Final = _columns()

_SOFTEST: Final = -70.0  # dBFS: softer is as good as nothing
_CLEAR: Final = 0.4  # confidence of a pitch from which on it is a note of the melody
_REGISTERS: Final = (52.0, 68.0)  # MIDI numbers that part low from middle, and middle from high
INTERVALS: Final = np.array([0.075, 0.125, 0.175, 0.225, 0.325, 0.475, 0.725, 1.1])
"""Seconds between two onsets that part the kinds of them."""
_AROUND: Final = 2  # looks before and after an onset by which it is measured how it rises
_LEAP: Final = 13  # semitones: a larger leap counts as this one
CHORDS: Final = (
    (0, 4, 7), (0, 3, 7), (0, 3, 6), (0, 4, 8), (0, 4, 7, 10), (0, 4, 7, 11), (0, 3, 7, 10), (0, 5, 7), (0, 2, 7),
    (0, 7), (0, 3, 6, 9),
)  # fmt: skip
"""Major, minor, diminished, augmented, dominant seventh, major seventh, minor seventh, two suspended, fifth, diminished
seventh: semitones above the root."""
_KINDS: Final = len(CHORDS)
_SHARPER: Final = 15.0  # how much a chord that fits better outweighs another
_MAJOR: Final = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR: Final = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
_LATELY: Final = 0.7  # of the pitch classes heard till now that are kept from one tally to the next: 3 s
TURNED: Final = (np.arange(12)[:, None] + np.arange(12)) % 12
"""TURNED[k] picks pitch classes in the order that begins with k."""

_MIDDLES: Final = {
    "level": -25.0, **{f"octave_{k}": -10.0 for k in range(8)}, **{f"scale_{k}": -15.0 for k in range(8)},
    **{f"profile_{k}": 1.5 for k in range(8)}, "flatness": 0.1, "crest": 15.0, "flux": 3.0, "fractal": 1.3,
    "katz": 1.5, "petrosian": 1.02, "roughness": 0.2, "crescendo": 0.0, "density": 3.0, "centroid": 9.0,
    "crossings": 8.5, "pitch_confidence": 0.5, "glide": 50.0, "clarity": 0.3,
}  # fmt: skip
SCALARS: Final = tuple(_MIDDLES)
"""What is summed as it is, squared and cubed; the octaves and wavelet scales against the level, Hz as octaves."""
_MIDDLE: Final = np.array(list(_MIDDLES.values()))  # about where each is: the cubes of what is left are small

_PARTS: Final = {
    "looks": 1, "heard": 1, "tallies": 1, "sum": len(SCALARS), "square": len(SCALARS), "cube": len(SCALARS),
    "swing": 2, "onsets": 2, "interval": 9, "interval_moments": 4, "attacks": 15, "tempo": 4, "pitch": 4,
    "register": 36, "moves": 5, "leaps": _LEAP + 1, "classes": 12, "strong": 12, "apart": 12, "fit": _KINDS,
    "kind": _KINDS, "root": 24, "change": 12, "shift": 3, "mode": 4, "spread": 4,
}  # fmt: skip


def _laid_out() -> Mapping[str, slice]:
    found, start = {}, 0
    for name, size in _PARTS.items():
        found[name] = slice(start, start + size)
        start += size
    return MappingProxyType(found)


PARTS: Final = _laid_out()
"""Where the parts of a tally lie."""
SIZE: Final = sum(_PARTS.values())
"""Numbers a tally."""


def key_profiles() -> Array:
    """How well each pitch class fits each key (24, 12): twelve major by tonic, twelve minor; mean 0, norm 1.

    C. Krumhansl, Cognitive foundations of musical pitch, 1990: how listeners judged tones in a key.
    """
    rows = np.array([np.roll(profile, tonic) for profile in (_MAJOR, _MINOR) for tonic in range(12)])
    rows -= rows.mean(axis=1, keepdims=True)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def chord_shapes() -> Array:
    """Pitch classes of every chord (12 · kinds, 12), norm 1: a kind's twelve roots together."""
    shapes = np.zeros((_KINDS, 12, 12))
    for kind, steps in enumerate(CHORDS):
        for root in range(12):
            shapes[kind, root, [(step + root) % 12 for step in steps]] = len(steps) ** -0.5
    return shapes.reshape(-1, 12)


_KEYS: Final = key_profiles()
_CHORDS: Final = chord_shapes()


def means(told: Array) -> Array:
    """The mean of each of SCALARS over the looks at which something was heard (…, scalars), from sums of tallies."""
    heard = np.maximum(told[..., PARTS["heard"]], 1.0)
    return np.asarray(told[..., PARTS["sum"]] / heard + _MIDDLE)


def likeness(classes: Array, profiles: Array = _KEYS) -> Array:
    """Correlation of pitch classes (…, 12) with each key (…, 24); 0 where all classes are alike."""
    apart = classes - classes.mean(axis=-1, keepdims=True)
    norm = np.sqrt((apart * apart).sum(axis=-1, keepdims=True))
    return np.asarray(apart @ profiles.T / np.maximum(norm, 1e-9))


def majority(alike: Array) -> Array:
    """How much better the best major key fits than the best minor one (…,), from `likeness`."""
    return np.asarray(alike[..., :12].max(axis=-1) - alike[..., 12:].max(axis=-1))


def _moments(values: Array, powers: int = 2) -> list[float]:
    return [float((values**power).sum()) for power in range(1, powers + 1)]


def _counted(values: Array | NDArray[np.signedinteger], size: int) -> Array:
    return np.bincount(values.astype(np.intp), minlength=size)[:size].astype(np.float64)


class Tally:
    """Makes tallies (SIZE,) of looks (LOOKS, columns): what a row says in COLUMNS. What was before is remembered."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything heard."""
        self._before = np.zeros((0, len(COLUMNS)))  # the last looks, until what comes after an onset in them is known
        self._last: float | None = None
        self._note: float | None = None
        self._move = 0.0
        self._root: int | None = None
        self._chroma = np.zeros((0, 12))  # of the last look that was heard
        self._lately = np.zeros(12)

    def step(self, looks: Array) -> Array:
        """What these looks add."""
        told = np.zeros(SIZE)
        seen = {name: looks[:, part] for name, part in _AT.items()}
        heard = seen["sound.silence"][:, 0] < 0.5
        told[PARTS["looks"]], told[PARTS["tallies"]] = len(looks), 1.0
        told[PARTS["heard"]] = count = heard.sum()
        self._tell_onsets(told, looks)
        if count:
            self._tell_colour(told, seen, heard)
            self._tell_melody(told, seen, heard)
            self._tell_harmony(told, seen["pitch.chroma"][heard])
        return told

    def _tell_colour(self, told: Array, seen: Mapping[str, Array], heard: NDArray[np.bool_]) -> None:
        level = np.maximum(seen["sound.level"][:, 0], _SOFTEST)
        loud = level[heard, None]
        against = [np.maximum(seen[name][heard], -90.0) - loud for name in ("sound.bands", "texture.wavelets")]
        plain = [seen[f"texture.{name}"][heard] for name in ("profile", "fractal", "katz", "petrosian", "roughness")]
        sound = [seen[f"sound.{name}"][heard] for name in ("flatness", "crest", "flux")]
        octaves = [np.log2(np.maximum(seen[f"sound.{name}"][heard], 20.0)) for name in ("centroid", "crossings")]
        pitch = [seen["pitch.confidence"][heard], np.abs(seen["pitch.glide"][heard]), seen["pitch.clarity"][heard]]
        profile, *rough = plain
        form = [seen["form.crescendo"][heard], seen["form.density"][heard]]
        rows = [loud, *against, profile, *sound, *rough, *form, *octaves, *pitch]
        values = np.concatenate(rows, axis=1) - _MIDDLE
        for power, name in enumerate(("sum", "square", "cube"), 1):
            told[PARTS[name]] = (values**power).sum(axis=0)
        swing = np.diff(level, prepend=level[0])[heard]
        told[PARTS["swing"]] = np.abs(swing).sum(), np.maximum(swing, 0.0).sum()

    def _tell_onsets(self, told: Array, looks: Array) -> None:
        if not len(self._before):
            self._before = np.repeat(looks[:1], 2 * _AROUND, axis=0)
        line = np.concatenate([self._before, looks])  # onsets are told two looks late: then it is known how they rose
        self._before = line[-2 * _AROUND :].copy()
        seen = {name: line[:, part] for name, part in _AT.items() if name.startswith(("rhythm.", "sound."))}
        level = np.maximum(seen["sound.level"][:, 0], _SOFTEST)
        now = slice(_AROUND, len(line) - _AROUND)
        new = np.diff(seen["rhythm.onsets"][_AROUND - 1 : len(line) - _AROUND, 0])
        told[PARTS["onsets"]] = new.sum(), new.sum() ** 2
        heard = seen["sound.silence"][now, 0] < 0.5
        tempo = seen["rhythm.tempo"][now, 0]
        steady = np.log2(tempo[heard & (tempo > 0)] / 100.0)
        told[PARTS["tempo"]] = len(steady), *_moments(steady), (heard * seen["rhythm.confidence"][now, 0]).sum()
        which = np.flatnonzero(new > 0) + _AROUND
        if not len(which):
            return
        times = seen["rhythm.last"][which, 0]
        waits = np.clip(np.diff(times if self._last is None else np.append(self._last, times)), 0.03, 5.0)
        self._last = float(times[-1])
        told[PARTS["interval"]] = _counted(np.searchsorted(INTERVALS, waits), 9)
        told[PARTS["interval_moments"]] = *_moments(waits), *_moments(np.log(waits))
        after = level[which + _AROUND]
        centroid = np.log2(np.maximum(seen["sound.centroid"][which + _AROUND, 0], 20.0)) - 9.0
        told[PARTS["attacks"]] = [
            *_moments(seen["rhythm.strength"][which, 0]),
            *_moments(seen["rhythm.attack"][which, 0]),
            *_moments(after + 25.0, 3),
            *_moments(after - level[which - _AROUND], 3),
            *_moments(centroid, 3),
            *_moments(seen["sound.flux"][which, 0]),
        ]

    def _tell_melody(self, told: Array, seen: Mapping[str, Array], heard: NDArray[np.bool_]) -> None:
        clear = heard & (seen["pitch.confidence"][:, 0] > _CLEAR) & (seen["pitch.hz"][:, 0] > 0)
        notes = seen["pitch.cents"][clear, 0] / 100.0
        if not len(notes):
            return
        told[PARTS["pitch"]] = len(notes), *_moments(notes - 60.0, 3)
        nearest = np.round(notes)
        register = np.searchsorted(_REGISTERS, nearest, side="right")
        told[PARTS["register"]] = _counted(12 * register + nearest % 12, 36)
        line = nearest if self._note is None else np.append(self._note, nearest)
        self._note = float(nearest[-1])
        moves = np.diff(line)
        moves = moves[moves != 0]
        if not len(moves):
            return
        before = np.append(self._move, moves[:-1])
        self._move = float(moves[-1])
        told[PARTS["moves"]] = (
            len(moves),
            np.abs(moves).sum(),
            moves.sum(),
            (moves * moves).sum(),
            (moves * before).sum(),
        )
        told[PARTS["leaps"]] = _counted(np.minimum(np.abs(moves), _LEAP), _LEAP + 1)

    def _tell_harmony(self, told: Array, chroma: Array) -> None:
        strong = chroma * chroma
        told[PARTS["classes"]], told[PARTS["strong"]] = chroma.sum(axis=0), strong.sum(axis=0)
        unit = chroma / np.maximum(np.sqrt(strong.sum(axis=1, keepdims=True)), 1e-9)
        apart = np.stack([(unit * np.roll(unit, -k, axis=1)).sum(axis=1) for k in range(1, 7)], axis=1)
        told[PARTS["apart"]] = *apart.sum(axis=0), *(apart * apart).sum(axis=0)
        fourth = strong * strong
        sharp = strong / np.maximum(np.sqrt(fourth.sum(axis=1, keepdims=True)), 1e-9)
        fits = sharp @ _CHORDS.T
        by_kind = fits.reshape(-1, _KINDS, 12)
        weight = np.exp(_SHARPER * (fits - fits.max(axis=1, keepdims=True)))
        weight = (weight / weight.sum(axis=1, keepdims=True)).reshape(-1, _KINDS, 12)
        told[PARTS["fit"]] = by_kind.max(axis=2).sum(axis=0)
        told[PARTS["kind"]] = weight.sum(axis=(0, 2))
        told[PARTS["root"]] = weight[:, :2].sum(axis=0).ravel()
        roots = by_kind[:, :2].reshape(-1, 24).argmax(axis=1)
        way = np.diff(roots if self._root is None else np.append(self._root, roots))
        self._root = int(roots[-1])
        told[PARTS["change"]] = _counted(way[way != 0] % 12, 12)
        line = np.concatenate([self._chroma, unit])
        self._chroma = unit[-1:].copy()
        told[PARTS["shift"]] = _moments(np.abs(np.diff(line, axis=0)).sum(axis=1), 3)
        share = sharp * sharp
        told[PARTS["spread"]] = (
            *_moments(-(share * np.log(np.maximum(share, 1e-9))).sum(axis=1)),
            *_moments((chroma > 0.3).sum(axis=1).astype(np.float64)),
        )
        self._lately = _LATELY * self._lately + strong.sum(axis=0)
        best = float(majority(likeness(self._lately)))
        told[PARTS["mode"]] = 1.0, best, best * best, float(best > 0)
