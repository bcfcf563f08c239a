"""The gallery says what is, and the scene that it teaches can be written down, drawn, and does what it says."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.cli.scene_verdict import Verdict
from engine.errors import MissingDriver
from engine.films import trial
from engine.stage import gpu
from engine.stage.scene import Scene, load_scene

ROOT = Path(__file__).resolve().parent.parent.parent
README = (ROOT / "scenes" / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def gallery(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import gallery

    yield gallery
    sys.modules.pop("gallery")


@pytest.fixture
def lamp(tmp_path: Path) -> Path:
    """The example of the README, saved as a reader would."""
    for name, text in re.findall(r"^```\w+ (lamp\.\w+)\n(.*?)^```", README, re.MULTILINE | re.DOTALL):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / "lamp.toml"


def light(scene: Scene, music: trial.Music) -> NDArray[np.float64]:
    """How light each picture is, 0..255."""
    try:
        gpu.release(gpu.headless())
    except MissingDriver as reason:
        pytest.skip(str(reason))
    return np.array([pixels[:, :, :3].mean() for pixels, _ in trial.draw(scene, music, (160, 90))])


def test_the_gallery_shows_the_scenes_that_there_are(gallery: ModuleType) -> None:
    assert gallery.rewritten(README, gallery.shown()) == README, "run python tools/gallery.py --write"


def test_every_scene_has_its_controls_with_what_moves_them(gallery: ModuleType) -> None:
    text = gallery.gallery(["strings"])
    scene = load_scene("strings")
    assert text.startswith("[Strings](#strings)")
    for item in (one for one in scene.shader.inputs if one.name not in scene.roles and not one.sampled):
        (line,) = [line for line in text.splitlines() if line.startswith(f"| `{item.name}` |")]
        moving = [one.signal.name for one in scene.bindings if one.target == item.name]
        assert all(f"`{name}" in line for name in moving)
        assert ("stands at" in line) == (not moving)


def test_presets_are_listed_with_the_colours_that_they_wear(gallery: ModuleType, lamp: Path) -> None:
    assert gallery._presets(load_scene(lamp)) == "Presets: `lamp:harbour` (ember), `lamp:still`."


def test_a_preset_with_colours_of_its_own_says_so(gallery: ModuleType) -> None:
    assert "`calligraphy:sutra` (its own palette)" in gallery._presets(load_scene("calligraphy"))


def test_the_numbers_of_every_scene_are_written_down_in_their_place(gallery: ModuleType) -> None:
    found = [
        Verdict(name, 0.7, 0.8, {}, 0.0, 0.1, 0.0, 0, 0.06, "blown and plucked", 0.2, "silk", 30.4)
        for name in gallery.shown()
    ]
    written = gallery.with_numbers(README, found)
    assert "| ink | 0.70 | 0.80 | 0.000 | 10% | 0% | 0 | 0.060 | 0.200 silk | 30 |" in written
    assert gallery.with_numbers(written, found) == written
    assert gallery.NUMBERS.rewritten(written, "") == gallery.NUMBERS.rewritten(README, "")


def test_numbers_are_those_of_scenes_that_there_are(gallery: ModuleType) -> None:
    lines = gallery.NUMBERS.of(README).splitlines()
    named = [line.split("|")[1].strip() for line in lines[2:]]
    assert named == [name for name in gallery.shown() if name in named], "run python tools/gallery.py --judge"


def test_the_scene_that_is_taught_is_complete(lamp: Path) -> None:
    scene = load_scene(lamp)
    assert scene.presets == ("harbour", "still")
    assert scene.roles == ("ground", "body", "light")
    assert not scene.notices


def test_the_lamp_burns_while_there_is_sound_and_is_dark_and_still_without(lamp: Path) -> None:
    loud = light(load_scene(lamp), trial.of_file("tone:440", 1.0))
    dark = light(load_scene(lamp), trial.silence(1.0))
    assert loud[-1] > 3 * dark[-1]
    assert dark[-1] < 12
    assert np.ptp(dark[10:]) == 0.0


def test_a_blow_breaks_the_reflection_unless_the_preset_holds_it_still(lamp: Path) -> None:
    music = trial.of_file("clicks:2", 1.2)
    (before, after), (same, still) = (
        [pixels[-40:].astype(float) for pixels in trial.stills(load_scene(name), music, (160, 90), [13, 16])]
        for name in (str(lamp), f"{lamp}:still")
    )
    assert np.abs(after - before).mean() > 1.0
    assert np.abs(after - still).mean() > 0.2
    assert np.abs(before - same).mean() < 0.1
