"""Two recordings side by side: two players, two rooms, two takes, on the same axes and in one table."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from math import hypot
from pathlib import Path
from typing import Final

from engine.foundation.whole_file import made_folder
from engine.listening.mood_judge import MOODS
from engine.rehearsal import Progress, nobody
from engine.report import page
from engine.report.facts import Facts
from engine.report.page import FIGURES
from engine.report.sections import number, sections, span
from engine.report.writing import Reported, foot

PAGE: Final = "compare.html"
_PREFIX: Final = "compare_"  # what the names of its figures begin with

Row = tuple[str, str, str, str]
"""What is compared, of A, of B, and by how much B differs from A."""


def compare(first: Reported, second: Reported, folder: Path, progress: Progress = nobody) -> Path:
    """compare.html of two reports, and its figures, in `folder`; BadFile if they cannot be written."""
    both = [first, second]
    shots = [one.findings for one in both]
    body = page.shown(sections(shots), made_folder(folder / FIGURES), progress, _PREFIX)
    names = [shot.name for shot in shots]
    head = [
        '<a class="skip" href="#level">Skip to the figures</a>',
        "<header>",
        "<h1>Two recordings side by side</h1>",
        "".join(
            f'<p>{"AB"[place]}: <span id="name-{place}">{page.named(name)}</span></p>'
            for place, name in enumerate(names)
        ),
        "</header>",
        "<main>",
    ]
    table = page.framed(
        "differences",
        "How they differ",
        "What each is like, and by how much the second differs from the first.",
        [_table(rows(*(shot.facts for shot in shots)))],
    )
    content = [*head, table, *body, foot(), page.player([one.heard for one in both])]
    page.write(folder / PAGE, page.document(" – ".join(names), content, playing=True))
    return folder / PAGE


def rows(first: Facts, second: Facts) -> list[Row]:
    """The table of differences."""

    def measured(name: str, told: Callable[[Facts], float | None], digits: int = 1) -> Row:
        a, b = told(first), told(second)
        said = [number(each, digits) for each in (a, b)]
        return name, said[0], said[1], "–" if a is None or b is None else _by(b - a, digits)

    found = [
        measured("duration, s", lambda one: one.duration),
        measured("level, dBFS", lambda one: one.level),
        measured("loudness, LUFS", lambda one: one.loudness),
        measured("loudness range, LU", lambda one: one.range_lu),
        measured("brightness (centre of gravity), Hz", lambda one: one.brightness, 0),
        measured("tempo, beats/min", lambda one: one.tempo),
        measured("tempo wanders by, %", lambda one: one.wander_percent),
        measured("onsets a second", lambda one: one.density, 2),
        measured("fractal dimension", lambda one: one.fractal, 3),
        ("pitch", span(first), span(second), ""),
        measured("pitch range, semitones", _reach),
        ("key", first.key or "none", second.key or "none", "the same" if first.key == second.key else "another"),
        measured("novelty, 0 … 1", lambda one: one.novelty, 2),
        _place(first, second),
    ]
    if first.mood is not None and second.mood is not None:
        for mood in (*MOODS, "valence", "arousal"):
            a, b = first.mood[mood], second.mood[mood]
            found.append((mood, number(a, 2), number(b, 2), _by(b - a, 2)))
    return found


def _by(difference: float, digits: int) -> str:
    return f"{difference:+.{digits}f}".replace("-", "−")


def _reach(one: Facts) -> float | None:
    return None if one.low_pitch is None or one.high_pitch is None else (one.high_pitch - one.low_pitch) / 100


def _place(first: Facts, second: Facts) -> Row:
    name = "place on the map of sounds (−1 … 1)"
    if first.x is None or first.y is None or second.x is None or second.y is None:
        return name, "–", "–", "–"
    apart = hypot(second.x - first.x, second.y - first.y)
    said = [f"{number(one.x, 2)}, {number(one.y, 2)}" for one in (first, second)]
    return name, said[0], said[1], f"{apart:.2f} apart"


def _table(found: list[Row]) -> str:
    lines = [
        f'<tr><th scope="row">{escape(name)}</th>' + "".join(f"<td>{escape(value)}</td>" for value in values) + "</tr>"
        for name, *values in found
    ]
    head = '<tr><th></th><th scope="col">A</th><th scope="col">B</th><th scope="col">B − A</th></tr>'
    return f'<div class="scroll"><table><thead>{head}</thead><tbody>{"".join(lines)}</tbody></table></div>'
