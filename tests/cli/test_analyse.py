"""`monochord analyse` as it is asked for: which files make which reports, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import typer

from engine.cli.analyse import analyse
from engine.cli.analyse_folder import listeners
from engine.cli.typed import checked_sharing
from engine.errors import BadSetting, MissingDriver
from engine.frame import RATE


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Keeps what is drawn instead of drawing it, side by side too."""
    from engine.analysis import analyse as analysed
    from engine.analysis import write_analysis
    from engine.report import chart, comparing, writing

    told: list[Any] = []

    def report(hearing: Any, folder: Path, *, seconds: float | None, wanted: Any, progress: Any) -> Any:
        analysis = analysed(hearing, seconds=seconds, progress=progress)
        write_analysis(analysis, folder)
        told.append((folder.name, wanted.stills))
        return type("Made", (), {"analysis": analysis})()

    monkeypatch.setattr(chart, "need", lambda: None)
    monkeypatch.setattr(writing, "report", report)
    monkeypatch.setattr(comparing, "compare", lambda a, b, out, tell: told.append("compared") or out)
    return told


def sounds(folder: Path, *names: str) -> list[str]:
    folder.mkdir(exist_ok=True)
    for name in names:
        soundfile.write(folder / name, 0.1 * np.ones(RATE // 10), RATE)
    return [str(folder / name) for name in names]


def test_each_file_has_a_report_and_two_are_also_compared(asked: list[Any], tmp_path: Path) -> None:
    one, two, three = sounds(tmp_path / "in", "a.wav", "b.wav", "c.wav")
    analyse([one], tmp_path / "alone")
    assert asked == [("alone", True)]
    asked.clear()
    analyse([one, two], tmp_path / "two", stills=False)
    assert asked == [("a", False), ("b", False), "compared"]
    asked.clear()
    analyse([one, two], tmp_path / "two", compare=False)
    analyse([one, two, three], tmp_path / "three")
    assert "compared" not in asked


def test_the_numbers_are_written_where_nothing_draws(
    asked: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from engine.report import chart

    def none() -> None:
        raise MissingDriver("figures are drawn by matplotlib, which is not here")

    monkeypatch.setattr(chart, "need", none)
    (one,) = sounds(tmp_path / "in", "a.wav")
    analyse([one], tmp_path / "out")
    assert (tmp_path / "out" / "frames.npz").exists()
    assert capsys.readouterr().err.count("no report.html: figures are drawn by matplotlib") == 1
    assert asked == []


@pytest.mark.parametrize(
    ("files", "options", "said"),
    [
        (["a.wav"], {"compare": True}, "--compare takes two recordings"),
        (["a.wav", "a.wav"], {"compare": True, "report": False}, "--compare takes two recordings"),
        ([".", "a.wav"], {}, "is a folder and is analysed alone"),
        (["."], {"splice": 0}, "of which reports are written"),
        (["."], {"report": False}, "of which reports are written"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: list[str], options: dict[str, Any], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    sounds(tmp_path, "a.wav")
    with pytest.raises(BadSetting, match=said):
        analyse(files, tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_a_folder_is_listed_and_what_is_broken_ends_it_with_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from engine.report import folder
    from engine.report.index import Entry

    sounds(tmp_path / "in", "a.wav", "b.wav")
    facts = {"duration": 1.0, "key": None, "tempo": None, "loudness": -20.0, "mood": None}
    told: dict[str, Any] = {}

    def reported(todo: Any, **how: Any) -> Any:
        told.update(how, stills=todo[0].wanted.stills)
        return [(job, Entry(facts) if job.path.name == "a.wav" else "b.wav is broken") for job in todo]

    monkeypatch.setattr(folder, "reported", reported)
    (tmp_path / "out").mkdir()
    with pytest.raises(typer.Exit) as ended:
        analyse([str(tmp_path / "in")], tmp_path / "out", workers=3)
    assert ended.value.exit_code == 1
    assert told == {"workers": 3, "scheduler": None, "stills": False}
    assert "monochord: b.wav is broken" in capsys.readouterr().err
    assert "a.wav" in (tmp_path / "out" / "index.html").read_text("utf-8")


def test_workers_and_scheduler_are_checked() -> None:
    assert listeners(3) == 3
    assert listeners(None) >= 1
    with pytest.raises(BadSetting, match="workers=0 must be 1 or more"):
        checked_sharing(0, None)
    with pytest.raises(BadSetting, match=r"scheduler=here must be an address \(try tcp://here:8786\)"):
        checked_sharing(None, "here")
