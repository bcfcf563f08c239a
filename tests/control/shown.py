"""A scene that can be played with in every way, for tests of those who steer."""

from __future__ import annotations

from engine.control.scene_input import SceneInput
from engine.control.table import Repertoire, Table

INPUTS = (
    SceneInput("flow", "float", "Flow", 0.5, 0.0, 2.0, (), (), "sound.level"),
    SceneInput("open", "bool", "", False, False, True, (), (), ""),
    SceneInput("drop", "event", "", False, False, True, (), (), "rhythm.onsets"),
    SceneInput("mode", "long", "", 3, 0, 9, (0, 3, 9), ("still", "slow", "fast"), ""),
    SceneInput("count", "long", "", 1, None, None, (), (), ""),
    SceneInput("at", "point2D", "", (0.0, 0.0), (0.0, 0.0), (4.0, 2.0), (), (), "x: pitch.hz"),
    SceneInput("tint", "color", "", (0.0, 0.0, 0.0, 1.0), (0.0,) * 4, (1.0,) * 4, (), (), "palette"),
    SceneInput("next", "float", "", 0.0, 0.0, 1.0, (), (), ""),
)


def table(scene: str = "ink") -> Table:
    told = ("127.0.0.1:9101:generic", "192.168.1.30:7700:qlcplus")
    return Table(Repertoire(("ink", "silk"), ("storm", "xuan"), ("opening", "rain"), told), scene, INPUTS)
