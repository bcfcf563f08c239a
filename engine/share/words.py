"""What the page says itself, by language, and in which direction a language is written."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from engine.errors import BadSetting
from engine.foundation.assets import text_of

FIRST: Final = "en"
"""What is said where a language is not among ours."""
_OURS: Final = Path(__file__).parent / "page" / "words.toml"
_TAG: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_RIGHT_TO_LEFT: Final = frozenset(("ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi"))
_RIGHT_TO_LEFT_SCRIPTS: Final = frozenset(("adlm", "arab", "hebr", "nkoo", "rohg", "syrc", "thaa"))
_MOST: Final = 24


def direction(language: str) -> str:
    """`rtl` for languages that are written from right to left, else `ltr`; a script that the tag names decides."""
    base, *parts = language.lower().split("-")
    scripts = [part for part in parts if len(part) == 4 and part.isalpha()]
    if scripts:
        return "rtl" if scripts[0] in _RIGHT_TO_LEFT_SCRIPTS else "ltr"
    return "rtl" if base in _RIGHT_TO_LEFT else "ltr"


def checked_languages(tags: Iterable[str], where: str = "languages") -> tuple[str, ...]:
    """The tags, each once, in their order; BadSetting for one that is none."""
    found = tuple(dict.fromkeys(tag.strip() for tag in tags))
    for tag in found:
        if not _TAG.fullmatch(tag):
            raise BadSetting(f"{where}={tag!r} is no language (try en, zh or ar, with commas between)")
    if not 1 <= len(found) <= _MOST:
        raise BadSetting(f"{where} names {len(found)} languages, 1 to {_MOST} are wanted (try en,zh,ar)")
    return found


def words(language: str) -> Mapping[str, Any]:
    """What the page says in a language, by name; in English where it is none of ours. zh-TW is said as zh."""
    known = _read()
    return known.get(language) or known.get(language.partition("-")[0]) or known[FIRST]


def spoken(language: str) -> str:
    """The language in which `words` says it."""
    base = language.partition("-")[0]
    return language if base in _read() else FIRST


def known() -> tuple[str, ...]:
    """The languages that the page speaks itself."""
    return tuple(_read())


@cache
def _read() -> dict[str, dict[str, Any]]:
    return tomllib.loads(text_of(_OURS))
