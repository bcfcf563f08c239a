"""What an audience answered, as a figure: the opinions in the two dimensions, as the paper's Fig. 10 has them.

Counts stand on the bars, shares beside them: the shares alone would not say of how many. SVG and PNG show the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from engine.errors import BadFile
from engine.foundation.whole_file import whole_file
from engine.survey.questions import ANSWERS, QUESTIONS, USUAL, languages
from engine.survey.votes import Votes

SIZE: Final = (960, 560)
_SHARPER: Final = 2  # pixels of the PNG for one of the SVG
_PAPER, _INK, _QUIET, _LINE = "#fbfaf6", "#1c1e20", "#62666a", "#d8d6ce"
_COLORS: Final = {"music": "#2f6f86", "visuals": "#c8842c"}  # told apart in grey and by those who see few colours too
_TITLES: Final = {"music": "the music", "visuals": "the way it was made visible"}
_LEFT, _RIGHT, _TOP, _FOOT = 74.0, 930.0, 118.0, 452.0
_BAR, _GAP = 76.0, 10.0  # widths of a bar, and of the room between two of one answer
_LARGE, _PLAIN, _SMALL = 22, 16, 14  # heights of letters
_FONT: Final = "Helvetica Neue, Arial, DejaVu Sans, sans-serif"
_STEPS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)


@dataclass(frozen=True, slots=True)
class _Box:
    """A rectangle, in one colour."""

    left: float
    top: float
    wide: float
    high: float
    color: str


@dataclass(frozen=True, slots=True)
class _Line:
    """Text on a baseline at y that begins (start), ends (end) or has its middle (middle) at x."""

    x: float
    y: float
    text: str
    size: int
    color: str
    anchor: str = "middle"


def as_svg(votes: Votes) -> str:
    """The figure as SVG, with a text that says the same to who cannot see it."""
    size = f'width="{SIZE[0]}" height="{SIZE[1]}" viewBox="0 0 {SIZE[0]} {SIZE[1]}"'
    read = f'font-family="{_FONT}" role="img" aria-label="{escape(in_words(votes))}"'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {size} {read}>']
    for mark in _marks(votes):
        if isinstance(mark, _Box):
            place = f'x="{mark.left:g}" y="{mark.top:g}" width="{mark.wide:g}" height="{mark.high:g}"'
            parts.append(f'<rect {place} fill="{mark.color}"/>')
        else:
            place = f'x="{mark.x:g}" y="{mark.y:g}" font-size="{mark.size}" text-anchor="{mark.anchor}"'
            parts.append(f'<text {place} fill="{mark.color}">{escape(mark.text)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def as_picture(votes: Votes) -> Image.Image:
    """The figure as pixels."""
    picture = Image.new("RGB", (_SHARPER * SIZE[0], _SHARPER * SIZE[1]), _PAPER)
    pen = ImageDraw.Draw(picture)
    anchors = {"start": "ls", "middle": "ms", "end": "rs"}
    for mark in _marks(votes):
        if isinstance(mark, _Box):
            left, top = _SHARPER * mark.left, _SHARPER * mark.top
            corner = (left + _SHARPER * mark.wide - 1, top + _SHARPER * mark.high - 1)
            if corner[0] >= left and corner[1] >= top:
                pen.rectangle(((left, top), corner), fill=mark.color)
        else:
            font = ImageFont.load_default(_SHARPER * mark.size)
            place = (_SHARPER * mark.x, _SHARPER * mark.y)
            pen.text(place, mark.text, mark.color, font, anchor=anchors[mark.anchor])
    return picture


def write_figure(votes: Votes, path: Path) -> tuple[Path, Path]:
    """Write it under this name as SVG and as PNG; both paths. BadFile if they cannot be written."""
    if path.suffix.lower() not in (".svg", ".png"):
        raise BadFile(f"out={path} must end in .svg or .png (both are written)")
    vector, pixels = path.with_suffix(".svg"), path.with_suffix(".png")
    try:
        with whole_file(vector) as part:
            part.write_text(as_svg(votes), encoding="utf-8")
        with whole_file(pixels) as part:
            as_picture(votes).save(part, format="PNG", optimize=True)
    except OSError as why:
        raise BadFile(f"out={path} cannot be written: {why.strerror or why}") from None
    return vector, pixels


def in_words(votes: Votes) -> str:
    """The counts in a sentence."""
    told = []
    for question in QUESTIONS:
        counts = ", ".join(f"{answer} {count}" for answer, count in zip(ANSWERS, votes.of(question), strict=True))
        told.append(f"{_TITLES[question]}: {counts}")
    return f"Satisfaction of {votes.total} people with {'; with '.join(told)}"


def _marks(votes: Votes) -> Iterator[_Box | _Line]:
    """Everything that is drawn, from behind to the front."""
    yield _Box(0, 0, SIZE[0], SIZE[1], _PAPER)
    yield _Line(_LEFT - 44, 44, "How satisfied the audience was", _LARGE, _INK, "start")
    total = votes.total
    yield _Line(_RIGHT, 44, f"{total} {'person' if total == 1 else 'people'} answered", _PLAIN, _QUIET, "end")
    x = _LEFT - 44
    for question in QUESTIONS:
        yield _Box(x, 66, 15, 15, _COLORS[question])
        yield _Line(x + 23, 79, f"with {_TITLES[question]}", _PLAIN, _INK, "start")
        x += 190
    yield from _bars(votes)
    for place, (answer, text) in enumerate(zip(ANSWERS, languages()[USUAL].answers, strict=True)):
        yield _Line(_middle(place), _FOOT + 32, answer, _LARGE, _INK)
        yield _Line(_middle(place), _FOOT + 56, text, _PLAIN, _QUIET)
    yield _Line(_LEFT - 44, _FOOT + 92, "people; and their share of all who answered", _SMALL, _QUIET, "start")


def _bars(votes: Votes) -> Iterator[_Box | _Line]:
    counts = {question: votes.of(question) for question in QUESTIONS}
    highest = max(max(one) for one in counts.values())
    step = next((one for one in _STEPS if one * 6 >= highest), max(highest // 5, 1))
    top = max(step * -(-highest // step), step)
    for line in range(0, top + 1, step):
        y = _FOOT - (_FOOT - _TOP) * line / top
        yield _Box(_LEFT, y, _RIGHT - _LEFT, 1, _QUIET if line == 0 else _LINE)
        yield _Line(_LEFT - 10, y + 5, f"{line}", _SMALL, _QUIET, "end")
    for at, question in enumerate(QUESTIONS):
        for place, count in enumerate(counts[question]):
            left = _middle(place) - _BAR - _GAP / 2 + at * (_BAR + _GAP)
            high = (_FOOT - _TOP) * count / top
            yield _Box(left, _FOOT - high, _BAR, high, _COLORS[question])
            share = f"{count} · {100 * count / votes.total:.0f} %" if votes.total else "0"
            yield _Box(left + 2, _FOOT - high - 22, _BAR - 4, 20, _PAPER)  # no line goes through a number
            yield _Line(left + _BAR / 2, _FOOT - high - 8, share, _SMALL, _INK)


def _middle(place: int) -> float:
    """Where the bars of an answer stand."""
    return _LEFT + (_RIGHT - _LEFT) * (place + 0.5) / len(ANSWERS)
