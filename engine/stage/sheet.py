"""A contact sheet: stills of scenes side by side, a row a scene, a column a moment of the music."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from engine.errors import BadFile
from engine.foundation.whole_file import whole_file

Pixels = NDArray[np.uint8]
"""A still: (height, width, 3 or 4), top row first."""

GROUND: Final = (14, 14, 16)
INK: Final = (176, 172, 164)
QUIET: Final = (112, 109, 104)
"""Red, green and blue of a sheet, of what is written on it, and of what is so small that nobody need read it."""


def write_sheet(
    path: Path,
    stills: Sequence[Sequence[Pixels]],
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
    *,
    title: str = "",
    width: int = 320,
) -> None:
    """Write the stills, `stills[row][column]`, to a PNG file, each `width` pixels wide with its caption.

    Margins and letters follow the width. The file is put in its place only when it is whole; BadFile, in one
    line, if it cannot be. ValueError for a sheet without stills.
    """
    if not stills or not all(len(row) for row in stills):
        raise ValueError("a contact sheet needs at least one still in every row")
    save_sheet(path, _drawn(stills, rows, columns, title, width))


def save_sheet(path: Path, sheet: Image.Image) -> None:
    """Write a sheet as PNG; it appears when it is whole. BadFile, in one line, if it cannot be written."""
    try:
        with whole_file(path) as part:
            sheet.save(part, format="PNG", optimize=False, compress_level=6)
    except OSError as problem:
        reason = problem.strerror or problem
        raise BadFile(f"{path}: the sheet cannot be written: {reason} (choose a folder with room)") from None


def cut_to_fit(pen: ImageDraw.ImageDraw, text: str, letters: Any, room: float) -> str:
    """The text as one line, its end … where it does not fit into `room` pixels."""
    whole = text = " ".join(text.split())
    while text and pen.textlength(whole, font=letters) > room:
        text = text[:-1]
        whole = text.rstrip() + "…"
    return whole


def _drawn(
    stills: Sequence[Sequence[Pixels]], rows: Sequence[str], columns: Sequence[str], title: str, width: int
) -> Image.Image:
    gap = max(4, width // 40)
    margin = 3 * gap
    letters = ImageFont.load_default(max(9, width // 24))
    line = round(letters.size * 1.5) if isinstance(letters, ImageFont.FreeTypeFont) else 16
    height = max(round(width * still.shape[0] / still.shape[1]) for row in stills for still in row)
    across = max(len(row) for row in stills)
    top = margin + (2 * line if title else 0) + (line if any(columns) else 0)
    step = height + gap + (line + gap // 2 if any(rows) else 0)
    sheet = Image.new(
        "RGB", (2 * margin + across * (width + gap) - gap, top + len(stills) * step - gap + margin), GROUND
    )
    pen = ImageDraw.Draw(sheet)
    if title:
        _write(pen, (margin, margin), title, INK, letters, sheet.width - 2 * margin)
    for index, caption in enumerate(columns[:across]):
        _write(pen, (margin + index * (width + gap), top - line), caption, QUIET, letters, width)
    for index, row in enumerate(stills):
        y = top + index * step
        for column, still in enumerate(row):
            sheet.paste(_fitted(still, width), (margin + column * (width + gap), y))
        if index < len(rows):
            _write(pen, (margin, y + height + gap // 2), rows[index], INK, letters, sheet.width - 2 * margin)
    return sheet


def _fitted(still: Pixels, width: int) -> Image.Image:
    """A still at the sheet's width; what alpha a shader leaves is not part of the picture."""
    image = Image.fromarray(np.ascontiguousarray(still[:, :, :3]))
    return image.resize((width, max(1, round(width * image.height / image.width))), Image.Resampling.LANCZOS)


def _write(
    pen: ImageDraw.ImageDraw, at: tuple[int, int], text: str, ink: tuple[int, ...], letters: Any, room: int
) -> None:
    pen.text(at, cut_to_fit(pen, text, letters, room), fill=ink, font=letters)
