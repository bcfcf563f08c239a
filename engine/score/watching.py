"""What a show does with the place in the score: its cues come, and the operator hears when the player is lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from engine.frame import Frame, Score
from engine.score.cueing import ScoreCues
from engine.score.following import ScoreFollower
from engine.timing.cues import Cue, CueList

_WORTH_SAYING: Final = 2.0  # seconds for which the player must be lost, or found, before it is said


class ScoreWatch:
    """Looked at by the conductor's main thread, some twenty times a second."""

    def __init__(self, follower: ScoreFollower, cues: Sequence[Cue], title: str = "") -> None:
        """BadSetting for a cue whose place is not in the score."""
        self._follower, self._cues, self._title = follower, tuple(cues), title
        self._places = ScoreCues(cues, follower.score)
        self._said_lost = False
        self._since: float | None = None

    def cue(self, score: Score, cues: CueList) -> Cue | None:
        """The cue that is due by where the player is."""
        due = self._places.step(score.beat, score.tempo)
        return cues.select(*due) if due is not None else None

    def told(self, beat: float) -> dict[str, Any]:
        """What the operator is told of the score, `beat` being where the player is; from any thread.

        `state` is one of following, waiting, lost and held; `next` the title of the next cue that waits for a place,
        and how many beats there are to go, None where there is none.
        """
        follower = self._follower
        numbers, ahead = follower.score.numbers, self._places.ahead(beat)
        state = "held" if follower.held else "lost" if follower.lost else "waiting" if follower.waiting else "following"
        return {
            "title": self._title,
            "first": int(numbers.min()),
            "last": int(numbers.max()),
            "state": state,
            "next": None if ahead is None else [self._cues[ahead[0]].title, round(ahead[1], 1)],
        }

    def troubles(self, frame: Frame) -> Iterator[str]:
        """Says that the player is lost, and is found again, where it lasts."""
        if self._follower.lost == self._said_lost:
            self._since = None
            return
        self._since = frame.time if self._since is None else self._since
        if frame.time - self._since < _WORTH_SAYING:
            return
        self._said_lost, self._since = not self._said_lost, None
        bar = f"bar {frame.score.bar:.0f}"
        if self._said_lost:
            yield f"score: lost at {bar}, running on at {frame.score.tempo:.0f} quarters a minute"
        else:
            yield f"score: found again at {bar}"
