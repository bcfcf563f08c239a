"""A change on its way: its files read in a thread, then compiled and drawn piece by piece between two pictures."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from typing import Final

from engine.errors import BadScene
from engine.frame import Row
from engine.stage.arrival import Arrival
from engine.stage.glsl import fragment_source, vertex_source
from engine.stage.render import Renderer
from engine.stage.scene import Scene, load_scene
from engine.stage.transition import load_transition
from engine.timing.cues import Change, Downbeat

_BUDGET: Final = 0.002  # seconds of a picture's time that may be spent; at least one piece is done


class Preparation:
    """One change, until it may come on. All methods are for the thread of the renderer."""

    def __init__(self, change: Change, musicians: tuple[str, ...]) -> None:
        """Begin to read its files."""
        self.change = change
        self.trying = False
        """Whether the driver has had to do with it."""
        self._musicians = musicians
        self._read: tuple[Scene, Scene | None] | BadScene | None = None
        self._work: Generator[None, None, Arrival] | None = None
        self._arrival: Arrival | None = None
        self._downbeat = Downbeat(change.when)
        self._reader = threading.Thread(target=self._reads, daemon=True, name="reading a scene")
        self._reader.start()

    def _reads(self) -> None:
        """In a thread of its own: what files and text have to say, which takes longer than a warm driver does."""
        try:
            scene = load_scene(self.change.scene, self._musicians)
            transition = load_transition(self.change.transition) if self.change.seconds > 0 else None
            for shader in [part.shader for part in (scene, transition) if part is not None]:
                for index in (*range(len(shader.passes)), None):
                    vertex_source(shader, index)
                    fragment_source(shader, index)
            self._read = scene, transition
        except BadScene as why:
            self._read = why
        except Exception as bug:  # in a thread it would be lost, and the change would never come
            self._read = BadScene(f"scene={self.change.scene} cannot be read: {type(bug).__name__}: {bug}")

    def step(self, renderer: Renderer, row: Row) -> Arrival | None:
        """Do some pieces of the work; what may come on now, once all is done and the moment has come.

        BadScene if it cannot be drawn.
        """
        if self._arrival is None:
            self._advance(renderer)
        if self._arrival is None or not self._downbeat.step(row):
            return None
        arrival, self._arrival = self._arrival, None
        return arrival

    def _advance(self, renderer: Renderer) -> None:
        if isinstance(self._read, BadScene):
            raise self._read
        if self._read is None:
            return
        if self._work is None:
            scene, transition = self._read
            self.trying = True
            self._work = renderer.prepare(scene, transition, self.change.seconds)
        until = time.perf_counter() + _BUDGET
        try:
            next(self._work)
            while time.perf_counter() < until:
                next(self._work)
        except StopIteration as done:
            self._arrival = done.value

    def close(self) -> None:
        """Give up what is not on stage yet."""
        if self._work is not None:
            self._work.close()
        if self._arrival is not None:
            self._arrival.release()
            self._arrival = None
