"""`--survey` as it is typed, and `monochord survey draw`."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.cli import typed
from engine.cli.app import app
from engine.errors import BadFile, BadSetting
from engine.settings import settings
from engine.survey.votes import Votes, write_votes


@pytest.mark.parametrize(
    ("words", "taken"),
    [
        (["live", "--survey"], ["live", "--survey", "-"]),
        (["live", "--survey", "votes.csv"], ["live", "--survey", "votes.csv"]),
        (["preview", "--survey", "tune.flac"], ["preview", "--survey", "-", "tune.flac"]),
        (["live", "--survey", "--page", "9110"], ["live", "--survey", "-", "--page", "9110"]),
        (
            ["live", "--channels", "1:erhu", "2:drum", "--survey"],
            ["live", "--channels", "1:erhu,2:drum", "--survey", "-"],
        ),
        (["survey", "draw", "votes.csv"], ["survey", "draw", "votes.csv"]),
    ],
)
def test_a_survey_may_be_asked_for_with_and_without_a_file(words: list[str], taken: list[str]) -> None:
    assert typed.gathered(words) == taken


def test_what_is_typed_stands_above_the_show_file(tmp_path: Path) -> None:
    show = tmp_path / "show.toml"
    show.write_text('[survey]\naddress = "127.0.0.1"\nper_minute = 60\n')
    closed = settings(show, **typed.said()).survey
    assert (closed.open, closed.host, closed.per_minute, closed.votes) == (False, "127.0.0.1", 60, None)
    said = typed.said(survey=str(tmp_path / "v.csv"), survey_address="127.0.0.2:81", survey_qr=tmp_path / "code.svg")
    opened = settings(show, **said).survey
    assert (opened.open, opened.host, opened.port) == (True, "127.0.0.2", 81)
    assert (opened.votes, opened.code) == (tmp_path / "v.csv", tmp_path / "code.svg")
    assert settings(show, **typed.said(survey="-")).survey.votes is None
    show.write_text("[survey]\nper_minute = 0\n")
    with pytest.raises(BadSetting, match=r"survey\.per_minute=0 must be 1 to 6000 votes a minute from one address"):
        settings(show)


def test_votes_are_drawn(tmp_path: Path) -> None:
    write_votes(tmp_path / "votes.csv", Votes().with_more("2026-05-01T20:15+02:00", {"BA": 3, "CB": 1}))
    out = tmp_path / "fig10.svg"
    run = CliRunner().invoke(app, ["survey", "draw", str(tmp_path / "votes.csv"), "--out", str(out)])
    assert run.exit_code == 0, run.output
    assert "Satisfaction of 4 people with the music: A 0, B 3, C 1, D 0" in run.output
    assert {out.exists(), out.with_suffix(".png").exists()} == {True}


def test_what_is_no_file_of_votes_is_refused_and_nothing_is_drawn(tmp_path: Path) -> None:
    (tmp_path / "votes.csv").write_text("nothing of the kind\n")
    out = tmp_path / "fig10.svg"
    run = CliRunner().invoke(app, ["survey", "draw", str(tmp_path / "votes.csv"), "--out", str(out)])
    assert isinstance(run.exception, BadFile)
    assert not out.exists()
