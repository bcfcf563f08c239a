"""What a window of seconds is like, as the mood classifier sees it: harmony, rhythm, melody and colour as numbers.

Harmony is told against the tonic that was found, so that a piece in another key is the same piece. A minor key is told
against the tonic of its relative major too: what is wrong in one reading is right in the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from engine.listening.mood_tally import LOOK_RATE, PARTS, SCALARS, SIZE, TURNED, Array, likeness, majority, means

_SURE: Final = 12.0  # how much a key that fits better outweighs another
_HEARD: Final = 6.0  # looks of a tally in which something must be heard for it to count among the others
_COURSE: Final = ("level", "centroid", "crossings", "flux", "flatness", "fractal", "roughness", "crest", "density")
_COURSES: Final = [SCALARS.index(name) for name in _COURSE]
_PERCENTILES: Final = (10, 50, 90)


def window(tallies: Array) -> Array:
    """What tallies (n, SIZE), one at least, say together, (features,): each is a number, whatever is in them."""
    if tallies.ndim != 2 or tallies.shape[1] != SIZE or not len(tallies):
        raise ValueError(f"tallies.shape={tallies.shape} must be (n, {SIZE}), n at least 1")
    told = tallies.sum(axis=0)
    found = [*_colour(told), *_rhythm(told), *_melody(told), *_harmony(told), _course(tallies)]
    numbers = np.concatenate([np.ravel(part) for part in found])
    return np.asarray(np.nan_to_num(numbers, posinf=0.0, neginf=0.0))


def _count(told: Array, part: str) -> float:
    return max(float(told[PARTS[part]][0]), 1.0)


def _shares(values: Array) -> Array:
    return np.asarray(values / max(float(values.sum()), 1e-9))


def _spread(sums: Array, count: float) -> Array:
    """Mean, standard deviation and, where there are three sums, the cube root of the third moment."""
    mean, square, *cube = sums / count
    found = [mean, max(square - mean * mean, 0.0) ** 0.5]
    return np.array([*found, *(np.cbrt(c - 3 * mean * square + 2 * mean**3) for c in cube)])


def _colour(told: Array) -> Iterator[Array]:
    heard = _count(told, "heard")
    mean, square, cube = (told[PARTS[name]] / heard for name in ("sum", "square", "cube"))
    yield means(told)
    yield np.sqrt(np.maximum(square - mean * mean, 0.0))
    yield np.cbrt(cube - 3 * mean * square + 2 * mean**3)
    yield told[PARTS["swing"]] / heard


def _rhythm(told: Array) -> Iterator[Array]:
    onsets, squares = told[PARTS["onsets"]]
    yield np.array([onsets / (_count(told, "looks") / LOOK_RATE)])
    yield _spread(np.array([onsets, squares]), _count(told, "tallies"))[1:]
    waits = told[PARTS["interval_moments"]]
    count = max(float(told[PARTS["interval"]].sum()), 1.0)
    yield _shares(told[PARTS["interval"]])
    yield _spread(waits[:2], count)
    yield _spread(waits[2:], count)
    attacks, count = told[PARTS["attacks"]], max(float(onsets), 1.0)
    for start, stop in ((0, 2), (2, 4), (4, 7), (7, 10), (10, 13), (13, 15)):
        yield _spread(attacks[start:stop], count)
    tempo = told[PARTS["tempo"]]
    yield _spread(tempo[1:3], max(float(tempo[0]), 1.0))
    yield tempo[3:] / _count(told, "heard")


def _melody(told: Array) -> Iterator[Array]:
    pitch, moves = told[PARTS["pitch"]], told[PARTS["moves"]]
    yield _spread(pitch[1:], max(float(pitch[0]), 1.0))
    yield pitch[:1] / _count(told, "heard")
    count, squares = max(float(moves[0]), 1.0), max(float(moves[3]), 1.0)
    seconds = _count(told, "looks") / LOOK_RATE
    yield np.array([moves[0] / seconds, moves[1] / count, moves[2] / max(float(moves[1]), 1.0)])
    yield np.array([(moves[3] / count) ** 0.5, moves[4] / squares])
    yield told[PARTS["leaps"]][1:] / count


def _harmony(told: Array) -> Iterator[Array]:
    heard = _count(told, "heard")
    classes, strong = _shares(told[PARTS["classes"]]), _shares(told[PARTS["strong"]])
    for alike in (likeness(classes), likeness(strong)):
        best = np.sort(alike)
        yield np.array([alike[:12].max(), alike[12:].max(), majority(alike), best[-1] - best[-2]])
    weight = np.exp(_SURE * (alike - alike.max()))
    weight /= weight.sum()
    key = int(alike.argmax())
    tonic = TURNED[key % 12]
    relative = TURNED[key % 12 if key < 12 else (key + 3) % 12]
    yield np.array([float(key < 12), weight[:12].sum()])
    yield strong[tonic]
    yield strong[relative]
    yield classes[relative]
    yield weight @ strong[np.tile(TURNED, (2, 1))]
    yield _shares(told[PARTS["register"]]).reshape(3, 12)[:, relative]
    apart = told[PARTS["apart"]] / heard
    yield apart[:6]
    yield np.sqrt(np.maximum(apart[6:] - apart[:6] ** 2, 0.0))
    yield told[PARTS["fit"]] / heard
    yield told[PARTS["kind"]] / heard
    yield (told[PARTS["root"]] / heard).reshape(2, 12)[:, relative]
    change = told[PARTS["change"]]
    yield _shares(change)
    yield np.array([change.sum() * LOOK_RATE / _count(told, "looks")])
    yield _spread(told[PARTS["shift"]], heard)
    mode = told[PARTS["mode"]]
    count = max(float(mode[0]), 1.0)
    yield _spread(mode[1:3], count)
    yield mode[3:] / count
    spread = told[PARTS["spread"]]
    yield _spread(spread[:2], heard)
    yield _spread(spread[2:], heard)


def _course(tallies: Array) -> Array:
    """How what matters goes up and down from second to second: percentiles over the tallies."""
    heard = tallies[:, PARTS["heard"]]
    full = heard[:, 0] >= _HEARD
    some = tallies[full] if full.any() else tallies
    heard = np.maximum(some[:, PARTS["heard"]], 1.0)
    onsets = some[:, PARTS["onsets"]][:, :1]
    attacks = some[:, PARTS["attacks"]][:, [0, 4, 7, 10]]
    per_look = [some[:, PARTS["shift"]][:, :1], some[:, PARTS["spread"]][:, [0, 2]], some[:, PARTS["swing"]]]
    rows = [means(some)[:, _COURSES], onsets, *(part / heard for part in per_look), some[:, PARTS["mode"]][:, 1:2]]
    always = np.percentile(np.concatenate(rows, axis=1), _PERCENTILES, axis=0)
    struck = onsets[:, 0] > 0
    blows = np.zeros((3, 4))
    if struck.any():
        blows = np.percentile(attacks[struck] / onsets[struck], _PERCENTILES, axis=0)
    return np.concatenate([always.ravel(), blows.ravel()])


FEATURES: Final = len(window(np.zeros((1, SIZE))))
"""Numbers that a window is told by."""
