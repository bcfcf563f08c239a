"""How wrongly a map tells who is near whom, and which way each point must go: SNE, symmetric SNE, t-SNE, all to all.

This is the plain form, for some thousands of points at most: what the map of a corpus is checked against, and what
the three are compared by. Numbers of equations as in `affinity`. Eq. (18) and (21) must sum over all pairs, not over
one point's, for q to be a joint distribution; eq. (16) must go against the gradient, not along it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

import numpy as np

from engine.listening.affinity import Table, squared_distances

Kind = Literal["sne", "symmetric", "t"]

_TINY: Final = 1e-300  # where a logarithm or a share of nothing is asked for
_EXAGGERATION: Final = 12.0  # times as strong is all attraction at first, so that clusters form
_MOMENTA: Final = (0.5, 0.8)  # while clusters form, and after


def divergence(p: Table, q: Table) -> float:
    """Kullback and Leibler's Σ p log(p/q) in nats, eq. (17), of one joint distribution (n, n) or n conditional ones."""
    return float(np.sum(p * (np.log(np.maximum(p, _TINY)) - np.log(np.maximum(q, _TINY)))))


def similarities(places: Table, kind: Kind) -> Table:
    """q (n, n) of places (n, dimensions) on a map.

    "t": (1 + d²)⁻¹, Student's t with one degree of freedom, shared out over all pairs, eq. (21). "symmetric": exp(−d²)
    over all pairs, eq. (18). "sne": exp(−d²) over each point's own pairs, so that each row sums to 1.
    """
    return _shared(_weights(places, kind), kind)


def gradient(p: Table, places: Table, kind: Kind) -> Table:
    """∂ divergence(p, similarities(places)) / ∂ places, (n, dimensions).

    "t": 4 Σ_j (p_ij − q_ij)(y_i − y_j)(1 + d²)⁻¹, eq. (22). "symmetric": the same without the last factor. "sne", where
    row i of p holds p(j|i): 2 Σ_j (p(j|i) − q(j|i) + p(i|j) − q(i|j))(y_i − y_j).
    """
    weights = _weights(places, kind)
    pull = p - _shared(weights, kind)
    if kind == "t":
        pull = 4 * pull * weights
    elif kind == "symmetric":
        pull = 4 * pull
    else:
        pull = 2 * (pull + pull.T)
    return np.asarray(pull.sum(axis=1)[:, None] * places - pull @ places)


def descend(
    p: Table,
    kind: Kind,
    *,
    dimensions: int = 2,
    steps: int = 750,
    seed: int = 0,
    start: Table | None = None,
    progress: Callable[[float], object] = lambda share: None,
) -> Table:
    """Places (n, dimensions) found by gradient descent with momentum and early exaggeration, eq. (16) with its minus.

    For "sne" p holds the conditional distributions, else the joint one. Each coordinate's step grows while its
    gradient keeps its sign and shrinks when it turns, as in van der Maaten and Hinton's own program. Places to `start`
    from are laid out already, and nothing is exaggerated.
    """
    rng = np.random.default_rng(seed)
    count = len(p)
    places = 1e-4 * rng.standard_normal((count, dimensions)) if start is None else start - start.mean(axis=0)
    speed, gains = np.zeros_like(places), np.ones_like(places)
    rate = max(count / _EXAGGERATION, 50.0) if kind == "t" else 0.1 * (1 if kind == "sne" else count)
    early = steps // 4 if start is None else 0
    for step in range(steps):
        exaggeration = _EXAGGERATION if kind == "t" and step < early else 1.0
        slope = gradient(exaggeration * p, places, kind)
        turned = (slope > 0) == (speed > 0)
        gains = np.clip(np.where(turned, 0.8 * gains, gains + 0.2), 0.01, None)
        speed = _MOMENTA[step >= early] * speed - rate * gains * slope
        if kind != "t":  # Gaussians push hard where points lie apart by chance
            speed *= np.minimum(1, 0.5 / np.maximum(np.abs(speed), 1e-12))
        places = places + speed
        places -= places.mean(axis=0)
        progress((step + 1) / steps)
    return places


def _weights(places: Table, kind: Kind) -> Table:
    """What the shares are shares of, (n, n), nothing for a point and itself."""
    apart = squared_distances(places)
    np.fill_diagonal(apart, np.inf)
    if kind == "sne":  # the same shares, and the nearest never underflows
        apart -= apart.min(axis=1, keepdims=True)
    return np.asarray(1 / (1 + apart) if kind == "t" else np.exp(-apart))


def _shared(weights: Table, kind: Kind) -> Table:
    total = weights.sum(axis=1, keepdims=True) if kind == "sne" else weights.sum()
    return np.asarray(weights / np.maximum(total, _TINY))
