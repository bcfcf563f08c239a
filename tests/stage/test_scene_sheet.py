"""The sheet of one scene: its stills where they belong, and the signals that drive it beneath."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import BadFile
from engine.stage.scene import Scene, load_scene
from engine.stage.scene_sheet import Row, driving, lane, write_scene_sheet

from .conftest import Write, isf

INPUTS = [{"NAME": name, "TYPE": "float"} for name in ("a", "b", "c")]


@pytest.fixture
def scene(write: Write) -> Scene:
    write("s.fs", isf(INPUTS=INPUTS, DESCRIPTION="A very long description " * 20))
    return load_scene(
        write(
            "s.toml",
            'shader = "s.fs"\n[bind.a]\nsignal = "sound.level"\nfrom = [-60, 0]\n'
            '[bind.b]\nsignal = "sound.level"\nfrom = [-20, 0]\n[bind.c]\nsignal = "rhythm.onsets"\n',
        )
    )


def test_a_signal_that_drives_two_inputs_has_one_lane(scene: Scene) -> None:
    assert [(one.target, one.signal.name) for one in driving(scene)] == [
        ("a", "sound.level"),
        ("c", "rhythm.onsets"),
    ]


def test_a_lane_shows_a_signal_in_the_range_in_which_the_scene_hears_it(scene: Scene) -> None:
    level, onsets = driving(scene)
    assert lane(level, np.array([-90.0, -60.0, -30.0, 0.0, 6.0, np.nan])).tolist() == [0.0, 0.0, 0.5, 1.0, 1.0, 0.0]
    assert lane(onsets, np.array([7.0, 7.0, 8.0, 8.0, 10.0])).tolist() == [0.0, 0.0, 1.0, 0.0, 1.0]


def test_the_stills_of_a_music_stand_side_by_side_and_its_lanes_beneath(scene: Scene, tmp_path: Path) -> None:
    stills = [np.full((90, 160, 4), value, np.uint8) for value in (50, 100, 150, 200)]
    values = np.linspace(0, 1, 300)
    row = Row("blown", 10.0, stills, [1.0, 2.0, 3.0, 4.0], [values, values])
    path = tmp_path / "sheet.png"
    write_scene_sheet(path, scene, [row, row])
    sheet = np.array(Image.open(path))
    for value in (50, 100, 150, 200):
        ys, xs = np.nonzero((sheet == value).all(axis=2))
        assert len(np.unique(xs)) >= 160
        assert len(ys) >= 2 * 160 * 90
    gold = np.nonzero((sheet == (201, 160, 78)).all(axis=2))
    assert gold[0].max() > 60 + 22 + 90


def test_a_sheet_that_cannot_be_written_is_one_line(scene: Scene, tmp_path: Path) -> None:
    row = Row("x", 1.0, [np.zeros((9, 16, 4), np.uint8)], [0.5], [np.zeros(30)] * 2)
    with pytest.raises(BadFile, match="cannot be written"):
        write_scene_sheet(tmp_path / "none" / "sheet.png", scene, [row])
