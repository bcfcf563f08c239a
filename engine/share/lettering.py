"""Letters of any writing as pixels: a font of this machine that has them all, shaped and in their own direction.

No font comes with the engine: the usual ones are looked for by the names of their files. Arabic, Hebrew and the
writings of India need letters that join and lines that run as they should, which pillow does by raqm; where it cannot,
or where no font has the letters, that is said in one line and nothing is drawn wrong.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, features

from engine.errors import MissingDriver
from engine.share.words import direction

Coverage = NDArray[np.float32]
"""(height, width): how much of each pixel letters cover, 0..1."""

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
_WIDE: Final = ((0x2E80, 0xA4CF), (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF), (0x20000, 0x3FFFF))
_NEVER_FIRST: Final = "、。，．！？：；）」』】》〉”’…ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
_PROBE: Final = 40  # pixels at which letters are looked for
_MOST_LINES: Final = 12


@dataclass(frozen=True, slots=True)
class Words:
    """A text, the language that it is in, and how high its letters are in pixels."""

    text: str
    language: str
    height: int


def set_in_lines(words: Words, room: float, *, centred: bool = False) -> tuple[Coverage, bool]:
    """The text in lines no wider than `room` pixels, and whether it is written from right to left.

    MissingDriver, in one line, where a font or the shaping is missing.
    """
    right = direction(words.language) == "rtl"
    path, number = found_font(words.text, words.language)
    font = _opened(path, number, words.height, shaped=_shapes())
    more: dict[str, Any] = {"direction": "rtl" if right else "ltr"} if path and _shapes() else {}
    lines = [line for part in words.text.splitlines() for line in _broken(part, font, room, more)][:_MOST_LINES]
    if not lines:
        return np.zeros((1, 1), np.float32), right
    rise, fall = font.getmetrics()
    step = round((rise + fall) * 1.12)
    wide = max(max(round(font.getlength(line, **more)) for line in lines), 1) + 2 * words.height
    image = Image.new("L", (wide, step * len(lines) + fall))
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        x, anchor = (wide - words.height, "rs") if right else (words.height, "ls")
        if centred:
            x, anchor = wide // 2, "ms"
        draw.text((x, rise + row * step), line, 255, font, anchor=anchor, **more)
    drawn = np.asarray(image, np.float32) / np.float32(255)
    inked = np.flatnonzero(drawn.any(axis=0))
    left, end = (int(inked[0]), int(inked[-1]) + 1) if len(inked) else (0, 1)
    return np.ascontiguousarray(drawn[:, left:end]), right


def check(texts: Iterable[tuple[str, str]]) -> None:
    """MissingDriver, in one line, unless each text can be drawn in its language."""
    for text, language in texts:
        found_font(text, language)


@lru_cache(maxsize=256)
def found_font(text: str, language: str) -> tuple[str, int]:
    """The first font that has all letters of a text: its file and its number in it; an empty file is pillow's own."""
    letters = {sign for sign in text if unicodedata.category(sign)[0] in "LMNPS"}
    if not _shapes() and any(_within(ord(sign), _JOINED) for sign in letters):
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


def _shapes() -> bool:
    return bool(features.check("raqm"))


@lru_cache(maxsize=64)
def _opened(path: str, number: int, height: int, *, shaped: bool) -> Any:
    if not path:
        return ImageFont.load_default(height)
    engine = ImageFont.Layout.RAQM if shaped else ImageFont.Layout.BASIC
    return ImageFont.truetype(path, height, number, layout_engine=engine)


@lru_cache(maxsize=65536)
def _has(path: str, number: int, sign: str) -> bool:
    """Whether a font draws a letter as itself, not as the box that stands for letters it has not."""
    try:
        font = _opened(path, number, _PROBE, shaped=False)
    except OSError:
        return False
    return _drawn(font, sign) not in _boxes(path, number)


@cache
def _boxes(path: str, number: int) -> tuple[bytes, ...]:
    font = _opened(path, number, _PROBE, shaped=False)
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


def _broken(line: str, font: Any, room: float, more: dict[str, Any]) -> list[str]:
    """A line in lines that fit: between words, and between any two signs of writings that know no spaces."""
    found: list[str] = []
    for piece in _pieces(line):
        longer = found[-1] + piece if found else piece.lstrip()
        if found and font.getlength(longer.rstrip(), **more) > room:
            found.append(piece.lstrip())
        elif found:
            found[-1] = longer
        else:
            found.append(longer)
    return [one.rstrip() for one in found if one.strip()]


def _pieces(line: str) -> list[str]:
    """What may not be parted: words with the space before them, and single signs."""
    pieces: list[str] = []
    for before, sign in zip(" " + line, line, strict=False):
        alone = _within(ord(sign), _WIDE) or _within(ord(before), _WIDE)
        begins = sign.isspace() and not before.isspace()
        if not pieces or ((begins or alone) and sign not in _NEVER_FIRST):
            pieces.append(sign)
        else:
            pieces[-1] += sign
    return pieces


def _within(number: int, ranges: Iterable[tuple[int, int]]) -> bool:
    return any(low <= number <= high for low, high in ranges)
