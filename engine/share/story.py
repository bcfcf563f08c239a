"""What is told of a performance, in several languages: one small TOML file, in which everything may be left out.

    languages = ["en", "zh", "ar"]    # in the order of the page; by default those that are used below
    artist = "Li Wei, guqin"          # one text for all languages, or a table as [title] is
    credit = "CC BY 4.0"              # who is to be named at the foot of the page
    [title]
    en = "Moon over the mountain pass"
    zh = "关山月"
    [text]
    en = '''One paragraph.

    And another one.'''
    [[captions]]
    from = 2.5                        # seconds
    to = 6
    en = "The soldier looks back"
    zh = "戍客望边邑"

Where a language has no text, the first one that has says it. What is not told is not said: without a file there is the
recording's name, and what was measured.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from engine.errors import BadFile, BadSetting, nearest
from engine.foundation.number import is_number
from engine.share.words import FIRST, checked_languages, words

Texts = Mapping[str, str]
"""A text in each language that has one."""

_KEYS: Final = ("languages", "title", "artist", "credit", "text", "captions")
_LONGEST: Final = {"title": 200, "artist": 200, "credit": 2000, "text": 20_000}
_LONGEST_CAPTION: Final = 400
_MOST_CAPTIONS: Final = 5000
_ANY: Final = ""  # the language of a text that is the same in all


@dataclass(frozen=True, slots=True)
class Caption:
    """Words that stand for some seconds."""

    begin: float
    end: float
    texts: Texts


@dataclass(frozen=True, slots=True)
class Story:
    """`languages`: those of the page, the first of which it opens in."""

    languages: tuple[str, ...]
    title: Texts = field(default_factory=dict)
    artist: Texts = field(default_factory=dict)
    credit: Texts = field(default_factory=dict)
    text: Texts = field(default_factory=dict)
    captions: tuple[Caption, ...] = ()

    def said(self, texts: Texts, language: str) -> tuple[str, str]:
        """A text and the language that it is in, this one or the first that there is; empty where there is none."""
        for tag in (language, language.partition("-")[0], *self.languages, *texts):
            if tag != _ANY and texts.get(tag):
                return texts[tag], tag
        return texts.get(_ANY, ""), language

    def as_json(self) -> dict[str, Any]:
        """All of it, so that a change is seen."""
        told = {name: dict(getattr(self, name)) for name in _LONGEST}
        captions = [[one.begin, one.end, dict(one.texts)] for one in self.captions]
        return {"languages": list(self.languages), **told, "captions": captions}


@dataclass(frozen=True, slots=True)
class Measured:
    """What a story may say of a recording without being told: seconds, beats a minute, `D major`."""

    seconds: float
    tempo: float | None = None
    key: str | None = None


def read_story(path: Path) -> Story:
    """The story in a file. BadFile if it cannot be read, BadSetting, in one line, for what is none."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as why:
        raise BadFile(f"story={path}: {why.strerror} (a TOML file is wanted)") from why
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
        raise BadFile(f"story={path} is not TOML: {why}") from why
    return story_of(table, f"story={path}: ")


def story_of(table: Mapping[str, Any], where: str = "story: ") -> Story:
    """The story that a table tells."""
    for key in table:
        if key not in _KEYS:
            raise BadSetting(f"{where}there is no key {' '.join(key.split())} ({nearest(key, _KEYS)})")
    told = {name: _texts(table[name], most, where, name) for name, most in _LONGEST.items() if name in table}
    captions = _captions(table.get("captions", []), where)
    used = [tag for texts in (*told.values(), *(one.texts for one in captions)) for tag in texts if tag != _ANY]
    named = table.get("languages", list(dict.fromkeys(used)) or [FIRST])
    if not (isinstance(named, list) and all(isinstance(tag, str) for tag in named)):
        raise BadSetting(f'{where}languages={named!r} must be a list: ["en", "zh"]')
    return Story(checked_languages(named, f"{where}languages"), captions=captions, **told)


