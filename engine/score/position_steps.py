"""One step of the bar pointer, kernel by kernel: what is expected, how it moves, what is heard, what is read off.

Arrays are those of `Positions`: `new` and `old` (tempi, window) and their sums, `rows` over the window and `columns`
over the tempi; `holds` (notes + 1,) for those who wait at the end of each note, the first before any.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.foundation.kernel import kernel
from engine.score.expectation import HELD, LAST, LATE, NOTHING

_CHANGE: Final = 0.015  # chance of the next faster or slower tempo, a step
_WAIT: Final = 0.0005  # chance that the player begins to wait, a step, in the second half of a note
_REST: Final = 0.1  # the same at the end
_LEAVE: Final = 0.05  # chance that one who waits goes on
_SKIP: Final = 1e-6  # chance that the player goes to another note of the window, a step
_NEAR: Final = 12  # places to each side that belong to a place
_NEVER: Final = 1e-9  # of all weight, below which a tempo is passed over

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Integers = NDArray[np.int64]


@kernel("void(int64, int64[::1], int64[::1], int64[::1], float64[::1], float32[::1], float64[::1], float32[::1])")
def expect(
    first: int,
    kinds: Integers,
    notes: Integers,
    parts: Integers,
    weights: Floats,
    columns: Singles,
    holds: Floats,
    fits: Singles,
) -> None:
    # fits (WINDOW,): how well what is heard fits each place; who begins to wait there leaves it
    for k in range(fits.size):
        x = first + k
        if x < 0 or x >= kinds.size:
            fits[k] = weights[NOTHING]
            continue
        fits[k] = weights[kinds[x]]
        if parts[x] >= LATE:
            share = _WAIT if parts[x] < LAST else _REST
            holds[notes[x] + 1] += share * columns[k]
            fits[k] *= np.float32(1.0 - share)


@kernel(
    "void(float32[:,::1], float32[:,::1], float32[::1], float64[::1], float32[::1], float32[::1])",
    reorder=True,
)
def move(old: Singles, new: Singles, rows: Singles, shifts: Floats, fits: Singles, columns: Singles) -> None:
    # old, new (tempi, WINDOW): everything goes on at its tempo, which may become the next, and is weighed by fits
    change = np.float32(_CHANGE)
    stay = np.float32(1.0 - 2.0 * _CHANGE)
    last = rows.size - 1
    columns[:] = 0.0
    for t in range(rows.size):
        under, over = max(t - 1, 0), min(t + 1, last)
        row = new[t]
        if rows[under] + rows[t] + rows[over] < _NEVER:
            row[:] = 0.0
            continue
        whole = int(shifts[t])
        far = np.float32(shifts[t] - whole)
        near = np.float32(1.0) - far
        row[: whole + 1] = 0.0
        to, fit = row[whole + 1 :], fits[whole + 1 :]
        a, b, c = old[under], old[t], old[over]
        a1, b1, c1 = a[1:], b[1:], c[1:]
        for k in range(to.size):
            here = near * (stay * b1[k] + change * (a1[k] + c1[k]))
            to[k] = (here + far * (stay * b[k] + change * (a[k] + c[k]))) * fit[k]
        for k in range(row.size):
            columns[k] += row[k]


@kernel("void(int64, int64, int64, int64, int64[::1], int64[::1], float64[::1], float32[::1])")
def ring_on(
    first: int,
    lowest: int,
    highest: int,
    rings: int,
    kinds: Integers,
    onsets: Integers,
    weights: Floats,
    fits: Singles,
) -> None:
    # a note that begins softly, or in a hall, is heard later than it begins: for so many places that is no fault
    for n in range(max(lowest, 1), highest + 1):
        before = np.float32(weights[kinds[onsets[n - 1]]])
        begin = onsets[n] - first
        end = min(begin + rings, fits.size)
        if n + 1 < onsets.size:
            end = min(end, onsets[n + 1] - first)
        for k in range(max(begin, 0), end):
            fits[k] = max(fits[k], before)


@kernel("void(float32[:,::1], float32[::1], float64[::1], int64, float64)")
def _enter(new: Singles, columns: Singles, tempi: Floats, k: int, weight: float) -> None:
    # so much weight comes to place k of the window, at tempi that are likely of late
    for t in range(tempi.size):
        new[t, k] += np.float32(weight * tempi[t])
    columns[k] += np.float32(weight)


@kernel(
    "float64(int64, int64, int64, int64[::1], int64[::1], float64[::1], float32[:,::1], float32[::1], float32[::1],"
    " float64[::1], float64[::1])"
)
def wait(
    first: int,
    lowest: int,
    highest: int,
    kinds: Integers,
    onsets: Integers,
    weights: Floats,
    new: Singles,
    columns: Singles,
    fits: Singles,
    tempi: Floats,
    holds: Floats,
) -> float:
    # those who wait go on to the next note, or wait; anybody may go to any note of the window
    # returns the logarithm of how well what is heard fits what was expected of it
    fitting = expected = 0.0
    for k in range(columns.size):
        fitting += columns[k]
        expected += columns[k] / fits[k]
    count = 0
    for n in range(lowest, highest + 1):
        count += 0 <= onsets[n] - first < columns.size
    for n in range(lowest - 1, highest + 1):
        if 0 <= n < onsets.size and 0 <= onsets[n] - first < columns.size:
            k = onsets[n] - first
            _enter(new, columns, tempi, k, _SKIP / count * fits[k])
        held = holds[n + 1]
        following = onsets[n + 1] - first if n + 1 < onsets.size else -1
        if 0 <= following < columns.size:
            _enter(new, columns, tempi, following, _LEAVE * held * fits[following])
            held *= 1.0 - _LEAVE
        expected += holds[n + 1]
        fit = weights[NOTHING] if n < 0 else weights[HELD + kinds[onsets[n]]]
        holds[n + 1] = held * fit
        fitting += holds[n + 1]
    return float(np.log(max(fitting, 1e-30) / max(expected, 1e-30)))


@kernel("void(int64, int64, int64, int64[::1], int64[::1], float64, float32[:,::1], float32[::1])")
def begin(
    first: int,
    lowest: int,
    highest: int,
    onsets: Integers,
    widths: Integers,
    weight: float,
    new: Singles,
    columns: Singles,
) -> None:
    # where a note begins, its beginning must be heard
    factor = np.float32(weight)
    widest = widths[widths.size - 1]
    for n in range(lowest, highest + 1):
        begin = onsets[n] - first
        for k in range(max(begin, 0), min(begin + widest, columns.size)):
            total = np.float32(0.0)
            for t in range(widths.size):
                if k < begin + widths[t]:
                    new[t, k] *= factor
                total += new[t, k]
            columns[k] = total


@kernel("void(int64, int64, float32[:,::1], float32[::1], float32[::1], float64[::1])", reorder=True)
def even_out(lowest: int, highest: int, new: Singles, rows: Singles, columns: Singles, holds: Floats) -> None:
    # all weights to 1, and what each tempo has of it
    total = 0.0
    for k in range(columns.size):
        total += columns[k]
    for n in range(lowest, highest + 2):
        total += holds[n]
    share = 1.0 / max(total, 1e-30)
    factor = np.float32(share)
    for t in range(rows.size):
        row, own = new[t], np.float32(0.0)
        for k in range(row.size):
            row[k] *= factor
            own += row[k]
        rows[t] = own
    for k in range(columns.size):
        columns[k] *= factor
    for n in range(lowest, highest + 2):
        holds[n] *= share


@kernel(
    "void(int64, int64, int64, int64[::1], int64, float32[:,::1], float32[::1], float32[::1], float64[::1],"
    " float64[::1], float32[::1], float64[::1])"
)
def read(
    first: int,
    lowest: int,
    highest: int,
    onsets: Integers,
    places: int,
    new: Singles,
    rows: Singles,
    columns: Singles,
    logarithms: Floats,
    holds: Floats,
    all_there: Singles,
    found: Floats,
) -> None:
    # found: place, logarithm of the tempo (0 where nothing moves), weight near it, weight that waits, likeliest column
    size = columns.size
    all_there[:] = columns
    waiting = 0.0
    for n in range(lowest - 1, highest + 1):  # who waits is at the end of the note
        waiting += holds[n + 1]
        k = 0 - first if n < 0 else (onsets[n + 1] if n + 1 < onsets.size else places - 1) - 1 - first
        if 0 <= k < size:
            all_there[k] += np.float32(holds[n + 1])
    sliding, best, at = 0.0, -1.0, 0
    for k in range(-_NEAR, size):
        if k + _NEAR < size:
            sliding += all_there[k + _NEAR]
        if k - _NEAR - 1 >= 0:
            sliding -= all_there[k - _NEAR - 1]
        if k >= 0 and sliding > best:
            best, at = sliding, k
    low, high = max(at - 2 * _NEAR, 0), min(at + 2 * _NEAR + 1, size)
    weight = place = 0.0
    for k in range(low, high):
        weight += all_there[k]
        place += all_there[k] * k
    moving = logarithm = 0.0
    for t in range(rows.size):
        if rows[t] > _NEVER:
            own = 0.0
            for k in range(low, high):
                own += new[t, k]
            moving += own
            logarithm += own * logarithms[t]
    found[0] = first + place / max(weight, 1e-30)
    found[1] = logarithm / moving if moving > 1e-9 else 0.0
    found[2] = weight
    found[3] = waiting
    found[4] = at
