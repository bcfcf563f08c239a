"""Cues that wait for a place in the score: each comes once, early enough for its transition, and again on a repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.errors import BadSetting
from engine.score.timeline import Timeline
from engine.timing.cues import Cue, ScorePlace

_BACK: Final = 1.0  # quarters before its moment that the player must be for a cue to wait again
_BEGUN: Final = 1e-6  # quarters: a cue at the very beginning waits for the first note
_SLOWEST: Final = 20.0  # quarters a minute, below which nobody's tempo is believed


@dataclass(frozen=True, slots=True)
class _Goal:
    cue: int
    quarter: float
    beat: float  # quarters


def check_places(cues: Sequence[Cue], score: Timeline | None) -> None:
    """BadSetting for the first cue that waits for a place which is not in the score."""
    for number, cue in enumerate(cues, 1):
        if cue.place is None:
            continue
        if score is None:
            raise BadSetting(f"cues[{number}]: at={str(cue.place)!r} needs a score to follow (--score FILE)")
        if not _quarters(cue.place, score):
            named = ", ".join(score.sections[1:]) or "it names none"
            there = named if cue.place.section else f"its bars are {score.numbers.min()} to {score.numbers.max()}"
            raise BadSetting(f"cues[{number}]: at={str(cue.place)!r} is not in the score ({there})")


def _quarters(place: ScorePlace, score: Timeline) -> list[float]:
    return score.starts(place.section) if place.section else score.places(place.bar, place.beat)


class ScoreCues:
    """Looks out for the cues that wait for a place, by where the player is.

    A cue is due when its place is as far ahead as its transition lasts at the tempo that is followed, so that the new
    scene stands when the place is reached. It comes once each time the place is played: it waits again when the player
    is a quarter before that moment, and where a repeat plays its bar again there is another such moment.
    """

    delay = 0

    def __init__(self, cues: Sequence[Cue], score: Timeline) -> None:
        """BadSetting for a cue whose place is not in the score."""
        check_places(cues, score)
        self._cues = tuple(cues)
        self._goals = [
            _Goal(number, quarter, float(score.beats[score.bar_at(quarter)]))
            for number, cue in enumerate(cues)
            if cue.place is not None
            for quarter in _quarters(cue.place, score)
        ]
        self._waits = [True] * len(self._goals)

    def step(self, quarter: float, tempo: float) -> tuple[int, float] | None:
        """Which cue of the table, from 0, is due, and how many seconds its transition takes; None for none.

        `quarter` is where the player is, repeats counted, `tempo` in quarters a minute. Of several that are due, as
        when the player leaves bars out, the one that lies last in the score comes, and the others do not.
        """
        pace = max(tempo, _SLOWEST) / 60.0
        due: tuple[float, int, float] | None = None
        for k, goal in enumerate(self._goals):
            cue = self._cues[goal.cue]
            seconds = cue.change.seconds if cue.beats is None else cue.beats * goal.beat / pace
            moment = max(goal.quarter - seconds * pace, _BEGUN)
            if quarter < moment:
                self._waits[k] = self._waits[k] or quarter < max(moment - _BACK, _BEGUN)
            elif self._waits[k]:
                self._waits[k] = False
                if due is None or goal.quarter >= due[0]:
                    due = goal.quarter, goal.cue, seconds
        return None if due is None else due[1:]

    def ahead(self, quarter: float) -> tuple[int, float] | None:
        """Which cue of the table, from 0, has the nearest place ahead, and how many beats there are to go."""
        ahead = [goal for goal in self._goals if goal.quarter > quarter]
        if not ahead:
            return None
        goal = min(ahead, key=lambda one: one.quarter)
        return goal.cue, (goal.quarter - quarter) / goal.beat

    def reset(self) -> None:
        """All wait, as before the show."""
        self._waits = [True] * len(self._goals)
