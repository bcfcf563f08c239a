"""One argument of an order: its OSC type, what it may be, and how what was sent is read as it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from engine.control.bad_order import BadOrder

_NEARLY: Final = 1e-6  # of a range: what a 32-bit float may lie beyond its end
_NEAR: Final = 1e-3  # a number so near to a whole one is meant as that
_LARGEST: Final = 1e300  # a whole number beyond it would be no float: JSON and TOML have such
_SHOWN: Final = 40  # characters of a value that are told back

Read = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Argument:
    """`type` is an OSC type tag: `f` a number, `i` a whole one, `T` on or off, `s` text.

    `low` and `high` bound numbers where they are not None. `choices` are the only values, where there are any;
    texts among them may be asked for by number too, counted from 1. `labels` name the choices. `shape`: what a text
    that may be anything must look like; where there are choices, what may follow one.
    """

    name: str
    type: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] | tuple[int, ...] = ()
    labels: tuple[str, ...] = ()
    unit: str = ""
    shape: str = ""

    @property
    def rule(self) -> str:
        """What it must be, in words."""
        if self.type == "T":
            return "true or false (T, F, 1 or 0)"
        if self.type == "s":
            return "a name or its number" if self.choices else f"text like {self.shape}"
        what = "a whole number" if self.type == "i" else "a number"
        if self.low is None or self.high is None:
            return what
        return f"{what}, {self.low:g} to {self.high:g}" + (f" {self.unit}" if self.unit else "")

    def read(self, given: object, address: str) -> Read:
        """The value as this argument takes it; BadOrder, with value and rule, if it does not.

        Controllers send what they can: whole numbers as floats, switches as 1.0 and 0.0.
        """
        found: Read | None = None
        if self.type == "s":
            found = self._text(given)
        elif isinstance(given, bool | int | float) and abs(given) < _LARGEST:
            found = given >= 0.5 if self.type == "T" else self._number(float(given))
        if found is None:
            why = f"{self.name}={_shown(given)} must be {self.rule}"
            raise BadOrder(address, why, given if isinstance(given, str) else "", self.choices)
        return found

    def _number(self, given: float) -> int | float | None:
        if self.low is not None and self.high is not None:
            over = _NEARLY * max(self.high - self.low, abs(self.low), abs(self.high))
            if not self.low - over <= given <= self.high + over:
                return None
            given = min(max(given, self.low), self.high)
        if self.type == "f":
            return given
        whole = round(given)
        fits = abs(given - whole) < _NEAR and (not self.choices or whole in self.choices)
        return whole if fits else None

    def _text(self, given: object) -> str | None:
        if self.choices and isinstance(given, int | float) and not isinstance(given, bool) and abs(given) < _LARGEST:
            place = round(given) - 1
            return str(self.choices[place]) if 0 <= place < len(self.choices) else None
        if not isinstance(given, str):
            return None
        if not self.choices:
            return given if re.fullmatch(self.shape, given) else None
        fits = given in self.choices or any(
            given.startswith(choice) and re.fullmatch(self.shape, given.removeprefix(choice))
            for choice in self.choices
            if isinstance(choice, str)
        )
        return given if fits else None


def _shown(given: object) -> str:
    shown = f"{given:g}" if isinstance(given, float) else repr(given)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
