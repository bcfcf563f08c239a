"""The two questions put to an audience and their four answers, as the paper asks them, in several languages.

Yang, Shen, Sun, *AI-assisted cross-cultural delivery of traditional musical art forms in contemporary times*:
satisfaction with the music, and with its visualisation; A very satisfied, B satisfied, C no feeling, D not satisfied.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

QUESTIONS: Final = ("music", "visuals")
ANSWERS: Final = "ABCD"
PAIRS: Final = tuple(music + visuals for music in ANSWERS for visuals in ANSWERS)
"""Every vote that there can be: the answer to the first question, and to the second."""
USUAL: Final = "en"
"""The language of whoever asks for none that we speak."""
_FILE: Final = Path(__file__).parent / "page" / "words.toml"
_LONGEST: Final = 256  # characters of Accept-Language that are looked at
_RANGE: Final = re.compile(r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]{1,32})?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?")


@dataclass(frozen=True, slots=True)
class Words:
    """What the page says in one language. `answers` are those to A, B, C and D."""

    name: str
    direction: str
    title: str
    music: str
    visuals: str
    answers: tuple[str, ...]
    send: str
    promise: str
    thanks: str
    again: str
    wait: str
    full: str
    unknown: str
    back: str


@cache
def languages() -> Mapping[str, Words]:
    """By code, in the order in which they are offered."""
    found = {}
    for code, table in tomllib.loads(_FILE.read_text(encoding="utf-8")).items():
        found[code] = Words(**{**table, "answers": tuple(table["answers"])})
    return found


def language_of(asked: str | None, accepted: str) -> str:
    """The language that was asked for, if we speak it; else the best of an `Accept-Language`, else English."""
    known = languages()
    if asked in known:
        return str(asked)
    wanted = []
    for place, text in enumerate(accepted[:_LONGEST].split(",")):
        if (match := _RANGE.fullmatch(text)) is not None and float(match[2] or 1) > 0:
            wanted.append((-float(match[2] or 1), place, match[1].lower()))
    return next((code for _, _, code in sorted(wanted) if code in known), USUAL)
