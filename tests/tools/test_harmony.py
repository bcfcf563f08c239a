"""What is taught of harmony: the same chord in every key, its quality, and what lies above the bass."""

from __future__ import annotations

import numpy as np
import pytest
from lessons.harmony import HARMONY, QUALITIES, harmony_of


def _held(*midi: int) -> np.ndarray:
    keys = np.zeros((1, 88))
    keys[0, np.array(midi) - 21] = 1.0
    return keys


@pytest.mark.parametrize("quality", range(len(QUALITIES)))
@pytest.mark.parametrize("root", [48, 53, 59])
def test_a_chord_fits_its_own_quality_in_every_key_and_octave(quality: int, root: int) -> None:
    tones = [root + step for step in QUALITIES[quality]]
    fits = harmony_of(_held(*tones, root + 12))[0, -len(QUALITIES) :]
    assert fits[quality] == pytest.approx(fits.max(), abs=0.02)
    assert fits[quality] > 0.9


def test_transposing_changes_nothing() -> None:
    low, high = harmony_of(_held(48, 55, 63)), harmony_of(_held(53, 60, 68))
    assert low == pytest.approx(high)


def test_a_minor_third_lies_three_steps_above_the_bass() -> None:
    said = harmony_of(_held(45, 48))[0]
    intervals, above_bass = said[:6], said[6:18]
    assert intervals.argmax() == 2
    assert set(np.flatnonzero(above_bass > 0.1)) == {0, 3}


def test_silence_has_no_harmony() -> None:
    assert harmony_of(np.zeros((3, 88))).shape == (3, HARMONY)
    assert not harmony_of(np.zeros((3, 88))).any()
