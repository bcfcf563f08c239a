"""Pages of numbers are read: drawn, photographed, and on the way from notation to notation and back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import BadFile
from engine.score.comparing import compare
from engine.score.files import read_tune, write_tune
from engine.score.jianpu_page import number_reader, tune_in_numbers
from engine.score.picture import read_grey
from engine.score.plain_text import tune_of_text
from engine.score.recogniser import Recogniser
from engine.score.sheet import JIANPU, STAFF, read_sheet
from engine.score.spelling import Key
from engine.score.tune import Tune

from .photographing import photographed
from .test_page import _cat
from .tunes import heard

pytest.importorskip("pywt", reason="needs the extra score")
PAGES = Path(__file__).parent / "pages"
PENTATONIC = """
title: Over the Hill
key: 1=D
time: 2/4
1: 5,_ 1_ 1_ 2_ | 3 5 | 6_. 5__ 3_ 5_ | 2 - | 3_ 5_ 6_ 1'_ | 2'_ 1'_ 6 | 5_ 3_ 2__ 3__ 2_ | 1 - |
9: 1'. 6_ | 5_ 6_ 3 | 2_ 3_ 5_ 6_ | 5 0 | 3_ 2_ 1_ 6,_ | 5,_ 6,_ 1_ 2_ | 3. 2_ | 1 - |
"""


@pytest.fixture(scope="module")
def reader() -> Recogniser:
    return number_reader()


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    write_tune(tune(), tmp_path / "page.png")
    return tmp_path / "page.png"


def tune() -> Tune:
    return tune_of_text(PENTATONIC)


def test_a_page_that_we_draw_ourselves_is_read_as_it_was(drawn: Path, reader: Recogniser) -> None:
    read = tune_in_numbers(read_grey(drawn), reader)
    assert read is not None
    assert heard(read) == heard(tune())
    assert (read.key, read.meter) == (Key(2), tune().meter)
    assert [bar.length for bar in read.bars] == [bar.length for bar in tune().bars]


def test_a_photograph_of_it_is_read_but_for_a_note_or_two(drawn: Path, reader: Recogniser) -> None:
    photo = photographed(read_grey(drawn), 3, width=1400)
    read = tune_in_numbers(photo.grey, reader)
    assert read is not None
    assert compare(tune(), read).f1 > 0.9


@pytest.mark.parametrize("kind", [".musicxml", ".mid", ".jianpu", ".txt", ".json"])
def test_a_tune_goes_through_a_picture_and_every_other_file_and_stays_as_it_was(
    drawn: Path, reader: Recogniser, kind: str
) -> None:
    read = tune_in_numbers(read_grey(drawn), reader)
    assert read is not None
    write_tune(replace(read, notes=tuple(replace(note, certainty=1.0) for note in read.notes)), drawn.with_suffix(kind))
    again = read_tune(drawn.with_suffix(kind))
    write_tune(again, drawn)
    back = tune_in_numbers(read_grey(drawn), reader)
    assert back is not None
    assert heard(back) == heard(again) == heard(tune())
    assert back.key.fifths == again.key.fifths == 2


def test_whether_a_page_is_numbers_or_staves_is_found_by_itself(drawn: Path) -> None:
    sheet = read_sheet(drawn)
    assert heard(sheet.tune) == heard(tune())
    assert sheet.staves == ()
    assert len(read_sheet(PAGES / "verovio.png").staves) > 0


def test_the_notation_may_be_told(drawn: Path) -> None:
    assert heard(read_sheet(drawn, notation=JIANPU).tune) == heard(tune())
    with pytest.raises(BadFile, match=r"verovio\.png: no line of numbers is found on it"):
        read_sheet(PAGES / "verovio.png", notation=JIANPU)


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(_cat(), id="a cat"),
        pytest.param(np.ones((300, 400), np.float32), id="white"),
        pytest.param(np.random.default_rng(1).random((300, 300)).astype(np.float32), id="noise"),
    ],
)
def test_a_page_of_neither_is_refused_in_one_line(tmp_path: Path, picture: np.ndarray) -> None:
    Image.fromarray((255 * picture).astype(np.uint8)).save(tmp_path / "cat.png")
    with pytest.raises(
        BadFile, match=r"cat\.png: no staff of five lines and no line of numbers is found on it \("
    ) as one:
        read_sheet(tmp_path / "cat.png")
    assert "\n" not in str(one.value)
    with pytest.raises(BadFile, match=r"cat\.png: no staff of five lines is found on it"):
        read_sheet(tmp_path / "cat.png", notation=STAFF)


def test_words_are_no_numbers(tmp_path: Path, reader: Recogniser) -> None:
    from PIL import ImageDraw

    page = Image.new("L", (1200, 900), 255)
    draw = ImageDraw.Draw(page)
    for k in range(14):
        draw.text((80, 60 + 56 * k), f"On page {k + 2} of 1897 we found 35 songs | in 6 parts, of 12.", 0, font_size=34)
    assert tune_in_numbers(np.asarray(page, np.float32) / 255, reader) is None
