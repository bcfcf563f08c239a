"""Views: where each pixel looks, told by a shader that paints directions, and one that paints a ball in a room."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine import rehearsal
from engine.audio.hearing_settings import HearingSettings
from engine.errors import BadScene, BadSetting
from engine.films import crew
from engine.settings import settings
from engine.stage import gpu
from engine.stage.drawing import Moment
from engine.stage.output import read_output
from engine.stage.render import Renderer
from engine.stage.scene import load_scene
from engine.stage.views import EYES, VIEWS, check_view

from .conftest import Write, isf

FIELD = 0.9  # what camera.glsl has where a scene says nothing
DIRECTIONS = """#include "camera.glsl"
void main() {
    Ray ray = camera_ray(isf_FragNormCoord);
    gl_FragColor = vec4(0.5 + 0.5 * ray.direction, 0.5 + 4.0 * ray.origin.x);
}"""
# A ball of half a metre, at the place of the first input, in a black room.
BALL = """#include "camera.glsl"
void main() {
    vec3 eyes = vec3(0.0, 1.6, 0.0);
    Ray ray = camera_ray(isf_FragNormCoord, eyes, camera_toward(eyes, eyes - vec3(0.0, 0.0, 1.0)));
    vec3 to = eyes + AT - ray.origin;
    float past = length(to - ray.direction * dot(to, ray.direction));
    gl_FragColor = vec4(vec3(dot(to, ray.direction) > 0.0 ? step(past, 0.25) : 0.0), 1.0);
}"""

Pixels = NDArray[np.uint8]


def seen(ctx: gpu.Context, path: Path, view: str, size: tuple[int, int]) -> Pixels:
    """The picture, top row first."""
    renderer = Renderer(ctx, size, limit_flashes=False, view=view)
    renderer.stage(load_scene(path))
    renderer.draw(Moment())
    assert renderer.trouble == ""
    pixels = renderer.read().copy()
    renderer.release()
    assert ctx.error == "GL_NO_ERROR"
    return pixels


def directions(ctx: gpu.Context, write: Write, view: str, size: tuple[int, int] = (128, 64)) -> NDArray[np.float64]:
    """(height, width, 3): where each pixel looks, to 1/128."""
    return seen(ctx, write("ways.fs", isf(DIRECTIONS)), view, size)[..., :3] / 127.5 - 1.0


def ball(ctx: gpu.Context, write: Write, at: str, view: str, size: tuple[int, int]) -> NDArray[np.bool_]:
    path = write("ball.fs", isf(BALL.replace("AT", f"vec3({at})")))
    return seen(ctx, path, view, size)[..., 0] > 127


def middle(shape: NDArray[np.bool_]) -> tuple[float, float]:
    """Column and row."""
    rows, columns = np.nonzero(shape)
    return float(columns.mean()), float(rows.mean())


def width_over_height(shape: NDArray[np.bool_]) -> float:
    rows, columns = np.nonzero(shape)
    return float(np.ptp(columns) + 1) / float(np.ptp(rows) + 1)


@pytest.mark.gl
def test_straight_ahead_is_the_middle_of_the_picture_all_around(ctx: gpu.Context, write: Write) -> None:
    ways = directions(ctx, write, "equirect")
    assert np.allclose(ways[31:33, 63:65].mean((0, 1)), (0, 0, -1), atol=0.02)
    assert np.allclose(ways[31:33, 95:97].mean((0, 1)), (1, 0, 0), atol=0.02)  # a quarter turn to the right
    assert np.allclose(np.linalg.norm(ways, axis=2), 1.0, atol=0.02)


@pytest.mark.gl
def test_the_poles_are_one_direction_each_and_the_seam_meets(ctx: gpu.Context, write: Write) -> None:
    ways = directions(ctx, write, "equirect", (256, 128))
    assert np.allclose(ways[0], (0, 1, 0), atol=0.03)
    assert np.allclose(ways[-1], (0, -1, 0), atol=0.03)
    assert np.abs(ways[:, 0] - ways[:, -1]).max() < 2 * math.pi / 256 + 0.02
    assert np.allclose(ways[63:65, [0, -1]].mean((0, 1)), (0, 0, 1), atol=0.03)  # behind


@pytest.mark.gl
def test_a_flat_picture_shows_its_field_of_view_from_foot_to_top(ctx: gpu.Context, write: Write) -> None:
    ways = directions(ctx, write, "flat", (128, 72))
    assert np.allclose(ways[35:37, 63:65].mean((0, 1)), (0, 0, -1), atol=0.01)
    up = math.atan2(ways[0, 64, 1], -ways[0, 64, 2])
    assert up == pytest.approx(FIELD / 2, abs=0.02)
    assert ways[36, -1, 0] / -ways[36, -1, 2] == pytest.approx(math.tan(FIELD / 2) * 128 / 72, abs=0.03)


@pytest.mark.gl
@pytest.mark.parametrize(("view", "size"), [("stereo", (640, 160)), ("stereo-tb", (320, 320))])
def test_each_eye_sees_what_is_near_on_its_own_side_of_what_is_on_the_wall(
    ctx: gpu.Context, write: Write, view: str, size: tuple[int, int]
) -> None:
    halves = {"stereo": (np.s_[:, :320], np.s_[:, 320:]), "stereo-tb": (np.s_[:160], np.s_[160:])}[view]
    parallax = {}
    for far in (1.5, 3.5, 12.0):
        picture = ball(ctx, write, f"0.0, 0.0, -{far}", view, size)
        left, right = (middle(picture[half]) for half in halves)
        assert left[1] == pytest.approx(right[1], abs=0.1)  # an eye is never above the other
        parallax[far] = left[0] - right[0]
    pixels = 320 / (2 * math.tan(FIELD / 2) * 2.0)  # of a metre at 1 m
    for far, apart in parallax.items():
        assert apart == pytest.approx(EYES * pixels * (1 / far - 1 / 3.5), abs=0.7)
    assert parallax[1.5] > 2.0
    assert parallax[12.0] < -1.0


@pytest.mark.gl
@pytest.mark.parametrize(
    ("view", "size", "roundness"),
    [
        ("flat", (320, 180), 1.0),
        ("stereo", (640, 180), 1.0),
        ("stereo", (320, 180), 0.5),
        ("stereo-tb", (320, 360), 1.0),
        ("stereo-tb", (320, 180), 2.0),
    ],
)
def test_two_whole_pictures_where_there_is_room_and_squeezed_ones_where_not(
    ctx: gpu.Context, write: Write, view: str, size: tuple[int, int], roundness: float
) -> None:
    picture = ball(ctx, write, "0.0, 0.0, -2.0", view, size)
    one = picture[:, : size[0] // 2] if view == "stereo" else picture[: size[1] // 2] if view != "flat" else picture
    assert width_over_height(one) == pytest.approx(roundness, rel=0.06)


@pytest.mark.gl
def test_around_both_eyes_see_depth_ahead_and_behind_and_agree_at_the_poles(ctx: gpu.Context, write: Write) -> None:
    size = (512, 512)
    for at, column in (("0.0, 0.0, -1.0", 256), ("1.0, 0.0, 0.0", 384), ("-1.0, 0.0, 0.0", 128)):
        picture = ball(ctx, write, at, "equirect-stereo", size)
        left, right = middle(picture[:256]), middle(picture[256:])
        assert (left[0] + right[0]) / 2 == pytest.approx(column - 0.5, abs=0.6)
        assert left[0] - right[0] == pytest.approx(EYES / (2 * math.pi) * 512, abs=1.0)
    above = ball(ctx, write, "0.0, 1.0, 0.0", "equirect-stereo", size)
    assert above[:20].all()
    assert np.array_equal(above[:20], above[256:276])


@pytest.mark.gl
def test_in_the_round_the_horizon_stays_level(ctx: gpu.Context, write: Write) -> None:
    code = DIRECTIONS.replace(
        "camera_ray(isf_FragNormCoord)",
        "camera_ray(isf_FragNormCoord, vec3(0.0), camera_toward(vec3(0.0), vec3(1.0, 1.0, 0.0)))",
    )
    tilted = write("tilted.fs", isf(code))
    flat = seen(ctx, tilted, "flat", (128, 64))[31:33, 63:65, :3].mean((0, 1)) / 127.5 - 1.0
    assert np.allclose(flat, (math.sqrt(0.5), math.sqrt(0.5), 0.0), atol=0.02)
    around = seen(ctx, tilted, "equirect", (128, 64))[31:33, 63:65, :3].mean((0, 1)) / 127.5 - 1.0
    assert np.allclose(around, (1.0, 0.0, 0.0), atol=0.02)


@pytest.mark.gl
def test_passes_that_draw_into_targets_look_the_same_way(ctx: gpu.Context, write: Write) -> None:
    code = DIRECTIONS.replace(
        "void main() {", "void main() { if (PASSINDEX == 1) { gl_FragColor = IMG_THIS_PIXEL(t); return; }"
    )
    path = write("passes.fs", isf(code, PASSES=[{"TARGET": "t", "WIDTH": "$WIDTH / 2", "HEIGHT": "$HEIGHT / 2"}, {}]))
    twice = seen(ctx, path, "equirect", (128, 64))[..., :3] / 127.5 - 1.0
    assert np.allclose(twice[8:-8, 4:-4], directions(ctx, write, "equirect")[8:-8, 4:-4], atol=0.04)


@pytest.mark.gl
def test_a_scene_without_a_camera_is_refused_and_the_one_before_stays(ctx: gpu.Context, write: Write) -> None:
    renderer = Renderer(ctx, (64, 32), limit_flashes=False, view="equirect")
    renderer.stage(load_scene(write("ways.fs", isf(DIRECTIONS))))
    plain = load_scene(write("plain.fs", isf()))
    with pytest.raises(BadScene, match=r'plain\.fs: has no camera, so there is no view=equirect of it \(#include "c'):
        renderer.stage(plain)
    renderer.draw(Moment())
    assert renderer.scene is not None
    assert renderer.scene.name == "ways"
    assert renderer.trouble == ""
    renderer.release()


@pytest.mark.gl
def test_the_fallback_stands_under_every_view(ctx: gpu.Context) -> None:
    renderer = Renderer(ctx, (64, 32), limit_flashes=False, view="equirect-stereo")
    renderer.draw(Moment())
    assert renderer.trouble == ""
    assert renderer.read().any()
    renderer.release()


def test_only_the_engines_own_camera_counts(write: Write) -> None:
    assert load_scene(write("a/ways.fs", isf(DIRECTIONS))).shader.has_camera
    assert not load_scene(write("b/says.fs", isf('// #include "camera.glsl"\nvoid main() {}'))).shader.has_camera
    write("c/include/camera.glsl", "struct Ray { vec3 origin; vec3 direction; };\nRay camera_ray(vec2 at);")
    assert not load_scene(write("c/ways.fs", isf(DIRECTIONS))).shader.has_camera


def test_a_view_that_is_none_is_refused_with_the_nearest() -> None:
    assert [check_view(view) for view in VIEWS] == list(VIEWS)
    with pytest.raises(BadSetting, match=r"view=sterio is none \(did you mean stereo"):
        check_view("sterio")
    with pytest.raises(BadSetting, match=r"outputs\.view=3 is none \(known: flat"):
        read_output({"view": 3})
    with pytest.raises(BadSetting, match=r"stage\.view='round' must be one of flat, stereo"):
        settings(source="tone:440", headless=True, stage__view="round")


def test_a_show_says_its_view_for_the_stage_or_for_an_output(write: Write) -> None:
    def view(*lines: str) -> str:
        show = write("show.toml", "\n".join(["scene = 'fallback'", *lines]))
        return settings(show, source="tone:440", headless=True).stage.view

    assert view() == "flat"
    assert view("[stage]", "view = 'equirect'") == "equirect"
    assert view("[[outputs]]", "view = 'stereo'", "[[outputs]]", "part = [0.0, 0.0, 0.5, 1.0]") == "stereo"
    with pytest.raises(BadSetting, match=r"outputs\.view=equirect is not that of the others, stereo: all show one"):
        view("[[outputs]]", "view = 'stereo'", "[[outputs]]", "view = 'equirect'")


@pytest.mark.gl
def test_a_film_of_a_view_is_what_the_stage_shows(ctx: gpu.Context, write: Write, tmp_path: Path) -> None:
    path = write("ways.fs", isf(DIRECTIONS))
    how: dict[str, Any] = {"size": (128, 64), "fps": 20.0, "seconds": 0.2, "flash_limiter": False, "view": "equirect"}
    stills = rehearsal.render(HearingSettings(source="tone:440"), str(path), tmp_path / "a.mp4", stills_at=[0.1], **how)
    assert np.array_equal(stills[0][..., :3] / 127.5 - 1.0, directions(ctx, write, "equirect"))
    crew.render(HearingSettings(source="tone:440"), str(path), tmp_path / "b.mp4", 1, **how)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
