"""Train the ear for pitch, models_onnx/pitch.onnx, on renders of single voices. Needs torch and onnx.

    python tools/tunes.py --out tunes.npz
    python tools/renders.py --data tunes.npz --out renders --count 480 --solo 1 --seed 11 --soundfont FluidR3_GM.sf2 \
        --soundfont modelled --soundfont OPL-3_FM_128M.sf2
    python tools/renders.py --data tunes.npz --out renders_too --count 160 --solo 1 --seed 13 --soundfont freepats
    python tools/renders.py --data tunes.npz --out report --count 180 --solo 1 --seed 12 --half report \
        --soundfont freepats --soundfont FluidR3_GM.sf2 --soundfont modelled
    python tools/train_pitch.py --data renders --held-out report --out unheard --kept unheard.pt \
        --steps 4500
    python tools/train_pitch.py --data renders --data renders_too --held-out report --apart unheard.toml

The last but one learns without freepats, only to tell how a sound is heard that was never learned from.
What a note looks like is the same at every height (`engine/features/pitch_views.py`), so one small network looks at
every half semitone alike; a filter that knows how notes go on (a hidden Markov model of one step to the next) is
trained with it, from end to end. The truth is asked for `LATE` hops after it sounded, and what is around a leap counts
more.
"""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path
from typing import Final

import numpy as np
import torch
from lessons.pitch import LATE, Renders, lessons
from networks.pitch import TAPS, Ear, heard_pitch, loss_of, weights_of
from numpy.typing import NDArray
from torch import nn

from engine.features.pitch_views import BELOW, REACH, STEPS, VIEWS
from engine.foundation import models
from engine.frame import HOP

_CALM: Final = 0.45  # what is added to the score of none when all is learned: noise is to have no pitch

CARD: Final = {
    "name": "pitch",
    "what": "which half semitone from MIDI 24 to 108 sounds, or none, from what PitchViews sees in a hop",
    "rate": 48_000,
    "hop": HOP,
    "input": f"views ({VIEWS}, {REACH}) float32: engine/features/pitch_views.py",
    "output": f"scores ({STEPS + 1},) float32: logarithms of chances, the last for none; and the weights by name",
    "normalisation": "the spectrum against its strongest step (60 dB), change (20 dB), likeness −1 to 1; no statistics",
    "data": "renders (tools/renders.py) of music21's Essen folk songs, O'Neill's and Aird's tunes (half `tune`) with "
    "FluidR3_GM, OPL-3_FM_128M, freepats and our own models; noise and notes by arithmetic. Nothing else was heard",
    "licence": "MIT (ours). Learned from the sound of FluidR3_GM (MIT), OPL-3_FM_128M (GPL-3+, CC-BY-SA-4.0), freepats "
    "(GPL-2+ with an exception for music made with it); the tunes are public domain. No sample is in the weights",
    "command": "python tools/train_pitch.py --data renders --data renders_too --held-out report --apart unheard.toml  "
    "# see its docstring",
}
HELD_OUT: Final = {
    "columns": "share of sounding hops within 50 cents 0, 1, 2, 3, 4, 5 hops behind; octave errors and false alarms "
    "at LATE hops; the network and its filter alone, without the exact period; renders of the other half of the tunes, "
    "by sounds that were learned from; in freepats_unheard those of weights that never heard freepats",
}


def accuracy(ear: Ear, renders: Renders, shifts: tuple[int, ...] = (0, 1, 2, 3, 4, 5)) -> dict[str, list[float]]:
    """By shift the share of sounding hops within 50 cents, the octave errors at LATE, false alarms; by sound."""
    found: dict[str, list[NDArray[np.float64]]] = {}
    for views, piece in zip(renders.views, renders.pieces, strict=False):
        midi, _ = heard_pitch(ear, views)
        row = []
        for shift in shifts:
            end = midi.size - shift
            told, true, asked = midi[shift:], piece.pitch[:end], piece.sounding[:end]
            error = np.abs(told - true)
            right = (error < 0.5) & (told > 0) & asked
            octave = (np.abs(error - 12 * np.round(error / 12)) < 0.5) & (error > 6) & (told > 0) & asked
            row.append((right.sum(), octave.sum(), asked.sum(), (midi[piece.resting] > 0).sum(), piece.resting.sum()))
        for key in (piece.sound, "all", piece.name):
            found.setdefault(key, []).append(np.array(row, dtype=float))
    out = {}
    for key, rows in found.items():
        total = np.sum(rows, axis=0)
        rest = max(total[LATE, 4], 1)
        out[key] = [*(total[:, 0] / total[:, 2]), total[LATE, 1] / total[LATE, 2], total[LATE, 3] / rest]
    return out


