"""A show that is none: what the page's server needs of one, with everything in the hands of the test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.control.orders import Order
from engine.control.scene_input import SceneInput
from engine.control.show_view import Present, SceneCard
from engine.control.table import Repertoire, Table
from engine.frame import Row, blank_row

FLOW = SceneInput("flow", "float", "Flow", 0.5, 0.0, 2.0, (), (), "band.level")
MODE = SceneInput("mode", "long", "Mode", 1, None, None, (1, 3), ("calm", "wild"), "")
TINT = SceneInput("tint", "color", "Tint", (0.0, 0.0, 0.0, 1.0), None, None, (), (), "palette")
FIRE = SceneInput("fire", "event", "Fire", False, None, None, (), (), "")


class FakeView:
    """Implements `ShowView`: `orders` are those that were given, `said` what the operator was told."""

    def __init__(self) -> None:
        self.orders: list[Order] = []
        self.said: list[str] = []
        self.lines: list[tuple[int, float, str]] = [(0, 0.5, "the show begins")]
        repertoire = Repertoire(("ink", "silk"), ("moon", "storm"), ("Opening", "Finale"))
        self.table = Table(repertoire).with_scene("ink", (FLOW, MODE, TINT, FIRE))
        self.values: dict[str, tuple[bool | int | float | str, ...]] = {
            "/monochord/master/brightness": (1.0,),
            "/monochord/master/blackout": (False,),
            "/monochord/scene/select": ("ink",),
            "/monochord/scene/flow": (0.5,),
        }
        self.numbers = blank_row()
        self.by_hand: tuple[str, ...] = ()
        self.musicians: tuple[str, ...] = ()
        self.score: Mapping[str, Any] | None = None
        self.scenes: Sequence[SceneCard] = (SceneCard("ink", "Ink", colors=("#000000",)), SceneCard("silk", "Silk"))
        self.palettes: Mapping[str, Sequence[str]] = {"moon": ("#05070c",), "storm": ("#0a0b0d",)}
        self.families: Sequence[str] = ("bowed", "plucked")
        self.osc_port: int | None = None

    def change(self, scene: str, *inputs: SceneInput) -> None:
        """Another scene is on stage."""
        self.table = self.table.with_scene(scene, inputs)

    def order(self, order: Order) -> None:
        self.orders.append(order)

    def tell(self, line: object) -> None:
        self.said.append(str(line))

    def row(self) -> Row:
        return self.numbers

    def present(self) -> Present:
        return dict(self.values)

    def held(self) -> Sequence[str]:
        return self.by_hand

    def presets(self) -> Sequence[str]:
        return ("evening",)

    def facts(self) -> Mapping[str, Any]:
        ears = {"name": "a tone", "restarts": 0, "overflows": 0, "file": True, "fresh": True}
        told: dict[str, Any] = {"position": "0:01.0", "next": "silk", "paused": False, "ears": ears, "band": None}
        return {**told, "lights": [], "followers": [], "osc_in": "", "take": "", "score": self.score}

    def log(self, since: int) -> Sequence[tuple[int, float, str]]:
        return [line for line in self.lines if line[0] >= since]

    def spectrum(self) -> bytes:
        return bytes(144)

    def survey_csv(self) -> str:
        return "minute,music,visuals,votes\n"

    def map_picture(self) -> bytes | None:
        return None


def as_card(path: Path) -> SceneCard:
    """A scene that has a picture."""
    return SceneCard("ink", "Ink", picture=path)
