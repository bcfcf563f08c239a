"""Where the player is in the score: the place, the tempo, and how sure that is, after every hop."""

from __future__ import annotations

from collections import deque
from math import exp, isfinite
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.control.bad_order import BadOrder
from engine.features.onset import HEARD
from engine.foundation.kernel import expect_shape
from engine.frame import HOP, RATE, Score
from engine.score.evidence import Evidence
from engine.score.expectation import CELLS, expectation
from engine.score.positions import HOPS, Positions
from engine.score.search import Search
from engine.score.tempi import USUAL
from engine.score.timeline import Timeline

SCORE: Final = slice(Score.beat.start, Score.section.start + 1)
"""The group Score in a row."""
LOST: Final = 0.3
"""Certainty below which the player is lost, and the beat runs free."""
FOUND: Final = 0.5
"""Certainty from which one who was lost is found again."""
_LATE: Final = 0.02  # seconds by which the ear for pitch hears after the sound
_SOUNDS: Final = 0.5  # chance that there is a beginning, or no pitch, from which the first note is taken for played
_PULL: Final = 0.35  # of the way to where the player is heard, a step
_LEAP: Final = 1.0  # quarters; from further off it goes there at once
_PACE: Final = 0.03  # a step, of the fit that certainty is read from
_GOOD: Final = -0.06
_BAD: Final = -0.22  # fits: of a player who is followed, and of any sound at any place
_LIKELY: Final = 0.5 * (_GOOD + _BAD)
_SECONDS: Final = HOP / RATE
_FIRST: Final = Score.beat.start


_BEAT, _BAR, _PLACE, _TEMPO, _CERTAINTY, _NOTE, _PITCH, _SECTION = (s.start - _FIRST for s in Score.signals)


