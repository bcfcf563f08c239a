from __future__ import annotations

import numpy as np
import pytest

from engine.listening.anchors import chosen, density, nearest_squares, percentiles

from .corpora import clustered


def test_anchors_cover_the_corpus_and_every_family_has_its_share() -> None:
    points, _ = clustered(900)
    family = np.where(np.arange(900) < 850, 0, 1)
    few = chosen(points, family, 90)
    assert len(few) <= 90
    assert len(np.unique(few)) == len(few)
    assert 70 <= (family[few] == 0).sum() <= 86
    assert (family[few] == 1).sum() >= 3
    random = np.random.default_rng(0).choice(900, len(few), replace=False)
    assert nearest_squares(points, points[few]).mean() < nearest_squares(points, points[random]).mean()
    assert np.array_equal(chosen(points, family, 90), few)


def test_few_sounds_are_all_anchors() -> None:
    points, family = clustered(30)
    assert np.array_equal(chosen(points, family, 2000), np.arange(30))


def test_percentiles_rise_from_the_nearest_to_the_farthest() -> None:
    points, _ = clustered(200)
    found = percentiles(points[1::2], points[::2])
    truth = np.linalg.norm(points[1::2][:, None] - points[::2], axis=2).min(axis=1)
    assert found.shape == (101,)
    assert (np.diff(found) >= 0).all()
    assert (found[0], found[100]) == pytest.approx((truth.min(), truth.max()), rel=1e-3)


def test_the_picture_has_its_top_row_first() -> None:
    picture = density(np.array([[0.9, 0.9]] * 5 + [[-0.9, -0.9]], np.float32))
    assert picture.shape == (128, 128)
    rows, columns = np.nonzero(picture == 255)
    assert rows.max() < 20
    assert columns.min() > 108
    assert picture[110:, :20].max() > 50
    assert density(np.full((3, 2), 9.0)).max() == 0


def test_more_families_than_anchors_are_refused() -> None:
    with pytest.raises(ValueError, match="most=2 must be at least the number of families, 5"):
        chosen(np.zeros((10, 128), np.float32), np.arange(10) // 2, 2)
