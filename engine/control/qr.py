"""An address as a QR code: a phone's camera reads it off the terminal or off the page."""

from __future__ import annotations

from pathlib import Path

import segno

from engine.errors import BadFile
from engine.foundation.whole_file import whole_file


def qr_text(url: str) -> str:
    """The address as a QR code of blocks, for a terminal; a phone's camera reads it."""
    rows = [[bool(cell) for cell in row] for row in segno.make(url, error="l", micro=False).matrix_iter(border=2)]
    rows += [[False] * len(rows[0])] * (len(rows) % 2)
    blocks = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return "\n".join("".join(blocks[pair] for pair in zip(above, below, strict=True)) for above, below in pairs)


def qr_svg(url: str) -> str:
    """The address as a QR code, as a picture."""
    made: str = segno.make(url, error="m", micro=False).svg_inline(scale=6, border=3, dark="#0b0c0e", light="#f2efe6")
    return made.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1) if "xmlns" not in made else made


def qr_bits(url: str) -> tuple[int, str]:
    """The address as a QR code: how many cells a side has, and all of them row by row as the bits of a hex number."""
    rows = [list(row) for row in segno.make(url, error="m", micro=False).matrix_iter(border=0)]
    bits = int("".join("1" if cell else "0" for row in rows for cell in row), 2)
    return len(rows), f"{bits:x}"


def write_qr(path: Path, url: str) -> None:
    """The address as a QR code, black on white, as an SVG or PNG; BadFile if it cannot be written."""
    try:
        with whole_file(path) as part:
            segno.make(url, error="m", micro=False).save(str(part), scale=16, border=4)
    except OSError as why:
        raise BadFile(f"{path}: the QR code cannot be written: {why.strerror or why}") from None
