"""The recogniser's parts are what the paper says, and the exported network says what the trained one says."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra train")
pytest.importorskip("onnx", reason="needs the extra train")
pywt = pytest.importorskip("pywt", reason="needs the extra score")

SMALL = {"channels": (4, 6, 8, 10), "refinements": (1, 1, 1, 1), "width": 12, "layers": 1}


@pytest.fixture
def net() -> ModuleType:
    from networks import focal_ctc, score, sru

    parts = ModuleType("parts")
    for module in (sru, focal_ctc, score):
        parts.__dict__.update(vars(module))
    return parts


def random(*shape: int, seed: int = 0) -> Any:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


def test_the_haar_layer_is_the_transform_of_pywavelets(net: ModuleType) -> None:
    images = random(2, 3, 8, 12)
    found = net.haar(images).view(2, 3, 4, 4, 6).numpy()
    smooth, details = pywt.dwt2(images.numpy(), "haar")
    for k, expected in enumerate((smooth, *details)):
        np.testing.assert_allclose(found[:, :, k], expected, atol=1e-6)


def test_haar_loses_nothing(net: ModuleType) -> None:
    images = random(1, 2, 6, 8)
    assert float((net.haar(images) ** 2).sum()) == pytest.approx(float((images**2).sum()), rel=1e-6)


def test_haar_and_its_mixing_run_as_one_convolution(net: ModuleType) -> None:
    layer, images = net.HaarDown(3, 5), random(2, 3, 8, 12).float()
    mixed = torch.einsum("abk,nbkyx->nayx", layer.mix, net.haar(images).view(2, 3, 4, 4, 6))
    torch.testing.assert_close(layer(images), mixed, atol=1e-5, rtol=1e-5)


def plain_sru(af: Any, ar: Any, g: Any, x: Any, vf: Any, vr: Any) -> Any:
    """Eq. (5)-(8), step by step."""
    c, said = torch.zeros_like(x[0]), []
    for t in range(len(x)):
        f = torch.sigmoid(af[t] + vf * c)
        r = torch.sigmoid(ar[t] + vr * c)
        c = f * c + (1 - f) * g[t]
        said.append(r * c + (1 - r) * x[t])
    return torch.stack(said)


def test_the_sru_is_the_plain_loop_and_so_are_its_derivatives(net: ModuleType) -> None:
    parts = [random(9, 2, 5, seed=k).float() for k in range(4)] + [random(5, seed=k).float() for k in (8, 9)]
    ours, theirs = ([part.clone().requires_grad_() for part in parts] for _ in range(2))
    weight = random(9, 2, 5, seed=20).float()
    fast, slow = net.sru(*ours), plain_sru(*theirs)
    torch.testing.assert_close(fast, slow, atol=1e-5, rtol=1e-5)
    (fast * weight).sum().backward()
    (slow * weight).sum().backward()
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one.grad, other.grad, atol=1e-4, rtol=1e-4)


def test_half_of_the_sru_reads_backwards(net: ModuleType) -> None:
    layer, x = net.Sru(6), random(7, 1, 6).float()
    moved = x.clone()
    moved[0] += 1
    apart = (layer(x) - layer(moved)).detach().abs().amax(dim=1)
    assert float(apart[1:, :3].min()) > 0
    assert float(apart[1:, 3:].max()) == 0


def test_the_contour_layer_keeps_what_came_in_and_adds_what_is_along_and_across(net: ModuleType) -> None:
    layer, x = net.Contour(3).eval(), random(1, 3, 9, 9).float()
    with torch.no_grad():
        n = layer.norm(x)
        expected = x + torch.relu(layer.along(n) + layer.across(n))
        torch.testing.assert_close(layer(x), expected)
        dot = torch.zeros(1, 3, 9, 9)
        dot[0, :, 4, 4] = 1
        seen = (layer.along(dot) + layer.across(dot) - layer.across.bias[None, :, None, None]).abs().amax(dim=1)[
            0
        ] > 1e-9
    off_the_cross = [(i, j) for i in range(9) for j in range(9) if i != 4 and j != 4]
    assert not any(seen[i, j] for i, j in off_the_cross)


def test_the_focal_weight_is_that_of_equation_nine(net: ModuleType) -> None:
    shares = random(6, 2, 5).float().log_softmax(dim=2)
    targets, sizes = torch.tensor([[1, 2], [3, 0]]), torch.tensor([2, 1])
    lengths = torch.tensor([6, 6])
    alpha = torch.tensor([0.0, 1.0, 3.0, 0.5, 9.0])
    cost = torch.nn.functional.ctc_loss(shares, targets, lengths, sizes, reduction="none") / sizes
    p = torch.exp(-cost)
    expected = (torch.tensor([2.0, 0.5]) * (1 - p) ** 2 * -torch.log(p)).mean()
    torch.testing.assert_close(net.focal_ctc(shares, targets, lengths, sizes, alpha, gamma=2.0), expected)
    plain = net.focal_ctc(shares, targets, lengths, sizes, None)
    torch.testing.assert_close(plain, cost.mean())


def test_rare_symbols_count_more_and_the_whole_counts_the_same(net: ModuleType) -> None:
    counts = torch.tensor([10_000, 100, 10])
    weight = net.rarity(counts)
    assert float(weight[0]) < float(weight[1]) < float(weight[2])
    assert float((weight * counts).sum() / counts.sum()) == pytest.approx(1)


@pytest.mark.parametrize("left_out", ["", "haar", "contour", "sru", "scales"])
def test_each_part_can_be_left_out(net: ModuleType, left_out: str) -> None:
    shape = net.Shape(**SMALL, **({left_out: False} if left_out else {}))
    assert net.Shape.of(shape.told()) == shape
    images = random(2, 1, 112, 48).float()
    said = net.ScoreNet(shape)(net.haar(images) if shape.haar else images)
    assert said.shape == (12, 2, 203)
    said.sum().backward()


def test_the_exported_network_says_what_the_trained_one_says(net: ModuleType, tmp_path: Path) -> None:
    import export_score

    torch.manual_seed(3)
    whole = net.ScoreNet(net.Shape(**(SMALL | {"layers": 2})))
    whole(random(3, 4, 56, 40).float())  # so that the batch norms have seen something
    with torch.no_grad():
        whole.sequence[0].vf.uniform_(-1, 1)
        whole.sequence[1].vr.uniform_(-1, 1)
    assert export_score.export(whole, tmp_path / "score.onnx") < 1e-5
