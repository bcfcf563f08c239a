"""When a sound begins, and whether it was struck or swelled."""

from __future__ import annotations

from math import exp
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.beginning import Beginning
from engine.foundation.kernel import expect_shape, kernel
from engine.frame import HOP, RATE

REST: Final = 10
"""Hops from one onset to the next, at least: 53 ms."""
HEARD: Final = ("fast", "slow", "ago", "kind")
"""What the onset network says of each hop: that something began within the last four hops; that it began some ten
hops ago; how long ago, in units of AGO hops; and whether it was plucked or struck."""
AGO: Final = 20.0
"""Hops that the output `ago` = 1 stands for."""
_AT_ONCE: Final = 0.65  # of `fast`, from which an onset is counted
_AT_LAST: Final = 0.5  # of `slow`, from which one is counted that was not noticed at once
_REARM: Final = 0.6  # of its own peak that `fast` must fall below before the next
_SURE_AT_ONCE: Final = 0.9  # of `fast`, where the hop does not stand out from the room
_SURE_AT_LAST: Final = 0.98  # of `slow` likewise
_HOPS_UNSURE: Final = 2 * RATE // HOP  # while the room is still being learnt, nothing that does not stand out counts
_AT_MOST_AGO: Final = 5  # hops before it is noticed at once that a sound can have begun
_SAME: Final = 14  # hops after an onset was counted in which `slow` speaks of it still
_UNFOLD: Final = 3  # hops after an onset in which its strength may still grow
_SETTLE: Final = 20  # hops after an onset in which the network may still learn what kind it was
_WIDE: Final = 10.0  # dB of rise at which strength is 1 − 1/e
_STILL: Final = 1e-4  # of `hits`, below which it is 0: silence is still
_DIE: Final = exp(-HOP / (0.1 * RATE))  # of `hits`, what a hop leaves


@kernel("int64(float32[::1], float64, boolean, int64, float64[::1], int64[::1])")
def _decide(
    said: NDArray[np.float32],
    rise: float,
    heard: bool,
    index: int,
    values: NDArray[np.float64],
    count: NDArray[np.int64],
) -> int:
    # values: hits, onsets, last, strength, attack, peak of `fast`
    # count: hops since one was counted, whether fast and slow are armed, the hop in which the last one began
    # returns 0 for nothing, 1 for an onset noticed at once, 2 for one noticed at last
    fast, slow = float(said[0]), float(said[1])
    strength = 1 - np.exp(-rise / _WIDE)
    values[0] = values[0] * _DIE if values[0] > _STILL else 0.0
    count[0] += 1
    values[5] = max(values[5], fast)
    if fast < _REARM * values[5]:
        count[1] = 1
    if slow < 0.5 * _AT_LAST:
        count[2] = 1
    if count[0] <= _UNFOLD and strength > values[3]:
        values[0] = values[3] = strength
    if count[0] <= _SETTLE:
        values[4] = said[3]
    if not heard and index < _HOPS_UNSURE:
        return 0
    noticed = 0
    if fast > (_AT_ONCE if heard else _SURE_AT_ONCE) and count[1] == 1 and count[0] >= REST:
        noticed = 1
    elif slow > (_AT_LAST if heard else _SURE_AT_LAST) and count[2] == 1:
        count[2] = 0
        began = index + 1 - int(said[2] * AGO + 0.5)
        if began - count[3] >= REST and count[0] >= _SAME:
            noticed = 2
    if noticed == 0:
        return 0
    count[0] = count[1] = 0
    values[5] = fast
    values[1] += 1
    values[0] = values[3] = strength
    values[4] = said[3]
    return noticed


class OnsetDetector:
    """Counts the beginnings of sounds: plucks, strokes, new notes of a bow or a breath.

    It decides by what the onset network says of each hop. An onset that the network notices at once is counted in
    that hop; a swell that it is sure of only after some 50 ms is counted then, unless it was counted before; the next
    may come after REST hops. `strength` is how far the spectrum rose, and may grow for three hops, while the attack
    unfolds; `hits` jumps to it and dies away with a time constant of 0.1 s. `attack` tells plucked and struck from
    bowed and blown, and settles within 0.1 s. `last` is when the sound began, not when it was noticed: looked for in
    the wave, or as the network remembers it where the wave does not show it.

    `delay`: a click is counted at the end of the hop in which it lies or of the next one; a swell takes up to 85 ms.
    """

    delay: Final = HOP

    def __init__(self) -> None:
        self._beginning = Beginning()
        self._values = np.zeros(6)
        self._told = self._values[:5]
        self._count = np.zeros(4, np.int64)
        self.reset()

    def step(
        self,
        said: NDArray[np.float32],
        rises: NDArray[np.float64],
        wave: NDArray[np.float64],
        index: int,
        *,
        heard: bool,
    ) -> NDArray[np.float64]:
        """Hits, onsets, last, strength and attack (5,) after the hop `index`, which is wave (HOP,).

        `said` (4,) is HEARD of this hop; `rises` are those of `SpectralRise`; `heard` says whether the hop stands out
        from the room: where it does not, the network must be sure.
        """
        expect_shape("said", said, (len(HEARD),))
        self._beginning.step(wave)
        noticed = _decide(said, rises[0] + rises[1], heard, index, self._values, self._count)
        if noticed:
            began = self._began(said, (index + 1) * HOP, at_once=noticed == 1)
            self._count[3] = int(began) // HOP
            self._values[2] = max(began / RATE, self._values[2])
        return self._told

    def _began(self, said: NDArray[np.float32], now: int, *, at_once: bool) -> float:
        """When the onset that was just noticed began, in samples; what rings on may hide it in the wave."""
        ago = float(said[2]) * AGO * HOP
        if at_once:
            exact = self._beginning.samples_ago()
            ago = exact if exact < _AT_MOST_AGO * HOP else min(ago, _AT_MOST_AGO * HOP)
        return max(now - ago, 0.0)

    def reset(self) -> None:
        """Forget everything heard."""
        self._beginning.reset()
        self._values[:] = 0
        self._count[:] = REST, 1, 1, -REST