def export(weights: dict[str, NDArray[np.float32]], path: Path) -> None:
    """The network as path.onnx: the views (VIEWS, REACH) to the scores (STEPS + 1); its weights are outputs too."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    constants = {name: np.asarray(value, dtype=np.float32) for name, value in weights.items()}
    starts = np.array([[view * REACH + BELOW + by] for view, by in TAPS], dtype=np.int64)
    whole = {
        "seen_at": starts + np.arange(STEPS, dtype=np.int64),
        "flat": np.array([-1], dtype=np.int64),
        "column": np.array([-1, 1], dtype=np.int64),
        "along": np.array([1], dtype=np.int64),
    }
    node = helper.make_node
    nodes = [
        node("Reshape", ["views", "flat"], ["in_line"]),
        node("Gather", ["in_line", "seen_at"], ["taps_seen"]),
        node("Concat", ["taps_seen", "place"], ["seen"], axis=0),
        node("Reshape", ["first.bias", "column"], ["b1"]),
        node("MatMul", ["first.weight", "seen"], ["a1"]),
        node("Add", ["a1", "b1"], ["c1"]),
        node("Relu", ["c1"], ["hidden"]),
        node("Reshape", ["second.bias", "column"], ["b2"]),
        node("MatMul", ["second.weight", "hidden"], ["a2"]),
        node("Add", ["a2", "b2"], ["c2"]),
        node("Relu", ["c2"], ["inner"]),
        node("MatMul", ["third.weight", "inner"], ["a3"]),
        node("Add", ["a3", "third.bias"], ["c3"]),
        node("Reshape", ["c3", "flat"], ["steps"]),
        node("ReduceMax", ["inner"], ["greatest"], axes=[1], keepdims=0),
        node("ReduceMean", ["inner"], ["mean"], axes=[1], keepdims=0),
        node("Concat", ["greatest", "mean"], ["pooled"], axis=0),
        node("MatMul", ["none.weight", "pooled"], ["a4"]),
        node("Add", ["a4", "none.bias"], ["none"]),
        node("Concat", ["steps", "none"], ["scores"], axis=0),
    ]
    f = TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "pitch",
        [helper.make_tensor_value_info("views", f, [VIEWS, REACH])],
        [helper.make_tensor_value_info("scores", f, [STEPS + 1])]
        + [helper.make_tensor_value_info(name, f, list(value.shape)) for name, value in constants.items()],
        [numpy_helper.from_array(value, name) for name, value in (constants | whole).items()],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="monochord"
    )
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def learn(ear: Ear, renders: Renders, steps: int, rng: np.random.Generator, kept: Path) -> None:
    """Many short stretches, from end to end; the weights are kept every 500 steps and at the end."""
    optimiser = torch.optim.AdamW(ear.parameters(), weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 6e-3, total_steps=steps)
    running = 0.0
    for step in range(1, steps + 1):
        loss = loss_of(ear, *renders.batch(rng, 24, 48))
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(ear.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        running += 0.02 * (float(loss.detach()) - running)
        if step % 100 == 0:
            print(step, f"{running:.3f}", flush=True)
        if step % 500 == 0 or step == steps:
            torch.save(ear.state_dict(), kept)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, action="append", required=True, help="a folder of tools/renders.py")
    parser.add_argument("--held-out", type=Path, action="append", default=[])
    parser.add_argument("--out", type=Path, default=Path("models_onnx/pitch"), help="without its ending")
    parser.add_argument("--cache", type=Path, help="a folder where what was seen is kept between runs")
    parser.add_argument("--steps", type=int, default=7000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=Path, help="weights (.pt) to write as they are, without learning anything")
    parser.add_argument("--apart", type=Path, help="the card of weights that learned without freepats: its figures")
    parser.add_argument("--kept", type=Path, default=Path("pitch.pt"), help="where the weights are kept meanwhile")
    said = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(said.seed)
    rng = np.random.default_rng(said.seed)
    ear = Ear()
    if said.start:
        ear.load_state_dict(torch.load(said.start))
    else:
        learn(ear, lessons(said.data, said.cache, rng), said.steps, rng, said.kept)
    with torch.no_grad():
        ear.none.bias += _CALM
    figures = accuracy(ear, Renders(said.held_out, said.cache, every=4))
    for key, row in sorted(figures.items()):
        print(key, *(f"{100 * x:.1f}" for x in row), flush=True)
    export(weights_of(ear), said.out.with_suffix(".onnx"))
    told = {key: [round(x, 4) for x in row] for key, row in sorted(figures.items()) if "/" not in key}
    if said.apart:
        apart = tomllib.loads(said.apart.read_text(encoding="utf-8"))
        told["freepats_unheard"] = apart["held_out"]["freepats"]
    models.write_card(said.out.with_suffix(".onnx"), CARD | {"torch": torch.__version__, "held_out": HELD_OUT | told})


if __name__ == "__main__":
    main()
