"""Poses: where a scene's own clocks stood when, so that a stage on another machine can be brought to the same place."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from typing import Final

POSE_PERIOD: Final = 0.25
"""Seconds between two poses that a leading stage tells."""
MOST_CLOCKS: Final = 32
"""Clocks of a scene that are told."""
_KEPT: Final = 1024  # pictures: several seconds at any rate
_BORNE: Final = 0.004  # seconds of TIME: nobody sees them, and a picture that goes back a little is seen
_PICTURES: Final = 3.0  # of FRAMEINDEX, that two stages may be apart


class Poses:
    """The clocks of the last pictures of one `scene`: TIME, FRAMEINDEX, running totals."""

    delay = 0

    def __init__(self) -> None:
        self.reset("")

    def reset(self, scene: str | None = None) -> None:
        """Forget them; another scene is on, or the clocks have been pushed."""
        if scene is not None:
            self.scene = scene
        self._kept: deque[tuple[float, list[float]]] = deque(maxlen=_KEPT)

    def step(self, now: float, clocks: list[float]) -> None:
        """After a picture that was begun at `now`, seconds of the monotonic clock."""
        self._kept.append((now, clocks))

    def behind(self, at: float, clocks: Sequence[float]) -> list[float]:
        """By how much these clocks, as they were `at` a moment, were further than ours; empty where nobody can say.

        Between two pictures ours ran straight. What nobody would see is 0.
        """
        kept = self._kept
        if not kept or not kept[0][0] <= at <= kept[-1][0] + 1.0:
            return []
        place = bisect_left(kept, at, key=lambda pose: pose[0])
        if place == len(kept):  # the last picture stood until then
            when, ours = kept[-1]
            ours = [ours[0] + (at - when if len(kept) > 1 and ours[0] > kept[-2][1][0] else 0.0), *ours[1:]]
        elif place == 0:
            ours = kept[0][1]
        else:
            (before, low), (after, high) = kept[place - 1], kept[place]
            share = (at - before) / (after - before)
            ours = [a + (b - a) * share for a, b in zip(low, high, strict=False)]
        more = [theirs - own for theirs, own in zip(clocks, ours, strict=False)]
        if len(more) < 2:
            return []
        if abs(more[0]) < _BORNE:
            more[0] = 0.0
        if abs(more[1]) < _PICTURES:
            more[1] = 0.0
        return more
