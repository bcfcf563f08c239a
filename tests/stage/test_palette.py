"""Palettes: five colours by what they are for, apart for all eyes, and never changed at a stroke."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest

from engine.errors import BadScene
from engine.frame import blank_row
from engine.stage.binder import Binder
from engine.stage.color import to_lab
from engine.stage.drawing import Moment
from engine.stage.palette import FADE, MOODS, ROLES, PaletteFade, load_palette, palettes, pinned
from engine.stage.render import Renderer
from engine.stage.scene import Scene, load_scene

from .color_vision import EYES, seen
from .conftest import Write, isf
from .living import Stage

_LIGHTNESS, _HUE = 0.10, 0.07
"""How far apart in OKLab two colours must lie, in lightness or across it: five and three just noticeable steps."""

COLORS = [{"NAME": "ground", "TYPE": "color", "DEFAULT": [0, 0, 1, 1]}, {"NAME": "accent", "TYPE": "color"}]
FLAT = "void main() { gl_FragColor = ground; }"


@pytest.fixture
def flat(write: Write) -> Scene:
    """A scene that is all ground."""
    write("flat.fs", isf(FLAT, INPUTS=COLORS))
    lines = 'shader = "flat.fs"\npalette = "lacquer"\n[preset.night]\npalette = "moon"\n'
    return load_scene(write("flat.toml", lines))


def test_there_are_at_least_eight_and_some_for_every_mood() -> None:
    known = palettes()
    assert len(known) >= 8
    assert {palette.mood for palette in known.values()} == set(MOODS)
    assert all(tuple(palette.colors) == ROLES for palette in known.values())


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("name", palettes())
def test_whoever_lacks_a_cone_still_tells_accent_body_and_ground_apart(name: str, eyes: str) -> None:
    colors = load_palette(name).colors
    for one, other in combinations(("accent", "body", "ground"), 2):
        apart = seen(colors[one], EYES[eyes]) - seen(colors[other], EYES[eyes])
        assert abs(apart[0]) >= _LIGHTNESS or np.hypot(*apart[1:]) >= _HUE, (one, other)


def test_no_paper_is_brighter_than_a_white_wall_may_be() -> None:
    assert max(to_lab(palette.colors["ground"])[0] for palette in palettes().values()) < 0.95


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 3", "x: must be a table of colours: [x]"),
        ("[x]", "x: mood=None is none (known: excitement"),
        ("[x]\nmood = 'excitment'", "did you mean excitement?"),
        ("[x]\nmood = 'irritation'\nground = '#123456'", 'x: has no wash (add wash = "#RRGGBB")'),
        ("[x]\nmood = 'irritation'\ngrond = '#123456'", "palette has no role grond (did you mean ground?)"),
        ("[x]\nmood = 'irritation'\nground = 'red'", "palette.ground = 'red' must be a colour"),
        ("[x", "is not TOML"),
    ],
)
def test_a_wrong_palette_is_refused_in_one_line(write: Write, text: str, words: str) -> None:
    path = write("p.toml", text)
    with pytest.raises(BadScene) as caught:
        palettes(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_palette_names_the_nearest() -> None:
    with pytest.raises(BadScene, match=r"palette='laquer' is none \(did you mean lacquer"):
        load_palette("laquer")


def test_a_scene_wears_its_own_palette_from_its_first_picture(flat: Scene) -> None:
    values = Binder(flat).step(blank_row(), 1 / 60)
    assert {role: values[role] for role in ("ground", "accent")} == {
        role: load_palette("lacquer").colors[role] for role in ("ground", "accent")
    }
    assert flat.roles == ("ground", "accent")


def test_without_a_palette_inputs_keep_their_default_until_one_is_pinned(write: Write) -> None:
    binder = Binder(load_scene(write("flat.fs", isf(FLAT, INPUTS=COLORS))))
    assert binder.step(blank_row(), 0.0)["ground"] == (0.0, 0.0, 1.0, 1.0)
    for _ in range(3):
        values = binder.step(blank_row(), FADE / 2, pinned("storm"))
    assert values["ground"] == load_palette("storm").colors["ground"]


def test_a_colour_that_the_scene_sets_or_moves_is_left_alone(write: Write) -> None:
    write("flat.fs", isf(FLAT, INPUTS=COLORS))
    lines = 'shader = "flat.fs"\nset.ground = "#FF0000"\nbind.accent = "sound.peak"\n'
    scene = load_scene(write("own.toml", lines))
    assert scene.roles == ()
    assert Binder(scene).step(blank_row(), 0.0, pinned("storm"))["ground"] == (1.0, 0.0, 0.0, 1.0)


def test_another_palette_comes_over_seconds_without_a_jump() -> None:
    fade, (a, b) = PaletteFade(), (load_palette(name).colors for name in ("xuan", "moon"))
    assert fade.step(a, 0.0) == a
    way = [fade.step(b, 1 / 30) for _ in range(round(FADE * 30) + 1)]
    assert way[-1] == b
    light = np.array([to_lab(colors["ground"])[0] for colors in way])
    assert np.all(np.diff(light) <= 1e-9)
    assert np.abs(np.diff(light)).max() < 2.0 * (light[0] - light[-1]) / len(light)


def test_a_change_of_mind_on_the_way_is_walked_from_where_the_colours_are() -> None:
    fade, (a, b) = PaletteFade(), (load_palette(name).colors for name in ("xuan", "moon"))
    fade.step(a, 0.0)
    for _ in range(30):
        before = to_lab(fade.step(b, 1 / 30)["ground"])
    after = to_lab(fade.step(a, 1 / 30)["ground"])
    assert np.abs(after - before).max() < 0.02
    for _ in range(round(FADE * 30)):
        last = fade.step(a, 1 / 30)
    assert last == a


def test_the_same_glide_at_any_rate_of_pictures() -> None:
    a, b = (load_palette(name).colors for name in ("lacquer", "girih"))
    found = []
    for fps in (30, 144):
        fade = PaletteFade()
        fade.step(a, 0.0)
        for _ in range(fps):
            colors = fade.step(b, 1 / fps)
        found.append(to_lab(colors["accent"]))
    assert found[0] == pytest.approx(found[1], abs=1e-6)


def test_a_pinned_palette_is_worn_on_stage_and_comes_by_degrees(renderer: Renderer, flat: Scene) -> None:
    renderer.stage(flat)
    seen_colors = []
    for number in range(12):
        palette = pinned("xuan" if number else None)
        renderer.draw(Moment(time=number / 2, dt=0.5 if number else 0.0, palette=palette))
        seen_colors.append(tuple(renderer.read()[0, 0, :3]))
    assert seen_colors[0] == (0x0B, 0x07, 0x06)
    assert seen_colors[-1] == (0xF1, 0xE9, 0xDA)
    assert len(set(seen_colors)) > 6


def test_a_cut_to_another_preset_goes_on_and_only_the_colours_walk(renderer: Renderer, flat: Scene) -> None:
    renderer.stage(flat)
    renderer.draw(Moment())
    renderer.stage(load_scene(f"{flat.path}:night"))
    renderer.draw(Moment(time=0.1, dt=0.1))
    assert tuple(renderer.read()[0, 0, :3]) == pytest.approx((0x0B, 0x07, 0x06), abs=1)
    for number in range(50):
        renderer.draw(Moment(time=0.2 + number / 10, dt=0.1))
    assert tuple(renderer.read()[0, 0, :3]) == (0x05, 0x07, 0x0C)


def test_a_palette_that_is_none_is_said_and_the_show_goes_on(stage: Callable[..., Stage]) -> None:
    show = stage("strings")
    show.runs()
    pid = show.back.pid
    show.back.set(palette="strm")
    show.until(lambda: show.heard("palette='strm' is none (did you mean storm"))
    show.back.set(palette="storm")
    show.runs()
    assert show.back.pid == pid
