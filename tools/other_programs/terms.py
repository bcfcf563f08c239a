"""What the starters speak of: what a receiver is told, and what a panel can ask."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Final

from engine.control.argument import Argument
from engine.control.table import ROOT, Repertoire, Table
from engine.frame import SIGNALS
from engine.lights.osc import counters, event_address
from engine.lights.profile import PROFILES

OUT_PORT: Final = PROFILES["generic"].port
HOST: Final = "127.0.0.1"
SCENES: Final = 8  # buttons that choose a scene by its number


@dataclass(frozen=True)
class Told:
    """What a receiver is told at one address."""

    address: str
    size: int
    unit: str
    low: float
    high: float
    meaning: str

    @property
    def group(self) -> str:
        return self.address.split("/")[2]

    @property
    def name(self) -> str:
        return "/".join(self.address.split("/")[3:])


@dataclass(frozen=True)
class Control:
    """What a panel can ask: `low` and `high` of a fader, both None for a button; `fixed` is what a button says."""

    address: str
    kind: str
    meaning: str
    low: float = 0.0
    high: float = 1.0
    fixed: int | None = None

    @property
    def short(self) -> str:
        """The address as one word."""
        return "-".join([*self.address.split("/")[2:], *([] if self.fixed is None else [str(self.fixed)])])


def told() -> list[Told]:
    """Every address that a generic receiver hears, by group."""
    found = [Told(one.address, one.size, one.unit, *one.span, one.meaning) for one in SIGNALS.values()]
    events = [Told(event_address(one), 1, "", 0, 1, f"1 when one is counted: {one.meaning}") for one in counters()]
    return [one for _, group in groupby(sorted([*found, *events], key=group_of), key=group_of) for one in group]


def group_of(one: Told) -> int:
    return list(dict.fromkeys(signal.address.split("/")[2] for signal in SIGNALS.values())).index(one.group)


def controls() -> list[Control]:
    """What can be asked of any show, whatever its scenes: faders, switches, buttons."""
    found = []
    for entry in Table(Repertoire()).entries.values():
        argument = entry.arguments[0] if entry.arguments else None
        kind = _kind(argument)
        if kind == "fader":
            assert argument is not None
            assert argument.low is not None
            assert argument.high is not None
            found.append(Control(entry.address, kind, entry.description, argument.low, argument.high))
        elif kind:
            found.append(Control(entry.address, kind, entry.description))
    select = f"{ROOT}/scene/select"
    return [*found, *(Control(select, "choice", f"scene {n}", fixed=n) for n in range(1, SCENES + 1))]


def _kind(argument: Argument | None) -> str:
    if argument is None:
        return "button"
    return {"f": "fader", "T": "switch"}.get(argument.type, "")


# Pure Data
