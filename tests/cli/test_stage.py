"""`monochord stage` and `--followers` as a person meets them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import BadSetting
from engine.settings import settings
from engine.wall.address import Address


def told(*words: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "engine", *words]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return run.returncode, run.stderr


def test_a_stage_wants_to_know_whom_it_follows() -> None:
    code, said = told("stage")
    assert code == 2
    assert "--follow" in said


@pytest.mark.parametrize(
    ("host", "line"),
    [
        ("a b", "monochord: follow=a b is not HOST[:PORT] (try 192.168.1.20)\n"),
        ("10.0.0.1:0", "monochord: follow=10.0.0.1:0 has port=0, a port is 1 to 65535 (9108 is ours by default)\n"),
    ],
)
def test_what_is_no_host_is_one_line(host: str, line: str) -> None:
    assert told("stage", "--headless", "--show", "/dev/null", "--follow", host) == (1, line)


def test_followers_are_named_in_the_show_file_and_on_the_command_line(tmp_path: Path) -> None:
    show = tmp_path / "show.toml"
    show.write_text('followers = ["192.168.1.21", "stage-left:9200"]\n')
    chosen = settings(show, followers=["192.168.1.21", "10.0.0.4"])
    assert chosen.followers == (Address("192.168.1.21"), Address("stage-left", 9200), Address("10.0.0.4"))
    assert chosen.stage.leads
    show.write_text("")
    assert settings(show).followers == ()
    assert not settings(show).stage.leads


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('followers = "10.0.0.4"', r"followers='10.0.0.4' must be machines, each HOST\[:PORT\]"),
        ("followers = [1]", r"must be machines"),
        ('followers = ["a:b:c"]', r"followers=a:b:c is not HOST\[:PORT\]"),
    ],
)
def test_followers_that_are_none_are_refused_with_their_rule(tmp_path: Path, text: str, words: str) -> None:
    show = tmp_path / "show.toml"
    show.write_text(text)
    with pytest.raises(BadSetting, match=words):
        settings(show)
