"""Clips for the sense of mood: what is louder, is so in every number that knows of it."""

from __future__ import annotations

import numpy as np
import pytest

from engine.frame import SIGNALS, blank_row
from engine.listening.mood_tally import COLUMNS, LOOKS
from engine.listening.mood_window import window

pytest.importorskip("mido", reason="needs the extra tools")


def test_a_louder_tally_is_the_tally_of_a_louder_sound() -> None:
    from lessons.mood import louder, tallied

    rng = np.random.default_rng(0)
    rows = np.tile(blank_row(), (4 * LOOKS, 1))
    rows[:, SIGNALS["sound.silence"].start] = 0
    level = rng.uniform(-40, -20, len(rows))
    onsets = np.cumsum(rng.random(len(rows)) < 0.2)
    rows[:, SIGNALS["rhythm.onsets"].start] = onsets
    rows[:, SIGNALS["rhythm.last"].start] = np.arange(len(rows)) / 23
    relative = rng.uniform(-20, -5, (len(rows), 8))

    def heard(by: float) -> np.ndarray:
        rows[:, SIGNALS["sound.level"].start] = level + by
        for name in ("sound.bands", "texture.wavelets"):
            rows[:, SIGNALS[name].part] = relative + level[:, None] + by
        return tallied(rows[:, COLUMNS])

    for by in (-9.0, 5.0):
        assert np.allclose(louder(heard(0.0), by), heard(by), atol=1e-6)
        assert not np.allclose(window(heard(0.0)), window(heard(by)), atol=0.1)
