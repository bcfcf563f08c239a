"""What the operator does to the lights by hand, when the senses mislead, or to see whether all of them are there."""

from __future__ import annotations

from dataclasses import dataclass

from engine.lights.osc import Lights


@dataclass(slots=True)
class Hand:
    """Set by one thread and read by another; each field is whole at any time."""

    lights: Lights | None = None
    """Whose messages may be held back."""
    manual: bool = False
    """Brightness is `level`, not the music's; colours stay as they are, and what moves goes with the tapped beat."""
    level: float = 0.5
    """How bright they are then, 0..1."""
    full: bool = False
    """All lights full and white, whatever the music and the hand say; a blackout is stronger."""

    @property
    def muted(self) -> bool:
        """Whether nobody is told anything, lights, clocks and walls: this machine stands by for another one."""
        return self.lights is not None and self.lights.muted

    @muted.setter
    def muted(self, on: bool) -> None:
        if self.lights is not None:
            self.lights.muted = on

    @property
    def receivers(self) -> tuple[str, ...]:
        """Who is told, by their place."""
        return tuple(map(str, self.lights.destinations)) if self.lights else ()

    @property
    def delays(self) -> list[float]:
        """How late each of them is told, in seconds."""
        return self.lights.delays if self.lights else []

    def hold_back(self, place: int, seconds: float) -> None:
        """Tell the one at this place so late from now on."""
        if self.lights:
            self.lights.hold_back(place, seconds)
