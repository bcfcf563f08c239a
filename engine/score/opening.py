"""A score, from whatever it is in: a tune's file, or the pictures of its pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.errors import BadFile, MissingDriver
from engine.score.files import IN_NUMBERS, JIANPU, READS, STAFF, read_tune
from engine.score.picture import KINDS
from engine.score.timeline import Timeline, timeline
from engine.score.tune import Tune
from engine.score.tune_json import told, tune_of

if TYPE_CHECKING:
    from engine.score.sheet import Sheet
    from engine.stage.score_page import ScorePage

AUTO: Final = "auto"
"""As it was written: in numbers what was in numbers, all else in staves, where staves can be drawn."""
NOTATIONS: Final = (AUTO, STAFF, JIANPU)
"""How a page may be shown. Staves that were photographed are shown as they are, unless numbers are wanted."""
_MOST: Final = 64  # pages

Progress = Callable[[float], None]
"""Told which share is done, 0..1."""


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A score as JSON tells it, the page that it is played from, and what is to be said of that, if anything."""

    told: dict[str, Any]
    page: ScorePage
    remark: str = ""


def open_score(path: Path) -> dict[str, Any]:
    """The score in a file, as JSON tells it. BadFile, in one line, where there is none that can be followed."""
    tune, sheet, paths = _read([path], _nobody)
    return _told(tune, AUTO, sheet, paths)


def open_sheet(score: Path | Sequence[Path], notation: str = AUTO, progress: Progress | None = None) -> Opened:
    """The same, with its page. Several pictures, or a folder of them, are the pages of one piece.

    Photographed staves are shown as they were found; all else is drawn, as `notation` says. MissingDriver where staves
    are asked for and cannot be drawn here.
    """
    tune, sheet, paths = _read([score] if isinstance(score, Path) else score, progress or _nobody)
    if sheet is not None and sheet.staves and notation != JIANPU:
        from engine.score.page_picture import seen_page
        from engine.score.picture import read_grey

        return Opened(told(tune), seen_page(map(read_grey, paths), sheet))
    known = _told(tune, notation, sheet, paths)
    page, remark = _drawn(tune, known.get("notation", notation), progress or _nobody)
    return Opened(known, page, remark)


def page_of(score: Mapping[str, Any] | None, notation: str | None = None) -> ScorePage | None:
    """The page of what `open_score` gave, or a take kept, drawn as `notation` or it says; None where it is none."""
    with suppress(ValueError, KeyError, TypeError, AttributeError, ArithmeticError):  # `followed` says what is wrong
        if score is not None and (tune := tune_of(score)).sounding:
            return _drawn(tune, notation or score.get("notation", AUTO), _nobody)[0]
    return None


def followed(score: Mapping[str, Any], where: str = "score") -> Timeline:
    """What `open_score` gave, or a take kept, as it is followed. BadFile if it is none."""
    try:
        return timeline(tune_of(score))
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as why:
        raise BadFile(f"{where} holds no score that can be followed ({' '.join(str(why).split())[:200]})") from None


def _nobody(_: float) -> None:
    """Told how much is done."""


def _read(named: Sequence[Path], progress: Progress) -> tuple[Tune, Sheet | None, list[Path]]:
    """The tune in these files; the sheet on which it was read and the pictures of its pages, if it was on any."""
    paths = [file for path in named for file in (_pages_in(path) if path.is_dir() else [path])]
    tunes = [path for path in paths if path.suffix.lower() in READS or not path.exists()]
    if tunes and len(paths) > 1:
        if not tunes[0].exists():
            raise BadFile(f"score={tunes[0]}: no such picture")
        raise BadFile(f"score={tunes[0]} is no picture of a page, as several files must be (name it alone)")
    if len(paths) > _MOST:
        raise BadFile(f"score has {len(paths)} pages: at most {_MOST} are read (name those that are played)")
    sheet = None if tunes else _read_pictures(paths, progress)
    tune = read_tune(tunes[0]) if sheet is None else sheet.tune
    if not tune.sounding:
        raise BadFile(f"score={paths[0]} has no notes to follow")
    return tune, sheet, paths


def _pages_in(folder: Path) -> list[Path]:
    """The pictures in a folder, page 2 before page 10."""
    try:
        found = [path for path in folder.iterdir() if path.suffix.lower() in KINDS and not path.name.startswith(".")]
    except OSError as why:
        raise BadFile(f"score={folder} cannot be read: {why.strerror}") from None
    if not found:
        raise BadFile(f"score={folder} holds no picture of a page (a folder of {', '.join(KINDS)})")
    return sorted(found, key=lambda path: [_order(part) for part in re.split(r"(\d+)", path.name)])


def _order(part: str) -> tuple[int, str]:
    """Digits by their number, all else by its letters."""
    return (int(part), "") if part.isdecimal() else (0, part)


def _read_pictures(paths: Sequence[Path], progress: Progress) -> Sheet:
    """What is read on the pictures of pages."""
    from engine.score.sheet import one_piece, read_sheet

    pages: dict[Path, Sheet] = {}
    for number, path in enumerate(paths):
        progress(number / len(paths))
        if path in pages:
            raise BadFile(f"score={path} is named twice: a page is read once (write repeats as signs)")
        pages[path] = read_sheet(path)
    progress(1.0)
    return one_piece(pages)


def _told(tune: Tune, notation: str, sheet: Sheet | None, paths: Sequence[Path]) -> dict[str, Any]:
    """As JSON, which says where it is to be drawn in numbers: a take that keeps it is drawn so too."""
    numbers = not sheet.staves if sheet is not None else paths[0].suffix.lower() == IN_NUMBERS
    wanted = notation == JIANPU or (notation == AUTO and numbers)
    return told(tune) | ({"notation": JIANPU} if wanted else {})


def _drawn(tune: Tune, notation: str, progress: Progress) -> tuple[ScorePage, str]:
    """The page, and what is to be said of it."""
    from engine.score.engraved_page import engraved_page
    from engine.score.page_picture import drawn_page

    if notation == JIANPU:
        return drawn_page(tune), ""
    try:
        return engraved_page(tune, progress), ""
    except MissingDriver as why:
        if notation == STAFF:
            raise
        return drawn_page(tune), f"the scene page shows the score in numbers: {why}"
    except ValueError as why:
        if notation == STAFF:
            raise BadFile(f"score cannot be drawn in staves: {why} (try notation=jianpu)") from None
        return drawn_page(tune), f"the scene page shows the score in numbers: {why}"
