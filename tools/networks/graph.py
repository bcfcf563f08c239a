"""An ONNX graph that is written by hand, node for node."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from torch import Tensor

OPSET: Final = 17
_IR: Final = 8


class Graph:
    """A graph in the making: one node behind the other. `now` is what the last of them says."""

    def __init__(self, given: str) -> None:
        """`given`: the name of what it is given."""
        self.now = self._given = given
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def weight(self, value: Tensor | NDArray[Any] | list[int]) -> str:
        """A constant; its name."""
        name = f"w{len(self._weights)}"
        array = value.detach().numpy() if isinstance(value, Tensor) else np.asarray(value)
        self._weights.append(onnx.numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def add(self, kind: str, *more: str, of: str | None = None, **attributes: Any) -> str:
        """A node behind `of`, or behind the last; what it says is `now`."""
        made = f"{kind}{len(self._nodes)}"
        self._nodes.append(onnx.helper.make_node(kind, [of or self.now, *more], [made], **attributes))
        self.now = made
        return made

    def several(self, kind: str, inputs: list[str], count: int, **attributes: Any) -> list[str]:
        """A node that says so many things; `now` stays."""
        made = [f"{kind}{len(self._nodes)}_{k}" for k in range(count)]
        self._nodes.append(onnx.helper.make_node(kind, inputs, made, **attributes))
        return made

    def convolution(self, kernel: Tensor, bias: Tensor | None = None, of: str | None = None, **attributes: Any) -> str:
        """A convolution behind `of`, or behind the last."""
        weights = [self.weight(each) for each in (kernel, bias) if each is not None]
        return self.add("Conv", *weights, of=of, **attributes)

    def model(self, name: str, given: Sequence[int | str], said: str, shape: Sequence[int | str]) -> onnx.ModelProto:
        """The whole: what it is given has the shape `given`, and what the last node says is called `said`."""
        self._nodes[-1].output[0] = said
        first, last = (
            onnx.helper.make_tensor_value_info(end, onnx.TensorProto.FLOAT, sizes)
            for end, sizes in ((self._given, given), (said, shape))
        )
        graph = onnx.helper.make_graph(self._nodes, name, [first], [last], self._weights)
        return onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=_IR)
