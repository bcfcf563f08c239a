"""How near two sounds are, as a probability: Gaussians whose widths are found for a perplexity.

The numbers of equations are those of Yang, Shen and Sun (AI-assisted cross-cultural delivery of traditional musical
art forms in contemporary times), who tell t-SNE again after van der Maaten and Hinton (Visualizing data using t-SNE,
JMLR 9, 2008). Where the two differ we follow the latter: eq. (19) divides by 2n, so that each point has a share of
more than 1/2n however far out it lies.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float64]

_HALVINGS: Final = 60  # of the interval that holds 1/2σ²: far beyond what a perplexity needs
_CLOSE: Final = 1e-6  # bits of entropy that are close enough


def conditional(squares: NDArray[np.floating], perplexity: float) -> tuple[Table, Table]:
    """p(j|i) (n, k) of the squared distances (n, k) from each point to its neighbours, and each point's σ (n,).

    p(j|i) = exp(−d²/2σ²) / Σ exp(−d²/2σ²), eq. (10); σ is found by bisection so that 2^H is the perplexity, eq. (13),
    H = −Σ p log₂ p, eq. (14). An infinite distance is no neighbour. Where all neighbours lie equally far, any σ gives
    the same, and the perplexity is what their number allows. ValueError if the perplexity is below 1 or not below the
    number of neighbours.
    """
    if not 1 <= perplexity < squares.shape[1]:
        raise ValueError(f"perplexity={perplexity:g} must be from 1 to below the {squares.shape[1]} neighbours")
    apart = np.asarray(squares, np.float64)
    apart = apart - apart.min(axis=1, keepdims=True)  # the same shares, and the nearest never underflows
    scale = np.mean(np.where(np.isfinite(apart), apart, 0), axis=1)
    wanted = np.log2(perplexity)
    beta = 1 / np.maximum(scale, 1e-12)
    low, high = np.zeros_like(beta), np.full_like(beta, np.inf)
    rows = np.arange(len(beta))  # those whose σ is still to be found
    for _ in range(_HALVINGS):
        excess = _entropy(_shares(apart[rows], beta[rows])) - wanted
        wide = excess > 0
        low[rows[wide]] = beta[rows[wide]]
        high[rows[~wide]] = beta[rows[~wide]]
        rows = rows[np.abs(excess) > _CLOSE]
        if not rows.size:
            break
        beta[rows] = np.where(np.isinf(high[rows]), 2 * beta[rows], (low[rows] + high[rows]) / 2)
    return _shares(apart, beta), np.sqrt(0.5 / np.maximum(beta, 1e-300))


def joint(neighbours: NDArray[np.int32], shares: Table) -> Table:
    """p_ij = (p(j|i) + p(i|j)) / 2n as a whole table (n, n), eq. (19): for few points only."""
    table = np.zeros((len(shares), len(shares)))
    np.put_along_axis(table, neighbours.astype(np.intp), shares, axis=1)
    return np.asarray((table + table.T) / (2 * len(shares)))


def squared_distances(points: NDArray[np.floating]) -> Table:
    """Squared distances of all to all (n, n), each to itself 0."""
    own = np.asarray(points, np.float64)
    squares = np.einsum("nd,nd->n", own, own)
    table = np.maximum(squares[:, None] + squares - 2 * own @ own.T, 0)
    np.fill_diagonal(table, 0)
    return np.asarray(table)


class Partners:
    """Draws a partner by p(j|i) for a point: for points by chance, a pair comes as often as 2·p_ij says, eq. (19)."""

    def __init__(self, neighbours: NDArray[np.int32], shares: Table) -> None:
        self._neighbours = neighbours
        self._below = np.cumsum(shares, axis=1, dtype=np.float64).astype(np.float32)

    def draw(self, points: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
        """A partner for each of the points (b,)."""
        below = self._below[points]
        which = (below < rng.random((len(points), 1), np.float32) * below[:, -1:]).sum(axis=1)
        drawn = self._neighbours[points, np.minimum(which, below.shape[1] - 1)]
        return np.asarray(drawn, np.int64)


def _shares(apart: Table, beta: Table) -> Table:
    weights = np.exp(-apart * beta[:, None])
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _entropy(shares: Table) -> Table:
    return np.asarray(-np.sum(shares * np.log2(np.maximum(shares, 1e-300)), axis=1))
