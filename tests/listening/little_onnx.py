"""Networks small enough to be written by hand, in ONNX's own bytes: whoever tests needs no library to make one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

_FLOAT = 1
_INTS = 7


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _field(number: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _value(name: str, shape: Sequence[int | str]) -> bytes:
    sizes = b"".join(_field(1, _field(1, size) if isinstance(size, int) else _field(2, size)) for size in shape)
    return _field(1, name) + _field(2, _field(1, _field(1, _FLOAT) + _field(2, sizes)))


def _tensor(name: str, array: np.ndarray) -> bytes:
    sizes = b"".join(_field(1, size) for size in array.shape)
    return sizes + _field(2, _FLOAT) + _field(8, name) + _field(9, array.astype("<f4").tobytes())


def _node(kind: str, taken: Sequence[str], given: str, axes: Sequence[int] = ()) -> bytes:
    found = b"".join(_field(1, name) for name in taken) + _field(2, given) + _field(4, kind)
    if axes:
        found += _field(5, _field(1, "axes") + b"".join(_field(8, axis) for axis in axes) + _field(20, _INTS))
    return found


def _model(taken: bytes, given: Sequence[bytes], nodes: Sequence[bytes], weights: Mapping[str, np.ndarray]) -> bytes:
    graph = b"".join(_field(1, node) for node in nodes) + _field(2, "little")
    graph += b"".join(_field(5, _tensor(name, array)) for name, array in weights.items())
    graph += _field(11, taken) + b"".join(_field(12, value) for value in given)
    return _field(1, 8) + _field(7, graph) + _field(8, _field(1, "") + _field(2, 13))


def _keep(path: Path, model: bytes, more: str = "") -> Path:
    path.write_bytes(model)
    digest = hashlib.sha256(model).hexdigest()
    path.with_suffix(".toml").write_text(f'name = "{path.stem}"\nsha256 = "{digest}"\n{more}')
    return path


def little_network(
    folder: Path,
    name: str = "little",
    *,
    taken: str = "log_mel",
    shape: Sequence[int | str] = ("n", 1, 96, 64),
    given: str = "embedding",
    size: int = 128,
    seed: int = 0,
) -> Path:
    """NAME.onnx with its card in `folder`: the mean of a patch over time (64,), turned into `size` numbers."""
    nodes = [
        _node("ReduceMean", [taken], "mean", [2]),
        _node("Flatten", ["mean"], "flat"),
        _node("MatMul", ["flat", "weights"], given),
    ]
    weights = {"weights": np.random.default_rng(seed).normal(0, 0.2, (shape[-1], size))}
    model = _model(_value(taken, shape), [_value(given, [shape[0], size])], nodes, weights)
    return _keep(folder / f"{name}.onnx", model)


def little_map(folder: Path, network: Path, name: str = "map", *, anchors: int = 60, seed: int = 0) -> Path:
    """NAME.onnx with its card and its anchors in `folder`: a straight look at what `network` says, of two families."""
    rng = np.random.default_rng(seed)
    weights = {"flat": rng.normal(0, 0.05, (128, 2)), "deep": rng.normal(0, 0.05, (128, 3))}
    nodes = [_node("MatMul", ["embedding", "flat"], "plane"), _node("MatMul", ["embedding", "deep"], "cube")]
    given = [_value("plane", ["n", 2]), _value("cube", ["n", 3])]
    points = rng.normal(0, 2, (anchors, 128)).astype(np.float16)
    path = folder / f"{name}.npz"
    np.savez(
        path,
        embedding=points,
        plane=(points @ weights["flat"]).astype(np.float32),
        cube=(points @ weights["deep"]).astype(np.float32),
        family=np.arange(anchors, dtype=np.int16) % 2,
        distances=np.linspace(0, 40, 101, dtype=np.float32),
        density=np.zeros((128, 128), np.uint8),
    )
    card = (
        'families = ["struck", "blown"]\n'
        f'network = "{hashlib.sha256(network.read_bytes()).hexdigest()}"\n'
        f'anchors_sha256 = "{hashlib.sha256(path.read_bytes()).hexdigest()}"\n'
    )
    return _keep(folder / f"{name}.onnx", _model(_value("embedding", ["n", 128]), given, nodes, weights), card)
