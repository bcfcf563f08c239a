"""A recording heard once, and many scenes drawn at a few of its moments: what leads up to each moment is kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadScene
from engine.frame import HOP
from engine.stage.drawing import Moment
from engine.stage.history import MOST_HOPS
from engine.stage.off_screen import off_screen
from engine.stage.scene import Scene
from engine.stage.score_page import ScorePage
from engine.stage.targets import Size

LEAD: Final = 2.5
"""Seconds that a scene is drawn before each moment: it has opened, and its picture has taken shape."""

Pixels = NDArray[np.uint8]


class Excerpts:
    """Told every moment of a show in order, it keeps what leads up to the few that are to be seen.

    That is as much whether the recording lasts a minute or a night: before each of them 22 s of sound and frames.
    """

    def __init__(self, seconds: Sequence[float], fps: float, lead: float = LEAD) -> None:
        """`seconds`: the moments that are wanted, in a show of `fps` pictures a second."""
        self._wanted = [round(second * fps) for second in seconds]
        self._lead = round(lead * fps)
        self._heard: deque[Moment] = deque()  # not to be drawn
        self._kept: list[tuple[int, Moment]] = []
        self._count = 0

    def step(self, moment: Moment) -> None:
        """The next moment of the show."""
        self._heard.append(moment)
        if any(0 <= wanted - self._count <= self._lead for wanted in self._wanted):
            self._kept.append((self._count, _as_one(self._heard)))
            self._heard.clear()
        while self._heard and moment.row[0] - self._heard[0].row[0] > MOST_HOPS:
            self._heard.popleft()
        self._count += 1

    def stills(
        self, scene: Scene, size: Size, density: NDArray[np.uint8] | None = None, page: ScorePage | None = None
    ) -> list[Pixels]:
        """A picture at every moment that was wanted and has come, (height, width, 4) each; BadScene if it fails.

        `density` is the picture of the map of sounds, `page` what is played from. The scene opens where the first
        excerpt begins, and from the end of one to the beginning of the next it stands still.
        """
        found: list[Pixels] = []
        with off_screen(scene, size, density=density, page=page) as renderer:
            for count, moment in self._kept:
                renderer.draw(moment)
                if renderer.trouble:
                    raise BadScene(renderer.trouble)
                found.extend(renderer.read().copy() for wanted in self._wanted if wanted == count)
        return found


def _as_one(moments: Sequence[Moment]) -> Moment:
    """The last of these, with the hops and the sound of all."""
    first, last = moments[0], moments[-1]
    news = [(one, int(one.row[0] - before.row[0])) for before, one in pairwise(moments)]
    rows = [first.rows, *(one.rows[len(one.rows) - hops :] for one, hops in news)]
    samples = [first.samples, *(one.samples[len(one.samples) - hops * HOP :] for one, hops in news)]
    return replace(last, rows=np.concatenate(rows)[-MOST_HOPS:], samples=np.concatenate(samples))
