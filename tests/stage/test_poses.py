"""Poses: how far another stage's clocks were ahead of ours at the same moment."""

from __future__ import annotations

import numpy as np
import pytest

from engine.frame import blank_row
from engine.stage import gpu
from engine.stage.binder import Binder
from engine.stage.drawing import Moment
from engine.stage.poses import Poses
from engine.stage.render import Renderer
from engine.stage.scene import load_scene

from .conftest import Write, isf


def kept(rate: float = 60.0, seconds: float = 2.0, begin: float = 100.0) -> Poses:
    poses = Poses()
    for number in range(int(rate * seconds)):
        poses.step(begin + number / rate, [number / rate, float(number), 3.0 * number / rate])
    return poses


def test_clocks_that_stood_at_the_same_place_are_left_alone() -> None:
    assert kept().behind(101.0, [1.0, 60.0, 3.0]) == pytest.approx([0.0, 0.0, 0.0])
    assert kept().behind(101.008, [1.008, 60.5, 3.024]) == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)


def test_clocks_are_pushed_by_what_they_lack() -> None:
    assert kept().behind(101.0, [31.0, 1860.0, 2.5]) == pytest.approx([30.0, 1800.0, -0.5])


def test_what_nobody_would_see_is_left_alone() -> None:
    assert kept().behind(101.0, [1.003, 62.0, 3.0])[:2] == [0.0, 0.0]


@pytest.mark.parametrize("at", [99.0, 104.0])
def test_of_a_moment_that_nobody_remembers_nothing_is_said(at: float) -> None:
    assert kept().behind(at, [1.0, 60.0, 3.0]) == []
    assert Poses().behind(1.0, [1.0, 60.0]) == []


def test_between_the_last_picture_and_now_the_clock_has_gone_on_but_not_while_it_is_frozen() -> None:
    running = kept()
    assert running.behind(102.5, [2.5, 119.0, 0.0])[0] == 0.0
    for number in range(5):
        running.step(102.0 + number / 60, [2.0, 120.0, 6.0])
    assert running.behind(102.5, [2.0, 120.0, 6.0])[0] == 0.0


def test_another_scene_begins_with_nothing_remembered() -> None:
    poses = kept()
    poses.reset("ink")
    assert poses.scene == "ink"
    assert poses.behind(101.0, [1.0, 60.0]) == []


def test_the_clocks_of_a_scene_can_be_pushed(write: Write) -> None:
    inputs = [{"NAME": name, "TYPE": "float", "MIN": 0.0, "MAX": 1.0} for name in ("a", "b", "c")]
    write("mine.fs", isf(INPUTS=inputs))
    clock = 'signal = "sound.silence"\nto = [0, 2]\nclock = true\n'
    path = write(
        "mine.toml", f'shader = "mine.fs"\n[bind.a]\n{clock}[bind.b]\nsignal = "sound.silence"\n[bind.c]\n{clock}'
    )
    binder = Binder(load_scene(path))
    binder.step(blank_row(), 0.5)
    assert binder.runs == [1.0, 1.0]
    binder.push([10.0, -0.5])
    values = binder.step(blank_row(), 0.5)
    assert (values["a"], values["b"], values["c"]) == (12.0, 1.0, 1.5)


@pytest.mark.gl
def test_a_clock_that_is_pushed_farther_than_a_graphics_card_can_count_goes_on_all_the_same(
    ctx: gpu.Context, write: Write
) -> None:
    stage = Renderer(ctx, (64, 36), limit_flashes=False)
    stage.stage(load_scene(write("counts.fs", isf("void main() { gl_FragColor = vec4(FRAMEINDEX > 1000); }"))))
    for number in range(3):
        stage.draw(Moment(time=number / 60, dt=1 / 60))
        stage.push_clocks([0.0, 1e15])
    assert stage.trouble == ""
    assert stage.read()[..., :3].min() == 255
    stage.release()


# Noise that hangs on TIME, FRAMEINDEX and a running total: the seed is the same, so is the picture.
NOISE = """
float dice(vec2 p) { return fract(sin(dot(p, vec2(12.9898, 78.233))) * 43758.5453); }
void main() {
    vec2 cell = floor(isf_FragNormCoord * 16.0);
    float time = dice(cell + floor(TIME * 10.0 + 0.05));
    gl_FragColor = vec4(time, dice(cell + float(FRAMEINDEX)), dice(cell + floor(run + 0.05)), 1.0);
}"""


@pytest.mark.gl
def test_a_stage_that_came_later_draws_the_same_picture_once_its_clocks_are_pushed(
    ctx: gpu.Context, write: Write
) -> None:
    write("noise.fs", isf(NOISE, INPUTS=[{"NAME": "run", "TYPE": "float", "MIN": 0.0, "MAX": 1.0}]))
    binding = 'signal = "sound.silence"\nto = [0, 9]\nclock = true\n'
    scene = load_scene(write("noise.toml", f'shader = "noise.fs"\n[bind.run]\n{binding}'))
    first, later = (Renderer(ctx, (64, 36), limit_flashes=False) for _ in range(2))
    poses = Poses()
    first.stage(scene)
    told: tuple[float, list[float]] = (0.0, [])
    for number in range(90):
        now = 50.0 + number / 60
        first.draw(Moment(time=now, dt=1 / 60))
        if number == 30:
            later.stage(scene)
        if number >= 30:
            later.draw(Moment(time=now - 47.0, dt=1 / 60))  # its own clock says otherwise
            poses.step(now, later.clocks(now - 47.0))
        if number == 60:
            told = now, first.clocks(now)
        if number in (40, 80):
            assert np.array_equal(first.read(), later.read()) is (number == 80)
        if number == 70:
            later.push_clocks(poses.behind(*told))
    for one in (first, later):
        one.release()
