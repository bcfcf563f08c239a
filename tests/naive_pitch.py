"""Slow, obvious twins of what hears pitch: written to be believed, not to be fast."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def likeness(wave: Array, lag: int, newest: int) -> float:
    """McLeod's normalised square difference: twice the product over the sum of the energies, 1 for equal waves."""
    wave = wave / max(float(np.abs(wave).max()), 1e-9)
    now = wave[len(wave) - newest :]
    then = wave[len(wave) - newest - lag : len(wave) - lag]
    return float(2 * np.sum(now * then) / (np.sum(now**2) + np.sum(then**2) + 1e-3))


def network(
    views: Array, taps: NDArray[np.int64], weights: Mapping[str, NDArray[np.float32]], below: int, steps: int
) -> Array:
    """The scores (steps + 1,) of every step and of none: two layers of rectified sums at each step, then one number."""
    w = {name: np.asarray(value, dtype=float) for name, value in weights.items()}
    inner = []
    for step in range(steps):
        seen = [views[view, below + step + by] for view, by in taps] + [w["place"][0, step], w["place"][1, step]]
        hidden = np.maximum(w["first.weight"] @ np.array(seen) + w["first.bias"], 0)
        inner.append(np.maximum(w["second.weight"] @ hidden + w["second.bias"], 0))
    units = np.array(inner)
    scores = units @ w["third.weight"][0] + w["third.bias"][0]
    pooled = np.concatenate([units.max(axis=0), units.mean(axis=0)])
    return np.append(scores, w["none.weight"][0] @ pooled + w["none.bias"][0])


def followed(scores: Array, chance: Array, moves: Array) -> Array:
    """The chances (steps + 1,) after one hop, by the whole table of how likely each step follows each other."""
    steps = len(scores) - 1
    stay, one, two, jump, end, begin = moves
    table = np.zeros((steps + 1, steps + 1))  # from, to
    for here in range(steps):
        for away, share in ((0, stay), (1, one), (-1, one), (2, two), (-2, two)):
            if 0 <= here + away < steps:
                table[here, here + away] += share * (1 - jump - end)
        table[here, :steps] += jump / steps
        table[here, steps] = end
    table[steps, :steps] = begin / steps
    table[steps, steps] = 1 - begin
    after = (chance @ table) * np.exp(scores - scores.max()) + 1e-12
    return np.asarray(after / after.sum())


def swing(cents: Array, rate: float, hop_seconds: float) -> tuple[float, float, float]:
    """Slope in cents a second, amplitude, and the share of what the line leaves over: a line and a swing, fitted."""
    time = (np.arange(len(cents)) - (len(cents) - 1) / 2) * hop_seconds
    line = np.stack([np.ones(len(cents)), time], axis=1)
    both = np.column_stack([line, np.cos(2 * np.pi * rate * time), np.sin(2 * np.pi * rate * time)])
    found = np.linalg.lstsq(both, cents, rcond=None)[0]
    without = cents - line @ np.linalg.lstsq(line, cents, rcond=None)[0]
    left = cents - both @ found
    share = 1 - float(np.sum(left**2) / np.sum(without**2))
    return float(found[1]), float(np.hypot(found[2], found[3])), share


def correlation(chroma: Array, profile: Array) -> float:
    """Pearson's."""
    return float(np.corrcoef(chroma, profile)[0, 1])
