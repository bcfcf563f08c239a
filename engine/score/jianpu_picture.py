"""A tune in numbers as a picture: SVG, and PNG without any other program."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw, ImageFont

from engine.errors import BadFile
from engine.foundation.fonts import font_for
from engine.score.jianpu_layout import laid_out
from engine.score.jianpu_marks import Box, Disc, Mark, Stroke, Text
from engine.score.tune import Tune

_FONTS: Final = "'Helvetica Neue', Helvetica, Arial, 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', sans-serif"
_ANCHORS: Final = {"middle": "middle", "left": "start", "right": "end"}
_SCALE: Final = 2  # pixels a unit in the PNG
_FINE: Final = 2  # it is drawn so many times larger, then averaged
_TALLEST: Final = 12_000.0  # units of a page: a picture must fit into memory


def jianpu_svg(tune: Tune) -> str:
    """The tune in numbers as SVG."""
    marks, (width, height) = laid_out(tune)
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{_FONTS}">',
        f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>',
        *map(_svg, marks),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def jianpu_image(tune: Tune) -> Image.Image:
    """The tune in numbers as pixels, RGB."""
    marks, (width, height) = laid_out(tune)
    if height > _TALLEST:
        raise BadFile(f"a page of {height:.0f} units is taller than {_TALLEST:.0f} (write it as .svg)")
    scale = _SCALE * _FINE
    image = Image.new("RGB", (round(width * scale), round(height * scale)), "white")
    paint(ImageDraw.Draw(image), marks, scale)
    return image.reduce(_FINE)


def write_jianpu_svg(tune: Tune, path: Path) -> None:
    """The tune in numbers in an .svg file."""
    path.write_text(jianpu_svg(tune), "utf-8")


def write_jianpu_png(tune: Tune, path: Path) -> None:
    """The tune in numbers in a .png file."""
    jianpu_image(tune).save(path, "PNG")


def _svg(mark: Mark) -> str:
    match mark:
        case Text():
            return (
                f'<text x="{mark.x:.1f}" y="{mark.y:.1f}" font-size="{mark.size:g}" fill="{mark.color}" '
                f'text-anchor="{_ANCHORS[mark.align]}">{escape(_printable(mark.text))}</text>'
            )
        case Stroke():
            points = " ".join(f"{x:.1f},{y:.1f}" for x, y in mark.points)
            return f'<polyline points="{points}" fill="none" stroke="{mark.color}" stroke-width="{mark.width:g}"/>'
        case Disc():
            return f'<circle cx="{mark.x:.1f}" cy="{mark.y:.1f}" r="{mark.radius:g}" fill="{mark.color}"/>'
        case Box():
            size = f'width="{mark.right - mark.left:.1f}" height="{mark.bottom - mark.top:.1f}"'
            return f'<rect x="{mark.left:.1f}" y="{mark.top:.1f}" {size} fill="{mark.color}"/>'


def _printable(text: str) -> str:
    """Text without the signs that XML cannot bear."""
    return "".join(sign for sign in text if sign.isprintable())


def paint(draw: ImageDraw.ImageDraw, marks: Iterable[Mark], scale: int) -> None:
    """Draw marks, so many pixels a unit."""
    for mark in marks:
        match mark:
            case Text():
                text, height = _printable(mark.text), mark.size * scale
                font = font_for(text, height) or ImageFont.load_default(height)
                anchor = {"middle": "ms", "left": "ls", "right": "rs"}[mark.align]
                draw.text((mark.x * scale, mark.y * scale), text, mark.color, font, anchor=anchor)
            case Stroke():
                points = [(x * scale, y * scale) for x, y in mark.points]
                draw.line(points, mark.color, max(round(mark.width * scale), 1), joint="curve")
            case Disc():
                x, y, r = mark.x * scale, mark.y * scale, mark.radius * scale
                draw.ellipse((x - r, y - r, x + r, y + r), mark.color)
            case Box():
                draw.rectangle(
                    (mark.left * scale, mark.top * scale, mark.right * scale, mark.bottom * scale), mark.color
                )
