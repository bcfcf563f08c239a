"""A tune as staves, engraved by Verovio: pages as SVG, their systems one by one, and pixels of them by resvg.

Both are the extra `engraving`; nothing else of the engine speaks to them.
"""

from __future__ import annotations

import importlib
import io
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import Element, tostring

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFont

from engine.errors import MissingDriver
from engine.score.guarded_xml import parsed
from engine.score.musicxml_writer import musicxml
from engine.score.tune import Tune

ACROSS: Final = 50.0
"""Spacings of a staff's lines that a system is wide: two to four bars, large enough for an upright screen too."""
_UNITS: Final = 180  # of Verovio's drawing in a spacing
_SPACING: Final = 18  # pixels of its picture in a spacing
_TALLEST: Final = 60_000  # pixels of its picture: what it takes at most
_MOST_PIXELS: Final = 12_000  # of a PNG that is written: it must fit into memory
_MARGIN: Final = 50  # pixels of its picture around all systems
_OPTIONS: Final[dict[str, Any]] = {
    "font": "Leland",
    "footer": "none",
    "header": "none",
    "pageWidth": round(ACROSS * _SPACING) + 2 * _MARGIN,
    "pageHeight": _TALLEST,
    "adjustPageHeight": True,
    "pageMarginLeft": _MARGIN,
    "pageMarginRight": _MARGIN,
    "pageMarginTop": _MARGIN,
    "pageMarginBottom": _MARGIN,
    "spacingSystem": 8,
    "xmlIdSeed": 1,
}
EDGE: Final = 1.5
"""Spacings of paper beside a system: numbers of bars begin there."""
_HEADS: Final = {"E0A0": 2.15, "E0A1": 1.73, "E0A2": 1.49}
"""Spacings that the heads of a breve and a whole note are wide in that font; all others are `_HEAD`."""
_HEAD: Final = 1.30


@dataclass(frozen=True, slots=True)
class Head:
    """A note's head: its middle in spacings, x from the staff's begin, y above its middle line; and how wide it is."""

    name: str
    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """A staff and all that belongs to it, alone; `heads` from left to right."""

    heads: tuple[Head, ...]
    _page: Element
    _drawing: Element
    _middle: float

    def ink(self, spacing: float, above: float, below: float) -> NDArray[np.uint8]:
        """(rows, columns), 255 is ink: what lies so many spacings above and below the middle line and beside the staff
        (`EDGE`), so many pixels a spacing.
        """
        scale = _child(self._page, "definition-scale")
        margin = _child(scale, "page-margin")
        width, height = ACROSS + 2 * EDGE, above + below
        box = (-EDGE * _UNITS, self._middle - above * _UNITS, width * _UNITS, height * _UNITS)
        scale.set("viewBox", " ".join(f"{side:g}" for side in box))
        scale.set("preserveAspectRatio", "none")
        margin.set("transform", "translate(0, 0)")
        margin[:] = [self._drawing]
        self._page.set("width", f"{round(width * spacing)}px")
        self._page.set("height", f"{round(height * spacing)}px")
        # By how much it covers what is below: of whatever colour it is.
        return np.array(_pixels(tostring(self._page, encoding="unicode"), fonts=False).getchannel("A"))


def check_engraving() -> None:
    """MissingDriver where staves cannot be drawn here."""
    for name in ("verovio", "resvg_py"):
        _library(name)


def systems(tune: Tune) -> Iterator[System]:
    """The systems of a tune from the first to the last. MissingDriver without the extra; ValueError where it fails.

    Its heads are named as `musicxml(tune, named=True)` names notes.
    """
    kit = _loaded(tune, {})
    for number in range(1, kit.getPageCount() + 1):
        page = parsed(kit.renderToSVG(number).encode())
        margin = _child(_child(page, "definition-scale"), "page-margin")
        for drawing in [part for part in margin if part.get("class") == "system"]:
            top, foot = _staff_lines(drawing)
            heads = tuple(_heads(drawing, (top + foot) / 2))
            yield System(heads, page, drawing, (top + foot) / 2)


