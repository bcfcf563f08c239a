"""Which scene is on a painter's stage, which is to come, and what becomes of one that fails.

It says `trying` before it touches a scene, and `scene` when the first picture of it has been seen, or `refused`:
a scene that hangs the driver in between was never on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from engine.errors import BadScene
from engine.foundation import assets
from engine.foundation.child import Parent
from engine.frame import Row
from engine.stage import gpu
from engine.stage.isf_inputs import Value
from engine.stage.preparation import Preparation
from engine.stage.render import Renderer
from engine.stage.scene import Scene, load_scene
from engine.stage.scene_files import SceneFiles
from engine.stage.sizing import Sizing
from engine.stage.told_inputs import told_inputs, told_values
from engine.timing.cues import Change

_TELLING: Final = 0.1  # seconds between two times that the values of controls are told, where somebody looks


class Staging:
    """Brings scenes on a renderer's stage and keeps them there. Scenes are read again when their files change.

    `on` is the scene that is on, `new` one whose first picture is still to come; each is empty where there is none.
    `pictures`: how many there have been since a scene came on.
    """

    def __init__(
        self,
        settings: Mapping[str, Any],
        parent: Parent,
        renderer: Renderer,
        sizing: Sizing,
        musicians: tuple[str, ...],
    ) -> None:
        """Stage the scene.

        `again`: the show goes on after a painter was lost; nothing that a user could mend ends it any more.
        `mend`: a scene that had to leave the stage; it is tried again when one of its files is saved.
        """
        self._parent, self._renderer, self._sizing, self._musicians = parent, renderer, sizing, musicians
        self.on, self.new, self.pictures = "", "", 0
        self._by_hand = {settings["scene"]: {name: as_value(one) for name, one in settings["overrides"].items()}}
        self._tells_values = bool(settings["tells_values"])
        self._told_values: dict[str, Value] = {}
        self._tell_at = 0.0
        self._files = SceneFiles()
        self._coming: Preparation | None = None
        self._came: Change | None = None
        self._told_trying = False
        self._auditions = bool(settings.get("thumbnail"))
        self._home: str = settings["scene"]
        self._try(settings["scene"], strict=not settings["again"])
        if settings["mend"]:
            self._home = settings["mend"]
            self.look_after(self._home)

    # Scenes that come.

    def prepare(self, change: Change) -> None:
        """Make a scene ready while the one before goes on; it comes on when it is."""
        if self._coming is not None:
            self._coming.close()
        self._coming = Preparation(change, self._musicians)

    def read_again(self) -> None:
        """If one of the scene's files was saved: where there is an understudy, it tries the new one first."""
        if not self._files.changed.is_set():
            return
        self._files.changed.clear()
        if self._auditions:
            self._parent.tell(saved=self._home)
        else:
            self.prepare(Change(self._home))

    def step(self, row: Row) -> None:
        """A piece of work on the change that is coming; if it is ready, and its moment has come, it is brought on."""
        if self._coming is None:
            return
        name = self._coming.change.scene
        try:
            arrival = self._coming.step(self._renderer, row)
        except BadScene as why:
            self._coming.close()
            self._coming = None
            self._refuse(name, str(why))
            return
        if self._coming.trying and not self._told_trying:
            self._told_trying = True
            self._parent.tell(trying=name)
        if arrival is not None:
            change, self._coming = self._coming.change, None
            self._told_trying = False
            self._renderer.bring(arrival)
            self._begin(name, arrival.scene, change)

    def _try(self, name: str, strict: bool = False) -> None:
        """Put a scene on stage; if it cannot be, the one before stays and the operator hears why."""
        self._parent.tell(trying=name)
        try:
            scene = load_scene(name, self._musicians)
            self._renderer.stage(scene)
        except BadScene as why:
            if strict:
                raise
            self._refuse(name, str(why))
            return
        self._begin(name, scene)

    def _refuse(self, name: str, why: str) -> None:
        self._parent.tell(refused=name, trouble=why)
        if name == self._home:
            self.look_after(name, mending=True)

    def look_after(self, name: str, mending: bool = False) -> None:
        """Try this scene again when it is saved; `mending`: or anything beside it, for a file may be missing."""
        try:
            files = load_scene(name, self._musicians).files
        except BadScene:
            files, mending = (), True
        home = Path(name).parent if Path(name).suffix else assets.SCENES
        folders = {home, home / "include", assets.SHADERS, assets.SHADERS / "include", *(f.parent for f in files)}
        self._files.watch(files, folders if mending else ())

    def _begin(self, name: str, scene: Scene, change: Change | None = None) -> None:
        """This scene's first picture is the next one; it comes as a change says, where one was asked for."""
        self._came = change
        self.new, self._home, self.pictures = name, name, 0
        if name != self.on:
            self._sizing.reset()
        if (binder := self._renderer.binder) is not None:
            binder.overrides.hold(self._by_hand.get(name, {}))
        for notice in scene.notices:
            self._parent.tell(trouble=notice)
        self._files.watch(scene.files)

    # Scenes that are on.

    def judge(self, seconds: float, hop: int) -> None:
        """After a picture that took so long, `hop` the newest that was heard when it was begun.

        Say that a new scene is on, or bring the last good one back.
        """
        if remark_on := self._renderer.remark:
            self._renderer.remark = ""
            self._parent.tell(trouble=remark_on)
        if trouble := self._renderer.trouble:
            gpu.refuse_lost()  # then the scene is not to blame
            self._renderer.trouble = ""
            self._parent.tell(refused=self.new or self.on, trouble=trouble)
            last, self.new = self.on, ""
            self.on = ""
            if last:
                self._try(last)
            return
        self.pictures += 1
        if self.new:
            remark: dict[str, str] = {"trouble": f"{self.new} is read again"} if self.new == self.on else {}
            came = None if self._came is None else asdict(self._came)
            self._parent.tell(scene=self.new, seconds=seconds, hop=hop, change=came, **remark)
            self._told_values.clear()
            self._by_hand = {self.new: self._by_hand.get(self.new, {})}
            if (scene := self._renderer.scene) is not None:
                self._parent.tell(inputs={"scene": self.new, "inputs": told_inputs(scene)})
            self.on, self.new = self.new, ""
        self._sizing.note(self.on, seconds)

    # What the operator holds.

    def hold(self, scene: str, values: Mapping[str, Value]) -> None:
        """Controls of this scene take these values; nothing, if another one has come on by now."""
        if scene == (self.new or self.on) and (binder := self._renderer.binder) is not None:
            binder.overrides.hold(values)
            self._by_hand[scene] = binder.overrides.held

    def release(self, scene: str, names: Sequence[str]) -> None:
        """Give controls of this scene back to the music."""
        if scene == (self.new or self.on) and (binder := self._renderer.binder) is not None:
            binder.overrides.release(names)
            self._by_hand[scene] = binder.overrides.held

    def tell_from_now_on(self, values: bool) -> None:
        """Whether somebody looks at the values of the controls; they are all told again."""
        self._tells_values = values
        self._told_values.clear()

    def tell_values(self, now: float) -> None:
        """The values that have changed, ten times a second, to who has asked for them."""
        binder = self._renderer.binder
        if self._tells_values and binder is not None and self.on and now >= self._tell_at:
            self._tell_at = now + _TELLING
            if changed := told_values(binder.shown, self._told_values):
                self._told_values.update(changed)
                self._parent.tell(values={"scene": self.on, "values": changed})


def as_value(told: Any) -> Value:
    """A value as it comes through JSON."""
    return tuple(told) if isinstance(told, list) else told
