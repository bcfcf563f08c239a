"""How well descriptions of sound tell instruments, families and moods apart: ours beside both teachers.

    python tools/timbres.py --data tunes.npz --teachers DIR --out tim --half report --named --judge --clean \\
        --count 900 --seed 71 --sound TimGM6mb.sf2        (and once more --out sfb --seed 72 --sound sf_GMbank.sf2)
    python tools/emopia.py --data emopia_train.zip --soundfont TimGM6mb.sf2 --teachers DIR --out emopia.npz
    python tools/judge_vggish.py --data tim --data sfb --emopia emopia.npz --model models_onnx/vggish.onnx

Beside it: log-mel statistics (mean and deviation of each band), and a network of the same shape as ours with random
weights. Instruments: clips in which one instrument plays; a linear probe (logistic regression, standardised) in five
folds that keep a tune together, and the nearest neighbour (cosine, standardised) among clips of other tunes; then
nearest neighbour from the first folder to the others and back. Moods: mean and deviation over a clip's patches, a
linear probe whose strength is chosen within, five folds by song. Needs scikit-learn and torch.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
import torch
from benchmarks import figures
from lessons.families import family_of
from lessons.teachers import PATCH_HOP
from networks.vggish import VggishShaped
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from engine.listening.mel import BANDS, PATCH

_AT: Final = (4, 9, 15)  # the patches of a clip that lie where the slower teacher listened
_FOLDS: Final = 5

Rows = NDArray[np.float32]
Describe = Callable[[Rows], Rows]


def statistics(patches: Rows) -> Rows:
    """Mean and deviation of each band of (n, 96, 64), (n, 128)."""
    return np.concatenate([patches.mean(axis=1), patches.std(axis=1)], axis=1)


def running(path: Path) -> Describe:
    """A network that describes patches (n, 96, 64)."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options)

    def describe(patches: Rows) -> Rows:
        return np.concatenate(
            [session.run(["embedding"], {"log_mel": patches[k : k + 64, None]})[0] for k in range(0, len(patches), 64)]
        )

    return describe


def random_network(mean: Rows, scale: Rows) -> Describe:
    """A network of our shape that has learned nothing."""
    torch.manual_seed(0)
    network = VggishShaped(0.25, torch.from_numpy(mean), torch.from_numpy(scale)).train()

    def describe(patches: Rows) -> Rows:
        with torch.no_grad():
            parts = [network(torch.from_numpy(patches[k : k + 64, None])).numpy() for k in range(0, len(patches), 64)]
        return np.concatenate(parts)

    return describe


def read_folder(folder: Path, describers: dict[str, Describe]) -> dict[str, Any]:
    """Descriptions by name of the patches in which one instrument is heard, and what is known of them."""
    found: dict[str, list[Any]] = {}
    for path in sorted(folder.glob("[0-9]*.npz")):
        with np.load(path) as shard:
            alone = shard["instrument"] >= 0
            columns = shard["log_mel"][alone].astype(np.float32)
            patches = np.stack([columns[:, k * PATCH_HOP : k * PATCH_HOP + PATCH] for k in _AT], axis=1)
            patches = np.ascontiguousarray(patches.reshape(-1, PATCH, BANDS))
            heard = patches.max(axis=(1, 2)) > -2.0
            rows = {
                "YAMNet": shard["yamnet"][alone][:, _AT].reshape(-1, 1024).astype(np.float32),
                "MTT_vgg": shard["mtt"][alone].reshape(-1, 128).astype(np.float32),
                "instrument": np.repeat(shard["instrument"][alone], len(_AT)),
                "tune": np.repeat(shard["tune"][alone], len(_AT)),
            } | {name: describe(patches) for name, describe in describers.items()}
        for name, values in rows.items():
            found.setdefault(name, []).append(values[heard])
    joined = {name: np.concatenate(values) for name, values in found.items()}
    joined["family"] = np.array([family_of(program) for program in joined["instrument"]])
    return joined


def nearest(query: Rows, reference: Rows) -> Rows:
    """Cosine of each query to each reference, both standardised by the reference."""
    scaler = StandardScaler().fit(reference)
    a, b = scaler.transform(query), scaler.transform(reference)
    a /= np.linalg.norm(a, axis=1, keepdims=True) + 1e-9
    b /= np.linalg.norm(b, axis=1, keepdims=True) + 1e-9
    return a @ b.T


