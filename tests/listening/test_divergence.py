from __future__ import annotations

import numpy as np
import pytest

from engine.listening.affinity import conditional, joint
from engine.listening.divergence import Kind, descend, divergence, gradient, similarities
from engine.listening.faithfulness import trustworthiness
from engine.listening.neighbours import nearest

from .corpora import clustered

KINDS: list[Kind] = ["sne", "symmetric", "t"]


def _wanted(points: np.ndarray, kind: Kind, perplexity: float = 6) -> np.ndarray:
    found, squares = nearest(points, 3 * int(perplexity))
    shares, _ = conditional(squares, perplexity)
    if kind != "sne":
        return joint(found, shares)
    alone = np.zeros((len(points), len(points)))
    np.put_along_axis(alone, found.astype(np.intp), shares, axis=1)
    return alone


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dimensions", [2, 3])
def test_the_gradient_is_what_small_steps_show(kind: Kind, dimensions: int) -> None:
    p = _wanted(clustered(30)[0], kind)
    places = np.random.default_rng(2).standard_normal((30, dimensions))
    slope = gradient(p, places, kind)
    for i, d in ((0, 0), (7, 1), (29, dimensions - 1)):
        step = np.zeros_like(places)
        step[i, d] = 1e-5
        up, down = (divergence(p, similarities(places + sign * step, kind)) for sign in (1, -1))
        assert slope[i, d] == pytest.approx((up - down) / 2e-5, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("kind", KINDS)
def test_the_gradient_is_what_autograd_finds(kind: Kind) -> None:
    autograd = pytest.importorskip("autograd", reason="the oracle of the gradient")
    anp = pytest.importorskip("autograd.numpy", reason="the oracle of the gradient")
    p = _wanted(clustered(25)[0], kind)
    places = np.random.default_rng(3).standard_normal((25, 2))
    others = 1 - np.eye(25)

    def loss(y: np.ndarray) -> float:
        apart = anp.sum((y[:, None] - y[None]) ** 2, axis=2)
        weights = (1 / (1 + apart) if kind == "t" else anp.exp(-apart)) * others
        q = weights / (anp.sum(weights, axis=1)[:, None] if kind == "sne" else anp.sum(weights))
        return anp.sum(p * (np.log(np.maximum(p, 1e-300)) - anp.log(q + np.eye(25))))

    assert gradient(p, places, kind) == pytest.approx(autograd.grad(loss)(places), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_similarities_are_shares(kind: Kind) -> None:
    q = similarities(np.random.default_rng(0).standard_normal((20, 2)) * 30, kind)
    assert (np.diag(q) == 0).all()
    assert (q.sum(axis=1) if kind == "sne" else q.sum()) == pytest.approx(1)
    assert divergence(q, q) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_descent_lays_near_ones_together(kind: Kind) -> None:
    points, _ = clustered(120, clusters=4)
    p = _wanted(points, kind, 10)
    places = descend(p, kind, steps=250)
    start = divergence(p, similarities(1e-4 * np.random.default_rng(0).standard_normal((120, 2)), kind))
    assert divergence(p, similarities(places, kind)) < 0.75 * start
    assert trustworthiness(points, places) > 0.9
    assert np.array_equal(descend(p, kind, steps=20), descend(p, kind, steps=20))


def test_students_t_leaves_more_room_between_the_crowds_than_a_gaussian() -> None:
    points, which = clustered(120, clusters=4)

    def parted(kind: Kind) -> float:
        places = descend(_wanted(points, kind, 10), kind, steps=300)
        centres = np.stack([places[which == c].mean(axis=0) for c in range(4)])
        inside = np.sqrt(np.mean((places - centres[which]) ** 2))
        return float(np.mean(np.linalg.norm(centres[:, None] - centres, axis=2)) / inside)

    assert parted("t") > 1.2 * parted("symmetric")
