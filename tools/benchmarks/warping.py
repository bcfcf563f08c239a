"""On-line time warping, as S. Dixon describes it (Live tracking of musical performances using on-line time warping,
DAFx 2005), on chroma: the plain way to follow a score, for judging beside ours. Written from the paper.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_SEARCH: Final = 250  # frames that are compared: 5.3 s
_MOST_RUN: Final = 3  # steps in one direction


def score_chroma(notes: Array, seconds_a_quarter: float, frame: float) -> Array:
    """What the score would sound like at a steady tempo, as chroma (frames, 12), a row each `frame` seconds.

    A note counts from its begin to its end; rests are flat.
    """
    end = float((notes[:, 0] + notes[:, 1]).max()) * seconds_a_quarter
    chroma = np.zeros((int(end / frame) + 1, 12))
    for onset, length, midi in notes:
        first = round(onset * seconds_a_quarter / frame)
        last = max(round((onset + length) * seconds_a_quarter / frame), first + 1)
        chroma[first:last, int(midi) % 12] += 1.0
    return _unit(chroma)


def _unit(rows: Array) -> Array:
    return np.asarray((rows + 1e-3) / np.linalg.norm(rows + 1e-3, axis=-1, keepdims=True))


def follow(score: Array, heard: Array) -> NDArray[np.int64]:
    """The frame of the score (n, 12) at which the player is thought to be after each frame heard (m, 12).

    The cost matrix grows by a row or a column, whichever keeps its front on the cheapest path, within a band of the
    last 5 s; the place told is the best in the newest row.
    """
    heard = _unit(heard)
    rows, columns = len(heard), len(score)
    total = np.full((rows, columns), np.inf)
    told = np.zeros(rows, np.int64)
    total[0, 0] = 1.0 - heard[0] @ score[0]
    t = j = 0
    before, run = "", 0
    while t < rows - 1:
        way = _direction(total, t, j, before, run, columns)
        if way != "row":  # one frame more of the score
            j += 1
            _fill(total, heard, score, range(max(t - _SEARCH + 1, 0), t + 1), range(j, j + 1))
        if way != "column":  # one frame more is heard
            t += 1
            _fill(total, heard, score, range(t, t + 1), range(max(j - _SEARCH + 1, 0), j + 1))
            first = max(j - _SEARCH + 1, 0)
            lengths = t + 1.0 + np.arange(first, j + 1)
            told[t] = first + int(np.argmin(total[t, first : j + 1] / lengths))
        run = run + 1 if way == before else 1
        before = way
    return told


def _direction(total: Array, t: int, j: int, before: str, run: int, columns: int) -> str:
    """Which way the matrix grows: `row` (the player goes on), `column` (the score does), or `both`."""
    if j >= columns - 1:
        return "row"
    if t < _SEARCH:
        return "both"
    if run >= _MOST_RUN and before != "both":
        return "column" if before == "row" else "row"
    rows, along = np.arange(max(t - _SEARCH + 1, 0), t + 1), np.arange(max(j - _SEARCH + 1, 0), j + 1)
    column = total[rows, j] / (rows + j + 1.0)
    row = total[t, along] / (t + along + 1.0)
    best_column, best_row = int(np.argmin(column)), int(np.argmin(row))
    x, y = (int(rows[best_column]), j) if column[best_column] < row[best_row] else (t, int(along[best_row]))
    if x == t and y == j:
        return "both"
    return "row" if x == t else "column"


def _fill(total: Array, heard: Array, score: Array, rows: range, columns: range) -> None:
    """The cheapest way to each of these cells, a diagonal step counted once."""
    for t in rows:
        costs = 1.0 - score[columns.start : columns.stop] @ heard[t]
        for k, j in enumerate(columns):
            best = np.inf
            if t > 0:
                best = total[t - 1, j]
                if j > 0:
                    best = min(best, total[t - 1, j - 1])
            if j > 0:
                best = min(best, total[t, j - 1])
            if best < np.inf:
                total[t, j] = best + costs[k]
