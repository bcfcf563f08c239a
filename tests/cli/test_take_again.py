"""A take as a person meets it: drawn as its evening was, or as the show was written, and told in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.cli.analyse import analyse
from engine.cli.render import render
from engine.errors import BadSetting
from engine.frame import HOP, ROW
from engine.takes.take import TakeWriter
from engine.takes.told import Told

SHOW = {"keys": {"scene": "fallback", "cues": [{"scene": "strings", "at": 1.0}]}}


def take(path: Path, *told: Told) -> str:
    with TakeWriter(path, 1, show=SHOW, staged=True) as writer:
        for word in told:
            writer.tell(word)
        for hop in range(100):
            writer.write(np.full(ROW, float(hop)), np.zeros((HOP, 1), np.float32))
    return str(path)


def test_an_evening_with_changes_is_drawn_by_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played = take(tmp_path / "a.monochord", Told(3, masters={"blackout": True}))
    with pytest.raises(BadSetting, match="workers=2 cannot share an evening that was played by hand, or by cues"):
        render(played, tmp_path / "a.mp4", workers=2)
    with pytest.raises(BadSetting, match=r"scheduler=tcp://here:1 cannot share a show with cues or \[wander\]"):
        render(played, tmp_path / "a.mp4", scheduler="tcp://here:1", as_written=True)
    drawn: list[object] = []
    monkeypatch.setattr("engine.films.crew.render", lambda *_, **how: drawn.append(how["script"]))
    render(take(tmp_path / "b.monochord"), tmp_path / "b.mp4", workers=2)  # nothing was done that evening
    assert [script.lines for script in drawn] == [()]  # type: ignore[attr-defined]  # scripts


def test_what_was_told_can_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    played = take(
        tmp_path / "a.monochord", Told(3, masters={"blackout": True}), Told(47, scene="ink", hold={"flow": 1})
    )
    analyse([played], tmp_path / "out", report=False)
    assert (tmp_path / "out" / "told.txt").read_text() == "  0:00.0  blackout\n  0:00.3  ink: flow 1\n"
    analyse(["clicks:2"], tmp_path / "none", seconds=0.5, report=False)
    assert not (tmp_path / "none" / "told.txt").exists()
    assert "onsets" in capsys.readouterr().out
