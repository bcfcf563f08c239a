"""From descriptions of many sounds to a map of them in three files: everything that fitting does after listening."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine import models
from engine.errors import BadFile, MissingDriver
from engine.listening import anchors
from engine.listening.affinity import Partners, conditional
from engine.listening.faithfulness import NEIGHBOURS, continuity, nearest_agree, trustworthiness
from engine.listening.map_learning import Training, learn
from engine.listening.neighbours import Points, nearest
from engine.listening.projection import CUBE, PLANE, ROUNDS, Projection
from engine.whole_file import whole_file

PERPLEXITY: Final = 30.0
LEAST: Final = 100
"""Sounds that a map needs at least."""

_JUDGED: Final = 2000  # held-out sounds that the figures are of, at most: all are held against all
_OPSET: Final = 17
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
        anchors = hashlib.sha256(Path(f"{path}.npz").read_bytes()).hexdigest()
        models.write_card(Path(f"{path}.onnx"), {**card, "anchors_sha256": anchors})
    except OSError as why:
        raise BadFile(f"{path}: the map cannot be written: {why.strerror} (choose a folder with room)") from why


def exported(projection: Projection, name: str) -> bytes:
    """The projection as ONNX: `embedding` [n,128] → `plane` [n,2], `cube` [n,3]. MissingDriver without onnx.

    Two more outputs tell about the nearest landmarks, nearest first: `near` [n,k], their squared distances less the
    square of the sound itself, and `which` [n,k], their numbers.
    """
    try:
        from onnx import TensorProto, checker, helper, numpy_helper
    except ImportError as why:
        raise MissingDriver("a map is written by onnx, which is not here (pip install 'monochord[fit]')") from why
    marks, settling = projection.landmarks, projection.settling
    constants: dict[str, NDArray[Any]] = {
        "mean": projection.mean,
        "scale": projection.scale,
        "back": (-2 * marks.points.T).astype(np.float32),
        "squares": marks.squares.astype(np.float32),
        "count": np.array([marks.count], np.int64),
        "sharpness": np.array(-marks.sharpness, np.float32),
        "added": marks.where,
        "one": np.array([1], np.int64),
        "two": np.array([2], np.int64),
        "sizes": np.array([2, 3], np.int64),
    }
    nodes = [
        helper.make_node("Gemm", ["embedding", "back", "squares"], ["apart"]),  # but for the sound's own square
        helper.make_node("TopK", ["apart", "count"], ["near", "which"], largest=0),
        helper.make_node("Mul", ["near", "sharpness"], ["heights"]),
        helper.make_node("Softmax", ["heights"], ["shares"], axis=1),
        helper.make_node("Gather", ["added", "which"], ["addends"]),
        helper.make_node("Unsqueeze", ["shares", "one"], ["row"]),
        helper.make_node("MatMul", ["row", "addends"], ["sum"]),
        helper.make_node("Squeeze", ["sum", "one"], ["marked"]),
        helper.make_node("Sub", ["embedding", "mean"], ["centred"]),
        helper.make_node("Div", ["centred", "scale"], ["said0"]),
    ]
    last = len(projection.layers) - 1
    for number, (weights, bias) in enumerate(projection.layers):
        constants |= {f"weights{number}": weights, f"bias{number}": bias}
        summed = f"said{number + 1}" if number == last else f"sums{number}"
        nodes.append(helper.make_node("Gemm", [f"said{number}", f"weights{number}", f"bias{number}"], [summed]))
        if number != last:
            nodes.append(helper.make_node("Relu", [summed], [f"said{number + 1}"]))
    places = "places0"
    nodes.append(helper.make_node("Add", [f"said{last + 1}", "marked"], [places]))
    if settling is not None:
        # Both maps at once: `both` sums the squares of each map's coordinates, and hands the sum back to each.
        both = np.zeros((5, 5), np.float32)
        both[PLANE, PLANE] = both[CUBE, CUBE] = 1
        constants |= {
            "softness": np.array(-settling.sharpness, np.float32),
            "where": settling.where,
            "unit": settling.unit,
            "both": both,
            "unity": np.array(1, np.float32),
        }
        nodes += [
            helper.make_node("Mul", ["near", "softness"], ["depths"]),
            helper.make_node("Softmax", ["depths"], ["parts"], axis=1),
            helper.make_node("Unsqueeze", ["parts", "two"], ["weight"]),
            helper.make_node("Gather", ["where", "which"], ["marks"]),
        ]
        for turn in range(ROUNDS):
            nodes += [
                helper.make_node("Unsqueeze", [places, "one"], [f"from{turn}"]),
                helper.make_node("Sub", ["marks", f"from{turn}"], [f"way{turn}"]),
                helper.make_node("Div", [f"way{turn}", "unit"], [f"units{turn}"]),
                helper.make_node("Mul", [f"units{turn}", f"units{turn}"], [f"parted{turn}"]),
                helper.make_node("MatMul", [f"parted{turn}", "both"], [f"distance{turn}"]),
                helper.make_node("Add", [f"distance{turn}", "unity"], [f"tail{turn}"]),
                helper.make_node("Div", ["weight", f"tail{turn}"], [f"pull{turn}"]),
                helper.make_node("Mul", [f"pull{turn}", "marks"], [f"pulled{turn}"]),
                helper.make_node("ReduceSum", [f"pulled{turn}", "one"], [f"total{turn}"], keepdims=0),
                helper.make_node("ReduceSum", [f"pull{turn}", "one"], [f"mass{turn}"], keepdims=0),
                helper.make_node("Div", [f"total{turn}", f"mass{turn}"], [f"places{turn + 1}"]),
            ]
            places = f"places{turn + 1}"
    nodes.append(helper.make_node("Split", [places, "sizes"], ["plane", "cube"], axis=1))
    kinds = [("embedding", projection.mean.size), ("plane", 2), ("cube", 3)]
    given, *said = [helper.make_tensor_value_info(key, TensorProto.FLOAT, ["n", size]) for key, size in kinds]
    # What has been found on the way: whoever wants the nearest anchors need not look for them again.
    said.append(helper.make_tensor_value_info("near", TensorProto.FLOAT, ["n", marks.count]))
    said.append(helper.make_tensor_value_info("which", TensorProto.INT64, ["n", marks.count]))
    graph = helper.make_graph(
        nodes, name, [given], said, [numpy_helper.from_array(value, key) for key, value in constants.items()]
    )
    opset = [helper.make_opsetid("", _OPSET)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=8, producer_name="monochord")
    checker.check_model(model)
    return bytes(model.SerializeToString())
