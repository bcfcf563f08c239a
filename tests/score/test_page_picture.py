"""The page for the stage: its lines lie straight, and every note is where its sign stands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.score.opening import open_score, open_sheet, page_of
from engine.score.page import staves_of
from engine.score.page_picture import drawn_page, seen_page
from engine.score.picture import read_grey
from engine.score.plain_text import tune_of_text
from engine.score.reading import heads_of, tune_of
from engine.score.recogniser import Recogniser
from engine.score.sheet import Sheet
from engine.score.symbols import Read
from engine.score.tune import Tune
from engine.stage.score_page import LARGEST, ScorePage
from tests.score.photographing import photographed

PAGES = Path(__file__).parent / "pages"
TUNE = "title: Three\nkey: 1=D\ntime: 4/4\n1: 3 5_ 6_ 1'. 6_ | 5 ~ 5 - 0 | 2? 3 5 6 | 1 - - - |\n"


def under(page: ScorePage, number: int, wide: float = 1.0) -> np.ndarray:
    """The ink where note `number`, from 0, is said to be."""
    x, y, line, _, width, height = page.notes[number, :6]
    rows, columns = page.ink.shape[0] / page.down, page.ink.shape[1] / page.across
    left, top = (line // page.down + x) * columns, (line % page.down + 1 - y) * rows
    w, h = wide * width * columns / 2, height * rows / 2
    return page.ink[round(top - h) : round(top + h), round(left - w) : round(left + w)]


def test_every_note_of_a_drawn_page_stands_on_its_sign_and_in_its_order() -> None:
    tune = tune_of_text(TUNE)
    page = drawn_page(tune)
    assert len(page.notes) == len(tune.sounding)
    assert all(under(page, number).max() > 200 for number in range(len(page.notes)))
    reading = page.notes[:, 2] * 10 + page.notes[:, 0]
    assert (np.diff(reading) > 0).all()
    assert page.notes[:, 2].min() == 1  # line 0 is the heading
    assert page.ink[: page.ink.shape[0] // page.down].max() > 200


def test_a_note_lasts_until_the_next_and_is_as_sure_as_it_was_read() -> None:
    tune = tune_of_text(TUNE)
    notes = drawn_page(tune).notes
    assert notes[:, 6].tolist() == [float(note.onset) for note in tune.sounding]
    assert np.array_equal(notes[:-1, 7], np.diff(notes[:, 6]))  # rests belong to the note before them
    assert notes[-1, 7] == 4.0
    assert [float(note.certainty) for note in tune.sounding] == pytest.approx(notes[:, 3].tolist())
    assert notes[:, 3].min() < 0.6


def test_a_long_score_is_bounded_and_its_lines_stand_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    tune = tune_of_text(f"key: 1=C\ntime: 4/4\n1: {'1_ 2_ 3_ 4_ 5_ 6_ 7_ 1_ |' * 130}\n")
    page = drawn_page(tune)
    assert page.across == 2
    assert max(page.ink.shape) <= LARGEST
    assert len(page.notes) == 1040
    assert all(under(page, number).max() > 120 for number in range(0, 1040, 97))
    monkeypatch.setattr("engine.score.page_picture.MOST", 30)
    shorter = drawn_page(tune)
    assert len(shorter.notes) == 30
    assert shorter.lines < page.lines // 10


def test_a_tied_note_is_one_and_stands_where_it_begins() -> None:
    staff = [Read("clef.G", 1.0, 10.0), Read("time.2/4", 1.0, 30.0)]
    staff += [Read("note.4.0", 0.9, 60.0), Read("tie", 0.9, 70.0), Read("note.4.0", 0.9, 90.0), Read("bar", 1.0, 110.0)]
    staves = [[*staff, Read("rest.4", 1.0, 130.0), Read("note.4.2", 0.5, 150.0)], [Read("note.2.-1", 1.0, 40.0)]]
    heads = heads_of(staves)
    assert [(number, read.x) for number, read in heads] == [(0, 60.0), (0, 150.0), (1, 40.0)]
    assert len(heads) == len(tune_of(staves).sounding)


def seen(grey: np.ndarray) -> tuple[ScorePage, Tune]:
    """The page of a picture, and the tune that was read on it."""
    pytest.importorskip("pywt", reason="PyWavelets is not installed")
    reader, staves = Recogniser(), staves_of(grey)
    read = tuple(reader.read(staff.image) for staff in staves)
    tune = tune_of(read)
    return seen_page([grey], Sheet(tune, tuple(staves), read, (len(read),))), tune


@pytest.mark.parametrize("kind", ["photo", "white on black"])
def test_every_note_of_a_page_that_was_read_stands_on_its_head(kind: str) -> None:
    grey = read_grey(PAGES / "verovio.png")
    page, tune = seen(photographed(grey, seed=3).grey if kind == "photo" else 1 - grey)
    assert page.lines == 6
    assert len(page.notes) == len(tune.sounding) == 87
    assert max(page.ink.shape) <= LARGEST
    assert page.ink.mean() < 60  # most of it is paper
    inked = np.array([under(page, number).mean() / 255 for number in range(len(page.notes))])
    black = np.array([note.duration < 2 for note in tune.sounding])
    assert np.mean(inked[black] > 0.45) > 0.97  # a black head fills its box


def test_a_score_is_opened_with_its_page_and_a_take_with_what_it_keeps(tmp_path: Path) -> None:
    path = tmp_path / "tune.txt"
    path.write_text(TUNE)
    opened = open_sheet(path)
    assert opened.told == open_score(path)
    again = page_of(opened.told)
    assert again is not None
    assert np.array_equal(again.ink, opened.page.ink)
    assert page_of(None) is None
    assert page_of({"notes": "none"}) is None
