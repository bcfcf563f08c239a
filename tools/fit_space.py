"""Fits the shipped map of sounds, and judges it beside others: openTSNE, PCA, UMAP, SNE, symmetric SNE.

    python tools/fit_space.py --data corpus --network models_onnx/vggish.onnx --out models_onnx/space
    python tools/fit_space.py --data corpus --network … --out … --umap umap/bin/python --figures pictures

Every .npz in --data is a part of the corpus: `embedding` (n, 128), `family` (n,) and `group` (n,) by name, `time` (n,)
in seconds, and, if some are held out, `split` (n,) with "train" for those that the map is fitted on, "walk" for those
that only wander. `held` (n,), if it is there, numbers the held notes (−1: none): what wanders while one sounds. Without
it, the calmest quarter of all steps is taken for held.

Needs onnx, and for the comparison openTSNE; scikit-learn is a test's. Everything has a seed; one thread gives the same
map on the same machine.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from benchmarks import figures
from numpy.typing import NDArray
from PIL import Image

from engine.corpus.fitting import MOST, held_out
from engine.foundation import models
from engine.listening.affinity import conditional, joint
from engine.listening.atlas import PERPLEXITY, Atlas, Corpus, fitted, write
from engine.listening.divergence import Kind, descend
from engine.listening.faithfulness import NEIGHBOURS, continuity, nearest_agree, trustworthiness
from engine.listening.map_learning import Training
from engine.listening.neighbours import nearest
from engine.listening.projection import CUBE, PLANE
from engine.stage.map_figure import draw_crowding, draw_map

_JUDGED: Final = 3000  # held-out sounds that the table is of, at most
_CROWD: Final = 1500  # sounds in the figure of the crowding problem: all are held against all
_CALM: Final = 0.25  # share of the steps that count as held, where nobody says which are

Points = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One line of the table; `wander` is per held second, in spreads of the map."""

    name: str
    trustworthiness: float
    continuity: float
    family: float
    wander: float | None
    seconds: float


class Judge:
    """Holds every map against the same held-out sounds."""

    def __init__(self, corpus: Corpus, held: Held, count: int, seed: int) -> None:
        self.corpus = corpus
        self.learned = np.flatnonzero(~corpus.held_out)
        unheard = np.flatnonzero(corpus.held_out & ~held[1])
        some = np.random.default_rng(seed).permutation(len(unheard))[:count]
        self.unheard = np.sort(unheard[some])
        self._steps = _held_steps(corpus, held[0])
        self.walked = np.unique(self._steps)
        self.rows: list[Row] = []

    def __call__(self, name: str, places: Points, seconds: float, *, walks: bool = True) -> None:
        """Judge places (n, d) of the whole corpus; those of sounds that nobody asks for may be anything."""
        corpus, unheard = self.corpus, self.unheard
        own, points = places[unheard], corpus.embedding[unheard]
        self.rows.append(
            Row(
                name,
                trustworthiness(points, own),
                continuity(points, own),
                nearest_agree(own, corpus.family[unheard], places[self.learned], corpus.family[self.learned]),
                self._wander(places) if walks and len(self._steps) else None,
                seconds,
            )
        )
        print(shown(self.rows[-1]), flush=True)

    def _wander(self, places: Points) -> float:
        """How far a held sound goes in a second, against how far apart two sounds of the map usually are."""
        first, second = self._steps.T
        way = np.linalg.norm(places[first] - places[second], axis=1).sum()
        seconds = float((self.corpus.time[second] - self.corpus.time[first]).sum())
        learned = places[self.learned]
        return float(way / seconds / np.sqrt(2 * learned.var(axis=0).sum()))


