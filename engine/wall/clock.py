"""The clock of the machine that is followed, as this one can know it: by asking what time it is, again and again."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Final

_KEPT: Final = 180  # answers that are looked back on
_OLDEST: Final = 120.0  # seconds after which an answer is forgotten
_SPAN: Final = 20.0  # seconds that answers must span before a drift is read off them
_STEPS: Final = 12  # parts of that span; the quickest answer of each part counts
_FASTEST: Final = 5e-4  # seconds a second by which two clocks may drift apart; quartz stays within a fifth of it
_JUMP: Final = 0.05  # seconds beyond what the round trips allow, after which the other's clock is another one


@dataclass(frozen=True, slots=True)
class _Answer:
    """When it came, seconds of this machine; how long question and answer were under way; leader − here."""

    at: float
    trip: float
    offset: float


class LeaderClock:
    """Leader's time − ours, after NTP (RFC 5905): of many answers those that were under way the shortest are believed.

    The offset of one answer is wrong by at most half of its round trip, and by nothing where both ways took the same.
    Over more than 20 s a straight line through the quickest answers is the drift. `step` takes an answer.
    """

    delay = 0

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Another machine, or another life of it."""
        self._answers: deque[_Answer] = deque(maxlen=_KEPT)
        self._at = self._offset = 0.0
        self.drift = 0.0
        """Seconds a second by which the leader's clock runs faster."""

    @property
    def known(self) -> bool:
        """Whether there was an answer."""
        return bool(self._answers)

    @property
    def trip(self) -> float:
        """The shortest round trip of late, seconds; twice the most by which the offset can be wrong."""
        return min((answer.trip for answer in self._answers), default=math.inf)

    def step(self, asked: float, heard: float, answered: float, came: float) -> None:
        """Note an answer: `asked` and `came` are seconds of our clock, `heard` and `answered` of the leader's.

        What cannot be, as an answer from before its question, is passed over.
        """
        trip = (came - asked) - (answered - heard)
        offset = ((heard - asked) + (answered - came)) / 2
        if not (math.isfinite(trip) and math.isfinite(offset)) or trip < 0 or answered < heard or came < asked:
            return
        if self.known and abs(offset - self.offset(came)) > _JUMP + trip / 2 + self.trip / 2:
            self.reset()
        self._answers.append(_Answer(came, trip, offset))
        while came - self._answers[0].at > _OLDEST:
            self._answers.popleft()
        self._fit()

    def offset(self, now: float) -> float:
        """Leader's clock − ours when ours says `now`; 0 before the first answer."""
        return self._offset + self.drift * (now - self._at)

    def here(self, theirs: float) -> float:
        """When it is `theirs` on the leader's clock, on ours."""
        return self._at + (theirs - self._at - self._offset) / (1.0 + self.drift)

    def _fit(self) -> None:
        answers = self._answers
        span = answers[-1].at - answers[0].at
        if span < _SPAN:
            best = min(answers, key=lambda answer: answer.trip)
            self._at, self._offset, self.drift = best.at, best.offset, 0.0
            return
        quickest: dict[int, _Answer] = {}
        for answer in answers:
            part = min(int((answer.at - answers[0].at) / span * _STEPS), _STEPS - 1)
            if part not in quickest or answer.trip < quickest[part].trip:
                quickest[part] = answer
        # An answer that was under way longer may be wrong by that much more: it weighs less.
        least = min(answer.trip for answer in quickest.values())
        weights = [1.0 / (1e-4 + answer.trip - least) ** 2 for answer in quickest.values()]
        total = sum(weights)
        self._at = sum(w * a.at for w, a in zip(weights, quickest.values(), strict=True)) / total
        self._offset = sum(w * a.offset for w, a in zip(weights, quickest.values(), strict=True)) / total
        both = sum(
            w * (a.at - self._at) * (a.offset - self._offset) for w, a in zip(weights, quickest.values(), strict=True)
        )
        own = sum(w * (a.at - self._at) ** 2 for w, a in zip(weights, quickest.values(), strict=True))
        slope = both / own if own > 0.0 else 0.0
        self.drift = min(max(slope, -_FASTEST), _FASTEST)
