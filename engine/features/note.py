"""Which note is held, and since when."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.foundation.kernel import kernel, place
from engine.frame import HOP, RATE

BAND: Final = 60.0
"""Cents around its middle in which a pitch must stay to be a note."""
HELD: Final = 12
"""Hops that a pitch must stay for before it is a note: 64 ms."""
_LEAVES: Final = 80.0  # cents from its middle at which a note that is held is left: wide swings, narrow semitones
_AWAY: Final = 6  # hops without a pitch after which a note has ended: 32 ms
_PACE: Final = 0.06  # of the way that a note's middle follows its pitch, a hop: 0.09 s


@kernel("boolean(float64, float64, float64[::1], int64[::1])")
def _hold(cents: float, swing: float, middles: NDArray[np.float64], hops: NDArray[np.int64]) -> bool:
    # middles: of the note that is held, of the one that may come; hops: held (1) or not, the new one's age, away
    if not abs(cents) < np.inf:
        hops[2] += 1
        if hops[2] >= _AWAY:
            hops[0] = hops[1] = 0
        elif hops[1] > 0:
            hops[1] += 1
        return False
    hops[2] = 0
    if hops[0] == 1 and abs(cents - middles[0]) <= _LEAVES + swing:
        middles[0] += _PACE * (cents - middles[0])
        hops[1] = 0
        return False
    if hops[1] > 0 and abs(cents - middles[1]) <= BAND:
        hops[1] += 1
        middles[1] += (cents - middles[1]) * max(1.0 / hops[1], _PACE)
    else:
        hops[1] = 1
        middles[1] = cents
    if hops[1] < HELD:
        return False
    hops[0] = 1
    hops[1] = 0
    middles[0] = middles[1]
    return True


class HeldNote:
    """Counts the notes that are held: pitches that stay within 60 cents of their own middle for 64 ms or longer.

    A note that is held is left by 80 cents and the depth of its vibrato, and its middle follows, so a vibrato and a
    slow slide stay one note; a swing that leaves it and is back within 64 ms does not end it. 32 ms without a pitch
    do. `since` is when the note began in the sound itself: the pitch comes `late` samples after it.

    `delay`: a note is counted HELD hops after its pitch was first read.
    """

    delay: Final = HELD * HOP

    def __init__(self, late: int, into: NDArray[np.float64] | None = None) -> None:
        if late < 0:
            raise ValueError(f"late={late} must be 0 samples or more")
        self._late = late
        self._middles = np.zeros(2)
        self._hops = np.zeros(3, np.int64)
        self._out = place(np.zeros(2), into)

    def step(self, cents: float, swing: float, index: int) -> NDArray[np.float64]:
        """Notes so far and the last one's beginning in seconds (2,), after the hop `index`.

        `cents` is NaN where there is no pitch; `swing` is the depth of the vibrato in cents, 0 without.
        """
        if _hold(cents, swing, self._middles, self._hops):
            self._out[0] += 1
            began = (index + 1 - (HELD - 1)) * HOP - self._late
            self._out[1] = max(began / RATE, self._out[1])
        return self._out

    def reset(self) -> None:
        """Forget every note."""
        self._middles[:] = 0
        self._hops[:] = 0
        self._out[:] = 0
