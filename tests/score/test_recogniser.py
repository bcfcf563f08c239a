"""The recogniser reads staves of four engravers, and says how sure it is and where each symbol stands."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from engine.errors import BadFile, MissingDriver
from engine.score import recogniser
from engine.score.recogniser import Recogniser, best_path, read_staves
from engine.score.symbols import SYMBOLS, numbers

pytest.importorskip("pywt", reason="needs the extra score")

STAVES = Path(__file__).parent / "staves"
# Written for these tests, CC0.
TRUTH = {
    "lilypond_treble": "clef.G key.2 time.3/4 note.4.-6 note.8.-4 note.8.-2 note.4.1 bar note.2.0 dot repeat.start "
    "note.8.1 note.16.2 note.16.1 note.8.0 note.8.-1 sharp note.4.-2 bar note.4.-1 dot rest.8 note.4.3 repeat.end",
    "musescore_bass": "clef.F key.-3 time.4/4 note.4.2 note.4.0 tie note.8.0 note.8.-1 natural note.4.-2 bar "
    "triplet note.8.-3 note.8.-2 note.8.-1 triplet.end note.4.0 note.2.-4 bar note.1.-7 bar.final",
    "verovio_alto": "clef.C key.1 time.6/8 note.4.1 note.8.2 note.4.3 dot bar note.8.4 note.8.3 note.8.2 rest.4 dot "
    "bar.double note.16.1 note.16.0 note.16.-1 note.16.-2 flat note.8.-3 note.4.-4 dot bar.final",
    "abcm2ps_endings": "clef.G key.-1 note.2.-1 note.4.0 note.4.2 bar ending.1 note.4.3 note.4.1 note.2.0 repeat.end "
    "ending.2 note.8.1 dot note.16.0 note.4.-2 note.2.-4 bar.final",
}


@pytest.fixture(scope="module")
def reader() -> Recogniser:
    return Recogniser()


def staff(name: str) -> NDArray[np.float32]:
    with Image.open(STAVES / f"{name}.png") as picture:
        return 1 - np.asarray(picture, np.float32) / 255


def shares(*path: str) -> NDArray[np.float32]:
    """What the network would say if it were sure of this symbol at each step; "" is the blank."""
    said = np.zeros((len(path), len(SYMBOLS) + 1), np.float32)
    for step, symbol in enumerate(path):
        said[step, numbers([symbol])[0] if symbol else 0] = 0.9
    return said


@pytest.mark.parametrize("name", TRUTH)
def test_each_engraver_s_staff_is_read_as_it_was_written(reader: Recogniser, name: str) -> None:
    assert [read.symbol for read in reader.read(staff(name))] == TRUTH[name].split()


def test_symbols_come_from_left_to_right_each_where_it_stands(reader: Recogniser) -> None:
    image = staff("verovio_alto")
    found = reader.read(image)
    places = [read.x for read in found]
    assert places == sorted(places)
    assert 0 <= places[0] < 40
    assert image.shape[1] - 40 < places[-1] <= image.shape[1]
    assert all(0 < read.certainty <= 1 for read in found)


def test_more_paper_to_the_right_changes_nothing(reader: Recogniser) -> None:
    image = staff("lilypond_treble")
    wider = np.pad(image, ((0, 0), (0, 37)))
    assert [read.symbol for read in reader.read(wider)] == [read.symbol for read in reader.read(image)]


def test_empty_paper_bears_no_note(reader: Recogniser) -> None:
    for width in (1, 7, 500):
        found = reader.read(np.zeros((112, width), np.float32))
        assert not [read for read in found if read.symbol.startswith(("note", "rest"))]


def test_staves_become_a_tune(reader: Recogniser) -> None:
    tune = read_staves([staff("lilypond_treble")], reader)
    assert str(tune.meter) == "3/4"
    assert [note.spelling.name for note in tune.notes[:5] if note.spelling] == ["C#4", "E4", "G4", "C#5", "B4"]
    assert tune.bars[2].repeat_from
    assert tune.bars[3].repeat_to == 2


def test_a_symbol_that_goes_on_is_one_and_after_a_blank_two() -> None:
    found = best_path(shares("", "bar", "bar", "", "bar", "tie", ""))
    assert [(read.symbol, read.x) for read in found] == [("bar", 6.0), ("bar", 18.0), ("tie", 22.0)]
    assert [read.certainty for read in found] == pytest.approx([0.9] * 3)


@pytest.mark.parametrize("shape", [(96, 100), (112, 0), (112,), (1, 112, 100)])
def test_an_image_that_is_no_staff_is_refused(reader: Recogniser, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"staff=.* must be \(112, width\)"):
        reader.read(np.zeros(shape, np.float32))


def test_samples_that_are_no_numbers_do_no_harm(reader: Recogniser) -> None:
    assert np.isfinite(reader.shares(np.full((112, 64), np.nan, np.float32))).all()


def test_without_pywavelets_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(MissingDriver, match=r"PyWavelets, which is not here \(pip install 'monochord\[score\]'\)"):
        recogniser.Recogniser()


def test_a_folder_without_the_network_is_a_bad_file(tmp_path: Path) -> None:
    with pytest.raises(BadFile):
        Recogniser(folder=tmp_path)
