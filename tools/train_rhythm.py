"""Trains the two small networks that hear onsets and beats, and writes them with their cards.

    python tools/tunes.py --out tunes.npz
    python tools/renders.py --data tunes.npz --out train --count 720 --seed 11 --solo 0.35 --half tune \\
        --soundfont modelled --soundfont FluidR3_GM.sf2 --soundfont OPL-3_FM_128M.sf2 --soundfont freepats
    python tools/train_rhythm.py onset --data train --out work
    python tools/train_rhythm.py beat --data train --out work
    python tools/train_rhythm.py export --out work

Needs torch and onnx (see the cards for versions). What the networks look at is made by the engine's own senses, so
training and stage cannot differ. The onset network says, every hop: whether an onset began within the last FAST hops;
whether one began some ten hops ago (a bow that took its time); how long ago; and whether it was plucked or struck.
The beat network listens to what the onset network remembers, every fourth hop. Checkpoints are kept in --out, and
training goes on from them; the seed is fixed.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from lessons.rhythm import BEAT_HOPS, exercises, load
from numpy.typing import NDArray
from torch import nn

from engine.features.onset_view import OnsetView
from engine.foundation import models

_HIDDEN: Final = {"onset": 64, "beat": 96}


class Listener(nn.Module):
    """A GRU and logistic outputs: what engine/features/recurrent.py runs."""

    def __init__(self, inputs: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.gru = nn.GRU(inputs, hidden, batch_first=True)
        self.out = nn.Linear(hidden, outputs)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        hidden, _ = self.gru(x)
        return self.out(hidden), hidden


Batches = Callable[[np.random.Generator], Iterator[tuple[torch.Tensor, torch.Tensor]]]


def chunks(arrays: Sequence[tuple[Any, Any]], length: int, size: int) -> Batches:
    """Batches of `size` chunks of `length` steps from pieces (x, y) by chance, each as often as it is long."""
    weights = np.array([len(x) for x, _ in arrays], float)

    def batches(rng: np.random.Generator) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        for _ in range(int(weights.sum() / length / size)):
            xs, ys = [], []
            for which in rng.choice(len(arrays), size, p=weights / weights.sum()):
                x, y = arrays[which]
                start = int(rng.integers(0, max(len(x) - length, 1)))
                part, target = x[start : start + length], y[start : start + length]
                pad = length - len(part)
                xs.append(np.pad(part, ((0, pad), (0, 0))))
                ys.append(np.pad(target, ((0, pad), (0, 0))))
            yield torch.from_numpy(np.stack(xs).astype(np.float32)), torch.from_numpy(np.stack(ys))

    return batches


def onset_loss(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    entropy = nn.functional.binary_cross_entropy_with_logits(
        logits[..., :2], target[..., :2], reduction="none", pos_weight=torch.tensor(2.0)
    )
    certain = target[..., 5:6]
    known = target[..., 4]
    ago = torch.abs(torch.sigmoid(logits[..., 2]) - target[..., 2]) * known
    kind = nn.functional.binary_cross_entropy_with_logits(logits[..., 3], target[..., 3], reduction="none") * known
    return (entropy * certain).mean() + (0.6 * ago.sum() + 0.2 * kind.sum()) / known.sum().clamp(min=1) * 0.2


def beat_loss(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return nn.functional.binary_cross_entropy_with_logits(logits, target, pos_weight=torch.tensor([2.0, 3.0]))


def train(
    name: str, net: Listener, batches: Batches, loss_of: Any, out: Path, *, passes: int, before: Path | None
) -> None:
    """Train, keep a checkpoint after each pass, and go on where an earlier run stopped."""
    torch.set_num_threads(1)
    if before is not None:
        net.load_state_dict(torch.load(before)["net"])
    rate = 4e-3 if before is None else 2e-3
    steps = passes * max(sum(1 for _ in batches(np.random.default_rng(0))), 1)
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=0.15)
    checkpoint = out / f"{name}.pt"
    done = 0
    if checkpoint.exists():
        kept = torch.load(checkpoint)
        if kept["passes"] == passes:
            net.load_state_dict(kept["net"])
            optimiser.load_state_dict(kept["optimiser"])
            schedule.load_state_dict(kept["schedule"])
            done = kept["done"]
    for number in range(done, passes):
        rng = np.random.default_rng([7, number])
        began, losses = time.monotonic(), []
        for x, y in batches(rng):
            optimiser.zero_grad()
            loss = loss_of(net(x)[0], y)
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
        print(
            f"{name} pass {number + 1}/{passes}: loss {np.mean(losses):.4f}, {time.monotonic() - began:.0f} s",
            flush=True,
        )
        state = {"net": net.state_dict(), "optimiser": optimiser.state_dict(), "schedule": schedule.state_dict()}
        torch.save({**state, "done": number + 1, "passes": passes}, checkpoint)


def remembered(net: Listener, view: NDArray[np.float16]) -> NDArray[np.float16]:
    """What the beat network hears, (steps, hidden + 2): the onset network's memory at every fourth hop, and the largest
    of its first two outputs since the one before."""
    with torch.no_grad():
        logits, hidden = net(torch.from_numpy(view.astype(np.float32))[None])
    steps = len(view) // BEAT_HOPS
    said = torch.sigmoid(logits[0, : steps * BEAT_HOPS, :2]).reshape(steps, BEAT_HOPS, 2).amax(1)
    memory = hidden[0, BEAT_HOPS - 1 :: BEAT_HOPS][:steps]
    return torch.cat([memory, said], 1).numpy().astype(np.float16)


def load_net(name: str, inputs: int, outputs: int, out: Path) -> Listener:
    net = Listener(inputs, _HIDDEN[name], outputs)
    net.load_state_dict(torch.load(out / f"{name}.pt")["net"])
    return net.eval()


def export(name: str, net: Listener, path: Path, said: dict[str, Any]) -> None:
    """NAME.onnx, whose outputs name its weights too, and NAME.toml."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    def rearranged(weights: torch.Tensor) -> NDArray[np.float32]:
        reset, update, new = weights.detach().numpy().reshape(3, -1, *weights.shape[1:])
        return np.concatenate([update, reset, new]).astype(np.float32)

    gru = net.gru
    w, r = rearranged(gru.weight_ih_l0), rearranged(gru.weight_hh_l0)
    b = np.stack([rearranged(gru.bias_ih_l0), rearranged(gru.bias_hh_l0)])
    o, bias = (net.out.weight.detach().numpy(), net.out.bias.detach().numpy())
    size, inputs = r.shape[1], w.shape[1]
    constants = {"W": w, "R": r, "B": b, "O": o, "o": bias}
    nodes = [
        helper.make_node("Unsqueeze", ["W", "first"], ["W1"]),
        helper.make_node("Unsqueeze", ["R", "first"], ["R1"]),
        helper.make_node("Reshape", ["B", "flat"], ["B1"]),
        helper.make_node(
            "GRU", ["x", "W1", "R1", "B1", "", "before"], ["all", "after"], hidden_size=size, linear_before_reset=1
        ),
        helper.make_node("Squeeze", ["after", "first"], ["h"]),
        helper.make_node("Gemm", ["h", "O", "o"], ["sum"], transB=1),
        helper.make_node("Sigmoid", ["sum"], ["out"]),
    ]
    f = TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        name,
        [
            helper.make_tensor_value_info("x", f, [1, 1, inputs]),
            helper.make_tensor_value_info("before", f, [1, 1, size]),
        ],
        [
            helper.make_tensor_value_info("out", f, [1, bias.size]),
            helper.make_tensor_value_info("after", f, [1, 1, size]),
        ]
        + [helper.make_tensor_value_info(key, f, list(value.shape)) for key, value in constants.items()],
        [numpy_helper.from_array(value.astype(np.float32), key) for key, value in constants.items()]
        + [numpy_helper.from_array(np.array([0]), "first"), numpy_helper.from_array(np.array([1, -1]), "flat")],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="monochord"
    )
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    card = {
        **said,
        "inputs": inputs,
        "hidden": size,
        "parameters": int(sum(v.size for v in constants.values())),
        "torch": version("torch"),
    }
    models.write_card(path, card)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("onset", "beat", "export"))
    parser.add_argument(
        "--data", type=Path, action="append", help="a folder that tools/renders.py wrote; again for more"
    )
    parser.add_argument("--out", type=Path, required=True, help="where checkpoints are kept")
    parser.add_argument("--leave-out", default="nothing", help="renders with this in their names are not learnt from")
    parser.add_argument("--go-on-from", type=Path, help="a checkpoint to begin with, for training on more data")
    parser.add_argument("--passes", type=int, default=12)
    parser.add_argument("--models", type=Path, default=Path("models_onnx"))
    said = parser.parse_args()
    said.out.mkdir(parents=True, exist_ok=True)
    inputs = OnsetView().view.size
    if said.what == "export":
        for name, width, outputs in (("onset", inputs, 4), ("beat", _HIDDEN["onset"] + 2, 2)):
            if not (said.out / f"{name}.pt").exists():
                continue
            notes = json.loads((said.out / f"{name}.json").read_text())
            export(name, load_net(name, width, outputs, said.out), said.models / f"{name}.onnx", notes)
        return
    torch.manual_seed(0)
    pieces = exercises(110) if said.what == "onset" else []
    for folder in said.data:
        pieces += load(folder, said.leave_out)
    batches: Batches
    if said.what == "onset":
        net = Listener(inputs, _HIDDEN["onset"], 4)
        batches, loss = chunks([(piece.view, piece.targets()) for piece in pieces], 1125, 32), onset_loss
    else:
        onsets = load_net("onset", inputs, 4, said.out)
        net = Listener(_HIDDEN["onset"] + 2, _HIDDEN["beat"], 2)
        heard = [(remembered(onsets, piece.view), piece.beat_targets()) for piece in pieces if len(piece.beats)]
        batches, loss = chunks(heard, 750, 24), beat_loss
    train(said.what, net, batches, loss, said.out, passes=said.passes, before=said.go_on_from)


if __name__ == "__main__":
    main()
