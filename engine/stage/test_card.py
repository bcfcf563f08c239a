"""The test card: what an operator looks at while projectors are pinned, focused and blended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from engine.stage import gpu
from engine.stage.on_screen import OnScreen
from engine.stage.output import Output
from engine.stage.targets import Copier, Size

_GROUND: Final = (24, 25, 28)
_LINE: Final = (120, 122, 120)
_INK: Final = (240, 236, 226)
_SEAL: Final = (214, 74, 52)
_BARS: Final = (
    (240, 236, 226),
    (222, 190, 70),
    (70, 176, 176),
    (88, 160, 80),
    (176, 84, 150),
    (200, 60, 48),
    (52, 72, 160),
)
_CELLS: Final = 16  # across; as many down as make them square


def card(size: Size, outputs: Sequence[Output] = (Output(),)) -> NDArray[np.uint8]:
    """(height, width, 4), top row first.

    A grid of squares, a frame on the outermost pixels, a circle that must be round, greys from black to white,
    colours, and over the middle of what each output shows its number, its monitor and how many pixels it should get.
    """
    width, height = size
    picture = Image.new("RGBA", size, (*_GROUND, 255))
    pen = ImageDraw.Draw(picture)
    unit = width / _CELLS
    thin = max(1, round(width / 960))
    for k in range(1, _CELLS):
        pen.line((k * unit, 0, k * unit, height), fill=_LINE, width=thin)
    middle, rows = height / 2, int(height / unit / 2) + 1
    for k in range(-rows, rows + 1):
        pen.line((0, middle + k * unit, width, middle + k * unit), fill=_LINE, width=thin)
    pen.line((0, 0, width, height), fill=_LINE, width=thin)
    pen.line((0, height, width, 0), fill=_LINE, width=thin)
    radius = min(width, height) * 0.44
    pen.ellipse(
        (width / 2 - radius, middle - radius, width / 2 + radius, middle + radius), outline=_INK, width=2 * thin
    )
    _patches(pen, width, middle + 0.20 * height, 0.09 * height, [(round(255 * k / 10),) * 3 for k in range(11)])
    _patches(pen, width, middle - 0.29 * height, 0.09 * height, list(_BARS))
    pen.rectangle((0, 0, width - 1, height - 1), outline=_INK, width=thin)
    for number, output in enumerate(outputs, 1):
        _label(pen, size, number, output, unit)
    return np.asarray(picture).copy()


class Hanging:
    """A test card on all outputs of the windows of a stage."""

    def __init__(self, surface: OnScreen) -> None:
        self._surface, self._copier = surface, Copier(surface.ctx)
        self._card: gpu.Texture | None = None

    def draw(self) -> None:
        """Show it, at the size that the outputs have now."""
        surface = self._surface
        if self._card is None or self._card.size != surface.size:
            gpu.release(*filter(None, [self._card]))
            self._card = gpu.texture(surface.ctx, surface.size)
            self._card.write(np.ascontiguousarray(card(surface.size, surface.outputs)[::-1]).tobytes())
        if surface.framebuffer is not None:
            self._copier.copy(self._card, surface.framebuffer)
        surface.project(self._card, 1.0)
        surface.show()


def _patches(
    pen: ImageDraw.ImageDraw, width: float, top: float, high: float, colors: Sequence[tuple[int, ...]]
) -> None:
    """Fields side by side over the middle third."""
    left, wide = 0.33 * width, 0.34 * width / len(colors)
    for k, color in enumerate(colors):
        pen.rectangle((left + k * wide, top, left + (k + 1) * wide, top + high), fill=color)


def _label(pen: ImageDraw.ImageDraw, size: Size, number: int, output: Output, unit: float) -> None:
    x, y, wide, high = (share * size[k % 2] for k, share in enumerate(output.part))
    center = (x + wide / 2, y + high / 2)
    letters: Any = ImageFont.load_default(max(10, round(min(wide, high) / 14)))
    name = output.monitor or "the stage"
    lines = (f"{number}", name, f"{round(wide)} x {round(high)}")
    step = letters.size * 1.3
    room = max(pen.textlength(line, font=letters) for line in lines) / 2 + letters.size
    box = (center[0] - room, center[1] - 1.6 * step, center[0] + room, center[1] + 1.6 * step)
    pen.rectangle(box, fill=_GROUND, outline=_SEAL, width=max(1, round(unit / 24)))
    for k, line in enumerate(lines):
        pen.text((center[0], center[1] + (k - 1) * step), line, fill=_INK, font=letters, anchor="mm")
