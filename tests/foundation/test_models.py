"""Models and their cards: what is there is what was shipped, and anything else is one clear line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.errors import BadFile
from engine.foundation import assets, models

NAMES = sorted(path.stem for path in assets.MODELS.glob("*.onnx"))


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    for suffix in (".onnx", ".toml"):
        shutil.copy(assets.MODELS / f"onset{suffix}", tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", NAMES)
def test_every_model_has_a_card_with_its_figures_and_its_data(name: str) -> None:
    card = models.card(name)
    assert {"what", "data", "licence", "command", "held_out", "sha256"} <= set(card)


@pytest.mark.parametrize("name", NAMES)
def test_a_small_model_gives_its_weights(name: str) -> None:
    if models.card(name).get("weights", True):
        assert {"W", "O", "taps"} & set(models.weights(name))


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"ear\.toml: No such file .*is the installation whole"):
        models.card("ear", tmp_path)


def test_a_model_that_is_not_the_one_on_its_card_is_refused(shelf: Path) -> None:
    with (shelf / "onset.onnx").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(BadFile, match=r"onset\.onnx is not the one that .*onset\.toml describes"):
        models.session("onset", shelf)


def test_a_model_that_is_damaged_is_refused_in_one_line(shelf: Path) -> None:
    import hashlib

    (shelf / "onset.onnx").write_bytes(b"no model at all")
    digest = hashlib.sha256(b"no model at all").hexdigest()
    (shelf / "onset.toml").write_text(f'sha256 = "{digest}"\n')
    with pytest.raises(BadFile, match=r"onset\.onnx cannot be read: ") as caught:
        models.session("onset", shelf)
    assert "\n" not in str(caught.value)


def test_a_card_that_is_no_toml_is_refused(shelf: Path) -> None:
    (shelf / "onset.toml").write_text("= =")
    with pytest.raises(BadFile, match=r"onset\.toml is not TOML"):
        models.card("onset", shelf)


def test_a_model_is_named_by_its_path_or_lies_here_or_is_a_shipped_one(
    tmp_path: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "maps").mkdir()
    monkeypatch.chdir(tmp_path)
    assert models.located("beat") == ("beat", assets.MODELS)
    assert models.located("onset") == ("onset", Path())  # the one that lies here comes first
    assert models.located("maps/mine") == models.located(Path("maps/mine.onnx")) == ("mine", Path("maps"))
    assert models.located("mine.onnx") == ("mine", Path())


def test_a_model_is_found_by_its_sha256(tmp_path: Path, shelf: Path) -> None:
    (shelf / "a broken one.toml").write_text("= =")
    digest = models.card("onset")["sha256"]
    assert models.with_sha256(digest, [tmp_path / "absent", shelf, assets.MODELS]) == ("onset", shelf)
    assert models.with_sha256("0" * 64, [shelf, assets.MODELS]) is None


def test_a_card_that_was_written_is_the_models_own_and_keeps_its_tables_apart(tmp_path: Path) -> None:
    (tmp_path / "little.onnx").write_bytes(b"a network")
    known = {"held_out": {"clean": {"f1": 0.99}, "what": "tunes not learned from"}, "licence": "MIT", "inputs": 3}
    models.write_card(tmp_path / "little.onnx", known)
    card = models.card("little", tmp_path)
    assert {key: card[key] for key in known} == known
    assert card["name"] == "little"
    (tmp_path / "little.onnx").write_bytes(b"another one")
    with pytest.raises(BadFile, match="is not the one that"):
        models.card("little", tmp_path)
