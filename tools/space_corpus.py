"""What the shipped map is fitted on: the ear's descriptions of the renders that taught it.

    python tools/space_corpus.py --data timbres --network models_onnx/vggish.onnx --out corpus
    python tools/fit_space.py --data corpus --network models_onnx/vggish.onnx --out models_onnx/space

A part NAME.npz for each shard: `embedding` (n, 128) of a patch every 0.48 s in which one family is heard, `family`,
`group` (the tune), `time` in seconds within the clip (clips one behind the other), `split` ("train", or "held" for
one tune in seven), and `held` (n,) −1. One more, walk.npz, has the tunes kept apart every 40 ms while one key alone is
held, with the number of the note in `held`: what a map should not wander in.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path
from typing import Any, Final

import numpy as np
from lessons.families import FAMILIES
from lessons.teachers import PATCH_HOP
from numpy.typing import NDArray

from engine.listening.mel import PATCH
from engine.listening.vggish import Vggish

_HEARD: Final = -2.0  # log-mel that a patch must reach somewhere
_LEFT_OUT: Final = ("synth",)  # what no player on a stage is to be compared with
_KEPT_APART: Final = 7  # one tune in so many
_LONG: Final = 120  # columns that a note must be held to be walked along
_STEP: Final = 4
_APART: Final = 20.0  # seconds from the beginning of a clip to that of the next
_WALKS: Final = 150


def kept_apart(tune: str) -> bool:
    """Whether a tune is kept for judging, by its name, for ever."""
    return hashlib.sha256(f"map {tune}".encode()).digest()[0] % _KEPT_APART == 0


def described(shard: Any, network: Vggish) -> dict[str, NDArray[Any]] | None:
    """The patches of a shard in which one family is heard."""
    alone = [
        int(clip)
        for clip in np.flatnonzero(shard["family"].sum(axis=1) == 1)
        if FAMILIES[int(shard["family"][clip].argmax())] not in _LEFT_OUT
    ]
    rows: dict[str, list[Any]] = {key: [] for key in ("embedding", "family", "group", "time", "split")}
    columns = shard["log_mel"]
    for clip in alone:
        starts = np.arange(0, columns.shape[1] - PATCH + 1, PATCH_HOP)
        patches = np.stack([columns[clip, start : start + PATCH] for start in starts]).astype(np.float32)
        heard = patches.max(axis=(1, 2)) > _HEARD
        if not heard.any():
            continue
        tune = str(shard["tune"][clip])
        rows["embedding"].append(network.embed(patches[heard]))
        rows["time"].append(clip * _APART + starts[heard] / 100)
        rows["family"] += [FAMILIES[int(shard["family"][clip].argmax())]] * int(heard.sum())
        rows["group"] += [tune] * int(heard.sum())
        rows["split"] += ["held" if kept_apart(tune) else "train"] * int(heard.sum())
    if not rows["embedding"]:
        return None
    joined = {key: np.concatenate(rows[key]) for key in ("embedding", "time")}
    joined |= {key: np.array(rows[key]) for key in ("family", "group", "split")}
    return joined | {"held": np.full(len(joined["time"]), -1)}


def held_notes(roll: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """From which to which column one key alone is held, (columns, keys), where that is long."""
    alone = roll.sum(axis=1) == 1
    key = np.where(alone, roll.argmax(axis=1), -1)
    edges = np.flatnonzero(np.diff(key)) + 1
    spans = zip([0, *edges], [*edges, len(key)], strict=True)
    return [(int(first), int(last)) for first, last in spans if key[first] >= 0 and last - first >= _LONG]


def walks(shards: list[Path], network: Vggish) -> dict[str, NDArray[Any]]:
    """Held notes of tunes that are kept apart, a patch every 40 ms that lies mostly within the note."""
    rows: dict[str, list[Any]] = {key: [] for key in ("embedding", "family", "group", "time", "held")}
    number = 0
    for path in shards:
        with np.load(path) as shard:
            for clip in np.flatnonzero(shard["instrument"] >= 0):
                family, tune = FAMILIES[int(shard["family"][clip].argmax())], str(shard["tune"][clip])
                if number >= _WALKS or not kept_apart(tune) or family in _LEFT_OUT:
                    continue
                columns = shard["log_mel"][clip].astype(np.float32)
                for first, last in held_notes(np.unpackbits(shard["roll"][clip], axis=1, count=88).astype(bool)):
                    ends = np.arange(max(first + PATCH * 2 // 3, PATCH), last, _STEP)
                    if len(ends) < 4:
                        continue
                    rows["embedding"].append(network.embed(np.stack([columns[end - PATCH : end] for end in ends])))
                    rows["time"].append(1e6 + number * _APART + ends / 100)
                    rows["family"] += [family] * len(ends)
                    rows["group"] += [f"{tune} {number}"] * len(ends)
                    rows["held"] += [number] * len(ends)
                    number += 1
    joined = {key: np.concatenate(rows[key]) for key in ("embedding", "time")}
    joined |= {key: np.array(rows[key]) for key in ("family", "group", "held")}
    return joined | {"split": np.full(len(joined["time"]), "walk")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="what tools/timbres.py wrote")
    parser.add_argument("--network", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    said = parser.parse_args()
    said.out.mkdir(parents=True, exist_ok=True)
    network = Vggish(said.network)
    shards = sorted(said.data.glob("[0-9]*.npz"))
    count = 0
    for path in shards:
        with np.load(path) as shard:
            found = described(shard, network)
        if found is not None:
            np.savez(said.out / path.name, **found)
            count += len(found["time"])
        print(f"\r{path.stem}: {count} patches", end="", flush=True)
    walk = walks(shards, network)
    np.savez(said.out / "walk.npz", **walk)
    print(f"\n{len(np.unique(walk['held']))} held notes")


if __name__ == "__main__":
    main()
