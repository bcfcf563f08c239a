"""A stage that lives: a painter in a process of its own, tended by the test."""

from __future__ import annotations

import time
from collections.abc import Callable

from engine.frame_ring import FrameRing
from engine.stage.backdrop import Backdrop
from engine.stage.stage_settings import StageSettings

SMALL = StageSettings(headless=True, size=(64, 36), fps=60.0, nice=0)


class Stage:
    """A backdrop that is tended whenever somebody waits for something."""

    def __init__(self, settings: StageSettings, scene: str, musicians: tuple[str, ...] = ()) -> None:
        self.ring = FrameRing(musicians=musicians)
        self.said: list[str] = []
        self.back = Backdrop(settings, scene, self.ring)

    def until(self, true: Callable[[], object], seconds: float = 60.0) -> float:
        """Seconds that it took."""
        begun = time.monotonic()
        while not true():
            assert time.monotonic() - begun < seconds, f"not within {seconds} s: {self.said}"
            self.said += self.back.tend(time.monotonic())
            time.sleep(0.01)
        return time.monotonic() - begun

    def runs(self, pictures: int = 5) -> None:
        goal = self.back.report.pictures + pictures
        self.until(lambda: self.back.report.pictures > goal)

    def heard(self, words: str) -> bool:
        return any(words in line for line in self.said)

    def close(self) -> None:
        self.back.close()
        self.ring.memory.close()
