"""Writes networks that describe sound as ONNX with a card: ours, or the published VGGish from its official weights.

    python tools/export_vggish.py ours work/vggish.pt --out models_onnx --card card.json
    python tools/export_vggish.py official vggish_model.ckpt --out mine [--int8 recording.wav …]
    python tools/export_vggish.py official pytorch_vggish.pth --out mine

`official` builds the exact graph of 72.1 million weights (Hershey et al., 2017) from the TensorFlow checkpoint (then
tensorflow is needed, to read it) or from the state dict of the PyTorch port. --int8 quantises it, by what its layers
say to these recordings, and tells how far it then is from itself. Every graph is run by onnxruntime and held against
torch before it gets its name. To play with it: `monochord live --ear mine/vggish_official.onnx`, with a map that was
fitted on it (`monochord space fit`). Needs torch and onnx.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime
import soundfile
import torch
from networks.graph import OPSET, Graph
from networks.vggish import EMBEDDING, Vggish, VggishShaped, folded
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.foundation import models
from engine.listening.mel import BANDS, MEL_RATE, PATCH, log_mel, patches, resampled

_CLOSE: Final = 1e-5
_WELL_QUANTISED: Final = 0.98  # mean cosine between what int8 and float say

_TENSORFLOW: Final = {
    "features.0": "vggish/conv1",
    "features.3": "vggish/conv2",
    "features.6": "vggish/conv3/conv3_1",
    "features.8": "vggish/conv3/conv3_2",
    "features.11": "vggish/conv4/conv4_1",
    "features.13": "vggish/conv4/conv4_2",
    "embeddings.0": "vggish/fc1/fc1_1",
    "embeddings.2": "vggish/fc1/fc1_2",
    "embeddings.4": "vggish/fc2",
}
"""The layers of the PyTorch port, and what they are called in the TensorFlow checkpoint."""


def from_tensorflow(variables: Mapping[str, NDArray[np.float32]]) -> dict[str, Tensor]:
    """The state dict of `Vggish` from the checkpoint's variables: TensorFlow keeps (height, width, in, out)."""
    state = {}
    for layer, name in _TENSORFLOW.items():
        weights = torch.from_numpy(np.array(variables[f"{name}/weights"]))
        state[f"{layer}.weight"] = weights.permute(3, 2, 0, 1) if weights.ndim == 4 else weights.T
        state[f"{layer}.bias"] = torch.from_numpy(np.array(variables[f"{name}/biases"]))
    return state


def read_official(path: Path) -> Vggish:
    """The published network from either of its formats; SystemExit in one line for anything else."""
    if path.suffix in (".pth", ".pt"):
        found = torch.load(path, weights_only=True)
        # The port keeps the PCA of its post-processing beside the network; it is no layer.
        state = {name: value for name, value in found.items() if name.startswith(("features.", "embeddings."))}
    else:
        import tensorflow

        reader = tensorflow.train.load_checkpoint(str(path))
        state = from_tensorflow({name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()})
    network = Vggish()
    try:
        network.load_state_dict(state)
    except RuntimeError as why:
        line = " ".join(str(why).split())[:300]
        raise SystemExit(f"checkpoint={path} is not VGGish: {line} (give the official one)") from why
    return network.eval()


def _layers(graph: Graph, layers: nn.Sequential) -> None:
    for layer in layers:
        if isinstance(layer, nn.Conv2d):
            graph.convolution(layer.weight, layer.bias, pads=[1, 1, 1, 1])
        elif isinstance(layer, nn.MaxPool2d):
            graph.add("MaxPool", kernel_shape=[2, 2], strides=[2, 2])
        elif isinstance(layer, nn.Linear):
            graph.add("Gemm", graph.weight(layer.weight), graph.weight(layer.bias), transB=1)
        else:
            graph.add("Relu")


def _graph(network: VggishShaped | Vggish) -> onnx.ModelProto:
    """The network as ONNX, batch norms folded already."""
    graph = Graph("log_mel")
    if isinstance(network, VggishShaped):
        graph.add("Sub", graph.weight(network.mean))
        graph.add("Mul", graph.weight(network.scale))
        _layers(graph, network.trunk)
        tall = graph.now
        mean = graph.add("ReduceMean", axes=[2], keepdims=0)
        graph.add("Concat", graph.add("ReduceMax", of=tall, axes=[2], keepdims=0), of=mean, axis=1)
        graph.add("Flatten", axis=1)
        _layers(graph, nn.Sequential(network.dense))
    else:
        _layers(graph, network.features)
        graph.add("Transpose", perm=[0, 2, 3, 1])
        graph.add("Flatten", axis=1)
        _layers(graph, network.embeddings)
    return graph.model("vggish", ["n", 1, PATCH, BANDS], "embedding", ["n", EMBEDDING])


