"""Which note sounds: the fundamental frequency, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.kernel import expect_shape, kernel
from engine.features.pitch_views import A_SEMITONE, ABOVE, BELOW, LAGS, REACH, STEPS, VIEWS, scale_hz
from engine.features.tones import TONE_RATE
from engine.frame import HOP

LATE: Final = 4
"""Hops after which the network was taught to know a note."""
_NEAR: Final = 3  # steps to each side of the best that belong to it
_VOICED: Final = 0.03  # chance that there is a pitch from which on it is told; how sure it is, the confidence says
_SEARCH: Final = 0.035  # of a period: how far the exact period may lie from what the network says
_ALIKE: Final = 0.6  # least likeness at a multiple of the period that may make it more exact
_LEAST_LAG: Final = 16.0  # decimated samples: shorter periods are measured over several
_LONG_ENOUGH: Final = 90.0  # decimated samples over which a period is exact enough: 7.5 ms

Weights = Mapping[str, NDArray[np.float32]]


@kernel(
    "void(float32[:,::1], int64[:,::1], float32[:,::1], float32[::1], float32[:,::1], float32[::1], "
    "float32[:,::1], float32[:,::1], float32[:,::1])",
    reorder=True,
)
def _look(
    views: NDArray[np.float32],
    taps: NDArray[np.int64],
    first: NDArray[np.float32],
    first_bias: NDArray[np.float32],
    second: NDArray[np.float32],
    second_bias: NDArray[np.float32],
    place: NDArray[np.float32],
    hidden: NDArray[np.float32],
    inner: NDArray[np.float32],
) -> None:
    # taps (n, 2): view and step; first (hidden, n + 2); place (2, STEPS); hidden, inner (units, STEPS)
    # two units and four taps at once: what is loaded is used more than once
    count = taps.shape[0]
    for o in range(0, hidden.shape[0], 2):
        one, two = hidden[o], hidden[o + 1]
        u, v = first[o], first[o + 1]
        a, b = place[0], place[1]
        for n in range(STEPS):
            one[n] = first_bias[o] + u[count] * a[n] + u[count + 1] * b[n]
            two[n] = first_bias[o + 1] + v[count] * a[n] + v[count + 1] * b[n]
        for j in range(0, count, 4):
            s0 = views[taps[j, 0]][taps[j, 1] :]
            s1 = views[taps[j + 1, 0]][taps[j + 1, 1] :]
            s2 = views[taps[j + 2, 0]][taps[j + 2, 1] :]
            s3 = views[taps[j + 3, 0]][taps[j + 3, 1] :]
            for n in range(STEPS):
                one[n] += u[j] * s0[n] + u[j + 1] * s1[n] + u[j + 2] * s2[n] + u[j + 3] * s3[n]
                two[n] += v[j] * s0[n] + v[j + 1] * s1[n] + v[j + 2] * s2[n] + v[j + 3] * s3[n]
        for n in range(STEPS):
            one[n] = max(one[n], np.float32(0.0))
            two[n] = max(two[n], np.float32(0.0))
    for o in range(0, inner.shape[0], 2):
        one, two = inner[o], inner[o + 1]
        u, v = second[o], second[o + 1]
        for n in range(STEPS):
            one[n], two[n] = second_bias[o], second_bias[o + 1]
        for j in range(0, hidden.shape[0], 4):
            s0, s1, s2, s3 = hidden[j], hidden[j + 1], hidden[j + 2], hidden[j + 3]
            for n in range(STEPS):
                one[n] += u[j] * s0[n] + u[j + 1] * s1[n] + u[j + 2] * s2[n] + u[j + 3] * s3[n]
                two[n] += v[j] * s0[n] + v[j + 1] * s1[n] + v[j + 2] * s2[n] + v[j + 3] * s3[n]
        for n in range(STEPS):
            one[n] = max(one[n], np.float32(0.0))
            two[n] = max(two[n], np.float32(0.0))


@kernel("void(float32[:,::1], float32[::1], float32, float32[::1], float32, float32[::1])", reorder=True)
def _score(
    inner: NDArray[np.float32],
    third: NDArray[np.float32],
    third_bias: float,
    none: NDArray[np.float32],
    none_bias: float,
    scores: NDArray[np.float32],
) -> None:
    # scores (STEPS + 1,): logarithms of chances, none the last; none is judged by each unit's greatest and its mean
    units = inner.shape[0]
    for n in range(STEPS):
        scores[n] = third_bias
    silent = np.float32(none_bias)
    for j in range(units):
        row = inner[j]
        total = np.float32(0.0)
        weight = third[j]
        for n in range(STEPS):
            scores[n] += weight * row[n]
            total += row[n]
        a, b, c, d = row[0], row[0], row[0], row[0]
        for n in range(1, STEPS, 4):  # STEPS is 1 and a multiple of 4
            a, b, c, d = max(a, row[n]), max(b, row[n + 1]), max(c, row[n + 2]), max(d, row[n + 3])
        greatest = max(max(a, b), max(c, d))
        silent += none[j] * greatest + none[units + j] * total / np.float32(STEPS)
    scores[STEPS] = silent


@kernel("void(float32[::1], float64[::1], float64[::1], float64[::1])")
def _follow(
    scores: NDArray[np.float32],
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
    for n in range(STEPS + 1):
        highest = max(highest, scores[n])
    total = 0.0
    for n in range(2, STEPS + 2):
        near = stay * before[n] + one * (before[n - 1] + before[n + 1]) + two * (before[n - 2] + before[n + 2])
        chance[n] = (near * go_on + anywhere) * np.exp(np.float64(scores[n - 2] - highest)) + 1e-12
        total += chance[n]
    rest = before[none] * (1 - begin) + end * there
    chance[none] = rest * np.exp(np.float64(scores[STEPS] - highest)) + 1e-12
    total += chance[none]
    for n in range(2, STEPS + 2):
        chance[n] /= total
    chance[none] /= total


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
    if abs(np.log2(period / said)) > 1 / 12:
        period = said
    out[0] = TONE_RATE / period


class FundamentalFrequency:
    """The fundamental frequency in Hz, 0 where there is no pitch, and how sure it is, 0 … 1; every hop.

    A small network looks at every half semitone of the views alike: are the partials of this note there, and is
    the wave like itself one period ago? A hidden Markov model carries its answers on (M. Mauch and S. Dixon, pYIN,
    ICASSP 2014, do so; here it only looks back, and was trained together with the network). Where the wave is most
    like itself near the likeliest step gives the exact period. The confidence is the chance of that note.

    From 41 Hz to 4.1 kHz; what is as bright as a sawtooth only from 62 Hz on, because below its partials lie too
    close to be told from noise.

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
        if hidden % 4 or inner % 2:
            raise ValueError(f"{hidden} and {inner} units must be multiples of 4 and of 2")
        self._weights = {name: np.array(weights[name], dtype=np.float32, order="C") for name in shapes}
        self._taps = np.ascontiguousarray(taps + np.array([0, BELOW]))
        spare = -len(taps) % 4  # the kernel takes taps by fours: some that weigh nothing
        self._taps = np.concatenate([self._taps, np.zeros((spare, 2), np.int64)])
        whole = self._weights["first.weight"]
        self._weights["first.weight"] = np.insert(whole, [len(taps)] * spare, 0, axis=1)
        self._moves = np.array(weights["moves"], dtype=np.float64)
        self._periods = TONE_RATE / scale_hz(np.arange(STEPS, dtype=np.float64))
        self._hidden = np.zeros((hidden, STEPS), np.float32)
        self._inner = np.zeros((inner, STEPS), np.float32)
        self.scores = np.zeros(STEPS + 1, np.float32)
        self._chance = np.zeros(STEPS + 5)
        self._before = np.zeros(STEPS + 5)
        self._out = np.zeros(2)
        self.reset()

    def step(self, views: NDArray[np.float32], likeness: NDArray[np.float32]) -> NDArray[np.float64]:
        """Hz and confidence (2,) for the views (VIEWS, REACH) and the likeness (LAGS,) of `PitchViews`."""
        expect_shape("views", views, (VIEWS, REACH))
        expect_shape("likeness", likeness, (LAGS,))
        w = self._weights
        _look(
            views,
            self._taps,
            w["first.weight"],
            w["first.bias"],
            w["second.weight"],
            w["second.bias"],
            w["place"],
            self._hidden,
            self._inner,
        )
        _score(
            self._inner,
            w["third.weight"][0],
            w["third.bias"][0],
            w["none.weight"][0],
            w["none.bias"][0],
            self.scores,
        )
        _follow(self.scores, self._moves, self._chance, self._before)
        _decide(self._chance, likeness, self._periods, self._out)
        return self._out

    def reset(self) -> None:
        """Forget everything heard."""
        self._chance[:] = 0
        self._chance[2 : STEPS + 2] = 1 / (STEPS + 1)
        self._chance[-1] = 1 / (STEPS + 1)
        self._out[:] = 0