def within(rows: Rows, label: NDArray[Any], tune: NDArray[Any]) -> tuple[float, float]:
    """Accuracy of a linear probe and of the nearest neighbour, tunes held apart."""
    right = []
    for train, test in GroupKFold(_FOLDS, shuffle=True, random_state=0).split(rows, label, tune):
        probe = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=400))
        right.append(probe.fit(rows[train], label[train]).score(rows[test], label[test]))
    alike = nearest(rows, rows)
    alike[tune[:, None] == tune[None, :]] = -2
    return float(np.mean(right)), float((label[alike.argmax(axis=1)] == label).mean())


def mood_probe(rows: Rows, mood: NDArray[Any], song: NDArray[Any]) -> float:
    """Accuracy of four moods, five folds by song."""
    right = []
    for train, test in StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=0).split(rows, mood, song):
        inner = list(StratifiedGroupKFold(4, shuffle=True, random_state=1).split(rows[train], mood[train], song[train]))
        chosen = LogisticRegressionCV(Cs=np.logspace(-4, 0, 7), cv=inner, max_iter=500)
        right.append(
            make_pipeline(StandardScaler(), chosen).fit(rows[train], mood[train]).score(rows[test], mood[test])
        )
    return float(np.mean(right))


def clip_rows(rows: Rows, ends: NDArray[Any]) -> Rows:
    """Mean and deviation over the patches of each clip."""
    parts = np.split(rows.astype(np.float32), ends[:-1])
    return np.stack([np.concatenate([part.mean(axis=0), part.std(axis=0)]) for part in parts])


def moods(path: Path, describers: dict[str, Describe]) -> dict[str, float]:
    """Accuracy of the mood probe by description."""
    with np.load(path) as file:
        mood, song = file["mood"], file["song"]
        clips = {
            name: clip_rows(file[key], file[f"{key}_ends"]) for name, key in (("YAMNet", "yamnet"), ("MTT_vgg", "mtt"))
        }
        columns = np.split(file["log_mel"].astype(np.float32), file["ends"][:-1])
    for name, describe in describers.items():
        described = []
        for clip in columns:
            count = max(len(clip) // PATCH, 1)
            padded = np.pad(clip, ((0, max(0, PATCH - len(clip))), (0, 0)), constant_values=np.log(0.01))
            described.append(describe(np.stack([padded[k * PATCH : (k + 1) * PATCH] for k in range(count)])))
        clips[name] = clip_rows(np.concatenate(described), np.cumsum([len(each) for each in described]))
    return {name: mood_probe(rows, mood, song) for name, rows in clips.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, action="append", default=[], help="what tools/timbres.py --judge wrote")
    parser.add_argument("--emopia", type=Path, help="what tools/emopia.py wrote")
    parser.add_argument("--model", type=Path, required=True)
    figures.ask(parser)
    said = parser.parse_args()
    with np.load(next(iter(sorted((said.data or [said.emopia])[0].glob("[0-9]*.npz"))))) as shard:
        some = shard["log_mel"].astype(np.float32).reshape(-1, BANDS)
    describers: dict[str, Describe] = {
        "ours": running(said.model),
        "log-mel statistics": statistics,
        "random network": random_network(some.mean(axis=0), 1 / some.std(axis=0)),
    }
    names = ("ours", "YAMNet", "MTT_vgg", "log-mel statistics", "random network")
    table: dict[str, dict[str, float]] = {name: {} for name in names}
    folders = {folder.name: read_folder(folder, describers) for folder in said.data}
    for folder, known in folders.items():
        print(f"{folder}: {len(known['tune'])} patches, {len(set(known['instrument']))} instruments", flush=True)
        for name in names:
            for what in ("instrument", "family"):
                probe, neighbour = within(known[name], known[what], known["tune"])
                table[name][f"{folder} {what} probe"] = probe
                table[name][f"{folder} {what} 1-NN"] = neighbour
    for one, a in folders.items():
        for other, b in folders.items():
            if one != other:
                for name in names:
                    best = nearest(a[name], b[name]).argmax(axis=1)
                    for what in ("instrument", "family"):
                        table[name][f"{one} in {other} {what} 1-NN"] = float((b[what][best] == a[what]).mean())
    if said.emopia:
        for name, score in moods(said.emopia, describers).items():
            table[name]["mood"] = score
    print(f"{'':34}" + "".join(f"{name:>20}" for name in names))
    for row in table["ours"]:
        print(f"{row:34}" + "".join(f"{table[name][row]:20.3f}" for name in names))
    figures.keep(table, said.json)


if __name__ == "__main__":
    main()
