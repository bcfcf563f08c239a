"""From scene to scene: both are drawn while it lasts; it begins with the one and ends with the other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from engine.errors import BadScene
from engine.stage import gpu
from engine.stage.drawing import Moment
from engine.stage.render import Renderer
from engine.stage.scene import Scene, load_scene
from engine.stage.transition import FOLDER, load_transition, transition_names

from .conftest import SIZE, Write, isf

PICTURES = [{"NAME": "startImage", "TYPE": "image"}, {"NAME": "endImage", "TYPE": "image"}]
CROSS = [*PICTURES, {"NAME": "progress", "TYPE": "float"}]
MIXED = "void main() { gl_FragColor = mix(IMG_THIS_PIXEL(startImage), IMG_THIS_PIXEL(endImage), progress); }"
OURS = [path.stem for path in sorted(FOLDER.glob("*.fs"))]


@pytest.fixture
def stage(ctx: gpu.Context) -> Iterator[Renderer]:
    """A renderer without a flash limiter, which would soften the changes that are looked at here."""
    made = Renderer(ctx, SIZE, limit_flashes=False)
    yield made
    made.release()
    assert ctx.error == "GL_NO_ERROR"


def scene(write: Write, name: str, code: str) -> Scene:
    return load_scene(write(f"{name}.fs", isf(f"void main() {{ {code} }}")))


def mixed(write: Write) -> Scene:
    found = load_transition(str(write("mixed.fs", isf(MIXED, INPUTS=CROSS))))
    assert found is not None
    return found


def draw(stage: Renderer, dt: float = 0.1) -> np.ndarray:
    stage.draw(Moment(time=0.0, dt=dt))
    return stage.read().copy()


def value(stage: Renderer, dt: float = 0.1) -> int:
    pixels = draw(stage, dt)
    assert (pixels == pixels[0, 0]).all()
    return int(pixels[0, 0, 0])


@pytest.mark.gl
def test_a_change_goes_from_the_one_to_the_other_in_its_seconds(stage: Renderer, write: Write) -> None:
    stage.stage(scene(write, "a", "gl_FragColor = vec4(0.2);"))
    assert value(stage) == 51
    stage.bring(stage.prepared(scene(write, "b", "gl_FragColor = vec4(1.0);"), mixed(write), 1.0))
    assert stage.changing
    seen = [value(stage, 0.25) for _ in range(4)]
    assert seen == [102, 153, 204, 255]
    assert not stage.changing
    assert stage.scene is not None
    assert stage.scene.name == "b"


@pytest.mark.gl
def test_both_scenes_move_on_while_it_lasts(stage: Renderer, write: Write) -> None:
    count = "gl_FragColor = vec4(float(FRAMEINDEX) / 255.0, 0.0, 0.0, 1.0);"
    stage.stage(scene(write, "a", count))
    for _ in range(100):
        draw(stage)
    stage.bring(stage.prepared(scene(write, "b", count), mixed(write), 1e6))
    assert [value(stage) for _ in range(3)] == [100, 101, 102]


@pytest.mark.gl
@pytest.mark.parametrize("name", OURS)
def test_ours_begin_with_the_old_picture_and_end_with_the_new_one(stage: Renderer, write: Write, name: str) -> None:
    old = scene(write, "old", "gl_FragColor = vec4(isf_FragNormCoord, 0.3, 1.0);")
    new = scene(write, "new", "gl_FragColor = vec4(0.7, isf_FragNormCoord.yx, 1.0);")
    stage.stage(new)
    after = draw(stage).astype(int)
    stage.stage(old)
    before = draw(stage).astype(int)
    stage.bring(stage.prepared(new, load_transition(name), 2.0))
    assert np.abs(draw(stage, 0.0) - before).max() <= 2
    middle = draw(stage, 1.0)
    assert stage.changing
    assert np.abs(middle.astype(int) - before).mean() > 5
    assert np.abs(middle.astype(int) - after).mean() > 5
    assert middle[..., :3].max() <= 255
    assert np.abs(draw(stage, 0.999) - after).max() <= 4
    assert np.abs(draw(stage, 0.1) - after).max() == 0
    assert stage.remark == ""


@pytest.mark.gl
def test_a_transition_that_cannot_be_drawn_is_a_cut_and_that_is_said(stage: Renderer, write: Write) -> None:
    stage.stage(scene(write, "a", "gl_FragColor = vec4(0.2);"))
    broken = load_transition(str(write("broken.fs", isf("void main() { nonsense; }", INPUTS=CROSS))))
    stage.bring(stage.prepared(scene(write, "b", "gl_FragColor = vec4(1.0);"), broken, 1.0))
    assert value(stage) == 255
    assert "broken.fs" in stage.remark
    assert stage.remark.endswith("cut instead")
    assert stage.trouble == ""


@pytest.mark.gl
def test_a_scene_that_cannot_be_drawn_changes_nothing(stage: Renderer, write: Write) -> None:
    stage.stage(scene(write, "a", "gl_FragColor = vec4(0.2);"))
    with pytest.raises(BadScene, match=r"b\.fs"):
        stage.prepared(scene(write, "b", "nonsense;"), mixed(write), 1.0)
    assert value(stage) == 51
    assert stage.trouble == ""


@pytest.mark.gl
def test_a_change_during_a_change_leads_on_from_the_picture_that_stands(stage: Renderer, write: Write) -> None:
    stage.stage(scene(write, "a", "gl_FragColor = vec4(0.0, 0.0, 0.0, 1.0);"))
    draw(stage)
    stage.bring(stage.prepared(scene(write, "b", "gl_FragColor = vec4(1.0);"), mixed(write), 1.0))
    assert value(stage, 0.4) == 102
    stage.bring(stage.prepared(scene(write, "c", "gl_FragColor = vec4(0.0, 0.0, 0.0, 1.0);"), mixed(write), 1.0))
    assert value(stage, 0.5) == 51
    assert value(stage, 0.5) == 0


@pytest.mark.gl
def test_a_scene_is_prepared_piece_by_piece_while_pictures_are_drawn(stage: Renderer, write: Write) -> None:
    stage.stage(scene(write, "a", "gl_FragColor = vec4(0.2);"))
    passes = [{"TARGET": "one"}, {"TARGET": "two"}, {}]
    code = "void main() { gl_FragColor = vec4(PASSINDEX == 2 ? 1.0 : 0.5); }"
    coming = stage.prepare(load_scene(write("b.fs", isf(code, PASSES=passes))), mixed(write), 1.0)
    pieces = 0
    with pytest.raises(StopIteration) as done:  # noqa: PT012  # each piece, and a picture after it
        while True:
            next(coming)
            pieces += 1
            assert value(stage) == 51
    assert pieces >= 6
    done.value.value.release()
    given_up = stage.prepare(load_scene(write("c.fs", isf(code, PASSES=passes))))
    next(given_up)
    given_up.close()
    assert value(stage) == 51


@pytest.mark.gl
def test_a_change_survives_another_size(stage: Renderer, write: Write) -> None:
    stage.stage(scene(write, "a", "gl_FragColor = vec4(0.2);"))
    draw(stage)
    stage.bring(stage.prepared(scene(write, "b", "gl_FragColor = vec4(1.0);"), mixed(write), 1.0))
    value(stage, 0.25)
    stage.resize((80, 44))
    assert value(stage, 0.25) == 153
    stage.resize(SIZE)


def test_a_transition_has_a_name_or_is_a_file_that_is_one(write: Write) -> None:
    assert load_transition("cut") is None
    assert set(transition_names()) >= {"cut", "fade", "bleed", "mist", "screen"}
    with pytest.raises(BadScene, match=r"transition='blead' is none \(.*bleed"):
        load_transition("blead")
    with pytest.raises(BadScene, match=r"plain\.fs is a generator \(a transition has startImage, endImage, progress\)"):
        load_transition(str(write("plain.fs", isf())))
