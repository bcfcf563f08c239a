"""The list of a folder's reports: a small picture of each, and what it is like in short."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from engine.listening.mood_judge import MOODS
from engine.report import chart, page
from engine.report.findings import Findings
from engine.report.page import FIGURES
from engine.report.sections import clock, number
from engine.report.writing import REPORT

INDEX: Final = "index.html"
SMALL: Final = "small.png"
"""A recording's small picture, in its folder of figures."""
SIZE: Final = (320, 110)
"""Pixels of a small picture: its way over the map of sounds, and its spectrogram."""
_EDGE: Final = 1.12  # of the plane that is shown


@dataclass(frozen=True, slots=True)
class Entry:
    """What the list says of a recording: its facts, as JSON tells them."""

    facts: Mapping[str, Any]


def small(found: Findings) -> bytes:
    """A small picture of a recording, as PNG."""
    width, height = SIZE
    picture = Image.new("RGB", SIZE, chart.WELL)
    pen = ImageDraw.Draw(picture)
    way = found.maps.get("way")
    if way is not None:
        shade = _shaded(np.asarray(255 * way.time / max(found.facts.duration, 1e-9), np.uint8), chart.PASSING[0])
        for (x, y), colour in zip(way.plane, shade, strict=True):
            left, top = (x / _EDGE + 1) / 2 * height, (1 - y / _EDGE) / 2 * height
            pen.ellipse((left - 1.5, top - 1.5, left + 1.5, top + 1.5), fill=tuple(map(int, colour)))
    heat = _shaded(found.pictures["spectrogram"][::-1], chart.HEAT)
    picture.paste(Image.fromarray(heat).resize((width - height - 6, height), Image.Resampling.BOX), (height + 6, 0))
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def write_index(out: Path, title: str, entries: Sequence[tuple[str, Path, Entry]]) -> Path:
    """index.html in `out`: of each recording its name, the folder of its report, its entry. BadFile if it cannot."""
    cards = []
    for name, folder, entry in entries:
        there = quote(folder.relative_to(out).as_posix())
        facts = entry.facts
        said = [
            clock(float(facts["duration"])),
            facts.get("key") or "",
            _tempo(facts),
            f"{number(facts.get('loudness'))} LUFS",
        ]
        mood = facts.get("mood")
        if mood:
            said.append(max((value, kind) for kind, value in mood.items() if kind in MOODS)[1])
        width, height = SIZE
        cards.append(
            f'<li><a href="{there}/{REPORT}"><img src="{there}/{FIGURES}/{SMALL}" alt="" width="{width}" '
            f'height="{height}" loading="lazy"><div><b>{page.named(name)}</b>'
            f'<span class="quiet">{escape(" · ".join(filter(None, said)))}</span></div></a></li>'
        )
    seconds = sum(float(entry.facts["duration"]) for _, _, entry in entries)
    body = [
        "<header>",
        f"<h1>{page.named(title)}</h1>",
        f'<p class="quiet">{len(entries)} recordings, {clock(seconds)} of sound</p>',
        "</header>",
        f'<main><ul class="cards">{"".join(cards)}</ul></main>',
    ]
    page.write(out / INDEX, page.document(title, body, beside=True))
    return out / INDEX


def _tempo(facts: Mapping[str, Any]) -> str:
    tempo = facts.get("tempo")
    return f"{float(tempo):.0f} beats/min" if tempo else ""


def _shaded(values: NDArray[np.uint8], stops: Sequence[str]) -> NDArray[np.uint8]:
    """Values 0..255 as colours on a scale, (…, 3)."""
    colours = np.array([list(bytes.fromhex(stop[1:])) for stop in stops], np.float64)
    at = np.linspace(0, 255, len(stops))
    table = np.stack([np.interp(np.arange(256), at, colours[:, channel]) for channel in range(3)], axis=1)
    return np.asarray(table + 0.5, np.uint8)[values]
