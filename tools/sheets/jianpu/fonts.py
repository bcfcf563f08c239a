"""Fonts in which lines of numbers are drawn: those that are learned from, and those kept for judging."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import ImageFont

_FOLDER: Final = Path("/usr/share/fonts")
LEARNED: Final = (
    "opentype/urw-base35/C059-*.otf",
    "opentype/urw-base35/Nimbus*.otf",
    "opentype/urw-base35/URWBookman-*.otf",
    "truetype/dejavu/DejaVuSans*.ttf",
    "truetype/dejavu/DejaVuSerif*.ttf",
    "truetype/freefont/*.ttf",
    "truetype/liberation/*.ttf",
    "truetype/roboto/unhinted/RobotoTTF/Roboto-[BLMR]*.ttf",
    "opentype/noto/Noto*CJK-*.ttc",
)
_PACKAGES: Final = (
    "fonts-urw-base35 fonts-dejavu fonts-freefont-ttf fonts-liberation fonts-roboto fonts-lato fonts-noto-cjk"
)
"""Debian's, that hold these and the next."""
RESERVED: Final = (
    "opentype/urw-base35/P052-*.otf",
    "opentype/urw-base35/URWGothic-*.otf",
    "truetype/lato/Lato-[BMR]*.ttf",
)
"""Palatino's, Avant Garde's and Lato's shapes: nothing is ever learned from them."""
CHINESE: Final = "opentype/noto/Noto*CJK-*.ttc"
SIGNS: Final = (
    "truetype/dejavu/DejaVuSans.ttf",
    "truetype/dejavu/DejaVuSans-Bold.ttf",
    "truetype/freefont/FreeSerif.ttf",
    "truetype/freefont/FreeSans.ttf",
)
"""Fonts that have sharps, flats and naturals."""


def found(*patterns: str) -> list[Path]:
    """The fonts that are here, in order of their names; SystemExit if there is none."""
    paths = sorted(path for pattern in patterns for path in _FOLDER.glob(pattern))
    if not paths:
        raise SystemExit(f"fonts={patterns[0]} are not here (apt install {_PACKAGES})")
    return paths


@lru_cache(maxsize=4000)
def face(path: Path, height: int) -> ImageFont.FreeTypeFont:
    """The font in the size in which a 5 is so many pixels high."""
    trial = ImageFont.truetype(path, 100, layout_engine=ImageFont.Layout.BASIC)
    _, top, _, bottom = trial.getbbox("5", anchor="ls")
    size = max(round(100 * height / max(bottom - top, 1)), 4)
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
