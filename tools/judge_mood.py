"""How well moods are told, beside what else could tell them: a table, the paper's Fig. 8 and 9, a reliability curve.

    python tools/train_mood.py …                          # renders and listens: work/plain, work/varied
    python tools/judge_mood.py --data emopia_train.zip --work work --reserved MuseScore_General.sf3 \\
        --teachers emopia.npz --turkish turkish_music_emotion.csv --out judged --card models_onnx/mood.toml

Everything is told of songs that were not learned from: five folds by song. The reserved soundfont is
only judged on. `emopia.npz` is what tools/emopia.py wrote. The Turkish set (400 clips of another culture, 50 columns
made by MIRtoolbox) has five of the eight features; on it they are tried alone. --card adds the importance of the eight
features to the model's card. Written: judged.json, and each figure as PNG and SVG. Needs what training needs, and
matplotlib.
"""

from __future__ import annotations

import argparse
import csv
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from benchmarks import figures
from lessons.mood import Clip, heard_set, louder, read_clip
from matplotlib import pyplot as plt
from networks.mood import Array, Labels, Linear, folds, lessons, softmax
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from train_mood import SEEDS, calibrated, held_out, scores, spread

from engine.foundation import models
from engine.listening.mood_features import EIGHT, eight
from engine.listening.mood_judge import MOODS
from engine.listening.mood_tally import likeness, majority

mpl.use("Agg")
mpl.rcParams["svg.hashsalt"] = "mood"

_SHUFFLES: Final = 10
_FREEDOM: Final = {"YAMNet": 0.0003, "MTT_vgg": 0.003, "log-mel statistics": 0.01, "embedding alone": 0.003}
_TURKISH: Final = {"relax": "relaxation", "happy": "excitement", "sad": "depression", "angry": "irritation"}
_INK, _PAPER, _RED = "#2B2A28", "#F1E9DA", "#A63A2B"


def eights(clips: Sequence[Clip]) -> Array:
    """The eight features of clips (n, 8), those in Hz in octaves."""
    found = np.array([eight(clip.tallies.sum(axis=0)) for clip in clips])
    octaves = [number for number, feature in enumerate(EIGHT) if feature.octaves]
    found[:, octaves] = np.log2(np.maximum(found[:, octaves], 20.0))
    return found


def machine(values: Array, mood: Labels) -> Callable[[Array], Array]:
    """A support vector machine with a radial kernel: which mood each row has, as shares of 0 and 1."""
    model = make_pipeline(StandardScaler(), SVC(C=2.0, gamma="scale")).fit(values, mood)
    return lambda rows: np.eye(len(MOODS))[model.predict(rows)]


def straight(freedom: float) -> Callable[[Array, Labels], Callable[[Array], Array]]:
    """Logistic regression, as the model has it."""

    def fitted(values: Array, mood: Labels) -> Callable[[Array], Array]:
        model = Linear(values, mood, freedom)
        return lambda rows: softmax(model.logits(rows))

    return fitted


def alone(
    values: Array, mood: Labels, song: Any, fitted: Callable[[Array, Labels], Callable[[Array], Array]]
) -> dict[str, float]:
    """How well these numbers (clips, n) alone tell moods."""
    rows = []
    for seed in range(SEEDS):
        fold = folds(song, seed)
        shares = np.zeros((len(mood), len(MOODS)))
        for number in range(5):
            shares[fold == number] = fitted(values[fold != number], mood[fold != number])(values[fold == number])
        rows.append(scores(shares, mood))
    return spread(rows)


