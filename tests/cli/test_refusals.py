"""What is typed wrong at five to eight: one line with name, value, rule and mend, and nothing is left behind."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.cli import app, mood, render, terminal
from engine.frame import RATE

Typed = Callable[..., tuple[int, str]]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Runs `monochord WORDS` here, in an empty folder, without a display: the exit code, and the standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(render, "leave_in_order", lambda: None)  # pytest keeps its own signals

    def run(*words: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["monochord", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            app.main()
        assert isinstance(ended.value.code, int)
        return ended.value.code, capsys.readouterr().err

    return run


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["prevew"], "no such command 'prevew'. Did you mean 'preview'? — see monochord --help"),
        (["lights", "tst"], "no such command 'tst'. Did you mean 'test'? — see monochord lights --help"),
        (["live", "--scen", "ink"], "--scene"),
        (["render"], "missing argument 'FILE' — see monochord render --help"),
        (["analyse", "tone:440"], "missing option '--out' — see monochord analyse --help"),
        (["live", "--seconds"], "option '--seconds' requires an argument — see monochord live --help"),
        (["live", "--seconds", "soon"], "seconds=soon must be a valid number — see monochord live --help"),
        (["render", "a", "b.mp4", "--workers", "0"], "workers=0 must be greater than or equal to 1"),
        (["takeover", "--page", "70000"], "page=70000 must be less than or equal to 65535"),
        (["live", "tune.wav"], "unexpected extra argument"),
    ],
)
def test_bad_usage_is_one_line_that_names_the_nearest_and_the_help(typed: Typed, words: list[str], line: str) -> None:
    code, said = typed(*words)
    assert (code, said.count("\n")) == (2, 1)
    assert said.startswith("monochord: ")
    assert line in said


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["preview", "tone:1", "--fps", "0"], "fps=0 must be 1 to 240 pictures a second"),
        (["preview", "tone:1", "--gain", "nan"], "gain=nan must be −60 to 60 dB"),
        (["preview", "tone:1", "--delay", "-5"], "delay=-5 must be 0 to 2731 milliseconds"),
        (["preview", "tone:1", "--size", "0x0"], "size=0x0 must have sides of 16 to 16384 pixels (try 1280x720)"),
        (["preview", "tone:1", "--osc-hz", "60"], "osc-hz=60 is how often --osc is told, and there is none"),
        (["preview", "tone:1", "--osc-from", "10.0.0.2"], "osc-from=10.0.0.2 may send, but nobody listens"),
        (["preview", "tone:1", "--osc", "10.0.0.2:qlcplu"], "did you mean 10.0.0.2:qlcplus?"),
        (["preview", "tone:1", "--record", "no/tonight.monochord"], "there is no folder no (make it first)"),
        (["preview", "tone:1", "--scene", "none.fs"], "none.fs: no such file (nothing in "),
        (["preview", "none.wav"], "none.wav: no such file"),
        (["preview", "none.wav", "--headless"], "none.wav: no such file"),
        (["preview", "tone:0"], "tone:0 wants a frequency above 0"),
        (["preview", "x" * 300], "File name too long"),
        (["takeover", ""], "host= is not HOST[:PORT] (try 192.168.1.21)"),
        (["analyse", "tone:1", "--out", "o", "--workers", "0"], "workers=0 must be 1 or more"),
        (["analyse", "tone:1", "--out", "o", "--workers", "2", "--scheduler", "tcp://a:1"], "exclude each other"),
        (["mood", "tone:1", "--json", "no/mood.json"], "json=no/mood.json: there is no folder no (make it first)"),
        (["scenes", "--palette", "storm"], "palette=storm: what shall be done with it? (add --sheet OUT or --judge)"),
        (["scenes", "--sheet", "o.jpg"], "sheet=o.jpg must be a .png, or a folder (try o.png)"),
        (["scenes", "--sheet", "o.png", "--size", "0x0"], "size=0x0 must have sides of 16 to 4096 pixels"),
        (["doctor", "--show", "cncert"], "show=cncert is none (did you mean concert?"),
        (["doctor", "--file", "tone:1"], "file=tone:1 is what a show plays (add --show SHOW)"),
        (["devices", "--use", "x", "--show", "concert"], "show=concert must end in .toml to be written into"),
        (["soundcheck", "tone:1", "--save", "--show", "club"], "show=club must end in .toml to be written into"),
        (["soundcheck", "tone:1", "--device", "x"], "file=tone:1 and device=x exclude each other (leave one out)"),
        (["soundcheck", "--room", "tone:1"], "room=tone:1 goes with a recording of the instrument"),
        (["space", "show", "--picture", "map.jpg"], "picture=map.jpg must end in .png (try map.png)"),
        (["space", "fit", ".", "-o", "mine", "--passes", "nan"], "passes=nan must be above 0"),
        (["testcard", "--out", "card.png", "--seconds", "-1"], "seconds=-1 must be above 0"),
    ],
)
def test_a_mistake_is_said_under_the_name_that_was_typed_and_leaves_nothing(
    typed: Typed, words: list[str], line: str, tmp_path: Path
) -> None:
    code, said = typed(*words)
    assert (code, said.count("\n")) == (1, 1), said
    assert said.startswith("monochord: ")
    assert line in said
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_a_file_is_said_as_one(typed: Typed, sound_file: Callable, tmp_path: Path) -> None:
    tune = sound_file("tune.wav", np.zeros(RATE, np.float32))
    assert typed("score", "read", tune, "--out", tune)[1].startswith(f"monochord: out={tune} is a file, a folder is")
    assert f"record={tmp_path} is a folder, a file is wanted" in typed("preview", tune, "--record", tmp_path)[1]


def test_without_a_screen_the_test_card_says_what_can_be_done(typed: Typed) -> None:
    code, said = typed("testcard")
    assert (code, said.count("\n")) == (3, 1)
    assert "monochord testcard --out card.png writes it" in said


def test_ctrl_c_is_one_line_and_130(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(mood.typed, "writable", interrupted)
    assert typed("mood", "tone:1") == (130, "monochord: interrupted\n")


def test_a_disk_that_refuses_is_a_line_and_a_bug_keeps_its_traceback(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "mood.json")

    monkeypatch.setattr(mood.typed, "writable", refused)
    code, said = typed("mood", "tone:1")
    assert (code, said) == (1, "monochord: mood.json: Permission denied (choose another place, or ask whose it is)\n")
    monkeypatch.setattr(mood.typed, "writable", lambda *_: {}["no"])
    monkeypatch.setattr(sys, "argv", ["monochord", "mood", "tone:1"])
    with pytest.raises(KeyError):
        app.main()


def test_the_version_is_said_and_a_group_alone_lists_its_commands(typed: Typed) -> None:
    assert typed("--version")[0] == 0
    assert typed()[0] == typed("space")[0] == 2


def test_what_is_awaited_is_said_where_a_terminal_shows_it_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with terminal.waiting("drawing"):
        pass
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with terminal.waiting("drawing"):
        assert capsys.readouterr().err.endswith("drawing …")
    assert "drawing" not in capsys.readouterr().err
