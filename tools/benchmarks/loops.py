"""Loops that draw a scene, of which a picture is timed: the painter's own, and one that does nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np

from engine.frame import HOP, RATE, SIGNALS, Row, blank_row
from engine.frame_ring import FrameRing
from engine.stage import gpu
from engine.stage.binder import Binder
from engine.stage.drawing import Moment
from engine.stage.glsl import corners, fragment_source, tells_passes_apart, uniform_name, vertex_source
from engine.stage.render import Renderer
from engine.stage.scene import Scene, load_scene
from engine.stage.sound_texture import WINDOW
from engine.stage.targets import Size

TINY: Final[Size] = (64, 36)
_FRESH: Final = 3  # hops between two pictures at 60 a second
_SPAN: Final = 384  # hops that are drawn before they come again

# Something on every pixel, for which a driver has little to do.
_PLAIN: Final = """
void main() {
    vec2 at = isf_FragNormCoord - 0.5;
    float rings = 0.5 + 0.5 * sin(40.0 * length(at) * (1.0 + a) - 3.0 * TIME + 6.0 * b);
    gl_FragColor = vec4(mix(tint.rgb, vec3(rings), 0.5 + 0.3 * c) * (0.4 + 0.6 * d) HEARD, 1.0);
}
"""
_HEARD: Final = "+ 0.2 * IMG_NORM_PIXEL(wave, isf_FragNormCoord).r + 0.2 * IMG_NORM_PIXEL(tones, isf_FragNormCoord).r"
_BOUND: Final = {
    "a": ("sound.level", 0.0, 1.0, ""),
    "b": ("sound.loudness", 0.0, 1.0, "attack = 0.1\nrelease = 0.5"),
    "c": ("rhythm.hits", 0.0, 1.0, 'curve = "smooth"'),
    "d": ("texture.fractal", 0.0, 1.0, "attack = 0.05\nrelease = 0.2"),
    "tint": ("sound.centroid", "#102030", "#f0c080", "attack = 0.2\nrelease = 0.4"),
}


def write_scene(folder: Path, name: str, *, heard: bool = False, still: bool = False) -> Scene:
    """A simple shader with five bindings, reading the wave and the spectrum or not.

    `still`: the bindings work, but each ends where it begins, so that any sound gives the same pictures.
    """
    inputs: list[dict[str, Any]] = [{"NAME": key, "TYPE": "color" if key == "tint" else "float"} for key in _BOUND]
    if heard:
        inputs += [{"NAME": "wave", "TYPE": "audio"}, {"NAME": "tones", "TYPE": "audioFFT"}]
    code = _PLAIN.replace("HEARD", _HEARD if heard else "")
    (folder / f"{name}.fs").write_text(f"/*{json.dumps({'INPUTS': inputs})}*/\n{code}")
    lines = [f'shader = "{name}.fs"']
    for key, (signal, low, high, more) in _BOUND.items():
        ends = json.dumps([low, low if still else high])
        lines.append(f'[bind.{key}]\nsignal = "{signal}"\nto = {ends}\n{more}')
    (folder / f"{name}.toml").write_text("\n".join(lines) + "\n")
    return load_scene(folder / f"{name}.toml")


def music() -> Row:
    """A row in which every signal is in the middle of its range."""
    row = blank_row()
    for signal in SIGNALS.values():
        row[signal.part] = sum(signal.span) / 2
    return row


class Bare:
    """The same programs drawn by moderngl and nothing else: only TIME and RENDERSIZE are set, all inputs rest."""

    def __init__(self, ctx: gpu.Context, scene: Scene, size: Size) -> None:
        shader = scene.shader
        values = Binder(scene).step(music(), 1.0)  # so that the driver has the same to do
        apart = tells_passes_apart(shader)
        self.ctx = ctx
        picture = ctx.texture(size, 4)
        self.output = ctx.framebuffer([picture])
        self._pairs: dict[str, list[Any]] = {}
        for name, step in shader.targets.items():
            variables = {"WIDTH": float(size[0]), "HEIGHT": float(size[1])}
            asked = zip((step.width, step.height), size, strict=True)
            sides = tuple(side if wanted is None else wanted.pixels(variables, 16384) for wanted, side in asked)
            textures = [ctx.texture(sides, 4, dtype="f4" if step.float32 else "f1") for _ in range(2)]
            self._pairs[name] = [(texture, ctx.framebuffer([texture])) for texture in textures]
        blank = ctx.texture((1, 1), 4)
        self._steps: list[Any] = []
        made: dict[int, Any] = {}
        for index, step in enumerate(shader.passes):
            key = index if apart else 0
            if key not in made:
                told = index if apart else None
                made[key] = gpu.build(ctx, vertex_source(shader, told), fragment_source(shader, told))
            program = made[key]
            reads = []
            for item in shader.inputs:
                uniform = program.get(uniform_name(item.name), None)
                if uniform is not None and item.sampled:
                    reads.append((None, len(reads), uniform))
                elif uniform is not None:
                    uniform.value = values[item.name]
            for name in shader.targets:
                if (uniform := program.get(uniform_name(name), None)) is not None:
                    reads.append((name, len(reads), uniform))
            for _, unit, uniform in reads:
                uniform.value = unit
            clock, pixels = program.get("TIME", None), program.get("RENDERSIZE", None)
            self._steps.append((step.target, ctx.vertex_array(program, []), clock, pixels, reads))
        self._blank, self._corners = blank, corners(shader)

    def draw(self, seconds: float) -> None:
        """One picture into `output`."""
        for target, vertices, clock, pixels, reads in self._steps:
            surface = self._pairs[target][1][1] if target else self.output
            if clock is not None:
                clock.value = seconds
            if pixels is not None:
                pixels.value = (surface.width, surface.height)
            for name, unit, _ in reads:
                (self._pairs[name][0][0] if name else self._blank).use(unit)
            surface.use()
            vertices.render(gpu.TRIANGLE_STRIP, vertices=self._corners)
            if target:
                self._pairs[target].reverse()


class Ours:
    """The painter's loop, into a framebuffer that stands for the window."""

    def __init__(self, ctx: gpu.Context, scene: Scene, size: Size, limit_flashes: bool = True) -> None:
        self._renderer = Renderer(ctx, size, limit_flashes=limit_flashes)
        self._renderer.stage(scene)
        self._window = ctx.framebuffer([ctx.texture(size, 4)])
        self._ring = FrameRing()
        rng = np.random.default_rng(0)
        row = music()
        for hop in range(2 * _SPAN):
            row[:2] = hop, hop * HOP / RATE
            self._ring.push(row, rng.normal(0, 0.1, (HOP, 2)).astype(np.float32))
        self._hops = -(-WINDOW // HOP)
        self._drawn = 0

    def draw(self, seconds: float) -> None:
        """One picture, three hops after the one before."""
        self._drawn = (self._drawn + _FRESH) % _SPAN
        back = _SPAN - self._drawn
        rows, sound = self._ring.rows(_FRESH, back), self._ring.sound(self._hops + _FRESH, back)
        moment = Moment(rows[-1], sound, seconds, 1 / 60, rows=rows)
        self._renderer.draw(moment, self._window)
