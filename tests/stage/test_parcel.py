"""A scene on a journey: what arrives is what was sent, and another version is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import BadScene
from engine.foundation import assets
from engine.stage.parcel import packed, unpacked
from engine.stage.scene import load_scene


@pytest.mark.parametrize("scene", ["ink", "mountains", str(assets.SHADERS / "fallback.fs")])
def test_a_scene_of_the_engine_travels_as_its_name_alone(scene: str, tmp_path: Path) -> None:
    parcel = packed(scene)
    assert not parcel.files
    assert load_scene(unpacked(parcel, tmp_path)).path == load_scene(scene).path
    assert not list(tmp_path.iterdir())


def test_a_scene_in_a_file_brings_its_shader_and_what_that_includes(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "scenes").mkdir(parents=True)
    (home / "include").mkdir()
    (home / "mine.fs").write_text('/*{"INPUTS": [{"NAME": "a", "TYPE": "float"}]}*/\n#include "b.glsl"\nvoid main() {}')
    (home / "include" / "b.glsl").write_text("float b;\n")
    (home / "scenes" / "mine.toml").write_text('shader = "../mine.fs"\n[set]\na = 0.2\n[preset.loud]\na = 0.9\n')
    parcel = packed(f"{home / 'scenes' / 'mine.toml'}:loud")
    assert sorted(parcel.files) == ["include/b.glsl", "mine.fs", "scenes/mine.toml"]
    for path in (home / "mine.fs", home / "include" / "b.glsl", home / "scenes" / "mine.toml"):
        path.unlink()
    there = load_scene(unpacked(parcel, tmp_path / "there"))
    assert there.values["a"] == 0.9
    assert there.preset == "loud"
    assert (tmp_path / "there" / "include" / "b.glsl").resolve() in {file.resolve() for file in there.files}


def test_another_version_on_the_other_machine_is_refused(tmp_path: Path) -> None:
    parcel = packed("ink")
    other = {**parcel.own, "shaders/ink.fs": "0" * 64}
    with pytest.raises(BadScene, match=r"ink\.fs is another one on this machine \(install the same"):
        unpacked(replace(parcel, own=other), tmp_path)
    with pytest.raises(BadScene, match=r"nowhere\.fs is another one"):
        unpacked(replace(parcel, own={"shaders/nowhere.fs": "0"}), tmp_path)
    with pytest.raises(BadScene, match=r"signals 0 are .* \(install the same Monochord\)"):
        unpacked(replace(parcel, layout="0"), tmp_path)
    assert not list(tmp_path.iterdir())
