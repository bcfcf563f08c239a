"""A tune as staves for the stage: engraved, its systems laid below each other, and where on them each note stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from engine.foundation.fonts import font_for
from engine.score.engraving import ACROSS, EDGE, System, systems
from engine.score.tiles import Place, Tile, paged
from engine.score.tune import Tune
from engine.score.written import bars_of_tune, beginnings
from engine.stage.score_page import LARGEST, MOST, ScorePage

_REACH: Final = 18.0  # spacings that are looked at above and below a staff's middle line
_COARSE: Final = 4  # pixels a spacing, to see how much of that bears ink
_ROOM: Final = 1.0  # spacings of paper above and below all ink
_FINEST: Final = 32  # pixels a spacing, where there is room for them
_FULL: Final = 0.9  # of the largest picture, that the tiles fill
_HIGH: Final = 1.0  # spacings that a head is high
_TITLE: Final = 2.6  # spacings that the letters of the title are high


def engraved_page(tune: Tune, progress: Callable[[float], None] = lambda _: None) -> ScorePage:
    """The tune as staves, below its title; `progress` is told which share is drawn, for a long one takes seconds.

    MissingDriver without the extra `engraving`; ValueError where it cannot be engraved.
    """
    begins = [number for number, first in enumerate(beginnings(bars_of_tune(tune))) if first]
    lines = list(systems(_without_words(tune)))
    if len(begins) > MOST:
        lines = _shown(lines, f"n{begins[MOST - 1]}")
    above, below = _reach(lines)
    wide, tall = ACROSS + 2 * EDGE, above + below
    title = tune.title.strip()
    titled = int(bool(title) and title.isprintable() and font_for(title, 1.0) is not None)
    spacing = min(_FINEST, LARGEST / wide, LARGEST * (_FULL / (wide * tall * (len(lines) + titled))) ** 0.5)
    spacing = max(spacing, float(_COARSE))
    tiles: list[Tile] = []
    for line in lines:
        tiles.append(np.asarray(line.ink(spacing, above, below), np.float32) / np.float32(255))
        progress(len(tiles) / len(lines))
    heads = {
        head.name: ((head.x + EDGE) / wide, (below + head.y) / tall, place, head.width / wide, _HIGH / tall)
        for place, system in enumerate(lines, titled)
        for head in system.heads
    }
    missing = sum(f"n{number}" not in heads for number in begins[:MOST])
    if missing:
        raise ValueError(f"{missing} of its notes are not on the engraved page")
    places: list[Place] = [heads[f"n{number}"] for number in begins[:MOST]]
    if titled:
        tiles.insert(0, _heading(title, tiles[0].shape, spacing))
    return paged(tiles, places, tune)


def _without_words(tune: Tune) -> Tune:
    """Without title, tempo and what the letters at hand cannot write."""
    bars = tuple(bar if _written(bar.section) else replace(bar, section="") for bar in tune.bars)
    return replace(tune, bars=bars, title="", tempo=None)


def _written(text: str) -> bool:
    """Whether there is something to write, and Pillow's own letters can."""
    return bool(text.strip()) and text.isascii() and text.isprintable()


def _shown(lines: list[System], name: str) -> list[System]:
    """The lines until that with the head of that name; all where it is not."""
    last = next((line for line, system in enumerate(lines) if any(head.name == name for head in system.heads)), None)
    return lines if last is None else lines[: last + 1]


def _reach(lines: Sequence[System]) -> tuple[float, float]:
    """How many spacings above and below their middle lines there is ink, and some paper."""
    inked = np.zeros(round(2 * _REACH * _COARSE), np.bool_)
    for line in lines:
        inked |= line.ink(_COARSE, _REACH, _REACH).any(axis=1)
    there = np.flatnonzero(inked)
    return _REACH - int(there[0]) / _COARSE + _ROOM, (int(there[-1]) + 1) / _COARSE - _REACH + _ROOM


def _heading(title: str, shape: tuple[int, ...], spacing: float) -> Tile:
    """The title, in a tile of its own: as large as it may be, and low, where the music begins."""
    rows, columns = shape[:2]
    image = Image.new("L", (columns, rows))
    size = _TITLE * spacing
    font = font_for(title, size)
    if (width := font.getlength(title)) > 0.9 * columns:
        font = font_for(title, size * 0.9 * columns / width)
    ImageDraw.Draw(image).text((columns / 2, rows * 0.72), title, 255, font, anchor="ms")
    return np.asarray(image, np.float32) / np.float32(255)
