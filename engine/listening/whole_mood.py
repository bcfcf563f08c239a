"""The mood of a whole recording, however long: minute by minute, and nothing is kept but what each was found to be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np

from engine.listening.mood_features import eight
from engine.listening.mood_judge import NEUTRAL, Second, Verdict
from engine.listening.mood_tally import Array

FIRST: Final = 3
"""Seconds that count before anything is said of them."""
KNOWN: Final = 8
"""And before anything is believed."""
_LONGEST: Final = 60  # seconds that are judged as one
_STRIDE: Final = 30  # from one such piece to the next


class Judge(Protocol):
    """What finds the mood of some seconds of music, as `MoodModel` does."""

    def judge(self, seconds: Sequence[Second]) -> Verdict: ...


class WholeMood:
    """Seconds that count in; at any time what they are as a whole. 24 hours take 2880 verdicts, not the seconds."""

    def __init__(self, model: Judge) -> None:
        self._model = model
        self._seconds: list[Second] = []  # from the beginning of the piece that is not judged yet
        self._verdicts: list[Verdict] = []
        self._count = 0
        self._sum: Array | None = None

    def add(self, second: Second) -> None:
        """The next one."""
        self._count += 1
        self._sum = second.tally.copy() if self._sum is None else self._sum + second.tally
        self._seconds.append(second)
        if len(self._seconds) == _LONGEST:
            self._verdicts.append(self._model.judge(self._seconds))
            del self._seconds[:_STRIDE]

    def verdict(self) -> Verdict:
        """Of all of them; neutral if there were too few.

        Up to a minute is judged as one; what is longer is the mean of minutes that overlap by half.
        """
        if self._sum is None or self._count < FIRST:
            return NEUTRAL
        verdicts = list(self._verdicts)
        if not verdicts or len(self._seconds) > _STRIDE:
            verdicts.append(self._model.judge(self._seconds))
        shares = np.mean([verdict.probabilities for verdict in verdicts], axis=0)
        far = float(np.median([verdict.distance for verdict in verdicts])) if self._count >= KNOWN else np.inf
        return Verdict(shares, eight(self._sum), far)
