"""The code on the wall: a card with a QR code, laid softly over the picture so that the audience's phones can read it.

It lies over what has left the flash limiter, comes and goes within FADE seconds, and obeys the master as the picture
does. It is not part of the art: films and takes have none.
"""

from __future__ import annotations

import logging
import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadScene
from engine.stage import gpu
from engine.stage.qr_cells import qr_cells
from engine.stage.source import Source
from engine.stage.targets import Copier, Size, Target

FADE: Final = 1.5
"""Seconds in which the card comes, and in which it goes."""
SHARE: Final = 0.26
"""Of the picture's height that the card takes at least."""
_WIDEST: Final = 0.45  # of the picture's width that it takes at most: tall pictures
_MARGIN: Final = 0.04  # of the height that it keeps from the edges
_QUIET: Final = 4  # light cells around the code, as its standard asks for

_LAY: Final = Source(
    """\
#version 330 core
uniform sampler2D picture;
uniform sampler2D code;
uniform float brightness;
uniform float master;
uniform float shown;
uniform vec3 card;          // its corner at the left foot and its side, in pixels
uniform float cells;
in vec2 at;
out vec4 color;
const vec3 PAPER = vec3(0.84, 0.82, 0.77);   // a white wall would blind the players
const vec3 INK = vec3(0.05, 0.05, 0.06);
void main() {
    vec4 seen = texture(picture, at);
    vec3 under = seen.rgb * brightness;
    vec2 spot = (gl_FragCoord.xy - card.xy) / card.z;
    if (min(spot.x, spot.y) >= 0.0 && max(spot.x, spot.y) < 1.0) {
        float dark = texelFetch(code, ivec2(spot * cells), 0).r;
        under = mix(under, mix(PAPER, INK, dark) * master, shown);
    }
    color = vec4(under, seen.a);
}
""",
    (),
)

_log = logging.getLogger(__name__)


class CodeCard:
    """Lays a code over pictures. `step` once a picture; `laid` gives what is then to be shown."""

    def __init__(self, ctx: gpu.Context) -> None:
        self._ctx = ctx
        self._wanted: NDArray[np.uint8] | None = None
        self._cells: NDArray[np.uint8] | None = None
        self._share = 0.0
        self._made: tuple[Copier, gpu.Texture] | None = None
        self._pair: Target | None = None

    @property
    def seen(self) -> bool:
        """Whether anything of it is to be seen."""
        return self._share > 0.0 and self._cells is not None

    def show(self, code: tuple[int, str] | None) -> None:
        """Let this code come, or the card go: cells a side, and all of them as the bits of a hex number, 1 dark.

        What makes no code is none.
        """
        wanted = None if code is None else qr_cells(*code, _QUIET)
        again = wanted is not None and self._cells is not None and np.array_equal(wanted, self._cells)
        self._wanted = self._cells if again else wanted

    def step(self, dt: float) -> None:
        """Let `dt` seconds pass. Another code comes when the one before has gone."""
        if self._share == 0.0 and self._cells is not self._wanted:
            self._cells = self._wanted
            self.release()
        coming = self._cells is not None and self._cells is self._wanted
        way = dt / FADE if math.isfinite(dt) and dt > 0 else 0.0
        self._share = min(self._share + way, 1.0) if coming else max(self._share - way, 0.0)

    def laid(self, picture: gpu.Texture, brightness: float, master: float, size: Size) -> Target | None:
        """The picture with the card on it; None where there is no card, or no room for it.

        `brightness`: what the picture is still to be multiplied with; `master`: what the card is. Where the driver has
        no room the card goes for good: the picture is what people came for.
        """
        place = None if self._cells is None or not self.seen else card_place(size, len(self._cells))
        if place is None:
            return None
        try:
            copier, code, pair = self._ready(size)
        except BadScene as why:
            _log.error("the code cannot be shown: %s", why)
            self.release()
            self._wanted, self._cells, self._share = None, None, 0.0
            return None
        program: Any = copier.program
        program["picture"].value, program["code"].value = 0, 1
        program["card"].value = tuple(map(float, place))
        program["cells"].value = float(code.size[0])
        program["master"].value = master
        program["shown"].value = self._share * self._share * (3.0 - 2.0 * self._share)
        code.use(1)
        copier.copy(picture, pair.framebuffer, brightness)
        pair.swap()
        return pair

    def _ready(self, size: Size) -> tuple[Copier, gpu.Texture, Target]:
        """What lays it, the code as a texture, and what it is laid into; made when they are needed."""
        if self._pair is None:
            self._pair = Target(self._ctx, size, float32=False)
        self._pair.resize(size, None)
        if self._made is None:
            assert self._cells is not None
            texture = gpu.texture(self._ctx, (len(self._cells), len(self._cells)), channels=1)
            texture.write(np.ascontiguousarray(self._cells[::-1]).tobytes(), alignment=1)
            self._made = Copier(self._ctx, _LAY), texture
        return *self._made, self._pair

    def release(self) -> None:
        """Give everything back."""
        gpu.release(*(self._made or ()), *filter(None, [self._pair]))
        self._made = self._pair = None


def card_place(size: Size, count: int) -> tuple[int, int, int] | None:
    """Where a card of so many cells lies, in the right lower corner: its left, foot and side in pixels.

    A cell has whole ones. None where the picture has no room for it.
    """
    width, height = size
    cell = math.ceil(SHARE * height / count)
    if cell * count > _WIDEST * width:
        cell = int(_WIDEST * width / count)
    side, margin = cell * count, round(_MARGIN * height)
    if cell < 1 or side + 2 * margin > height:
        return None
    return width - margin - side, margin, side
