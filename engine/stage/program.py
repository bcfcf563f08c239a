"""A shader's programs: each is the shader as the driver runs it, for one of its passes or for all of them."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from engine.errors import BadScene
from engine.stage import gpu, views
from engine.stage.glsl import corners, fragment_source, heads, tells_passes_apart, uniform_name, vertex_source
from engine.stage.isf import Shader
from engine.stage.isf_inputs import STANDARD, Value
from engine.stage.place import place


class Program:
    """A shader as the driver runs it, for the pass number `index` or, by None, for all. BadScene if it will not.

    `units`: the pictures that it reads, each with the texture unit that it is read from.
    """

    def __init__(self, ctx: gpu.Context, shader: Shader, index: int | None) -> None:
        self._program = gpu.build(ctx, vertex_source(shader, index), fragment_source(shader, index))
        self._vertices = ctx.vertex_array(self._program, [])
        self._corners = corners(shader)
        sampled = [item.name for item in shader.inputs if item.sampled]
        controls = [item.name for item in shader.inputs if not item.sampled]
        self._uniforms = self._kept([*STANDARD, *views.UNIFORMS, *controls, *heads(shader).values()])
        self._told: dict[str, Value] = {}
        pictures = self._kept([*shader.targets, *sampled, *(name for name, _ in shader.imported)])
        self.units = {name: unit for unit, name in enumerate(pictures)}
        if len(pictures) > ctx.max_texture_units:
            self.release()
            room = f"this driver takes {ctx.max_texture_units}"
            raise BadScene(f"{place(shader.path)}: reads {len(pictures)} pictures; {room}")
        for unit, uniform in enumerate(pictures.values()):
            uniform.value = unit

    def _kept(self, names: list[str]) -> dict[str, Any]:
        """The uniforms of these names that the compiler has kept."""
        found = {name: self._program.get(uniform_name(name), None) for name in names}
        return {name: uniform for name, uniform in found.items() if uniform is not None}

    def tell(self, values: Mapping[str, Value]) -> None:
        """Set what it asks for of these, where it has changed."""
        told = self._told
        for name, uniform in self._uniforms.items():
            if name in values and told.get(name) != (value := values[name]):
                uniform.value = told[name] = value

    def draw(self, surface: gpu.Framebuffer) -> None:
        """Fill the surface."""
        surface.use()
        self._vertices.render(gpu.TRIANGLE_STRIP, vertices=self._corners)

    def release(self) -> None:
        """Give everything back."""
        gpu.release(self._vertices, self._program)


def programs(ctx: gpu.Context, shader: Shader) -> Generator[None, None, list[Program]]:
    """A program for each pass, compiled for it alone where that differs; a shader of one mind has one for all.

    It pauses after each program, so that pictures can be drawn in between.
    """
    if tells_passes_apart(shader):
        made: list[Program] = []
        try:
            for index in range(len(shader.passes)):
                made.append(Program(ctx, shader, index))
                yield
            return made
        except BadScene:
            # Either it is wrong, which is said better of the whole, or a constant is too much for it: what indexes
            # an array beyond its end is refused even in a branch that is never taken.
            gpu.release(*made)
        except GeneratorExit:
            gpu.release(*made)
            raise
    return [Program(ctx, shader, None)] * len(shader.passes)
