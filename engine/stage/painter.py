"""The painter: a child process that owns the graphics driver, because a driver may hang, starve or crash its holder.

Run by the conductor as `python -m engine.stage.painter SETTINGS`. It reads the newest hop from shared memory, draws
it, and shows it; nobody waits for it. Scenes are read again when their files change.
"""

from __future__ import annotations

import json
import math
import os
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any, Final

from engine.child import Parent
from engine.errors import BadScene, MonochordError
from engine.frame import HOP, Frame
from engine.frame_ring import FrameRing
from engine.stage.drawing import Date, Moment
from engine.stage.render import Renderer
from engine.stage.report import StageReport
from engine.stage.scene import Scene, load_scene
from engine.stage.sound_texture import WINDOW
from engine.stage.surface import Surface, open_surface

_FADE: Final = 0.08  # seconds: brightness and blackout glide, they never jump
_LONGEST_STEP: Final = 0.1  # seconds of animation that one picture may catch up on


class SceneFiles:
    """Notices in a thread of its own that a file of the scene was saved."""

    def __init__(self, scene: Scene) -> None:
        self.changed = threading.Event()
        self._stop = threading.Event()
        self._files = {path.resolve() for path in scene.files}
        threading.Thread(target=self._watch, daemon=True, name="scene files").start()

    def stop(self) -> None:
        self._stop.set()

    def _watch(self) -> None:
        import watchfiles

        folders = {path.parent for path in self._files}  # editors replace a file: watch where it lies
        for changes in watchfiles.watch(*folders, stop_event=self._stop, recursive=False, raise_interrupt=False):
            if any(os.path.realpath(path) in map(str, self._files) for _, path in changes):
                self.changed.set()


class Pacer:
    """Waits until the next picture is due; one that was late does not make the next ones hurry."""

    def __init__(self, rate: float) -> None:
        self._period = 1.0 / rate
        self._due = time.monotonic()

    def wait(self) -> None:
        now = time.monotonic()
        self._due = max(self._due + self._period, now)
        if self._due > now:
            time.sleep(self._due - now)


class Painter:
    """One life of the stage."""

    def __init__(self, settings: Mapping[str, Any], parent: Parent) -> None:
        self._parent = parent
        self._ring = FrameRing(settings["ring"])
        self._report = StageReport(settings["report"])
        self._delay: int = settings["delay_hops"]
        self._surface: Surface = open_surface(settings)
        self._renderer = Renderer(self._surface.ctx, self._surface.size)
        self._master, self._freeze = 1.0, bool(settings["freeze"])
        self._brightness, self._blackout = float(settings["brightness"]), bool(settings["blackout"])
        self._panel, self._status = bool(settings["panel"]), dict[str, Any]()
        self._files: SceneFiles | None = None
        self._trouble = ""
        self._sound_hops = -(-WINDOW // HOP)
        self._clock, self._then = 0.0, time.monotonic()
        self._show_scene(settings["scene"])

    def run(self) -> None:
        """Until the window is closed or the parent says so."""
        pacer = Pacer(self._surface.rate)
        self._parent.tell(ready=str(self._surface.ctx.info["GL_RENDERER"]), rate=self._surface.rate)
        while not self._surface.closed:
            for command in self._parent.commands():
                self._obey(command)
            for wish in self._surface.asked():
                self._parent.tell(key=wish)
            self._read_again()
            self._paint()
            pacer.wait()
        self._parent.tell(closed=True)

    def _obey(self, command: Mapping[str, Any]) -> None:
        for name, value in command.items():
            if name == "quit":
                os._exit(0)
            elif name == "scene":
                self._show_scene(value)
            elif name == "full_screen":
                self._surface.set_full_screen(bool(value))
            elif name == "status":
                self._status = value
            elif name == "brightness":
                self._brightness = float(value)
            elif name in ("blackout", "freeze", "panel"):
                setattr(self, f"_{name}", bool(value))

    def _show_scene(self, name: str) -> None:
        """Put a scene on stage; if it cannot be, the one before stays and the operator hears why."""
        try:
            scene = load_scene(name)
            self._renderer.stage(scene)
        except BadScene as why:
            self._parent.tell(trouble=str(why))
            return
        if self._files is not None:
            self._files.stop()
        self._files = SceneFiles(scene)
        self._parent.tell(scene=name)

    def _read_again(self) -> None:
        if self._files is not None and self._files.changed.is_set() and self._renderer.scene is not None:
            self._files.changed.clear()
            scene = self._renderer.scene
            # By name, so that the next restart finds it the same way.
            self._show_scene(str(scene.path))

    def _paint(self) -> None:
        now = time.monotonic()
        dt = min(now - self._then, _LONGEST_STEP)
        self._then = now
        self._fade(dt)
        if not self._freeze:
            self._clock += dt
        if self._surface.size != self._renderer.size:
            self._renderer.resize(self._surface.size)
        newest = self._ring.count - 1
        moment = Moment(
            row=self._ring.row(self._delay),
            samples=self._ring.sound(self._sound_hops, self._delay),
            time=self._clock,
            dt=dt,
            date=_date(),
        )
        if not self._freeze or self._report.pictures == 0:
            self._renderer.draw(moment)
        self._renderer.present(self._surface.framebuffer)
        self._surface.show()
        hop = newest - self._delay if newest >= 0 else -1
        self._report.show(hop, time.monotonic_ns())
        if self._renderer.trouble != self._trouble:
            self._trouble = self._renderer.trouble
            if self._trouble:
                self._parent.tell(trouble=self._trouble)
        self._surface.show_panel(Frame(moment.row), self._status, self._panel)

    def _fade(self, dt: float) -> None:
        goal = 0.0 if self._blackout else min(max(self._brightness, 0.0), 1.0)
        self._master += (goal - self._master) * (1.0 - math.exp(-dt / _FADE))
        self._renderer.brightness = self._master if abs(goal - self._master) > 0.002 else goal


def _date() -> Date:
    now = time.localtime()
    return now.tm_year, now.tm_mon, now.tm_mday, now.tm_hour * 3600 + now.tm_min * 60 + now.tm_sec


def main() -> None:
    """Run by the conductor; the settings are one JSON argument."""
    settings = json.loads(sys.argv[1])
    parent = Parent(settings["parent"])
    os.nice(int(settings["nice"]))
    try:
        Painter(settings, parent).run()
    except MonochordError as why:
        parent.tell(error=str(why), exit_code=why.exit_code)
        os._exit(why.exit_code)
    os._exit(0)  # not sys.exit: a driver may hang while it takes its things down


if __name__ == "__main__":
    main()
