"""What is expected where in a score: one of a few kinds of sound for every place of a fine grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.score.timeline import Timeline

CELLS: Final = 48
"""Places in a quarter: triplets and 32nds both begin on one."""
AFTER: Final = 4 * CELLS
"""Places behind the end of the score."""
NOTE, REST, HELD = 0, 12, 24
"""Kinds of sound: a note of a pitch class, a rest after it, and that note or nothing, as where the player waits."""
NOTHING: Final = 36
"""The kind of sound before the first note."""
KINDS: Final = 37
MOVING, LATE, LAST = 0, 1, 2
"""Where in a note a place is: in its first half, in its second, where a player may wait, or in the last note's."""

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Expectation:
    """Of every place (n,): `kinds`, which note began last (`notes`, −1 before the first) and `parts` of it; of every
    note (m,): the place where it begins (`onsets`)."""

    kinds: Integers
    notes: Integers
    parts: Integers
    onsets: Integers

    @property
    def places(self) -> int:
        """How many there are."""
        return int(self.kinds.size)


def expectation(score: Timeline) -> Expectation:
    """The grid of a score, from its begin to a little behind its end."""
    onsets = np.round(score.onsets * CELLS).astype(np.int64)
    ends = np.round((score.onsets + score.lengths) * CELLS).astype(np.int64)
    places = int(max(ends.max(), round(score.end * CELLS))) + AFTER
    kinds = np.full(places, NOTHING, np.int64)
    notes = np.full(places, -1, np.int64)
    parts = np.full(places, MOVING, np.int64)
    nexts = np.append(onsets[1:], places)
    for note, (onset, end, following) in enumerate(zip(onsets, ends, nexts, strict=True)):
        pitch_class = int(score.pitches[note]) % 12
        kinds[onset:following] = REST + pitch_class
        kinds[onset : min(end, following)] = NOTE + pitch_class
        notes[onset:following] = note
        parts[onset:following] = MOVING
        parts[(onset + following + 1) // 2 : following] = LATE
    parts[(onsets[-1] + ends[-1]) // 2 :] = LAST
    return Expectation(kinds, notes, parts, onsets)
