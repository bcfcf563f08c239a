"""The pictures that passes draw into: each a pair, so that a pass may read what it drew last time."""

from __future__ import annotations

from typing import Any, Final

from engine.errors import BadScene
from engine.stage import gpu
from engine.stage.source import Source

Size = tuple[int, int]
"""Width and height in pixels."""

COPY_VERTEX: Final = Source(
    """\
#version 330 core
out vec2 at;
void main() {
    at = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0;
    gl_Position = vec4(at * 2.0 - 1.0, 0.0, 1.0);
}
""",
    (),
)
"""One triangle over all of a framebuffer; `at` is 0..1 across it."""
_COPY_FRAGMENT: Final = Source(
    """\
#version 330 core
uniform sampler2D picture;
uniform float brightness;
in vec2 at;
out vec4 color;
void main() {
    vec4 seen = texture(picture, at);
    // Half way down, 8 bits show steps: noise of less than one of them hides these, and leaves black black.
    float grain = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715)))) - 0.5;
    float step = brightness > 0.0 && brightness < 1.0 ? 0.99 / 255.0 : 0.0;
    color = vec4(seen.rgb * brightness + grain * step, seen.a);
}
""",
    (),
)


class Copier:
    """Copies a picture into a framebuffer of any size, scaled to fill it, at a brightness."""

    def __init__(self, ctx: gpu.Context, fragment: Source = _COPY_FRAGMENT) -> None:
        """`fragment`: another way to copy, with a `picture` and a `brightness`; what else it asks for `program` has."""
        self.program: Any = gpu.build(ctx, COPY_VERTEX, fragment)
        self._vertices = ctx.vertex_array(self.program, [])
        self._brightness: Any = self.program["brightness"]

    def copy(self, picture: gpu.Texture, into: gpu.Framebuffer, brightness: float = 1.0) -> None:
        """Fill the viewport of `into`; `brightness` multiplies the colours, not the alpha."""
        picture.use(0)
        self._brightness.value = brightness
        into.use()
        self._vertices.render(gpu.TRIANGLE_STRIP, vertices=3)

    def release(self) -> None:
        """Give everything back."""
        gpu.release(self._vertices, self.program)


class Target:
    """One picture and its twin: drawing goes to the one while the other is read, then they change places.

    `picture` is what is read and `shown` its framebuffer; `framebuffer` is what is drawn into.
    """

    def __init__(self, ctx: gpu.Context, size: Size, float32: bool) -> None:
        """`float32`: with 32 bits a channel instead of 8. BadScene if the driver has no room for it."""
        self._ctx = ctx
        self._kind = "f4" if float32 else "f1"
        self._make(size)

    def _make(self, size: Size) -> None:
        one = gpu.texture(self._ctx, size, kind=self._kind)
        try:
            other = gpu.texture(self._ctx, size, kind=self._kind)
        except BadScene:  # it may be asked for again with every picture: what there was room for must not stay
            gpu.release(one)
            raise
        self.size, self.picture, self._other = size, one, other
        self.shown, self.framebuffer = (gpu.framebuffer(self._ctx, picture) for picture in (one, other))

    def swap(self) -> None:
        """What was just drawn is now what is read."""
        self.picture, self._other = self._other, self.picture
        self.shown, self.framebuffer = self.framebuffer, self.shown

    def clear(self) -> None:
        """Black again, as when it was made."""
        self.shown.clear()
        self.framebuffer.clear()

    def resize(self, size: Size, copier: Copier | None) -> None:
        """Take another size; with a copier the content is kept, scaled. BadScene, and no change, if it cannot."""
        if size == self.size:
            return
        old = (self.shown, self.framebuffer, self.picture, self._other)
        self._make(size)
        if copier is not None:
            copier.copy(old[2], self.framebuffer)
            self.swap()
        gpu.release(*old)

    def release(self) -> None:
        """Give everything back."""
        gpu.release(self.shown, self.framebuffer, self.picture, self._other)
