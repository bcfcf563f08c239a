"""Where in a beat the music may be, and how long that beat may last: every possibility, weighed at every step."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.foundation.kernel import kernel
from engine.frame import HOP, RATE

HOPS: Final = 4
"""Hops a step: the states are looked at every 21 ms."""
STEP: Final = HOPS * HOP / RATE
"""Seconds a step."""
SHORTEST, LONGEST = 13, 72
"""Steps a beat lasts: 216 down to 39 beats a minute."""
_STEADY: Final = 40.0  # how unlikely a change of tempo is from one beat to the next: exp(−this × relative change)
_REGION: Final = 12.0  # the part of a beat in which a stroke speaks for it is 1 of so many
_TRUST: Final = 0.7  # neighbouring steps say much the same: their likelihoods do not simply multiply
_LEAST: Final = 0.005  # the activation is believed to this and no further, to either side
_MOST: Final = 0.97
_LEAK: Final = 1e-6  # of every step's weight, spread over all states: nothing is ever excluded for good


def tempo_changes() -> NDArray[np.float64]:
    """How likely a beat of one length is followed by one of another, (lengths, lengths), rows sum to 1.

    F. Krebs, S. Böck and G. Widmer, An efficient state-space model for joint tempo and meter tracking, ISMIR 2015:
    tempo changes only at a beat, exp(−λ |to/from − 1|).
    """
    lengths = np.arange(SHORTEST, LONGEST + 1)
    weights = np.exp(-_STEADY * abs(lengths[None, :] / lengths[:, None] - 1))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def prior() -> NDArray[np.float64]:
    """How likely each length is before anything was heard: log-normal around 100 beats a minute."""
    bpm = 60 / (STEP * np.arange(SHORTEST, LONGEST + 1))
    weights = np.exp(-0.5 * (np.log(bpm / 100) / 0.5) ** 2)
    return np.asarray(weights / weights.sum())


@kernel("void(float64[::1], int64[::1], int64, int64, float64[::1])")
def _read(states: NDArray[np.float64], starts: NDArray[np.int64], at: int, of: int, found: NDArray[np.float64]) -> None:
    # the mean of what lies near the likeliest state, in length and in phase
    size = starts[of + 1] - starts[of]
    centre = (at - starts[of]) / size
    weight = length = shift = 0.0
    for k in range(max(of - 5, 0), min(of + 6, starts.size - 1)):
        other = starts[k + 1] - starts[k]
        if abs(other - size) > 0.12 * size:
            continue
        for s in range(starts[k], starts[k + 1]):
            away = (s - starts[k]) / other - centre
            away -= np.floor(away + 0.5)
            if abs(away) < 0.15:
                weight += states[s]
                length += states[s] * other
                shift += states[s] * away
    found[0] = length / weight
    phase = centre + shift / weight
    found[1] = phase - np.floor(phase)
    found[2] = weight


@kernel("void(float64[::1], float64[::1], int64[::1], float64[:,::1], float64[::1])", reorder=True)
def _move(
    states: NDArray[np.float64],
    before: NDArray[np.float64],
    starts: NDArray[np.int64],
    changes: NDArray[np.float64],
    begun: NDArray[np.float64],
) -> None:
    # every state is followed by the next, and the last of each length by the first of any
    last = states.size - 1
    before[:] = states
    for s in range(last):
        states[s + 1] = before[s]
    begun[:] = 0.0
    for j in range(begun.size):
        ended, row = before[starts[j + 1] - 1], changes[j]
        for k in range(begun.size):
            begun[k] += ended * row[k]
    for k in range(begun.size):
        states[starts[k]] = begun[k]


@kernel("int64(float64[::1], float64[::1])", reorder=True)
def _even_out(states: NDArray[np.float64], leak: NDArray[np.float64]) -> int:
    # all weights to 1, and which is the greatest
    total = 0.0
    for s in range(states.size):
        total += states[s]
    share = (1.0 - _LEAK) / total
    for s in range(states.size):
        states[s] = states[s] * share + leak[s]
    greatest, bits = np.int64(0), states.view(np.int64)
    for s in range(bits.size):  # numbers above 0 have the order of their bits, whose greatest vectorises
        greatest = max(greatest, bits[s])
    at = 0
    while bits[at] != greatest:
        at += 1
    return at


@kernel(
    "void(float64[::1], float64[::1], int64[::1], float64[:,::1], float64[::1], float64, float64[::1], float64[::1])"
)
def _forward(
    states: NDArray[np.float64],
    before: NDArray[np.float64],
    starts: NDArray[np.int64],
    changes: NDArray[np.float64],
    leak: NDArray[np.float64],
    activation: float,
    begun: NDArray[np.float64],
    found: NDArray[np.float64],
) -> None:
    # found: length in steps, phase 0..1, how much of the weight agrees with them
    _move(states, before, starts, changes, begun)
    belief = min(max(activation, _LEAST), _MOST)
    ratio = (belief / (1.0 - belief) * (_REGION - 1.0)) ** _TRUST
    for k in range(starts.size - 1):
        first, size = starts[k], starts[k + 1] - starts[k]
        for s in range(first, first + max(int(size / _REGION + 0.5), 1)):
            states[s] *= ratio
    at, of = _even_out(states, leak), 0
    while starts[of + 1] <= at:
        of += 1
    _read(states, starts, at, of, found)


class BeatStates:
    """The forward algorithm over all lengths and places of a beat, a step each HOPS hops.

    `found` (3,) after each step: the beat's length in steps, the place in it, 0..1, and the share of all weight that
    lies near these two. What costs a step does not depend on what was heard. It has no delay of its own.
    """

    delay: Final = 0

    def __init__(self) -> None:
        lengths = np.arange(SHORTEST, LONGEST + 1)
        self._starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        self._changes = tempo_changes()
        # Before anything was heard, every place is as likely as any other, and lengths are as in music generally.
        self._unheard = np.repeat(prior() / lengths, lengths)
        self._leak = _LEAK * self._unheard
        self._states = np.zeros(self._unheard.size)
        self._before = np.zeros(self._unheard.size)
        self._begun = np.zeros(lengths.size)
        self.found = np.zeros(3)
        self.reset()

    def step(self, activation: float) -> NDArray[np.float64]:
        """`found` after a step in which a beat is as likely as `activation`, 0..1."""
        _forward(
            self._states,
            self._before,
            self._starts,
            self._changes,
            self._leak,
            activation,
            self._begun,
            self.found,
        )
        return self.found

    def reset(self) -> None:
        """Forget everything heard."""
        self._states[:] = self._unheard
        self.found[:] = 0.6 / STEP, 0.0, 0.0
