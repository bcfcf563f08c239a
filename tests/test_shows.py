"""The shows that come with the engine: every scene, preset, transition and counter that they name can be had."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import BadFile
from engine.settings import settings
from engine.show import show_file
from engine.show.show_file import show_names
from engine.stage.preset import split_name


@pytest.mark.parametrize("name", show_names())
def test_everything_in_a_show_can_be_had(name: str) -> None:
    assert settings(Path(name)).scene


def test_a_concert_is_six_scenes_in_order_each_on_a_key() -> None:
    concert = settings(Path("concert"))
    assert [cue.change.scene for cue in concert.cues] == list(concert.scenes)
    assert [cue.word for cue in concert.cues] == [("key", str(number)) for number in range(1, 7)]
    assert len(set(concert.scenes)) == 6


def test_a_club_changes_on_the_beat_and_keeps_the_flash_limiter() -> None:
    club = settings(Path("club"))
    assert club.wander is not None
    assert club.wander.on == "rhythm.beats"
    assert club.stage.flash_limiter


def test_an_installation_goes_everywhere_and_never_the_same_way() -> None:
    installation = settings(Path("installation"))
    assert installation.wander is not None
    assert installation.wander.seed is None
    assert not installation.cues
    assert len({split_name(scene)[0] for scene in installation.wander.scenes}) >= 12


def test_a_show_that_is_none_names_the_nearest() -> None:
    with pytest.raises(BadFile, match=r"show=clubb is none \(did you mean club\?; or give a \.toml file\)"):
        settings(Path("clubb"))


def test_a_show_that_comes_along_listens_to_what_this_machine_listens_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(show_file, "user_show", lambda: tmp_path / "show.toml")
    (tmp_path / "show.toml").write_text(
        'scene = "ink"\n[sound]\ndevice = "Scarlett 2i2"\n[band]\nlow_hz = 190.0\nhigh_hz = 5200.0\n'
    )
    concert = settings(Path("concert"))
    assert concert.hearing.device == "Scarlett 2i2"
    assert concert.hearing.band is not None
    assert concert.scene == "mountains"
    (tmp_path / "mine.toml").write_text('scene = "silk"\n')
    mine = settings(tmp_path / "mine.toml")
    assert (mine.hearing.device, mine.hearing.band, mine.scene) == (None, None, "silk")
