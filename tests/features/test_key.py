from __future__ import annotations

import numpy as np
import pytest

from engine.features.key import EVERY, Key, key_profiles
from tests import naive_pitch

SCALES = {1: (0, 2, 4, 5, 7, 9, 11), 0: (0, 2, 3, 5, 7, 8, 11)}
# Pitch classes from the tonic by how long they sound, in three tunes that everybody knows.
TUNES = {
    "Frère Jacques": (1, {0: 8.0, 2: 2.0, 4: 6.0, 5: 3.0, 7: 7.0, 9: 1.0}),
    "Ode to Joy": (1, {0: 9.0, 2: 14.0, 4: 17.5, 5: 7.0, 7: 9.0}),
    "Greensleeves": (0, {0: 11.0, 2: 6.5, 3: 8.0, 5: 3.5, 7: 8.5, 8: 2.0, 9: 1.0, 10: 7.5, 11: 4.0}),
}


def told(chroma: np.ndarray, machine: Key | None = None) -> np.ndarray:
    machine = machine or Key()
    for _ in range(2 * EVERY):
        out = machine.step(chroma)
    return out.copy()


def rolled(parts: dict[int, float], tonic: int) -> np.ndarray:
    chroma = np.zeros(12)
    for step, weight in parts.items():
        chroma[(tonic + step) % 12] = weight
    return chroma / chroma.sum()


@pytest.mark.parametrize("tonic", range(12))
@pytest.mark.parametrize("mode", [0, 1])
def test_a_scale_leaning_on_its_tonic_and_fifth_is_its_key(mode: int, tonic: int) -> None:
    weights = dict.fromkeys(SCALES[mode], 1.0) | {0: 2.5, 7: 2.0}
    key, found, clarity = told(rolled(weights, tonic))
    assert (key, found) == (tonic, mode)
    assert clarity > 0.3


@pytest.mark.parametrize("name", TUNES)
@pytest.mark.parametrize("tonic", [0, 5, 10])
def test_tunes_are_in_their_key(name: str, tonic: int) -> None:
    mode, parts = TUNES[name]
    assert tuple(told(rolled(parts, tonic))[:2]) == (tonic, mode)


def test_all_twelve_notes_alike_are_no_key() -> None:
    assert told(np.full(12, 1 / 12))[2] == 0
    assert told(np.full(12, 1 / 12) + 1e-3 * np.random.default_rng(1).uniform(size=12))[2] < 0.5


def test_a_key_is_kept_until_another_is_clearly_better() -> None:
    machine = Key()
    major = dict.fromkeys(SCALES[1], 1.0)
    told(rolled(major | {0: 2.5, 7: 2.0}, 0), machine)
    told(rolled(major | {0: 1.0, 7: 1.0}, 0), machine)
    assert told(rolled(major | {0: 2.5, 7: 2.0}, 7), machine)[0] == 7


def test_the_profiles_are_correlated_as_pearson_does() -> None:
    rng = np.random.default_rng(2)
    chroma = rng.uniform(size=12)
    machine = Key()
    told(chroma, machine)
    for k, profile in enumerate(key_profiles()):
        assert machine._alike[k] == pytest.approx(naive_pitch.correlation(chroma, profile), abs=1e-9)


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_nothing_and_broken_numbers_leave_it_as_it_was(value: float) -> None:
    machine = Key()
    before = told(rolled({0: 1.0, 4: 1.0, 7: 1.0}, 2), machine)
    np.testing.assert_array_equal(told(np.full(12, value), machine), before)


def test_reset_is_as_good_as_new() -> None:
    machine = Key()
    told(rolled({0: 1.0, 3: 1.0, 7: 1.0}, 4), machine)
    machine.reset()
    np.testing.assert_array_equal(machine.step(np.zeros(12)), [0, 1, 0])


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"chroma\.shape=\(5,\) must be \(12,\)"):
        Key().step(np.zeros(5))
