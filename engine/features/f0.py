"""Which note sounds: the fundamental frequency, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.pitch_views import A_SEMITONE, ABOVE, BELOW, LAGS, REACH, STEPS, VIEWS, scale_hz
from engine.features.tones import TONE_RATE
from engine.foundation.kernel import aligned, expect_shape, kernel
from engine.frame import HOP

LATE: Final = 5
"""Hops after which the network was taught to know a note."""
_NEAR: Final = 3  # steps to each side of the best that belong to it
_VOICED: Final = 0.03  # chance that there is a pitch from which on it is told; how sure it is, the confidence says
_SEARCH: Final = 0.035  # of a period: how far the exact period may lie from what the network says
_APART: Final = 0.35 / 12  # octaves from what the network says: a likeness farther off is the note before, ringing on
_ALIKE: Final = 0.6  # least likeness at a multiple of the period that may make it more exact
_LEAST_LAG: Final = 16.0  # decimated samples: shorter periods are measured over several
_LONG_ENOUGH: Final = 90.0  # decimated samples over which a period is exact enough: 7.5 ms

_ROW: Final = -(-STEPS // 16) * 16  # numbers in a row of the network, one a step: whole vectors

Floats = NDArray[np.float32]
Weights = Mapping[str, Floats]


@kernel("void(float32[:,::1], int64[:,::1], float32[::1])")
def _lay_out(views: Floats, taps: NDArray[np.int64], seen: Floats) -> None:
    # taps (n, 2): view and step; seen: what every tap sees, row by row
    for j in range(taps.shape[0]):
        row, view = seen[j * _ROW : (j + 1) * _ROW], views[taps[j, 0]][taps[j, 1] :]
        for n in range(STEPS):
            row[n] = view[n]


@kernel("void(float32[::1], float32[:,::1], float32[::1])", reorder=True)
def _layer(given: Floats, weights: Floats, out: Floats) -> None:
    # rows of _ROW; weights (units, given): four units and four rows at once, since what is loaded is used four times
    for o in range(0, weights.shape[0], 4):
        units = out[o * _ROW : (o + 4) * _ROW]
        units[:] = np.float32(0.0)
        for j in range(0, weights.shape[1], 4):
            rows = given[j * _ROW : (j + 4) * _ROW]
            a0, a1, a2, a3 = weights[o, j], weights[o, j + 1], weights[o, j + 2], weights[o, j + 3]
            b0, b1, b2, b3 = weights[o + 1, j], weights[o + 1, j + 1], weights[o + 1, j + 2], weights[o + 1, j + 3]
            c0, c1, c2, c3 = weights[o + 2, j], weights[o + 2, j + 1], weights[o + 2, j + 2], weights[o + 2, j + 3]
            d0, d1, d2, d3 = weights[o + 3, j], weights[o + 3, j + 1], weights[o + 3, j + 2], weights[o + 3, j + 3]
            for n in range(_ROW):
                w, x, y, z = rows[n], rows[n + _ROW], rows[n + 2 * _ROW], rows[n + 3 * _ROW]
                units[n] += a0 * w + a1 * x + a2 * y + a3 * z
                units[n + _ROW] += b0 * w + b1 * x + b2 * y + b3 * z
                units[n + 2 * _ROW] += c0 * w + c1 * x + c2 * y + c3 * z
                units[n + 3 * _ROW] += d0 * w + d1 * x + d2 * y + d3 * z
        for n in range(4 * _ROW):
            units[n] = max(units[n], np.float32(0.0))


@kernel("void(float32[::1], float32[:,::1], float32[::1])", reorder=True)
def _score(inner: Floats, last: Floats, scores: Floats) -> None:
    # scores (_ROW,): logarithms of chances, none behind the steps, judged by each unit's greatest and its mean
    # last (3, units + 1): weights of a step's score, of the greatest and of the mean for none; behind them the biases
    units = last.shape[1] - 1
    for n in range(_ROW):
        scores[n] = last[0, units]
    silent, total = last[1, units], np.float32(0.0)
    for j in range(0, units, 4):
        rows = inner[j * _ROW : (j + 4) * _ROW]
        a, b, c, d = last[0, j : j + 4]
        for n in range(_ROW):
            scores[n] += a * rows[n] + b * rows[n + _ROW] + c * rows[n + 2 * _ROW] + d * rows[n + 3 * _ROW]
        a, b, c, d = last[2, j : j + 4]
        for n in range(_ROW):
            total += a * rows[n] + b * rows[n + _ROW] + c * rows[n + 2 * _ROW] + d * rows[n + 3 * _ROW]
    # Rectified, and 0 behind the steps: the order of such numbers is that of their bits, whose greatest vectorises.
    bits, none = inner.view(np.int32), scores[STEPS:].view(np.int32)
    for j in range(units):
        row, greatest = bits[j * _ROW : (j + 1) * _ROW], np.int32(0)
        for n in range(_ROW):
            greatest = max(greatest, row[n])
        none[0] = greatest
        silent += last[1, j] * scores[STEPS]
    scores[STEPS] = silent + total / np.float32(STEPS)


@kernel("float64(float64)", reorder=True)
def _exp(x: float) -> float:
    # e^(x / 256) by its series, squared eight times, which vectorises: from −20 to 0 within 10⁻¹¹, from −64 within 10⁻⁷
    t = x * (1.0 / 256.0)
    e = 1.0 + t * (1.0 + t * (1 / 2 + t * (1 / 6 + t * (1 / 24 + t * (1 / 120 + t * (1 / 720 + t * (1 / 5040)))))))
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    return e * e


@kernel("void(float32[::1], float64[::1], float64[::1], float64[::1])", reorder=True)
def _follow(
    scores: Floats,
    moves: NDArray[np.float64],
    chance: NDArray[np.float64],
    before: NDArray[np.float64],
) -> None:
    # moves: stay, one step, two steps, jump, end, begin; chance, before (STEPS + 5,): two of nothing, STEPS, two, none
    stay, one, two, jump, end, begin = moves
    none = chance.size - 1
    there = 0.0
    for n in range(chance.size):
        before[n] = chance[n]
    for n in range(2, STEPS + 2):
        there += before[n]
    anywhere = (jump * there + begin * before[none]) / STEPS
    go_on = 1 - jump - end
    highest = scores[0]
    for n in range(1, STEPS + 1):
        highest = scores[n] if scores[n] > highest else highest
    total = 0.0
    for n in range(STEPS):
        near = stay * before[n + 2] + one * (before[n + 1] + before[n + 3]) + two * (before[n] + before[n + 4])
        # a score of −64 is nothing beside what is added
        chance[n + 2] = (near * go_on + anywhere) * _exp(max(np.float64(scores[n] - highest), -64.0)) + 1e-12
        total += chance[n + 2]
    rest = before[none] * (1 - begin) + end * there
    chance[none] = rest * _exp(max(np.float64(scores[STEPS] - highest), -64.0)) + 1e-12
    share = 1.0 / (total + chance[none])
    for n in range(2, STEPS + 2):
        chance[n] *= share
    chance[none] *= share


@kernel("float64(float32[::1], float64)")
def _exact(likeness: NDArray[np.float32], period: float) -> float:
    # the period at which the wave is most like itself, measured over more and more of them
    times = max(1, int(np.ceil(_LEAST_LAG / period)))
    found = period
    reach = max(_SEARCH * period * times, 1.0)
    while True:
        lag = found * times
        first, last = max(int(np.ceil(lag - reach)), 2), min(int(lag + reach), likeness.size - 2)
        if first > last:
            return found
        best = first
        for k in range(first, last + 1):
            if likeness[k] > likeness[best]:
                best = k
        a, b, c = likeness[best - 1], likeness[best], likeness[best + 1]
        if b < _ALIKE or a > b or c > b:
            return found
        bow = a - 2 * b + c
        found = (best + (0.5 * (a - c) / bow if bow < 0 else 0.0)) / times
        if found * times > _LONG_ENOUGH:
            return found
        times *= 2
        reach = 1.5


@kernel("void(float64[::1], float32[::1], float64[::1], float64[::1])")
def _decide(
    chance: NDArray[np.float64],
    likeness: NDArray[np.float32],
    periods: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    # out: hz, confidence
    none = chance[chance.size - 1]
    best = 2
    for n in range(2, STEPS + 2):
        if chance[n] > chance[best]:
            best = n
    mass = middle = 0.0
    for n in range(max(best - _NEAR, 2), min(best + _NEAR, STEPS + 1) + 1):
        mass += chance[n]
        middle += chance[n] * (n - 2)
    out[1] = min(mass, 1.0)
    if none > 1 - _VOICED:
        out[0] = 0.0
        return
    said = periods[0] * 2.0 ** (-(middle / mass) / (12 * A_SEMITONE))
    period = _exact(likeness, said)
    if abs(np.log2(period / said)) > _APART:
        period = said
    out[0] = TONE_RATE / period


@kernel(
    "void(float32[:,::1], float32[::1], int64[:,::1], float32[:,::1], float32[:,::1], float32[:,::1], float32[::1],"
    " float32[::1], float32[::1], float32[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64[::1])"
)
def _hear(
    views: Floats,
    likeness: Floats,
    taps: NDArray[np.int64],
    first: Floats,
    second: Floats,
    last: Floats,
    seen: Floats,
    hidden: Floats,
    inner: Floats,
    scores: Floats,
    moves: NDArray[np.float64],
    chance: NDArray[np.float64],
    before: NDArray[np.float64],
    periods: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    _lay_out(views, taps, seen)
    _layer(seen, first, hidden)
    _layer(hidden, second, inner)
    _score(inner, last, scores)
    _follow(scores, moves, chance, before)
    _decide(chance, likeness, periods, out)


def _with_bias(weights: Floats, bias: Floats) -> Floats:
    """Weights (units, given) of a layer and its bias as one more of them; 0 up to a multiple of four."""
    whole = np.column_stack([weights, bias])
    return np.ascontiguousarray(np.pad(whole, ((0, 0), (0, -whole.shape[1] % 4))), np.float32)


class FundamentalFrequency:
    """The fundamental frequency in Hz, 0 where there is no pitch, and how sure it is, 0 … 1; every hop.

    A small network looks at every half semitone of the views alike: are the partials of this note there, and is
    the wave like itself one period ago? A hidden Markov model carries its answers on (M. Mauch and S. Dixon, pYIN,
    ICASSP 2014, do so; here it only looks back, and was trained together with the network). Where the wave is most
    like itself near the likeliest step gives the exact period. The confidence is the chance of that note.

    From 41 Hz to 4.1 kHz; what is as bright as a sawtooth only from 62 Hz on, because below its partials lie too
    close to be told from noise.

    `chances` (STEPS + 3,) are those of every step of the scale, then two of nothing, then that there is no pitch.

    `delay`: the network was taught to answer LATE hops after what it hears. A glide is read 16 ms behind.
    """

    delay: Final = LATE * HOP

    def __init__(self, weights: Weights) -> None:
        """From the arrays of models_onnx/pitch.onnx, by their names; ValueError if one has another shape."""
        taps = np.array(weights["taps"], dtype=np.int64)
        expect_shape("taps", taps, (len(taps), 2))
        views, steps = taps.T
        if views.min() < 0 or views.max() >= VIEWS or steps.min() < -BELOW or steps.max() > ABOVE:
            raise ValueError(f"taps must name views below {VIEWS} and steps from {-BELOW} to {ABOVE}")
        hidden, inner = len(weights["first.bias"]), len(weights["second.bias"])
        shapes = {
            "first.weight": (hidden, len(taps) + 2),
            "first.bias": (hidden,),
            "second.weight": (inner, hidden),
            "second.bias": (inner,),
            "third.weight": (1, inner),
            "third.bias": (1,),
            "none.weight": (1, 2 * inner),
            "none.bias": (1,),
            "place": (2, STEPS),
            "moves": (6,),
        }
        for name, shape in shapes.items():
            expect_shape(name, weights[name], shape)
        if hidden % 4 or inner % 4:
            raise ValueError(f"{hidden} and {inner} units must be multiples of 4")
        self._taps = np.ascontiguousarray(taps + np.array([0, BELOW]))
        self._first = _with_bias(weights["first.weight"], weights["first.bias"])
        self._second = _with_bias(weights["second.weight"], weights["second.bias"])
        none = weights["none.weight"].reshape(2, inner)
        biases = np.array([*weights["third.bias"], *weights["none.bias"], 0.0])
        self._last = np.column_stack([np.concatenate([weights["third.weight"], none]), biases]).astype(np.float32)
        # Rows of the network, one number a step; those that never change stand behind: the place, and 1 for the bias.
        seen, units = np.zeros((self._first.shape[1], _ROW)), np.zeros((self._second.shape[1], _ROW))
        seen[len(taps) : len(taps) + 2, :STEPS] = weights["place"]
        seen[len(taps) + 2, :STEPS] = units[hidden, :STEPS] = 1.0
        self._seen, self._hidden = (aligned(rows.ravel().astype(np.float32)) for rows in (seen, units))
        self._inner = aligned(np.zeros(inner * _ROW, np.float32))
        self._moves = np.array(weights["moves"], dtype=np.float64)
        self._periods = TONE_RATE / scale_hz(np.arange(STEPS, dtype=np.float64))
        self._scores = aligned(np.zeros(_ROW, np.float32))
        self.scores = self._scores[: STEPS + 1]
        self._chance = np.zeros(STEPS + 5)
        self.chances = self._chance[2:]
        self._before = np.zeros(STEPS + 5)
        self._out = np.zeros(2)
        self.reset()

    def step(self, views: NDArray[np.float32], likeness: NDArray[np.float32]) -> NDArray[np.float64]:
        """Hz and confidence (2,) for the views (VIEWS, REACH) and the likeness (LAGS,) of `PitchViews`."""
        expect_shape("views", views, (VIEWS, REACH))
        expect_shape("likeness", likeness, (LAGS,))
        _hear(
            views,
            likeness,
            self._taps,
            self._first,
            self._second,
            self._last,
            self._seen,
            self._hidden,
            self._inner,
            self._scores,
            self._moves,
            self._chance,
            self._before,
            self._periods,
            self._out,
        )
        return self._out

    def reset(self) -> None:
        """Forget everything heard."""
        self._chance[:] = 0
        self._chance[2 : STEPS + 2] = 1 / (STEPS + 1)
        self._chance[-1] = 1 / (STEPS + 1)
        self._out[:] = 0
