"""The parametric map: a small network that says where on the map a sound lies; `map_learning` teaches it.

One network makes both maps, plane and cube: it ends in five numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.listening.landmarks import ROWS, Landmarks, shares_of
from engine.listening.neighbours import Points

PLANE: Final = slice(0, 2)
"""Where the plane's coordinates lie among the network's outputs."""
CUBE: Final = slice(2, 5)
"""Where the cube's lie."""

ROUNDS: Final = 2
"""In which a place settles."""
_KERNEL: Final = 2.0  # what is 1 in settling's d, in units of the map as it is learned
REACH: Final = 0.99
"""Share of the points that shall lie within −1..1."""

Layers = list[tuple[Points, Points]]


@dataclass(frozen=True, slots=True, eq=False)
class Settling:
    """The last layers: a place goes where the attraction of the nearest landmarks, eq. (22) without q, is at rest.

    There y = Σ s w(y) z / Σ s w(y) over the places z of the landmarks, with their shares s and w = (1 + d²)⁻¹: a few
    rounds of it. A sound between two crowds so joins the one that most of its neighbours are in, as a sound of the
    corpus would, and is not left halfway, where nothing sounds like it.
    """

    where: Points
    """z (a, out), the places of the landmarks themselves."""
    sharpness: float
    """Of the shares, softmax(−d²·sharpness)."""
    unit: Points
    """What is 1 in d, (out,), in each map's own scale."""

    def __call__(self, found: NDArray[np.int32], apart: Points, places: Points) -> Points:
        """Where places (n, out) of sounds settle whose nearest landmarks are (n, count), at these squared distances."""
        shares = shares_of(apart, self.sharpness)
        marks = self.where[found]
        settled = np.array(places)
        for _ in range(ROUNDS):
            squares = ((marks - settled[:, None]) / self.unit) ** 2
            for part in (PLANE, CUBE):
                weights = shares / (1 + squares[:, :, part].sum(axis=2))
                weights /= weights.sum(axis=1, keepdims=True)
                settled[:, part] = np.einsum("nk,nko->no", weights, marks[:, :, part])
        return settled


class Projection:
    """Where sounds lie on both maps: dense layers with ReLU between them, landmarks on top of them, and settling.

    `layers` holds (weights (in, out), bias (out,)) of each. The layers lay the map out at large; the landmarks set
    right what lies near them. Layers alone learn a corpus well, but tell what they never heard less well than
    its neighbours would. Without `settling` this is what is learned by the gradient; with it, what is used.
    """

    def __init__(
        self, layers: Layers, mean: Points, scale: Points, landmarks: Landmarks, settling: Settling | None = None
    ) -> None:
        """Inputs are shifted by `mean` and divided by `scale`, each (in,), before the first layer."""
        self.layers, self.mean, self.scale, self.landmarks = layers, mean, scale, landmarks
        self.settling = settling

    @classmethod
    def fresh(
        cls,
        points: Points,
        landmarks: Points,
        outputs: int,
        hidden: tuple[int, ...],
        sharpness: float,
        rng: np.random.Generator,
    ) -> Projection:
        """One that has learned nothing yet, for points like these (n, in); `hidden` layers so wide."""
        sizes = [points.shape[1], *hidden, outputs]
        layers = []
        for inputs, width in pairwise(sizes):
            weights = rng.standard_normal((inputs, width)) * np.sqrt(2 / inputs)
            layers.append((weights.astype(np.float32), np.zeros(width, np.float32)))
        layers[-1][0][:] *= 0.1  # all begin near the middle
        mean = points.mean(axis=0)
        spread = float(np.sqrt(np.mean((points - mean) ** 2))) or 1.0
        scale = np.full(points.shape[1], spread, np.float32)
        return cls(layers, mean.astype(np.float32), scale, Landmarks.fresh(landmarks, outputs, sharpness))

    def __call__(self, points: Points) -> Points:
        """Where points (n, in) lie, (n, out)."""
        places = []
        for start in range(0, max(len(points), 1), ROWS):
            part = points[start : start + ROWS]
            found, apart = self.landmarks.near(part)
            place = self.activations(part)[-1] + self.landmarks.between(found, self.landmarks.shares(apart))
            places.append(place if self.settling is None else self.settling(found, apart, place))
        return np.concatenate(places)

    def activations(self, points: Points) -> list[Points]:
        """What each layer says of points (n, in): the scaled input, every hidden layer after its ReLU, the output."""
        said = [np.asarray((points - self.mean) / self.scale, np.float32)]
        for number, (weights, bias) in enumerate(self.layers):
            sums = said[-1] @ weights + bias
            said.append(sums if number == len(self.layers) - 1 else np.maximum(sums, 0))
        return said

    def backward(self, said: list[Points], slope: Points) -> Layers:
        """The gradient of each layer's weights and bias, when that of the places is `slope` (n, out)."""
        found: Layers = []
        for number in range(len(self.layers) - 1, -1, -1):
            found.append((said[number].T @ slope, slope.sum(axis=0)))
            if number:
                slope = slope @ self.layers[number][0].T
                slope *= said[number] > 0
        return found[::-1]

    def rescaled(self, points: Points) -> Projection:
        """The same maps, each turned and scaled so that nearly all points (n, in) lie within −1..1.

        A map that is turned or scaled is the same map; the first axis becomes the one along which it spreads most.
        """
        places = self(points).astype(np.float64)
        turn, shift = np.zeros((places.shape[1],) * 2), np.zeros(places.shape[1])
        for part in (PLANE, CUBE):
            own = places[:, part]
            _, _, axes = np.linalg.svd(own - own.mean(axis=0), full_matrices=False)
            turned = own @ axes.T
            low, high = np.quantile(turned, [(1 - REACH) / 2, (1 + REACH) / 2], axis=0)
            middle = (low + high) / 2
            outside = float(np.quantile(np.abs(turned - middle).max(axis=1), REACH)) or 1.0
            turn[part, part] = axes.T / outside
            shift[part] = -middle / outside
        weights, bias = self.layers[-1]
        last = ((weights @ turn).astype(np.float32), (bias @ turn + shift).astype(np.float32))
        marks = self.landmarks
        turned_marks = Landmarks(marks.points, (marks.where @ turn).astype(np.float32), marks.sharpness)
        settling = self.settling
        if settling is not None:
            length = np.sqrt(np.sum(turn**2, axis=0))
            where = (settling.where @ turn + shift).astype(np.float32)
            settling = Settling(where, settling.sharpness, (settling.unit * length).astype(np.float32))
        return Projection([*self.layers[:-1], last], self.mean, self.scale, turned_marks, settling)

    def settled(self, where: Points, sharpness: float) -> Projection:
        """The same map with settling among landmarks at `where` (a, out); `sharpness` as in `Landmarks.fresh`."""
        unit = np.full(where.shape[1], _KERNEL, np.float32)
        usual = self.landmarks.usual()
        return Projection(self.layers, self.mean, self.scale, self.landmarks, Settling(where, sharpness / usual, unit))
