"""What the stage tells of its controls to those who steer."""

from __future__ import annotations

import json

from engine.stage.scene import load_scene
from engine.stage.told_inputs import told_inputs, told_values

from .conftest import Write, isf
from .test_binder import INPUTS


def test_every_input_but_pictures_is_told_with_what_moves_it_and_where_it_rests(write: Write) -> None:
    write("s.fs", isf(INPUTS=[*INPUTS, {"NAME": "wash", "TYPE": "color"}]))
    bind = "bind.at.x = 'sound.level'\nbind.at.y = 'pitch.hz'\nbind.drop = 'rhythm.onsets'\n[set]\nflow = 1.5\n"
    told = json.loads(json.dumps(told_inputs(load_scene(write("s.toml", f'shader = "s.fs"\n{bind}')))))
    by_name = {one["name"]: one for one in told}
    assert list(by_name) == ["flow", "open", "drop", "count", "mode", "at", "tint", "wash"]
    assert by_name["at"]["moved_by"] == "x: sound.level, y: pitch.hz"
    assert by_name["drop"]["moved_by"] == "rhythm.onsets"
    assert by_name["wash"]["moved_by"] == "palette"
    assert by_name["flow"]["moved_by"] == ""
    assert (by_name["flow"]["default"], by_name["flow"]["minimum"], by_name["flow"]["maximum"]) == (1.5, 0.0, 2.0)
    assert (by_name["mode"]["values"], by_name["mode"]["labels"]) == ([0, 3, 9], ["0", "3", "9"])
    assert by_name["tint"]["default"] == [0.2, 0.4, 0.6, 0.8]


def test_only_values_that_have_changed_are_told_again() -> None:
    before = {"flow": 1.0, "at": (0.0, 1.0)}
    assert told_values({"flow": 1.0, "at": (0.0, 2.0), "new": True}, before) == {"at": (0.0, 2.0), "new": True}
