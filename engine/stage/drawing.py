"""One scene on the graphics card: its program, its targets, its bindings at work."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.errors import BadScene
from engine.frame import Row, Samples, blank_row
from engine.stage import gpu
from engine.stage.binder import Binder
from engine.stage.glsl import corners, fragment_source, uniform_name, vertex_source
from engine.stage.isf import Pass
from engine.stage.isf_inputs import STANDARD, Input, Value
from engine.stage.place import place
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
    the same file gives the same film.
    """

    row: Row = field(default_factory=blank_row)
    samples: Samples = field(default_factory=lambda: np.zeros((WINDOW, 1), dtype=np.float32))
    time: float = 0.0
    dt: float = 0.0
    date: Date = (2000.0, 1.0, 1.0, 0.0)


class Drawing:
    """A scene that can be drawn. BadScene, with file and line, if the driver will not have it.

    TIME, TIMEDELTA and FRAMEINDEX begin at 0 with its first picture.
    """

    def __init__(self, ctx: gpu.Context, copier: Copier, scene: Scene) -> None:
        shader = scene.shader
        self.scene = scene
        self._ctx, self._copier = ctx, copier
        self._largest = gpu.largest_side(ctx)
        self._program = gpu.build(ctx, vertex_source(shader), fragment_source(shader))
        self._vertices = ctx.vertex_array(self._program, [])
        self._corners = corners(shader)
        self._uniforms = _uniforms(self._program, [*STANDARD, *(i.name for i in shader.inputs if not i.sampled)])
        self._blank = gpu.texture(ctx, (1, 1))
        self._wanted = shader.targets
        self._targets: dict[str, Target] = {}
        self._sounds: dict[str, gpu.Texture] = {}
        try:
            self._units = self._assign_units()
        except BadScene:
            self.release()
            raise
        self._heard = [item for item in shader.inputs if item.type.startswith("audio") and item.name in self._units]
        self._binder = Binder(scene)
        self._first_time: float | None = None
        self._index = 0

    def restart(self) -> None:
        """Begin again, as if never drawn: the clock, the bindings, what persistent targets hold."""
        self._binder.reset()
        self._first_time = None
        self._index = 0
        gpu.release(*self._targets.values())
        self._targets = {}

    def continue_from(self, other: Drawing) -> None:
        """Take over the clock and the persistent targets of an earlier version of the same scene."""
        self._first_time, self._index = other._first_time, other._index
        for name, step in self._wanted.items():
            if step.persistent and name in other._targets and other._wanted[name].float32 == step.float32:
                gpu.release(*filter(None, [self._targets.get(name)]))
                self._targets[name] = other._targets.pop(name)

    def draw(self, moment: Moment, into: gpu.Framebuffer) -> None:
        """One picture, filling `into`."""
        values = self._binder.step(moment.row, moment.dt)
        self._fit_targets(into.size, values)
        self._set_uniforms(moment, values)
        for item in self._heard:
            self._write_sound(item.name, _sound_picture(item, moment.samples))
        for index, step in enumerate(self.scene.shader.passes):
            target = self._targets.get(step.target)
            surface = into if target is None else target.framebuffer
            self._set("PASSINDEX", index)
            self._set("RENDERSIZE", (float(surface.width), float(surface.height)))
            for name, unit in self._units.items():
                self._picture(name).use(unit)
            surface.use()
            self._vertices.render(gpu.TRIANGLE_STRIP, vertices=self._corners)
            if target is not None:
                target.swap()
        if target is not None:  # a last pass with a target is the output as well
            self._copier.copy(target.picture, into)
        self._index += 1

    def release(self) -> None:
        """Give everything back."""
        gpu.release(*self._targets.values(), *self._sounds.values(), self._blank, self._vertices, self._program)

    def _assign_units(self) -> dict[str, int]:
        """A texture unit for each picture that the program reads."""
        shader = self.scene.shader
        pictures = [item.name for item in shader.inputs if item.sampled]
        uniforms = _uniforms(self._program, [*shader.targets, *pictures, *(name for name, _ in shader.imported)])
        room = self._ctx.max_texture_units
        if len(uniforms) > room:
            raise BadScene(f"{place(shader.path)}: reads {len(uniforms)} pictures; this driver takes {room}")
        for unit, uniform in enumerate(uniforms.values()):
            uniform.value = unit
        return {name: unit for unit, name in enumerate(uniforms)}

    def _picture(self, name: str) -> gpu.Texture:
        """What a pass reads under that name: a target as it is now, sound, black for what nothing feeds."""
        target = self._targets.get(name)
        return target.picture if target is not None else self._sounds.get(name, self._blank)

    def _fit_targets(self, size: Size, values: Mapping[str, Value]) -> None:
        """Make the targets, or bring them to the size that they should have now."""
        if not self._wanted:
            return
        variables = {name: float(value) for name, value in values.items() if not isinstance(value, tuple)}
        variables |= {"WIDTH": float(size[0]), "HEIGHT": float(size[1])}
        for name, step in self._wanted.items():
            wanted = self._size(step, size, variables)
            if name in self._targets:
                self._targets[name].resize(wanted, self._copier if step.persistent else None)
            else:
                self._targets[name] = Target(self._ctx, wanted, step.float32)

    def _size(self, step: Pass, size: Size, variables: Mapping[str, float]) -> Size:
        width = size[0] if step.width is None else step.width.pixels(variables, self._largest)
        height = size[1] if step.height is None else step.height.pixels(variables, self._largest)
        return width, height

    def _set_uniforms(self, moment: Moment, values: Mapping[str, Value]) -> None:
        """What stays the same in all passes of a picture."""
        time = moment.time if math.isfinite(moment.time) else 0.0
        if self._first_time is None:
            self._first_time = time
        self._set("TIME", max(0.0, time - self._first_time))
        self._set("TIMEDELTA", moment.dt if self._index and math.isfinite(moment.dt) else 0.0)
        self._set("DATE", moment.date)
        self._set("FRAMEINDEX", self._index)
        for name, value in values.items():
            self._set(name, value)

    def _set(self, name: str, value: Value) -> None:
        uniform = self._uniforms.get(name)
        if uniform is not None:
            uniform.value = value

    def _write_sound(self, name: str, picture: Picture) -> None:
        rows, columns = picture.shape
        held = self._sounds.get(name)
        if held is None or held.size != (columns, rows):
            gpu.release(*filter(None, [held]))
            held = self._sounds[name] = gpu.texture(self._ctx, (columns, rows), channels=1, kind="f4")
            held.swizzle = "RRR1"  # shaders read .r, or the grey of it
        held.write(np.ascontiguousarray(picture))


def _sound_picture(item: Input, samples: Samples) -> Picture:
    """The wave or the spectrum, in as many columns as the shader asks for with MAX."""
    columns = max(1, int(item.maximum)) if isinstance(item.maximum, (int, float)) else COLUMNS
    return wave(samples, columns) if item.type == "audio" else spectrum(samples, columns)


def _uniforms(program: gpu.Program, names: list[str]) -> dict[str, Any]:
    """The uniforms of these names that the compiler has kept."""
    found = {name: program.get(uniform_name(name), None) for name in names}
    return {name: uniform for name, uniform in found.items() if uniform is not None}
