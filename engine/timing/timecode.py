"""Time code: which picture of which second it is, as film and stage machines count, and what of it is known just now.

A label, `01:02:03:04`, has a number of its own by which labels are ordered whatever their rate is: cues compare those.
Only who counts on between two labels needs the rate.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Final, Self

from engine.errors import BadSetting

_SHAPE: Final = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})[:;.,](\d{1,2})")
_FINEST: Final = 128  # no second has more pictures
_PER_MINUTE: Final = 60 * 30 - 2  # pictures of a minute in which two labels are dropped
_PER_TEN: Final = 10 * _PER_MINUTE + 2
_LONGEST_GAP: Final = 1.0  # seconds for which is counted on without being told
_TOGETHER: Final = 2.0  # pictures that what is told may lie beside what was expected
_SLOWEST, _FASTEST = 0.05, 4.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How pictures are counted: so many a second by their labels, and whether labels are dropped to keep time."""

    count: int
    drop: bool = False

    @property
    def rate(self) -> Fraction:
        """Pictures a second, truly."""
        return Fraction(30_000, 1001) if self.drop else Fraction(self.count)


PACES: Final = MappingProxyType({"24": Pace(24), "25": Pace(25), "29.97df": Pace(30, drop=True), "30": Pace(30)})


@dataclass(frozen=True, slots=True, order=True)
class Label:
    """Hours, minutes, seconds and pictures, ordered as time is."""

    hours: int
    minutes: int
    seconds: int
    pictures: int

    @property
    def number(self) -> float:
        """What orders labels: seconds by the clock on the label, and 1/128 a picture."""
        return 3600.0 * self.hours + 60.0 * self.minutes + self.seconds + self.pictures / _FINEST

    def fits(self, pace: Pace) -> bool:
        """Whether there is such a label at this pace."""
        there = self.hours < 24 and self.minutes < 60 and self.seconds < 60 and self.pictures < pace.count
        dropped = pace.drop and self.pictures < 2 and self.seconds == 0 and self.minutes % 10 != 0
        return there and min(self.hours, self.minutes, self.seconds, self.pictures) >= 0 and not dropped

    def count(self, pace: Pace) -> int:
        """Which picture of the day it is, from 0."""
        minutes = 60 * self.hours + self.minutes
        dropped = 2 * (minutes - minutes // 10) if pace.drop else 0
        return (60 * minutes + self.seconds) * pace.count + self.pictures - dropped

    @classmethod
    def at(cls, count: int, pace: Pace) -> Self:
        """The label of a picture of the day; after midnight it begins anew."""
        if pace.drop:
            tens, rest = divmod(count % (144 * _PER_TEN), _PER_TEN)
            minute = max(rest - 2, 0) // _PER_MINUTE
            count = tens * _PER_TEN + rest + 18 * tens + 2 * minute
        seconds, pictures = divmod(count, pace.count)
        return cls(seconds // 3600 % 24, seconds // 60 % 60, seconds % 60, pictures)

    def __str__(self) -> str:
        return f"{self.hours:02}:{self.minutes:02}:{self.seconds:02}:{self.pictures:02}"


def read_label(text: object, where: str) -> Label:
    """`01:02:03:04` as typed, whatever the rate will be; BadSetting, with `where`, if it is none."""
    match = _SHAPE.fullmatch(text) if isinstance(text, str) else None
    label = Label(*map(int, match.groups())) if match else None
    if label is None or not label.fits(PACES["30"]):
        raise BadSetting(f'{where}={text!r} must be hours, minutes, seconds and pictures: "01:02:03:04"')
    return label


@dataclass(frozen=True, slots=True)
class _Known:
    """What was told last: the picture of the day, when that was, and how many pictures a second it goes on."""

    count: int
    pace: Pace
    at: float
    speed: float
    told: float


class Chase:
    """Labels in, as they come in MIDI or sound; where the time code is just now, out.

    A label that does not follow from the one before is believed when the next one follows from it: a bit that was
    misread changes no scene. Between labels, and for a second without any, it counts on. Labels come from one
    thread; `number` may be asked from any.
    """

    delay = 0

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Nothing was ever told."""
        self._known: _Known | None = None
        self._doubted: _Known | None = None

    def tell(self, label: Label, pace: Pace, at: float, told: float, *, sure: bool = False) -> None:
        """It was this label at `at`, which is known since `told`, both seconds of one clock.

        `sure`: said by somebody who has jumped there, and need not be waited for.
        """
        if not label.fits(pace):
            return
        count = label.count(pace)
        known, doubted = self._known, self._doubted
        new = _Known(count, pace, at, 0.0, told)
        for before in (known, doubted):
            if before is not None and (speed := _speed(before, new)) is not None:
                self._known, self._doubted = _Known(count, pace, at, speed, told), None
                return
        if sure:
            self._known, self._doubted = new, None
        else:
            self._doubted = new

    def stop(self) -> None:
        """It stands still, where it is."""
        if (known := self._known) is not None:
            self._known = _Known(known.count, known.pace, known.at, 0.0, known.told)

    def label(self, now: float) -> Label | None:
        """Where it is, `now` by the same clock; None where nothing was told for more than a second, or never."""
        known = self._known
        if known is None or not known.told - _LONGEST_GAP <= now <= known.told + _LONGEST_GAP:
            return None
        return Label.at(known.count + int(known.speed * max(now - known.at, 0.0)), known.pace)

    def number(self, now: float) -> float | None:
        """The same as the number by which labels are ordered."""
        found = self.label(now)
        return None if found is None else found.number


def _speed(before: _Known, new: _Known) -> float | None:
    """Pictures a second from one label to the next; None where the one does not follow from the other."""
    passed, moved = new.at - before.at, new.count - before.count
    if before.pace != new.pace or not 0.0 < passed <= _LONGEST_GAP or moved == 0:
        return None
    rate = float(new.pace.rate)
    if abs(moved) > _FASTEST * rate * passed + _TOGETHER:
        return None
    return moved / passed if abs(moved) >= _SLOWEST * rate * passed else None
