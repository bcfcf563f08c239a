"""The history on the graphics card: each picture of it is made, and sent its news, when a scene reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from engine.stage import gpu
from engine.stage.history import COLUMNS, NAMES, TRAILS, History

_PIECE: Final = 32  # columns that are drawn without a pause: a spectrogram's cost 1 to 2 ms
_UNSEEN: Final = -2  # the hop of a picture that was never made; −1 is before the first


class HistoryTextures:
    """What scenes read of a `History`. All methods are for the thread of the context.

    What nobody reads costs nothing, and is caught up on when somebody does.
    """

    def __init__(self, ctx: gpu.Context, history: History) -> None:
        self._ctx, self.history = ctx, history
        self._made: dict[str, gpu.Texture] = {}
        self._hops: dict[str, int] = {}

    def prepare(self, names: Iterable[str]) -> Iterator[None]:
        """Make these pictures, or bring them up to date, with pauses between pieces of the work."""
        for name in names:
            if name in TRAILS:
                while self.history.catch_up(name, _PIECE):
                    yield
            self.picture(name)

    def picture(self, name: str) -> gpu.Texture | None:
        """The picture of that name as it is now; None if the engine feeds none such."""
        if self._hops.get(name, _UNSEEN) != self.history.hop:
            if name not in NAMES:
                return None
            self._update(name)
            self._hops[name] = self.history.hop
        return self._made[name]

    def release(self) -> None:
        """Give everything back; what is read again is made again."""
        gpu.release(*self._made.values())
        self._made.clear()
        self._hops.clear()

    def _update(self, name: str) -> None:
        """Send what is new."""
        texture = self._made.get(name)
        if texture is None:
            self._made[name] = self._make(name)
        elif name in TRAILS:
            pixels = self.history.trail(name)
            for first, count in self.history.news(name):
                part = np.ascontiguousarray(pixels[:, first : first + count])
                texture.write(part, viewport=(first, 0, count, len(pixels)))
        elif name in ("waveTexture", "spectrumTexture"):
            texture.write(self.history.still(name))

    def _make(self, name: str) -> gpu.Texture:
        pixels = self.history.trail(name) if name in TRAILS else self.history.still(name)
        rows, columns, channels = pixels.shape
        printed = pixels.dtype == np.uint8
        made = gpu.texture(self._ctx, (columns, rows), channels=channels, kind="f1" if printed else "f4")
        if channels == 1:
            made.swizzle = "RRR1"  # shaders read .r, or the grey of it
        made.repeat_x = columns == COLUMNS and name in TRAILS
        made.write(np.ascontiguousarray(pixels), alignment=1)
        if printed:
            gpu.shrink_smoothly(made)
        if name in TRAILS:
            self.history.news(name)  # it is all there
        return made
