"""Pages: figures and words as one HTML file that needs nothing else, no network and no other file."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

from engine.foundation.assets import text_of
from engine.foundation.whole_file import written
from engine.rehearsal import Progress, nobody
from engine.report import chart
from engine.report.sections import Figure, Section, clock
from engine.report.stills import Still

FIGURES: Final = "figures"
"""The folder beside a page in which its figures lie as PNG and SVG."""
_OURS: Final = Path(__file__).parent / "page"


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A recording as a page plays it: its name, its seconds, and an MP3 of the first `listened` of them.

    `trouble` says why it cannot be heard, if it cannot.
    """

    name: str
    seconds: float
    mp3: bytes
    listened: float
    trouble: str = ""


def document(title: str, body: Iterable[str], *, playing: bool = False, beside: bool = False) -> str:
    """A whole page. Nothing in it may come from anywhere else, and no script may run but our own.

    `beside`: its pictures lie beside it, in folders of their own.
    """
    script = text_of(_OURS / "report.js") if playing else ""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    runs = f"'sha256-{digest}'" if playing else "'none'"
    pictures = "'self' file: data:" if beside else "data:"
    policy = (
        f"default-src 'none'; img-src {pictures}; media-src data:; style-src 'unsafe-inline'; script-src {runs}; "
        "base-uri 'none'; form-action 'none'"
    )
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">',
            f"<title>{escape(title)}</title>",
            f"<style>\n{text_of(_OURS / 'report.css')}</style>",
            "</head>",
            "<body>",
            *body,
            *([f"<script>{script}</script>"] if playing else []),
            "</body>",
            "</html>",
            "",
        ]
    )


def write(path: Path, content: bytes | str) -> None:
    """Write a page, or what lies beside it: a file that appears when it is whole; BadFile if it cannot be."""
    with written(path) as part:
        part.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))


def named(name: str) -> str:
    """A name that somebody else chose, in whatever letters and direction."""
    return f'<bdi dir="auto">{escape(name)}</bdi>'


def listed(pairs: Iterable[tuple[str, str]], kind: str) -> str:
    """Names and values; the values are HTML already."""
    inside = "".join(f"<div><dt>{escape(name)}</dt><dd>{value}</dd></div>" for name, value in pairs)
    return f'<dl class="{kind}">{inside}</dl>'


def shown(sections: Sequence[Section], folder: Path, progress: Progress = nobody, prefix: str = "") -> list[str]:
    """Each section as HTML; its figures are written into `folder` as PNG and SVG too. BadFile if they cannot be."""
    total = sum(len(section.figures) for section in sections)
    done = 0
    made = []
    for section in sections:
        inside = []
        for figure in section.figures:
            inside.append(_figure(section, figure, folder, prefix))
            done += 1
            progress(done / total)
        made.append(framed(section.name, section.title, section.says, inside))
    return made


def framed(name: str, title: str, says: str, inside: Iterable[str]) -> str:
    """A section of a page, of HTML."""
    return "\n".join(
        [
            f'<section id="{name}" aria-labelledby="{name}-title">',
            f'<h2 id="{name}-title">{escape(title)}</h2>',
            f'<p class="says">{escape(says)}</p>',
            *inside,
            "</section>",
        ]
    )


def _figure(section: Section, figure: Figure, folder: Path, prefix: str) -> str:
    sizes = [("square" if figure.square else "wide", chart.WIDE)] + [("narrow", chart.NARROW)] * (not figure.square)
    pictures = []
    for kind, width in sizes:
        with chart.style():
            drawn = figure.draw(width)
        svg = drawn.svg(f"{prefix}{figure.name} {kind}")
        if kind != "narrow":
            write(folder / f"{prefix}{figure.name}.svg", svg)
            write(folder / f"{prefix}{figure.name}.png", drawn.png())
        pictures.append((kind, drawn, svg))
    parts = [f'<figure id="figure-{figure.name.replace("_", "-")}">']
    for kind, drawn, svg in pictures:
        areas = json.dumps([area.table() for area in drawn.areas], separators=(",", ":"))
        touched = f" data-areas='{areas}' data-title=\"{escape(section.title)}\"" if drawn.areas else ""
        picture = f'<div role="img" aria-label="{escape(figure.alt)}">{chart.inside_page(svg)}</div>'
        parts.append(f'<div class="plot {kind}"{touched}>{picture}</div>')
    return "\n".join([*parts, "</figure>"])


def scenes(stills: Sequence[Still]) -> list[str]:
    """A picture of each scene."""
    cards = []
    for still in stills:
        source = base64.b64encode(still.jpeg()).decode("ascii")
        height, width = still.pixels.shape[:2]
        alt = f"the scene {still.title} at {clock(still.at)}"
        picture = f'<img src="data:image/jpeg;base64,{source}" alt="{escape(alt)}" width="{width}" height="{height}">'
        cards.append(f"<figure>{picture}<figcaption>{escape(still.title)}</figcaption></figure>")
    return [f'<div class="scenes">{"".join(cards)}</div>']


def player(heard: Sequence[Heard]) -> str:
    """What plays the recordings, at the foot of the page."""
    rows, notes = [], []
    for number, one in enumerate(heard):
        label = "AB"[number] if len(heard) > 1 else ""
        source = base64.b64encode(one.mp3).decode("ascii")
        audio = (
            f'<audio controls preload="auto" data-seconds="{one.listened:.3f}" src="data:audio/mpeg;base64,{source}" '
            f'aria-labelledby="name-{number}"></audio>'
        )
        rows.append(f"<label><b>{label}</b>{audio}</label>" if one.mp3 else "")
        if not one.mp3:
            notes.append(f"{label} cannot be heard in this page: {one.trouble or 'it holds no sound'}.".strip())
        elif one.listened < one.seconds - 0.5:
            notes.append(f"{label} The first {clock(one.listened)} of {clock(one.seconds)} can be heard.".strip())
    said = f"<p>{escape(' '.join(notes))}</p>" if notes else ""
    return f'<div class="player" role="region" aria-label="Player"><div>{"".join(rows)}{said}</div></div>'