def importance(values: Array, mood: Labels, song: Any, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """By how much less often each mood is found when one of the features is shuffled among the held-out clips."""
    lost = np.zeros((len(MOODS), len(names)))
    chance = np.random.default_rng(0)
    for seed in range(SEEDS):
        fold = folds(song, seed)
        for number in range(5):
            held = fold == number
            tell = machine(values[~held], mood[~held])
            true = mood[held]
            for _ in range(_SHUFFLES):
                right = tell(values[held]).argmax(axis=1) == true
                for feature in range(len(names)):
                    other = values[held].copy()
                    other[:, feature] = chance.permutation(other[:, feature])
                    still = tell(other).argmax(axis=1) == true
                    for which in range(len(MOODS)):
                        mine = true == which
                        lost[which, feature] += right[mine].sum() / max(mine.sum(), 1) - still[mine].mean()
    lost /= SEEDS * 5 * _SHUFFLES
    return {
        m: {n: round(float(v), 4) for n, v in zip(names, row, strict=True)} for m, row in zip(MOODS, lost, strict=True)
    }


def confusion(shares: Array, mood: Labels) -> Array:
    """Percent of the clips of each mood (4,) that are taken for each (4,)."""
    found = np.zeros((len(MOODS), len(MOODS)))
    np.add.at(found, (mood, shares.argmax(axis=1)), 1)
    return np.asarray(100 * found / found.sum(axis=1, keepdims=True))


def reliability(shares: Array, mood: Labels, bins: int = 10) -> dict[str, Any]:
    """How often what is said with a probability is true, all four probabilities of every clip taken."""
    said, true = shares.ravel(), np.eye(len(MOODS))[mood].ravel()
    which = np.minimum((said * bins).astype(int), bins - 1)
    rows = [
        (said[which == b].mean(), true[which == b].mean(), int((which == b).sum()))
        for b in range(bins)
        if (which == b).any()
    ]
    error = sum(count * abs(a - b) for a, b, count in rows) / len(said)
    return {
        "said": [round(float(a), 3) for a, _, _ in rows],
        "true": [round(float(b), 3) for _, b, _ in rows],
        "count": [count for _, _, count in rows],
        "expected_calibration_error": round(float(error), 4),
    }


def of_teachers(path: Path) -> dict[str, Array]:
    """Mean and deviation over a clip of what the teachers say of it."""
    kept = np.load(path)
    found = {}
    for name, title in (("yamnet", "YAMNet"), ("mtt", "MTT_vgg")):
        parts = np.split(kept[name].astype(np.float64), kept[f"{name}_ends"][:-1])
        found[title] = np.array([np.concatenate([part.mean(axis=0), part.std(axis=0)]) for part in parts])
    return found


def turkish(path: Path) -> dict[str, Any]:
    """The features that the Turkish set has of the eight, tried alone on it; its clips have no songs."""
    with path.open(newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    mood = np.array([MOODS.index(_TURKISH[row[0].strip('"')]) for row in rows])
    table = np.array([[float(value.strip('"')) for value in row[1:]] for row in rows])
    column = dict(zip(head[1:], table.T, strict=True))
    chroma = np.array([column[f"_Chromagram_Mean_{k}"] for k in range(1, 13)]).T
    five = {
        "centroid": np.log2(column["_Spectralcentroid_Mean"]),
        "tempo": np.log2(column["_Tempo_Mean"]),
        "cepstrum": column["_MFCC_Mean_2"],
        "crossings": np.log2(column["_Zero-crossingrate_Mean"]),
        "tonality": majority(likeness(chroma)),
    }
    values = np.array(list(five.values())).T
    each = np.arange(len(mood)).astype(str)
    return {
        "corresponding": {
            "centroid": "_Spectralcentroid_Mean",
            "tempo": "_Tempo_Mean",
            "cepstrum": "_MFCC_Mean_2",
            "crossings": "_Zero-crossingrate_Mean",
            "tonality": "_Chromagram_Mean_1 to _12, held against Krumhansl's keys",
        },
        "missing": ["pitch", "alignment", "wander"],
        "five of the eight": alone(values, mood, each, machine),
        "all 50 columns": alone(table, mood, each, machine),
        "importance": importance(values, mood, each, list(five)),
        "clips": len(mood),
    }


def drawn(out: Path, name: str, draw: Callable[[Any], None], size: tuple[float, float] = (6.4, 5.0)) -> None:
    """A figure as NAME.png and NAME.svg."""
    figure, axes = plt.subplots(figsize=size, facecolor=_PAPER, layout="constrained")
    axes.set_facecolor(_PAPER)
    draw(axes)
    figure.savefig(out / f"{name}.png", dpi=140)
    figure.savefig(out / f"{name}.svg", metadata={"Date": None})
    plt.close(figure)


def draw_confusion(axes: Any, table: Array) -> None:
    axes.imshow(table, cmap=mpl.colors.LinearSegmentedColormap.from_list("ink", [_PAPER, _RED]), vmin=0, vmax=100)
    for (row, column), value in np.ndenumerate(table):
        axes.text(column, row, f"{value:.1f}", ha="center", va="center", color=_PAPER if value > 55 else _INK)
    axes.set_xticks(range(len(MOODS)), MOODS)
    axes.set_yticks(range(len(MOODS)), MOODS)
    axes.set(xlabel="taken for", ylabel="labelled", title="Moods of piano clips, songs not heard before (%)")


def draw_importance(axes: Any, table: dict[str, dict[str, float]], title: str) -> None:
    names = list(next(iter(table.values())))
    places = np.arange(len(names))
    colors = ("#C79A3B", "#3F7F93", _RED, _INK)
    for number, (mood, color) in enumerate(zip(MOODS, colors, strict=True)):
        axes.barh(places + 0.2 * (number - 1.5), [100 * v for v in table[mood].values()], 0.19, label=mood, color=color)
    axes.set_yticks(places, names)
    axes.invert_yaxis()
    axes.axvline(0, color=_INK, linewidth=0.6)
    axes.set(xlabel="points by which a mood is found less often when the feature is shuffled", title=title)
    axes.legend(frameon=False)


def draw_reliability(axes: Any, curve: dict[str, Any]) -> None:
    axes.plot([0, 1], [0, 1], color=_INK, linewidth=0.6, linestyle=":")
    axes.plot(curve["said"], curve["true"], color=_RED, marker="o")
    error = curve["expected_calibration_error"]
    axes.set(xlabel="probability that is told", ylabel="share that is true", title=f"Calibration error {error:.3f}")


def add_to_card(path: Path, table: dict[str, dict[str, float]], crossed: Array, figures: dict[str, Any]) -> None:
    """The importance of the features, what is taken for what, and the table, behind what the card says already."""
    known = tomllib.loads(path.read_text(encoding="utf-8"))
    taken = {
        mood: dict(zip(MOODS, row, strict=True)) for mood, row in zip(MOODS, crossed.round(1).tolist(), strict=True)
    }
    models.write_card(path.with_suffix(".onnx"), known | {"importance": table, "confusion": taken, "judged": figures})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--reserved", type=Path, help="a soundfont that is only judged on")
    parser.add_argument("--every", type=int, default=1, help="take each so manieth clip alone for the reserved one")
    parser.add_argument("--teachers", type=Path)
    parser.add_argument("--turkish", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--card", type=Path)
    figures.ask(parser)
    said = parser.parse_args()
    said.out.mkdir(parents=True, exist_ok=True)
    sets = {
        title: [read_clip(path) for path in sorted((said.work / folder).glob("*.npz"))]
        for title, folder in (("piano", "plain"), ("other instruments", "varied"))
    }
    if said.reserved is not None:
        font, folder = [said.reserved], said.work / "reserved"
        sets["reserved piano"] = heard_set(said.data, folder, font, varied=False, every=said.every)
    heard = {title: lessons(clips) for title, clips in sets.items()}
    for change in (-12.0, 6.0):
        other = [replace(clip, tallies=louder(clip.tallies, change)) for clip in sets["piano"]]
        heard[f"piano at {change:+.0f} dB"] = lessons(other)
    piano = heard["piano"]
    mood, song = piano.mood, piano.song
    table: dict[str, dict[str, float]] = {}
    rows: dict[str, list[dict[str, float]]] = {}
    for seed in range(SEEDS):
        for title, lesson in heard.items():
            for name, ear in (("ours", True), ("ours without the ear", False)):
                logits, _ = held_out(said.work / "folds", lesson, seed, ear=ear, songs=song)
                shares = calibrated(logits, lesson.mood, lesson.song)
                rows.setdefault(f"{name}, {title}", []).append(scores(shares, lesson.mood))
    pooled = calibrated(held_out(said.work / "folds", piano, 0)[0], mood, song)
    table |= {title: spread(each) for title, each in rows.items()}
    values = eights(sets["piano"])
    others = {
        "embedding alone": piano.embedding,
        "log-mel statistics": np.array([clip.log_mel for clip in sets["piano"]]),
        **(of_teachers(said.teachers) if said.teachers is not None else {}),
    }
    table["the eight alone"] = alone(values, mood, song, machine)
    for title, numbers in others.items():
        table[title] = alone(numbers, mood, song, straight(_FREEDOM[title]))
    eight_matter = importance(values, mood, song, [feature.name for feature in EIGHT])
    curve = reliability(pooled, mood)
    crossed = confusion(pooled, mood)
    told: dict[str, Any] = {
        "moods": list(MOODS),
        "table": table,
        "confusion": crossed.round(1).tolist(),
        "reliability": curve,
        "importance": eight_matter,
    }
    drawn(said.out, "confusion", lambda axes: draw_confusion(axes, crossed))
    drawn(
        said.out, "importance", lambda axes: draw_importance(axes, eight_matter, "What the moods hang on"), (7.2, 6.0)
    )
    drawn(said.out, "reliability", lambda axes: draw_reliability(axes, curve))
    if said.turkish is not None:
        told["turkish"] = turkish(said.turkish)
        matters = told["turkish"]["importance"]
        drawn(
            said.out, "importance_turkish", lambda axes: draw_importance(axes, matters, "The Turkish set"), (7.2, 5.0)
        )
    figures.keep(told, said.out / "judged.json")
    figures.keep(told, said.json)
    if said.card is not None:
        clips = ", ".join(f"{title} {len(each)}" for title, each in sets.items())
        what = {"what": f"songs not heard, five folds, seeds {SEEDS}; clips: {clips}; the others on the piano's"}
        table_of = {**what, **table, "calibration": {"error": curve["expected_calibration_error"]}}
        add_to_card(said.card, eight_matter, crossed, table_of)
    for title, each in table.items():
        print(f"{title:42} {each['four']:.3f}  {each['arousal']:.3f}  {each['valence']:.3f}")


if __name__ == "__main__":
    main()
