"""A score, from whatever file it is in: a tune, or the picture of a page."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import BadFile
from engine.score.files import READS, read_tune
from engine.score.timeline import Timeline, timeline
from engine.score.tune import Tune
from engine.score.tune_json import told, tune_of

if TYPE_CHECKING:
    from engine.score.sheet import Sheet
    from engine.stage.score_page import ScorePage


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A score as JSON tells it, and the page that it is played from."""

    told: dict[str, Any]
    page: ScorePage


def open_score(path: Path) -> dict[str, Any]:
    """The score in a file, as JSON tells it. BadFile, in one line, where there is none that can be followed."""
    return told(_read(path)[0])


def open_sheet(path: Path) -> Opened:
    """The same, with its page: of a photograph, its staves as they were found; of any other file, drawn in numbers."""
    from engine.score.page_picture import drawn_page

    tune, sheet = _read(path)
    page = drawn_page(tune) if sheet is None or not sheet.staves else _seen(path, sheet)
    return Opened(told(tune), page)


def page_of(score: Mapping[str, Any] | None) -> ScorePage | None:
    """The page of what `open_score` gave, or a take kept, drawn in numbers; None where that is none."""
    from engine.score.page_picture import drawn_page

    with suppress(ValueError, KeyError, TypeError, AttributeError, ArithmeticError):  # `followed` says what is wrong
        if score is not None and (tune := tune_of(score)).sounding:
            return drawn_page(tune)
    return None


def followed(score: Mapping[str, Any], where: str = "score") -> Timeline:
    """What `open_score` gave, or a take kept, as it is followed. BadFile if it is none."""
    try:
        return timeline(tune_of(score))
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as why:
        raise BadFile(f"{where} holds no score that can be followed ({' '.join(str(why).split())[:200]})") from None


def _read(path: Path) -> tuple[Tune, Sheet | None]:
    """The tune in a file, and the page on which it was read, if it was a picture."""
    sheet = None if path.suffix.lower() in READS or not path.exists() else _read_picture(path)
    tune = read_tune(path) if sheet is None else sheet.tune
    if not tune.sounding:
        raise BadFile(f"score={path} has no notes to follow")
    return tune, sheet


def _read_picture(path: Path) -> Sheet:
    """What the recogniser reads on the picture of a page."""
    from engine.score.sheet import read_sheet

    return read_sheet(path)


def _seen(path: Path, sheet: Sheet) -> ScorePage:
    from engine.score.page_picture import seen_page
    from engine.score.picture import read_grey
    from engine.score.recogniser import Recogniser

    reader = Recogniser()
    return seen_page(read_grey(path), sheet.staves, [reader.read(staff.image) for staff in sheet.staves], sheet.tune)
