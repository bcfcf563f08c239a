"""Lighting: a scene's words become light, scenes fade into one another, and a hand is stronger than the music."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.frame import SIGNALS, Row, blank_row
from engine.lights.console import HOP_SECONDS, Rest
from engine.lights.osc import Lights
from engine.lights.patch import OUTPUTS, read_patch
from engine.live.lighting import Lighting
from engine.stage.scene import scene_names

SECOND = round(1 / HOP_SECONDS)
SHADER = "void main() { gl_FragColor = vec4(1.0); }"


class Seen(Lights):
    """Consoles whose values are looked at, and that send nothing."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.values = np.zeros((len(names), len(OUTPUTS)))
        self.rest = Rest()
        self.all: list[np.ndarray] = []

    def show(self, values: np.ndarray, rest: Rest) -> None:
        self.values, self.rest = values.copy(), rest
        self.all.append(self.values)

    def __getitem__(self, name: str) -> float:
        light, _, output = name.rpartition(".")
        return float(self.values[self.names.index(light), OUTPUTS.index(output)])


def row(**signals: float) -> Row:
    found = blank_row()
    for name, value in signals.items():
        found[SIGNALS[name.replace("_", ".", 1)].start] = value
    return found


def play(lighting: Lighting, heard: Row, seconds: float = 3.0, deaf: float = 0.0) -> None:
    for _ in range(round(seconds / HOP_SECONDS)):
        lighting.step(heard, deaf)


@pytest.fixture
def scene(tmp_path: Path) -> Callable[..., str]:
    def write(name: str, text: str) -> str:
        (tmp_path / "s.fs").write_text(f'/*{{"ISFVSN": "2"}}*/\n{SHADER}\n')
        path = tmp_path / f"{name}.toml"
        path.write_text(f'shader = "s.fs"\n{text}\n')
        return str(path)

    return write


def test_a_light_does_what_its_scene_says_and_the_rest_by_default(scene: Callable[..., str]) -> None:
    seen = Seen("wash", "back")
    name = scene("a", '[lights.wash]\nlevel = "rhythm.hits"\nhue = 0.333333\nwarmth = 0\n[lights.back]\nlevel = 0.25')
    lighting = Lighting(seen, name)
    play(lighting, row(rhythm_hits=0.8, form_density=8.0))
    assert seen["wash.level"] == pytest.approx(0.8)
    assert (seen["wash.red"], seen["wash.green"], seen["wash.blue"]) == pytest.approx((0, 0.8, 0), abs=0.001)
    assert (seen["wash.tint_red"], seen["wash.tint_green"]) == pytest.approx((0, 1), abs=0.001)
    assert seen["back.level"] == pytest.approx(0.25)
    assert seen["back.movement"] == pytest.approx(1.0, abs=0.25)


def test_without_a_word_of_the_scene_a_light_follows_the_instrument(scene: Callable[..., str]) -> None:
    seen = Seen("")
    lighting = Lighting(seen, scene("a", '[palette]\nbody = "#FF0000"\naccent = "#FFFF00"'))
    play(lighting, row(band_level=-60, sound_level=-60))
    assert seen[".level"] == 0.0
    play(lighting, row(band_level=-8, pitch_cents=4300, sound_centroid=8000))
    assert seen[".level"] == pytest.approx(1.0, abs=0.01)
    assert seen[".hue"] == pytest.approx(0.0, abs=0.001)  # the body's: a low note
    cold = seen[".warmth"]
    play(lighting, row(band_level=-8, pitch_cents=8100, sound_centroid=300))
    assert seen[".hue"] == pytest.approx(1 / 6, abs=0.001)  # the accent's: a high one
    assert seen[".warmth"] > cold


def test_a_light_that_the_scene_has_not_does_what_its_first_does(scene: Callable[..., str]) -> None:
    seen = Seen("floor")
    lighting = Lighting(seen, scene("a", "[lights.wash]\nlevel = 0.5\n[lights.back]\nlevel = 1.0"))
    play(lighting, blank_row())
    assert seen["floor.level"] == 0.5


