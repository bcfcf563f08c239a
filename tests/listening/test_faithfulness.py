from __future__ import annotations

import numpy as np
import pytest

from engine.listening.faithfulness import continuity, nearest_agree, trustworthiness

from .corpora import clustered


def test_a_map_that_is_the_same_can_be_believed_and_a_random_one_cannot() -> None:
    points, _ = clustered(200)
    assert trustworthiness(points, 3 * points + 1) == 1
    assert continuity(points, 3 * points + 1) == 1
    rng = np.random.default_rng(0)
    assert trustworthiness(points, rng.standard_normal((200, 2))) == pytest.approx(0.5, abs=0.06)


def test_it_says_what_scikit_learn_says() -> None:
    sklearn = pytest.importorskip("sklearn.manifold", reason="the oracle of trustworthiness")
    points, _ = clustered(150)
    places = points[:, :2] + 0.1 * points[:, 2:4]
    assert trustworthiness(points, places) == pytest.approx(sklearn.trustworthiness(points, places, n_neighbors=12))
    assert continuity(points, places, 5) == pytest.approx(sklearn.trustworthiness(places, points, n_neighbors=5))


def test_two_families_that_lie_apart_agree_wholly() -> None:
    known, families = np.array([[0.0, 0], [10, 10]]), np.array([0, 1])
    assert nearest_agree(np.array([[1.0, 0], [9, 9], [11, 10]]), np.array([0, 1, 1]), known, families) == 1
    assert nearest_agree(np.array([[1.0, 0], [9, 9]]), np.array([1, 1]), known, families) == 0.5


def test_too_few_points_are_refused() -> None:
    with pytest.raises(ValueError, match="count=12 must be below half of the 24 points"):
        trustworthiness(np.zeros((24, 3)), np.zeros((24, 2)))
