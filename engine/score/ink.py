"""How much ink lies on each point of a page, whatever light it was photographed in."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PIL import Image

from engine.score.picture import Grey

Ink = NDArray[np.float32]
"""(height, width), top row first: 0 is paper, 1 is ink."""

_TILES: Final = 64  # along the longer side; in each the paper's brightness is taken
_SMALLEST: Final = 12  # pixels of a tile: it must reach beyond a note's head
_PAPER: Final = 0.85  # quantile of a tile's pixels that is paper
_DARKEST: Final = 0.25  # of the brightest paper: what is darker is no paper but a table, or a deep shadow
_INKED: Final = 0.7  # of the paper's brightness: what is darker bears ink
_FULL: Final = 0.1  # quantile of the inked that is black
_PALEST: Final = 0.75  # of the paper's brightness: the palest black that ink may have


def shrunk(ink: Ink, scale: float) -> Ink:
    """The same in fewer pixels, each the mean of those that it stands for; itself where `scale` is 1 or more."""
    if scale >= 1:
        return ink
    height, width = ink.shape
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    return np.asarray(Image.fromarray(ink).resize(size, Image.Resampling.BOX))


def ink_of(grey: Grey) -> Ink:
    """Ink on paper from brightness. Paper is measured in every part of the page, so that a shadow is none."""
    height, width = grey.shape
    tile = max(max(height, width) // _TILES, _SMALLEST)
    rows, columns = max(height // tile, 1), max(width // tile, 1)
    tall, wide = height // rows, width // columns
    tiles = grey[: rows * tall, : columns * wide].reshape(rows, tall, columns, wide).swapaxes(1, 2)
    thinned = tiles[:, :, :: max(tall // 12, 1), :: max(wide // 12, 1)].reshape(rows, columns, -1)
    bright = np.quantile(thinned, _PAPER, axis=2)
    # A tile full of beams is darker than its paper: its neighbours know better.
    around = sliding_window_view(np.pad(bright, 1, mode="edge"), (3, 3)).reshape(rows, columns, 9)
    smooth = np.quantile(around, 0.7, axis=2)
    smooth = np.maximum(smooth, _DARKEST * float(smooth.max())).astype(np.float32)
    paper = np.asarray(Image.fromarray(smooth).resize((width, height), Image.Resampling.BICUBIC))
    shade = np.asarray(grey / np.maximum(paper, np.float32(1e-3)), dtype=np.float32)
    inked = shade[shade < _INKED]
    black = min(float(np.quantile(inked[:: max(inked.size >> 18, 1)], _FULL)), _PALEST) if inked.size else 0.0
    return np.asarray(np.clip((1 - shade) / np.float32(1 - black), 0, 1), dtype=np.float32)
