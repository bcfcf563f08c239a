"""Lines of music as tiles of one picture, and the table of their notes: a page as the stage is given it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.score.tune import Tune
from engine.stage.score_page import LARGEST, ScorePage

Tile = NDArray[np.float32]
"""(rows, columns): one line of music, 0 is paper, 1 is ink."""
Place = tuple[float, float, int, float, float]
"""A note's x, y, line, width and height: shares of the tile, y upward."""


def paged(tiles: Sequence[Tile], places: Sequence[Place], tune: Tune) -> ScorePage:
    """The page of tiles of one size, side by side where they do not fit below each other.

    `places` are those of the notes that sound, in their order, or of the first of them.
    """
    rows, columns = tiles[0].shape
    shrink = 1.0
    while (LARGEST // max(int(rows / shrink), 1)) * (LARGEST // max(int(columns / shrink), 1)) < len(tiles):
        shrink *= 1.1
    rows, columns = max(int(rows / shrink), 1), max(int(columns / shrink), 1)
    across = -(-len(tiles) // (LARGEST // rows))
    down = -(-len(tiles) // across)
    ink = np.zeros((down * rows, across * columns), np.uint8)
    for number, tile in enumerate(tiles):
        column, row = divmod(number, down)
        fitted = Image.fromarray(np.rint(255 * tile).astype(np.uint8)).resize((columns, rows), Image.Resampling.BOX)
        ink[row * rows : (row + 1) * rows, column * columns : (column + 1) * columns] = np.asarray(fitted)
    sounding = tune.sounding[: len(places)]
    notes = np.zeros((len(sounding), 8), np.float32)
    for number, (note, (x, y, line, width, height)) in enumerate(zip(sounding, places, strict=True)):
        after = sounding[number + 1].onset if number + 1 < len(sounding) else note.end
        notes[number] = x, y, line, note.certainty, width, height, float(note.onset), float(after - note.onset)
    return ScorePage(ink, len(tiles), across, notes)
