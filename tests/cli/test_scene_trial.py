"""All scenes at once: one that cannot be drawn is said and left out, and the others are shown and judged."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from PIL import Image

from engine.cli.scene_trial import Trial
from engine.errors import BadScene, BadSetting, MissingDriver
from engine.foundation import assets
from engine.stage import gpu

LEVEL = """/*{"INPUTS": [{"NAME": "level", "TYPE": "float"}]}*/
void main() { gl_FragColor = vec4(vec3(%s), 1.0); }
"""
BOUND = 'shader = "%s.fs"\n[bind.level]\nsignal = "sound.peak"\nfrom = [-40, 0]\nrelease = 0.1\n'


@pytest.fixture
def scenes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bright one, a dim one, one that does not compile and one that is not there."""
    try:
        gpu.release(gpu.headless())
    except MissingDriver as reason:
        pytest.skip(str(reason))
    for name, code in (("bright", "level"), ("dim", "0.2 * level"), ("sick", "lvel")):
        (tmp_path / f"{name}.fs").write_text(LEVEL % code)
        (tmp_path / f"{name}.toml").write_text(BOUND % name)
    (tmp_path / "lost.toml").write_text('shader = "lost.fs"\n')
    monkeypatch.setattr(assets, "SCENES", tmp_path)
    monkeypatch.setattr(assets, "SHADERS", tmp_path)
    return tmp_path


def trial(*scenes: str) -> Trial:
    return Trial(("clicks:2", "clicks:2"), scenes, (32, 18), musics=("silence",), seconds=1.6)


def test_what_cannot_be_drawn_is_left_out_and_the_rest_is_on_one_sheet_each_and_an_overview(scenes: Path) -> None:
    tried = trial()
    out = scenes / "out"
    tried.write_sheets(out)
    assert sorted(tried.refused) == ["lost", "sick"]
    assert sorted(path.name for path in out.iterdir()) == ["bright.png", "dim.png", "overview.png"]
    with Image.open(out / "bright.png") as sheet:
        assert sheet.width > 4 * 32


def test_a_scene_that_was_named_must_be_good(scenes: Path) -> None:
    with pytest.raises(BadScene, match=r"lost\.fs"):
        trial("lost")
    with pytest.raises(BadScene, match=r"sick\.fs:2"):
        trial("sick").write_sheets(scenes / "sick.png")
    assert not (scenes / "sick.png").exists()


def test_two_files_of_one_name_are_two_musics(scenes: Path) -> None:
    assert [music.name for music in trial("dim").musics] == ["silence", "clicks:2", "clicks:2 (2)"]


def test_a_music_that_is_none_names_the_nearest(scenes: Path) -> None:
    with pytest.raises(BadSetting, match=r"music='blow' is none \(did you mean blown\?\)"):
        Trial((), ("dim",), (32, 18), musics=("blow",))


def test_scenes_are_judged_by_what_they_do(scenes: Path) -> None:
    bright, dim = trial().judge()
    assert (bright.scene, bright.nearest, dim.nearest) == ("bright", "dim", "bright")
    assert bright.onsets > 0.3
    assert bright.signals["sound.peak"][1] > 0.3
    assert bright.silence == 0.0
    assert bright.musics == 0.0  # the same clicks twice
    assert bright.others > 0.0
    assert math.isnan(bright.drums)
