"""How the parametric map is learned: by the gradient of t-SNE over drawn pairs, then brought to rest.

L. van der Maaten, Learning a parametric embedding by preserving local structure, AISTATS 2009, with pairs drawn
instead of whole tables: what attracts is a batch of pairs, drawn as often as p_ij says; what repels are all the others
of the batch, whose similarities, summed, stand for the sum over all pairs that q needs. So a step costs the same
however many points there are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.listening.affinity import Partners, conditional, joint
from engine.listening.divergence import descend
from engine.listening.neighbours import Points, nearest
from engine.listening.projection import CUBE, PLANE, Projection

_DECAY: Final = (0.9, 0.999)  # momentum and memory of Adam (Kingma and Ba, 2015)
_TINY: Final = 1e-8  # added to the root of Adam's memory
_AVERAGED: Final = 0.998  # memory of the weights' mean, which is what is kept
_SUM_KEPT: Final = 0.9  # memory of the sum over all pairs
_CROWD: Final = 512  # points of a batch that repel one another
_PERPLEXITY: Final = 30.0  # of the landmarks among themselves
_REST_LEAST: Final = 40  # landmarks without which there is nothing to bring to rest
_MARK_RATE: Final = 100.0  # how much faster landmarks walk than weights change: the map is that wide


@dataclass(frozen=True, slots=True)
class Training:
    """How a map is learned; what is shipped was learned with these."""

    pairs: int = 512
    """Pairs a batch."""
    passes: float = 40.0
    """How often each point is drawn, on the average."""
    least: int = 2000
    """Batches at least."""
    rate: float = 2e-3
    """Largest step of Adam, at the start; it falls to nothing as a cosine."""
    exaggeration: float = 8.0
    """How much stronger all attraction is at first."""
    early: float = 0.3
    """Share of the batches for which it is so; the dense layers learn only then."""
    sameness: float = 0.05
    """Share of the pairs that are neighbours in time instead of neighbours in sound."""
    hidden: tuple[int, ...] = (128, 128)
    """Widths of the hidden layers."""
    sharpness: float = 20.0
    """How sharply a sound keeps to its nearest landmarks while the map is learned."""
    softness: float = 4.0
    """How sharply it keeps to them when it settles."""
    rest: int = 400
    """Steps in which the landmarks come to rest."""
    seed: int = 0


class Crowd:
    """The gradient of a batch on one map, (22) with drawn pairs; remembers the mean similarity from batch to batch."""

    def __init__(self) -> None:
        self._mean = 0.0

    def slope(self, places: Points, exaggeration: float = 1.0, crowd: int = _CROWD) -> Points:
        """∂ loss / ∂ places, for places (2b, d) of b pairs: the first half's partners are the second half, in order.

        The loss is −Σ p log(1 + d²)⁻¹ + log Σ (1 + d²)⁻¹, which is the divergence (17) less what the map cannot
        change. The first sum is the batch's mean over its pairs. The second is over all pairs of all points but
        partners, who would be there too often: estimated by the pairs within crowds of the batch, and its size by the
        mean over the batches so far.
        """
        half = len(places) // 2
        apart = places[:half] - places[half:]
        pull = (2 * exaggeration / half) * apart / (1 + np.einsum("nd,nd->n", apart, apart))[:, None]
        slope = np.concatenate([pull, -pull])
        crowds = [places[start::step] for step in [max(len(places) // crowd, 1)] for start in range(step)]
        sums = []
        pushes = []
        for members in crowds:
            near = _similarities(members)
            if len(crowds) == 1 or half % len(crowds) == 0:  # partners meet in the same crowd
                own = len(members) // 2
                near[np.arange(own), np.arange(own) + own] = near[np.arange(own) + own, np.arange(own)] = 0
            sums.append(float(near.sum()) / (len(members) * (len(members) - 1)))
            near *= near
            pushes.append(near.sum(axis=1)[:, None] * members - near @ members)
        mean = float(np.mean(sums))
        self._mean = mean if self._mean == 0 else _SUM_KEPT * self._mean + (1 - _SUM_KEPT) * mean
        pairs = sum(len(members) * (len(members) - 1) for members in crowds)
        for start, push in enumerate(pushes):
            slope[start :: len(crowds)] -= push * np.float32(4 / (max(self._mean, 1e-12) * pairs))
        return slope


def _similarities(places: Points) -> Points:
    """(1 + d²)⁻¹ of all to all (n, n), nothing for each and itself."""
    squares = np.einsum("nd,nd->n", places, places)
    table = places @ places.T
    table *= -2
    table += squares
    table += squares[:, None] + 1
    np.maximum(table, 1, out=table)
    np.reciprocal(table, out=table)
    np.fill_diagonal(table, 0)
    return table


def learn(
    points: Points,
    landmarks: Points,
    partners: Partners,
    follows: NDArray[np.int64],
    how: Training,
    progress: Callable[[float], object] = lambda share: None,
) -> Projection:
    """Both maps of points (n, in), whose neighbours `partners` knows; 99 % of them lie within −1..1.

    `landmarks` (a, in) are points that stand for all. `follows` (m, 2) are neighbours in time, or none: they take a
    small share of p, and so hold together what one held note is made of, yet let go where the sound really changes,
    since attraction weakens with distance. The same seed gives the same maps on the same machine.
    """
    rng = np.random.default_rng(how.seed)
    points = np.ascontiguousarray(points, np.float32)
    net = Projection.fresh(points, landmarks, CUBE.stop, how.hidden, how.sharpness, rng)
    marks = net.landmarks
    found, apart = marks.near(points)
    shares = marks.shares(apart)
    pairs = min(how.pairs, max(len(points) // 2, 8))
    steps = max(int(how.passes * len(points) / (2 * pairs)), how.least)
    timely = round(how.sameness * pairs) if len(follows) else 0
    rates = [1.0] * (2 * len(net.layers)) + [_MARK_RATE]
    optimiser = _Adam([*(a for layer in net.layers for a in layer), marks.where], rates)
    maps = ((PLANE, Crowd()), (CUBE, Crowd()))
    for step in range(steps):
        first = rng.integers(0, len(points), pairs)
        second = partners.draw(first, rng)
        if timely:
            first[:timely], second[:timely] = follows[rng.integers(0, len(follows), timely)].T
        batch = np.concatenate([first, second])
        said = net.activations(points[batch])
        places = said[-1] + marks.between(found[batch], shares[batch])
        exaggeration = how.exaggeration if step < how.early * steps else 1.0
        slope = np.concatenate([crowd.slope(places[:, part], exaggeration) for part, crowd in maps], axis=1)
        gradient = [array for layer in net.backward(said, slope) for array in layer]
        gradient.append(marks.backward(found[batch], shares[batch], slope))
        if step == round(how.early * steps):  # laid out at large: from here on the landmarks alone go on
            optimiser.rest(2 * len(net.layers))
        optimiser.step(gradient, how.rate * 0.5 * (1 + np.cos(np.pi * step / steps)))
        progress(0.7 * (step + 1) / steps)
    optimiser.settle()
    where = _bring_to_rest(net, found[np.arange(len(found)), apart.argmin(axis=1)], follows, how)
    progress(1.0)
    return net.settled(where, how.softness).rescaled(points)


def _bring_to_rest(
    net: Projection, nearest_mark: NDArray[np.int32], follows: NDArray[np.int64], how: Training
) -> Points:
    """Let the landmarks go on from where the batches left them by the gradient over all their pairs, (22), on each map.

    Batches know the corpus, but leave the landmarks trembling. `nearest_mark` (n,) of each point says which landmarks
    are neighbours in time. Where they come to rest, (a, out).
    """
    marks = net.landmarks
    count = len(marks.points)
    before = net(marks.points)
    if count < _REST_LEAST:
        return before
    perplexity = min(_PERPLEXITY, count / 10)
    others, squares = nearest(marks.points, int(3 * perplexity))
    wanted = joint(others, conditional(squares, perplexity)[0])
    if len(follows):
        timely = np.zeros_like(wanted)
        np.add.at(timely, (nearest_mark[follows[:, 0]], nearest_mark[follows[:, 1]]), 1.0)
        np.fill_diagonal(timely, 0)
        if timely.any():
            wanted = (1 - how.sameness) * wanted + how.sameness * (timely + timely.T) / (2 * timely.sum())
    where = before.copy()
    for part in (PLANE, CUBE):
        where[:, part] = descend(wanted, "t", steps=how.rest, start=before[:, part].astype(np.float64))
    marks.where += where - before
    return where


class _Adam:
    """Adam on arrays in place, each at a rate of its own; and their means over the last steps, which lie better."""

    def __init__(self, arrays: list[Points], rates: list[float]) -> None:
        self._arrays, self._rates = arrays, rates
        self._first = [np.zeros_like(array) for array in arrays]
        self._second = [np.zeros_like(array) for array in arrays]
        self._means = [array.copy() for array in arrays]
        self._count = self._resting = 0

    def step(self, gradient: list[Points], rate: float) -> None:
        """Go one step against the gradient."""
        self._count += 1
        fade, memory = _DECAY
        size = rate * np.sqrt(1 - memory**self._count) / (1 - fade**self._count)
        kept = min(_AVERAGED, self._count / (self._count + 10))
        for number in range(self._resting, len(self._arrays)):
            array, slope, mean = self._arrays[number], gradient[number], self._means[number]
            first, second, own = self._first[number], self._second[number], self._rates[number]
            first *= np.float32(fade)
            first += np.float32(1 - fade) * slope
            second *= np.float32(memory)
            second += np.float32(1 - memory) * slope * slope
            array -= np.float32(size * own) * first / (np.sqrt(second) + np.float32(_TINY))
            mean += np.float32(1 - kept) * (array - mean)

    def rest(self, count: int) -> None:
        """Leave the first `count` arrays as their means are now."""
        for array, mean in zip(self._arrays[:count], self._means, strict=False):
            array[...] = mean
        self._resting = count

    def settle(self) -> None:
        """Put the means in the place of the arrays."""
        for array, mean in zip(self._arrays, self._means, strict=True):
            array[...] = mean
