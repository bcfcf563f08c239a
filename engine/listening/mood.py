"""Which of the paper's four moods the music of the last half minute has, and how far it may be believed.

The slow lane. What runs every hop (`Mood.step`) keeps every eighth frame and moves the mood on; each second it asks
somebody else for the mood of the window: in a show a thread of its own, in rehearsal at once. Either way it is shown
LAG hops after it was asked for, so that a show whose machine keeps up has the very moods of its rehearsal.
"""

from __future__ import annotations

import queue
import threading
from math import exp
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine import frame
from engine.foundation.kernel import kernel
from engine.frame import HOP, RATE, Row
from engine.listening.mood_features import EIGHT, as_signal
from engine.listening.mood_judge import AXES, NEUTRAL, Second, Verdict
from engine.listening.mood_tally import COLUMNS, EVERY, LOOKS, PARTS, Array, Tally
from engine.listening.slow_sense import FAREWELL, SlowSense
from engine.listening.whole_mood import FIRST, KNOWN, Judge, WholeMood

MOOD: Final = slice(frame.Mood.excitement.start, frame.Mood.features.start + frame.Mood.features.size)
"""The group Mood in a row."""
LAG: Final = 6
"""Hops from the one that asks for a mood to the one that shows it."""
WINDOW: Final = 30
"""Tallies in which something was heard that a show remembers: 31 s of music."""

_ASKED: Final = EVERY * LOOKS  # hops
_ENOUGH: Final = 3  # looks of a tally in which something must be heard for it to count
_HOP_SECONDS: Final = HOP / RATE
_TRAVEL: Final = 1 - exp(-_HOP_SECONDS / 1.5)  # of the way to what was found, a hop


@kernel("void(float64[::1], float64[::1], float64[:, ::1], float64[::1])")
def _travel(moving: Array, target: Array, axes: Array, values: Array) -> None:
    """A hop's way of the shares (4) and features (8) to where they go, as the group Mood has them.

    `axes` (2, 4): what each mood says of valence and of arousal.
    """
    for i in range(moving.size):
        moving[i] += _TRAVEL * (target[i] - moving[i])
        values[i if i < 4 else i + 4] = moving[i]
    for k in range(2):
        values[4 + k] = 0.0
        for i in range(4):
            values[4 + k] += axes[k, i] * moving[i]


class _Found(NamedTuple):
    """What has become of an asking."""

    hops: int  # heard when it was asked
    since: float  # seconds of sound at the end of the newest second that counted
    verdict: Verdict | None  # none where too little was heard
    enough: bool  # whether so much was heard that it may be believed


class _AtOnce:
    """Judges while one waits: rehearsal. `whole`, where somebody wants it, is what all seconds that counted make."""

    trouble = ""

    def __init__(self, model: Judge, whole: WholeMood | None = None) -> None:
        self._model, self.whole = model, whole
        self._tally = Tally()
        self._seconds: list[Second] = []
        self._since = 0.0
        self.found: _Found | None = None

    def ask(self, hops: int, looks: Array, described: NDArray[np.float32] | None) -> None:
        self.found = self._judged(hops, looks, described)

    def close(self) -> None:
        """There is nothing to end."""

    def _judged(self, hops: int, looks: Array, described: NDArray[np.float32] | None) -> _Found:
        tally = self._tally.step(looks)
        if tally[PARTS["heard"]][0] < _ENOUGH:
            return _Found(hops, self._since, None, enough=False)
        self._seconds.append(Second(tally, described))
        del self._seconds[:-WINDOW]
        if self.whole is not None:
            self.whole.add(self._seconds[-1])
        self._since = hops * _HOP_SECONDS
        enough = len(self._seconds) >= KNOWN
        verdict = self._model.judge(self._seconds) if len(self._seconds) >= FIRST else None
        return _Found(hops, self._since, verdict, enough)


class _Worker(_AtOnce):
    """Judges in a thread of its own, one second after the other: a show."""

    def __init__(self, model: Judge) -> None:
        super().__init__(model)
        self._waiting: queue.SimpleQueue[tuple[int, Array, NDArray[np.float32] | None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="mood", daemon=True)
        self._thread.start()

    def ask(self, hops: int, looks: Array, described: NDArray[np.float32] | None) -> None:
        if not self.trouble:
            self._waiting.put((hops, looks, described))

    def close(self) -> None:
        self._waiting.put(None)
        self._thread.join(FAREWELL)

    def _work(self) -> None:
        try:
            while (asked := self._waiting.get()) is not None:
                self.found = self._judged(*asked)
        except Exception as bug:  # the show goes on without it, and the operator is told
            why = " ".join(f"{type(bug).__name__}: {bug}".split())[:160]
            self.trouble = f"the sense of mood is lost ({why}): the mood stays as it is"


class Mood(SlowSense):
    """The group Mood, hop by hop: four probabilities that sum to 1, valence, arousal, known, age, the eight features.

    A window is the last 30 seconds in which something was heard: in silence the mood stands, and its age grows. Before
    3 s of music nothing is said, before 8 s nothing is `known`. What is shown goes to what was found with a time
    constant of 1.5 s, the first of it at once. Finite and inside its span whatever the rows are.

    With `live` a thread does the work, which `close` ends, and nothing is known of the `whole`. Without, the same rows
    give the same moods bit for bit.
    """

    _lane: _AtOnce
    delay: Final = (_ASKED + LAG) * HOP
    """Samples by which what is shown at most follows the second that it was last found for."""

    def __init__(self, model: Judge, *, live: bool = False) -> None:
        self._model, self._live = model, live
        model.judge([Second(np.ones(PARTS["spread"].stop), None)])  # the first time takes longest
        self._begin()

    def _begin(self) -> None:
        self._lane = _Worker(self._model) if self._live else _AtOnce(self._model, WholeMood(self._model))
        self._looks = np.zeros((LOOKS, len(COLUMNS)))
        self._hops = 0
        self._shown: _Found | None = None
        self._moving = np.array([*NEUTRAL.probabilities, *np.zeros(len(EIGHT))])
        self._target = self._moving.copy()
        self._found_one = False
        self._known = 0.0
        self._values = np.zeros(MOOD.stop - MOOD.start)
        self._told = False

    def step(self, row: Row, described: NDArray[np.float32] | None = None) -> Row:
        """The group Mood (16,), in its order, after the next hop, whose row is given; good until the next step.

        `described` (128,): how the ear described the sound last; None where there is no ear, or nothing was heard.
        """
        self._hops += 1
        hops = self._hops
        if hops % EVERY == 0:
            look = hops // EVERY - 1
            np.take(row, COLUMNS, out=self._looks[look % LOOKS])
            if hops % _ASKED == 0:
                self._lane.ask(hops, np.nan_to_num(self._looks), None if described is None else described.copy())
        found = self._lane.found
        if found is not None and found is not self._shown and hops >= found.hops + LAG:
            self._show(found)
        values = self._values
        _travel(self._moving, self._target, AXES, values)
        values[6] = self._known
        values[7] = hops * _HOP_SECONDS - (self._shown.since if self._shown is not None else 0.0)
        return values

    def _show(self, found: _Found) -> None:
        self._shown = found
        if found.verdict is None:
            return
        self._target[:] = *found.verdict.probabilities, *as_signal(found.verdict.features)
        self._known = float(found.enough and found.verdict.known)
        if not self._found_one:
            self._found_one = True
            self._moving[:] = self._target

    def whole(self) -> Verdict:
        """The mood of everything heard since the beginning; neutral if nothing was, or in a show."""
        return NEUTRAL if self._lane.whole is None else self._lane.whole.verdict()
