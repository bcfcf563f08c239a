"""How well what is heard fits each kind of sound that a score may expect."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.pitch_views import A_SEMITONE, LOWEST, STEPS
from engine.foundation.kernel import expect_shape, kernel
from engine.score.expectation import HELD, KINDS, NOTE, NOTHING, REST

CHANCES: Final = STEPS + 3
"""Numbers in which the fundamental frequency says what it is: each half semitone, two of nothing, and none."""
_LEAST: Final = 0.05  # chance of what is not expected: mistakes, ornaments, a wrong ear
_TRUST: Final = 0.08  # neighbouring steps say much the same: their likelihoods do not simply multiply
_SILENT: Final = 0.3  # how well silence fits a note: it may be short, or left out
_RINGS: Final = 0.3  # how well a note that rings on fits the rest behind it
_AMONG: Final = 0.7  # how well a note fits that is heard among others, where they are all that is heard
_ONSET: Final = 2.0  # of the odds of a beginning
_UNSURE: Final = 0.02  # the onset network is believed to this
_NO_ONSET: Final = 0.6
_AN_ONSET: Final = 20.0  # between which a beginning speaks against and for the place where one is expected


@kernel("void(float64[::1], float64[::1], float64, float64[::1], float64[::1])")
def _weigh(
    chances: NDArray[np.float64],
    chroma: NDArray[np.float64],
    onset: float,
    levels: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> None:
    # levels (KINDS,): logarithms; weights (KINDS + 1,): the same as factors, and that of a beginning
    none = chances[chances.size - 1]
    for c in range(12):
        levels[NOTE + c] = 0.0
    for n in range(STEPS):
        low = (LOWEST + n // A_SEMITONE) % 12
        if n % A_SEMITONE == 0:
            levels[NOTE + low] += chances[n]
        else:  # between two semitones
            levels[NOTE + low] += 0.5 * chances[n]
            levels[NOTE + (low + 1) % 12] += 0.5 * chances[n]
    share = _AMONG * (1.0 - none) / max(np.sum(chroma), 1e-12)
    for c in range(12):
        heard = max(levels[NOTE + c], share * chroma[c])
        levels[NOTE + c] = _TRUST * np.log(_LEAST + heard + _SILENT * none)
        levels[REST + c] = _TRUST * np.log(_LEAST + none + _RINGS * heard)
        levels[HELD + c] = _TRUST * np.log(_LEAST + none + heard)
    levels[NOTHING] = _TRUST * np.log(_LEAST + none)
    for k in range(KINDS):
        weights[k] = np.exp(levels[k])
    odds = _ONSET * (onset + _UNSURE) / (1.0 + _UNSURE - onset)
    weights[KINDS] = min(max(odds, _NO_ONSET), _AN_ONSET)


class Evidence:
    """After each step `levels` (KINDS,), logarithms of how likely what is heard is under each kind of sound, and
    `weights` (KINDS + 1,), the same as factors, the last that of a note's beginning. The octave does not count: the
    ear errs by octaves, and players transpose by them. It has no delay of its own."""

    delay: Final = 0

    def __init__(self) -> None:
        self.levels = np.zeros(KINDS)
        self.weights = np.ones(KINDS + 1)

    def step(self, chances: NDArray[np.float64], chroma: NDArray[np.float64], onset: float) -> None:
        """Weigh the chances of every pitch (CHANCES,), how much of each pitch class sounds (12,), in any unit, and how
        likely it is that something has begun, 0..1."""
        expect_shape("chroma", chroma, (12,))
        expect_shape("chances", chances, (CHANCES,))
        _weigh(chances, chroma, onset, self.levels, self.weights)
