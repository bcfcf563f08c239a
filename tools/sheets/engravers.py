"""The engravers to learn from, and how one staff of theirs becomes an image."""

from __future__ import annotations

import io
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sheets.as_abc import as_abc
from sheets.as_mei import as_mei
from sheets.phrases import Phrase
from sheets.staff_shards import HEIGHT, MIDDLE, SPACING
from sheets.taste import some_taste

FONTS: Final = ("Leipzig", "Bravura", "Leland", "Gootville", "Petaluma")
_FAMILIES: Final = ("Nimbus Roman", "C059", "P052", "URW Bookman", "Nimbus Sans", "DejaVu Serif", "FreeSerif")
"""Of letters: numbers of metres, triplets and endings where they are text, and words."""
_WIDEST: Final = 2200
"""Pixels; wider staves are left out."""
_MARGIN: Final = 60


class Verovio:
    """Verovio in one of its fonts, every thickness and distance a little different each time."""

    name = "verovio"

    def __init__(self, rng: np.random.Generator) -> None:
        import verovio

        verovio.enableLog(verovio.LOG_OFF)
        self._toolkit = verovio.toolkit()
        self._rng = rng

    def svgs(self, phrases: list[Phrase]) -> Iterator[str | None]:
        """One drawing of each; None where it refuses."""
        rng = self._rng
        for phrase in phrases:
            mine = some_taste(rng)
            calm, wide = rng.random() < 0.35, rng.random() < 0.3
            options: dict[str, Any] = {
                "breaks": "none",
                "adjustPageWidth": True,
                "adjustPageHeight": True,
                "header": "none",
                "footer": "none",
                "xmlIdSeed": int(rng.integers(1 << 30)),
                "font": str(rng.choice(FONTS)),
                "mnumInterval": int(mine.numbers),
                "pageMarginLeft": _MARGIN,
                "pageMarginRight": _MARGIN,
                "spacingLinear": float(rng.uniform(0.5, 1.1) if wide else rng.uniform(0.15, 0.5)),
                "spacingNonLinear": float(rng.uniform(0.45, 0.72)),
            }
            if not calm:
                options |= {
                    "staffLineWidth": float(rng.uniform(0.10, 0.26)),
                    "stemWidth": float(rng.uniform(0.12, 0.35)),
                    "barLineWidth": float(rng.uniform(0.2, 0.6)),
                    "thickBarlineThickness": float(rng.uniform(0.7, 1.6)),
                    "ledgerLineThickness": float(rng.uniform(0.15, 0.4)),
                    "ledgerLineExtension": float(rng.uniform(0.35, 0.8)),
                    "tieMidpointThickness": float(rng.uniform(0.3, 0.8)),
                    "slurMidpointThickness": float(rng.uniform(0.3, 0.8)),
                    "beamMaxSlope": int(rng.integers(0, 20)),
                }
            self._toolkit.resetOptions()
            self._toolkit.setOptions(options)
            drawn = self._toolkit.loadData(as_mei(phrase, mine, rng))
            yield self._toolkit.renderToSVG(1) if drawn else None


class Abcm2ps:
    """abcm2ps, a file of many tunes at once."""

    name = "abcm2ps"

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def svgs(self, phrases: list[Phrase]) -> Iterator[str | None]:
        """One drawing of each; None where it refuses or breaks the line."""
        rng = self._rng
        texts = []
        for number, phrase in enumerate(phrases, start=1):
            stretched, width = "%%stretchlast 0\n%%stretchstaff 0\n", 160.0
            if rng.random() < 0.35:  # as wide as its page, as most printed staves are
                stretched, width = (
                    "%%stretchlast 1\n%%stretchstaff 1\n",
                    3 + len(phrase.symbols) * rng.uniform(0.6, 1.1),
                )
            head = (
                f"%%pagewidth {width:.1f}cm\n%%leftmargin 1cm\n%%rightmargin 1cm\n{stretched}"
                f"%%maxshrink {rng.uniform(0.5, 0.9):.2f}\n%%notespacingfactor {rng.uniform(1.2, 1.5):.2f}\n"
                f"%%stemheight {rng.uniform(18, 24):.0f}\n%%graceslurs 0\n%%slurheight {rng.uniform(0.6, 1.4):.1f}\n"
            )
            if rng.random() < 0.3:
                head += "%%flatbeams 1\n"
            if rng.random() < 0.3:
                head += "%%straightflags 1\n"
            texts.append(as_abc(phrase, some_taste(rng), rng, number, head))
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "all.abc").write_text("\n".join(texts), encoding="utf-8")
            subprocess.run(["abcm2ps", "-q", "-g", "-O", "t.svg", "all.abc"], cwd=folder, capture_output=True)
            for number in range(1, len(phrases) + 1):
                path = folder / f"t{number:03}.svg"
                yield path.read_text(encoding="utf-8") if path.exists() else None


