from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.listening.affinity import Partners, conditional, joint, squared_distances
from engine.listening.neighbours import nearest

from .corpora import clustered


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.floats(1.5, 25), st.floats(-4, 4))
def test_every_point_has_the_perplexity_that_was_asked_for(seed: int, perplexity: float, size: float) -> None:
    rng = np.random.default_rng(seed)
    squares = 10**size * rng.chisquare(5, (20, 40))
    shares, sigma = conditional(squares, perplexity)
    assert shares.sum(axis=1) == pytest.approx(np.ones(20))
    entropy = -np.sum(shares * np.log2(np.maximum(shares, 1e-300)), axis=1)
    assert 2**entropy == pytest.approx(np.full(20, perplexity), rel=1e-4)
    assert (sigma > 0).all()


def test_a_gaussian_of_that_width_gives_those_shares() -> None:
    squares = np.random.default_rng(0).chisquare(5, (5, 30))
    shares, sigma = conditional(squares, 8)
    weights = np.exp(-squares / (2 * sigma[:, None] ** 2))
    assert shares == pytest.approx(weights / weights.sum(axis=1, keepdims=True))


def test_neighbours_that_are_all_equally_far_share_alike() -> None:
    shares, _ = conditional(np.full((3, 12), 2.5), 5)
    assert shares == pytest.approx(np.full((3, 12), 1 / 12))
    assert np.isfinite(conditional(np.zeros((3, 12)), 5)[0]).all()


def test_the_joint_distribution_is_one_and_gives_every_point_its_share() -> None:
    points, _ = clustered(80)
    points[0] += 40  # far out: nobody's neighbour
    found, squares = nearest(points, 30)
    table = joint(found, conditional(squares, 10)[0])
    assert table.sum() == pytest.approx(1)
    assert np.array_equal(table, table.T)
    assert (table.sum(axis=1) >= 1 / (2 * 80) - 1e-12).all()


def test_pairs_are_drawn_as_often_as_the_joint_distribution_says() -> None:
    points, _ = clustered(12, clusters=2)
    found, squares = nearest(points, 9)
    shares, _ = conditional(squares, 3)
    rng = np.random.default_rng(1)
    first = rng.integers(0, 12, 200_000)
    second = Partners(found, shares).draw(first, rng)
    seen = np.zeros((12, 12))
    np.add.at(seen, (first, second), 1)
    assert (seen + seen.T) / (2 * len(first)) == pytest.approx(joint(found, shares), abs=1.5e-3)


def test_distances_are_those_of_the_plain_formula() -> None:
    points = np.random.default_rng(0).standard_normal((20, 3))
    assert squared_distances(points) == pytest.approx(((points[:, None] - points) ** 2).sum(axis=2))


@pytest.mark.parametrize("perplexity", [0.5, 12, 40])
def test_a_perplexity_beyond_the_neighbours_is_refused(perplexity: float) -> None:
    with pytest.raises(ValueError, match=f"perplexity={perplexity:g} must be from 1 to below the 12 neighbours"):
        conditional(np.ones((3, 12)), perplexity)
