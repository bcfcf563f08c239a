"""The sheet of one scene: a row a music, its stills side by side, and beneath them the signals that drive it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from engine.stage.binding import Binding
from engine.stage.scene import Scene
from engine.stage.sheet import GROUND, INK, QUIET, Pixels, cut_to_fit, save_sheet

_LANE: Final = (24, 24, 27)
_MARK: Final = (70, 66, 60)
_CURVE: Final = (201, 160, 78)
_GAP: Final = 6  # pixels between stills
_HEIGHT: Final = 15  # pixels of a lane
_NAMES: Final = 190  # pixels that the names beside the lanes take
_MOST: Final = 10  # lanes


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One music: its stills, the seconds at which they are, and its `lanes` (how high, 0..1, at every picture)."""

    name: str
    seconds: float
    stills: Sequence[Pixels]
    at: Sequence[float]
    lanes: Sequence[NDArray[np.float64]]


def driving(scene: Scene) -> list[Binding]:
    """The bindings that move a scene, one a signal, no more than can be shown."""
    return list({one.column: one for one in reversed(scene.bindings)}.values())[::-1][:_MOST]


def lane(binding: Binding, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """A signal within the range in which the scene hears it, 0..1; of a counter, 1 where it has counted."""
    if binding.signal.counts:
        return (np.diff(values, prepend=values[:1]) > 0).astype(float)
    low, high = binding.source
    within: NDArray[np.float64] = np.clip(np.nan_to_num((values - low) / (high - low)), 0.0, 1.0)
    return within


def write_scene_sheet(path: Path, scene: Scene, rows: Sequence[Row]) -> None:
    """Write the sheet of a scene; it appears when it is whole. BadFile, in one line, if it cannot be written."""
    save_sheet(path, _drawn(scene, rows))


def _drawn(scene: Scene, rows: Sequence[Row]) -> Image.Image:
    names = [one.signal.name for one in driving(scene)]
    height, width = rows[0].stills[0].shape[:2]
    across = max(max(len(row.stills) for row in rows) * (width + _GAP) - _GAP, 640)
    letters, small = ImageFont.load_default(15), ImageFont.load_default(10)
    each = 22 + height + _GAP + len(names) * (_HEIGHT + 2) + 3 * _GAP
    sheet = Image.new("RGB", (across + 4 * _GAP, 64 + len(rows) * each), GROUND)
    pen = ImageDraw.Draw(sheet)
    left = 2 * _GAP
    worn = f" · {scene.palette_name}" if scene.palette_name else ""
    pen.text((left, 10), f"{scene.name}{worn}", fill=INK, font=letters)
    pen.text((left, 34), cut_to_fit(pen, scene.shader.description, small, across), fill=QUIET, font=small)
    for index, row in enumerate(rows):
        top = 60 + index * each
        pen.text((left, top), row.name, fill=INK, font=letters)
        for column, still in enumerate(row.stills):
            at = left + column * (width + _GAP), top + 22
            sheet.paste(Image.fromarray(np.ascontiguousarray(still[:, :, :3])), at)
            said = f"{row.at[column]:.1f} s"
            pen.text((at[0] + width - pen.textlength(said, font=small), top + 6), said, fill=QUIET, font=small)
        _draw_lanes(pen, row, names, (left, top + 22 + height + _GAP, across), small)
    return sheet


def _draw_lanes(
    pen: ImageDraw.ImageDraw, row: Row, names: Sequence[str], place: tuple[int, int, int], letters: Any
) -> None:
    """Each signal as a curve from left to right; where stills were taken a line goes down."""
    left, top, across = place
    begin, room = left + _NAMES, across - _NAMES
    for number, (name, values) in enumerate(zip(names, row.lanes, strict=True)):
        y = top + number * (_HEIGHT + 2)
        pen.rectangle((begin, y, begin + room - 1, y + _HEIGHT - 1), fill=_LANE)
        for second in row.at:
            x = begin + second / row.seconds * room
            pen.line((x, y, x, y + _HEIGHT - 1), fill=_MARK)
        columns = np.array_split(values, room) if len(values) >= room else None
        seen = np.array([part.max() for part in columns]) if columns else values
        xs = begin + np.arange(len(seen)) * (room / len(seen))
        ys = y + (_HEIGHT - 2) * (1.0 - seen) + 0.5
        pen.line([(float(x), float(y)) for x, y in zip(xs, ys, strict=True)], fill=_CURVE)
        pen.text((left, y + 1), cut_to_fit(pen, name, letters, _NAMES - 50), fill=QUIET, font=letters)
        said = f"{values.mean():.2f}"
        pen.text((begin - 8 - pen.textlength(said, font=letters), y + 1), said, fill=QUIET, font=letters)
