"""A map's projection as ONNX, node by node: what NAME.onnx of a map holds. Needs onnx: the extra `fit`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import MissingDriver
from engine.listening.landmarks import Landmarks
from engine.listening.projection import CUBE, PLANE, ROUNDS, Projection, Settling

_OPSET: Final = 17
_IR: Final = 8  # version of the file itself: the newest that all onnxruntimes of that opset read


@dataclass(slots=True, eq=False)
class _Graph:
    """The nodes in the order in which they run, and the constants that they take."""

    onnx: Any
    nodes: list[Any] = field(default_factory=list)
    constants: dict[str, NDArray[Any]] = field(default_factory=dict)

    def add(self, kind: str, given: list[str], said: list[str], **how: int) -> None:
        self.nodes.append(self.onnx.helper.make_node(kind, given, said, **how))


def exported(projection: Projection, name: str) -> bytes:
    """The projection as ONNX: `embedding` [n,128] → `plane` [n,2], `cube` [n,3]. MissingDriver without onnx.

    Two more outputs tell about the nearest landmarks, nearest first: `near` [n,k], their squared distances less the
    square of the sound itself, and `which` [n,k], their numbers.
    """
    onnx = _onnx()
    graph = _Graph(onnx, constants={"mean": projection.mean, "scale": projection.scale})
    _between_landmarks(graph, projection.landmarks)
    places = _laid_out(graph, projection)
    if projection.settling is not None:
        places = _settled(graph, projection.settling, places)
    graph.add("Split", [places, "sizes"], ["plane", "cube"], axis=1)
    return _written(graph, name, projection.mean.size, projection.landmarks.count)


def _onnx() -> Any:
    try:
        import onnx
    except ImportError as why:
        raise MissingDriver("a map is written by onnx, which is not here (pip install 'monochord[fit]')") from why
    return onnx


def _between_landmarks(graph: _Graph, marks: Landmarks) -> None:
    """`marked`: what the nearest landmarks add to the place of `embedding`, by their shares."""
    graph.constants |= {
        "back": (-2 * marks.points.T).astype(np.float32),
        "squares": marks.squares.astype(np.float32),
        "count": np.array([marks.count], np.int64),
        "sharpness": np.array(-marks.sharpness, np.float32),
        "added": marks.where,
        "one": np.array([1], np.int64),
        "two": np.array([2], np.int64),
        "sizes": np.array([2, 3], np.int64),
    }
    graph.add("Gemm", ["embedding", "back", "squares"], ["apart"])  # but for the sound's own square
    graph.add("TopK", ["apart", "count"], ["near", "which"], largest=0)
    graph.add("Mul", ["near", "sharpness"], ["heights"])
    graph.add("Softmax", ["heights"], ["shares"], axis=1)
    graph.add("Gather", ["added", "which"], ["addends"])
    graph.add("Unsqueeze", ["shares", "one"], ["row"])
    graph.add("MatMul", ["row", "addends"], ["sum"])
    graph.add("Squeeze", ["sum", "one"], ["marked"])


def _laid_out(graph: _Graph, projection: Projection) -> str:
    """Where the layers and the landmarks together put it: the name of the places."""
    graph.add("Sub", ["embedding", "mean"], ["centred"])
    graph.add("Div", ["centred", "scale"], ["said0"])
    last = len(projection.layers) - 1
    for number, (weights, bias) in enumerate(projection.layers):
        graph.constants |= {f"weights{number}": weights, f"bias{number}": bias}
        summed = f"said{number + 1}" if number == last else f"sums{number}"
        graph.add("Gemm", [f"said{number}", f"weights{number}", f"bias{number}"], [summed])
        if number != last:
            graph.add("Relu", [summed], [f"said{number + 1}"])
    graph.add("Add", [f"said{last + 1}", "marked"], ["places0"])
    return "places0"


def _settled(graph: _Graph, settling: Settling, places: str) -> str:
    """Where they settle among the nearest landmarks: the name of the last places."""
    # Both maps at once: `both` sums the squares of each map's coordinates, and hands the sum back to each.
    both = np.zeros((5, 5), np.float32)
    both[PLANE, PLANE] = both[CUBE, CUBE] = 1
    graph.constants |= {
        "softness": np.array(-settling.sharpness, np.float32),
        "where": settling.where,
        "unit": settling.unit,
        "both": both,
        "unity": np.array(1, np.float32),
    }
    graph.add("Mul", ["near", "softness"], ["depths"])
    graph.add("Softmax", ["depths"], ["parts"], axis=1)
    graph.add("Unsqueeze", ["parts", "two"], ["weight"])
    graph.add("Gather", ["where", "which"], ["marks"])
    for turn in range(ROUNDS):
        graph.add("Unsqueeze", [places, "one"], [f"from{turn}"])
        graph.add("Sub", ["marks", f"from{turn}"], [f"way{turn}"])
        graph.add("Div", [f"way{turn}", "unit"], [f"units{turn}"])
        graph.add("Mul", [f"units{turn}", f"units{turn}"], [f"parted{turn}"])
        graph.add("MatMul", [f"parted{turn}", "both"], [f"distance{turn}"])
        graph.add("Add", [f"distance{turn}", "unity"], [f"tail{turn}"])
        graph.add("Div", ["weight", f"tail{turn}"], [f"pull{turn}"])
        graph.add("Mul", [f"pull{turn}", "marks"], [f"pulled{turn}"])
        graph.add("ReduceSum", [f"pulled{turn}", "one"], [f"total{turn}"], keepdims=0)
        graph.add("ReduceSum", [f"pull{turn}", "one"], [f"mass{turn}"], keepdims=0)
        graph.add("Div", [f"total{turn}", f"mass{turn}"], [f"places{turn + 1}"])
        places = f"places{turn + 1}"
    return places


def _written(graph: _Graph, name: str, inputs: int, near: int) -> bytes:
    """The graph with its inputs and outputs, checked."""
    helper, kinds = graph.onnx.helper, graph.onnx.TensorProto
    shapes = [("embedding", inputs), ("plane", 2), ("cube", 3)]
    given, *said = [helper.make_tensor_value_info(key, kinds.FLOAT, ["n", size]) for key, size in shapes]
    # What has been found on the way: whoever wants the nearest anchors need not look for them again.
    said.append(helper.make_tensor_value_info("near", kinds.FLOAT, ["n", near]))
    said.append(helper.make_tensor_value_info("which", kinds.INT64, ["n", near]))
    constants = [graph.onnx.numpy_helper.from_array(value, key) for key, value in graph.constants.items()]
    made = helper.make_graph(graph.nodes, name, [given], said, constants)
    opset = [helper.make_opsetid("", _OPSET)]
    model = helper.make_model(made, opset_imports=opset, ir_version=_IR, producer_name="monochord")
    graph.onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