@dataclass(frozen=True, slots=True)
class _Place:
    """Of the one staff in a drawing, in its pixels."""

    left: float
    right: float
    middle: float
    spacing: float


def staff_place(svg: str) -> _Place | None:
    """Where the five lines are; None unless there is exactly one staff."""
    if "Verovio" in svg:
        box = re.search(r'viewBox="0 0 (\d+) (\d+)"', svg)
        size = re.search(r'<svg width="(\d+)px"', svg)
        moved = re.search(r'page-margin" transform="translate\((\d+), (\d+)\)', svg)
        if box is None or size is None or moved is None or svg.count('class="system"') != 1:
            return None
        scale = float(size[1]) / float(box[1])
        flat = [
            (float(x), float(y), float(end))
            for staff in re.findall(r'class="staff">\s*((?:<path d="M[-\d L]+" stroke-width="\d+" />\s*){5})', svg)
            for x, y, end in re.findall(r'd="M(-?\d+) (-?\d+) L(-?\d+)', staff)
        ]
        heights = sorted({y for _, y, _ in flat})
        ends = [(x, end) for x, _, end in flat]
    else:
        scale = 1.0
        moved = None
        found = re.findall(
            r'<path d="m([\d.]+) ([\d.]+)\n((?:\th[\d.]+\n?(?:\tM[\d. ]+\n)?)+)\t?" class="stroke"/>', svg
        )
        if len(found) != 1:
            return None
        x, y, rest = found[0]
        heights = sorted({float(y), *(float(b) for b in re.findall(r"M[\d.]+ ([\d.]+)", rest))})
        ends = [(float(x), float(x) + max(float(h) for h in re.findall(r"h([\d.]+)", rest)))]
    if len(heights) != 5 or len({round(b - a) for a, b in pairwise(heights)}) != 1:
        return None
    dx, dy = (float(moved[1]), float(moved[2])) if moved else (0.0, 0.0)
    left, right = min(a for a, _ in ends), max(c for _, c in ends)
    return _Place(
        (left + dx) * scale, (right + dx) * scale, (heights[2] + dy) * scale, (heights[4] - heights[0]) / 4 * scale
    )


@cache
def _lettering() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The families of letters that are here, each with its files: upright, bold, italic, bold italic."""
    found = []
    for family in _FAMILIES:
        files = []
        for style in ("", ":bold", ":italic", ":bold:italic"):
            said = subprocess.run(
                ["fc-match", "-f", "%{family}|%{file}", family + style], capture_output=True, text=True
            )
            name, _, file = said.stdout.partition("|")
            files += [file] if family in name else []
        if files:
            found.append((family, tuple(dict.fromkeys(files))))
    if not found:
        raise SystemExit(f"fonts=none of {', '.join(_FAMILIES)} is installed (install fonts-urw-base35)")
    return tuple(found)


def rastered(svg: str, rng: np.random.Generator) -> NDArray[np.uint8] | None:
    """The staff of a drawing, (HEIGHT, width), 255 is ink; None where there is not one staff."""
    import resvg_py

    place = staff_place(svg)
    if place is None:
        return None
    zoom = SPACING / place.spacing
    if "Verovio" not in svg:  # its page is far wider than its staff
        svg = re.sub(r'width="[\d.]+px"', f'width="{place.right + _MARGIN:.0f}px"', svg, count=1)
    family, files = _lettering()[int(rng.integers(len(_lettering())))]
    svg = re.sub(r"\bTimes, serif\b|\bTimes\b|\bserif\b", family, svg)
    png = resvg_py.svg_to_bytes(
        svg_string=svg, background="white", zoom=zoom, skip_system_fonts=True, font_files=list(files)
    )
    page = 255 - np.asarray(Image.open(io.BytesIO(bytes(png))).convert("L"))
    full = np.pad(page, ((HEIGHT, HEIGHT), (_MARGIN, _MARGIN)))
    top = round(place.middle * zoom) - MIDDLE + HEIGHT
    before, after = rng.integers(3, 30, 2)
    left, right = round(place.left * zoom) + _MARGIN, round(place.right * zoom) + _MARGIN
    cut = full[top : top + HEIGHT, max(left - before, 0) : right + after]
    return None if cut.shape[0] != HEIGHT or cut.shape[1] > _WIDEST else cut
