"""The painter: a child process that owns the graphics driver, because a driver may hang, starve or crash its holder.

Run by the conductor. It reads the newest hop from shared memory, draws it, and shows it; nobody waits for it. Which
scene it draws is `Staging`'s to say.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from engine.errors import MonochordError
from engine.foundation.child import Parent
from engine.frame import HOP, RATE, Frame, Row, blank_row
from engine.frame_ring import FrameRing
from engine.stage import gpu
from engine.stage.drawing import Date, Moment
from engine.stage.history import MOST_HOPS, unpacked
from engine.stage.master import Master
from engine.stage.pacer import Pacer
from engine.stage.palette import Colors, pinned
from engine.stage.poses import MOST_CLOCKS, POSE_PERIOD, Poses
from engine.stage.render import Renderer
from engine.stage.report import Pace, StageReport
from engine.stage.score_page import joined
from engine.stage.sizing import Sizing
from engine.stage.sound_texture import WINDOW
from engine.stage.staging import Staging, as_value
from engine.stage.surface import Surface, open_surface
from engine.stage.thumbnail import Thumbnail
from engine.stage.views import FLAT
from engine.timing.cues import read_change

_LONGEST_STEP: Final = 0.1  # seconds of animation that one picture may catch up on
_APART: Final = 10.0  # seconds without flashes after which they are worth a line again
_LOOK_AT_DRIVER: Final = 16  # pictures between two looks whether the driver is still there
_SOUND_HOPS: Final = -(-WINDOW // HOP)  # that a picture of the sound is made of


class Painter:
    """One life of the stage."""

    def __init__(self, settings: Mapping[str, Any], parent: Parent) -> None:
        """Open the surface and stage the scene."""
        self._parent = parent
        self._ring = FrameRing(settings["ring"], tuple(settings["musicians"]))
        self._report = StageReport(settings["report"])
        self._pace = Pace()
        self._delay: int = settings["delay_hops"]
        self._surface: Surface = open_surface(settings)
        limited = bool(settings["flash_limiter"])
        density = unpacked(settings.get("density", ""))
        page = None if (there := settings.get("page")) is None else joined(*there)
        view = settings.get("view", FLAT)
        self._renderer = Renderer(
            self._surface.ctx, self._surface.size, limit_flashes=limited, density=density, page=page, view=view
        )
        self._sizing = Sizing(parent, self._surface, self._renderer)
        self._flashed = -math.inf
        self._freeze = bool(settings["freeze"])
        self._master = Master(float(settings["brightness"]), bool(settings["blackout"]))
        self._palette: Colors = {}
        self._wear(settings["palette"])
        self._status: dict[str, Any] = {}
        self._show_code(settings.get("code"))
        self._surface.set_panel(bool(settings["panel"]))
        self._thumbnail = Thumbnail(settings["thumbnail"]) if settings.get("thumbnail") else None
        self._heard = 0
        self._hop = -1
        self._clock, self._then = 0.0, time.monotonic()
        self._poses, self._pose_at = Poses(), 0.0
        self._leads = bool(settings.get("leads"))
        self._staging = Staging(settings, parent, self._renderer, self._sizing, self._ring.musicians)

    def run(self) -> None:
        """Until the window is closed or the parent says so."""
        self._paint()
        self._parent.tell(ready=str(self._surface.ctx.info["GL_RENDERER"]), rate=self._surface.rate)
        pacer = Pacer()
        while not self._surface.closed:
            for command in self._parent.commands():
                self._obey(command)
            for wish in self._surface.asked():
                self._parent.tell(key=wish, at=time.monotonic())
            for remark in self._surface.remarks():
                self._parent.tell(trouble=remark)
            if self._staging.pictures % _LOOK_AT_DRIVER == 0:
                gpu.refuse_lost()
            self._staging.read_again()
            self._paint()
            pacer.wait(self._surface.rate)
        self._parent.tell(closed=True)

    def _obey(self, command: Mapping[str, Any]) -> None:
        staging = self._staging
        for name, value in command.items():
            if name == "quit":
                os._exit(0)
            elif name == "change":
                staging.prepare(read_change(value, "change"))
            elif name == "refused":
                staging.look_after(value, mending=True)
            elif name == "full_screen":
                self._surface.set_full_screen(bool(value))
            elif name == "status":
                self._status = value
            elif name == "brightness":
                self._master.brightness = float(value)
            elif name == "blackout":
                self._master.blackout = bool(value)
            elif name == "freeze":
                self._freeze = bool(value)
            elif name == "panel":
                self._surface.set_panel(bool(value))
            elif name == "palette":
                self._wear(value)
            elif name == "code":
                self._show_code(value)
            elif name == "hold":
                staging.hold(value["scene"], {key: as_value(one) for key, one in value["values"].items()})
            elif name == "release":
                staging.release(value["scene"], value["names"])
            elif name == "tells_values":
                staging.tell_from_now_on(bool(value))
            elif name == "pose" and value["scene"] == staging.on:
                self._renderer.push_clocks(self._poses.behind(value["at"], value["clocks"]))
                self._poses.reset()

    def _show_code(self, told: Mapping[str, Any] | None) -> None:
        """Lay the code that leads phones to the survey over the picture, or take it away."""
        self._renderer.show_code(None if told is None else (int(told["side"]), str(told["bits"])))

    def _wear(self, palette: str | None) -> None:
        """Let every scene wear this palette, or its own again; one that is none changes nothing."""
        try:
            self._palette = pinned(palette)
        except MonochordError as why:
            self._parent.tell(trouble=str(why))

    def _paint(self) -> None:
        now = time.monotonic()
        dt = min(now - self._then, _LONGEST_STEP)
        self._then = now
        self._renderer.brightness = self._master.step(dt)
        if not self._freeze:
            self._clock += dt
        self._sizing.fit(self._status.get("messages", ()))
        count, stamp = self._ring.count, self._ring.stamp
        fresh = min(max(count - self._heard, 1), MOST_HOPS)
        rows = self._ring.rows(fresh, self._delay, count) if count else blank_row(len(self._ring.musicians))[np.newaxis]
        row = rows[-1]
        staging = self._staging
        staging.step(row)
        if not self._freeze or not staging.pictures:
            begun = time.monotonic()
            sound = self._ring.sound(_SOUND_HOPS + fresh, self._delay, count)
            self._heard = count
            self._renderer.draw(Moment(row, sound, self._clock, dt, _date(), rows, self._palette))
            gpu.wait(self._surface.ctx)
            self._sizing.step(staging.new or staging.on, time.monotonic() - begun)
        else:
            self._renderer.stand(dt)
        self._renderer.present(self._surface.framebuffer)
        self._surface.project(*self._renderer.shown)
        self._surface.show()
        if staging.new:
            gpu.wait(self._surface.ctx)  # the first picture of a scene is seen before it counts as on
        self._note(row, stamp - min(self._delay, max(count - 1, 0)) * HOP / RATE)
        staging.judge(time.monotonic() - now, max(count - 1, 0))
        self._keep_pose(now)
        staging.tell_values(now)
        if self._surface.panel_due():
            facts = {**self._pace.facts(), "flashes held": self._held > 0.0}
            if self._thumbnail is not None:
                facts["thumbnail"] = self._thumbnail.pixels()
            self._surface.show_panel(Frame(row, self._ring.musicians), {**self._status, **facts})
        self._tell_flashes()

    def _note(self, row: Row, delivered: float) -> None:
        """A picture of this row is seen now; its sound was delivered at `delivered`, seconds of the monotonic clock."""
        now, hop = time.monotonic_ns(), int(row[0])
        self._report.show(hop, now)
        heard = hop != self._hop and not self._freeze
        self._hop = hop
        self._pace.note(now * 1e-9, now * 1e-9 - delivered if heard else math.nan)

    def _keep_pose(self, now: float) -> None:
        """Where the scene's clocks stood at `now`: for who follows to be told, or to find out how far it is behind."""
        scene = self._staging.on
        clocks = self._renderer.clocks(self._clock)
        if self._poses.scene != scene:
            self._poses.reset(scene)
        self._poses.step(now, clocks)
        if self._leads and now >= self._pose_at and scene and not self._staging.new:
            self._pose_at = now + POSE_PERIOD
            self._parent.tell(pose={"scene": scene, "at": now, "clocks": clocks[:MOST_CLOCKS]})

    @property
    def _held(self) -> float:
        """The share of the picture in which flashes are being held back."""
        return self._renderer.limiter.guard.held if self._renderer.limiter is not None else 0.0

    def _tell_flashes(self) -> None:
        """Tell the operator that the limiter holds flashes back; once for those that come soon one after the other."""
        now = time.monotonic()
        if self._held > 0.0:
            if now - self._flashed > _APART:
                scene = self._staging.on
                says = f"{scene} flashes too fast: the flash limiter holds back {self._held:.0%} of the picture"
                self._parent.tell(trouble=says)
            self._flashed = now


def _date() -> Date:
    now = time.localtime()
    return now.tm_year, now.tm_mon, now.tm_mday, now.tm_hour * 3600 + now.tm_min * 60 + now.tm_sec


def main() -> None:
    """Run by the conductor, which gives the settings when there is something to draw."""
    parent = Parent()
    settings = parent.settings
    os.nice(int(settings["nice"]))
    try:
        Painter(settings, parent).run()
    except MonochordError as why:
        parent.tell(error=str(why), exit_code=why.exit_code)
        os._exit(why.exit_code)
    os._exit(0)  # not sys.exit: a driver may hang while it takes its things down


if __name__ == "__main__":
    main()