def write_staff_svg(tune: Tune, path: Path) -> None:
    """The tune as staves in an .svg file. MissingDriver without the extra; ValueError where it cannot be engraved."""
    path.write_text(_whole(tune, letters=True)[0], "utf-8")


def write_staff_png(tune: Tune, path: Path) -> None:
    """The same in a .png file, without title and tempo, whose letters this machine may not have."""
    svg, tall = _whole(tune, letters=False)
    if tall > _MOST_PIXELS:
        raise ValueError(f"a page of {tall} pixels is taller than {_MOST_PIXELS}")
    page = _pixels(svg, fonts=True)
    Image.alpha_composite(Image.new("RGBA", page.size, "white"), page).convert("RGB").save(path, "PNG")


def _whole(tune: Tune, letters: bool) -> tuple[str, int]:
    """All of a tune as one picture, with its title and tempo where there are letters for them; and how tall it is."""
    tune = tune if letters else replace(tune, tempo=None)
    kit = _loaded(tune, {"header": "auto" if letters else "none"})
    if kit.getPageCount() != 1:
        raise ValueError(f"it takes {kit.getPageCount()} pages, and a picture is one")
    svg = str(kit.renderToSVG(1))
    return svg, round(float(parsed(svg.encode()).get("height", "0px").removesuffix("px")))


def _loaded(tune: Tune, options: dict[str, Any]) -> Any:
    """Verovio with the tune on its pages."""
    check_engraving()
    verovio = _library("verovio")
    verovio.enableLog(verovio.LOG_OFF)
    kit = verovio.toolkit()
    kit.setOptions({**_OPTIONS, **options})
    if not kit.loadData(musicxml(tune, named=True).decode()) or not kit.getPageCount():
        raise ValueError("Verovio cannot engrave it")
    return kit


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise MissingDriver(
            f"drawing staves needs {name}, which is not here (pip install 'monochord[engraving]')"
        ) from None


def _child(parent: Element, kind: str) -> Element:
    return _first(part for part in parent if part.get("class") == kind)


def _first(parts: Iterable[Element]) -> Element:
    """The first of these; ValueError where a drawing has none."""
    for part in parts:
        return part
    raise ValueError("Verovio's drawing of it is not as it should be")


def _staff_lines(system: Element) -> tuple[float, float]:
    """Where the first staff's highest and lowest line lie."""
    staff = _first(part for part in system.iter("g") if part.get("class") == "staff")
    lines = [float(part.get("d", "").split()[1]) for part in staff if part.tag == "path"][:5]
    if not lines:
        raise ValueError("a staff of it has no lines")
    return min(lines), max(lines)


def _heads(system: Element, middle: float) -> Iterator[Head]:
    for note in system.iter("g"):
        if note.get("class") != "note":
            continue
        head = _first(_child(note, "notehead"))
        place = head.get("transform", "").removeprefix("translate(").partition(")")[0].split(",")
        glyph = head.get("xlink:href", "").lstrip("#").partition("-")[0]
        width = _HEADS.get(glyph, _HEAD)
        yield Head(note.get("id", ""), float(place[0]) / _UNITS + width / 2, (middle - float(place[1])) / _UNITS, width)


def _pixels(svg: str, fonts: bool) -> Image.Image:
    """A drawing as RGBA. Without the machine's `fonts` letters are Pillow's own, and the same everywhere."""
    resvg = _library("resvg_py")
    if fonts:
        return _opened(resvg.svg_to_bytes(svg_string=svg))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "letters.ttf"
        font = ImageFont.load_default(20.0)
        assert isinstance(font, ImageFont.FreeTypeFont)
        file.write_bytes(font.font_bytes)
        family = font.getname()[0]
        drawn = resvg.svg_to_bytes(
            svg_string=svg.replace("Times, serif", family or ""), skip_system_fonts=True, font_files=[str(file)]
        )
    return _opened(drawn)


def _opened(png: Any) -> Image.Image:
    with Image.open(io.BytesIO(bytes(png))) as image:
        return image.convert("RGBA")
