"""A picture of a page → its tune: staves or lines of numbers are found and straightened, read, and become one tune."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.errors import BadFile
from engine.score.jianpu_page import numbers_on, tune_of_lines
from engine.score.page import read_page
from engine.score.picture import read_grey
from engine.score.plain_text import LETTERS, text_of, tune_of_text
from engine.score.reading import tune_of
from engine.score.recogniser import Recogniser
from engine.score.straighten import Staff
from engine.score.symbols import Read
from engine.score.tune import Tune

ANY, STAFF, JIANPU = "any", "staff", "jianpu"
"""What a page may be told to bear."""
_MORE: Final = 2.0  # times as much must be read in numbers, where there are staves too
_SEAL: Final = "% as it was read: "
_SEALED: Final = re.compile(rf"{_SEAL}([0-9a-f]{{16}})\s*\Z")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page and what it says, or several of one piece; of pages in numbers (jianpu) no staves.

    `lines`: what was read, staff by staff, or line by line of numbers; `pages`: how many of them each page has.
    """

    tune: Tune
    staves: tuple[Staff, ...]
    lines: tuple[Sequence[Read], ...]
    pages: tuple[int, ...]


def read_sheet(path: Path, recogniser: Recogniser | None = None, notation: str = ANY) -> Sheet:
    """The tune on a page, on staves or in numbers. BadFile, in one line, if it is no picture, or none can be read.

    `notation`: STAFF or JIANPU, or ANY: what stands on it. Where there are staves, numbers beside them are not read.
    """
    numbers = _in_numbers(numbers_on(read_grey(path))) if notation != STAFF else None
    if notation == JIANPU:
        if numbers is None:
            raise BadFile(f"{path}: no line of numbers is found on it (photograph the page alone, sharp and upright)")
        return numbers
    try:
        sheet = _on_staves(path, recogniser)
    except BadFile as nothing:
        if numbers is not None:
            return numbers
        if notation == STAFF:
            raise
        neither = str(nothing).replace("is found on it", "and no line of numbers is found on it")
        raise BadFile(neither) from None
    # Lines under digits may pass for a staff, on which there is little to read; so may fingerings for numbers.
    if numbers is not None and _surely_read(numbers.tune) > _MORE * _surely_read(sheet.tune):
        return numbers
    return sheet


def one_piece(pages: Mapping[Path, Sheet]) -> Sheet:
    """Pages of one piece, in their order, as one. Bars are counted through, metre and clef go on where a page does not
    say its own, and a tie or a bar may go over a page's end. BadFile where one is in staves and one in numbers.
    """
    (first, sheet), *others = pages.items()
    for path, other in others:
        if bool(other.staves) != bool(sheet.staves):
            kinds = {True: "staves", False: "numbers"}
            raise BadFile(
                f"{first} is in {kinds[bool(sheet.staves)]}, {path} in {kinds[bool(other.staves)]}: pages of one piece "
                f"must be in one notation (read them alone)"
            )
    if not others:
        return sheet
    lines = tuple(line for page in pages.values() for line in page.lines)
    many = tuple(len(page.lines) for page in pages.values())
    if sheet.staves:
        staves = tuple(staff for page in pages.values() for staff in page.staves)
        return Sheet(tune_of(lines, pages=many), staves, lines, many)
    tune = tune_of_lines(lines)
    assert tune is not None  # each page has notes
    return Sheet(tune, (), lines, many)


def _in_numbers(lines: Sequence[Sequence[Read]]) -> Sheet | None:
    tune = tune_of_lines(lines)
    return None if tune is None else Sheet(tune, (), tuple(lines), (len(lines),))


def _surely_read(tune: Tune) -> float:
    """How many notes there are, each counted by how sure it is."""
    return sum(note.certainty**2 for note in tune.sounding)


def _on_staves(path: Path, recogniser: Recogniser | None) -> Sheet:
    staves = read_page(path)
    reader = recogniser or Recogniser()
    nothing = BadFile(f"{path}: staves are found, but no notes on them (photograph the page sharp, upright and larger)")
    lines = tuple(reader.read(staff.image) for staff in staves)
    try:
        tune = tune_of(lines)
    except ValueError:  # not even a bar
        raise nothing from None
    if not tune.sounding:
        raise nothing
    return Sheet(tune, tuple(staves), lines, (len(lines),))


def sealed(tune: Tune) -> str:
    """The tune as text, with a last line by which `put_right` knows whether somebody has changed it since."""
    text = text_of(tune, LETTERS)
    return f"{text}{_SEAL}{_sum(text)}\n"


def put_right(path: Path) -> Tune | None:
    """The tune of a text file that a person has changed; None if it is as it was read, or not there.

    BadFile, with the line, if what was changed is no tune any more: it is never written over.
    """
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise BadFile(f"{path}: the text cannot be read (move it away, and the page is read again)") from None
    seal = _SEALED.search(text)
    if seal and _sum(text[: seal.start()]) == seal[1]:
        return None
    try:
        return tune_of_text(text)
    except ValueError as problem:
        raise BadFile(f"{path}: {problem} (put it right, or delete the file)") from None


def _sum(text: str) -> str:
    return hashlib.sha256("\n".join(line.rstrip() for line in text.splitlines()).encode()).hexdigest()[:16]
