from __future__ import annotations

import numpy as np
import pytest

from engine.listening import neighbours
from engine.listening.neighbours import nearest

from .corpora import clustered


def _naive(points: np.ndarray, count: int) -> np.ndarray:
    apart = np.linalg.norm(points[:, None].astype(float) - points, axis=2)
    np.fill_diagonal(apart, np.inf)
    return np.argsort(apart, axis=1, kind="stable")[:, :count]


def test_among_few_points_the_nearest_are_exactly_the_nearest() -> None:
    points, _ = clustered(300)
    found, squares = nearest(points, 7)
    assert np.array_equal(found, _naive(points, 7))
    truth = ((points[:, None] - points[found]) ** 2).sum(axis=2)
    assert squares == pytest.approx(truth, rel=1e-3, abs=1e-4)


def test_among_many_points_nearly_all_of_the_nearest_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    points, _ = clustered(3000, clusters=12)
    exact, _ = nearest(points, 15)
    monkeypatch.setattr(neighbours, "_EXACT", 500)
    monkeypatch.setattr(neighbours, "_LEAF", 100)
    found, squares = nearest(points, 15)
    recall = np.mean([len(set(a) & set(b)) / 15 for a, b in zip(found, exact, strict=True)])
    assert recall > 0.9
    assert (np.diff(squares, axis=1) >= 0).all()
    assert not (found == np.arange(3000)[:, None]).any()
    assert all(len(set(row)) == 15 for row in found)
    assert np.array_equal(nearest(points, 15)[0], found)


def test_points_that_are_all_the_same_have_neighbours_too() -> None:
    found, squares = nearest(np.ones((50, 128), np.float32), 5)
    assert found.shape == (50, 5)
    assert (squares == 0).all()


@pytest.mark.parametrize("count", [0, 10])
def test_more_neighbours_than_there_are_others_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"count={count} rows"):
        nearest(np.zeros((10, 128), np.float32), count)
