"""The tempi at which a score may be played: some forty, each a little faster than the one before."""

from __future__ import annotations

from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray

SLOWEST: Final = 26.0
"""Quarters a minute."""
FASTEST: Final = 280.0
"""Quarters a minute, too."""
RATIO: Final = 0.06
"""The logarithm of how much faster each is."""
TEMPI: Final[NDArray[np.float64]] = np.exp(np.arange(log(SLOWEST), log(FASTEST), RATIO))
"""Quarters a minute, slowest first."""
USUAL: Final = 96.0
"""The tempo that is likeliest where none is said."""
_SAID, _UNSAID = 0.25, 0.38  # how far, as a logarithm, players are from a tempo that is said, or is not


def likely(tempo: float | None) -> NDArray[np.float64]:
    """How likely each of TEMPI is, before anything was heard, of a score that says this tempo; the sum is 1."""
    return around(tempo or USUAL, _UNSAID if tempo is None else _SAID)


def around(tempo: float, width: float) -> NDArray[np.float64]:
    """Log-normal chances of TEMPI around this one; the sum is 1."""
    chances = np.exp(-0.5 * (np.log(TEMPI / tempo) / width) ** 2) + 1e-12
    return np.asarray(chances / chances.sum())
