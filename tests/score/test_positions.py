"""The forward algorithm over places and tempi, and the search through the whole score: they equal their slow twins."""

from __future__ import annotations

import numpy as np
import pytest

from engine.score.expectation import AFTER, CELLS, HELD, KINDS, LAST, LATE, NOTHING, REST, expectation
from engine.score.positions import STEP, Positions
from engine.score.search import APART, AT_ONCE, MEMORY, Search
from engine.score.tempi import TEMPI, around, likely
from tests.score.naive_positions import Positions as NaivePositions
from tests.score.playing import melody, score_of


def weights_of(rng: np.random.Generator, kind: int, begins: bool) -> np.ndarray:
    weights = rng.uniform(0.7, 0.9, KINDS + 1)
    weights[kind] = 1.0
    weights[HELD + kind % 12] = 1.0
    weights[KINDS] = 10.0 if begins else 0.6
    return weights


def test_every_place_expects_a_note_a_rest_or_nothing() -> None:
    seen = expectation(score_of([60, 0, 64], [1.0, 0.5, 1.0]))
    assert seen.places == round(2.5 * CELLS) + AFTER
    assert seen.kinds[0] == 0
    assert seen.kinds[CELLS] == REST
    assert seen.kinds[round(1.5 * CELLS)] == 4
    assert seen.kinds[round(2.5 * CELLS)] == REST + 4
    assert seen.onsets.tolist() == [0, 1.5 * CELLS]
    assert [seen.parts[round(quarter * CELLS)] for quarter in (0.5, 0.8, 1.4, 1.6, 2.4)] == [0, LATE, LATE, 0, LAST]
    assert expectation(score_of([0, 60])).kinds[0] == NOTHING


def test_the_forward_step_is_that_of_the_slow_twin() -> None:
    seen = expectation(score_of([60, 62, 0, 64, 65], [0.5, 0.5, 0.5, 1.0, 0.5]))
    quick, slow = Positions(seen, None), NaivePositions(seen)
    rng = np.random.default_rng(0)
    for step in range(70):
        place = min(int(step * 96 / 60 * STEP * CELLS), seen.places - 1)
        weights = weights_of(rng, int(seen.kinds[place]), bool(np.any(abs(seen.onsets - place) < 2)))
        found = quick.step(weights)
        slow.step(weights)
        assert found[0] == pytest.approx(slow.place, abs=0.5)
        assert found[3] == pytest.approx(slow.waiting.sum(), abs=2e-3)
        assert quick._rows == pytest.approx(slow.moving.sum(axis=1), abs=2e-3)


def test_one_who_was_put_somewhere_is_there_at_that_tempo() -> None:
    where = Positions(expectation(score_of(melody(64))), None)
    where.put(20.0 * CELLS, 132.0)
    assert where.found[0] == pytest.approx(20.0 * CELLS, abs=1.0)
    assert np.exp(where.found[1]) == pytest.approx(132.0, rel=0.03)
    where.wait(31.2 * CELLS)
    assert where.found[3] == 1.0
    assert where.found[0] == pytest.approx(31.0 * CELLS, abs=1.5)


@pytest.mark.parametrize("place", [-5.0, 1e6])
def test_nobody_is_outside_the_score(place: float) -> None:
    seen = expectation(score_of(melody(16)))
    where = Positions(seen, None)
    where.put(place)
    assert 0 <= where.found[0] < seen.places


def test_tempi_are_likely_around_the_one_that_is_said() -> None:
    assert likely(None).sum() == pytest.approx(1)
    assert TEMPI[likely(60.0).argmax()] == pytest.approx(60.0, rel=0.04)
    assert around(60.0, 0.1).max() > likely(60.0).max()


def test_the_search_finds_the_place_that_a_plain_comparison_finds() -> None:
    score = score_of(melody(48, seed=3))
    seen, rng = expectation(score), np.random.default_rng(2)
    search = Search(seen, score)
    pace = 100 / 60 * STEP * CELLS
    truth = 30 * CELLS
    count = 120
    heard = [rng.uniform(-0.25, -0.2, KINDS) for _ in range(count)]
    for ago in range(count):
        heard[count - 1 - ago][seen.kinds[int(truth - ago * pace + 0.5)]] = 0.0
    for levels in heard:
        search.remember(levels, -0.2)
    looks = 0
    while not search.step(5.0 * CELLS, 100.0):
        looks += 1
        assert looks < 200
    plain = [
        sum(
            heard[count - 1 - ago][seen.kinds[int(place - ago * pace + 0.5)]]
            for ago in range(80)
            if place >= ago * pace
        )
        for place in range(80 * 2, seen.places, APART)
    ]
    assert search.found[0] == pytest.approx(truth, abs=APART)
    assert 80 * 2 + APART * int(np.argmax(plain)) == pytest.approx(truth, abs=APART)
    assert search.looked <= (looks + 1) * AT_ONCE


def test_the_search_forgets_what_was_heard_before_a_jump() -> None:
    score = score_of(melody(16))
    search = Search(expectation(score), score)
    for _ in range(MEMORY):
        search.remember(np.zeros(KINDS), -1.0)
    search.forget()
    assert not any(search.step(0.0, 100.0) for _ in range(20))
