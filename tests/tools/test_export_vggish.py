"""The published VGGish from either of its formats is the network that PyTorch runs."""

from __future__ import annotations

import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra train")
pytest.importorskip("onnx", reason="needs the extra train")

LAYERS = {
    "vggish/conv1": (3, 3, 1, 64),
    "vggish/conv2": (3, 3, 64, 128),
    "vggish/conv3/conv3_1": (3, 3, 128, 256),
    "vggish/conv3/conv3_2": (3, 3, 256, 256),
    "vggish/conv4/conv4_1": (3, 3, 256, 512),
    "vggish/conv4/conv4_2": (3, 3, 512, 512),
    "vggish/fc1/fc1_1": (12288, 4096),
    "vggish/fc1/fc1_2": (4096, 4096),
    "vggish/fc2": (4096, 128),
}


@pytest.fixture
def exporter() -> ModuleType:
    import export_vggish

    return export_vggish


def checkpoint(seed: int = 3) -> dict[str, Any]:
    """Random variables under the names and in the shapes of the TensorFlow checkpoint."""
    rng = np.random.default_rng(seed)
    variables = {}
    for name, shape in LAYERS.items():
        spread = np.sqrt(2 / np.prod(shape[:-1]))
        variables[f"{name}/weights"] = (rng.standard_normal(shape, np.float32) * spread).astype(np.float32)
        variables[f"{name}/biases"] = rng.normal(0, 0.05, shape[-1]).astype(np.float32)
    return variables


def forward(variables: dict[str, Any], patches: np.ndarray) -> np.ndarray:
    """The published network, layer by layer, as its definition has it: pictures with the channels last."""
    functional = torch.nn.functional
    now = torch.from_numpy(patches)
    for name in LAYERS:
        weights, bias = (torch.from_numpy(variables[f"{name}/{what}"]) for what in ("weights", "biases"))
        if weights.ndim == 4:
            now = functional.relu(functional.conv2d(now, weights.permute(3, 2, 0, 1), bias, padding=1))
            if name[-2:] != "_1":  # conv1, conv2, conv3_2 and conv4_2 are followed by pooling
                now = functional.max_pool2d(now, 2)
        else:
            if now.ndim == 4:
                now = now.permute(0, 2, 3, 1).reshape(len(now), -1)
            now = functional.relu(now @ weights + bias)
    return np.asarray(now.detach().numpy())


def as_port(variables: dict[str, Any]) -> dict[str, Any]:
    """The same as the state dict of the PyTorch port has it: (out, in, height, width), and PCA beside it."""
    names = ["features.0", "features.3", "features.6", "features.8", "features.11", "features.13"]
    names += ["embeddings.0", "embeddings.2", "embeddings.4"]
    state = {"pproc.pca_eigen_vectors": torch.eye(128), "pproc.pca_means": torch.zeros(128, 1)}
    for layer, name in zip(names, LAYERS, strict=True):
        weights = torch.from_numpy(variables[f"{name}/weights"])
        state[f"{layer}.weight"] = weights.permute(3, 2, 0, 1).contiguous() if weights.ndim == 4 else weights.T.clone()
        state[f"{layer}.bias"] = torch.from_numpy(variables[f"{name}/biases"])
    return state


@pytest.mark.slow
def test_both_formats_give_the_published_graph_to_1e5(exporter: ModuleType, tmp_path: Path) -> None:
    variables = checkpoint()
    port = tmp_path / "port.pth"
    torch.save(as_port(variables), port)
    patches = np.random.default_rng(5).normal(-1, 2, (2, 1, 96, 64)).astype(np.float32)
    expected = forward(variables, patches)
    assert expected.std() > 0.01
    from_tensorflow = exporter.Vggish()
    from_tensorflow.load_state_dict(exporter.from_tensorflow(variables))
    assert sum(weights.numel() for weights in from_tensorflow.parameters()) == 72_141_184
    with torch.no_grad():
        found = from_tensorflow.eval()(torch.from_numpy(patches)).numpy()
    assert np.abs(found - expected).max() < 1e-5 * np.abs(expected).max()
    exporter.export_official(port, tmp_path, [])
    written = tmp_path / "vggish_official.onnx"
    assert np.abs(exporter._run(written, patches) - expected).max() < 1e-5 * np.abs(expected).max()
    card = tomllib.loads(written.with_suffix(".toml").read_text(encoding="utf-8"))
    from engine.listening.vggish import Vggish

    assert Vggish(written).sha256 == card["sha256"]


def test_another_network_is_refused_in_one_line(exporter: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "other.pth"
    torch.save({"features.0.weight": torch.zeros(3)}, path)
    with pytest.raises(SystemExit, match=r"checkpoint=.*other\.pth is not VGGish: .*give the official one"):
        exporter.read_official(path)


def test_folding_the_norms_into_the_convolutions_changes_nothing(exporter: ModuleType) -> None:
    from networks.vggish import VggishShaped, folded

    torch.manual_seed(1)
    network = VggishShaped(0.125, torch.linspace(-3, 0, 64), torch.full((64,), 0.5))
    patches = torch.randn(8, 1, 96, 64)
    network.train()(patches)  # gives the norms something to have seen
    plain = folded(network.eval())
    assert not any(isinstance(layer, torch.nn.BatchNorm2d) for layer in plain.trunk)
    with torch.no_grad():
        assert torch.allclose(network(patches), plain(patches), atol=1e-5)
