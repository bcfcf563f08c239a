"""Teaches the sense of mood from EMOPIA's piano clips, judges it on songs it has not heard, writes it with its card.

    python tools/train_mood.py --data emopia_train.zip --soundfont FluidR3_GM.sf2 --soundfont OPL-3_FM_128M.sf2 \\
        --work work --out models_onnx

Each clip is rendered as it is (by the first soundfont), and once by another instrument (by any of them, a seeded
choice); what the engine heard is kept below --work, so it can be stopped. Trained on whole clips and on windows of
10 to 30 s. Figures: five folds by song, and the paper's 3 : 1, by song too. A soundfont that is named
twice is taken twice as often. Needs scikit-learn, scipy, torch, onnx, mido and the program fluidsynth (extra `train`).
The data are for non-commercial use: so is what is written.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from lessons.mood import Clip, heard_set
from networks.mood import KNOWN, Array, Labels, Lessons, MoodNetwork, folds, joined, lessons, sharpness, softmax
from numpy.typing import NDArray
from onnxruntime import InferenceSession

from engine.foundation import models
from engine.foundation.whole_file import whole_file
from engine.listening.mood_judge import MOODS, MoodModel

CROPS: Final = 2
SEEDS: Final = 2
FOLDS: Final = 5
_WHAT: Final = (
    "which of four moods half a minute of music has: labels that people of one culture gave to piano music, no more"
)
_LICENCE: Final = (
    "CC BY-NC-SA 4.0, after the data (to be confirmed with its authors): for non-commercial use only. The show runs"
    " without it: delete mood.onnx and the mood stays neutral"
)
_DATA: Final = (
    "EMOPIA (Hung et al., ISMIR 2021): 863 piano clips of 325 songs as MIDI, labelled by the annotators of its authors,"
    " rendered by fluidsynth as they are and by other instruments"
)


def scores(shares: Array, mood: Labels) -> dict[str, float]:
    """Accuracy of the four, of arousal and of valence."""
    stirring = np.isin(mood, [MOODS.index("excitement"), MOODS.index("irritation")])
    pleasant = np.isin(mood, [MOODS.index("excitement"), MOODS.index("relaxation")])
    return {
        "four": float((shares.argmax(axis=1) == mood).mean()),
        "arousal": float(((shares[:, 0] + shares[:, 2] > 0.5) == stirring).mean()),
        "valence": float(((shares[:, 0] + shares[:, 1] > 0.5) == pleasant).mean()),
    }


def learned(sets: Sequence[Sequence[Clip]], crops: int) -> tuple[Lessons, float]:
    """All windows of all sets, and how many there are of a clip."""
    parts = [lessons(clips, crops, seed) for seed, clips in enumerate(sets)]
    return joined(parts), float(len(sets) * (1 + crops))


def fold_networks(taught: Lessons, copies: float, folder: Path, seeds: int) -> None:
    """SEED-FOLD.onnx: a network that has not heard the songs of this fold; kept, so that it can be stopped."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(seeds):
        fold = folds(taught.song, seed, FOLDS)
        for number in range(FOLDS):
            kept = folder / f"{seed}-{number}.onnx"
            if not kept.exists():
                with whole_file(kept) as part:
                    MoodNetwork(taught.of(fold != number), copies).export(part)
                print(f"fold {seed}-{number}", flush=True)


def asked(path: Path, lesson: Lessons, *, ear: bool = True) -> tuple[Array, Array]:
    """What an exported network says: logits (n, 4), with sums that mean nothing, and distances (n,)."""
    given = {
        "features": lesson.features.astype(np.float32),
        "embedding": lesson.embedding.astype(np.float32),
        "described": np.full((len(lesson.mood), 1), float(ear), np.float32),
    }
    shares, far = InferenceSession(path).run(["probabilities", "distance"], given)
    return np.log(np.maximum(shares.astype(np.float64), 1e-9)), far[:, 0].astype(np.float64)


def held_out(
    folder: Path, lesson: Lessons, seed: int, *, ear: bool = True, songs: NDArray[np.str_] | None = None
) -> tuple[Array, Array]:
    """Logits (n, 4) and distances (n,) of every window by the network that has not heard its song.

    `songs`: all that were dealt into folds, where the windows are of some of them only.
    """
    logits, far = np.zeros((len(lesson.mood), len(MOODS))), np.zeros(len(lesson.mood))
    dealt = lesson.song if songs is None else songs
    where = dict(zip(dealt.tolist(), folds(dealt, seed, FOLDS).tolist(), strict=True))
    fold = np.array([where[song] for song in lesson.song.tolist()])
    for number in range(FOLDS):
        held = fold == number
        logits[held], far[held] = asked(folder / f"{seed}-{number}.onnx", lesson.of(held), ear=ear)
    return logits, far