def _held_steps(corpus: Corpus, held: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pairs (m, 2) of held-out sounds that follow each other while a note is held."""
    first = np.flatnonzero(
        (corpus.group[1:] == corpus.group[:-1])
        & (np.diff(corpus.time) > 0)
        & corpus.held_out[1:]
        & corpus.held_out[:-1]
    )
    if (held >= 0).any():
        first = first[(held[first] >= 0) & (held[first] == held[first + 1])]
    elif len(first):
        apart = np.linalg.norm(corpus.embedding[first] - corpus.embedding[first + 1], axis=1)
        first = first[apart <= np.quantile(apart, _CALM)]
    return np.stack([first, first + 1], axis=1)


def shown(row: Row) -> str:
    wander = "    –" if row.wander is None else f"{row.wander:5.3f}"
    return (
        f"| {row.name:34} | {row.trustworthiness:.3f} | {row.continuity:.3f} | {row.family:.3f} | {wander} "
        f"| {row.seconds:6.0f} s |"
    )


Held = tuple[NDArray[np.int64], NDArray[np.bool_]]
"""Which note is held in each sound (−1: none, or nobody knows), and which sounds are there for that only."""


def load(folder: Path) -> tuple[Corpus, Held]:
    """The corpus in a folder, and what is held in it."""
    parts: dict[str, list[Any]] = {key: [] for key in ("embedding", "family", "group", "time", "split", "held")}
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as kept:
            count = len(kept["time"])
            parts["embedding"].append(kept["embedding"].astype(np.float32))
            parts["time"].append(kept["time"].astype(float))
            for key in ("family", "group"):
                parts[key].append(np.broadcast_to(kept[key], count).astype(str))
            split = kept["split"] if "split" in kept else np.array("")
            parts["split"].append(np.broadcast_to(split, count).astype(str))
            held = kept["held"] if "held" in kept else np.array(-1)
            parts["held"].append(np.broadcast_to(held, count).astype(np.int64))
    if not parts["time"]:
        raise SystemExit(f"--data {folder} holds no .npz")
    whole = {key: np.concatenate(value) for key, value in parts.items()}
    families, family = np.unique(whole["family"], return_inverse=True)
    group = np.unique(whole["group"], return_inverse=True)[1]
    order = np.lexsort((whole["time"], group))
    split = whole["split"]
    out = split != "train" if (split != "").any() else held_out(group, family)
    corpus = Corpus(
        whole["embedding"][order],
        tuple(str(name) for name in families),
        family[order].astype(np.int16),
        group[order].astype(np.int64),
        whole["time"][order],
        out[order],
    )
    return corpus, (whole["held"][order], split[order] == "walk")


def thinned(corpus: Corpus, held: Held, most: int) -> tuple[Corpus, Held]:
    """At most so many sounds to fit on; those held out stay."""
    learned = np.flatnonzero(~corpus.held_out)
    stride = max(len(learned) / most, 1.0)
    kept = learned[np.unique(np.arange(0, len(learned), stride).astype(int))]
    chosen = np.sort(np.concatenate([kept, np.flatnonzero(corpus.held_out)]))
    return (
        replace(
            corpus,
            embedding=corpus.embedding[chosen],
            family=corpus.family[chosen],
            group=corpus.group[chosen],
            time=corpus.time[chosen],
            held_out=corpus.held_out[chosen],
        ),
        (held[0][chosen], held[1][chosen]),
    )


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.monotonic()
    return work(), time.monotonic() - begun


def compare(corpus: Corpus, judge: Judge, training: Training, said: argparse.Namespace) -> None:
    """The other maps of the same sounds."""
    points = corpus.embedding
    mean = points[judge.learned].mean(axis=0)
    axes = np.linalg.svd(points[judge.learned] - mean, full_matrices=False)[2]
    for dimensions in (2, 3):
        judge(f"PCA, {dimensions}-D", ((points - mean) @ axes[:dimensions].T).astype(np.float32), 0.0)
    for name, change in (("ours, no neighbours in time", {"sameness": 0.0}),):
        atlas, seconds = timed(lambda change=change: fitted(corpus, replace(training, **change)))
        judge(f"{name}, 2-D", atlas.places[:, PLANE], seconds)
        judge(f"{name}, 3-D", atlas.places[:, CUBE], seconds)
    if said.umap is not None:
        _judge_umap(judge, said.umap)
    if said.opentsne:
        _judge_opentsne(judge)


def _judge_umap(judge: Judge, python: Path) -> None:
    points = judge.corpus.embedding
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.npz", Path(folder) / "out.npz"
        asked = np.union1d(judge.unheard, judge.walked)
        np.savez(source, learned=points[judge.learned], unheard=points[asked])
        script = Path(__file__).with_name("umap_places.py")
        _, seconds = timed(lambda: subprocess.run([str(python), str(script), str(source), str(target)], check=True))
        with np.load(target) as kept:
            places = np.zeros((len(points), 2), np.float32)
            places[judge.learned], places[asked] = kept["learned"], kept["unheard"]
            judge(str(kept["what"]), places, seconds)


def _judge_opentsne(judge: Judge) -> None:
    """openTSNE's fit on what was learned, and its transform of what was not; and its fit on the latter alone."""
    import openTSNE

    points = judge.corpus.embedding
    options = {"perplexity": PERPLEXITY, "n_jobs": 1, "random_state": 0}
    fit, seconds = timed(lambda: openTSNE.TSNE(**options).fit(points[judge.learned]))
    asked = np.union1d(judge.unheard, judge.walked)
    places = np.zeros((len(points), 2), np.float32)
    places[judge.learned] = fit
    places[asked], more = timed(lambda: fit.transform(points[asked]))
    judge("openTSNE, transform", places, seconds + more)
    places[judge.unheard], seconds = timed(lambda: openTSNE.TSNE(**options).fit(points[judge.unheard]))
    judge("openTSNE, fitted on the held-out", places, seconds, walks=False)


def crowding(corpus: Corpus, judge: Judge, path: Path | None, seed: int) -> None:
    """SNE, symmetric SNE and t-SNE by plain descent on the same held-out sounds: the crowding problem and its cure."""
    rng = np.random.default_rng(seed)
    some = np.sort(rng.choice(judge.unheard, min(_CROWD, len(judge.unheard)), replace=False))
    points, family = corpus.embedding[some], corpus.family[some]
    found, apart = nearest(points, int(3 * PERPLEXITY))
    shares, _ = conditional(apart, PERPLEXITY)
    whole = joint(found, shares)
    alone = np.zeros_like(whole)
    np.put_along_axis(alone, found.astype(np.intp), shares, axis=1)
    panels = []
    names: tuple[tuple[str, Kind], ...] = (("SNE", "sne"), ("symmetric SNE", "symmetric"), ("t-SNE", "t"))
    for name, kind in names:
        places, seconds = timed(lambda kind=kind: descend(alone if kind == "sne" else whole, kind, seed=seed))
        row = Row(
            f"{name}, fitted on {len(some)} held-out",
            trustworthiness(points, places),
            continuity(points, places),
            _own_family(places, family),
            None,
            seconds,
        )
        judge.rows.append(row)
        print(shown(row), flush=True)
        panels.append((name, f"trustworthiness {row.trustworthiness:.3f}", places))
    if path is not None:
        _save(path, draw_crowding(panels, family, corpus.families))


def _own_family(places: Points, family: NDArray[np.int16]) -> float:
    """Whether the nearest other is of the same family."""
    agree = [
        nearest_agree(places[i : i + 1], family[i : i + 1], np.delete(places, i, 0), np.delete(family, i))
        for i in range(len(places))
    ]
    return float(np.mean(agree))


def _save(path: Path, pixels: NDArray[np.uint8]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.ascontiguousarray(pixels[..., :3])).save(path, optimize=True)
    print(path)


def picture(corpus: Corpus, atlas: Atlas, path: Path) -> None:
    said = f"{len(corpus.embedding)} sounds"
    _save(path, draw_map("The map of sounds", said, atlas.places[:, PLANE], corpus.family, corpus.families))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--network", required=True, help="the network whose descriptions they are: a name, or a path")
    parser.add_argument("--out", type=Path, required=True, help="the map's path without ending")
    parser.add_argument("--corpus", default="", help="what the corpus is, for the card")
    parser.add_argument("--most", type=int, default=MOST, help="sounds to fit on at most")
    parser.add_argument("--set", action="append", default=[], help="KEY=VALUE of Training; again for more")
    parser.add_argument("--umap", type=Path, help="a Python that has umap-learn")
    parser.add_argument("--no-opentsne", dest="opentsne", action="store_false")
    parser.add_argument("--alone", action="store_true", help="fit and judge ours only")
    parser.add_argument("--figures", type=Path, help="folder for map.png and crowding.png")
    figures.ask(parser)
    parser.add_argument("--seed", type=int, default=0)
    said = parser.parse_args()
    training = replace(
        Training(seed=said.seed), **{key: json.loads(value) for key, value in (s.split("=") for s in said.set)}
    )
    network = models.card(*models.located(said.network))
    corpus, held = thinned(*load(said.data), said.most)
    judge = Judge(corpus, held, _JUDGED, said.seed)
    print(f"{len(judge.learned)} sounds to fit on, {len(judge.unheard)} held out, {len(corpus.families)} families")
    print(f"| map | trustworthiness | continuity | 1-NN family | wander | time |\n| {'--- | ' * 6}")
    judge("128-D itself", corpus.embedding, 0.0)
    atlas, seconds = timed(lambda: fitted(corpus, training))
    judge("ours, plane", atlas.places[:, PLANE], seconds)
    judge("ours, cube", atlas.places[:, CUBE], seconds)
    plane, cube = judge.rows[-2:]
    held_out_figures = {"held_out": int(corpus.held_out.sum()), "neighbours": NEIGHBOURS}
    for name, row in (("plane", plane), ("cube", cube)):
        held_out_figures |= {
            f"{name}_trustworthiness": round(row.trustworthiness, 4),
            f"{name}_continuity": round(row.continuity, 4),
            f"{name}_family": round(row.family, 4),
        }
    card = {
        "what": "a map of sounds: where a description lies on a plane and in a cube (parametric t-SNE)",
        "families": list(corpus.families),
        "network": str(network["sha256"]),
        "weights": False,
        "data": said.corpus or f"{len(judge.learned)} sounds of {len(np.unique(corpus.group))} pieces",
        "licence": "MIT (ours); anchors are descriptions of sounds, no sound is in them",
        "command": f"python tools/fit_space.py --data corpus --network {said.network} --most {said.most}"
        f" --seed {said.seed}",
        "held_out": held_out_figures,
    }
    write(said.out, atlas, card)
    if said.figures is not None:
        picture(corpus, atlas, said.figures / "map.png")
    if not said.alone:
        compare(corpus, judge, training, said)
        crowding(corpus, judge, said.figures and said.figures / "crowding.png", said.seed)
    figures.keep({row.name: asdict(row) for row in judge.rows}, said.json)


if __name__ == "__main__":
    main()
