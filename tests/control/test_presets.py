"""The user's own presets: kept in one file beside the show, in which nothing is ever lost."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from engine.control.bad_order import BadOrder
from engine.control.presets import PresetFile
from engine.control.scene_input import Value

from .shown import INPUTS

BY_NAME = {item.name: item for item in INPUTS}
HELD: dict[str, Value] = {"flow": 1.25, "open": True, "mode": 9, "at": (1.0, 2.0), "tint": (1.0, 0.5, 0.25, 1.0)}


@pytest.fixture
def kept(tmp_path: Path) -> PresetFile:
    return PresetFile(tmp_path / "new" / "show.presets.toml")


def test_what_was_stored_is_recalled_as_it_was(kept: PresetFile) -> None:
    kept.store("ink", "evening", HELD)
    assert kept.recall("ink", "evening", BY_NAME) == HELD
    assert kept.names("ink") == ["evening"]
    assert kept.names("silk") == []


def test_all_else_in_the_file_stays_comments_too(kept: PresetFile) -> None:
    kept.store("ink", "evening", HELD)
    kept.path.write_text("# mine\n" + kept.path.read_text() + "\n[silk.dawn]  # early\nflow = 0.5\n")
    kept.store("ink", "night", {"flow": 0.1})
    kept.store("/shows/my scene.toml", "night", {"flow": 0.1})
    text = kept.path.read_text()
    assert text.startswith("# mine\n")
    assert "# early" in text
    assert kept.names("ink") == ["evening", "night"]
    assert kept.recall("ink", "evening", BY_NAME) == HELD
    assert kept.recall("silk", "dawn", BY_NAME) == {"flow": 0.5}
    assert kept.names("/shows/my scene.toml") == ["night"]


@pytest.mark.parametrize("line", ["ink = {}", "ink = { evening = { flow = 0.25 } }", "ink.evening = { flow = 0.25 }"])
def test_a_scene_that_somebody_wrote_on_one_line_takes_more_presets(kept: PresetFile, line: str) -> None:
    kept.path.parent.mkdir()
    kept.path.write_text(f"{line}\n[silk.dawn]\nflow = 0.5\n")
    kept.store("ink", "night", HELD)
    assert kept.recall("ink", "night", BY_NAME) == HELD
    assert set(kept.names("ink")) == {"night", *(["evening"] if "evening" in line else [])}
    if "evening" in line:
        assert kept.recall("ink", "evening", BY_NAME) == {"flow": 0.25}
    assert kept.names("silk") == ["dawn"]


def test_what_had_the_name_before_is_still_there(kept: PresetFile) -> None:
    for flow in (0.1, 0.2, 0.3):
        kept.store("ink", "evening", {"flow": flow})
    assert tomllib.loads(kept.path.read_text())["ink"]["evening"] == {"flow": 0.3, "before": {"flow": 0.2}}
    assert kept.recall("ink", "evening", BY_NAME) == {"flow": 0.3}


def test_what_does_not_fit_the_scene_any_more_is_left_out(kept: PresetFile) -> None:
    kept.store("ink", "evening", {**HELD, "gone": 1.0})
    shown = {name: BY_NAME[name] for name in ("flow", "open")}
    assert kept.recall("ink", "evening", shown) == {"flow": 1.25, "open": True}
    kept.path.write_text('[ink.a]\nflow = "x"\nopen = 1\nmode = 4\nat = [1]\ntint = [1, 2, nan, 1]\ndrop = true\n')
    with pytest.raises(BadOrder, match="nothing of a fits the inputs that ink has now"):
        kept.recall("ink", "a", BY_NAME)


def test_what_cannot_be_is_said_in_one_line_and_changes_nothing(kept: PresetFile, tmp_path: Path) -> None:
    with pytest.raises(BadOrder, match="nothing is overridden in ink"):
        kept.store("ink", "evening", {})
    assert not kept.path.exists()
    kept.store("ink", "evening", HELD)
    with pytest.raises(BadOrder, match=r"ink has no preset evning in show.presets.toml \(did you mean evening\?\)"):
        kept.recall("ink", "evning", BY_NAME)
    for broken in ("[ink", "ink = 3\n", "x" * 300_000):
        kept.path.write_text(broken)
        with pytest.raises(BadOrder) as bad:
            kept.store("ink", "night", HELD)
        assert "\n" not in str(bad.value)
        assert kept.path.read_text() == broken
    blocked = PresetFile(tmp_path / "new" / "show.presets.toml" / "x.toml")
    with pytest.raises(BadOrder, match="cannot be"):
        blocked.store("ink", "night", HELD)


def test_a_scene_keeps_a_bounded_number(kept: PresetFile) -> None:
    kept.path.parent.mkdir()
    kept.path.write_text("".join(f"[ink.p{n}]\nflow = 1.0\n" for n in range(256)))
    with pytest.raises(BadOrder, match="keeps 256 presets of ink already"):
        kept.store("ink", "more", HELD)
    kept.store("ink", "p7", HELD)
