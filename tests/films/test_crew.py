"""Films drawn by several processes: the same bytes as from one, and only where no picture owes another."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from engine import rehearsal
from engine.audio.hearing_settings import HearingSettings
from engine.errors import BadScene, MissingDriver
from engine.films import crew
from engine.films.crew import owes_nothing
from engine.stage import gpu
from engine.stage.scene import load_scene

pytestmark = [pytest.mark.gl, pytest.mark.slow]
CLICKS = HearingSettings(source="clicks:3")
HOW = {"size": (64, 36), "fps": 30.0, "seconds": 2.0}
# Everything that the clock, the bindings and the sound say to a shader, and a strobe for the flash limiter.
TOLD = """/*{"INPUTS": [{"NAME": "loud", "TYPE": "float"}, {"NAME": "hit", "TYPE": "event"},
    {"NAME": "tones", "TYPE": "audioFFT"}, {"NAME": "turn", "TYPE": "float"}]}*/
void main() {
    float strobe = step(0.5, fract(TIME * 6.0)) * step(1.0, TIME);
    float tone = IMG_NORM_PIXEL(tones, isf_FragNormCoord).r;
    gl_FragColor = vec4(loud * 0.5 + 0.5 * strobe, hit ? 1.0 : tone, fract(turn + float(FRAMEINDEX) / 37.0), 1.0);
}
"""
WIRES = """shader = "told.fs"
[bind.loud]
signal = "sound.level"
attack = 0.1
release = 0.6
[bind.turn]
signal = "sound.peak"
to = [0.1, 2.0]
clock = true
[bind]
hit = "rhythm.onsets"
"""


@pytest.fixture
def told(tmp_path: Path) -> str:
    try:
        gpu.headless().release()
    except MissingDriver as reason:
        pytest.skip(str(reason))
    (tmp_path / "told.fs").write_text(TOLD)
    (tmp_path / "told.toml").write_text(WIRES)
    return str(tmp_path / "told.toml")


def test_a_film_by_three_is_the_film_by_one_byte_for_byte(told: str, tmp_path: Path) -> None:
    remarks: list[str] = []
    rehearsal.render(CLICKS, told, tmp_path / "one.mp4", remark=remarks.append, **HOW)  # type: ignore[arg-type]  # **HOW is of several kinds
    crew.render(CLICKS, told, tmp_path / "three.mp4", 3, remark=remarks.append, **HOW)  # type: ignore[arg-type]  # **HOW is of several kinds
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "three.mp4").read_bytes()
    assert remarks[0] == remarks[1]
    assert "flashes too fast" in remarks[0]


def test_a_film_that_is_given_up_leaves_no_file_and_no_process(told: str, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())

    def give_up(share: float) -> None:
        if share > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crew.render(CLICKS, told, tmp_path / "a.mp4", 2, progress=give_up, **HOW)  # type: ignore[arg-type]  # **HOW is of several kinds
    assert sorted(tmp_path.iterdir()) == before
    assert not multiprocessing.active_children()


def test_a_scene_that_builds_on_its_own_pictures_is_refused(tmp_path: Path) -> None:
    kept = tmp_path / "kept.fs"
    kept.write_text('/*{"PASSES": [{"TARGET": "a", "PERSISTENT": true}]}*/\nvoid main() { gl_FragColor = vec4(1.0); }')
    assert not owes_nothing(load_scene(kept).shader)
    with pytest.raises(BadScene, match=r"builds on its own pictures: .*--workers 1"):
        crew.render(CLICKS, str(kept), tmp_path / "a.mp4", 2, **HOW)  # type: ignore[arg-type]  # **HOW is of several kinds
