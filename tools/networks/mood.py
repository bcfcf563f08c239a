"""What tells moods: a linear classifier of the window's features, and a small network that sees the ear as well.

Their logits are added. The network is the mean of a few with one hidden layer each, taught with mixed-up pairs of
windows (Zhang et al., mixup, 2018), and now and then without the ear, so that it can do without. What is known: how far
a held-out window lies from what was learned, features decorrelated. Exported as ONNX by hand from the trained weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import torch
from lessons.mood import Clip
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from torch import nn

from engine.listening.mood_judge import DESCRIBED, MOODS
from engine.listening.mood_window import FEATURES

Array = NDArray[np.float64]
Labels = NDArray[np.int64]

FREEDOM: Final = 0.01
"""How freely the linear classifier may bend, per window: scikit-learn's C where each clip is there once."""
_EAR: Final = 0.5  # by which the ear's numbers are made smaller against the features, of which there are more
_NETWORKS, _HIDDEN, _ROUNDS, _BATCH = 3, 96, 30, 128
_LEVELS: Final = 6.0  # dB by which the levels of windows are spread
_MIX: Final = 0.4  # shape of the beta distribution of how much of each of a pair is taken
_DEAF: Final = 0.25  # of the windows are seen without the ear
_NEAR: Final = 4.0  # standard deviations at which a feature is clipped for the verdict
_FAR: Final = 12.0  # and for the distance
_SHRINK: Final = 0.1  # of the mean variance that is added to each direction
KNOWN: Final = 99.0
"""Percentile of held-out windows that are still known."""


@dataclass(frozen=True, slots=True, eq=False)
class Lessons:
    """Windows: `features` (n, FEATURES), `embedding` (n, 256), `mood` (n,) and of which `song` (n,) they are."""

    features: Array
    embedding: Array
    mood: Labels
    song: NDArray[np.str_]

    def of(self, which: NDArray[np.bool_]) -> Lessons:
        return Lessons(self.features[which], self.embedding[which], self.mood[which], self.song[which])


def lessons(clips: Sequence[Clip], crops: int = 0, seed: int = 0) -> Lessons:
    """Each clip whole, and so many windows of 10 to 30 s of it, by chance, at levels of some 6 dB more or less."""
    chance = np.random.default_rng(seed)
    pieces, owners = [], []
    for clip in clips:
        pieces.append(clip.whole())
        for _ in range(crops):
            size = min(int(chance.integers(10, 31)), len(clip.tallies))
            start = int(chance.integers(0, len(clip.tallies) - size + 1))
            pieces.append(clip.piece(start, start + size, float(chance.normal(0.0, _LEVELS))))
        owners += [clip] * (1 + crops)
    return Lessons(
        np.array([features for features, _ in pieces]),
        np.array([embedding for _, embedding in pieces]),
        np.array([clip.mood for clip in owners]),
        np.array([clip.song for clip in owners]),
    )


def joined(parts: Sequence[Lessons]) -> Lessons:
    return Lessons(*(np.concatenate([getattr(p, name) for p in parts]) for name in Lessons.__slots__))


class Linear:
    """Multinomial logistic regression on clipped, standardised numbers."""

    def __init__(self, values: Array, mood: Labels, freedom: float) -> None:
        self.mean, self.deviation = values.mean(axis=0), np.maximum(values.std(axis=0), 1e-6)
        model = LogisticRegression(C=freedom, max_iter=400).fit(self.seen(values), mood)
        self.weights, self.bias = model.coef_.T, model.intercept_

    def seen(self, values: Array, limit: float = _NEAR) -> Array:
        return np.clip((values - self.mean) / self.deviation, -limit, limit)

    def logits(self, values: Array) -> Array:
        return np.asarray(self.seen(values) @ self.weights + self.bias)


def softmax(logits: Array) -> Array:
    shares = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=-1, keepdims=True))


def sharpness(logits: Array, mood: Labels) -> float:
    """The factor for logits (n, 4) that gives what was true the highest likelihood: below 1 they were too sure."""

    def surprise(factor: float) -> float:
        shares = softmax(factor * logits)
        return float(-np.log(np.maximum(shares[np.arange(len(mood)), mood], 1e-9)).mean())

    return float(minimize_scalar(surprise, bounds=(0.1, 4.0), method="bounded").x)


def folds(song: NDArray[np.str_], seed: int, count: int = 5) -> Labels:
    """In which of `count` folds each is, all of a song in one."""
    songs = np.unique(song)
    dealt = np.random.default_rng(seed).permutation(len(songs)) % count
    return np.asarray(dealt[np.searchsorted(songs, song)])


