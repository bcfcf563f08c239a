"""The network: any ONNX with a card and these shapes, finite whatever it is given, and one clear line for all else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import BadFile
from engine.foundation import assets
from engine.listening.mel import BANDS, PATCH, SILENT
from engine.listening.vggish import SIZE, Vggish

from .little_onnx import little_network

shipped = pytest.mark.skipif(not (assets.MODELS / "vggish.onnx").exists(), reason="no vggish.onnx is installed")


def _patches(count: int) -> np.ndarray:
    return np.random.default_rng(0).normal(-2, 1, (count, PATCH, BANDS)).astype(np.float32)


def test_a_patch_is_described_by_128_numbers(tmp_path: Path) -> None:
    network = Vggish(little_network(tmp_path))
    described = network.embed(_patches(3))
    assert described.shape == (3, SIZE)
    assert described.dtype == np.float32
    assert network.embed(_patches(0)).shape == (0, SIZE)


def test_many_patches_at_once_are_described_as_each_alone(tmp_path: Path) -> None:
    network, given = Vggish(little_network(tmp_path)), _patches(70)
    alone = np.concatenate([network.embed(given[k : k + 1]) for k in range(70)])
    assert network.embed(given) == pytest.approx(alone, abs=1e-5)


def test_silence_has_a_description(tmp_path: Path) -> None:
    network = Vggish(little_network(tmp_path))
    nothing = np.full((1, PATCH, BANDS), SILENT, np.float32)
    assert np.isfinite(network.embed(nothing)).all()
    assert np.array_equal(network.embed(nothing), network.embed(nothing.copy()))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e38, -1e38])
def test_no_patch_makes_a_description_that_is_not_finite(tmp_path: Path, bad: float) -> None:
    network, given = Vggish(little_network(tmp_path)), _patches(2)
    given[0, 40, 10] = bad
    kept = given.copy()
    described = network.embed(given)
    assert np.isfinite(described).all()
    assert np.array_equal(given, kept, equal_nan=True)
    assert described[1] == pytest.approx(network.embed(_patches(2))[1], abs=1e-6)


def test_a_network_is_found_by_path_by_name_here_and_by_name_among_the_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = little_network(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert Vggish(path).sha256 == Vggish("little").sha256 == Vggish("little.onnx").sha256
    with pytest.raises(BadFile, match=r"models_onnx/other\.toml: No such file"):
        Vggish("other")


def test_another_network_under_the_same_name_is_another_network(tmp_path: Path) -> None:
    one = Vggish(little_network(tmp_path, seed=0)).embed(_patches(1))
    other = Vggish(little_network(tmp_path, seed=1)).embed(_patches(1))
    assert not np.allclose(one, other)


@pytest.mark.parametrize(
    ("unlike", "said"),
    [
        ({"taken": "sound"}, r"has the input sound \[n,1,96,64\] of type tensor\(float\), it must be log_mel \["),
        ({"shape": ("n", 1, 64, 96)}, r"has the input log_mel \[n,1,64,96\] .* it must be log_mel \[n,1,96,64\]"),
        ({"shape": (1, 1, 96, 64)}, r"has the input log_mel \[1,1,96,64\] .* it must be log_mel \[n,1,96,64\]"),
        ({"given": "said"}, r"has the output said \[n,128\] .* it must be embedding \[n,128\]"),
        ({"size": 64}, r"has the output embedding \[n,64\] .* it must be embedding \[n,128\]"),
    ],
)
def test_a_network_of_other_shapes_is_refused_in_one_line(tmp_path: Path, unlike: dict[str, object], said: str) -> None:
    with pytest.raises(BadFile, match=r"model=.*little\.onnx " + said) as caught:
        Vggish(little_network(tmp_path, **unlike))  # type: ignore[arg-type]  # one of several kinds
    assert "\n" not in str(caught.value)
    assert "(export it again)" in str(caught.value)


def test_a_network_without_a_card_or_with_anothers_is_refused(tmp_path: Path) -> None:
    path = little_network(tmp_path)
    little_network(tmp_path, "other", seed=1).with_suffix(".toml").replace(path.with_suffix(".toml"))
    with pytest.raises(BadFile, match=r"little\.onnx is not the one that .*little\.toml describes"):
        Vggish(path)
    path.with_suffix(".toml").unlink()
    with pytest.raises(BadFile, match=r"little\.toml: No such file"):
        Vggish(path)


def test_patches_of_another_shape_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"patches\.shape=\(1, 64, 96\) must be \(n, 96, 64\)"):
        Vggish(little_network(tmp_path)).embed(np.zeros((1, 64, 96), np.float32))


@shipped
def test_the_shipped_network_hears_a_difference_between_a_tone_and_noise() -> None:
    from engine.listening.mel import log_mel, patches

    time = np.arange(15_600) / 16_000
    tone = (0.3 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    noise = np.random.default_rng(0).normal(0, 0.1, (2, time.size)).astype(np.float32)
    given = np.concatenate([patches(log_mel(sound)) for sound in (tone, *noise)])
    described = Vggish().embed(given)
    assert np.isfinite(described).all()
    assert np.linalg.norm(described[0] - described[1]) > 2 * np.linalg.norm(described[1] - described[2])
