"""A picture file as grey: whatever camera, scanner or program made it."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from engine.errors import BadFile, nearest_file

Grey = NDArray[np.float32]
"""(height, width), top row first: 0 is black, 1 is white."""

LARGEST: Final = 5000
"""The longest side that a page is looked at with; larger pictures are scaled down: staff lines stay lines."""
_MOST: Final = 1 << 27  # pixels that a file may hold: more than any camera's, fewer than would fill the memory
_LEAST: Final = 24  # pixels: no staff fits into fewer
_THIN: Final = 100  # times as long as broad: no page
KINDS: Final = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")
"""Endings of the files in which a page is looked for."""


def read_grey(path: Path) -> Grey:
    """The picture in a file, turned as its camera says, what is transparent on white. BadFile, in one line, if none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's advice on large pictures and odd tags: the limits here are ours
            with Image.open(path) as image:
                _check(path, image.size)
                return _grey(image)
    except BadFile:
        raise
    except FileNotFoundError:
        folder = path.parent
        there = sorted(p.name for p in folder.iterdir() if p.suffix.lower() in KINDS) if folder.is_dir() else []
        raise BadFile(f"{path}: no such picture ({nearest_file(path, there)})") from None
    except Image.DecompressionBombError:
        raise BadFile(f"{path}: holds more than a page may have (scale it to {LARGEST} pixels)") from None
    except Exception as problem:  # whatever a decoder makes of a broken file
        raise _broken(path, problem) from None


def _check(path: Path, size: tuple[int, int]) -> None:
    width, height = size
    if width * height > _MOST:
        raise BadFile(f"{path}: holds more than a page may have (scale it to {LARGEST} pixels)")
    if min(size) < _LEAST or max(size) > _THIN * min(size):
        raise BadFile(f"{path}: {width}×{height} pixels are no page (at least {_LEAST}×{_LEAST} of paper are needed)")


def _grey(image: Image.Image) -> Grey:
    image.draft("L", (LARGEST, LARGEST))  # a JPEG decodes at a half or a quarter: no less than that
    shrink = -(-max(image.size) // LARGEST)
    turned: Any = ImageOps.exif_transpose(image)
    if turned.mode.startswith("I") or turned.mode == "F":
        deep = np.asarray(turned, dtype=np.float32)
        low, high = float(np.nanmin(deep)), float(np.nanmax(deep))
        high = 65_535.0 if turned.mode.startswith("I;16") else high
        scaled = np.nan_to_num((deep - min(low, 0.0)) / max(high - min(low, 0.0), 1e-9))
        turned = Image.fromarray((scaled * 255).astype(np.uint8))
    elif turned.mode not in ("L", "RGB", "CMYK", "1"):
        # Palettes, alpha and the rest, laid on white.
        clear = turned.convert("RGBA")
        turned = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")
    flat = turned.convert("L")
    if shrink > 1:
        flat = flat.reduce(shrink)
    return np.asarray(flat, dtype=np.float32) / np.float32(255)


def _broken(path: Path, problem: Exception) -> BadFile:
    if path.suffix.lower() == ".pdf" or _begins_as_pdf(path):
        return BadFile(f"{path}: a PDF is not read (save its pages as pictures: pdftoppm -r 300 -png {path.name} page)")
    reason = getattr(problem, "strerror", None) or "it is no picture, or a broken one"
    return BadFile(f"{path}: cannot be read: {reason} (save it as PNG or JPEG)")


def _begins_as_pdf(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(5) == b"%PDF-"
    except OSError:
        return False
