"""The trained recogniser of staves, or of lines of numbers, as ONNX, with its card.

    python tools/export_score.py work/score.pt --out models_onnx --card about.json
    python tools/export_score.py work/score.pt --out models_onnx --card about.json --notation jianpu

Batch norms are folded where a convolution goes before, Haar and its 1 x 1 convolution are one of 2 x 2, and the SRU's
step from one column to the next is a Scan of eleven small operations: all else of it is one matrix product.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime
import torch
from networks.graph import OPSET, Graph
from networks.score import Contour, HaarDown, ScoreNet, Shape
from networks.sru import Sru
from sheets.notations import NOTATIONS, STAVES, Notation
from torch import Tensor, nn

from engine.foundation import models

_CLOSE: Final = 1e-3
"""How far a share may be from torch's."""


def _normed(kernel: Tensor, norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """A convolution's kernel and bias with the batch norm behind it."""
    assert norm.running_var is not None
    assert norm.running_mean is not None
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    return kernel * scale[:, None, None, None], norm.bias - norm.running_mean * scale


def _contour(graph: Graph, layer: Contour) -> None:
    came, norm = graph.now, layer.norm
    assert norm.running_var is not None
    assert norm.running_mean is not None
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    graph.add("Mul", graph.weight(scale[None, :, None, None]))
    normal = graph.add("Add", graph.weight((norm.bias - norm.running_mean * scale)[None, :, None, None]))
    reach = layer.along.kernel_size[1] // 2
    along = graph.convolution(layer.along.weight, None, of=normal, pads=[0, reach, 0, reach])
    graph.convolution(layer.across.weight, layer.across.bias, of=normal, pads=[reach, 0, reach, 0])
    graph.add("Add", along)
    graph.add("Relu")
    graph.add("Add", came)


def _step(width: int) -> onnx.GraphProto:
    """One step of the SRU, eq. (5)-(8): from what it holds, what is linear in x, x and [v_f, v_r]."""
    make = onnx.helper.make_node
    nodes = [
        make("Concat", ["held", "held"], ["twice"], axis=0),
        make("Mul", ["twice", "sru_v"], ["weighed"]),
        make("Add", ["weighed", "gates_in"], ["summed"]),
        make("Sigmoid", ["summed"], ["gates"]),
        make("Split", ["gates"], ["forget", "reset"], axis=0),
        make("Sub", ["held", "candidate"], ["apart"]),
        make("Mul", ["forget", "apart"], ["kept"]),
        make("Add", ["candidate", "kept"], ["holds"]),
        make("Sub", ["holds", "x_in"], ["beside"]),
        make("Mul", ["reset", "beside"], ["shown"]),
        make("Add", ["x_in", "shown"], ["said"]),
    ]
    real = onnx.TensorProto.FLOAT
    inputs = [("held", width), ("gates_in", 2 * width), ("candidate", width), ("x_in", width)]
    given = [onnx.helper.make_tensor_value_info(name, real, [size]) for name, size in inputs]
    made = [onnx.helper.make_tensor_value_info(name, real, [width]) for name in ("holds", "said")]
    return onnx.helper.make_graph(nodes, "sru_step", given, made)


def _sru(graph: Graph, layer: Sru) -> None:
    """Both directions at once: the second half of the channels is turned round before and after."""
    half, width = layer.half, 2 * layer.half
    x = graph.now
    graph.add("MatMul", graph.weight(layer.linear.weight.T))
    linear = graph.add("Add", graph.weight(layer.linear.bias))
    halves = graph.several("Split", [linear, graph.weight(np.full(6, half, np.int64))], 6, axis=1)
    halves += graph.several("Split", [x, graph.weight(np.full(2, half, np.int64))], 2, axis=1)
    for k in (1, 3, 5, 7):
        halves[k] = _turned(graph, halves[k])
    gates = graph.add("Concat", *halves[1:4], of=halves[0], axis=1)
    candidate = graph.add("Concat", halves[5], of=halves[4], axis=1)
    own = graph.add("Concat", halves[7], of=halves[6], axis=1)
    empty = graph.weight(np.zeros(width, np.float32))
    step = _step(width)
    v = onnx.numpy_helper.from_array(torch.cat([layer.vf, layer.vr]).detach().numpy(), "sru_v")
    step.initializer.append(v)
    _, said = graph.several("Scan", [empty, gates, candidate, own], 2, body=step, num_scan_inputs=3)
    first, second = graph.several("Split", [said, graph.weight(np.full(2, half, np.int64))], 2, axis=1)
    graph.add("Concat", _turned(graph, second), of=first, axis=1)


def _turned(graph: Graph, of: str) -> str:
    """The steps in reverse."""
    ends = (np.array([v], np.int64) for v in (-1, np.iinfo(np.int64).min, 0, -1))
    return graph.add("Slice", *(graph.weight(v) for v in ends), of=of)


def graph_of(net: ScoreNet) -> onnx.ModelProto:
    """The network as ONNX, for one staff or line at a time; only with all of the paper's parts."""
    graph = Graph("bands")
    levels: list[str] = []
    for down, norm, refine in zip(net.down, net.norm, net.refine, strict=True):
        assert isinstance(norm, nn.BatchNorm2d)
        kernel = down.kernel() if isinstance(down, HaarDown) else down.weight
        stride = 2 if isinstance(down, HaarDown) else 1
        graph.convolution(*_normed(kernel, norm), strides=[stride, stride])  # type: ignore[arg-type]
        graph.add("Relu")
        for layer in refine:  # type: ignore[union-attr]
            _contour(graph, layer)
        levels.append(graph.now)
    said = ""
    for k, fuse in enumerate(net.fuse):
        told = graph.convolution(fuse.weight, fuse.bias, of=levels[k + 1])  # type: ignore[arg-type]
        if k:
            scales = graph.weight(np.array([1, 1, 1, 1 << k], np.float32))
            attributes = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
            told = graph.several("Resize", [told, "", scales], 1, **attributes)[0]
            told = graph.add("Add", said, of=told)
        said = told
    graph.now = said
    graph.add("Relu")
    graph.add("Squeeze", graph.weight(np.array([0, 2], np.int64)))
    graph.add("Transpose", perm=[1, 0])
    graph.add("LayerNormalization", graph.weight(net.calm.weight), graph.weight(net.calm.bias), epsilon=net.calm.eps)
    for layer in net.sequence:
        assert isinstance(layer, Sru)
        _sru(graph, layer)
    graph.add("MatMul", graph.weight(net.out.weight.T))
    graph.add("Add", graph.weight(net.out.bias))
    graph.add("Softmax", axis=1)
    given, shares = [1, 4, net.shape.height // 2, "columns"], ["steps", net.shape.symbols + 1]
    return graph.model("score", given, "shares", shares)


def export(net: ScoreNet, path: Path) -> float:
    """Write the graph; returns its largest deviation from torch. SystemExit if it is too large."""
    net.eval()
    bands = torch.from_numpy(np.random.default_rng(1).random((1, 4, net.shape.height // 2, 240), dtype=np.float32))
    onnx.save(graph_of(net), path)
    onnx.checker.check_model(path)
    with torch.no_grad():
        expected = net(bands)[:, 0].softmax(dim=1).numpy()
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    off = float(np.abs(session.run(["shares"], {"bands": bands.numpy()})[0] - expected).max())
    if off > _CLOSE:
        path.unlink()
        raise SystemExit(f"deviation={off:.2e} of the exported graph from torch is above {_CLOSE} (do not use it)")
    return off


def load(checkpoint: Path) -> tuple[ScoreNet, int]:
    """The network of a score.pt, and how many staves it saw."""
    kept = torch.load(checkpoint, weights_only=True)
    net = ScoreNet(Shape.of(kept["shape"]))
    net.load_state_dict(kept["net"])
    return net.eval(), int(kept["images"])


def write_card(path: Path, about: Mapping[str, Any], notation: Notation = STAVES) -> None:
    """NAME.toml beside NAME.onnx: what is said of it, and its form."""
    card = {
        **about,
        "input": f"bands (1, 4, {notation.height // 2}, n) float32: dwt2(image, 'haar'), engine/score/recogniser.py",
        "output": f"shares (n / 2, {len(notation.symbols) + 1}) float32: CTC's blank, then {notation.where}",
        "symbols_sha256": hashlib.sha256("\n".join(notation.symbols).encode()).hexdigest(),
        "opset": OPSET,
        "torch": version("torch"),
    }
    models.write_card(path, card)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--card", type=Path, help="JSON: what is to be said of it")
    parser.add_argument("--notation", choices=tuple(NOTATIONS), default="staff")
    said = parser.parse_args()
    said.out.mkdir(parents=True, exist_ok=True)
    net, seen = load(said.checkpoint)
    notation = NOTATIONS[said.notation]
    path = said.out / f"{notation.name}.onnx"
    off = export(net, path)
    about = json.loads(said.card.read_text(encoding="utf-8")) if said.card else {"what": "a network in the making"}
    count = sum(weights.numel() for weights in net.parameters())
    write_card(path, about | {"parameters": count, "staves_seen": seen}, notation)
    print(f"{path}: {count} weights, {path.stat().st_size / 1e6:.2f} MB, within {off:.1e} of torch")


if __name__ == "__main__":
    main()
