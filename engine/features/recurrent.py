"""A small recurrent network, one step a call: what a few hundred thousand multiplications an instant can remember."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.foundation.kernel import aligned, expect_shape, kernel

Weights = NDArray[np.float32]
PARTS: Final = ("W", "R", "B", "O", "o")
"""What a network is made of: as ONNX names a GRU's input, recurrence and bias, and the output's weights and bias."""

_AT_ONCE: Final = 16  # inputs that a processor multiplies at once, of which there are a whole number


@kernel("void(float32[::1], float32[:,::1], float32[::1], float32[::1])", reorder=True)
def _sum(given: Weights, weights: Weights, bias: Weights, sums: Weights) -> None:
    # weights (sums, given); four sums at once where there are four, for which what is given is loaded but once
    whole = sums.size - sums.size % 4
    for i in range(0, whole, 4):
        w, x, y, z = weights[i], weights[i + 1], weights[i + 2], weights[i + 3]
        a = b = c = d = np.float32(0)
        for j in range(given.size):
            a += w[j] * given[j]
            b += x[j] * given[j]
            c += y[j] * given[j]
            d += z[j] * given[j]
        sums[i], sums[i + 1], sums[i + 2], sums[i + 3] = bias[i] + a, bias[i + 1] + b, bias[i + 2] + c, bias[i + 3] + d
    for i in range(whole, sums.size):
        a, w = np.float32(0), weights[i]
        for j in range(given.size):
            a += w[j] * given[j]
        sums[i] = bias[i] + a


@kernel("float64(float64)", reorder=True)
def _exp(x: float) -> float:
    # e^x for |x| ≤ 40, beyond which it stays: e^(x / 512) by its series, squared nine times; up to 10 within 10⁻¹³, up
    # to 40 within 10⁻⁸ of itself. It vectorises, as a call for each number would not.
    t = min(max(x, -40.0), 40.0) * (1.0 / 512.0)
    e = 1.0 + t * (1.0 + t * (1 / 2 + t * (1 / 6 + t * (1 / 24 + t * (1 / 120 + t * (1 / 720))))))
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    return e * e


@kernel("void(float32[:,::1], float32[::1])", reorder=True)
def _turn(sums: Weights, hidden: Weights) -> None:
    # sums: (2, 3H), of the input and of the recurrence, each in ONNX's order: update, reset, new
    count = hidden.size
    update, reset, new = sums[0], sums[0, count:], sums[0, 2 * count :]
    kept_update, kept_reset, kept_new = sums[1], sums[1, count:], sums[1, 2 * count :]
    for i in range(count):
        update[i] = 1.0 / (1.0 + _exp(-np.float64(update[i] + kept_update[i])))
    for i in range(count):
        reset[i] = 1.0 / (1.0 + _exp(-np.float64(reset[i] + kept_reset[i])))
    for i in range(count):
        new[i] = 1.0 - 2.0 / (1.0 + _exp(2.0 * np.float64(new[i] + reset[i] * kept_new[i])))
    for i in range(count):
        hidden[i] = new[i] + update[i] * (hidden[i] - new[i])


@kernel(
    "void(float32[::1], float32[::1], float32[:,::1], float32[:,::1], float32[:,::1], float32[:,::1], float32[::1],"
    " float32[::1], float32[:,::1], float32[::1])"
)
def _step(
    x: Weights,
    given: Weights,
    input_weights: Weights,
    recurrence: Weights,
    bias: Weights,
    output_weights: Weights,
    output_bias: Weights,
    hidden: Weights,
    sums: Weights,
    out: Weights,
) -> None:
    for j in range(x.size):
        given[j] = x[j]
    _sum(given, input_weights, bias[0], sums[0])
    _sum(hidden, recurrence, bias[1], sums[1])
    _turn(sums, hidden)
    _sum(hidden, output_weights, output_bias, out)
    for k in range(out.size):
        out[k] = 1.0 / (1.0 + _exp(-np.float64(out[k])))


class RecurrentNetwork:
    """A gated recurrent unit (K. Cho and others, 2014) and a layer of logistic outputs behind it.

    `weights` are those of an ONNX GRU that has `linear_before_reset`, and of its outputs: W (3H, inputs), R (3H, H),
    B (2, 3H), O (outputs, H), o (outputs,). `hidden` (H,) is what it remembers, `out` (outputs,) lie in 0..1. Both are
    float32 and overwritten by each step. It has no delay.
    """

    delay: Final = 0

    def __init__(self, weights: Mapping[str, NDArray[np.float32]]) -> None:
        """ValueError if the weights do not fit together."""
        w, r, b, o, bias = (aligned(np.asarray(weights[part], np.float32)) for part in PARTS)
        size = r.shape[-1]
        self._recurrence, self._output, self._output_bias = r, o, bias
        self._bias = b.reshape(2, 3 * size)
        expect_shape("R", r, (3 * size, size))
        expect_shape("W", w, (3 * size, w.shape[-1]))
        expect_shape("O", o, (bias.size, size))
        self.inputs = int(w.shape[1])
        spare = -self.inputs % _AT_ONCE
        self._weights = aligned(np.pad(w, ((0, 0), (0, spare))))
        self._given = aligned(np.zeros(self.inputs + spare, np.float32))
        self.hidden = aligned(np.zeros(size, np.float32))
        self.out = np.zeros(bias.size, np.float32)
        self._sums = np.zeros((2, 3 * size), np.float32)

    def step(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """The outputs after the next input (inputs,), which must be finite."""
        expect_shape("x", x, (self.inputs,))
        _step(
            x,
            self._given,
            self._weights,
            self._recurrence,
            self._bias,
            self._output,
            self._output_bias,
            self.hidden,
            self._sums,
            self.out,
        )
        return self.out

    def reset(self) -> None:
        """Forget everything."""
        self.hidden[:] = 0
        self.out[:] = 0
