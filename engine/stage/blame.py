"""Whether a scene is to blame when the stage is lost again and again: then the fallback takes its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_PROVEN: Final = 5.0  # seconds of pictures after which a painter that is lost says nothing against its scene
CHANCES: Final = 2
"""Restarts that a scene may lose, one after the other."""


@dataclass(frozen=True, slots=True)
class Loss:
    """How a painter was lost.

    `scene`: what was on. `trying`: what it was putting on stage. `lived`: seconds since its first picture, None
    if there was none. `hung`: it did not die but stood still. `outside`: somebody killed or stopped it.
    `restarted`: it was not the first one.
    """

    scene: str
    trying: str | None
    lived: float | None
    hung: bool
    outside: bool
    restarted: bool


class Blame:
    """Counts restarts that failed. `failed` is how many in a row."""

    def __init__(self) -> None:
        self.failed = 0

    def must_go(self, loss: Loss) -> bool:
        """Note a loss; whether its scene must give way."""
        if loss.hung and not loss.outside and loss.trying == loss.scene:
            self.failed = max(self.failed + 1, CHANCES)  # its files, as they are now, can only hang again
        elif loss.lived is not None and loss.lived > _PROVEN:
            self.failed = 0
        elif loss.restarted and not (loss.lived is not None and (loss.outside or loss.trying)):
            self.failed += 1
        return self.failed >= CHANCES
