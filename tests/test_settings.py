"""Settings: what the command line says wins, the show file comes next, and what is wrong is said with its mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import BadFile, BadScene, BadSetting, UserMistake
from engine.settings import DEFAULT_SCENE, read_show, save, settings


@pytest.fixture
def show(tmp_path: Path) -> Path:
    path = tmp_path / "show.toml"
    path.write_text(
        'scene = "ink"\ndelay_ms = 40\n'
        '[sound]\ndevice = "Scarlett"\noutput = "Speakers"\nchannels = [2]\ngain_db = 6\n'
        '[stage]\nmonitor = "EPSON"\nsize = [800, 600]\n'
        '[[osc]]\nto = "10.0.0.9:8000@80"\nhz = 44\n'
    )
    return path


def test_nothing_needs_to_be_said() -> None:
    chosen = settings(Path("/dev/null"))
    assert chosen.scene == DEFAULT_SCENE
    assert chosen.hearing.source is None
    assert "fallback" not in chosen.scenes
    assert len(chosen.scenes) >= 3


def test_a_show_file_is_taken_over_and_the_command_line_wins(show: Path) -> None:
    chosen = settings(show, stage__size=[320, 180], osc=["127.0.0.1:9101"], sound__gain_db=0.0)
    assert chosen.scene == "ink"
    assert chosen.hearing.device == "Scarlett"
    assert list(chosen.hearing.channels) == [2]
    assert chosen.hearing.gain_db == 0.0
    assert chosen.stage.size == (320, 180)
    assert chosen.stage.delay == 0.04
    assert chosen.stage.full_screen  # a monitor was named: that is what it is for
    first, second = chosen.destinations
    assert (first.host, first.delay, first.hz) == ("10.0.0.9", 0.08, 44)
    assert second.port == 9101


def test_a_recording_plays_through_the_output_and_a_stage_listens_to_the_input(show: Path) -> None:
    assert settings(show, source="tone:440").hearing.device == "Speakers"
    assert settings(show).hearing.device == "Scarlett"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('scen = "ink"', "no key scen .did you mean scene"),
        ('[sound]\ndevise = "x"', "did you mean sound.device"),
        ("delay_ms = -1", "delay_ms=-1 must be 0 to"),
        ("delay_ms = nan", "delay_ms=nan must be"),
        ("[sound]\nchannels = [0]", "numbers from 1"),
        ("[sound]\ngain_db = 1000", "gain_db=1000"),
        ("[stage]\nsize = [1]", "width, height"),
        ("[stage]\nfps = true", "pictures a second"),
        ("[[osc]]\nhz = 3", "osc.to is missing"),
        ('[[osc]]\nto = "x"', "HOST:PORT"),
        ('[[osc]]\nto = "h:1"\nbandwidth = 3', "no key bandwidth"),
        ("scene = [", "is not TOML"),
    ],
)
def test_a_wrong_show_file_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "show.toml"
    path.write_text(text)
    with pytest.raises(UserMistake, match=said) as refusal:
        settings(path)
    assert "\n" not in str(refusal.value).strip()


def test_a_scene_that_is_none_is_said_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(BadScene, match="did you mean mountains"):
        settings(Path("/dev/null"), scene="montains")
    path = tmp_path / "show.toml"
    path.write_text('scenes = ["ink", "inc"]')
    with pytest.raises(BadScene, match="'inc'"):
        settings(path)


def test_a_show_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="No such file"):
        settings(tmp_path / "none.toml")


def test_saving_a_device_keeps_all_else_in_the_file(show: Path) -> None:
    show.write_text("# my tour\n" + show.read_text())
    save("sound.device", "Babyface, ALSA", show)
    assert show.read_text().startswith("# my tour")
    found = read_show(show)
    assert found["sound.device"] == "Babyface, ALSA"
    assert found["sound.output"] == "Speakers"
    assert found["scene"] == "ink"


def test_saving_makes_the_file_where_there_is_none(tmp_path: Path) -> None:
    path = save("sound.output", "Speakers", tmp_path / "new" / "show.toml")
    assert read_show(path) == {"sound.output": "Speakers"}


def test_a_broken_file_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "show.toml"
    path.write_text("scene = [")
    with pytest.raises(BadFile, match="cannot be changed"):
        save("sound.output", "Speakers", path)
    assert path.read_text() == "scene = ["


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan")])
def test_a_length_that_is_none_is_refused(seconds: float) -> None:
    with pytest.raises(BadSetting, match="seconds="):
        settings(Path("/dev/null"), seconds=seconds)
