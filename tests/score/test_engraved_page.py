"""A tune is engraved as staves, and every note of the page stands on its head."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from PIL import Image

from engine.errors import BadFile, MissingDriver
from engine.score.engraved_page import engraved_page
from engine.score.engraving import ACROSS, systems
from engine.score.files import STAFF, read_tune, write_tune
from engine.score.opening import open_sheet, page_of
from engine.score.page_picture import drawn_page
from engine.score.plain_text import tune_of_text
from engine.score.tune import Tune
from engine.score.written import bars_of_tune
from engine.stage.score_page import LARGEST, ScorePage

from .test_page_picture import under
from .tunes import jasmine, tunes

TUNE = "title: Three\nkey: 1=D\ntime: 4/4\n1: 3 5_ 6_ 1'. 6_ | 5 ~ 5 - 0 | 2? 3 5 6 | 1 - - - |\n"


@pytest.fixture
def _engraver() -> None:
    pytest.importorskip("verovio", reason="Verovio is not installed: the extra engraving")
    pytest.importorskip("resvg_py", reason="resvg is not installed: the extra engraving")


@pytest.fixture(autouse=True)
def _coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures as fine as these tests need them."""
    monkeypatch.setattr("engine.score.engraved_page._FINEST", 12)


@pytest.fixture
def _no_engraver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "verovio", None)


def on_heads(page: ScorePage, tune: Tune) -> bool:
    """Whether there is a head where each note should be: full of ink, or hollow."""
    inked = [under(page, number, 0.9).mean() / 255 for number in range(len(page.notes))]
    black = [note.duration < 2 for note in tune.sounding]
    return all(ink > (0.55 if full else 0.2) for ink, full in zip(inked, black, strict=True))


