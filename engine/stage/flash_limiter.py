"""The flash limiter, the last pass before the wall: it glances at every picture, and blends where it must."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from engine.stage import gpu
from engine.stage.flash import FlashGuard
from engine.stage.flash_count import CELLS, COLUMNS, ROWS, SETS, Cells
from engine.stage.source import Source
from engine.stage.targets import COPY_VERTEX, Size, Target

_MOST_TAPS: Final = 4  # a side of a cell: what is looked at is the same for a picture of any size
_FIRST_STEP: Final = 1 / 60  # seconds that a picture stands for which no time has passed

# Linear light by a cubic that is within 0.004 of sRGB's own curve.
_PROBE: Final = Source(
    """\
#version 330 core
uniform sampler2D picture;
uniform float brightness;
uniform vec2 cells;
uniform ivec2 taps;
out vec4 color;
vec3 light(vec3 coded) {
    vec3 c = clamp(coded * brightness, 0.0, 1.0);
    return c * (c * (c * 0.305306011 + 0.682171111) + 0.012522878);
}
void main() {
    float kind = floor(gl_FragCoord.y / cells.y);
    vec2 corner = floor(gl_FragCoord.xy) - vec2(0.0, kind * cells.y);
    vec3 c = vec3(0.0);
    if (kind < 0.5) {
        for (int y = 0; y < taps.y; y++)
            for (int x = 0; x < taps.x; x++)
                c += light(textureLod(picture, (corner + (vec2(x, y) + 0.5) / vec2(taps)) / cells, 0.0).rgb);
        c /= float(taps.x * taps.y);
    } else {
        // A pixel of the cell: another in each, so that no pattern hides between them.
        vec2 inside = fract(vec2(0.754877666, 0.569840291) * dot(vec3(corner, kind), vec3(1.0, 37.0, 677.0)));
        c = light(texelFetch(picture, ivec2((corner + inside) / cells * vec2(textureSize(picture, 0))), 0).rgb);
    }
    color = vec4(dot(c, vec3(0.2126, 0.7152, 0.0722)), c.r - c.g - c.b, c.r, c.r + c.g + c.b);
}
""",
    (),
)
_BLEND: Final = Source(
    """\
#version 330 core
uniform sampler2D before;
uniform sampler2D picture;
uniform sampler2D share;
uniform vec2 brightness;
uniform float number;
in vec2 at;
out vec4 color;
vec3 linear(vec3 c) { return mix(pow((c + 0.055) / 1.055, vec3(2.4)), c / 12.92, lessThanEqual(c, vec3(0.04045))); }
vec3 coded(vec3 c) {
    return mix(1.055 * pow(c, vec3(1.0 / 2.4)) - 0.055, c * 12.92, lessThanEqual(c, vec3(0.0031308)));
}
void main() {
    vec3 old = clamp(texture(before, at).rgb * brightness.x, 0.0, 1.0);
    vec4 seen = texture(picture, at);
    vec3 new = clamp(seen.rgb * brightness.y, 0.0, 1.0);
    float far = texture(share, at).r;
    // Steps smaller than 8 bits can hold arrive all the same: as a grain that is right in the mean.
    vec2 spot = gl_FragCoord.xy + 5.588238 * number;
    float grain = fract(52.9829189 * fract(dot(spot, vec2(0.06711056, 0.00583715)))) - 0.5;
    vec3 mixed = coded(mix(linear(old), linear(new), far)) + grain * 0.99 / 255.0;
    color = vec4(far <= 0.0 ? old : far >= 1.0 ? new : mixed, seen.a);
}
""",
    (),
)


class FlashLimiter:
    """Looks at each picture and, where it must, shows another in its place: `limited`, with the master in it.

    `guard` says how much is held back.
    """

    def __init__(self, ctx: gpu.Context, size: Size) -> None:
        self._ctx = ctx
        self.guard = FlashGuard()
        self._small = gpu.texture(ctx, (COLUMNS, SETS * ROWS), kind="f4")
        self._glance = gpu.framebuffer(ctx, self._small)
        self._share = gpu.texture(ctx, (COLUMNS, ROWS), channels=1, kind="f4")
        self._probe, self._blend = (gpu.build(ctx, COPY_VERTEX, source) for source in (_PROBE, _BLEND))
        self._looking, self._blending = (ctx.vertex_array(program, []) for program in (self._probe, self._blend))
        for unit, name in enumerate(("before", "picture", "share")):
            self._uniform(self._blend, name).value = unit
        self._uniform(self._probe, "cells").value = (float(COLUMNS), float(ROWS))
        self._seen_by = self._uniform(self._probe, "brightness")
        self._pair = Target(ctx, size, float32=False)
        self._read = np.zeros((SETS * CELLS, 4), np.float32)
        self._last: tuple[gpu.Texture, float] | None = None
        self._number = 0
        self._fit(size)
        self.limited: Target | None = None

    def resize(self, size: Size, last: gpu.Texture, copier: Any) -> None:
        """Follow the picture's size; `last` is the last picture as it is now."""
        self._pair.resize(size, copier)
        self._fit(size)
        if self._last is not None:
            self._last = (last, self._last[1])

    def step(self, picture: gpu.Texture, brightness: float, dt: float) -> None:
        """Look at a picture that is about to be shown at this brightness, `dt` seconds after the one before.

        `limited` is then what must be shown instead; None where the picture itself may be.
        """
        seen = self._look(picture, brightness)
        share = self.guard.step(seen, dt if dt > 0 else _FIRST_STEP, blackout=brightness <= 0.0)
        before = (self._pair.picture, 1.0) if self.limited is not None else self._last
        self._last = (picture, brightness)
        if share is None or before is None:
            self.limited = None
            return
        self._share.write(share.tobytes())
        self._number = (self._number + 1) % 64
        self._uniform(self._blend, "brightness").value = (before[1], brightness)
        self._uniform(self._blend, "number").value = float(self._number)
        for unit, texture in enumerate((before[0], picture, self._share)):
            texture.use(unit)
        self._pair.framebuffer.use()
        self._blending.render(gpu.TRIANGLE_STRIP, vertices=3)
        self._pair.swap()
        self.limited = self._pair

    def _look(self, picture: gpu.Texture, brightness: float) -> Cells:
        """What is seen of all cells."""
        self._seen_by.value = brightness
        picture.use(0)
        self._glance.use()
        self._looking.render(gpu.TRIANGLE_STRIP, vertices=3)
        gpu.wait(self._ctx)
        self._glance.read_into(self._read, components=4, dtype="f4")
        return np.ascontiguousarray(self._read.T)

    def _fit(self, size: Size) -> None:
        """Look at every second pixel of a cell's side, as far as four."""
        taps = (
            min(max(-(-side // (2 * cells)), 1), _MOST_TAPS) for side, cells in zip(size, (COLUMNS, ROWS), strict=True)
        )
        self._uniform(self._probe, "taps").value = tuple(taps)

    @staticmethod
    def _uniform(program: gpu.Program, name: str) -> Any:
        return program[name]

    def report(self) -> str | None:
        """What has been held back, in a line; None for nothing."""
        if self.guard.seconds == 0:
            return None
        held = f"the flash limiter held back up to {self.guard.most:.0%} of the picture"
        return f"it flashes too fast for {self.guard.seconds:.1f} s: {held}"

    def release(self) -> None:
        """Give everything back."""
        gpu.release(self._glance, self._small, self._share, self._pair, self._looking, self._blending)
        gpu.release(self._probe, self._blend)
