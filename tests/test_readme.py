"""The README says what is."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from engine.show.show_file import read_show
from engine.stage.keys import KEYS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_signals_is_the_list_of_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import signals_table

    assert signals_table.rewritten(README) == README, "run python tools/signals_table.py --write README.md"
    sys.modules.pop("signals_table")


def test_the_figures_of_speed_are_those_that_were_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import bench

    cited = bench.excerpt(bench.kept_before(bench.STORE), bench.JOBS)
    assert bench.CITED.of(README) == cited, "run python tools/bench.py --readme"


def test_the_example_of_a_show_file_is_one(tmp_path: Path) -> None:
    example = next(block for block in _blocks("toml") if "delay_ms" in block)
    (tmp_path / "show.toml").write_text(example)
    assert read_show(tmp_path / "show.toml")["sound.gain_db"] == 6.0


def test_every_key_of_the_stage_window_is_in_the_readme() -> None:
    names = {"left": "←", "right": "→", "f11": "F11"}
    for key in KEYS:
        assert names.get(key, key) in README


def test_every_module_of_the_tree_is_there() -> None:
    tree = next(block for block in _blocks("") if "conductor.py" in block)
    for name in re.findall(r"^  ([a-z_]+(?:\.py|/))", tree, re.MULTILINE):
        assert (ROOT / "engine" / name).exists(), name


def _blocks(language: str) -> list[str]:
    return [text for kind, text in re.findall(r"```(\w*)\n(.*?)```", README, re.DOTALL) if kind == language]
