"""The votes of an audience: how often each was given in which minute. As CSV, and back."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from engine.errors import BadFile
from engine.foundation.whole_file import whole_file
from engine.survey.questions import ANSWERS, PAIRS, QUESTIONS

HEADER: Final = ("minute", *QUESTIONS, "votes")
"""The first line of the CSV."""
_MOST_BYTES: Final = 8_000_000  # of a file that is read
_MOST: Final = 1_000_000  # votes in one row
_MINUTE: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class Votes:
    """`rows`: how often one of `PAIRS` was given in a minute, as `this_minute` writes it."""

    rows: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many have voted."""
        return sum(self.rows.values())

    def with_more(self, minute: str, more: Mapping[str, int]) -> Votes:
        """These and `more` of each of `PAIRS`, given in this minute."""
        rows = Counter(self.rows)
        for pair, count in more.items():
            rows[minute, pair] += count
        return Votes(rows)

    def of(self, question: str) -> tuple[int, ...]:
        """How many answered A, B, C and D to one of `QUESTIONS`."""
        place = QUESTIONS.index(question)
        counted = Counter(dict.fromkeys(ANSWERS, 0))
        for (_, pair), count in self.rows.items():
            counted[pair[place]] += count
        return tuple(counted[answer] for answer in ANSWERS)


def this_minute() -> str:
    """The minute of the clock on the wall, with its distance from UTC: nothing finer is written anywhere."""
    return datetime.now().astimezone().isoformat(timespec="minutes")


def as_csv(votes: Votes) -> str:
    """One row a minute and vote, in their order, below a line of headings."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(HEADER)
    rows.writerows((minute, *pair, count) for (minute, pair), count in sorted(votes.rows.items()))
    return text.getvalue()


def write_votes(path: Path, votes: Votes) -> None:
    """Write them; the file is replaced when the new one is whole. OSError if that cannot be."""
    with whole_file(path) as part:
        part.write_text(as_csv(votes), encoding="utf-8")


def read_votes(path: Path) -> Votes:
    """What `write_votes` has written, or somebody else in the same way; BadFile, in one line, for what is none."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BadFile(f"votes={path} is larger than {_MOST_BYTES // 1_000_000} MB: that is no file of votes")
        lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")), strict=True))
    except OSError as why:
        raise BadFile(f"votes={path}: {why.strerror} (a file that --survey has written is wanted)") from None
    except (UnicodeDecodeError, csv.Error) as why:
        raise BadFile(f"votes={path} is not CSV: {why}") from None
    if not lines or tuple(lines[0]) != HEADER:
        raise BadFile(f"votes={path} must begin with the line {','.join(HEADER)}")
    rows: Counter[tuple[str, str]] = Counter()
    for number, line in enumerate(lines[1:], 2):
        if not line:
            continue
        if len(line) != len(HEADER) or not _fits(*line):
            raise BadFile(
                f"votes={path}, line {number}: {','.join(line)[:60]} must be a minute, two answers A to D and a number"
                " (2026-05-01T20:15+02:00,A,B,3)"
            )
        rows[line[0], line[1] + line[2]] += int(line[3])
    return Votes(rows)


def _fits(minute: str, music: str, visuals: str, count: str) -> bool:
    number = count.isascii() and count.isdecimal() and len(count) <= len(str(_MOST))
    return _MINUTE.fullmatch(minute) is not None and music + visuals in PAIRS and len(music) == 1 and number
