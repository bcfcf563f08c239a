"""The painter: a child process that owns the graphics driver, because a driver may hang, starve or crash its holder.

Run by the conductor as `python -m engine.stage.painter SETTINGS`. It reads the newest hop from shared memory, draws
it, and shows it; nobody waits for it. Scenes are read again when their files change.

It says `trying` before it touches a scene, and `scene` when the first picture of it has been seen, or `refused`:
a scene that hangs the driver in between was never on.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from engine import assets
from engine.child import Parent
from engine.cues import Change, read_change
from engine.errors import BadScene, MissingDriver, MonochordError
from engine.frame import HOP, RATE, Frame, Row, blank_row
from engine.frame_ring import FrameRing
from engine.stage import gpu
from engine.stage.drawing import Date, Moment
from engine.stage.history import MOST_HOPS, unpacked
from engine.stage.isf_inputs import Value
from engine.stage.palette import Colors, pinned
from engine.stage.poses import MOST_CLOCKS, POSE_PERIOD, Poses
from engine.stage.preparation import Preparation
from engine.stage.render import Renderer
from engine.stage.render_scale import RenderScale
from engine.stage.report import Pace, StageReport
from engine.stage.scene import Scene, load_scene
from engine.stage.scene_files import SceneFiles
from engine.stage.sound_texture import WINDOW
from engine.stage.surface import Surface, open_surface
from engine.stage.thumbnail import Thumbnail
from engine.stage.told_inputs import told_inputs, told_values
from engine.stage.views import FLAT

_FADE: Final = 0.08  # seconds: brightness and blackout glide, they never jump
_LONGEST_STEP: Final = 0.1  # seconds of animation that one picture may catch up on
_APART: Final = 10.0  # seconds without flashes after which they are worth a line again
_LOOK_AT_DRIVER: Final = 16  # pictures between two looks whether the driver is still there
_TELLING: Final = 0.1  # seconds between two times that the values of controls are told, where somebody looks
_SLOW: Final = 0.25  # seconds a picture, above which the operator is told


class Pacer:
    """Waits until the next picture is due; one that was late does not make the next ones hurry."""

    def __init__(self) -> None:
        self._due = time.monotonic()

    def wait(self, rate: float) -> None:
        """`rate`: pictures a second."""
        now = time.monotonic()
        self._due = max(self._due + 1.0 / rate, now)
        if self._due > now:
            time.sleep(self._due - now)


class Painter:
    """One life of the stage."""

    def __init__(self, settings: Mapping[str, Any], parent: Parent) -> None:
        """Open the surface and stage the scene.

        `again`: the show goes on after a painter was lost; nothing that a user could mend ends it any more.
        `mend`: a scene that had to leave the stage; it is tried again when one of its files is saved.
        """
        self._parent = parent
        self._ring = FrameRing(settings["ring"], tuple(settings["musicians"]))
        self._report = StageReport(settings["report"])
        self._pace = Pace()
        self._delay: int = settings["delay_hops"]
        self._surface: Surface = open_surface(settings)
        limited = bool(settings["flash_limiter"])
        density = unpacked(settings.get("density", ""))
        view = settings.get("view", FLAT)
        self._renderer = Renderer(
            self._surface.ctx, self._surface.size, limit_flashes=limited, density=density, view=view
        )
        self._scale, self._flashed, self._told_slow = RenderScale(), -math.inf, False
        self._freeze, self._blackout = bool(settings["freeze"]), bool(settings["blackout"])
        self._brightness = float(settings["brightness"])
        self._palette: Colors = {}
        self._wear(settings["palette"])
        self._by_hand = {settings["scene"]: {name: _value(one) for name, one in settings["overrides"].items()}}
        self._tells_values = bool(settings["tells_values"])
        self._told_values: dict[str, Value] = {}
        self._tell_at = 0.0
        self._master = self._goal
        self._status: dict[str, Any] = {}
        self._surface.set_panel(bool(settings["panel"]))
        self._files = SceneFiles()
        self._coming: Preparation | None = None
        self._auditions = bool(settings.get("thumbnail"))
        self._thumbnail = Thumbnail(settings["thumbnail"]) if self._auditions else None
        self._heard = 0
        self._good, self._new, self._pictures = "", "", 0
        self._sound_hops = -(-WINDOW // HOP)
        self._hop = -1
        self._clock, self._then = 0.0, time.monotonic()
        self._poses, self._pose_at = Poses(), 0.0
        self._leads = bool(settings.get("leads"))
        self._told_trying = False
        self._home: str = settings["scene"]
        self._try_scene(settings["scene"], strict=not settings["again"])
        if settings["mend"]:
            self._home = settings["mend"]
            self._look_after(self._home)

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
            if self._pictures % _LOOK_AT_DRIVER == 0:
                self._refuse_lost_driver()
            if self._files.changed.is_set():
                self._files.changed.clear()
                self._read_again()
            self._paint()
            pacer.wait(self._surface.rate)
        self._parent.tell(closed=True)

    def _obey(self, command: Mapping[str, Any]) -> None:
        for name, value in command.items():
            if name == "quit":
                os._exit(0)
            elif name == "change":
                self._prepare(read_change(value, "change"))
            elif name == "refused":
                self._look_after(value, mending=True)
            elif name == "full_screen":
                self._surface.set_full_screen(bool(value))
            elif name == "status":
                self._status = value
            elif name == "brightness":
                self._brightness = float(value)
            elif name == "panel":
                self._surface.set_panel(bool(value))
            elif name == "palette":
                self._wear(value)
            elif name == "hold":
                self._hold(value["scene"], {key: _value(one) for key, one in value["values"].items()})
            elif name == "release":
                self._release(value["scene"], value["names"])
            elif name == "tells_values":
                self._tells_values = bool(value)
                self._told_values.clear()
            elif name == "pose":
                if value["scene"] == self._good:
                    self._renderer.push_clocks(self._poses.behind(value["at"], value["clocks"]))
                    self._poses.reset()
            elif name in ("blackout", "freeze"):
                setattr(self, f"_{name}", bool(value))

    # What the operator holds.

    def _hold(self, scene: str, values: Mapping[str, Value]) -> None:
        """Controls of this scene take these values; nothing, if another one has come on by now."""
        if scene == (self._new or self._good) and (binder := self._renderer.binder) is not None:
            binder.overrides.hold(values)
            self._by_hand[scene] = binder.overrides.held

    def _release(self, scene: str, names: Sequence[str]) -> None:
        if scene == (self._new or self._good) and (binder := self._renderer.binder) is not None:
            binder.overrides.release(names)
            self._by_hand[scene] = binder.overrides.held

    def _tell_values(self, now: float) -> None:
        """The values that have changed, ten times a second, to who has asked for them."""
        binder = self._renderer.binder
        if self._tells_values and binder is not None and self._good and now >= self._tell_at:
            self._tell_at = now + _TELLING
            if changed := told_values(binder.shown, self._told_values):
                self._told_values.update(changed)
                self._parent.tell(values={"scene": self._good, "values": changed})

    def _wear(self, palette: str | None) -> None:
        """Let every scene wear this palette, or its own again; one that is none changes nothing."""
        try:
            self._palette = pinned(palette)
        except MonochordError as why:
            self._parent.tell(trouble=str(why))

    # Scenes.

    def _prepare(self, change: Change) -> None:
        """Make a scene ready while the one before goes on; it comes on when it is."""
        if self._coming is not None:
            self._coming.close()
        self._coming = Preparation(change, self._ring.musicians)

    def _read_again(self) -> None:
        """One of the scene's files was saved: where there is an understudy, it tries the new one first."""
        if self._auditions:
            self._parent.tell(saved=self._home)
        else:
            self._prepare(Change(self._home))

    def _go_on_preparing(self, row: Row) -> None:
        """A piece of work on the change that is coming; if it is ready, and its moment has come, it is brought on."""
        if self._coming is None:
            return
        name = self._coming.change.scene
        try:
            arrival = self._coming.step(self._renderer, row)
        except BadScene as why:
            self._coming.close()
            self._coming = None
            self._parent.tell(refused=name, trouble=str(why))
            if name == self._home:
                self._look_after(name, mending=True)
            return
        if self._coming.trying and not self._told_trying:
            self._told_trying = True
            self._parent.tell(trying=name)
        if arrival is not None:
            self._coming = None
            self._told_trying = False
            self._renderer.bring(arrival)
            self._on_stage(name, arrival.scene)

    def _on_stage(self, name: str, scene: Scene) -> None:
        """This scene's first picture is the next one."""
        self._new, self._home, self._pictures = name, name, 0
        if name != self._good:
            self._scale.reset()
            self._told_slow = False
        if (binder := self._renderer.binder) is not None:
            binder.overrides.hold(self._by_hand.get(name, {}))
        for notice in scene.notices:
            self._parent.tell(trouble=notice)
        self._files.watch(scene.files)

    def _try_scene(self, name: str, strict: bool = False) -> None:
        """Put a scene on stage; if it cannot be, the one before stays and the operator hears why."""
        self._parent.tell(trying=name)
        try:
            scene = load_scene(name, self._ring.musicians)
            self._renderer.stage(scene)
        except BadScene as why:
            if strict:
                raise
            self._parent.tell(refused=name, trouble=str(why))
            if name == self._home:
                self._look_after(name, mending=True)
            return
        self._on_stage(name, scene)

    def _look_after(self, name: str, mending: bool = False) -> None:
        """Try this scene again when it is saved; `mending`: or anything beside it, for a file may be missing."""
        try:
            files = load_scene(name, self._ring.musicians).files
        except BadScene:
            files, mending = (), True
        home = Path(name).parent if Path(name).suffix else assets.SCENES
        folders = {home, home / "include", assets.SHADERS, assets.SHADERS / "include", *(f.parent for f in files)}
        self._files.watch(files, folders if mending else ())

    def _judge(self, seconds: float) -> None:
        """After a picture that took so long: say that a new scene is on, or bring the last good one back."""
        if remark_on := self._renderer.remark:
            self._renderer.remark = ""
            self._parent.tell(trouble=remark_on)
        if trouble := self._renderer.trouble:
            self._refuse_lost_driver()  # then the scene is not to blame
            self._renderer.trouble = ""
            self._parent.tell(refused=self._new or self._good, trouble=trouble)
            last, self._new = self._good, ""
            self._good = ""
            if last:
                self._try_scene(last)
            return
        self._pictures += 1
        if self._new:
            remark: dict[str, str] = {"trouble": f"{self._new} is read again"} if self._new == self._good else {}
            self._parent.tell(scene=self._new, seconds=seconds, **remark)
            self._told_values.clear()
            self._by_hand = {self._new: self._by_hand.get(self._new, {})}
            if (scene := self._renderer.scene) is not None:
                self._parent.tell(inputs={"scene": self._new, "inputs": told_inputs(scene)})
            self._good, self._new = self._new, ""
        if seconds > _SLOW and self._scale.lowest and not self._told_slow:
            self._told_slow = True
            width, height = self._surface.size
            self._parent.tell(
                trouble=f"{self._good} takes {seconds:.1f} s a picture of {width}x{height} here: ask for a smaller size"
            )

    def _refuse_lost_driver(self) -> None:
        """MissingDriver if the graphics card was reset: nothing that is drawn is seen any more; another stage can."""
        if why := gpu.lost():
            raise MissingDriver(f"the driver has lost its context ({why})")

    # Pictures.

    def _paint(self) -> None:
        now = time.monotonic()
        dt = min(now - self._then, _LONGEST_STEP)
        self._then = now
        self._fade(dt)
        if not self._freeze:
            self._clock += dt
        self._fit()
        count, stamp = self._ring.count, self._ring.stamp
        fresh = min(max(count - self._heard, 1), MOST_HOPS)
        rows = self._ring.rows(fresh, self._delay, count) if count else blank_row(len(self._ring.musicians))[np.newaxis]
        row = rows[-1]
        self._go_on_preparing(row)
        if not self._freeze or not self._pictures:
            begun = time.monotonic()
            sound = self._ring.sound(self._sound_hops + fresh, self._delay, count)
            self._heard = count
            self._renderer.draw(Moment(row, sound, self._clock, dt, _date(), rows, self._palette))
            gpu.wait(self._surface.ctx)
            self._rescale(time.monotonic() - begun)
        else:
            self._renderer.stand(dt)
        self._renderer.present(self._surface.framebuffer)
        self._surface.project(*self._renderer.shown)
        self._surface.show()
        if self._new:
            gpu.wait(self._surface.ctx)  # the first picture of a scene is seen before it counts as on
        self._note(row, stamp - min(self._delay, max(count - 1, 0)) * HOP / RATE)
        self._judge(time.monotonic() - now)
        self._keep_pose(now)
        self._tell_values(now)
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
        clocks = self._renderer.clocks(self._clock)
        if self._poses.scene != self._good:
            self._poses.reset(self._good)
        self._poses.step(now, clocks)
        if self._leads and now >= self._pose_at and self._good and not self._new:
            self._pose_at = now + POSE_PERIOD
            self._parent.tell(pose={"scene": self._good, "at": now, "clocks": clocks[:MOST_CLOCKS]})

    def _fit(self) -> None:
        """Follow the window's size; a size that the driver cannot do is shown scaled."""
        wanted = self._scale.of(self._surface.size)
        if wanted != self._renderer.size:
            try:
                self._renderer.resize(wanted)
            except BadScene as why:
                if str(why) not in self._status.get("messages", ()):
                    self._parent.tell(trouble=str(why))

    def _rescale(self, took: float) -> None:
        """Draw the scene smaller if its pictures come late, larger again if there is time; the operator hears of it."""
        if not self._scale.step(took, 1.0 / self._surface.rate):
            return
        name, share = self._new or self._good, f"{self._scale.scale:.0%}"
        full = self._scale.scale == 1.0
        says = (
            f"{name} is drawn at its full size again" if full else f"{name} is slow here: drawn at {share} of its size"
        )
        self._parent.tell(trouble=says)

    @property
    def _held(self) -> float:
        """The share of the picture in which flashes are being held back."""
        return self._renderer.limiter.guard.held if self._renderer.limiter is not None else 0.0

    def _tell_flashes(self) -> None:
        """Tell the operator that the limiter holds flashes back; once for those that come soon one after the other."""
        now = time.monotonic()
        if self._held > 0.0:
            if now - self._flashed > _APART:
                says = f"{self._good} flashes too fast: the flash limiter holds back {self._held:.0%} of the picture"
                self._parent.tell(trouble=says)
            self._flashed = now

    @property
    def _goal(self) -> float:
        return 0.0 if self._blackout else min(max(self._brightness, 0.0), 1.0)

    def _fade(self, dt: float) -> None:
        goal = self._goal
        self._master += (goal - self._master) * (1.0 - math.exp(-dt / _FADE))
        self._renderer.brightness = self._master if abs(goal - self._master) > 0.002 else goal


def _value(told: Any) -> Value:
    """A value as it comes through JSON."""
    return tuple(told) if isinstance(told, list) else told


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
