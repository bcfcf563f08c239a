from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.listening.affinity import Partners, conditional, joint
from engine.listening.divergence import gradient
from engine.listening.faithfulness import trustworthiness
from engine.listening.landmarks import Landmarks
from engine.listening.map_learning import Crowd, Training, learn
from engine.listening.neighbours import nearest
from engine.listening.projection import CUBE, PLANE, Projection

from .corpora import clustered

QUICK = Training(pairs=128, passes=10, least=250, hidden=(16,), rest=100)
NONE = np.zeros((0, 2), np.int64)


def _net(points: np.ndarray, seed: int = 0) -> Projection:
    rng = np.random.default_rng(seed)
    net = Projection.fresh(points, points[::9], 5, (7, 6), QUICK.sharpness, rng)
    net.landmarks.where[:] = rng.standard_normal(net.landmarks.where.shape)
    return net


def _partners(points: np.ndarray, perplexity: float = 8) -> Partners:
    found, squares = nearest(points, int(3 * perplexity))
    return Partners(found, conditional(squares, perplexity)[0])


def test_backward_is_what_small_steps_show() -> None:
    points, _ = clustered(60)
    net = _net(points.astype(np.float64))
    weight = np.random.default_rng(1).standard_normal((60, 5))
    net.layers = [(w.astype(np.float64), b.astype(np.float64)) for w, b in net.layers]
    net.landmarks.where = net.landmarks.where.astype(np.float64)
    found, apart = net.landmarks.near(points)
    shares = net.landmarks.shares(apart)

    def loss() -> float:
        said = _activations(net, points)
        return float(np.sum(weight * (said[-1] + net.landmarks.between(found, shares))))

    slopes = [array for layer in net.backward(_activations(net, points), weight) for array in layer]
    slopes.append(net.landmarks.backward(found, shares, weight))
    arrays = [array for layer in net.layers for array in layer] + [net.landmarks.where]
    for array, slope in zip(arrays, slopes, strict=True):
        assert slope.shape == array.shape
        place = np.unravel_index(np.abs(slope).argmax(), slope.shape)
        was = array[place]
        losses = []
        for step in (1e-5, -1e-5):
            array[place] = was + step
            losses.append(loss())
        array[place] = was
        assert slope[place] == pytest.approx((losses[0] - losses[1]) / 2e-5, rel=1e-4)


def _activations(net: Projection, points: np.ndarray) -> list[np.ndarray]:
    """The slow twin, in double precision."""
    said = [(points.astype(np.float64) - net.mean) / net.scale]
    for number, (weights, bias) in enumerate(net.layers):
        sums = said[-1] @ weights + bias
        said.append(sums if number == len(net.layers) - 1 else np.maximum(sums, 0))
    return said


def test_activations_are_those_of_the_slow_twin() -> None:
    points, _ = clustered(40)
    net = _net(points)
    for quick, slow in zip(net.activations(points), _activations(net, points), strict=True):
        assert quick == pytest.approx(slow, rel=1e-4, abs=1e-5)


def _loss(places: np.ndarray, crowds: int) -> float:
    """What a batch is to lower: −mean log w of partners, + log of the sum over the other pairs that meet in a crowd."""
    half = len(places) // 2
    weights = 1 / (1 + ((places[:, None] - places) ** 2).sum(axis=2))
    number = np.arange(len(places))
    meet = (number[:, None] % crowds == number % crowds) & (np.abs(number[:, None] - number) % half != 0)
    return float(-np.mean(np.log(weights[number[:half], number[half:]])) + np.log(weights[meet].sum()))


@pytest.mark.parametrize(("crowd", "crowds"), [(40, 1), (10, 4)])
def test_a_batch_goes_where_small_steps_show(crowd: int, crowds: int) -> None:
    places = np.random.default_rng(0).standard_normal((40, 2))
    slope = Crowd().slope(places, crowd=crowd)
    for i, d in ((0, 0), (13, 1), (21, 0), (39, 1)):
        step = np.zeros_like(places)
        step[i, d] = 1e-5
        up, down = (_loss(places + sign * step, crowds) for sign in (1, -1))
        assert slope[i, d] == pytest.approx((up - down) / 2e-5, rel=1e-4)


def test_batches_pull_and_push_on_the_average_as_the_whole_table_does() -> None:
    points, _ = clustered(400, clusters=3)
    found, squares = nearest(points, 20)
    shares, _ = conditional(squares, 6)
    rng = np.random.default_rng(0)
    places = 3 * rng.standard_normal((400, 2)).astype(np.float32)
    whole = gradient(joint(found, shares), places.astype(float), "t")
    partners, crowd, total = Partners(found, shares), Crowd(), np.zeros((400, 2))
    for _ in range(150):
        first = rng.permutation(400)[:200]
        batch = np.concatenate([first, partners.draw(first, rng)])
        np.add.at(total, batch, crowd.slope(places[batch]) / 150)
    assert np.corrcoef(total.ravel(), whole.ravel())[0, 1] > 0.95


def test_a_map_keeps_neighbours_and_lies_within_its_bounds() -> None:
    points, _ = clustered(500)
    net = learn(points[::2], points[::4], _partners(points[::2]), NONE, QUICK)
    unheard = points[1::2]
    places = net(unheard)
    for part in (PLANE, CUBE):
        assert trustworthiness(unheard, places[:, part]) > 0.9
    inside = np.abs(net(points[::2])).max(axis=1) <= 1
    assert 0.97 <= inside.mean() < 1
    again = learn(points[::2], points[::4], _partners(points[::2]), NONE, QUICK)
    assert np.array_equal(again(points), net(points))


def test_neighbours_in_time_stay_together() -> None:
    rng = np.random.default_rng(4)
    points, _ = clustered(400)
    follows = rng.permutation(400).reshape(-1, 2)  # far apart in sound

    def step(sameness: float) -> float:
        net = learn(points, points[::3], _partners(points), follows, replace(QUICK, sameness=sameness))
        places = net(points)[:, PLANE]
        return float(np.median(np.linalg.norm(places[follows[:, 0]] - places[follows[:, 1]], axis=1)))

    assert step(0.5) < 0.8 * step(0.0)


def test_a_sound_at_a_landmark_keeps_to_it() -> None:
    points, _ = clustered(100)
    marks = Landmarks.fresh(points, 5, 40.0)
    found, apart = marks.near(points)
    shares = marks.shares(apart)
    assert shares.sum(axis=1) == pytest.approx(np.ones(100))
    assert (found[np.arange(100), shares.argmax(axis=1)] == np.arange(100)).all()


def test_points_that_are_all_the_same_make_a_map_too() -> None:
    points = np.ones((120, 128), np.float32)
    net = learn(points, points[:10], _partners(points), NONE, replace(QUICK, least=20, passes=1))
    assert np.isfinite(net(points)).all()
