"""`monochord mood`: four probabilities a file, a bad file that ends no batch, and nothing said of silence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import typer

from engine.cli.mood import mood
from engine.errors import BadFile
from engine.foundation import assets
from engine.frame import RATE
from engine.listening.mood_features import EIGHT
from engine.listening.mood_judge import MOODS

pytestmark = pytest.mark.skipif(
    not (assets.MODELS / "mood.onnx").exists(), reason="the model of moods is not installed"
)
KEYS = {*MOODS, "valence", "arousal", "known", "features"}


def tune(seconds: float) -> np.ndarray:
    """Plucked notes of a minor triad, one each half second."""
    sound = np.zeros(round(seconds * RATE), np.float32)
    time = np.arange(RATE) / RATE
    for number, begin in enumerate(range(0, len(sound) - RATE, RATE // 2)):
        hz = 220 * 2 ** ((0, 3, 7, 12)[number % 4] / 12)
        sound[begin : begin + RATE] += (0.2 * np.sin(2 * np.pi * hz * time) * np.exp(-4 * time)).astype(np.float32)
    return sound


def test_every_file_has_its_four_moods_and_a_bad_one_its_line(
    tmp_path: Path, sound_file: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    good, silent = sound_file("tune.wav", tune(6)), sound_file("silent.wav", np.zeros(2 * RATE, np.float32))
    wanted = tmp_path / "mood.json"
    with pytest.raises(typer.Exit) as ended:
        mood([str(good), str(tmp_path / "none.wav"), str(silent)], wanted)
    assert ended.value.exit_code == 1
    found = json.loads(wanted.read_text("utf-8"))
    assert list(found) == [str(good), str(silent)]
    for told in found.values():
        assert set(told) == KEYS
        assert sum(told[name] for name in MOODS) == pytest.approx(1, abs=1e-9)
        assert -1 <= told["valence"] <= 1
        assert -1 <= told["arousal"] <= 1
        assert list(told["features"]) == [feature.name for feature in EIGHT]
    assert [found[str(silent)][name] for name in MOODS] == [0.25] * 4
    assert found[str(silent)]["known"] is False
    assert found[str(good)]["features"]["tonality"] < 0
    said = capsys.readouterr()
    assert said.out.count("\n") == 2
    assert "valence" in said.out
    assert "none.wav" in said.err


def test_without_the_model_nothing_is_told_and_one_line_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.foundation.assets.MODELS", tmp_path)
    with pytest.raises(BadFile, match=r"mood\.toml: No such file") as refused:
        mood(["clicks:2"], tmp_path / "mood.json")
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "mood.json").exists()


def test_a_folder_that_is_not_there_is_said(tmp_path: Path, sound_file: Callable[..., Path]) -> None:
    short = sound_file("short.wav", tune(1.5))
    with pytest.raises(BadFile, match=r"there is no folder .* \(make it first\)"):
        mood([str(short)], tmp_path / "nowhere" / "mood.json")
