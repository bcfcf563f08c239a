"""One entry of the table: an address, the arguments that it takes, and the order that they make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from engine.control.argument import Argument, Read
from engine.control.bad_order import BadOrder
from engine.control.orders import Order
from engine.control.scene_input import SceneInput

ROOT: Final = "/monochord"
ADDRESS: Final = f"{ROOT}(/[A-Za-z0-9_]{{1,64}}){{1,4}}"
"""What the address of an order looks like, whether there is one or not."""

Make = Callable[[Sequence[Read]], Order]
"""What makes the order of the arguments, which have been read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be asked. Without arguments it is a trigger, and a button may send it too: 1 does it, 0 not.

    `least`: how many of the arguments must be there. `told`: whether its present value is known, at the same address.
    `input`: the scene's input that it moves.
    """

    address: str
    arguments: tuple[Argument, ...]
    description: str
    make: Make
    least: int
    told: bool = False
    input: SceneInput | None = None

    @property
    def tags(self) -> str:
        """The OSC types of its arguments."""
        return "".join(one.type for one in self.arguments)

    def read(self, given: Sequence[object]) -> Order | None:
        """The order that these arguments make; None for a button that was let go. BadOrder if they make none."""
        given = _flat(given)
        if not self.arguments:
            return self.make(()) if not given or self._pressed(given) else None
        if len(given) == 1 and len(self.arguments) == 4 and type(given[0]) is int:
            given = [(given[0] >> shift & 255) / 255 for shift in (24, 16, 8, 0)]  # a colour of OSC's own type
        if not self.least <= len(given) <= len(self.arguments):
            names = " ".join(one.name for one in self.arguments)
            raise BadOrder(self.address, f"takes {names}, not {len(given)} arguments")
        return self.make([one.read(value, self.address) for one, value in zip(self.arguments, given, strict=False)])

    def _pressed(self, given: Sequence[object]) -> bool:
        pressed = Argument("press", "T").read(given[0], self.address)
        if len(given) > 1:
            raise BadOrder(self.address, f"takes no argument, or 1, not {len(given)}")
        return bool(pressed)


def _flat(given: Sequence[object]) -> Sequence[object]:
    """Arguments in brackets count as if there were none, where they begin with one."""
    if not given or not isinstance(given[0], list | tuple):
        return given
    found: list[object] = []
    for one in given:
        found += one if isinstance(one, list | tuple) else [one]
    return found
