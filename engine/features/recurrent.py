"""A small recurrent network, one step a call: what a few hundred thousand multiplications an instant can remember."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.kernel import expect_shape, kernel

Weights = NDArray[np.float32]
PARTS: Final = ("W", "R", "B", "O", "o")
"""What a network is made of: as ONNX names a GRU's input, recurrence and bias, and the output's weights and bias."""


@kernel(
    "void(float32[::1], float32[:,::1], float32[:,::1], float32[:,::1], float32[::1], float32[:,::1])", reorder=True
)
def _gates(
    x: Weights,
    input_weights: Weights,
    recurrence: Weights,
    bias: Weights,
    hidden: Weights,
    sums: Weights,
) -> None:
    # sums: (2, 3H), of the input and of the recurrence, each in ONNX's order: update, reset, new
    for i in range(input_weights.shape[0]):
        total = bias[0, i]
        for j in range(x.size):
            total += input_weights[i, j] * x[j]
        sums[0, i] = total
        total = bias[1, i]
        for j in range(hidden.size):
            total += recurrence[i, j] * hidden[j]
        sums[1, i] = total


@kernel("void(float32[:,::1], float32[::1], float32[:,::1], float32[::1], float32[::1])", reorder=True)
def _turn(sums: Weights, hidden: Weights, output_weights: Weights, bias: Weights, out: Weights) -> None:
    count = hidden.size
    one = np.float32(1)
    for i in range(count):
        update = one / (one + np.exp(-(sums[0, i] + sums[1, i])))
        reset = one / (one + np.exp(-(sums[0, count + i] + sums[1, count + i])))
        new = np.tanh(sums[0, 2 * count + i] + reset * sums[1, 2 * count + i])
        hidden[i] = new + update * (hidden[i] - new)
    for k in range(out.size):
        total = bias[k]
        for i in range(count):
            total += output_weights[k, i] * hidden[i]
        out[k] = one / (one + np.exp(-total))


class RecurrentNetwork:
    """A gated recurrent unit (K. Cho and others, 2014) and a layer of logistic outputs behind it.

    `weights` are those of an ONNX GRU that has `linear_before_reset`, and of its outputs: W (3H, inputs), R (3H, H),
    B (2, 3H), O (outputs, H), o (outputs,). `hidden` (H,) is what it remembers, `out` (outputs,) lie in 0..1. Both are
    float32 and overwritten by each step. It has no delay.
    """

    delay: Final = 0

    def __init__(self, weights: Mapping[str, NDArray[np.float32]]) -> None:
        """ValueError if the weights do not fit together."""
        w, r, b, o, bias = (np.ascontiguousarray(weights[part], np.float32) for part in PARTS)
        size = r.shape[-1]
        self._weights, self._recurrence, self._output, self._output_bias = w, r, o, bias
        self._bias = b.reshape(2, 3 * size)
        expect_shape("R", r, (3 * size, size))
        expect_shape("W", w, (3 * size, w.shape[-1]))
        expect_shape("O", o, (bias.size, size))
        self.inputs = int(w.shape[1])
        self.hidden = np.zeros(size, np.float32)
        self.out = np.zeros(bias.size, np.float32)
        self._sums = np.zeros((2, 3 * size), np.float32)

    def step(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """The outputs after the next input (inputs,), which must be finite."""
        expect_shape("x", x, (self.inputs,))
        _gates(x, self._weights, self._recurrence, self._bias, self.hidden, self._sums)
        _turn(self._sums, self.hidden, self._output, self._output_bias, self.out)
        return self.out

    def reset(self) -> None:
        """Forget everything."""
        self.hidden[:] = 0
        self.out[:] = 0
