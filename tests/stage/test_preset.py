"""Presets: other ways to show the same scene, all of them checked when it is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import BadScene
from engine.stage.palette import load_palette
from engine.stage.preset import split_name
from engine.stage.scene import load_scene, scene_names

from .conftest import Write, isf

INPUTS = [
    {"NAME": "flow", "TYPE": "float"},
    {"NAME": "mist", "TYPE": "float", "DEFAULT": 0.2},
    {"NAME": "place", "TYPE": "point2D"},
    {"NAME": "body", "TYPE": "color"},
]
SCENE = """shader = "s.fs"
palette = "xuan"
set.mist = 0.4
[bind.flow]
signal = "sound.level"
[bind.place.x]
signal = "sound.level"
to = [0, 1]
[preset.monsoon]
palette = "storm"
mist = 0.9
flow = [0.4, 1.0]
[preset.still]
flow = 0.5
place = [3, 4]
palette.body = "#FF0000"
"""


@pytest.fixture
def scene(write: Write) -> Path:
    write("s.fs", isf(INPUTS=INPUTS))
    return write("s.toml", SCENE)


def test_a_scene_without_a_preset_is_as_it_is_written(scene: Path) -> None:
    plain = load_scene(scene)
    assert (plain.name, plain.preset, plain.presets) == ("s", "", ("monsoon", "still"))
    assert (plain.palette_name, plain.values["mist"]) == ("xuan", 0.4)


def test_a_preset_says_otherwise_what_stands_what_moves_how_far_and_in_which_colours(scene: Path) -> None:
    monsoon = load_scene(f"{scene}:monsoon")
    assert (monsoon.name, monsoon.preset, monsoon.palette_name) == ("s:monsoon", "monsoon", "storm")
    assert monsoon.values["mist"] == 0.9
    assert monsoon.values["body"] == load_palette("storm").colors["body"]
    assert [(one.target, one.to) for one in monsoon.bindings] == [("flow", (0.4, 1.0)), ("place", (0.0, 1.0))]


def test_what_a_preset_holds_still_no_signal_moves(scene: Path) -> None:
    still = load_scene(f"{scene}:still")
    assert still.values["flow"] == 0.5
    assert still.values["place"] == (3.0, 4.0)
    assert [(one.target, one.part) for one in still.bindings] == [("place", 0)]
    assert still.palette["body"] == (1.0, 0.0, 0.0, 1.0)
    assert still.palette["ground"] == load_palette("xuan").colors["ground"]


REFUSALS = [
    ("preset.a = 3", "preset.a must be a table: [preset.a]"),
    ("preset.'a b' = {}", "preset.a b must be letters, digits, _ and -"),
    ("preset.a.flo = 1", "preset.a.flo is no input of s.fs (did you mean flow?)"),
    ("preset.a.flow = 'x'", "preset.a.flow = 'x' must be a finite number"),
    ("preset.a.flow = [0, nan]", "preset.a.flow = [0, nan] must be two finite numbers"),
    ("preset.a.mist = [0, 1]", "preset.a.mist = [0, 1] must be a finite number"),
    ("preset.a.palette = 'strm'", "palette='strm' is none (did you mean storm"),
    ("preset.a.palette = 3", "preset.a: palette=3 must name a palette"),
    ("preset.a.palette.grond = '#000000'", "palette has no role grond"),
    ("palette = 3", "palette=3 must name a palette, or be a table of colours"),
    ("palette = 'strm'", "palette='strm' is none"),
]


@pytest.mark.parametrize(("line", "words"), REFUSALS, ids=[line for line, _ in REFUSALS])
def test_a_wrong_preset_is_refused_though_nobody_has_chosen_it(write: Write, line: str, words: str) -> None:
    write("s.fs", isf(INPUTS=INPUTS))
    with pytest.raises(BadScene) as caught:
        load_scene(write("w.toml", f'shader = "s.fs"\n{line}\nbind.flow = "sound.level"\n'))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_preset_that_is_none_names_the_nearest(scene: Path) -> None:
    with pytest.raises(BadScene, match=r"has no preset monson \(did you mean monsoon\?\)"):
        load_scene(f"{scene}:monson")
    with pytest.raises(BadScene, match="a shader alone has no presets"):
        load_scene(f"{scene.with_suffix('.fs')}:monsoon")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("ink", ("ink", "")),
        ("ink:monsoon", ("ink", "monsoon")),
        ("ink:", ("ink", "")),
        ("a/b.toml:dry-brush", ("a/b.toml", "dry-brush")),
        ("C:\\shows\\b.toml", ("C:\\shows\\b.toml", "")),
        ("C:\\shows\\b.toml:dry", ("C:\\shows\\b.toml", "dry")),
        ("C:/b.fs", ("C:/b.fs", "")),
    ],
)
def test_a_name_is_told_from_its_preset_and_a_drive_from_a_scene(name: str, parts: tuple[str, str]) -> None:
    assert split_name(name) == parts


@pytest.mark.parametrize("name", scene_names())
def test_every_preset_of_the_engines_scenes_loads(name: str) -> None:
    for preset in load_scene(name).presets:
        assert load_scene(f"{name}:{preset}").preset == preset
