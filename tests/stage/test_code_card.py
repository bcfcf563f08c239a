"""The code on the wall: large enough, whole, soft in its coming and going, and gone in a blackout."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.control.qr import qr_bits
from engine.errors import BadScene
from engine.stage import gpu
from engine.stage.code_card import FADE, SHARE, card_place
from engine.stage.drawing import Moment
from engine.stage.qr_cells import qr_cells
from engine.stage.render import Renderer
from engine.stage.scene import Scene, load_scene

from .conftest import Write, isf

URL = "http://192.168.178.10:9120/"
SIZE = (320, 180)
CODE = qr_bits(URL)
QUIET = 4
BLUE = "void main() { gl_FragColor = vec4(0.1, 0.2, 0.6, 1.0); }"
STROBE = "void main() { gl_FragColor = vec4(vec3(mod(float(FRAMEINDEX), 2.0)), 1.0); }"


@pytest.fixture
def scene(write: Write) -> Scene:
    return load_scene(write("blue.fs", isf(BLUE)))


@pytest.fixture
def stage(renderer: Renderer, scene: Scene) -> Renderer:
    renderer.resize(SIZE)
    renderer.stage(scene)
    return renderer


def drawn(stage: Renderer, seconds: float, dt: float = 1 / 15) -> list[NDArray[np.uint8]]:
    """The pictures of so many seconds, (height, width, 3)."""
    found = []
    for count in range(round(seconds / dt)):
        stage.draw(Moment(time=count * dt, dt=dt))
        found.append(stage.read()[:, :, :3].copy())
    return found


def read_off(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """What a camera sees of the card: which of its cells are dark, each looked at in its middle."""
    count = CODE[0] + 2 * QUIET
    place = card_place(SIZE, count)
    assert place is not None
    left, foot, side = place
    card = picture[SIZE[1] - foot - side : SIZE[1] - foot, left : left + side].mean(axis=2)
    middles = ((np.arange(count) + 0.5) * side / count).astype(int)
    seen: NDArray[np.bool_] = card[np.ix_(middles, middles)] < 110
    return seen


pytestmark = pytest.mark.gl


def test_the_card_is_the_code_in_a_quiet_zone_of_four_cells(stage: Renderer) -> None:
    stage.show_code(CODE)
    picture = drawn(stage, FADE + 0.2)[-1]
    seen = read_off(picture)
    wanted = np.array([bit == "1" for bit in f"{int(CODE[1], 16):0{CODE[0] ** 2}b}"]).reshape(CODE[0], CODE[0])
    assert np.array_equal(seen[QUIET:-QUIET, QUIET:-QUIET], wanted)
    assert not seen[:QUIET].any()
    assert not seen[-QUIET:].any()
    assert not seen[:, :QUIET].any()
    assert not seen[:, -QUIET:].any()
    assert picture.max() < 230, "a white wall blinds the players"


def test_the_rest_of_the_picture_stays_as_it_is(stage: Renderer) -> None:
    before = drawn(stage, 0.1)[-1]
    stage.show_code(CODE)
    after = drawn(stage, FADE + 0.2)[-1]
    place = card_place(SIZE, CODE[0] + 2 * QUIET)
    assert place is not None
    left, foot, side = place
    changed = (before != after).any(axis=2)
    changed[SIZE[1] - foot - side : SIZE[1] - foot, left : left + side] = False
    assert not changed.any()


@pytest.mark.parametrize("dt", [1 / 30, 1 / 10])
def test_it_comes_and_goes_within_seconds_and_in_no_step_by_much(stage: Renderer, dt: float) -> None:
    bare = drawn(stage, 0.1)[-1].mean()
    stage.show_code(CODE)
    light = [bare, *(picture.mean() for picture in drawn(stage, FADE + 0.2, dt))]
    assert light[-1] - bare > 3.0
    steps = np.diff(light)
    assert steps.min() >= -0.2
    assert steps.max() <= 1.6 * dt / FADE * (light[-1] - bare) + 0.2
    stage.show_code(None)
    going = [picture.mean() for picture in drawn(stage, FADE + 0.2, dt)]
    assert np.diff(going).max() <= 0.2
    assert going[-1] == pytest.approx(bare, abs=0.05)


def test_where_the_driver_has_no_room_for_it_the_card_goes_and_the_picture_stays(
    stage: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = drawn(stage, 0.1)[-1].mean()

    def full(*_: object, **__: object) -> None:
        raise BadScene("GL_OUT_OF_MEMORY")

    stage.show_code(CODE)
    with monkeypatch.context() as patched:
        patched.setattr(gpu, "texture", full)
        assert drawn(stage, FADE + 0.2)[-1].mean() == pytest.approx(bare, abs=0.05)
    stage.show_code(CODE)
    assert drawn(stage, FADE + 0.2)[-1].mean() - bare > 3.0


def test_another_code_comes_when_the_one_before_has_gone(stage: Renderer) -> None:
    stage.show_code(qr_bits("http://192.168.178.99:9120/"))
    drawn(stage, FADE + 0.2)
    stage.show_code(CODE)
    light = [picture.mean() for picture in drawn(stage, 2 * FADE + 0.4)]
    assert min(light) < light[-1] - 3.0
    assert read_off(drawn(stage, 0.1)[-1]).sum() == bin(int(CODE[1], 16)).count("1")


def test_the_same_code_told_again_does_not_come_anew(stage: Renderer) -> None:
    stage.show_code(CODE)
    light = drawn(stage, FADE + 0.2)[-1].mean()
    stage.show_code(CODE)
    assert drawn(stage, 0.1)[0].mean() == light


def test_a_blackout_blacks_it_out_too(stage: Renderer) -> None:
    stage.show_code(CODE)
    drawn(stage, FADE + 0.2)
    stage.brightness = 0.0
    assert drawn(stage, 0.1)[-1].max() == 0
    stage.brightness = 0.5
    assert 80 < drawn(stage, 0.1)[-1].max() < 120


def test_it_is_whole_over_a_picture_in_which_flashes_are_held_back(renderer: Renderer, write: Write) -> None:
    renderer.resize(SIZE)
    renderer.stage(load_scene(write("strobe.fs", isf(STROBE))))
    renderer.show_code(CODE)
    pictures = drawn(renderer, FADE + 1.0)
    assert renderer.limiter is not None
    assert renderer.limiter.guard.seconds > 0
    assert read_off(pictures[-1]).sum() == bin(int(CODE[1], 16)).count("1")


def test_a_resized_picture_has_it_in_its_own_pixels(stage: Renderer) -> None:
    stage.show_code(CODE)
    drawn(stage, FADE + 0.2)
    stage.resize((160, 90))
    stage.resize(SIZE)
    assert read_off(drawn(stage, 0.1)[-1]).sum() == bin(int(CODE[1], 16)).count("1")


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), (640, 360), (3840, 1080), (1080, 1920), (1080, 1080)])
@pytest.mark.parametrize("count", [29, 33, 37, 41])
def test_it_is_large_enough_to_be_read_from_the_hall_and_lies_in_the_picture(size: tuple[int, int], count: int) -> None:
    place = card_place(size, count)
    assert place is not None
    left, foot, side = place
    assert side % count == 0
    assert side >= (0.2 * size[1] if size[0] >= size[1] else 0.4 * size[0])
    assert side <= 0.5 * size[1]
    assert 0 < left < left + side < size[0]
    assert 0 < foot < foot + side < size[1]
    assert SHARE >= 0.2


def test_a_picture_without_room_has_no_card() -> None:
    assert card_place((64, 36), 37) is None
    assert card_place((20, 360), 37) is None


@pytest.mark.parametrize("told", [(0, "0"), (-3, "1"), (400, "1"), (21, "no number"), (2, "ff"), (2, "-1")])
def test_what_makes_no_code_is_none(told: tuple[int, str]) -> None:
    assert qr_cells(*told, 4) is None
