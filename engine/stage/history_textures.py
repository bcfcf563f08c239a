"""The history on the graphics card: each picture of it made when a scene first reads it, then only its news sent."""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.stage import gpu
from engine.stage.history import COLUMNS, NAMES, TRAILS, History, Pixels

_CLEAR: Final = np.zeros((1, 1, 4), np.float32)


class HistoryTextures:
    """What scenes read of a `History`. All methods are for the thread of the context."""

    def __init__(self, ctx: gpu.Context, history: History) -> None:
        self._ctx, self.history = ctx, history
        self._made: dict[str, gpu.Texture] = {}

    def send(self) -> None:
        """Bring what is read up to date; once a picture."""
        for name, texture in self._made.items():
            if name in TRAILS:
                rows = self.history.trails[name].shape[0]
                for column in self.history.written:
                    part = np.ascontiguousarray(self.history.trails[name][:, column])
                    texture.write(part, viewport=(column, 0, 1, rows))
            elif name in ("waveTexture", "spectrumTexture"):
                texture.write(self._pixels(name))
        self.history.written.clear()

    def picture(self, name: str) -> gpu.Texture | None:
        """The picture of that name, made if nobody has read it yet; None if the engine feeds none such."""
        if name not in NAMES:
            return None
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def release(self) -> None:
        gpu.release(*self._made.values())
        self._made.clear()

    def _pixels(self, name: str) -> Pixels:
        history = self.history
        still = {
            "waveTexture": history.wave,
            "spectrumTexture": history.spectrum,
            "mapDensity": history.density,
            "scorePage": _CLEAR,
        }
        return still[name] if name in still else history.trails[name]

    def _make(self, name: str) -> gpu.Texture:
        pixels = self._pixels(name)
        rows, columns, channels = pixels.shape
        made = gpu.texture(self._ctx, (columns, rows), channels=channels, kind="f4")
        if channels == 1:
            made.swizzle = "RRR1"  # shaders read .r, or the grey of it
        made.repeat_x = columns == COLUMNS and name in TRAILS
        made.write(np.ascontiguousarray(pixels))
        return made
