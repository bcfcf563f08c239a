"""`monochord score` as a person meets it: pages become files, mistakes are lines, what was put right is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import typer
from PIL import Image

from engine.cli.score import compare, read, write
from engine.errors import BadFile, BadSetting
from engine.score import recogniser, sheet
from engine.score.files import read_tune, write_tune
from engine.score.straighten import Staff
from engine.score.tune import Tune, joined
from tests.score.tunes import jasmine

pytest.importorskip("mido", reason="MIDI files need mido: the extra score")


@pytest.fixture(autouse=True)
def _a_reader_that_knows_one_tune(monkeypatch: pytest.MonkeyPatch) -> None:
    """Finds a staff on every picture that is no blank, and reads the same from each; its sixth bar is doubtful."""

    def found(path: Path) -> list[Staff]:
        from engine.score.picture import read_grey

        if read_grey(path).min() == 1:
            raise BadFile(f"{path}: no staff of five lines is found on it (photograph the page alone)")
        return [Staff(np.zeros((112, 9), np.float32), np.zeros((9, 2)), np.ones((9, 2)))]

    class Reader:
        def read(self, staff: object) -> list[object]:
            return []

    def said(lines: Sequence[object], title: str = "", pages: Sequence[int] = ()) -> Tune:
        tune = joined([jasmine()] * max(len(pages), 1))
        return replace(tune, notes=tuple(replace(n, certainty=0.2 if n.onset == 24 else 1.0) for n in tune.notes))

    monkeypatch.setattr(recogniser, "Recogniser", Reader)
    monkeypatch.setattr(sheet, "read_page", found)
    monkeypatch.setattr(sheet, "tune_of", said)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.png"
    Image.effect_noise((60, 60), 40).save(path)
    return path


def _plain(tune: Tune) -> Tune:
    return replace(tune, notes=tuple(replace(note, certainty=1.0) for note in tune.notes))


def test_a_page_becomes_json_that_says_clef_key_time_and_notes_as_written(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = page.with_name("found.json")
    read([page], json_file=out)
    (told,) = json.loads(out.read_text()).values()
    assert list(json.loads(out.read_text())) == [str(page)]
    assert (told["clef"], told["key"]["fifths"], told["time"]) == ("treble", 2, "4/4")
    assert told["notes"][0]["pitch"] is None
    tied = next(note for note in told["notes"] if note["onset_quarter"] == 24)
    assert (tied["pitch"], tied["duration_quarter"], tied["certainty"]) == (69, 5, 0.2)
    assert [bar["number"] for bar in told["bars"] if bar["doubtful"]] == [6]
    said = capsys.readouterr().out
    assert "11 bars, 49 notes, D major, 4/4, doubtful: bar 6" in said


def test_a_page_becomes_every_kind_of_file(page: Path) -> None:
    folder = page.parent / "tunes"
    read([page], out=folder)
    kinds = {".musicxml", ".mid", ".jianpu", ".svg", ".png", ".txt"}
    assert {path.suffix for path in folder.iterdir()} == kinds
    assert _plain(read_tune(folder / "page.musicxml")) == jasmine()
    assert _plain(read_tune(folder / "page.jianpu")) == jasmine()
    assert (folder / "page.svg").read_text().startswith("<svg")
    with Image.open(folder / "page.png") as drawn:
        assert drawn.width > 1000


def test_what_a_person_put_right_is_kept_and_read_instead_of_the_picture(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = page.parent / "tunes"
    read([page], out=folder)
    text = (folder / "page.txt").read_text()
    assert "A4? -" in text
    read([page], out=folder)
    assert (folder / "page.txt").read_text() == text, "nobody has changed it: it is written again"
    assert "put right" not in capsys.readouterr().err
    mended = text.replace("A4? -", "B4 -")
    (folder / "page.txt").write_text(mended)
    read([page], out=folder, json_file=page.with_name("found.json"))
    assert "put right by hand: it is kept" in capsys.readouterr().err
    assert (folder / "page.txt").read_text() == mended
    (told,) = json.loads(page.with_name("found.json").read_text()).values()
    assert next(note for note in told["notes"] if note["onset_quarter"] == 24)["pitch"] == 71
    assert next(note for note in read_tune(folder / "page.musicxml").notes if note.onset == 24).pitch == 71
    read([page], out=folder, afresh=True)
    assert (folder / "page.txt").read_text() == text


def test_text_that_was_changed_into_no_tune_is_told_and_not_written_over(page: Path) -> None:
    folder = page.parent / "tunes"
    read([page], out=folder)
    broken = (folder / "page.txt").read_text().replace("A4? -", "A44 -")
    (folder / "page.txt").write_text(broken)
    with pytest.raises(BadFile, match=r"page\.txt: line \d+: "):
        read([page], out=folder)
    assert (folder / "page.txt").read_text() == broken


def test_one_bad_page_does_not_end_the_batch(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (page.parent / "broken.png").write_bytes(b"no picture")
    Image.new("L", (60, 60), 255).save(page.parent / "blank.png")
    with pytest.raises(typer.Exit) as ended:
        read([page.parent / "broken.png", page.parent / "blank.png", page], json_file=page.with_name("found.json"))
    assert ended.value.exit_code == 1
    said = capsys.readouterr()
    assert list(json.loads(page.with_name("found.json").read_text())) == [str(page)]
    complaints = [line for line in said.err.splitlines() if line.startswith("monochord: ")]
    assert len(complaints) == 2
    assert "broken.png: cannot be read" in complaints[0]
    assert "blank.png: no staff" in complaints[1]


def test_a_tune_is_drawn_in_numbers_or_in_staves(tmp_path: Path) -> None:
    tune, drawn = tmp_path / "tune.musicxml", tmp_path / "tune.svg"
    write_tune(jasmine(), tune)
    with pytest.raises(BadSetting, match="notation=staves must be staff or jianpu"):
        write(tune, [drawn], notation="staves")
    write(tune, [drawn])
    numbers = drawn.read_text()
    pytest.importorskip("verovio", reason="Verovio is not installed: the extra engraving")
    write(tune, [drawn], notation="staff")
    assert "Verovio" in drawn.read_text()
    assert "Verovio" not in numbers


def test_pages_of_one_piece_are_joined(page: Path) -> None:
    other = page.with_name("other.png")
    other.write_bytes(page.read_bytes())
    folder = page.parent / "tunes"
    read([page, other], out=folder, join="piece")
    assert read_tune(folder / "piece.txt").length == 2 * jasmine().length
    for wrong in ("../piece", " "):
        with pytest.raises(BadSetting, match="must be a plain name"):
            read([page], out=folder, join=wrong)
    with pytest.raises(BadSetting, match="needs a folder"):
        read([page], join="piece")


def test_what_was_read_is_printed_as_text(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    read([page], text=True)
    said = capsys.readouterr().out
    assert "key: D major" in said
    assert "|  % doubtful" in said


def test_two_tunes_are_compared_in_figures_and_in_a_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tune = jasmine()
    write_tune(tune, tmp_path / "true.json")
    notes = [replace(note, spelling=None) if note.onset == 24 else note for note in tune.notes]
    write_tune(replace(tune, clef="alto", notes=tuple(notes)), tmp_path / "read.musicxml")
    compare(tmp_path / "true.json", tmp_path / "read.musicxml", out=tmp_path / "compared")
    said = capsys.readouterr().out
    assert "precision 100.00%" in said
    assert "48 matched, 1 missed, 0 extra" in said
    assert "clef: treble in true.json, alto in read.musicxml" in said
    figures = json.loads((tmp_path / "compared" / "comparison.json").read_text())
    assert figures["recall"] == pytest.approx(48 / 49)
    with Image.open(tmp_path / "compared" / "piano_roll.png") as roll:
        assert roll.size[0] == 1600
    compare(tmp_path / "true.json", tmp_path / "true.json", as_json=True)
    assert json.loads(capsys.readouterr().out)["f1"] == 1


@pytest.mark.parametrize("command", [read, compare, write])
def test_every_command_explains_itself_with_an_example(command: Callable) -> None:
    assert f"Example: monochord score {command.__name__} " in (command.__doc__ or "")


def test_a_tune_is_turned_into_other_files(tmp_path: Path) -> None:
    write_tune(jasmine(), tmp_path / "tune.txt")
    write(tmp_path / "tune.txt", [tmp_path / "tune.musicxml", tmp_path / "tune.svg"])
    assert read_tune(tmp_path / "tune.musicxml") == jasmine()
    write(tmp_path / "tune.txt", [tmp_path / "played.txt"], played=True)
    assert len(read_tune(tmp_path / "played.txt").bars) == 18
    with pytest.raises(BadFile, match=r"must end in \.json"):
        write(tmp_path / "tune.txt", [tmp_path / "good.mid", tmp_path / "tune.doc"])
    assert not (tmp_path / "good.mid").exists()
