"""A scene on trial: what it is tried with, and which pictures are looked at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import BadFile, BadScene, MissingDriver
from engine.films import trial
from engine.frame import SIGNALS, blank_row
from engine.stage import gpu
from engine.stage.drawing import Moment
from engine.stage.scene import load_scene

LEVEL = """/*{"INPUTS": [{"NAME": "level", "TYPE": "float"}, {"NAME": "ground", "TYPE": "color"}]}*/
void main() { gl_FragColor = vec4(vec3(level), 1.0) + vec4(0.0, 0.0, ground.b, 0.0); }
"""


@pytest.fixture
def gl() -> None:
    """Skips where no graphics driver is installed."""
    try:
        gpu.release(gpu.headless())
    except MissingDriver as reason:
        pytest.skip(str(reason))


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    """As bright as the sound is loud."""
    (tmp_path / "level.fs").write_text(LEVEL)
    path = tmp_path / "level.toml"
    path.write_text('shader = "level.fs"\n[bind.level]\nsignal = "sound.level"\nfrom = [-60, 0]\n')
    return path


def struck(*pictures: int, of: int = 120) -> trial.Music:
    """A music with onsets at these pictures, the later the stronger."""
    rows = [blank_row() for _ in range(of)]
    for number, row in enumerate(rows):
        row[SIGNALS["rhythm.onsets"].start] = sum(number >= picture for picture in pictures)
        row[SIGNALS["rhythm.strength"].start] = number / of
    return trial.Music("struck", tuple(Moment(row=row) for row in rows))


def test_onsets_are_looked_at_a_moment_after_they_begin() -> None:
    assert struck(2, 12, 80).sights() == [15, 45, 83, 119]


def test_where_nothing_begins_each_part_is_looked_at_in_its_middle() -> None:
    assert struck().sights() == [15, 45, 75, 119]
    assert struck(28).sights()[0] == 29


def test_silence_is_heard_as_silence() -> None:
    music = trial.silence(2.0)
    assert (music.name, round(music.seconds, 1)) == ("silence", 2.0)
    assert set(music.signal(SIGNALS["rhythm.onsets"].start)) == {0.0}
    assert all(not moment.samples.any() for moment in music.moments)


def test_a_recording_is_tried_with_its_beginning(scene: Path, gl: None) -> None:
    music = trial.of_file("clicks:2", 1.6)
    assert round(music.seconds, 1) == 1.6
    light = np.array([pixels[0, 0, 0] for pixels, _ in trial.draw(load_scene(scene), music, (16, 16))])
    assert light[5] == 0
    assert np.argmax(light > 20) == 14  # the picture that stands until half a second is over


def test_stills_are_the_pictures_of_these_numbers_in_this_order(scene: Path, gl: None) -> None:
    music = trial.of_file("clicks:2", 1.2)
    late, early = trial.stills(load_scene(scene), music, (16, 16), [14, 3], "indigo")
    assert late[0, 0, 0] > early[0, 0, 0] == 0
    assert early[0, 0, 2] == 0x18  # the ground of indigo


def test_a_scene_that_fails_on_the_way_is_said(tmp_path: Path, gl: None) -> None:
    (tmp_path / "bad.fs").write_text("/*{}*/\nvoid main() { nothing }")
    with pytest.raises(BadScene, match=r"bad\.fs:2"):
        next(trial.draw(load_scene(tmp_path / "bad.fs"), trial.silence(0.1), (16, 16)))
    with pytest.raises(BadFile):
        trial.of_file("none.wav", 1.0)


def test_a_scene_is_watched_and_what_it_costs_is_a_ratio(scene: Path, gl: None) -> None:
    music = trial.of_file("clicks:2", 1.6)
    stills, film = trial.look(load_scene(scene), music, (16, 16), [14, 3])
    assert np.array_equal(stills, trial.stills(load_scene(scene), music, (16, 16), [14, 3]))
    assert len(film.change) == len(music.moments)
    assert int(film.change.argmax()) in (14, 29)
    assert 0.1 < trial.cost(load_scene(scene), music, (16, 16)) < 10


def test_in_settling_the_drum_ends_and_ten_seconds_later_nothing_is_heard() -> None:
    music = trial.settling()
    level = music.signal(SIGNALS["sound.level"].start)
    assert level[:90].max() > -40
    assert level[120:].max() < -90
    assert len(music.moments) > trial.QUIET + 30