class ScoreFollower:
    """The group Score, hop by hop. Orders (`nudge`, `jump`, `hold`) may be given by any thread.

    It listens to the chances of every pitch and to the beginnings of sounds, as the fast senses know them, weighs all
    places and tempi near the player (`Positions`), and looks through the whole score for a better place (`Search`).
    The beat that it tells is a clock that runs with the player's tempo and is drawn to where the player is heard. Where
    the player waits (a fermata, a pause) it waits; where what is heard fits nowhere the player is lost, and the clock
    runs on at the last tempo until there is a place that fits. Certainty is about the chance that the beat is within a
    quarter of a second of the player. The same samples and orders give the same numbers.

    `delay`: none for a note that the tempo foresees; what the ear for pitch is late by is added.
    """

    delay: Final = 0

    def __init__(self, score: Timeline) -> None:
        self.score = score
        expected = expectation(score)
        self._end = expected.places / CELLS
        self._evidence = Evidence()
        self._positions = Positions(expected, score.tempo)
        self._search = Search(expected, score)
        self._orders: deque[tuple[str, float]] = deque()
        self._out = np.zeros(SCORE.stop - SCORE.start)
        self._tempo = score.tempo or USUAL
        self._beat = self._pace = self._begun = 0.0
        self._fit, self._certainty = _GOOD, 1.0
        self._lost = self._held = self._awake = False
        self._waits = True

    @property
    def lost(self) -> bool:
        """Whether the player is lost; from any thread."""
        return self._lost

    @property
    def held(self) -> bool:
        """Whether a hand holds the place; from any thread."""
        return self._held

    @property
    def waiting(self) -> bool:
        """Whether the player waits: before the first note, in a fermata, after the last; from any thread."""
        return self._waits and not (self._lost or self._held)

    def step(
        self, chances: NDArray[np.float64], chroma: NDArray[np.float64], said: NDArray[np.float32], index: int
    ) -> NDArray[np.float64]:
        """Beat, bar, place in it, tempo, certainty, note, pitch and section (8,) after the hop `index`.

        `chances` (CHANCES,) of every pitch, as `FundamentalFrequency` has them; `chroma` (12,), as `Chroma` has it now;
        `said` (4,) of the onset network.
        """
        expect_shape("said", said, (len(HEARD),))
        self._begun = max(self._begun, float(said[0]))
        while self._orders:
            self._obey(*self._orders.popleft())
        if not self._held:
            self._beat += self._pace * _SECONDS
            if index % HOPS == HOPS - 1:
                self._listen(chances, chroma)
            if self._search.step(self._positions.found[0], self._tempo):
                place, faster = self._search.found.tolist()
                self._tempo *= faster
                self._go(place, self._tempo)
                self._be_sure(_LIKELY)
        return self._tell()

    def nudge(self, quarters: float) -> None:
        """The player is so many quarters further on, or back, than was thought."""
        self._orders.append(("nudge", quarters))

    def jump(self, quarter: float) -> None:
        """The player is at this place, quarters from the begin, repeats counted."""
        self._orders.append(("jump", quarter))

    def jump_to(self, bar: int, beat: float = 1.0) -> None:
        """The player is at this beat of the bar of that number: where it is played several times, the nearest of them.

        BadOrder, in one line, where there is no such bar.
        """
        places = self.score.places(bar, beat)
        if not places:
            raise BadOrder("/monochord/score/jump", f"bar={bar} is not in the score")
        self.jump(min(places, key=lambda place: abs(place - self._beat)))

    def hold(self, on: bool) -> None:
        """Stay at this place whatever is heard, until it is let go."""
        self._orders.append(("hold", float(on)))

    def _obey(self, what: str, value: float) -> None:
        if what == "hold":
            if self._held and not value:
                self._go(self._beat * CELLS, self._tempo)
            self._held = bool(value)
        elif isfinite(value):
            self._beat = min(max(self._beat + value if what == "nudge" else value, 0.0), self._end)
            self._go(self._beat * CELLS, self._tempo)
            self._be_sure(_GOOD)

    def _be_sure(self, fit: float) -> None:
        """The player is not lost, as if what was heard of late had fitted so well."""
        self._lost, self._fit = False, fit

    def _go(self, place: float, tempo: float) -> None:
        """The player is there."""
        self._positions.put(place, tempo)
        self._search.forget()

    def _listen(self, chances: NDArray[np.float64], chroma: NDArray[np.float64]) -> None:
        """Weigh what was heard in the last step."""
        begun, self._begun = self._begun, 0.0
        self._awake = self._awake or begun > _SOUNDS or chances[-1] < _SOUNDS
        if not self._awake:  # whatever waits for the first note waits still
            return
        self._evidence.step(chances, chroma, min(begun, 1.0))
        place, logarithm, near, waiting, _ = self._positions.step(self._evidence.weights).tolist()
        fit = self._positions.fit
        self._search.remember(self._evidence.levels, fit)
        self._fit += _PACE * (fit - self._fit)
        good = (self._fit - _BAD) / (_GOOD - _BAD)
        self._certainty = min(max(near * good, 0.0), 1.0)
        self._lost = self._certainty < (FOUND if self._lost else LOST)
        if self._lost:
            self._pace = self._tempo / 60.0
            return
        if logarithm > 0.0:
            self._tempo = exp(logarithm)
        moving = 1.0 - min(waiting, 1.0)
        self._waits = moving < 0.5
        self._pace = self._tempo / 60.0 * moving
        away = place / CELLS + _LATE * self._pace - self._beat
        self._beat += away if abs(away) > _LEAP else _PULL * away

    def _tell(self) -> NDArray[np.float64]:
        score, out = self.score, self._out
        self._beat = min(max(self._beat, 0.0), self._end)
        beat = min(self._beat, score.end)
        bar, note = score.bar_at(beat), score.note_at(beat)
        out[_BEAT] = beat
        out[_BAR] = score.numbers[bar]
        out[_PLACE] = 1.0 + (beat - score.bars[bar]) / score.beats[bar]
        out[_TEMPO] = 0.0 if self._held else self._tempo
        out[_CERTAINTY] = self._certainty
        sounding = note >= 0 and beat < score.onsets[note] + score.lengths[note]
        out[_NOTE] = score.written[note] if note >= 0 else 0.0
        out[_PITCH] = score.pitches[note] if sounding else 0.0
        out[_SECTION] = score.section[bar]
        return out

    def reset(self) -> None:
        """Forget everything heard and ordered: before the first note."""
        self._positions.reset()
        self._search.reset()
        self._orders.clear()
        self._tempo = self.score.tempo or USUAL
        self._beat = self._pace = self._begun = 0.0
        self._fit, self._certainty = _GOOD, 1.0
        self._lost = self._held = self._awake = False
        self._waits = True
        self._out[:] = 0.0
