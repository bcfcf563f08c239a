"""Fonts of this machine that have the letters of a text, whatever its writing.

No font comes with the engine: the usual ones are looked for by the names of their files. Arabic, Hebrew and the
writings of India need letters that join, which pillow does by raqm; where it cannot, or where no font has the letters,
that is said in one line.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from PIL import ImageFont, features

from engine.errors import MissingDriver

_CJK: Final = ("NotoSerifCJK-Regular.ttc", "SourceHanSerif-Regular.ttc", "Songti.ttc", "simsun.ttc", "msyh.ttc")
_CJK_PLACE: Final = {"ja": 0, "ko": 1, "zh": 2, "zh-Hant": 3, "zh-TW": 3, "zh-HK": 4}  # of a language in Noto's files
_FONTS: Final = (
    *("NotoSerif-Regular.ttf", "SourceSerif4-Regular.otf", "Georgia.ttf", "LiberationSerif-Regular.ttf"),
    *("NotoNaskhArabic-Regular.ttf", "Amiri-Regular.ttf", "NotoSansArabic-Regular.ttf", "GeezaPro.ttc"),
    *_CJK,
    *("NotoSansCJK-Regular.ttc", "SourceHanSans-Regular.ttc", "YuMincho.ttc", "PingFang.ttc", "malgun.ttf"),
    *("NotoSerifHebrew-Regular.ttf", "NotoSerifDevanagari-Regular.ttf", "NotoSerifThai-Regular.ttf"),
    *("NotoSansHebrew-Regular.ttf", "NotoSansDevanagari-Regular.ttf", "NotoSansThai-Regular.ttf", "Nirmala.ttf"),
    *("DejaVuSerif.ttf", "DejaVuSans.ttf", "arial.ttf", "Arial Unicode.ttf", "FreeSerif.ttf", "FreeSans.ttf"),
)
"""Files of fonts in the order in which they are wanted; the first that has all letters of a text is taken."""
_WRITINGS: Final = (  # what to install, by the first letters that are missing
    (0x0590, 0x05FF, "Hebrew", "Noto Serif Hebrew"),
    (0x0600, 0x08FF, "Arabic", "Noto Naskh Arabic"),
    (0x0900, 0x0DFF, "Indic", "Noto Serif Devanagari, or that of its writing"),
    (0x0E00, 0x0EFF, "Thai or Lao", "Noto Serif Thai"),
    (0x1100, 0x11FF, "Korean", "Noto Serif CJK"),
    (0x2E80, 0xA4CF, "Chinese, Japanese or Korean", "Noto Serif CJK"),
    (0xAC00, 0xD7FF, "Korean", "Noto Serif CJK"),
    (0xF900, 0xFAFF, "Chinese, Japanese or Korean", "Noto Serif CJK"),
    (0xFB50, 0xFEFF, "Arabic", "Noto Naskh Arabic"),
    (0x20000, 0x3FFFF, "Chinese, Japanese or Korean", "Noto Serif CJK"),
)
_JOINED: Final = ((0x0590, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0xFB1D, 0xFEFF))  # which need shaping
_PROBE: Final = 40  # pixels at which letters are looked for


def font_for(text: str, height: float, language: str = "") -> Any:
    """A font that has all letters of a text, for plain ones pillow's own on any machine; None where none has."""
    if text.isascii():
        return opened("", 0, height, shaped=False)
    try:
        return opened(*found_font(text, language), height, shaped=shapes())
    except MissingDriver:
        return None


@lru_cache(maxsize=256)
def found_font(text: str, language: str) -> tuple[str, int]:
    """The first font that has all letters of a text: its file and its number in it; an empty file is pillow's own."""
    letters = {sign for sign in text if unicodedata.category(sign)[0] in "LMNPS"}
    if not shapes() and any(within(ord(sign), _JOINED) for sign in letters):
        raise MissingDriver(
            f"{_shown(text)} must be shaped to be drawn right, and this pillow has no raqm "
            "(pip install --upgrade pillow; on Windows fribidi is needed too)"
        )
    place = _CJK_PLACE.get(language, _CJK_PLACE.get(language.partition("-")[0], 2))
    files = _files()
    best: set[str] | None = None
    for name in (*_first(language), *_FONTS):
        path = files.get(name.lower())
        if path is None:
            continue
        number = place if name.startswith("Noto") and name.endswith("CJK-Regular.ttc") else 0
        missing = {sign for sign in letters if not _has(path, number, sign)}
        if not missing:
            return path, number
        best = missing if best is None or len(missing) < len(best) else best
    missing = {sign for sign in letters if not _has("", 0, sign)}
    if not missing:
        return "", 0
    raise MissingDriver(_refusal(text, sorted(best or missing)))


def _first(language: str) -> Sequence[str]:
    """Fonts that are looked at before the others, for letters that several writings share."""
    return _CJK if language.partition("-")[0] in ("zh", "ja", "ko") else ()


def _refusal(text: str, missing: list[str]) -> str:
    number = ord(missing[0])
    writing, font = next(
        ((writing, font) for low, high, writing, font in _WRITINGS if low <= number <= high), ("these", "Noto Serif")
    )
    return (
        f"{_shown(text)} has letters that no font here has, {missing[0]} (U+{number:04X}): "
        f"for {writing} letters install {font}"
    )


def _shown(text: str) -> str:
    one = " ".join(text.split())
    return f"“{one if len(one) <= 30 else one[:29] + '…'}”"


def shapes() -> bool:
    """Whether letters are joined as their writing wants it."""
    return bool(features.check("raqm"))


@lru_cache(maxsize=64)
def opened(path: str, number: int, height: float, *, shaped: bool) -> Any:
    """What `found_font` found, its letters so many pixels high."""
    if not path:
        return ImageFont.load_default(height)
    engine = ImageFont.Layout.RAQM if shaped else ImageFont.Layout.BASIC
    return ImageFont.truetype(path, height, number, layout_engine=engine)


@lru_cache(maxsize=65536)
def _has(path: str, number: int, sign: str) -> bool:
    """Whether a font draws a letter as itself, not as the box that stands for letters it has not."""
    try:
        font = opened(path, number, _PROBE, shaped=False)
    except OSError:
        return False
    return _drawn(font, sign) not in _boxes(path, number)


@cache
def _boxes(path: str, number: int) -> tuple[bytes, ...]:
    font = opened(path, number, _PROBE, shaped=False)
    return tuple(_drawn(font, sign) for sign in ("\U0010fffd", "\uffff"))


def _drawn(font: Any, sign: str) -> bytes:
    mask = font.getmask(sign)
    return bytes(mask) + repr(mask.size).encode()


@cache
def _files() -> dict[str, str]:
    """The fonts of this machine by the name of their file in small letters."""
    found: dict[str, str] = {}
    for folder in _folders():
        for root, _, names in sorted(os.walk(folder)):
            for name in sorted(names):
                found.setdefault(name.lower(), str(Path(root) / name))
    return found


def _folders() -> list[Path]:
    home = Path.home()
    if sys.platform == "win32":
        local = Path(os.environ.get("LOCALAPPDATA", home)) / "Microsoft" / "Windows" / "Fonts"
        return [local, Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts"]
    if sys.platform == "darwin":
        return [home / "Library" / "Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts")]
    data = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    own = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return [home / ".fonts", own / "fonts", *(Path(one) / "fonts" for one in data.split(":") if one)]


def within(number: int, ranges: Iterable[tuple[int, int]]) -> bool:
    """Whether the number of a sign lies in one of these ranges, both ends included."""
    return any(low <= number <= high for low, high in ranges)
