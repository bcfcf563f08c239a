"""The understudy: a child process in which scenes are drawn before the stage has to do with them.

Run as the painter is. What hangs, crashes or crawls does it here, and the picture on stage never knows. What is good
leaves its compiled form in the driver's own cache, so that the stage need only fetch it. And a scene that the
operator wants to see before it goes is drawn here, small, with the sound of now.

It says `fit` with the seconds that a scene took, or `refused` with why not; `ready` when it can begin.
"""

from __future__ import annotations

import contextlib
import math
import os
import time
from collections.abc import Mapping
from typing import Any, Final

from engine.errors import BadScene, MonochordError
from engine.foundation.child import Parent
from engine.frame import HOP, blank_row
from engine.frame_ring import FrameRing
from engine.stage import gpu
from engine.stage.arrival import Arrival
from engine.stage.drawing import Moment
from engine.stage.palette import Colors, pinned
from engine.stage.render import Renderer
from engine.stage.scene import load_scene
from engine.stage.score_page import joined
from engine.stage.sound_texture import WINDOW
from engine.stage.targets import Target
from engine.stage.thumbnail import SIZE, Thumbnail
from engine.stage.transition import load_transition
from engine.timing.cues import Change, read_change

_PERIOD: Final = 0.1  # seconds between two pictures of a scene that is watched
_TRIES: Final = 3  # pictures of a slow scene
_NICE: Final = 10  # more than the stage's: it has time


class Understudy:
    """One life of it."""

    def __init__(self, settings: Mapping[str, Any], parent: Parent) -> None:
        self._parent = parent
        self._ring = FrameRing(settings["ring"], tuple(settings["musicians"]))
        self._thumbnail = Thumbnail(settings["thumbnail"])
        self._ctx = gpu.headless()
        page = None if (there := settings.get("page")) is None else joined(*there)
        self._renderer = Renderer(self._ctx, SIZE, limit_flashes=False, page=page)
        size, view = (settings["size"][0], settings["size"][1]), settings["view"]
        self._stage = Renderer(self._ctx, size, limit_flashes=False, view=view)
        """As large as the picture on the wall: what a driver compiles may depend on that."""
        self._slowest = float(settings["slowest"])
        self._watched = ""
        self._palette: Colors = {}
        self._begun = time.monotonic()

    def run(self) -> None:
        """Until the parent says so."""
        self._parent.tell(ready=True)
        while True:
            for command in self._parent.commands():
                if "quit" in command:
                    os._exit(0)
                if "try" in command:
                    self._try(read_change(command["try"], "change"), int(command["number"]))
                if "palette" in command:
                    self._wear(command["palette"])
                if "watch" in command:
                    self._watch(str(command["watch"]))
            if self._watched:
                self._draw()
                self._thumbnail.show(self._renderer.read())
            time.sleep(_PERIOD if self._watched else 0.02)

    def _try(self, change: Change, number: int) -> None:
        """Draw a scene and its transition as the stage will; its programs are the same, so the cache knows them."""
        begun = time.monotonic()
        try:
            transition = load_transition(change.transition) if change.seconds > 0 else None
            arrival = self._stage.prepared(load_scene(change.scene, self._ring.musicians), transition, 1.0)
            try:
                self._refuse_slow(change.scene, arrival)
            finally:
                arrival.release()
            self._parent.tell(fit=number, seconds=time.monotonic() - begun)
        except BadScene as why:
            self._parent.tell(refused=number, why=str(why))

    def _refuse_slow(self, scene: str, arrival: Arrival) -> None:
        """BadScene if the stage would stand still with it."""
        took = self._seconds_of(arrival)
        if took > self._slowest:
            width, height = self._stage.size
            raise BadScene(
                f"{scene} takes {took:.1f} s a picture of {width}x{height} here: too slow for the stage"
                " (ask for a smaller size)"
            )

    def _seconds_of(self, arrival: Arrival) -> float:
        """What a picture of it takes, now that all is compiled. A slow one is drawn again: something else may have
        wanted the processor.
        """
        surface = Target(self._ctx, self._stage.size, float32=False)
        took = math.inf
        try:
            for number in range(1, _TRIES + 1):
                begun = time.monotonic()
                moment = Moment(row=blank_row(len(self._ring.musicians)), time=number * _PERIOD, dt=_PERIOD)
                arrival.drawing.draw(moment, surface.framebuffer)
                gpu.wait(self._ctx)
                took = min(took, time.monotonic() - begun)
                if took <= self._slowest:
                    break
        finally:
            surface.release()
        return took

    def _watch(self, scene: str) -> None:
        """Draw this scene for the operator from now on; nothing for no name."""
        self._watched = ""
        self._thumbnail.clear()
        if scene:
            try:
                self._renderer.stage(load_scene(scene, self._ring.musicians))
                self._watched = scene
            except BadScene as why:
                self._parent.tell(trouble=str(why))

    def _wear(self, palette: str | None) -> None:
        """What is watched wears the colours that the stage wears; one that is none changes nothing, as there."""
        with contextlib.suppress(MonochordError):  # the stage says it
            self._palette = pinned(palette)

    def _draw(self) -> None:
        row = self._ring.row() if self._ring.count else blank_row(len(self._ring.musicians))
        sound = self._ring.sound(-(-WINDOW // HOP))
        now = time.monotonic() - self._begun
        self._renderer.draw(Moment(row=row, samples=sound, time=now, dt=_PERIOD, palette=self._palette))


def main() -> None:
    """Run by the conductor's side."""
    parent = Parent()
    settings = parent.settings
    os.nice(_NICE)
    try:
        Understudy(settings, parent).run()
    except MonochordError as why:
        parent.tell(error=str(why))
    os._exit(0)


if __name__ == "__main__":
    main()
