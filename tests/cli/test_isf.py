"""`monochord isf check` as a person meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from PIL import Image

from engine.cli.isf import check
from engine.errors import BadFile, BadSetting

pytestmark = pytest.mark.gl

GOOD = "/*{}*/ void main() { gl_FragColor = vec4(isf_FragNormCoord, 0.0, 1.0); }"


def test_the_results_are_json_by_path_with_a_sheet_and_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shaders = tmp_path / "shaders"
    (shaders / "deep").mkdir(parents=True)
    (shaders / "a b.fs").write_text(GOOD)
    (shaders / "deep" / "wrong.fs").write_text("/*{}*/\nvoid main() { mistake; }")
    with pytest.raises(typer.Exit) as ended:
        check(shaders, json_file=tmp_path / "found.json", sheet=tmp_path / "sheet.png", jobs=1, size="64x36")
    assert ended.value.exit_code == 1
    found = json.loads((tmp_path / "found.json").read_text())
    assert list(found) == ["a b.fs", "deep/wrong.fs"]
    assert found["a b.fs"].keys() == {"ok", "error", "kind", "milliseconds"}
    assert (found["a b.fs"]["ok"], found["a b.fs"]["error"], found["a b.fs"]["kind"]) == (True, None, "generator")
    assert found["deep/wrong.fs"]["ok"] is False
    assert "mistake" in found["deep/wrong.fs"]["error"]
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.width > 1900
    told = capsys.readouterr()
    assert told.out == "1 of 2 shaders draw here: 1 generators\n"
    assert "wrong.fs:2" in told.err
    assert sorted(file.name for file in tmp_path.iterdir()) == ["found.json", "shaders", "sheet.png"]


def test_all_good_is_no_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.fs").write_text(GOOD)
    check(tmp_path, jobs=1, size="64x36")
    assert capsys.readouterr().out == "1 of 1 shaders draw here: 1 generators\n"


def test_what_cannot_be_is_refused_before_anything_is_drawn(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="no such folder"):
        check(tmp_path / "none")
    (tmp_path / "a.fs").write_text(GOOD)
    with pytest.raises(BadSetting, match="jobs=0"):
        check(tmp_path, jobs=0)
    with pytest.raises(BadSetting, match="time-limit=0"):
        check(tmp_path, time_limit=0.0)
    with pytest.raises(BadSetting, match="size=3x3"):
        check(tmp_path, size="3x3")
    with pytest.raises(BadFile, match="there is no folder"):
        check(tmp_path, json_file=tmp_path / "none" / "found.json", size="64x36", jobs=1)
