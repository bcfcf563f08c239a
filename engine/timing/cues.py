"""The cues of a show: which scene comes when, in one table that a clock, a hand, a counter or a message may move.

A cue waits for one thing: a number that must be reached (`at` seconds of the show, `piece` seconds of the recording,
`onsets` counted, a label of `timecode`), a word that must be said (`key`), or a place in the score (`at` again), which
`engine.score.cueing` looks out for. Whoever knows another number or word adds it to `NUMBERS` or `WORDS` and tells it
to `CueList`; nothing else changes.

    [[cues]]
    scene = "ink"
    at = 61.5                  # or piece = 61.5, onsets = 120, timecode = "01:02:03:04", key = "1"; none: a hand
                               # or at = "bar 17", "bar 17 beat 3", "section B", where a score is followed
    transition = "bleed"       # or a .fs file, or "cut"
    seconds = 4                # or beats = 4, by the tempo that is followed, where it waits for a place in the score
    when = "bar"               # "now", "beat" or "bar": what the change waits for once it is due
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NoReturn

from engine.errors import BadSetting, nearest
from engine.foundation.number import is_number
from engine.frame import SIGNALS, Row
from engine.timing.timecode import read_label

NUMBERS: Final = ("at", "piece", "onsets", "timecode")
"""What a cue may wait for to be reached: seconds of the show or of the recording, onsets, a label of time code."""
WORDS: Final = ("key",)
"""What a cue may wait for to be said."""
WHENS: Final = ("now", "beat", "bar")
CUT: Final = "cut"
SECONDS: Final = 2.0
"""How long a transition takes where the cue does not say."""
LONGEST: Final = 600.0
_KEYS: Final = ("scene", "transition", "seconds", "beats", "when", "name", *NUMBERS, *WORDS)
_MOST_BEATS: Final = 256.0
_PLACE: Final = re.compile(
    r"\s*(?:bar\s+(\d{1,4})(?:\s+beat\s+(\d{1,2}(?:\.\d+)?))?|section\s+(\S.*?))\s*", re.IGNORECASE
)
_CUE_KEYS: Final = tuple("0123456789")
_LONGEST_WAIT: Final = 8.0  # seconds: where no beat comes, the change does not wait for ever
_SURE: Final = 0.5  # confidence from which there is a beat to wait for


@dataclass(frozen=True, slots=True)
class Change:
    """To which scene, how, and what the first picture of it waits for."""

    scene: str
    transition: str = CUT
    seconds: float = 0.0
    when: str = "now"


@dataclass(frozen=True, slots=True)
class ScorePlace:
    """A beat, from 1, of a bar by its printed number, or the beginning of a section by its name."""

    bar: int = 0
    beat: float = 1.0
    section: str = ""

    def __str__(self) -> str:
        if self.section:
            return f"section {self.section}"
        return f"bar {self.bar}" + (f" beat {self.beat:g}" if self.beat != 1.0 else "")


@dataclass(frozen=True, slots=True)
class Cue:
    """One entry of the table. `number`, `word`, `place`: what it waits for; all None: for a hand.

    `beats`: how long its transition takes, by the tempo that is followed, instead of the change's seconds.
    """

    change: Change
    name: str = ""
    number: tuple[str, float] | None = None
    word: tuple[str, str] | None = None
    place: ScorePlace | None = None
    beats: float | None = None

    @property
    def title(self) -> str:
        return self.name or self.change.scene


def read_cues(tables: Sequence[Mapping[str, Any]]) -> tuple[Cue, ...]:
    """The `[[cues]]` of a show file; BadSetting, in one line, for the first that is none."""
    return tuple(_read(table, f"cues[{place}]") for place, table in enumerate(tables, 1))


def read_change(given: Mapping[str, Any], where: str) -> Change:
    """The change that a table asks for; whether there is such a scene and transition is not looked at here."""
    scene, transition, when = given.get("scene"), given.get("transition", CUT), given.get("when", "now")
    if not isinstance(scene, str) or not scene:
        _refuse(where, f'scene={scene!r} must name a scene: scene = "ink"')
    if not isinstance(transition, str) or not transition:
        _refuse(where, f'transition={transition!r} must name a transition: transition = "fade"')
    if when not in WHENS:
        _refuse(where, f"when={when!r} is none ({nearest(str(when), WHENS)})")
    seconds = given.get("seconds", 0.0 if transition == CUT else SECONDS)
    if not is_number(seconds) or not 0 <= seconds <= LONGEST:
        _refuse(where, f"seconds={seconds!r} must be 0 to {LONGEST:g}")
    return Change(scene, transition, float(seconds), when)


def _read(table: Mapping[str, Any], where: str) -> Cue:
    for key in table:
        if key not in _KEYS:
            _refuse(where, f"has no key {key} ({nearest(key, _KEYS)})")
    change = read_change(table, where)
    waits = [key for key in (*NUMBERS, *WORDS) if key in table]
    if len(waits) > 1:
        _refuse(where, f"waits for {' and '.join(waits)} (choose one)")
    number, word, place = None, None, None
    for key in waits:
        value = table[key]
        if key == "at" and isinstance(value, str):
            place = _place(value, where)
        elif key in NUMBERS:
            if key == "timecode":
                value = read_label(value, f"{where}: timecode").number
            elif not is_number(value) or value < 0:
                _refuse(where, f"{key}={value!r} must be a number, 0 or more")
            number = (key, float(value))
        else:
            if not isinstance(value, str) or not value or (key == "key" and value not in _CUE_KEYS):
                _refuse(where, f'{key}={value!r} must be one of the keys 0 to 9: {key} = "1"')
            word = (key, value.lower())
    name = table.get("name", "")
    if not isinstance(name, str):
        _refuse(where, f"name={name!r} must be text")
    return Cue(change, name, number, word, place, _beats(table, change, place, where))


def _place(text: str, where: str) -> ScorePlace:
    found = _PLACE.fullmatch(text)
    if found is None:
        _refuse(where, f'at={text!r} must be seconds, or a place in the score: "bar 17", "bar 17 beat 3", "section B"')
    bar, beat, section = found.groups()
    if section is not None:
        return ScorePlace(section=section)
    if beat is not None and float(beat) < 1:
        _refuse(where, f"at={text!r} names no beat (the first is 1)")
    return ScorePlace(int(bar), float(beat or 1))


def _beats(table: Mapping[str, Any], change: Change, place: ScorePlace | None, where: str) -> float | None:
    beats = table.get("beats")
    if beats is None:
        return None
    if not is_number(beats) or not 0 < beats <= _MOST_BEATS:
        _refuse(where, f"beats={beats!r} must be above 0, to {_MOST_BEATS:g}")
    if place is None:
        _refuse(where, f'beats={beats:g} are counted in a score (at = "bar 17"; else choose seconds)')
    if change.transition == CUT or "seconds" in table:
        _refuse(where, f'beats={beats:g} last a transition, which has no seconds then (transition = "fade")')
    return float(beats)


def _refuse(where: str, why: str) -> NoReturn:
    raise BadSetting(f"{where}: {why}")


class CueList:
    """The table at work. `at` is the number of the cue that was last gone to, −1 before the first."""

    delay = 0

    def __init__(self, cues: Sequence[Cue]) -> None:
        self.cues = tuple(cues)
        self.reset()

    def reset(self) -> None:
        """As before the show."""
        self.at = -1
        self._seen = dict.fromkeys(NUMBERS, -math.inf)

    @property
    def upcoming(self) -> Cue | None:
        """The one that a hand would go to next."""
        return self.cues[self.at + 1] if self.at + 1 < len(self.cues) else None

    def step(self, now: Mapping[str, float]) -> Cue | None:
        """The cue whose number has been reached since the last step; of several the last in the table.

        `now`: the numbers that are known, by kind. A number that goes back, as when somebody seeks, makes the cues
        behind it wait again; one that is not finite is not heard.
        """
        due: int | None = None
        before, self._seen = self._seen, dict(self._seen)
        self._seen.update({kind: value for kind, value in now.items() if kind in NUMBERS and math.isfinite(value)})
        for place, cue in enumerate(self.cues):
            if cue.number is not None:
                kind, goal = cue.number
                if before[kind] < goal <= self._seen[kind]:
                    due = place
        return None if due is None else self._go(due)

    def say(self, kind: str, word: str) -> Cue | None:
        """The cue that waits for this word: the first behind the last one gone to, else from the beginning."""
        places = [place for place, cue in enumerate(self.cues) if cue.word == (kind, word.lower())]
        later = [place for place in places if place > self.at]
        return self._go((later or places)[0]) if places else None

    def go(self, step: int) -> Cue | None:
        """The next cue (1) or the one before (−1), by hand; None at either end."""
        return self.select(self.at + step)

    def select(self, place: int, seconds: float | None = None) -> Cue | None:
        """The cue at this place of the table, counted from 0, by hand; None where there is none.

        `seconds`: how long its transition takes, where the cue does not know it.
        """
        if not 0 <= place < len(self.cues):
            return None
        cue = self._go(place)
        return cue if seconds is None else replace(cue, change=replace(cue.change, seconds=seconds))

    def _go(self, place: int) -> Cue:
        self.at = place
        return self.cues[place]


class Downbeat:
    """Waits for the moment at which a change may begin."""

    delay = 0

    def __init__(self, when: str) -> None:
        """`when`: now, beat or bar."""
        if when not in WHENS:
            raise BadSetting(f"when={when!r} is none ({nearest(when, WHENS)})")
        self.when = when
        self.reset()

    def reset(self) -> None:
        self._beats: float | None = None
        self._begun: float | None = None

    def step(self, row: Row) -> bool:
        """Whether it has come, as of this row.

        A bar is begun by the beat that is its first; where the place in the bar cannot be known, any beat will do.
        Without a beat that is sure, and after 8 s at the latest, it comes at once.
        """
        if self.when == "now":
            return True
        time, beats = float(row[1]), float(row[SIGNALS["rhythm.beats"].start])
        if self._begun is None or self._beats is None:
            self._begun, self._beats = time, beats
        beaten = beats > self._beats
        self._beats = beats
        if not 0.0 <= time - self._begun < _LONGEST_WAIT or row[SIGNALS["rhythm.confidence"].start] < _SURE:
            return True
        return beaten and (self.when == "beat" or round(float(row[SIGNALS["rhythm.bar"].start])) in (0, 1))