@pytest.mark.usefixtures("_engraver")
def test_every_note_stands_on_its_head_ties_repeats_and_triplets_among_them() -> None:
    tune = jasmine()
    page = engraved_page(tune)
    assert len(page.notes) == len(tune.sounding)  # one that is tied is one, and stands where it begins
    assert on_heads(page, tune)
    assert not on_heads(replace(page, notes=page.notes + np.float32([0.03, 0, 0, 0, 0, 0, 0, 0])), tune)
    reading = page.notes[:, 2] * 10 + page.notes[:, 0]
    assert (np.diff(reading) > 0).all()
    assert page.notes[:, 2].min() == 1  # line 0 is the title
    assert page.ink[: page.ink.shape[0] // page.down].max() > 200
    assert page.ink.mean() < 40
    assert max(page.ink.shape) <= LARGEST


@pytest.mark.usefixtures("_engraver")
def test_a_note_is_as_long_and_as_sure_as_in_numbers() -> None:
    tune = tune_of_text(TUNE)
    page = engraved_page(tune)
    assert np.array_equal(page.notes[:, [3, 6, 7]], drawn_page(tune).notes[:, [3, 6, 7]])
    assert page.notes[:, 3].min() < 0.6
    assert under(page, 5).max() > 250  # which notes are doubtful the table says, not the colour of their ink


@pytest.mark.usefixtures("_engraver")
def test_high_is_above_and_every_line_has_its_staff_at_the_same_height() -> None:
    scale = "1_ 2_ 3_ 4_ 5_ 6_ 7_ 1'_ |"
    told: list[float] = []
    page = engraved_page(tune_of_text(f"key: 1=C\ntime: 4/4\n1: {scale * 9}\n"), told.append)
    assert told == pytest.approx([(line + 1) / page.lines for line in range(page.lines)])
    heights = page.notes[:, 1].reshape(9, 8)
    assert (np.diff(heights, axis=1) > 0).all()
    assert np.ptp(heights, axis=0).max() < 1e-6
    assert Counter(page.notes[:, 2]).keys() == set(range(page.lines))  # no title, no heading


@pytest.mark.usefixtures("_engraver")
@settings(max_examples=10, deadline=None)
@given(tunes)
def test_whatever_is_written_has_its_place(tune: Tune) -> None:
    heads = [head for system in systems(tune) for head in system.heads]
    signs = [sign for bar in bars_of_tune(tune) for sign in bar.notes if sign.spelling is not None]
    assert [head.name for head in heads] == [f"n{number}" for number in range(len(signs))]
    assert all(0 < head.x < ACROSS for head in heads)


@pytest.mark.usefixtures("_engraver")
def test_a_long_score_shows_its_first_notes_and_no_line_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.score.engraved_page.MOST", 12)
    page = engraved_page(tune_of_text(f"key: 1=C\ntime: 4/4\n1: {'1_ 2_ 3_ 4_ 5_ 6_ 7_ 1_ |' * 9}\n"))
    assert len(page.notes) == 12
    assert page.lines == page.notes[-1, 2] + 1 < 3


@pytest.mark.usefixtures("_engraver")
@pytest.mark.slow
@pytest.mark.skipif(shutil.which("mscore3") is None, reason="needs musescore3")
def test_a_file_of_musescore_s_is_shown(tmp_path: Path) -> None:
    write_tune(jasmine(), tmp_path / "ours.musicxml")
    theirs = tmp_path / "theirs.mxl"
    subprocess.run(
        ["mscore3", "-o", theirs, tmp_path / "ours.musicxml"],
        env={"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        check=True,
        capture_output=True,
        timeout=120,
    )
    tune = read_tune(theirs)
    opened = open_sheet(theirs)
    assert len(opened.page.notes) == len(tune.sounding) == len(jasmine().sounding)
    assert on_heads(opened.page, tune)


GRACE = """<score-partwise version="4.0"><part-list><score-part id="P1"><part-name/></score-part></part-list>
<part id="P1"><measure number="1"><attributes><divisions>2</divisions><time><beats>2</beats><beat-type>4</beat-type>
</time></attributes>
<note><grace/><pitch><step>E</step><octave>5</octave></pitch><voice>1</voice><type>eighth</type></note>
<note><pitch><step>D</step><octave>5</octave></pitch><duration>2</duration><tie type="start"/><voice>1</voice></note>
<note><pitch><step>D</step><octave>5</octave></pitch><duration>1</duration><tie type="stop"/><voice>1</voice></note>
<note><pitch><step>A</step><octave>4</octave></pitch><duration>1</duration><voice>1</voice></note>
<note><chord/><pitch><step>F</step><octave>4</octave></pitch><duration>1</duration><voice>1</voice></note>
</measure></part></score-partwise>"""


@pytest.mark.usefixtures("_engraver")
def test_grace_notes_chords_and_ties_do_not_bring_page_and_player_apart(tmp_path: Path) -> None:
    path = tmp_path / "grace.musicxml"
    path.write_text(GRACE)
    opened = open_sheet(path)
    assert opened.page.notes[:, 6].tolist() == [0.0, 1.5]
    assert on_heads(opened.page, read_tune(path))


@pytest.mark.usefixtures("_engraver")
def test_what_was_in_numbers_stays_in_numbers_and_all_else_is_engraved_unless_it_is_said(tmp_path: Path) -> None:
    letters, numbers = tmp_path / "tune.musicxml", tmp_path / "tune.jianpu"
    tune = tune_of_text(TUNE.replace("?", ""))
    for path in (letters, numbers):
        write_tune(tune, path)
    staves, digits = engraved_page(tune).ink, drawn_page(tune).ink
    for path, notation, ink in (
        (letters, "auto", staves),
        (letters, "jianpu", digits),
        (numbers, "auto", digits),
        (numbers, "staff", staves),
    ):
        opened = open_sheet(path, notation)
        assert np.array_equal(opened.page.ink, ink), (path, notation)
        assert opened.remark == ""
        again = page_of(opened.told)  # as a take that keeps it is shown
        assert again is not None
        assert np.array_equal(again.ink, ink), (path, notation)
        otherwise = page_of(opened.told, "jianpu")
        assert otherwise is not None
        assert np.array_equal(otherwise.ink, digits)


@pytest.mark.usefixtures("_engraver")
def test_letters_are_our_own_so_that_the_page_is_the_same_on_every_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    import resvg_py

    drawn, asked = resvg_py.svg_to_bytes, []

    def draw(**how: Any) -> Any:
        asked.append(how["skip_system_fonts"])
        return drawn(**how)

    monkeypatch.setattr(resvg_py, "svg_to_bytes", draw)
    a, b = (engraved_page(tune_of_text(f'key: 1=C\ntime: 2/4\n1: "{name}" 1 2 |\n')) for name in "AB")
    assert a.ink.shape == b.ink.shape
    assert (a.ink != b.ink).sum() > 10
    assert asked
    assert all(asked)


@pytest.mark.usefixtures("_engraver", "no_fonts")
def test_a_title_that_no_letters_here_can_write_is_left_out() -> None:
    tune = tune_of_text(TUNE)
    there = engraved_page(tune)
    without = engraved_page(replace(tune, title="茉莉花"))
    assert without.lines == there.lines - 1


@pytest.mark.usefixtures("_engraver")
def test_staves_are_written_as_pictures(tmp_path: Path) -> None:
    for name in ("tune.svg", "tune.png"):
        write_tune(jasmine(), tmp_path / name, STAFF)
    assert 'class="staff"' in (tmp_path / "tune.svg").read_text()
    with Image.open(tmp_path / "tune.png") as image:
        grey = np.asarray(image.convert("L"))
    assert (grey[:, grey.shape[1] // 2] < 128).sum() > 15  # the lines of four staves
    assert grey.mean() > 200


@pytest.mark.usefixtures("_no_engraver")
def test_without_the_extra_it_is_numbers_and_one_line_says_how_to_get_staves(tmp_path: Path) -> None:
    path = tmp_path / "tune.musicxml"
    write_tune(tune_of_text(TUNE), path)
    opened = open_sheet(path)
    assert np.array_equal(opened.page.ink, drawn_page(read_tune(path)).ink)
    assert "pip install 'monochord[engraving]'" in opened.remark
    assert "\n" not in opened.remark
    assert open_sheet(path, "jianpu").remark == ""


@pytest.mark.usefixtures("_no_engraver")
def test_where_staves_are_asked_for_and_cannot_be_drawn_it_says_what_to_install(tmp_path: Path) -> None:
    path = tmp_path / "tune.musicxml"
    write_tune(tune_of_text(TUNE), path)
    with pytest.raises(MissingDriver, match=r"monochord\[engraving\]"):
        open_sheet(path, "staff")
    with pytest.raises(MissingDriver, match=r"monochord\[engraving\]"):
        write_tune(tune_of_text(TUNE), tmp_path / "tune.svg", STAFF)
    assert [each.name for each in tmp_path.iterdir()] == ["tune.musicxml"]


def test_a_tune_that_cannot_be_engraved_is_shown_in_numbers_or_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Any:
        raise ValueError("Verovio cannot engrave it")

    monkeypatch.setattr("engine.score.engraved_page.engraved_page", refuse)
    path = tmp_path / "tune.musicxml"
    write_tune(tune_of_text(TUNE), path)
    assert "in numbers: Verovio cannot engrave it" in open_sheet(path).remark
    with pytest.raises(BadFile, match="Verovio cannot engrave it"):
        open_sheet(path, "staff")
