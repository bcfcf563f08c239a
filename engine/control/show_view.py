"""What the operator's page and OSCQuery see of a running show, and how they ask something of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from engine.control.orders import Order
from engine.control.table import Table
from engine.frame import Row

Present = Mapping[str, tuple[bool | int | float | str, ...]]
"""What is so just now, by the address at which it can be asked for."""


@dataclass(frozen=True, slots=True)
class SceneCard:
    """A scene as it is offered: `name` selects it, `colors` are those of its palette as #rrggbb."""

    name: str
    title: str
    description: str = ""
    colors: tuple[str, ...] = ()
    presets: tuple[str, ...] = ()
    picture: Path | None = None


class ShowView(Protocol):
    """A show as others see it; every method may be called from any thread, and none waits for the show."""

    @property
    def musicians(self) -> tuple[str, ...]:
        """Who plays, beside the mix."""
        ...

    @property
    def scenes(self) -> Sequence[SceneCard]: ...

    @property
    def palettes(self) -> Mapping[str, Sequence[str]]:
        """The colours of each palette, as #rrggbb."""
        ...

    @property
    def families(self) -> Sequence[str]:
        """The families of sounds on the map, by their number."""
        ...

    @property
    def table(self) -> Table: ...

    @property
    def osc_port(self) -> int | None:
        """Where orders by OSC are listened for over UDP, if they are."""
        ...

    def order(self, order: Order) -> None:
        """Have this done soon."""
        ...

    def tell(self, line: object) -> None:
        """Tell the operator."""
        ...

    def row(self) -> Row:
        """The newest row; a blank one before the first hop."""
        ...

    def present(self) -> Present: ...

    def held(self) -> Sequence[str]:
        """The inputs of the scene that are held by hand."""
        ...

    def presets(self) -> Sequence[str]:
        """What is kept of the scene in the user's own presets."""
        ...

    def facts(self) -> Mapping[str, Any]:
        """How devices, stage and sound-check are, as plain data; cheap enough for twice a second."""
        ...

    def log(self, since: int) -> Sequence[tuple[int, float, str]]:
        """Lines for the operator from number `since` on that are still kept: (number, second of the show, line)."""
        ...

    def spectrum(self) -> bytes:
        """The spectrum now, low to high: 144 bytes, 0 silence, 255 full scale."""
        ...

    def survey_csv(self) -> str:
        """What the audience has answered until now, as CSV."""
        ...

    def map_picture(self) -> bytes | None:
        """The map of sounds as a PNG; None where there is none."""
        ...
