"""The page that plays anywhere: one HTML file beside its films and sound, from disk or from any server, on any screen.

Style, script and numbers are inside it, for a page from disk may not fetch; its policy lets nothing else run, and
nothing come from anywhere else. Every text is escaped.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final

from engine.foundation.assets import text_of
from engine.share.captions import spoken
from engine.share.score_sheet import ScoreSheet
from engine.share.story import Story, clock
from engine.share.words import direction, words
from engine.share.words import spoken as spoken_language
from engine.stage.targets import Size

NAME: Final = "index.html"
"""The page's name in its folder."""
_OURS: Final = Path(__file__).parent / "page"
_LEVELS: Final = ("level", "low", "notes", "way", "stars")
_PAPER: Final = '<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>'
_GLOW: Final = (
    '<g id="glow" display="none"><circle r="24" fill="#e9a73a" fill-opacity="0.22"/>'
    '<circle r="17" fill="#e9a73a" fill-opacity="0.5"/></g>'
)


@dataclass(frozen=True, slots=True)
class Contents:
    """What is on the page. `films`: the size of each by name, the first is shown on wide screens; `living` as
    `living_map.living` gives it; `limited`: the films have passed the flash limiter; `burnt`: captions are in their
    pictures already, so that the page keeps its own back until they are asked for.
    """

    story: Story
    seconds: float
    living: Mapping[str, Any]
    films: Mapping[str, Size]
    sheet: ScoreSheet | None = None
    limited: bool = True
    burnt: bool = False


def html(contents: Contents) -> str:
    """The whole page."""
    style, script = text_of(_OURS / "share.css"), text_of(_OURS / "share.js") + text_of(_OURS / "map.js")
    first = contents.story.languages[0]
    own = _told(contents, first)
    policy = (
        f"default-src 'none'; img-src 'self' file: data:; media-src 'self' file:; style-src {_hashed(style)}; "
        f"script-src {_hashed(script)}; base-uri 'none'; form-action 'none'"
    )
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="{escape(first)}" dir="{direction(first)}">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{escape(own['title']['text'])}</title>",
            '<link rel="icon" href="data:,">',
            f"<style>{style}</style>",
            "</head>",
            "<body>",
            f'<a class="skip" href="#player" data-word="skip">{escape(words(first)["skip"])}</a>',
            *_languages(contents.story),
            "<header>",
            _line("h1", "title", own),
            _line("p", "artist", own, 'class="artist" '),
            "</header>",
            '<div class="string" aria-hidden="true"></div>',
            "<main>",
            *_player(contents, own),
            '<div class="spread">',
            f'<section class="story" id="story">{"".join(_part("p", part) for part in own["text"])}</section>',
            *_map(contents, first),
            "</div>",
            *_score(contents, first),
            "</main>",
            *_foot(contents, own),
            f'<script type="application/json" id="told">{_json(_data(contents))}</script>',
            f"<script>{script}</script>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _languages(story: Story) -> list[str]:
    """Links, so that they work as links do; nothing where there is one language alone."""
    if len(story.languages) < 2:
        return []
    links = [
        f'<a href="#{escape(tag)}" hreflang="{escape(tag)}" lang="{escape(tag)}" dir="{direction(tag)}">'
        f"{escape(_name(tag))}</a>"
        for tag in story.languages
    ]
    label = escape(words(story.languages[0])["languages"])
    return [f'<nav class="languages" data-label="languages" aria-label="{label}">{"".join(links)}</nav>']


def _player(contents: Contents, own: Mapping[str, Any]) -> list[str]:
    said = words(contents.story.languages[0])
    title = own["title"]["text"]
    films = []
    if contents.films:
        name, (width, height) = next(iter(contents.films.items()))
        label = escape(said["film"].format(title=title))
        films = [
            (
                f'<video id="film" src="{name}.mp4" poster="cover.jpg" width="{width}" height="{height}" '
                f'preload="metadata" playsinline controls data-label="film" aria-label="{label}"></video>'
            )
        ]
    caption = '<p class="caption" id="caption" hidden><span></span></p>'
    stage = f'<div class="stage" id="stage">{films[0]}{caption}</div>' if films else caption
    buttons = []
    if contents.story.captions:
        buttons.append(
            f'<button id="captions" aria-pressed="{str(not contents.burnt).lower()}" data-word="captions">'
            f"{escape(said['captions'])}</button>"
        )
    if films:
        buttons.append(f'<button id="whole" data-word="whole">{escape(said["whole"])}</button>')
    how = 'preload="none"' if films else 'preload="metadata" controls'
    return [
        f'<section class="player{"" if films else " bare"}" id="player" tabindex="-1" aria-labelledby="title">',
        stage,
        f'<audio id="sound" src="sound.mp3" {how}></audio>',
        '<div class="bar" id="bar" dir="ltr" hidden>',
        f'<button id="play" data-word="play">{escape(said["play"])}</button>',
        '<span class="time" id="time">0:00</span>',
        (
            '<div class="seek"><canvas id="ink" aria-hidden="true"></canvas>'
            f'<input id="seek" type="range" min="0" max="{contents.seconds:.2f}" step="0.01" value="0" '
            f'data-label="seek" aria-label="{escape(said["seek"])}"></div>'
        ),
        f'<span class="time total">{clock(contents.seconds)}</span>',
        *buttons,
        "</div>",
        '<p class="trouble" id="trouble" role="status" hidden></p>',
        "</section>",
    ]


