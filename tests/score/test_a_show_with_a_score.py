"""A score in a show: named in settings, followed in a recording, kept in a take, moved by orders, cueing scenes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.analysis import analyse
from engine.audio.hearing_settings import HearingSettings
from engine.control.orders import HoldScore, JumpInScore, NudgeScore
from engine.control.table import Repertoire, Table
from engine.errors import BadFile, BadSetting
from engine.frame import RATE, Frame, blank_row
from engine.rehearsal import Rehearsal
from engine.score.following import SCORE, ScoreFollower
from engine.score.opening import followed, open_score
from engine.score.watching import ScoreWatch
from engine.settings import settings
from engine.takes.take import TakeWriter, score_in
from engine.timing.cues import CueList, read_cues
from tests.features.sounds import bowed
from tests.score.playing import follow, melody, score_of

PAGE = "key: 1=C\ntime: 4/4\n1: 1 2 3 4 | 5 1 4 2 | 3 1 2 1 |\n"
MIDI = (60, 62, 64, 65, 67, 60, 65, 62, 64, 60, 62, 60)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.txt"
    path.write_text(PAGE)
    return path


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "played.wav"
    sound = np.concatenate([0.3 * bowed(440 * 2 ** ((pitch - 69) / 12), 0.5) for pitch in MIDI[:8]])
    soundfile.write(path, sound, RATE, subtype="FLOAT")
    return path


def test_a_recording_is_followed_in_the_score_that_is_named(page: Path, recording: Path) -> None:
    chosen = settings(source=str(recording), score=str(page)).hearing
    signals = analyse(chosen).signals
    assert signals["score.beat"][-1] == pytest.approx(8, abs=0.7)
    assert signals["score.bar"][[0, -1]].tolist() == [1, 2] or signals["score.bar"][-1] == 3
    assert signals["score.tempo"][-1] == pytest.approx(120, rel=0.12)
    again = [frame.row for _, frame in Rehearsal(chosen)]
    assert np.array_equal(np.array(again)[:, SCORE.start], signals["score.beat"])


def test_without_a_score_the_group_is_0(recording: Path) -> None:
    frames = [frame for _, frame in Rehearsal(HearingSettings(source=str(recording)), 0.2)]
    assert not frames[-1].row[SCORE].any()


def test_a_take_keeps_the_score_and_is_followed_in_it_again(tmp_path: Path, page: Path) -> None:
    take, score = tmp_path / "evening.monochord", open_score(page)
    with TakeWriter(take, 1, score=score) as writer:
        writer.write(blank_row(), np.zeros((256, 1), np.float32))
    assert score_in(take) == score
    page.unlink()
    heard = HearingSettings(source=str(take))
    assert heard.own_score == score
    follows = Rehearsal(heard).score
    assert follows is not None
    assert follows.pitches.tolist() == list(MIDI)


def test_the_stage_has_the_page_of_the_score_or_of_the_take_that_is_played(tmp_path: Path, page: Path) -> None:
    shown = settings(source="tone:440", score=str(page)).stage.page
    assert shown is not None
    assert len(shown.notes) == len(MIDI)
    take = tmp_path / "evening.monochord"
    with TakeWriter(take, 1, score=open_score(page)) as writer:
        writer.write(blank_row(), np.zeros((256, 1), np.float32))
    again = settings(source=str(take)).stage.page
    assert again is not None
    assert np.array_equal(again.ink, shown.ink)
    assert settings(source="tone:440").stage.page is None


def test_a_score_that_cannot_be_followed_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="no such file"):
        settings(source="tone:440", score=str(tmp_path / "no.musicxml"))
    silent = tmp_path / "silent.txt"
    silent.write_text("time: 4/4\n1: 0 0 0 0 |\n")
    with pytest.raises(BadFile, match="no notes"):
        settings(source="tone:440", score=str(silent))
    with pytest.raises(BadFile, match="take holds no score that can be followed"):
        followed({"notes": "none"}, "take")


def test_cues_by_bar_are_checked_before_the_show(tmp_path: Path, page: Path) -> None:
    show = tmp_path / "show.toml"
    show.write_text('[[cues]]\nscene = "ink"\nat = "bar 4"\n')
    with pytest.raises(BadSetting, match="needs a score to follow"):
        settings(show, source="tone:440")
    with pytest.raises(BadSetting, match="is not in the score"):
        settings(show, source="tone:440", score=str(page))
    show.write_text('[[cues]]\nscene = "ink"\nat = "bar 3"\n')
    assert settings(show, source="tone:440", score=str(page)).cues[0].place is not None


def test_orders_about_the_score_are_there_where_one_is_followed() -> None:
    table = Table(Repertoire(bars=(1, 16)))
    assert table.read("/monochord/score/nudge", [-0.5]) == NudgeScore(-0.5)
    assert table.read("/monochord/score/jump", [3]) == JumpInScore(3)
    assert table.read("/monochord/score/jump", [3, 2.5]) == JumpInScore(3, 2.5)
    assert table.read("/monochord/score/hold", [1]) == HoldScore(True)
    assert not [at for at in Table(Repertoire()).entries if "/score/" in at]


def test_the_operator_is_told_where_the_player_is_and_what_comes_next() -> None:
    follower = ScoreFollower(score_of(melody(32)))
    table = read_cues([{"scene": "ink", "at": "bar 3"}, {"scene": "silk", "at": "bar 5", "name": "River"}])
    watch = ScoreWatch(follower, table, "Mo Li Hua")
    assert watch.told(0.0) == {"title": "Mo Li Hua", "first": 1, "last": 8, "state": "waiting", "next": ["ink", 8.0]}
    follow(follower, [(pitch, 0.5) for pitch in melody(32)[:12]])
    assert watch.told(10.5)["state"] == "following"
    assert watch.told(10.5)["next"] == ["River", 5.5]
    assert watch.told(16.0)["next"] is None
    follower._lost = True
    assert watch.told(10.5)["state"] == "lost"
    follower.hold(True)
    follow(follower, [(60, 0.1)])
    assert watch.told(10.5)["state"] == "held"


def test_the_watch_brings_the_cue_and_says_once_that_the_player_is_lost() -> None:
    follower = ScoreFollower(score_of(melody(32)))
    table = read_cues([{"scene": "ink", "at": "bar 3"}])
    watch, cues = ScoreWatch(follower, table), CueList(table)
    row = blank_row()
    row[SCORE] = 8.0, 3.0, 1.0, 96.0, 0.1, 9.0, 60.0, 0.0
    assert watch.cue(Frame(row).score, cues) == table[0]
    assert watch.cue(Frame(row).score, cues) is None
    said: list[str] = []
    for second in range(12):
        follower._lost = 2 <= second < 7
        row[1] = second
        said += watch.troubles(Frame(row))
    assert said == ["score: lost at bar 3, running on at 96 quarters a minute", "score: found again at bar 3"]
