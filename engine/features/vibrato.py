"""How a note moves: its glide, and its vibrato."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.foundation.kernel import kernel, place
from engine.frame import HOP, RATE

SPAN: Final = 64
"""Hops in which a vibrato is looked for: 0.34 s, two swings of 6 Hz."""
SLOPE: Final = 20
"""Hops over which a glide is measured where there is no vibrato: 0.11 s."""
_LEAST_SLOPE: Final = 8  # hops of a note before its glide is told
_RATES: Final = np.arange(3.0, 10.01, 0.5)  # Hz that a vibrato may have
_SHARE: Final = 0.7  # of what the line leaves over that the vibrato must explain
_LEAST_CENTS: Final = 6.0  # amplitude of a vibrato: below, a pitch wanders; above, it is a trill
_MOST_CENTS: Final = 200.0
_LEAP: Final = 120.0  # cents from one hop to the next: another note
_AWAY: Final = 4  # hops without a pitch after which a note is another


def swing_bases(span: int, rates: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each rate orthonormal rows (rates, 4, span) that span a line and a swing, and what turns their
    coordinates into cents a hop, cosine and sine (rates, 3, 4)."""
    if span < 8:
        raise ValueError(f"span={span} must be at least 8 hops (try {SPAN})")
    hops = np.arange(span) - (span - 1) / 2
    bases, turns = [], []
    for rate in rates:
        angle = 2 * np.pi * rate * hops * HOP / RATE
        columns = np.stack([np.ones(span), hops, np.cos(angle), np.sin(angle)], axis=1)
        basis, upper = np.linalg.qr(columns)
        bases.append(basis.T)
        turns.append(np.linalg.inv(upper)[1:])
    return np.ascontiguousarray(bases), np.ascontiguousarray(turns)


@kernel("void(float64, float64[::1], int64[::1])")
def _remember(cents: float, past: NDArray[np.float64], ages: NDArray[np.int64]) -> None:
    # past (SPAN,): newest last; ages: hops of this note, hops without a pitch; cents is NaN without
    if not abs(cents) < np.inf:
        ages[1] += 1
        if ages[1] >= _AWAY:
            ages[0] = 0
        return
    gap = ages[1]
    ages[1] = 0
    last = past[past.size - 1]
    if ages[0] > 0 and abs(cents - last) > _LEAP:
        ages[0] = 0
    if ages[0] == 0:
        gap = 0
    for step in range(gap + 1):  # what was missed lies on a line
        value = last + (cents - last) * (step + 1) / (gap + 1)
        for n in range(past.size - 1):
            past[n] = past[n + 1]
        past[past.size - 1] = value
    ages[0] = min(ages[0] + gap + 1, past.size)


@kernel("float64(float64[::1], int64)", reorder=True)
def _slope(past: NDArray[np.float64], count: int) -> float:
    # least squares over the newest count hops, cents a hop
    first = past.size - count
    middle = (count - 1) / 2.0
    over = under = 0.0
    for n in range(count):
        over += (n - middle) * past[first + n]
        under += (n - middle) ** 2
    return over / under


@kernel(
    "void(float64[::1], float64[:,:,::1], float64[:,:,::1], float64[::1], float64[::1], float64[::1])", reorder=True
)
def _swing(
    past: NDArray[np.float64],
    bases: NDArray[np.float64],
    turns: NDArray[np.float64],
    told: NDArray[np.float64],
    along: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    # told (rates,): what each rate's swing explains; along (4,); out: cents a hop, rate's place, depth, share
    mean = 0.0
    for n in range(past.size):
        mean += past[n]
    mean /= past.size
    total = 0.0
    for n in range(past.size):
        total += (past[n] - mean) ** 2
    line = 0.0  # the first two rows are the same at every rate: a constant and a line, to which all others are square
    for n in range(past.size):
        line += bases[0, 1, n] * past[n]
    best = 0
    for r in range(bases.shape[0]):
        third, fourth = bases[r, 2], bases[r, 3]
        x = y = 0.0
        for n in range(past.size):
            x += third[n] * past[n]
            y += fourth[n] * past[n]
        told[r] = x * x + y * y
        if told[r] > told[best]:
            best = r
    left = total - line * line
    for k in range(1, 4):
        along[k] = 0.0
        for n in range(past.size):
            along[k] += bases[best, k, n] * past[n]
    along[0] = 0.0  # where the note lies is not asked
    slope = cosine = sine = 0.0
    for k in range(4):
        slope += turns[best, 0, k] * along[k]
        cosine += turns[best, 1, k] * along[k]
        sine += turns[best, 2, k] * along[k]
    place = float(best)
    if 0 < best < bases.shape[0] - 1:
        bow = told[best - 1] - 2 * told[best] + told[best + 1]
        if bow < 0:
            place += 0.5 * (told[best - 1] - told[best + 1]) / bow
    out[0] = slope
    out[1] = place
    out[2] = np.sqrt(cosine * cosine + sine * sine)
    out[3] = told[best] / left if left > 1e-9 else 0.0


class Vibrato:
    """Glide in cents a second, vibrato's rate in Hz and depth in cents, after every hop.

    A line and a swing are fitted together to the last 0.34 s of one note by least squares, at rates from 3 to 10 Hz;
    there is a vibrato where the swing explains 70 % of what the line leaves over, and is at least 6 cents deep
    (its amplitude: ± depth). The glide is the line's slope; without a vibrato it is that of the last 0.11 s. A leap
    of more than 120 cents from one hop to the next, or four hops without a pitch, begin another note. For less than
    four hops without a pitch everything holds; from then on, and in the first eight of a note, all three are 0.

    `delay` is half of the span in which a vibrato is looked for; that of a glide is a third of it.
    """

    delay: Final = SPAN // 2 * HOP

    def __init__(self, into: NDArray[np.float64] | None = None) -> None:
        self._bases, self._turns = swing_bases(SPAN, _RATES)
        self._past = np.zeros(SPAN)
        self._told = np.zeros(_RATES.size)
        self._along = np.zeros(4)
        self._found = np.zeros(4)
        self._ages = np.zeros(2, np.int64)
        self._out = place(np.zeros(3), into)

    def step(self, cents: float) -> NDArray[np.float64]:
        """Glide, rate and depth (3,) after the next hop, whose pitch is `cents`; NaN where it has none."""
        _remember(cents, self._past, self._ages)
        age = int(self._ages[0])
        out = self._out
        if self._ages[1] > 0:
            if age == 0:
                out[:] = 0
            return out
        if age < _LEAST_SLOPE:
            out[:] = 0
            return out
        if age >= SPAN:
            found = self._found
            _swing(self._past, self._bases, self._turns, self._told, self._along, found)
            if found[3] > _SHARE and _LEAST_CENTS < found[2] < _MOST_CENTS and 0 < found[1] < _RATES.size - 1:
                out[0] = found[0] * RATE / HOP
                out[1] = _RATES[0] + (_RATES[1] - _RATES[0]) * found[1]
                out[2] = found[2]
                return out
        out[0] = _slope(self._past, min(age, SLOPE)) * RATE / HOP
        out[1:] = 0
        return out

    def reset(self) -> None:
        """Forget every note."""
        self._past[:] = 0
        self._ages[:] = 0
        self._out[:] = 0