def completed(story: Story | None, languages: Sequence[str] | None, name: str, measured: Measured) -> Story:
    """The story with what is missing: a title from the recording's name, and in place of a text what was measured."""
    own = story or Story(tuple(languages or (FIRST,)))
    tags = tuple(languages or own.languages)
    title = own.title if any(own.title.values()) else {_ANY: name_of(name)}
    text = own.text if any(own.text.values()) else {tag: _in_words(measured, tag) for tag in tags}
    return Story(tags, title, own.artist, own.credit, text, own.captions)


def name_of(source: str) -> str:
    """A title out of what a recording is called: no folder, no ending, no underscores."""
    name = source if ":" in source and not Path(source).exists() else Path(source).stem
    return _clean(" ".join(name.replace("_", " ").replace(":", " ").split())) or "Monochord"


def clock(seconds: float) -> str:
    """`1:05`."""
    whole = int(seconds + 0.5)
    return f"{whole // 60}:{whole % 60:02d}"


def _in_words(measured: Measured, language: str) -> str:
    """What was measured, and nothing else."""
    own = words(language)
    said = [own["heard"].format(duration=clock(measured.seconds))]
    if measured.tempo:
        said.append(own["heard_tempo"].format(tempo=f"{measured.tempo:.0f}"))
    tone, _, mode = (measured.key or "").partition(" ")
    if mode in ("major", "minor"):
        said.append(
            own["heard_key"].format(
                key=own[mode].format(tone=own.get("tones", {}).get(tone, tone.replace("#", "♯").replace("b", "♭")))
            )
        )
    return " ".join(said)


def _texts(value: Any, most: int, where: str, name: str) -> Texts:
    table = {_ANY: value} if isinstance(value, str) else value
    if not isinstance(table, dict) or not all(isinstance(text, str) for text in table.values()):
        raise BadSetting(f'{where}{name}={value!r} must be text, or a text for each language: en = "…"')
    if tags := [tag for tag in table if tag != _ANY]:
        checked_languages(tags, f"{where}{name}")
    for tag, text in table.items():
        if len(text) > most:
            raise BadSetting(f"{where}{name}{'.' if tag else ''}{tag} has {len(text)} letters, {most} are the most")
    return {tag: cleaned for tag, text in table.items() if (cleaned := _clean(text))}


def _captions(value: Any, where: str) -> tuple[Caption, ...]:
    if not isinstance(value, list) or len(value) > _MOST_CAPTIONS:
        raise BadSetting(f"{where}captions must be [[captions]] tables, at most {_MOST_CAPTIONS}")
    found = []
    for number, table in enumerate(value, 1):
        here = f"{where}captions {number}: "
        if not isinstance(table, dict):
            raise BadSetting(f"{here}a table is wanted: from, to, and a text for each language")
        begin, end = (_seconds(table.get(key), here, key) for key in ("from", "to"))
        if not begin < end:
            raise BadSetting(f"{here}to={end:g} must be later than from={begin:g}")
        texts = {tag: text for tag, text in table.items() if tag not in ("from", "to")}
        if not texts:
            raise BadSetting(f'{here}there is no text (en = "…")')
        found.append(Caption(begin, end, _texts(texts, _LONGEST_CAPTION, here, "text")))
    return tuple(sorted(found, key=lambda one: (one.begin, one.end)))


def _seconds(value: Any, where: str, key: str) -> float:
    if not is_number(value) or value < 0:
        raise BadSetting(f"{where}{key}={value!r} must be seconds from the begin, 0 or more")
    return float(value)


def _clean(text: str) -> str:
    """Without signs that are none: those of control, except the ends of lines, and halves of a pair."""
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    return "".join(sign for sign in plain if sign == "\n" or unicodedata.category(sign) not in ("Cc", "Cs")).strip()
