"""Votes as a file: what is written is read again, and what nobody has written is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import BadFile
from engine.survey import votes as votes_module
from engine.survey.questions import PAIRS
from engine.survey.votes import Votes, as_csv, read_votes, this_minute, write_votes

MINUTE = "2026-05-01T20:15+02:00"
MINUTES = st.datetimes().map(lambda at: at.isoformat(timespec="minutes") + "+02:00")
ROWS = st.dictionaries(st.tuples(MINUTES, st.sampled_from(PAIRS)), st.integers(1, 999), max_size=12)


@settings(deadline=None, max_examples=25)
@given(rows=ROWS)
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, rows: dict[tuple[str, str], int]
) -> None:
    path = tmp_path_factory.getbasetemp() / "votes.csv"
    write_votes(path, Votes(rows))
    assert read_votes(path) == Votes(rows)


def test_a_minute_is_the_finest_that_is_written() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d[+-]\d\d:\d\d", this_minute())
    told = as_csv(Votes().with_more(MINUTE, {"BA": 2}).with_more(MINUTE, {"BA": 1, "CD": 1}))
    assert told == f"minute,music,visuals,votes\n{MINUTE},B,A,3\n{MINUTE},C,D,1\n"


def test_votes_are_counted_by_question() -> None:
    votes = Votes().with_more(MINUTE, {"BA": 3, "BD": 1}).with_more("2026-05-01T20:16+02:00", {"CA": 2})
    assert votes.total == 6
    assert votes.of("music") == (0, 4, 2, 0)
    assert votes.of("visuals") == (5, 0, 0, 1)
    assert Votes().of("music") == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "row",
    [
        "2026-05-01,A,B,1",
        f"{MINUTE},A,B",
        f"{MINUTE},A,B,1,2",
        f"{MINUTE},E,B,1",
        f"{MINUTE},AB,,1",
        f"{MINUTE},A,B,-1",
        f"{MINUTE},A,B,1.5",
        f"{MINUTE},A,B,٣",
        f"{MINUTE},A,B,99999999",
    ],
)
def test_a_row_that_is_no_count_of_votes_is_named(tmp_path: Path, row: str) -> None:
    path = tmp_path / "votes.csv"
    path.write_text(f"minute,music,visuals,votes\n{MINUTE},A,A,1\n\n{row}\n", encoding="utf-8")
    with pytest.raises(BadFile, match=r"votes\.csv, line 4: .* must be a minute, two answers A to D and a number"):
        read_votes(path)


def test_a_file_that_is_none_of_votes_is_refused_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "votes.csv"
    with pytest.raises(BadFile, match="No such file"):
        read_votes(path)
    for content, why in (
        (b"", "must begin with the line"),
        (b"a,b\n", "must begin with"),
        (b"\xff\xfe\0", "is not CSV"),
    ):
        path.write_bytes(content)
        with pytest.raises(BadFile, match=why):
            read_votes(path)
    monkeypatch.setattr(votes_module, "_MOST_BYTES", 2)
    with pytest.raises(BadFile, match="larger than"):
        read_votes(path)


def test_a_file_that_cannot_be_written_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "votes.csv"
    write_votes(path, Votes().with_more(MINUTE, {"AA": 1}))
    before = path.read_text()

    def full(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        write_votes(path, Votes().with_more(MINUTE, {"BB": 1}))
    assert path.read_text() == before
    assert list(tmp_path.iterdir()) == [path]
