"""From descriptions of many sounds to a map of them in three files: everything that fitting does after listening."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadFile
from engine.foundation import models
from engine.foundation.whole_file import whole_file
from engine.listening import anchors
from engine.listening.affinity import Partners, conditional
from engine.listening.faithfulness import NEIGHBOURS, continuity, nearest_agree, trustworthiness
from engine.listening.map_export import exported
from engine.listening.map_learning import Training, learn
from engine.listening.neighbours import Points, nearest
from engine.listening.projection import CUBE, PLANE, Projection

PERPLEXITY: Final = 30.0
"""How many neighbours count, about, where there are sounds enough."""
LEAST: Final = 100
"""Sounds that a map needs at least."""

_JUDGED: Final = 2000  # held-out sounds that the figures are of, at most: all are held against all
_SHARES: Final = (0.25, 0.95)  # progress: neighbours are found, the map is learned


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """Descriptions of sounds in the order in which they were heard.

    `embedding` (n, 128), `family` (n,) counting `families`, `group` (n,) the number of the recording each is from,
    `time` (n,) its seconds in it, `held_out` (n,) whether it is kept for judging.
    """

    embedding: Points
    families: tuple[str, ...]
    family: NDArray[np.int16]
    group: NDArray[np.int64]
    time: NDArray[np.float64]
    held_out: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Atlas:
    """A fitted map: the projection, the arrays of NAME.npz, and the places (n, 5) of all of the corpus."""

    projection: Projection
    arrays: Mapping[str, NDArray[Any]]
    places: Points


def fitted(
    corpus: Corpus, how: Training | None = None, progress: Callable[[float], object] = lambda share: None
) -> Atlas:
    """A map of a corpus, fitted on those that are not held out. BadFile if those are fewer than LEAST."""
    learning = ~corpus.held_out
    points = np.ascontiguousarray(corpus.embedding[learning], np.float32)
    if len(points) < LEAST:
        raise BadFile(f"{len(points)} sounds were heard, a map needs {LEAST} (add recordings: about a minute in all)")
    perplexity = min(PERPLEXITY, len(points) / 10)
    first, second = _SHARES
    found, apart = nearest(points, int(3 * perplexity), progress=lambda share: progress(first * share))
    partners = Partners(found, conditional(apart, perplexity)[0])
    family = corpus.family[learning]
    marks = anchors.chosen(points, family)
    projection = learn(
        points,
        points[marks],
        partners,
        neighbours_in_time(corpus.group[learning], corpus.time[learning]),
        how or Training(),
        lambda share: progress(first + (second - first) * share),
    )
    places = projection(corpus.embedding)
    unheard = corpus.embedding[corpus.held_out] if corpus.held_out.any() else points
    arrays: dict[str, NDArray[Any]] = {
        "embedding": points[marks].astype(np.float16),
        "plane": places[learning][marks][:, PLANE],
        "cube": places[learning][marks][:, CUBE],
        "family": family[marks].astype(np.int16),
        "distances": anchors.percentiles(unheard, points[marks]),
        "density": anchors.density(places[:, PLANE]),
    }
    progress(1.0)
    return Atlas(projection, arrays, places)


def neighbours_in_time(group: NDArray[np.integer], time: NDArray[np.floating]) -> NDArray[np.int64]:
    """Pairs (m, 2) of sounds that follow each other in one recording, as near as they usually do."""
    steps = np.diff(time)
    following = (group[1:] == group[:-1]) & (steps > 0)
    if not following.any():
        return np.zeros((0, 2), np.int64)
    first = np.flatnonzero(following & (steps <= 1.5 * np.median(steps[following])))
    return np.stack([first, first + 1], axis=1)


def figures(corpus: Corpus, atlas: Atlas, seed: int = 0) -> dict[str, float]:
    """How far both maps can be believed, on sounds that they were not fitted on; nothing if there are too few."""
    unheard = np.flatnonzero(corpus.held_out)
    if len(unheard) <= 2 * NEIGHBOURS:
        return {}
    if len(unheard) > _JUDGED:
        unheard = np.sort(np.random.default_rng(seed).choice(unheard, _JUDGED, replace=False))
    said: dict[str, float] = {"held_out": int(corpus.held_out.sum())}
    heard = ~corpus.held_out
    for name, part in (("plane", PLANE), ("cube", CUBE)):
        own = atlas.places[unheard][:, part]
        points = corpus.embedding[unheard]
        known, families = atlas.places[heard][:, part], corpus.family[heard]
        said[f"{name}_trustworthiness"] = round(trustworthiness(points, own), 4)
        said[f"{name}_continuity"] = round(continuity(points, own), 4)
        said[f"{name}_family"] = round(nearest_agree(own, corpus.family[unheard], known, families), 4)
    return said


def write(path: Path, atlas: Atlas, card: Mapping[str, Any]) -> None:
    """PATH.onnx, PATH.npz and PATH.toml; the card, which vouches for the others, last. BadFile if they cannot be.

    `card` says at least `families` and `network`.
    """
    model = exported(atlas.projection, path.name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(Path(f"{path}.onnx")) as part:
            part.write_bytes(model)
        with whole_file(Path(f"{path}.npz")) as part, part.open("wb") as file:
            arrays: dict[str, Any] = dict(atlas.arrays)
            np.savez_compressed(file, **arrays)
        digest = hashlib.sha256(Path(f"{path}.npz").read_bytes()).hexdigest()
        models.write_card(Path(f"{path}.onnx"), {**card, "anchors_sha256": digest})
    except OSError as why:
        raise BadFile(f"{path}: the map cannot be written: {why.strerror} (choose a folder with room)") from why