def export(network: VggishShaped | Vggish, path: Path) -> float:
    """Write the graph; returns its largest deviation from torch over random patches. SystemExit if it is too large."""
    example = torch.from_numpy(np.random.default_rng(1).normal(-1, 2, (3, 1, PATCH, BANDS)).astype(np.float32))
    onnx.save(_graph(network), path)
    onnx.checker.check_model(path)
    with torch.no_grad():
        expected = network(example).numpy()
    off = float(np.abs(_run(path, example.numpy()) - expected).max() / max(1.0, np.abs(expected).max()))
    if off > _CLOSE:
        path.unlink()
        raise SystemExit(f"deviation={off:.2e} of the exported graph from torch is above {_CLOSE} (do not use it)")
    return off


def _run(path: Path, log_mel_patches: NDArray[np.float32]) -> NDArray[np.float32]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    embedding: NDArray[np.float32] = session.run(["embedding"], {"log_mel": log_mel_patches})[0]
    return embedding


def quantised(path: Path, recordings: list[Path]) -> tuple[Path, float]:
    """`path` in int8, and the mean cosine between what both say to the recordings."""
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    heard = np.concatenate([_patches_of(recording) for recording in recordings])

    class Reader(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self._left: Iterator[NDArray[np.float32]] = iter(heard[:: max(len(heard) // 100, 1)])

        def get_next(self) -> dict[str, NDArray[np.float32]] | None:
            patch = next(self._left, None)
            return None if patch is None else {"log_mel": patch[None]}

    small = path.with_name(path.stem + "_int8.onnx")
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(path), str(prepared))
        quantize_static(
            str(prepared),
            str(small),
            Reader(),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
        )
    whole, rough = _run(path, heard), _run(small, heard)
    norms = np.linalg.norm(whole, axis=1) * np.linalg.norm(rough, axis=1) + 1e-9
    return small, float(((whole * rough).sum(axis=1) / norms).mean())


def _patches_of(recording: Path) -> NDArray[np.float32]:
    sound, rate = soundfile.read(recording, always_2d=True)
    mono = resampled(sound.mean(axis=1).astype(np.float32), rate)
    return np.ascontiguousarray(patches(log_mel(mono), PATCH)[:, None])


def write_card(path: Path, about: Mapping[str, Any]) -> None:
    """NAME.toml beside NAME.onnx: what is said of it, and its form."""
    card = {
        **about,
        "rate": MEL_RATE,
        "input": "log_mel (n, 1, 96, 64) float32: log(mel + 0.01), engine/listening/mel.py",
        "output": f"embedding (n, {EMBEDDING}) float32",
        "opset": OPSET,
        "torch": version("torch"),
    }
    models.write_card(path, card)


def export_ours(checkpoint: Path, out: Path, card: Path | None) -> None:
    """The trained network, with its card."""
    kept = torch.load(checkpoint, weights_only=True)
    network = VggishShaped(kept["width"], torch.zeros(BANDS), torch.ones(BANDS))
    network.load_state_dict(kept["network"])
    path = out / "vggish.onnx"
    plain = folded(network.eval())
    off = export(plain, path)
    count = sum(weights.numel() for weights in plain.parameters())
    about = json.loads(card.read_text(encoding="utf-8")) if card else {"what": "a network in the making"}
    write_card(path, about | {"width": kept["width"], "parameters": count, "patches_seen": kept["seen"]})
    print(f"{path}: {count} weights, {path.stat().st_size / 1e6:.2f} MB, within {off:.1e} of torch")


def export_official(checkpoint: Path, out: Path, recordings: list[Path]) -> None:
    """The published network from the user's own copy of its weights."""
    network = read_official(checkpoint)
    path = out / "vggish_official.onnx"
    off = export(network, path)
    about = {
        "what": "VGGish as published, 128 numbers before its PCA and quantisation",
        "data": "a preliminary version of YouTube-8M (Hershey et al., 2017)",
        "licence": "the weights' own: Apache-2.0 as published with tensorflow/models",
        "command": f"python tools/export_vggish.py official {checkpoint.name}",
        "checkpoint_sha256": hashlib.sha256(checkpoint.read_bytes()).hexdigest() if checkpoint.is_file() else "",
    }
    write_card(path, about)
    print(f"{path}: {sum(w.numel() for w in network.parameters())} weights, within {off:.1e} of torch")
    if recordings:
        small, alike = quantised(path, recordings)
        if alike < _WELL_QUANTISED:
            small.unlink()
            raise SystemExit(f"int8={alike:.3f} alike is below {_WELL_QUANTISED} (give recordings of more kinds)")
        write_card(small, about | {"int8": f"mean cosine {alike:.4f} with the float network"})
        print(f"{small}: mean cosine {alike:.4f} with the float network")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("which", choices=("ours", "official"))
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--card", type=Path, help="JSON: what is to be said of ours")
    parser.add_argument("--int8", type=Path, nargs="+", default=[], metavar="RECORDING")
    said = parser.parse_args()
    said.out.mkdir(parents=True, exist_ok=True)
    if said.which == "ours":
        export_ours(said.checkpoint, said.out, said.card)
    else:
        export_official(said.checkpoint, said.out, said.int8)


if __name__ == "__main__":
    main()
