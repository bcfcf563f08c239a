"""Several pictures are the pages of one piece: read in order, counted through, shown one after the other."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.cli.typed import gathered
from engine.errors import BadFile, BadSetting
from engine.score import sheet
from engine.score.opening import open_sheet
from engine.score.plain_text import tune_of_text
from engine.score.reading import heads_of, tune_of
from engine.score.sheet import Sheet, one_piece
from engine.score.straighten import Staff
from engine.score.symbols import Read
from engine.score.tune import joined
from engine.settings import settings

PAGES = Path(__file__).parent / "pages"
STAFF = Staff(np.zeros((112, 9), np.float32), np.zeros((9, 2)), np.ones((9, 2)))


def line(symbols: str) -> list[Read]:
    return [Read(symbol, 0.9, 20.0 * place) for place, symbol in enumerate(symbols.split(), 1)]


def staves(*lines: str) -> Sheet:
    """A page on staves on which this was read."""
    read = tuple(map(line, lines))
    return Sheet(tune_of(read), (STAFF,) * len(read), read, (len(read),))


def piece(*pages: Sheet) -> Sheet:
    return one_piece({Path(f"p{number}.jpg"): page for number, page in enumerate(pages, 1)})


def test_the_metre_goes_on_and_the_bars_are_counted_through() -> None:
    first = staves("clef.G key.1 time.3/4 note.2.0 dot bar note.2.1 dot bar")
    second = staves("clef.G key.1 note.2.2 dot bar note.4.3 note.2.0 bar")
    tune = piece(first, second).tune
    assert [bar.number for bar in tune.bars] == [1, 2, 3, 4]
    assert [str(bar.meter) for bar in tune.bars] == ["3/4"] * 4
    assert [bar.key.fifths for bar in tune.bars] == [1] * 4
    assert tune.doubtful == frozenset()
    assert [str(bar.meter) for bar in joined([first.tune, second.tune]).bars] == ["3/4"] * 4  # put right by hand


def test_a_tie_goes_over_the_page() -> None:
    together = piece(staves("clef.G time.2/4 note.2.0 tie bar"), staves("clef.G note.4.0 note.4.1 bar"))
    assert [float(note.duration) for note in together.tune.sounding] == [3.0, 1.0]
    assert [place for place, _ in heads_of(together.lines, together.pages)] == [0, 1]


def test_a_page_without_a_clef_has_that_of_the_one_before_and_another_s_is_its_own() -> None:
    bass, bare, treble = (staves(f"{clef}note.1.0 bar", f"{clef}note.1.0 bar") for clef in ("clef.F ", "", "clef.G "))
    together = piece(bass, bare, treble, treble)
    assert [note.pitch for note in together.tune.sounding] == [50] * 4 + [71] * 4
    assert together.tune.clef == "bass"
    assert len(together.staves) == len(together.lines) == sum(together.pages) == 8


def test_pages_in_different_notation_are_refused_in_one_line_that_names_both() -> None:
    numbers = Sheet(tune_of_text("key: 1=C\ntime: 2/4\n1: 1 2 |\n"), (), (line("1.0.0 bar"),), (1,))
    with pytest.raises(BadFile, match=r"p1\.jpg is in staves, p2\.jpg in numbers: .*\(read them alone\)") as one:
        piece(staves("clef.G note.1.0 bar"), numbers)
    assert "\n" not in str(one.value)


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader to whom the name of the file says which note is on the page."""

    def read(path: Path, *_: object) -> Sheet:
        return staves(f"clef.G time.4/4 note.1.{path.stem.removeprefix('p')} bar")

    monkeypatch.setattr(sheet, "read_sheet", read)
    monkeypatch.setattr("engine.score.page_picture._alone", lambda tile, *_: tile)


def pictures(folder: Path, *names: str) -> list[Path]:
    for name in names:
        Image.effect_noise((60, 60), 40).save(folder / name)
    return [folder / name for name in names]


@pytest.mark.usefixtures("_quick")
def test_a_folder_is_read_in_the_order_of_its_numbers(tmp_path: Path) -> None:
    pictures(tmp_path, "p10.png", "p2.jpg", "p1.png")
    (tmp_path / "notes.txt").write_text("nothing")
    told: list[float] = []
    opened = open_sheet(tmp_path, progress=told.append)
    assert [note["pitch"] for note in opened.told["notes"]] == [72, 74, 88]
    assert opened.page.notes[:, 2].tolist() == [0, 1, 2]
    assert told == pytest.approx([0, 1 / 3, 2 / 3, 1])


@pytest.mark.usefixtures("_quick")
def test_what_are_no_pages_of_one_piece_is_refused_in_one_line(tmp_path: Path) -> None:
    one, two = pictures(tmp_path, "p1.png", "p2.png")
    tune = tmp_path / "tune.musicxml"
    tune.write_text("")
    empty = tmp_path / "empty"
    empty.mkdir()
    for named, why in (
        ([one, tune], "tune.musicxml is no picture of a page, as several files must be"),
        ([one, tmp_path / "p3.png"], "p3.png: no such picture"),
        ([one, two, one], "p1.png is named twice"),
        ([empty], "empty holds no picture of a page"),
    ):
        with pytest.raises(BadFile, match=why) as refused:
            open_sheet(named)
        assert "\n" not in str(refused.value)


@pytest.mark.usefixtures("_quick")
def test_a_show_file_lists_its_pages_and_the_command_line_takes_one_after_the_other(tmp_path: Path) -> None:
    one, two = pictures(tmp_path, "p1.png", "p2.png")
    show = tmp_path / "show.toml"
    show.write_text(f"score = ['{one}', '{two}']\nnotation = 'jianpu'\n")
    chosen = settings(show, source="tone:440")
    assert chosen.stage.page is not None
    assert len(chosen.stage.page.notes) == 2
    kept = chosen.hearing.score
    assert kept is not None
    assert kept["notation"] == "jianpu"
    show.write_text("score = []\n")
    with pytest.raises(BadSetting, match=r'score=\[\] must be .*\["p1.jpg", "p2.jpg"\]'):
        settings(show, source="tone:440")
    with pytest.raises(BadSetting, match="notation='staves' must be one of auto, staff, jianpu"):
        settings(source="tone:440", notation="staves")
    typed = ["preview", "--score", "p1.jpg", "p2.PNG", "--seconds", "3", "p3.png"]
    taken = ["preview", "--score", "p1.jpg", "--score", "p2.PNG", "--seconds", "3", "p3.png"]
    assert gathered(typed) == taken
    assert gathered(["preview", "--score", "tune.mid", "tune.png"]) == ["preview", "--score", "tune.mid", "tune.png"]


@pytest.mark.slow
def test_two_pages_are_read_as_one_piece_and_shown_one_after_the_other(tmp_path: Path) -> None:
    pytest.importorskip("pywt", reason="PyWavelets is not installed: the extra score")
    for number, name in enumerate(("verovio.png", "musescore.png"), 1):
        shutil.copy(PAGES / name, tmp_path / f"{number}.png")
    alone = [open_sheet(page) for page in sorted(tmp_path.iterdir())]
    both = open_sheet(tmp_path)
    assert len(both.page.notes) == sum(len(each.page.notes) for each in alone)
    assert both.page.lines == sum(each.page.lines for each in alone)
    assert both.page.notes[:, 2].tolist() == sorted(both.page.notes[:, 2])
    pitches = [[note["pitch"] for note in each.told["notes"]] for each in (*alone, both)]
    assert pitches[2] == pitches[0] + pitches[1]
    numbers = [bar["number"] for bar in both.told["bars"]]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
