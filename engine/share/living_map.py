"""What one can play with on the page: the music's way over the map of sounds, its levels, the notes of its score."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.analysis import Analysis
from engine.errors import BadFile

MOST: Final = 6000
"""Moments of the way at most, however long the music is."""
_EVERY: Final = 0.08  # seconds from one moment to the next, at least
_LEVELS: Final = 1200  # values of the level at most
_BUZZ: Final = 0.1  # seconds: how long a phone trembles at one stretch
_FINE: Final = 1000  # places are whole thousandths
_SPAN: Final = 24.0  # dB below the loud end of the low octaves at which a phone stands still


def living(analysis: Analysis, space: str | None) -> dict[str, Any]:
    """As JSON takes it: `way`, `stars`, `level`, `low` and `notes`; places in thousandths, times in hundredths of a s.

    Without a map of sounds, or where nothing was to be heard, `way` is empty.
    """
    found, time = analysis.signals, analysis.time
    end = analysis.duration
    return {
        "way": _way(analysis),
        "stars": _stars(space),
        "level": _shares(_pooled(found["sound.level"], time, end, max(end / _LEVELS, 0.02)), -50.0, 0.0),
        "low": _low(_pooled(found["sound.low"], time, end, _BUZZ)),
        "low_every": _BUZZ,
        "notes": _notes(analysis),
    }


def loudest(analysis: Analysis, begin: float, end: float) -> float:
    """When the music is most intense between two moments, in seconds."""
    inside = np.flatnonzero((analysis.time >= begin) & (analysis.time < max(end, begin + 0.1)))
    if not len(inside):
        return begin
    return float(analysis.time[inside[int(np.argmax(analysis.signals["form.intensity"][inside]))]])


def _way(analysis: Analysis) -> dict[str, list[int]]:
    found, time = analysis.signals, analysis.time
    every = max(_EVERY, analysis.duration / MOST)
    hops = np.unique(np.searchsorted(time, np.arange(every, analysis.duration, every)).clip(0, max(len(time) - 1, 0)))
    # Where it is silent the place only waits: there is nothing to hear at it.
    there = hops[(found["place.confidence"][hops] > 0) & (found["form.silence"][hops] == 0)] if len(hops) else hops
    # The ear's place tells of what was heard `age` ago.
    when = np.maximum(time[there] - found["place.age"][there], 0.0)
    return {
        "time": _whole(when * 100),
        "x": _whole(found["place.x"][there] * _FINE),
        "y": _whole(found["place.y"][there] * _FINE),
        "family": _whole(found["place.family"][there]),
    }


def _stars(space: str | None) -> dict[str, Any]:
    from engine.listening.ear import familiar

    try:
        _, known = familiar(space)
    except BadFile:
        return {"x": [], "y": [], "family": [], "families": []}
    plane = known.anchors.plane
    return {
        "x": _whole(plane[:, 0] * _FINE),
        "y": _whole(plane[:, 1] * _FINE),
        "family": _whole(known.anchors.family),
        "families": list(known.families),
    }


def _notes(analysis: Analysis) -> list[list[int]]:
    """When which note of the page began: hundredths of a second, and its number; 0 while the player is lost."""
    note = np.where(analysis.signals["score.certainty"] > 0, analysis.signals["score.note"], 0).astype(np.int64)
    changes = np.flatnonzero(np.diff(note, prepend=0))
    return [[round(float(analysis.time[hop]) * 100), int(note[hop])] for hop in changes]


def _pooled(values: NDArray[np.float64], time: NDArray[np.float64], end: float, every: float) -> NDArray[np.float64]:
    """The largest value of each stretch of `every` seconds."""
    count = max(int(np.ceil(end / every)), 1)
    which = np.clip((time / every - 1e-9).astype(np.int64), 0, count - 1)
    pooled = np.full(count, -120.0)
    np.maximum.at(pooled, which, values)
    return pooled


def _low(decibels: NDArray[np.float64]) -> list[int]:
    """0 to 100: how much a phone is to tremble, by what is loud in this music's own low octaves."""
    loud = float(np.quantile(decibels, 0.98)) if len(decibels) else 0.0
    if loud < -55:
        return [0] * len(decibels)
    return _shares(decibels, loud - _SPAN, loud)


def _shares(decibels: NDArray[np.float64], low: float, high: float) -> list[int]:
    return _whole(np.clip((decibels - low) / (high - low), 0, 1) * 100)


def _whole(values: NDArray[np.floating] | NDArray[np.integer]) -> list[int]:
    return [int(value) for value in np.rint(np.nan_to_num(np.asarray(values, np.float64)))]
