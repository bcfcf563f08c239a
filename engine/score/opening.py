"""A score, from whatever file it is in: a tune, or the picture of a page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.errors import BadFile
from engine.score.files import READS, read_tune
from engine.score.timeline import Timeline, timeline
from engine.score.tune import Tune
from engine.score.tune_json import told, tune_of


def open_score(path: Path) -> dict[str, Any]:
    """The score in a file, as JSON tells it. BadFile, in one line, where there is none that can be followed."""
    tune = read_tune(path) if path.suffix.lower() in READS or not path.exists() else _read_picture(path)
    if not tune.sounding:
        raise BadFile(f"score={path} has no notes to follow")
    return told(tune)


def followed(score: Mapping[str, Any], where: str = "score") -> Timeline:
    """What `open_score` gave, or a take kept, as it is followed. BadFile if it is none."""
    try:
        return timeline(tune_of(score))
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as why:
        raise BadFile(f"{where} holds no score that can be followed ({' '.join(str(why).split())[:200]})") from None


def _read_picture(path: Path) -> Tune:
    """What the recogniser reads on the picture of a page."""
    from engine.score.page import read_page
    from engine.score.recogniser import read_staves

    staves = read_page(path)
    return read_staves([staff.image for staff in staves])
