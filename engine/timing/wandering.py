"""Wandering: a show without an operator. Scenes change with the form of the music, and never twice the same way.

[wander]
scenes = ["ink:*", "silk", "sky"]    # where it may go; ink:* is ink and all its presets
every = [60, 180]                    # seconds: each scene stays for a time drawn between the two, and then
on = "form.phrases"                  # until this counter counts: a new phrase begins
transition = ["mist", "bleed"]       # one of these
seconds = 8
when = "bar"
seed = 7                             # the same evening again; without it no evening is like another
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle
from typing import Any, Final, NoReturn

import numpy as np

from engine.errors import BadSetting, nearest
from engine.foundation.number import is_number
from engine.frame import SIGNALS, Row
from engine.timing.cues import CUT, SECONDS, Change, read_change

KEYS: Final = ("scenes", "every", "on", "transition", "seconds", "when", "seed")
_PATIENCE: Final = 30.0  # seconds after which a change that waits for no event comes all the same, if there is sound
_LONGEST: Final = 86_400.0  # seconds that a scene may stay: a day
_REMEMBERED: Final = 2  # scenes that do not come again at once


@dataclass(frozen=True, slots=True)
class Wandering:
    """Where a show may go by itself, and when. `every`: seconds; `on`: the name of a counter."""

    scenes: tuple[str, ...]
    every: tuple[float, float] = (60.0, 180.0)
    on: str = "form.phrases"
    transitions: tuple[str, ...] = (CUT,)
    seconds: float = 0.0
    when: str = "now"
    seed: int | None = None

    def changes(self) -> list[Change]:
        """What may come, to be tried before: every scene once, and every transition with some of them."""
        return [self.change(scene, transition) for scene, transition in zip(self.scenes, cycle(self.transitions))]

    def change(self, scene: str, transition: str) -> Change:
        """To this scene by this transition, as the show says it."""
        return Change(scene, transition, 0.0 if transition == CUT else self.seconds, self.when)


def read_wandering(table: Mapping[str, Any]) -> Wandering:
    """The `[wander]` of a show file; BadSetting, in one line, if it is none."""
    for key in table:
        if key not in KEYS:
            _refuse(f"has no key {key} ({nearest(key, KEYS)})")
    scenes = table.get("scenes", [])
    if not _texts(scenes) or len(set(scenes)) < 2:
        _refuse(f'scenes={scenes!r} must name two scenes or more: scenes = ["ink", "silk"]')
    given = table.get("transition", CUT)
    transitions = [given] if isinstance(given, str) else given
    if not _texts(transitions):
        _refuse(f'transition={given!r} must name transitions: transition = ["mist", "bleed"]')
    first = {"scene": scenes[0], "transition": transitions[0], "seconds": table.get("seconds", SECONDS)}
    change = read_change({**first, "when": table.get("when", "now")}, "wander")
    return Wandering(
        tuple(scenes),
        _span(table.get("every", [60, 180])),
        _counter(table.get("on", "form.phrases")),
        tuple(transitions),
        change.seconds,
        change.when,
        _seed(table.get("seed")),
    )


def _texts(given: object) -> bool:
    return isinstance(given, list | tuple) and bool(given) and all(isinstance(item, str) and item for item in given)


def _span(given: object) -> tuple[float, float]:
    ends = [float(end) for end in given if is_number(end)] if isinstance(given, list | tuple) else []
    if len(ends) != 2 or not 1.0 <= ends[0] <= ends[1] <= _LONGEST:
        _refuse(f"every={given!r} must be two numbers of seconds, 1 to {_LONGEST:g}: every = [60, 180]")
    return ends[0], ends[1]


def _counter(given: object) -> str:
    known = [name for name, signal in SIGNALS.items() if signal.counts]
    if given not in known:
        _refuse(f"on={given!r} is no counter ({nearest(str(given), known)})")
    return str(given)


def _seed(given: object) -> int | None:
    if given is not None and (not isinstance(given, int) or isinstance(given, bool) or given < 0):
        _refuse(f"seed={given!r} must be a whole number, 0 or more")
    return given


def _refuse(why: str) -> NoReturn:
    raise BadSetting(f"wander: {why}")


class Wanderer:
    """The way at work. In silence it stays where it is."""

    delay = 0

    def __init__(self, wandering: Wandering, scene: str) -> None:
        """`scene`: the one that the show begins with."""
        self.wandering = wandering
        self._first = scene
        self._column = SIGNALS[wandering.on].start
        self._silence = SIGNALS["form.silence"].start
        self.reset()

    def reset(self) -> None:
        """As before the show; without a seed the way will be another."""
        self._dice = np.random.default_rng(self.wandering.seed)
        self._last = [_base(self._first)]
        self._at: float | None = None
        self._count = 0.0
        self._stay = self._drawn_stay()

    def note(self, scene: str) -> None:
        """Somebody else has changed to this scene: it stays for as long as any other."""
        self._arrive(scene)

    def step(self, row: Row) -> Change | None:
        """The change that is due as of this row, if one is."""
        time, count = float(row[1]), float(row[self._column])
        counted, self._count = count > self._count, count
        if self._at is None or time < self._at:
            self._at = time
        stayed = time - self._at - self._stay
        overdue = stayed >= _PATIENCE and row[self._silence] <= 0.0
        if stayed < 0.0 or not (counted or overdue):
            return None
        change = self.wandering.change(self._drawn_scene(), str(self._dice.choice(self.wandering.transitions)))
        self._arrive(change.scene)
        return change

    def _arrive(self, scene: str) -> None:
        self._last = [*self._last, _base(scene)][-_REMEMBERED:]
        self._at = None
        self._stay = self._drawn_stay()

    def _drawn_stay(self) -> float:
        return float(self._dice.uniform(*self.wandering.every))

    def _drawn_scene(self) -> str:
        """One that was not among the last two; its presets together are as likely as a scene without."""
        scenes = self.wandering.scenes
        bases = list(dict.fromkeys(_base(scene) for scene in scenes))
        new = [base for base in bases if base not in self._last] or [base for base in bases if base != self._last[-1]]
        base = str(self._dice.choice(new or bases))
        return str(self._dice.choice([scene for scene in scenes if _base(scene) == base]))


def _base(scene: str) -> str:
    """The scene without its preset."""
    found = re.fullmatch(r"(.+):[\w-]*", scene)
    return found[1] if found else scene
