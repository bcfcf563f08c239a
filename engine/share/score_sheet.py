"""The score on the page: the tune in numbers as SVG, and where each of its notes stands, so that it can glow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import BadFile
from engine.score.jianpu_layout import DIGIT, laid_out
from engine.score.jianpu_marks import Text
from engine.score.jianpu_picture import jianpu_svg
from engine.score.tune_json import tune_of
from engine.score.written import bars_of_tune, beginnings


@dataclass(frozen=True, slots=True)
class ScoreSheet:
    """`places`: the middle of each note in units of the picture, in the order in which `score.note` counts them."""

    svg: str
    title: str
    width: float
    height: float
    places: tuple[tuple[float, float], ...]


def score_sheet(score: Mapping[str, Any]) -> ScoreSheet:
    """The sheet of what `open_score` gave, or a take kept. BadFile if it is no score."""
    try:
        tune = tune_of(score)
        marks, (width, height) = laid_out(tune)
        digits = [mark for mark in marks if isinstance(mark, Text) and mark.size == DIGIT and mark.text != "0"]
        begins = beginnings(bars_of_tune(tune))
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as why:
        raise BadFile(f"score holds nothing that can be drawn ({' '.join(str(why).split())[:200]})") from None
    places = tuple(
        (round(digit.x, 1), round(digit.y - 0.36 * DIGIT, 1))
        for digit, first in zip(digits, begins, strict=True)
        if first
    )
    return ScoreSheet(jianpu_svg(tune), tune.title or "", width, height, places)
