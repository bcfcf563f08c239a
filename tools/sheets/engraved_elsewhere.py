"""LilyPond and MuseScore at work: staves and pages for judging only, never for learning."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sheets.as_lilypond import as_lilypond
from sheets.as_musicxml import as_musicxml
from sheets.phrases import Phrase
from sheets.staff_shards import HEIGHT, MIDDLE, SPACING

_BELOW: Final = 9
"""Spacings under a staff where nothing of it can be."""
_SHARP: Final = 1.5
"""As many pixels as needed are drawn, and half as many more."""


def by_lilypond(phrases: list[Phrase], folder: Path, paged: bool = False, dpi: int = 0) -> list[Path | None]:
    """A picture of each in `folder`, one long line or one page; None where there is none, or more than a page."""
    text = '\\version "2.22.0"\n' + "\n".join(as_lilypond(phrase, paged) for phrase in phrases)
    (folder / "all.ly").write_text(text, encoding="utf-8")
    dots = dpi or round(72.27 / 5 * SPACING * _SHARP)
    order = ["lilypond", "-s", "--png", f"-dresolution={dots}", "-o", "all", "all.ly"]
    subprocess.run(order, cwd=folder, capture_output=True)
    names = (f"all-{number}.png" if number else "all.png" for number in range(len(phrases)))
    return [folder / name if (folder / name).exists() else None for name in names]


def by_musescore(phrases: list[Phrase], folder: Path, paged: bool = False, dpi: int = 0) -> list[Path | None]:
    """A picture of each in `folder`, one page of A4; None where there is none, or more than a page."""
    jobs = []
    for number, phrase in enumerate(phrases):
        (folder / f"{number}.musicxml").write_text(as_musicxml(phrase), encoding="utf-8")
        jobs.append(f'{{"in": "{number}.musicxml", "out": "{number}.png"}}')
    (folder / "jobs.json").write_text(f"[{','.join(jobs)}]", encoding="utf-8")
    dots = dpi or round(25.4 / 1.75 * SPACING * _SHARP)
    offscreen = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run(["musescore3", "-j", "jobs.json", "-r", str(dots)], cwd=folder, capture_output=True, env=offscreen)
    found = []
    for number in range(len(phrases)):
        first, second = folder / f"{number}-1.png", folder / f"{number}-2.png"
        found.append(first if first.exists() and not second.exists() else None)
    return found


ENGRAVERS: Final = {"lilypond": by_lilypond, "musescore": by_musescore}


def staves_of(engraver: str, phrases: list[Phrase]) -> Iterator[NDArray[np.uint8] | None]:
    """Their staves as tools/sheets/staff_shards.py stores them; None where not exactly one is found."""
    with tempfile.TemporaryDirectory() as name:
        for path in ENGRAVERS[engraver](phrases, Path(name)):
            yield staff_of_picture(path) if path is not None else None


def staff_of_picture(path: Path) -> NDArray[np.uint8] | None:
    """The one staff of a clean picture, (HEIGHT, width); None unless five level lines are found."""
    ink = 255 - np.asarray(on_paper(path), np.float32)
    columns = np.flatnonzero(ink.max(axis=0) > 100)
    if not columns.size:
        return None
    length = columns[-1] - columns[0]
    rows = np.flatnonzero((ink > 100).sum(axis=1) > 0.8 * length)
    lines = [float(group.mean()) + 0.5 for group in np.split(rows, np.flatnonzero(np.diff(rows) > 2) + 1) if group.size]
    if len(lines) != 5:
        return None
    spacing = (lines[4] - lines[0]) / 4
    if (ink[int(lines[4] + _BELOW * spacing) :] > 100).any():
        return None  # a second line of music
    zoom = SPACING / spacing
    left, right = columns[0] - 2 * spacing, columns[-1] + 2 * spacing
    box = (left, lines[2] - MIDDLE / zoom, right, lines[2] + (HEIGHT - MIDDLE) / zoom)
    margin = int(max(0, -box[0], -box[1], box[2] - ink.shape[1], box[3] - ink.shape[0])) + 2
    padded = Image.fromarray(np.pad(ink, margin))
    size = (round((right - left) * zoom), HEIGHT)
    cut = padded.resize(size, Image.Resampling.BOX, tuple(v + margin for v in box))
    return np.clip(np.asarray(cut), 0, 255).astype(np.uint8)


def on_paper(path: Path) -> Image.Image:
    """The picture in grey, what is transparent in white."""
    with Image.open(path) as picture:
        page = picture.convert("RGBA")
    paper = Image.new("RGBA", page.size, "white")
    paper.alpha_composite(page)
    return paper.convert("L")