def _map(contents: Contents, first: str) -> list[str]:
    if len(contents.living["way"]["time"]) < 2:
        return []
    said = words(first)
    return [
        '<section aria-labelledby="map-title">',
        _word("h2", "map", said, 'id="map-title" '),
        _word("p", "map_says", said, 'class="says" id="map-says" '),
        (
            '<div class="sky"><canvas id="map" tabindex="0" role="slider" aria-describedby="map-says" '
            f'aria-valuemin="0" aria-valuemax="{contents.seconds:.1f}" aria-valuenow="0" data-label="map_keys" '
            f'aria-label="{escape(said["map_keys"])}"></canvas></div>'
        ),
        '<div class="senses">',
        _word("button", "turn", said, 'id="turn" aria-pressed="false" hidden '),
        _word("button", "feel", said, 'id="feel" aria-pressed="false" hidden '),
        "</div>",
        "</section>",
    ]


def _score(contents: Contents, first: str) -> list[str]:
    sheet = contents.sheet
    if sheet is None:
        return []
    said = words(first)
    paper = _PAPER.format(width=sheet.width, height=sheet.height)
    picture = sheet.svg.replace(paper, _GLOW, 1)
    picture = re.sub(r"^<svg ", f'<svg role="img" aria-label="{escape(sheet.title or said["score"])}" ', picture)
    return [
        '<section class="score" aria-labelledby="score-title">',
        _word("h2", "score", said, 'id="score-title" '),
        _word("p", "score_says", said, 'class="says" '),
        '<div class="sheet" id="sheet" tabindex="0" dir="ltr" role="region" aria-labelledby="score-title">',
        f"{picture}</div>",
        "</section>",
    ]


def _foot(contents: Contents, own: Mapping[str, Any]) -> list[str]:
    said = words(contents.story.languages[0])
    files = [(name, f"{name}.mp4") for name in contents.films] + [("mp3", "sound.mp3"), ("m4a", "sound.m4a")]
    links = [f'<li><a href="{file}" download data-word="{name}">{escape(said[name])}</a></li>' for name, file in files]
    light = [_word("p", "limited" if contents.limited else "unlimited", said, 'id="light" ')] if contents.films else []
    return [
        "<footer>",
        *light,
        _line("p", "credit", own),
        f'<nav aria-label="{escape(said["take_along"])}" data-label="take_along"><ul>{"".join(links)}</ul></nav>',
        _word("p", "made", said),
        "</footer>",
    ]


def _data(contents: Contents) -> dict[str, Any]:
    """What the script needs, as JSON."""
    story = contents.story
    captions = [
        {
            "from": one.begin,
            "to": one.end,
            "texts": {
                tag: [spoken(story, one, tag), *_written_as(story.said(one.texts, tag)[1])] for tag in story.languages
            },
        }
        for one in story.captions
    ]
    sheet = contents.sheet
    return {
        "seconds": contents.seconds,
        "languages": list(story.languages),
        "told": {tag: _told(contents, tag) for tag in story.languages},
        "words": {tag: dict(words(tag)) for tag in story.languages},
        "captions": captions,
        "films": {name: list(size) for name, size in contents.films.items()},
        "lowEvery": contents.living["low_every"],
        "places": [] if sheet is None else [list(place) for place in sheet.places],
        "sheet": [0, 0] if sheet is None else [sheet.width, sheet.height],
        **{name: contents.living[name] for name in _LEVELS},
    }


def _told(contents: Contents, language: str) -> dict[str, Any]:
    """The story in a language, each text with the language that it is really in."""
    story = contents.story

    def part(text: str, tag: str) -> dict[str, str]:
        return dict(zip(("text", "language", "direction"), (text, *_written_as(tag)), strict=True))

    text, tag = story.said(story.text, language)
    parts = [" ".join(one.split("\n")) for one in re.split(r"\n\s*\n", text) if one.strip()]
    return {
        "direction": direction(language),
        "text": [part(one.strip(), tag) for one in parts],
        **{name: part(*story.said(getattr(story, name), language)) for name in ("title", "artist", "credit")},
    }


def _written_as(language: str) -> tuple[str, str]:
    return language, direction(language)


def _line(kind: str, name: str, own: Mapping[str, Any], more: str = "") -> str:
    more += 'id="title" ' if name == "title" else ""
    return _part(kind, own[name], f'{more}data-told="{name}" ')


def _part(kind: str, part: Mapping[str, str], more: str = "") -> str:
    hidden = "" if part["text"] else " hidden"
    where = f'lang="{escape(part["language"])}" dir="{part["direction"]}"'
    return f"<{kind} {more}{where}{hidden}>{escape(part['text'])}</{kind}>"


def _word(kind: str, name: str, said: Mapping[str, Any], more: str = "") -> str:
    return f'<{kind} {more}data-word="{name}">{escape(said[name])}</{kind}>'


def _name(language: str) -> str:
    return str(words(language)["name"]) if spoken_language(language) == language else language


def _json(value: Any) -> str:
    """JSON that no text can break out of."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"
