"""The colours of moods: worn slowly, as far as the mood is likely and believed, and never over a pinned palette."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import BadScene
from engine.frame import SIGNALS, Row, blank_row
from engine.live.lighting import Look
from engine.stage.binder import Binder
from engine.stage.color import to_lab
from engine.stage.palette import FADE, MOODS, ROLES, load_palette, pinned
from engine.stage.scene import Scene, load_scene, scene_names

from .conftest import Write, isf

COLORS = [{"NAME": name, "TYPE": "color"} for name in ("ground", "accent")]
SCENES = [name for name in scene_names() if name not in ("fallback", "page")]
DT = 1 / 30


@pytest.fixture
def scene(write: Write) -> Scene:
    """Lacquer, moonlight where the music is sad, another accent where it is angry."""
    write("s.fs", isf(INPUTS=COLORS))
    text = 'palette = "lacquer"\nmood.depression = "moon"\nmood.irritation = { accent = "#123456" }'
    presets = '[preset.night]\npalette = "indigo"\n[preset.plain]\n'
    return load_scene(write("s.toml", f'shader = "s.fs"\n{text}\n{presets}'))


def heard(mood: str, likely: float = 0.85, known: float = 1.0) -> Row:
    """A row of music that has a mood, the other three alike."""
    found = blank_row()
    for each in MOODS:
        found[SIGNALS[f"mood.{each}"].start] = likely if each == mood else (1.0 - likely) / 3
    found[SIGNALS["mood.known"].start] = known
    found[SIGNALS["mood.valence"].start] = {"excitement": 0.9, "relaxation": 0.9}.get(mood, -0.9)
    return found


def after(binder: Binder, row: Row, seconds: float) -> list[dict[str, object]]:
    return [dict(binder.step(row, DT)) for _ in range(round(seconds / DT))]


def test_sad_music_puts_on_its_colours_over_seconds_and_without_a_step(scene: Scene) -> None:
    binder = Binder(scene)
    after(binder, blank_row(), 1.0)
    worn = after(binder, heard("depression"), 60.0)
    wanted = load_palette("moon").colors
    assert all(np.allclose(worn[-1][role], wanted[role], atol=0.01) for role in ("ground", "accent"))
    light = np.array([to_lab(each["accent"])[0] for each in worn])  # type: ignore[arg-type]  # an accent is three numbers
    assert abs(light[round(1.0 / DT)] - light[0]) < 0.3 * abs(light[-1] - light[0])
    assert np.abs(np.diff(light)).max() < 0.01


def test_a_role_that_a_mood_does_not_name_stays(scene: Scene) -> None:
    worn = after(Binder(scene), heard("irritation"), 60.0)[-1]
    assert np.allclose(worn["accent"], (0x12 / 255, 0x34 / 255, 0x56 / 255, 1.0), atol=0.01)
    assert np.allclose(worn["ground"], load_palette("lacquer").colors["ground"], atol=0.002)


def test_a_mood_that_is_hardly_likelier_than_others_is_not_seen(scene: Scene) -> None:
    worn = after(Binder(scene), heard("depression", 0.34), 60.0)[-1]
    assert worn["accent"] == load_palette("lacquer").colors["accent"]


def test_a_pinned_palette_is_worn_whatever_the_mood_and_the_mood_comes_back_after_it(scene: Scene) -> None:
    binder, row = Binder(scene), heard("depression")
    sad = after(binder, row, 30.0)[-1]["accent"]
    for _ in range(round(2 * FADE / DT)):
        worn = dict(binder.step(row, DT, pinned("storm")))
    assert worn["accent"] == load_palette("storm").colors["accent"]
    assert np.allclose(after(binder, row, 2 * FADE)[-1]["accent"], sad, atol=0.02)


def test_a_preset_with_a_palette_of_its_own_has_no_moods(scene: Scene) -> None:
    assert load_scene(f"{scene.path}:night").moods == {}
    assert set(load_scene(f"{scene.path}:plain").moods) == {"depression", "irritation"}


def test_another_process_goes_on_in_the_colours_of_the_first(scene: Scene) -> None:
    first, second = Binder(scene), Binder(scene)
    after(first, blank_row(), 1.0)
    after(first, heard("depression"), 5.0)
    second.resume(first.heard)
    assert after(second, heard("depression"), 1.0) == after(first, heard("depression"), 1.0)


def test_a_scene_that_is_saved_anew_goes_on_in_the_colours_of_its_mood(scene: Scene) -> None:
    first = Binder(scene)
    after(first, blank_row(), 1.0)
    before = after(first, heard("depression"), 3.0)[-1]["accent"]
    again = Binder(scene)
    again.continue_from(first)
    assert np.allclose(again.step(heard("depression"), DT)["accent"], before, atol=0.02)  # type: ignore[arg-type]  # an accent is three numbers


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("mood", MOODS)
def test_where_the_mood_is_not_known_no_picture_and_no_light_is_other_than_without_a_model(
    name: str, mood: str
) -> None:
    scene = load_scene(name)
    without, unknown = blank_row(), heard(mood, known=0.0)
    assert after(Binder(scene), unknown, 1.0) == after(Binder(scene), without, 1.0)
    lights = [Look(scene, list(scene.lights), scene.palette) for _ in range(2)]
    for _ in range(50):
        assert np.array_equal(lights[0].step(unknown, DT), lights[1].step(without, DT))


def test_several_scenes_and_several_lights_wear_the_mood() -> None:
    scenes = [load_scene(name) for name in SCENES]
    moved = {
        scene.name
        for scene in scenes
        if after(Binder(scene), heard("depression"), 0.1) != after(Binder(scene), blank_row(), 0.1)
    }
    assert moved >= {"cave", "ink", "lanterns", "lattice", "mountains", "scroll", "silk"}
    lit = set()
    for scene in scenes:
        looks = [
            Look(scene, list(scene.lights), scene.palette).step(row, DT) for row in (heard("depression"), blank_row())
        ]
        if not np.array_equal(*looks):
            lit.add(scene.name)
    assert lit >= {"cave", "ink", "lanterns", "mountains", "scroll"}


@pytest.mark.parametrize("name", [name for name in SCENES if load_scene(name).moods])
def test_no_mood_turns_paper_into_night_or_night_into_paper(name: str) -> None:
    scene = load_scene(name)
    own = to_lab(scene.palette["ground"])[0]
    for colors in scene.moods.values():
        assert set(colors) <= set(ROLES)
        assert abs(to_lab(colors.get("ground", scene.palette["ground"]))[0] - own) < 0.15


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('mood.sorrow = "moon"', "mood.sorrow is none (known: "),
        ('mood.depresion = "moon"', "mood.depresion is none (did you mean depression"),
        ('mood.depression = "mon"', "palette='mon' is none (did you mean moon?"),
        ("mood.depression = 3", "mood.depression: palette=3 must name a palette"),
        ('mood.depression.grund = "#000000"', "palette has no role grund (did you mean ground?)"),
        ("mood = 3", "mood must be a table: [mood]"),
    ],
)
def test_a_wrong_mood_is_refused_in_one_line(write: Write, line: str, words: str) -> None:
    write("s.fs", isf(INPUTS=COLORS))
    with pytest.raises(BadScene) as caught:
        load_scene(write("s.toml", f'shader = "s.fs"\n{line}'))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
