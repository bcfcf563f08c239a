"""What the operator's hand does to the controls of a scene: it takes one over, and gives it back, without a jump."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from engine.stage.isf_inputs import PARTS, Input, Value

TAKING: Final = 0.05
"""Seconds in which a number comes to where the hand has put it: steps of a fader are not seen."""
GIVING_BACK: Final = 0.3
"""Seconds in which it comes back to the music."""


@dataclass(slots=True)
class _Hand:
    """One control in the operator's hand, or on its way back. `goal` is None on the way back."""

    goal: Value | None
    shown: Value
    left: float


class Overrides:
    """Values in, values out: those that the operator holds are the operator's. Numbers glide in a straight line."""

    def __init__(self, inputs: Mapping[str, Input]) -> None:
        """`inputs`: what may be held, by name; other names are passed over."""
        self._inputs = inputs
        self._hands: dict[str, _Hand] = {}
        self._fired: set[str] = set()
        self._last: Mapping[str, Value] = {}

    @property
    def held(self) -> dict[str, Value]:
        """What is in the operator's hand, and where it has been put."""
        return {name: hand.goal for name, hand in self._hands.items() if hand.goal is not None}

    def hold(self, values: Mapping[str, Value]) -> None:
        """Take these over, or move those that are held; an event fires in the next picture.

        What is no value of its input is passed over: a stage that follows may have other files than its leader.
        """
        for name, value in values.items():
            item = self._inputs.get(name)
            if item is None or not _fits(item, value):
                continue
            if item.type == "event":
                self._fired.add(name)
                continue
            hand = self._hands.get(name)
            shown = hand.shown if hand is not None else self._last.get(name, value)
            self._hands[name] = _Hand(value, shown, TAKING)

    def release(self, names: Iterable[str] | None = None) -> None:
        """Give these back; all of them for None."""
        for name in list(self._hands) if names is None else names:
            hand = self._hands.get(name)
            if hand is not None and hand.goal is not None:
                hand.goal, hand.left = None, GIVING_BACK

    def continue_from(self, other: Overrides) -> None:
        """Hold what another version of the same scene held, as far as there is still such a control."""
        for name, hand in other._hands.items():
            item, before = self._inputs.get(name), other._inputs[name]
            if item is not None and item.type == before.type:
                self._hands[name] = hand

    def step(self, values: Mapping[str, Value], dt: float) -> Mapping[str, Value]:
        """The values `dt` seconds after the last step, those that are held in the place of the music's."""
        self._last = values
        if not self._hands and not self._fired:
            return values
        shown = dict(values)
        for name, hand in list(self._hands.items()):
            goal = values[name] if hand.goal is None else hand.goal
            hand.shown = _glide(self._inputs[name], hand.shown, goal, dt / hand.left if hand.left > dt else 1.0)
            hand.left = max(hand.left - dt, 0.0)
            shown[name] = hand.shown
            if hand.goal is None and hand.left <= 0.0:
                del self._hands[name]
        shown.update(dict.fromkeys(self._fired, True))
        self._fired.clear()
        self._last = MappingProxyType(shown)
        return self._last


def _fits(item: Input, value: Value) -> bool:
    """Whether an input of this type can hold the value; an event fires whatever is said."""
    if item.type in PARTS:
        return isinstance(value, tuple) and len(value) == len(PARTS[item.type])
    if item.type == "float":
        return isinstance(value, int | float)
    if item.type == "long":
        return isinstance(value, int) and abs(value) < 2**31
    return isinstance(value, bool) or item.type == "event"


def _glide(item: Input, shown: Value, goal: Value, share: float) -> Value:
    """That share of the way; what is no number is there at once."""
    if item.type in PARTS and isinstance(shown, tuple) and isinstance(goal, tuple):
        return tuple(a + (b - a) * share for a, b in zip(shown, goal, strict=True)) if share < 1.0 else goal
    if item.type == "float" and share < 1.0:
        assert not isinstance(shown, tuple)
        assert not isinstance(goal, tuple)
        return shown + (goal - shown) * share
    return goal
