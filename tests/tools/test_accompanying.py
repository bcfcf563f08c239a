"""A tune with both hands: keys that a piano has, each let go before it is struck again, in the mode that was said."""

from __future__ import annotations

import numpy as np
import pytest
from lessons.accompanying import accompanied
from lessons.harmony import QUALITIES, harmony_of
from lessons.instruments import INSTRUMENTS
from lessons.tune import Tune

_NOTES = np.array([60, 64, 67, 72, 71, 67, 65, 64, 62, 64, 65, 67, 64, 60, 62, 60] * 2, float)
_TUNE = Tune(
    "scale",
    np.column_stack([np.arange(32.0), np.ones(32), _NOTES]),
    np.column_stack([np.arange(32.0), np.arange(32) % 4 + 1.0]),
)
_PIANO = INSTRUMENTS[0]


@pytest.mark.parametrize("seed", range(12))
def test_what_two_hands_play_can_be_played_on_a_piano(seed: int) -> None:
    notes = accompanied(_TUNE, _PIANO, np.random.default_rng(seed)).parts[0].notes
    assert (notes[:, 1] > notes[:, 0]).all()
    assert notes[:, 2].min() >= 21
    assert notes[:, 2].max() <= 108
    assert notes[:, 3].min() >= 1
    assert notes[:, 3].max() <= 127
    for midi in np.unique(notes[:, 2]):
        same = notes[notes[:, 2] == midi]
        assert (same[1:, 0] >= same[:-1, 1]).all()


def test_minor_sounds_minor_and_major_major() -> None:
    leaning: dict[bool, list[float]] = {True: [], False: []}
    for seed in range(40):
        performance = accompanied(_TUNE, _PIANO, np.random.default_rng(seed))
        notes = performance.parts[0].notes
        keys = np.zeros((60, 88))
        for second in range(60):
            at = second * 0.5
            held = notes[(notes[:, 0] <= at) & (notes[:, 1] > at), 2].astype(int) - 21
            keys[second, held[(held >= 0) & (held < 88)]] = 1
        fits = harmony_of(keys)[:, -len(QUALITIES) :].mean(axis=0)
        leaning[performance.what["minor"]].append(fits[1] - fits[0])
    assert np.mean(leaning[True]) > np.mean(leaning[False]) + 0.01


def test_the_same_seed_plays_the_same() -> None:
    one, two = (accompanied(_TUNE, _PIANO, np.random.default_rng(3)).parts[0].notes for _ in range(2))
    assert np.array_equal(one, two)