def test_scenes_fade_into_one_another_in_the_time_of_the_change(scene: Callable[..., str]) -> None:
    seen = Seen("")
    first = scene("a", "[lights.wash]\nlevel = 0\nhue = 0.9\nwarmth = 0")
    second = scene("b", "[lights.wash]\nlevel = 1\nhue = 0.1\nwarmth = 0")
    lighting = Lighting(seen, first)
    play(lighting, blank_row(), 0.5)
    lighting.follow(second, 2.0, 1, None)
    play(lighting, blank_row(), 1.0)
    assert seen[".level"] == pytest.approx(0.5, abs=0.01)
    assert min(seen[".hue"], 1 - seen[".hue"]) == pytest.approx(0.0, abs=0.01)  # the shorter way round
    third = scene("c", "[lights.wash]\nlevel = 0.5\nhue = 0.1")
    lighting.follow(third, 1.0, 2, None)  # before the other fade is over
    play(lighting, blank_row(), 2.0)
    assert seen[".level"] == 0.5
    levels = [values[0, OUTPUTS.index("level")] for values in seen.all]
    assert np.abs(np.diff(levels[SECOND // 10 :])).max() < 0.01  # nowhere a jump


def test_a_scene_file_that_is_broken_changes_nothing(scene: Callable[..., str]) -> None:
    seen = Seen("")
    lighting = Lighting(seen, scene("a", "[lights.wash]\nlevel = 0.5"))
    lighting.follow(scene("b", "nonsense = 1"), 0.0, 1, None)
    play(lighting, blank_row(), 0.1)
    assert seen[".level"] == 0.5


def test_by_hand_the_level_is_the_hands_and_what_moves_goes_with_the_tapped_beat(scene: Callable[..., str]) -> None:
    seen, tapped = Seen(""), [False]
    name = scene("a", "[lights.wash]\nlevel = 1\nhue = 0.5\nmovement = 1")
    lighting = Lighting(seen, name, beat_by_hand=lambda: tapped[0])
    play(lighting, row(rhythm_phase=0.5), 0.2)
    lighting.hand.level, lighting.hand.manual = 0.3, True
    play(lighting, row(rhythm_phase=0.5), 1.0)
    assert seen[".level"] == pytest.approx(0.3)
    assert seen[".hue"] == pytest.approx(0.5)
    assert seen[".movement"] == 0.0
    tapped[0] = True
    play(lighting, row(rhythm_phase=0.5), 0.1)
    assert seen[".movement"] == 1.0
    lighting.hand.manual = False
    play(lighting, blank_row(), 1.0)
    assert seen[".level"] == 1.0


def test_all_lights_full_is_white_and_strong(scene: Callable[..., str]) -> None:
    seen = Seen("wash", "back")
    lighting = Lighting(seen, scene("a", "[lights.wash]\nlevel = 0\n[lights.back]\nlevel = 0\nstrobe = 1"))
    lighting.hand.full = True
    play(lighting, blank_row(), 1.0)
    assert (seen["wash.level"], seen["back.level"]) == (1.0, 1.0)
    assert {seen[f"wash.{color}"] for color in ("red", "green", "blue", "tint_red", "tint_blue")} == {1.0}


def test_flashes_are_held_back_unless_the_show_says_otherwise(scene: Callable[..., str]) -> None:
    name = scene("a", '[lights.wash]\nlevel = "rhythm.hits"')
    swings = []
    for limited in (True, False):
        seen = Seen("")
        lighting = Lighting(seen, name, limited=limited)
        for hop in range(5 * SECOND):
            lighting.step(row(rhythm_hits=float(hop % 20 < 10)), 0.0)
        levels = np.array([values[0, OUTPUTS.index("level")] for values in seen.all])
        swings.append(int(np.sum(np.abs(np.diff(levels)) > 0.5)))
    assert swings[0] <= 5 * 6
    assert swings[1] > 80


def test_a_strobe_flashes_the_level_and_no_faster_than_three_times_a_second(scene: Callable[..., str]) -> None:
    seen = Seen("")
    lighting = Lighting(seen, scene("a", "[lights.wash]\nlevel = 1\nstrobe = 1"), limited=False)
    play(lighting, blank_row(), 5.0)
    levels = np.array([values[0, OUTPUTS.index("level")] for values in seen.all])
    assert int(np.sum(np.diff(levels) > 0.5)) == pytest.approx(5 * 2.9, abs=1)


def test_master_and_lost_ears_reach_the_consoles(scene: Callable[..., str]) -> None:
    seen = Seen("")
    lighting = Lighting(seen, scene("a", ""), master=lambda: 0.4)
    lighting.step(blank_row(), 2.5)
    assert seen.rest == Rest(0.4, 2.5)


def test_without_a_console_nothing_is_read_and_nothing_done() -> None:
    lighting = Lighting(Lights([]), "no such scene")
    lighting.step(blank_row(), 0.0)
    lighting.follow("another", 1.0, 1, None)


@pytest.mark.parametrize("name", [name for name in scene_names() if name != "fallback"])
def test_every_scene_lights_what_is_loud_more_than_what_is_silent_and_nothing_flashes_by_itself(name: str) -> None:
    seen = Seen("")
    lighting = Lighting(seen, name)
    play(lighting, blank_row(), 2.0)
    dark = seen[".level"]
    loud = row(band_level=-12, sound_level=-10, sound_loudness=-14, rhythm_hits=0.7, form_intensity=0.7)
    loud[SIGNALS["sound.low"].start] = loud[SIGNALS["sound.mid"].start] = -18
    play(lighting, loud, 3.0)
    assert dark < 0.25 < seen[".level"]
    levels = [values[0, OUTPUTS.index("level")] for values in seen.all[-SECOND:]]
    assert np.abs(np.diff(levels)).max() < 0.02


def test_a_console_of_its_own_is_told_by_udp_what_the_scene_says(scene: Callable[..., str]) -> None:
    import socket

    from pythonosc.osc_message import OscMessage

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as desk:
        desk.bind(("127.0.0.1", 0))
        desk.settimeout(60.0)
        patch = read_patch({"to": f"127.0.0.1:{desk.getsockname()[1]}:magicq", "map": {"wash.level": "3"}})
        lights = Lights([], (), [patch])
        lighting = Lighting(lights, scene("a", "[lights.wash]\nlevel = 0.6"))
        lighting.step(blank_row(), 0.0)
        message = OscMessage(desk.recv(512))
        assert (message.address, message.params[0]) == ("/pb/3", pytest.approx(0.6))
        lights.close()
