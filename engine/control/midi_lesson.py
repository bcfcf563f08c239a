"""A lesson: somebody says which order, then moves a control, and the two belong together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.control.midi_map import Grip
from engine.control.midi_message import BEND, CC, CC14, FINE, Control, Move

_LISTENS: Final = 0.3  # seconds from the first move on: which of all that moves goes farthest is meant
_WAITS: Final = 30.0  # seconds for the first move


class Lesson:
    """Moves in; out, once, the grip that they mean. `order` and `value` are what the control shall do."""

    delay = 0

    def __init__(self, order: str, value: str | float | None, now: float) -> None:
        self.order, self._value, self._until = order, value, now + _WAITS
        self._heard: dict[Control, tuple[float, float, int]] = {}

    def step(self, moves: Sequence[Move], now: float) -> None:
        """These moved."""
        for move in moves:
            if not self._heard:
                if move.value == 0.0 and move.control.kind not in (CC, CC14, BEND):
                    continue  # a key that is let go, which was pressed before the lesson
                self._until = now + _LISTENS
            low, high, count = self._heard.get(move.control, (move.value, move.value, 0))
            self._heard[move.control] = min(low, move.value), max(high, move.value), count + 1

    def over(self, now: float) -> bool:
        """Whether enough was heard, or nothing for too long."""
        return now >= self._until

    def grip(self) -> Grip | None:
        """What was learned; None if nothing moved."""
        found = {control: heard for control, heard in self._heard.items() if control.kind != CC14}
        if not found:
            return None
        control = max(found, key=lambda one: (found[one][1] - found[one][0], found[one][2]))
        if control.kind == CC:
            whole = Control(CC14, control.channel, control.number % FINE)
            halves = [Control(CC, whole.channel, whole.number + add) for add in (0, FINE)]
            if control.number < 2 * FINE and whole in self._heard and all(half in found for half in halves):
                control = whole
        return Grip(self.order, control.kind, control.number, control.channel, value=self._value)
