"""An evening again: the hops of a take as they were, and the stage told what it was told then, in the same hops."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from engine.audio.hearing_settings import HearingSettings
from engine.errors import BadFile, BadScene, MonochordError
from engine.frame import HOP, RATE, Block, Frame
from engine.replay.playbill import bring
from engine.stage.drawing import Moment
from engine.stage.isf_inputs import PARTS, Input
from engine.stage.master import Master
from engine.stage.palette import Colors, pinned
from engine.stage.render import Renderer
from engine.takes.take import Take, is_take
from engine.takes.told import Held, Script, Told, clock
from engine.timing.cues import Change

_MOST_SAID: Final = 5  # lines of what could not be done again


def take_of(hearing: HearingSettings) -> Take | None:
    """The take that is played, where it is played as it is: with the same channels, musicians, map and score."""
    path = Path(hearing.source or "")
    if not (path.is_file() and is_take(path)):
        return None
    if (
        hearing.channels
        or hearing.musicians
        or hearing.gain_db
        or hearing.space is not None
        or hearing.score is not None
    ):
        return None
    return Take(path)


class Evening:
    """The hops of a take, frames and sound, as they were: nothing is heard anew. Tapped beats are in the frames."""

    remarks: Final = ()
    score: Final = None

    def __init__(self, take: Take, seconds: float | None = None) -> None:
        """`seconds` ends it earlier. BadFile for a take without a hop."""
        self._take = take
        self._hops = take.hops if seconds is None else min(take.hops, math.ceil(seconds * RATE / HOP))
        if not self._hops:
            raise BadFile(f"{take.path} holds no sound that can be read (is it damaged?)")
        self.musicians = tuple(musician.name for musician in take.musicians)
        self.duration: float | None = self._hops * HOP / RATE

    def __iter__(self) -> Iterator[tuple[Block, Frame]]:
        for hop in range(self._hops):
            yield Block(hop, self._take.sound(hop, 1)), Frame(self._take.rows[hop], self.musicians)


class Prompter:
    """Tells a renderer what the stage was told, in the same hops: changes, what hands held, masters.

    The same script gives the same pictures, bit for bit. What cannot be done any more is left out.
    """

    def __init__(self, script: Script, scene: str, musicians: tuple[str, ...], palette: str | None = None) -> None:
        """`scene`: the one that the show began with; `palette`: the one that was pinned then."""
        self.remarks = [script.remark] if script.broken else []
        """What could not be done, for the person at the desk."""
        self._lines = iter(script.lines)
        self._next = next(self._lines, None)
        self._on, self._musicians = scene, musicians
        self._master = Master(1.0, False)
        self._palette: Colors = pinned(palette)
        self._frozen, self._stood = False, 0.0
        self._left_out = 0

    def draw(self, moment: Moment, hop: int, renderer: Renderer) -> None:
        """The next picture, of when `hop` was the newest that was heard."""
        came = False
        while self._next is not None and self._next.hop <= hop:
            came |= self._obey(self._next, renderer)
            self._next = next(self._lines, None)
        renderer.brightness = self._master.step(moment.dt)
        if self._frozen:
            self._stood += moment.dt
        moment = replace(moment, time=moment.time - self._stood, palette=self._palette)
        if not self._frozen or came:  # a scene that comes meanwhile is seen once, and stands
            renderer.draw(moment)
        else:
            renderer.hear(moment)
            renderer.stand(moment.dt)

    def _obey(self, told: Told, renderer: Renderer) -> bool:
        """Do it; whether a scene came on."""
        came = told.change is not None and self._came(told.change, told.hop, renderer)
        if told.scene == self._on and renderer.scene is not None and renderer.binder is not None:
            inputs = {item.name: item for item in renderer.scene.shader.inputs}
            for name, value in told.hold.items():
                if name in inputs and _fits(inputs[name], value):
                    renderer.binder.overrides.hold({name: value})
                else:
                    self._leave_out(told.hop, f"{told.scene} has no input {name} that can be held at {value}")
            renderer.binder.overrides.release(told.release)
        for name, value in told.masters.items():
            if name == "brightness":
                self._master.brightness = float(value)
            elif name == "blackout":
                self._master.blackout = value
            elif name == "freeze":
                self._frozen = value
            else:
                self._wear(value, told.hop)
        return came

    def _came(self, change: Change, hop: int, renderer: Renderer) -> bool:
        ways = [change, replace(change, seconds=0.0)] if change.seconds > 0 else [change]
        for way in ways:  # where the transition is no more, a cut
            try:
                bring(way, self._musicians, renderer)
            except BadScene as why:
                self._leave_out(hop, str(why))
                continue
            self._on = change.scene
            return True
        return False

    def _wear(self, palette: str | None, hop: int) -> None:
        try:
            self._palette = pinned(palette)
        except MonochordError as why:
            self._leave_out(hop, str(why))

    def _leave_out(self, hop: int, why: str) -> None:
        self._left_out += 1
        if self._left_out <= _MOST_SAID:
            self.remarks.append(f"{clock(hop)} is not as it was: {why}")
        elif self._left_out == _MOST_SAID + 1:
            self.remarks.append("more is not as it was")


def _fits(item: Input, value: Held) -> bool:
    """Whether the input can be held at it: the scene may be another one by now."""
    if item.sampled:
        return False
    if item.type in PARTS:
        return isinstance(value, tuple) and len(value) == len(PARTS[item.type])
    if item.type == "long":
        return isinstance(value, int)
    return not isinstance(value, tuple)