def taught(seen: Array, mood: Labels, seed: int) -> nn.Sequential:
    """One small network on seen (n, FEATURES + 256)."""
    torch.manual_seed(seed)
    chance = np.random.default_rng(seed)
    network = nn.Sequential(
        nn.Dropout(0.3), nn.Linear(seen.shape[1], _HIDDEN), nn.ReLU(), nn.Dropout(0.5), nn.Linear(_HIDDEN, len(MOODS))
    )
    rows, truth = torch.tensor(seen, dtype=torch.float32), torch.eye(len(MOODS))[torch.tensor(mood)]
    optimiser = torch.optim.AdamW(network.parameters(), 2e-3, weight_decay=0.05)
    size = min(_BATCH, len(rows))
    steps = _ROUNDS * (len(rows) // size)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: max(1 - step / steps, 0.0))
    for _ in range(_ROUNDS):
        for batch in torch.randperm(len(rows))[: len(rows) // size * size].split(size):
            x, y = rows[batch], truth[batch]
            x = torch.cat([x[:, :FEATURES], x[:, FEATURES:] * (torch.rand(size, 1) > _DEAF)], dim=1)
            share, other = float(chance.beta(_MIX, _MIX)), torch.randperm(size)
            x, y = share * x + (1 - share) * x[other], share * y + (1 - share) * y[other]
            loss = nn.functional.cross_entropy(network(x), y, label_smoothing=0.05)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return network.eval()


class MoodNetwork:
    """The classifier. `sharpness` and `limit` are 1 until held-out songs have told what they are."""

    def __init__(self, learned: Lessons, copies: float) -> None:
        """`copies`: windows a clip, by which each counts less."""
        self.sharpness = self.limit = 1.0
        self.linear = Linear(learned.features, learned.mood, FREEDOM / copies)
        self.ear = (learned.embedding.mean(axis=0), np.maximum(learned.embedding.std(axis=0), 1e-6) / _EAR)
        seen = self.linear.seen(learned.features, _FAR)
        values, vectors = np.linalg.eigh(np.cov(seen.T))
        self.apart = vectors / np.sqrt(np.maximum(values, 0.0) + _SHRINK * values.mean())
        view = self._view(learned.features, learned.embedding)
        self.networks = [taught(view, learned.mood, seed) for seed in range(_NETWORKS)]

    def _view(self, features: Array, embedding: Array) -> Array:
        mean, deviation = self.ear
        heard = np.clip((embedding - mean) / deviation, -_NEAR * _EAR, _NEAR * _EAR)
        return np.concatenate([self.linear.seen(features), heard], axis=1)

    def distance(self, features: Array) -> Array:
        """How far windows lie from what was learned (n,), 1 the limit of what is known."""
        return np.asarray(np.sqrt(((self.linear.seen(features, _FAR) @ self.apart) ** 2).mean(axis=1)) / self.limit)

    def logits(self, features: Array, embedding: Array) -> Array:
        """Of each mood (n, 4)."""
        view = torch.tensor(self._view(features, embedding), dtype=torch.float32)
        with torch.no_grad():
            told = np.mean([network(view).numpy() for network in self.networks], axis=0)
        return np.asarray(self.sharpness * (self.linear.logits(features) + told))

    def export(self, path: Path) -> None:
        """As ONNX."""
        nodes: list[onnx.NodeProto] = []
        weights: list[onnx.TensorProto] = []

        def keep(value: Any) -> str:
            name = f"w{len(weights)}"
            weights.append(numpy_helper.from_array(np.asarray(value, np.float32), name))
            return name

        def add(kind: str, *taken: str, name: str = "", **attributes: Any) -> str:
            made = name or f"n{len(nodes)}"
            nodes.append(helper.make_node(kind, list(taken), [made], **attributes))
            return made

        def apart(source: str, mean: Array, deviation: Array) -> str:
            return add("Div", add("Sub", source, keep(mean)), keep(deviation))

        def layer(source: str, weight: Any, bias: Any) -> str:
            return add("Add", add("MatMul", source, keep(weight)), keep(bias))

        far = apart("features", self.linear.mean, self.linear.deviation)
        near = add("Clip", far, keep(-_NEAR), keep(_NEAR))
        ear = add("Clip", apart("embedding", *self.ear), keep(-_NEAR * _EAR), keep(_NEAR * _EAR))
        view = add("Concat", near, add("Mul", ear, "described"), axis=1)
        sums = layer(near, self.linear.weights, self.linear.bias)
        for network in self.networks:
            first, last = (network[k] for k in (1, 4))
            hidden = add("Relu", layer(view, first.weight.detach().T, first.bias.detach()))
            share = 1 / len(self.networks)
            sums = add("Add", sums, layer(hidden, share * last.weight.detach().T, share * last.bias.detach()))
        add("Softmax", add("Mul", sums, keep(self.sharpness)), name="probabilities", axis=1)
        lost = add("MatMul", add("Clip", far, keep(-_FAR), keep(_FAR)), keep(self.apart))
        mean = add("ReduceMean", add("Mul", lost, lost), axes=[1], keepdims=1)
        add("Div", add("Sqrt", mean), keep(self.limit), name="distance")

        def ends(sizes: dict[str, int]) -> list[onnx.ValueInfoProto]:
            return [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", size]) for name, size in sizes.items()]

        taken = ends({"features": FEATURES, "embedding": 2 * DESCRIBED, "described": 1})
        graph = helper.make_graph(nodes, "mood", taken, ends({"probabilities": len(MOODS), "distance": 1}), weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model)
        path.write_bytes(model.SerializeToString())