def calibrated(logits: Array, mood: Labels, song: NDArray[np.str_]) -> Array:
    """Probabilities (n, 4), in each of five folds with the sharpness that the others ask for."""
    shares = np.zeros_like(logits)
    fold = folds(song, 77)
    for number in range(5):
        held = fold == number
        shares[held] = softmax(sharpness(logits[~held], mood[~held]) * logits[held])
    return shares


def spread(rows: Sequence[dict[str, float]]) -> dict[str, float]:
    """Mean over seeds, and how far they lie apart where there are several."""
    found = {}
    for name in rows[0]:
        values = np.array([row[name] for row in rows])
        found[name] = round(float(values.mean()), 3)
        if len(values) > 1:
            found[f"{name}_deviation"] = round(float(values.std()), 3)
    return found


def write(network: MoodNetwork, card: dict[str, Any], out: Path, check: Lessons) -> None:
    """mood.onnx and mood.toml, when onnxruntime says what scikit-learn's weights say."""
    out.mkdir(parents=True, exist_ok=True)
    with whole_file(out / "mood.onnx") as part:
        network.export(part)
    models.write_card(out / "mood.onnx", card)
    MoodModel(out / "mood.onnx")
    (said,) = models.session("mood", out).run(
        ["probabilities"],
        {
            "features": check.features.astype(np.float32),
            "embedding": check.embedding.astype(np.float32),
            "described": np.ones((len(check.mood), 1), np.float32),
        },
    )
    apart = float(np.abs(said - softmax(network.logits(check.features, check.embedding))).max())
    if apart > 1e-3:
        raise SystemExit(f"mood.onnx differs from what was trained by {apart:.2g}")
    print(f"mood.onnx: as trained within {apart:.1g}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="emopia_train.zip")
    parser.add_argument("--soundfont", type=Path, action="append", required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("models_onnx"))
    parser.add_argument("--crops", type=int, default=CROPS)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--most", type=int, help="only so many clips: to try it")
    said = parser.parse_args()
    plain = heard_set(said.data, said.work / "plain", said.soundfont[:1], varied=False, most=said.most)
    varied = heard_set(said.data, said.work / "varied", said.soundfont, varied=True, most=said.most)
    taught, copies = learned([plain, varied], said.crops)
    heard = {"piano": lessons(plain), "other instruments": lessons(varied)}
    mood, song = heard["piano"].mood, heard["piano"].song
    fold_networks(taught, copies, said.work / "folds", said.seeds)
    rows: dict[str, list[dict[str, float]]] = {}
    for seed in range(said.seeds):
        for name, lesson in heard.items():
            for suffix, ear in (("", True), (" without the ear", False)):
                logits, _ = held_out(said.work / "folds", lesson, seed, ear=ear)
                rows.setdefault(name + suffix, []).append(scores(calibrated(logits, mood, song), mood))
    figures: dict[str, Any] = {name: spread(each) for name, each in rows.items()}
    quarter = folds(song, 100, 4) == 0
    paper = MoodNetwork(taught.of(folds(taught.song, 100, 4) != 0), copies)
    shares = softmax(paper.logits(heard["piano"].features[quarter], heard["piano"].embedding[quarter]))
    figures["three to one"] = {name: round(value, 3) for name, value in scores(shares, mood[quarter]).items()}
    network = MoodNetwork(taught, copies)
    whole = joined(list(heard.values()))
    network.sharpness = sharpness(held_out(said.work / "folds", whole, 0)[0], whole.mood)
    network.limit = float(np.percentile(held_out(said.work / "folds", taught, 0)[1], KNOWN))
    card = {
        "what": _WHAT,
        "moods": list(MOODS),
        "network": models.card("vggish")["sha256"],
        "weights": False,
        "data": _DATA,
        "licence": _LICENCE,
        "command": f"python tools/train_mood.py --data emopia_train.zip "
        f"{' '.join(f'--soundfont {font.name}' for font in said.soundfont)} --work work --crops {said.crops}",
        "made_by": "onnx.helper: scikit-learn's LogisticRegression and three small networks of torch, added",
        "sharpness": round(network.sharpness, 3),
        "crops": said.crops,
        "input": "features (n, 409) of engine/listening/mood_window.py; embedding (n, 256): mean and deviation of"
        " vggish's descriptions; described (n, 1): 1 where there are any",
        "output": "probabilities (n, 4) of moods; distance (n, 1) from what was learned, 1 the limit of what is known",
        "clips": len(plain),
        "songs": len(np.unique(song)),
        "held_out": {
            "what": f"accuracy on songs not heard: five folds by song, seeds {said.seeds}. What"
            " kind of classifier it is was chosen on such folds too",
            **figures,
        },
    }
    write(network, card, said.out, heard["piano"])
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
