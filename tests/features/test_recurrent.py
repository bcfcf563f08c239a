"""Recurrent networks: the kernel, its slow twin, and onnxruntime itself say the same."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.features.recurrent import RecurrentNetwork, _exp
from engine.foundation import models


def _random(inputs: int = 7, hidden: int = 5, outputs: int = 3) -> dict[str, NDArray[np.float32]]:
    rng = np.random.default_rng(0)
    shapes = {
        "W": (3 * hidden, inputs),
        "R": (3 * hidden, hidden),
        "B": (2, 3 * hidden),
        "O": (outputs, hidden),
        "o": (outputs,),
    }
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def _twin(weights: dict[str, NDArray[np.float32]], x: NDArray[np.float32], hidden: NDArray[np.float32]) -> NDArray:
    """A gated recurrent unit as it is written in ONNX, reset after the linear map."""
    size = hidden.size
    given = weights["W"] @ x + weights["B"][0]
    kept = weights["R"] @ hidden + weights["B"][1]
    update, reset = (1 / (1 + np.exp(-(given + kept)[k * size : (k + 1) * size])) for k in range(2))
    new = np.tanh(given[2 * size :] + reset * kept[2 * size :])
    return (1 - update) * new + update * hidden


def test_a_step_equals_its_slow_twin() -> None:
    weights = _random()
    network = RecurrentNetwork(weights)
    hidden = np.zeros(5, np.float32)
    for x in np.random.default_rng(1).normal(size=(50, 7)).astype(np.float32):
        out = network.step(x)
        hidden = _twin(weights, x, hidden)
        np.testing.assert_allclose(network.hidden, hidden, atol=1e-5)
        np.testing.assert_allclose(out, 1 / (1 + np.exp(-(weights["O"] @ hidden + weights["o"]))), atol=1e-5)


@pytest.mark.parametrize("name", ["onset", "beat"])
def test_the_shipped_networks_say_what_onnxruntime_says(name: str) -> None:
    weights = models.weights(name)
    network, session = RecurrentNetwork(weights), models.session(name)
    state = np.zeros((1, 1, network.hidden.size), np.float32)
    for x in np.random.default_rng(2).uniform(0, 1, (200, network.inputs)).astype(np.float32):
        out, state = session.run(["out", "after"], {"x": x[None, None], "before": state})
        np.testing.assert_allclose(network.step(x), out[0], atol=2e-4)


def test_the_powers_of_e_are_true() -> None:
    for x in np.linspace(-40, 40, 401):
        assert _exp(x) == pytest.approx(np.exp(x), rel=1e-8)
    assert _exp(1e30) == _exp(40.0)
    assert _exp(-1e30) == _exp(-40.0)


def test_what_is_remembered_stays_finite_whatever_is_heard() -> None:
    network = RecurrentNetwork(_random())
    for x in (1e30, -1e30, 1e-30, 0.0):
        assert np.isfinite(network.step(np.full(7, x, np.float32))).all()


def test_reset_is_as_good_as_new() -> None:
    used, x = RecurrentNetwork(_random()), np.ones(7, np.float32)
    first = used.step(x).copy()
    used.step(x)
    used.reset()
    assert np.array_equal(used.step(x), first)


def test_wrong_shapes_are_named() -> None:
    network = RecurrentNetwork(_random())
    with pytest.raises(ValueError, match=r"x\.shape=\(3,\) must be \(7,\)"):
        network.step(np.zeros(3, np.float32))
    with pytest.raises(ValueError, match=r"O\.shape=\(3, 4\) must be \(3, 5\)"):
        RecurrentNetwork({**_random(), "O": np.zeros((3, 4), np.float32)})
