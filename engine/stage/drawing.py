"""One scene on the graphics card: its programs, its targets, its bindings at work, and the moment that it draws."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadScene
from engine.frame import ROW, Row, Samples, blank_row
from engine.stage import gpu
from engine.stage.binder import Binder, Heard
from engine.stage.brought import Brought
from engine.stage.glsl import heads
from engine.stage.history import NAMES
from engine.stage.history_textures import HistoryTextures
from engine.stage.isf import Pass
from engine.stage.isf_inputs import Input, Value
from engine.stage.palette import Colors
from engine.stage.pieces import at_once
from engine.stage.place import place
from engine.stage.program import Program, programs
from engine.stage.scene import Scene
from engine.stage.sound_texture import COLUMNS, WINDOW, Picture, spectrum, wave
from engine.stage.targets import Copier, Size, Target

Date = tuple[float, float, float, float]
"""Year, month, day, seconds since midnight."""


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """All that one picture is drawn from.

    `row`: a frame's. `samples`: the newest 2048 or more, (n, channels). `time`: seconds on the stage's clock.
    `dt`: seconds since the last picture. `date`: the wall's on stage; in a rehearsal it stands still, so that
    the same file gives the same film. `rows` (n, row): the hops since the last picture, `row` the last of them;
    then `samples` reaches that much further back. `palette`: the colours by role that somebody has pinned, worn by
    every scene in the place of its own; empty where each wears its own.
    """

    row: Row = field(default_factory=blank_row)
    samples: Samples = field(default_factory=lambda: np.zeros((WINDOW, 1), dtype=np.float32))
    time: float = 0.0
    dt: float = 0.0
    date: Date = (2000.0, 1.0, 1.0, 0.0)
    rows: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, ROW)))
    palette: Colors = field(default_factory=lambda: MappingProxyType({}))


_NO_PICTURES: Final[Mapping[str, gpu.Texture]] = MappingProxyType({})
_LAST_PICTURE: Final = 2**30  # to which FRAMEINDEX may be pushed: an int of a graphics card holds twice as much
_NO_VALUES: Final[Mapping[str, Value]] = MappingProxyType({})


class Drawing:
    """A scene that can be drawn. BadScene, with file and line, if the driver will not have it.

    TIME, TIMEDELTA and FRAMEINDEX begin at 0 with its first picture.
    """

    def __init__(self, ctx: gpu.Context, copier: Copier, scene: Scene, made: list[Program] | None = None) -> None:
        """`made`: its programs, where they were compiled already; they belong to it from now on."""
        shader = scene.shader
        self.scene, self.where = scene, place(scene.path)
        self._ctx, self._copier = ctx, copier
        self._largest = gpu.largest_side(ctx)
        self._programs = made or at_once(programs(ctx, shader))
        self._distinct = list(dict.fromkeys(self._programs))
        self._blank = gpu.texture(ctx, (1, 1))
        self._wanted = shader.targets
        sides = [side for step in self._wanted.values() for side in (step.width, step.height) if side is not None]
        self._size_names = sorted({name for side in sides for name in side.names} - {"WIDTH", "HEIGHT"})
        self._sized_by: tuple[object, ...] = ()
        self._targets: dict[str, Target] = {}
        self._sounds: dict[str, gpu.Texture] = {}
        read = {name for program in self._distinct for name in program.units}
        self._heard = [item for item in shader.inputs if item.type.startswith("audio") and item.name in read]
        self._others: dict[str, Drawing] = {}
        self._other_pictures: dict[str, Target] = {}
        try:
            for name, given in scene.images.items():
                if isinstance(given, Scene) and name in read:
                    self._others[name] = Drawing(ctx, copier, given)
            self._brought = Brought(ctx, scene, read)  # last: it gives back by itself what it has made in vain
        except BadScene:
            gpu.release(*self._others.values(), self._blank, *self._distinct)
            raise
        self._heads = heads(shader).values()
        self._pictures = _NO_PICTURES
        self._history: HistoryTextures | None = None
        self._binder = Binder(scene)
        self.camera = _NO_VALUES
        """What its camera is told, as `views.told` has it; without it, it sees the flat picture."""
        self._first_time: float | None = None
        self._index = 0

    @property
    def heard_names(self) -> set[str]:
        """The pictures of what was heard that it may read."""
        given = self.scene.images
        read = {name for program in self._distinct for name in program.units}
        names = {shown if isinstance(shown := given.get(name, name), str) else "" for name in read}
        return names.intersection(NAMES).union(*(other.heard_names for other in self._others.values()))

    @property
    def binder(self) -> Binder:
        """What gives its controls their values."""
        return self._binder

    def restart(self) -> None:
        """Begin again, as if never drawn: the clock, the bindings, what persistent targets hold."""
        self._binder.reset()
        self._first_time = None
        self._index = 0
        for target in self._targets.values():
            target.clear()
        self._brought.restart()
        for other in self._others.values():
            other.restart()

    def clocks(self, time: float) -> list[float]:
        """TIME at this time of the stage's clock, FRAMEINDEX, and the running totals of its bindings."""
        begun = time if self._first_time is None else self._first_time
        return [time - begun, float(self._index), *self._binder.runs]

    def push_clocks(self, more: Sequence[float]) -> None:
        """Let its clocks have gone on by so much more; in the order of `clocks`."""
        if self._first_time is None or len(more) < 2:
            return
        self._first_time -= more[0]
        self._index = min(max(self._index + round(more[1]), 1), _LAST_PICTURE)
        self._binder.push(more[2:])
        for other in self._others.values():
            other.push_clocks(more[:2])

    def continue_from(self, other: Drawing) -> None:
        """Take over the clock and the persistent targets of an earlier version of the same scene."""
        self._first_time, self._index, self._sized_by = other._first_time, other._index, ()
        self._binder.continue_from(other._binder)
        for name, step in self._wanted.items():
            if step.persistent and name in other._targets and other._wanted[name].float32 == step.float32:
                gpu.release(*filter(None, [self._targets.get(name)]))
                self._targets[name] = other._targets.pop(name)
        for name, shown in self._others.items():
            if name in other._others and other._others[name].scene.path == shown.scene.path:
                shown.continue_from(other._others[name])

    def draw(
        self,
        moment: Moment,
        into: gpu.Framebuffer,
        history: HistoryTextures | None = None,
        pictures: Mapping[str, gpu.Texture] = _NO_PICTURES,
        values: Mapping[str, Value] = _NO_VALUES,
    ) -> None:
        """One picture, filling `into`.

        `history`: what the engine's own image inputs show. `pictures`: what other image inputs show, by name.
        `values`: inputs that are told otherwise than the scene says.
        """
        for _ in self.passes(moment, into, history, pictures, values):
            pass

    def passes(
        self,
        moment: Moment,
        into: gpu.Framebuffer,
        history: HistoryTextures | None = None,
        pictures: Mapping[str, gpu.Texture] = _NO_PICTURES,
        values: Mapping[str, Value] = _NO_VALUES,
    ) -> Iterator[None]:
        """The same, with a pause after each pass."""
        self._history, self._pictures = history, pictures
        values = {**self._binder.step(moment.row, moment.dt, moment.palette), **values}
        self._fit_targets(into.size, values)
        told = {**values, **self._clock(moment), **self.camera}
        if history is not None:
            told |= dict.fromkeys(self._heads, history.history.head)
        for program in self._distinct:
            program.tell(told)
        for item in self._heard:
            self._write_sound(item.name, _sound_picture(item, moment.samples))
        self._brought.step(moment.samples, moment.dt)
        for name, other in self._others.items():
            yield from self._draw_other(name, other, moment, into.size)
        for index, (step, program) in enumerate(zip(self.scene.shader.passes, self._programs, strict=True)):
            target = self._targets.get(step.target)
            surface = into if target is None else target.framebuffer
            program.tell({"PASSINDEX": index, "RENDERSIZE": (float(surface.width), float(surface.height))})
            for name, unit in program.units.items():
                self._picture(name).use(unit)
            program.draw(surface)
            if target is not None:
                target.swap()
            yield
        if target is not None:  # a last pass with a target is the output as well
            self._copier.copy(target.picture, into)
        self._index += 1

    def resume(self, index: int, heard: Heard) -> None:
        """Go on where another drawing of the same scene was, which began at time 0: its next picture is `index`."""
        self._first_time, self._index = 0.0, index
        self._binder.resume(heard)

    def pass_by(self, moment: Moment) -> None:
        """Let a picture pass undrawn: what is bound follows, and the clock goes on."""
        self._binder.step(moment.row, moment.dt, moment.palette)
        self._clock(moment)
        self._index += 1

    def release(self) -> None:
        """Give everything back."""
        gpu.release(*self._targets.values(), *self._sounds.values(), self._blank, *self._distinct)
        gpu.release(self._brought, *self._others.values(), *self._other_pictures.values())

    def _draw_other(self, name: str, other: Drawing, moment: Moment, size: Size) -> Iterator[None]:
        """The picture of a scene that this one reads, as large as its own."""
        target = self._other_pictures.get(name)
        if target is None:
            target = self._other_pictures[name] = Target(self._ctx, size, float32=False)
        target.resize(size, None)
        yield from other.passes(moment, target.framebuffer, self._history)
        target.swap()

    def _picture(self, name: str) -> gpu.Texture:
        """What a pass reads under that name: a target as it is now, sound, black for what nothing feeds."""
        target = self._targets.get(name)
        if target is not None:
            return target.picture
        fed = self._sounds.get(name) or self._pictures.get(name) or self._brought.picture(name)
        if fed is None and name in self._other_pictures:
            fed = self._other_pictures[name].picture
        if fed is None and self._history is not None:
            given = self.scene.images.get(name)
            fed = self._history.picture(given if isinstance(given, str) else name)
        return fed or self._blank

    def _fit_targets(self, size: Size, values: Mapping[str, Value]) -> None:
        """Make the targets, or bring them to the size that they should have now."""
        sized_by = (size, *(values[name] for name in self._size_names))
        if not self._wanted or sized_by == self._sized_by:
            return
        variables = {name: float(value) for name, value in values.items() if not isinstance(value, tuple)}
        variables |= {"WIDTH": float(size[0]), "HEIGHT": float(size[1])}
        for name, step in self._wanted.items():
            wanted = self._size(step, size, variables)
            if name in self._targets:
                self._targets[name].resize(wanted, self._copier if step.persistent else None)
            else:
                self._targets[name] = Target(self._ctx, wanted, step.float32)
        self._sized_by = sized_by

    def _size(self, step: Pass, size: Size, variables: Mapping[str, float]) -> Size:
        width = size[0] if step.width is None else step.width.pixels(variables, self._largest)
        height = size[1] if step.height is None else step.height.pixels(variables, self._largest)
        return width, height

    def _clock(self, moment: Moment) -> dict[str, Value]:
        """What ISF gives to all passes of a picture."""
        time = moment.time if math.isfinite(moment.time) else 0.0
        if self._first_time is None:
            self._first_time = time
        return {
            "TIME": max(0.0, time - self._first_time),
            "TIMEDELTA": moment.dt if self._index and math.isfinite(moment.dt) else 0.0,
            "DATE": moment.date,
            "FRAMEINDEX": self._index,
        }

    def _write_sound(self, name: str, picture: Picture) -> None:
        """Let the input of that name show this picture of sound."""
        rows, columns = picture.shape
        held = self._sounds.get(name)
        if held is None or held.size != (columns, rows):
            gpu.release(*filter(None, [held]))
            held = self._sounds[name] = gpu.texture(self._ctx, (columns, rows), channels=1, kind="f4")
            held.swizzle = "RRR1"  # shaders read .r, or the grey of it
        held.write(picture)


def _sound_picture(item: Input, samples: Samples) -> Picture:
    """The wave or the spectrum, in as many columns as the shader asks for with MAX."""
    columns = max(1, int(item.maximum)) if isinstance(item.maximum, (int, float)) else COLUMNS
    return wave(samples, columns) if item.type == "audio" else spectrum(samples, columns)
