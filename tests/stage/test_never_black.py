"""What goes wrong in the driver while a show is on: numbers that are none, and no more room for pictures."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from moderngl import InvalidObject

from engine.errors import BadScene
from engine.stage import gpu
from engine.stage.crossing import Crossing
from engine.stage.drawing import Moment
from engine.stage.render import Renderer
from engine.stage.scene import load_scene
from engine.stage.targets import Copier

from .conftest import SIZE, Write, isf

pytestmark = pytest.mark.gl
KEPT = {"TARGET": "kept", "PERSISTENT": True, "FLOAT": True}
# Each picture adds a half to half of the one before; the third writes what is no number.
SICK = """void main() {{
    vec4 bad = vec4(sqrt(-1.0 - TIME), 1.0 / (TIME * 0.0), -log(0.0 * TIME), 1.0);
    if (PASSINDEX == 0) {{
        {out} = FRAMEINDEX == 2 && isf_FragNormCoord.x < 0.5 ? bad : 0.5 * IMG_THIS_PIXEL(kept) + vec4(0.25);
        if (FRAMEINDEX == 2) return;
    }} else {out} = vec4(IMG_THIS_PIXEL(kept).rgb, 1.0);
}}"""


@pytest.mark.parametrize(("declared", "out"), [("", "gl_FragColor"), ("out vec4 mine;\n", "mine")])
def test_what_is_no_number_leaves_a_float_target_with_the_next_picture(
    renderer: Renderer, write: Write, declared: str, out: str
) -> None:
    code = declared + SICK.format(out=out)
    renderer.stage(load_scene(write("sick.fs", isf(code, PASSES=[KEPT, {}]))))
    seen = []
    for number in range(7):
        renderer.draw(Moment(time=number / 60, dt=1 / 60))
        seen.append(renderer.read()[45, [20, 140], 0].astype(int))
    assert seen[1] == pytest.approx([96, 96], abs=1)
    assert seen[2] == pytest.approx([0, 112], abs=1)
    assert seen[3] == pytest.approx([64, 120], abs=1)
    assert seen[6] == pytest.approx([120, 127], abs=1)
    assert renderer.trouble == ""


def test_a_driver_without_memory_is_one_line(ctx: gpu.Context) -> None:
    class Full:
        """The context, with no room left."""

        asked = 0

        def __getattr__(self, name: str) -> Any:
            return getattr(ctx, name)

        @property
        def error(self) -> str:
            self.asked += 1
            return "GL_OUT_OF_MEMORY" if self.asked > 1 else "GL_NO_ERROR"

    with pytest.raises(BadScene, match=r"cannot make a picture of 64×36: GL_OUT_OF_MEMORY \(ask for a smaller one\)"):
        gpu.texture(Full(), (64, 36))  # type: ignore[arg-type]  # it stands for one


def no_room_above(pixels: int, monkeypatch: pytest.MonkeyPatch) -> None:
    texture = gpu.texture

    def made(ctx: gpu.Context, size: tuple[int, int], **more: Any) -> gpu.Texture:
        if size[0] * size[1] > pixels:
            raise BadScene(f"the driver cannot make a picture of {size[0]}×{size[1]}: GL_OUT_OF_MEMORY")
        return texture(ctx, size, **more)

    monkeypatch.setattr(gpu, "texture", made)


def test_a_scene_that_there_is_no_room_for_stays_off_and_the_last_good_one_goes_on(
    renderer: Renderer, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    renderer.stage(load_scene(write("white.fs", isf())))
    large = isf(PASSES=[{"TARGET": "a", "WIDTH": "2000", "HEIGHT": "2000"}, {}])
    no_room_above(1_000_000, monkeypatch)
    with pytest.raises(BadScene, match="GL_OUT_OF_MEMORY"):
        renderer.stage(load_scene(write("large.fs", large)))
    renderer.draw(Moment())
    assert renderer.read()[..., :3].min() == 255


def test_a_scene_that_runs_out_of_memory_on_stage_gives_way_and_no_picture_is_black(
    renderer: Renderer, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes = [{"TARGET": "a", "WIDTH": "10 + 3000 * $wide"}, {}]
    grows = isf(PASSES=passes, INPUTS=[{"NAME": "wide", "TYPE": "float", "DEFAULT": 0}])
    write("grows.fs", grows)
    scene = load_scene(write("grows.toml", 'shader = "grows.fs"\n[bind.wide]\nsignal = "sound.peak"\nto = [0, 1]\n'))
    renderer.stage(scene)
    renderer.draw(Moment())
    no_room_above(200 * 200, monkeypatch)
    loud = Moment(time=0.1, dt=0.1)
    loud.row[:] = np.maximum(loud.row, 0.0)
    for _ in range(3):
        renderer.draw(loud)
        assert renderer.read()[..., :3].max() > 0
    assert "GL_OUT_OF_MEMORY" in renderer.trouble


def test_what_there_was_no_room_for_holds_no_memory(
    ctx: gpu.Context, renderer: Renderer, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    texture = gpu.texture
    held: list[gpu.Texture] = []

    def made(ctx: gpu.Context, size: tuple[int, int], **more: Any) -> gpu.Texture:
        if len(held) == room:
            raise BadScene("GL_OUT_OF_MEMORY")
        held.append(texture(ctx, size, **more))
        return held[-1]

    def released(thing: gpu.Texture) -> bool:
        return isinstance(thing.mglo, InvalidObject) or thing in renderer._history._made.values()

    inner = write("inner.fs", isf(INPUTS=[{"NAME": "waveTexture", "TYPE": "image"}], IMPORTED={"paper": {"PATH": "p"}}))
    inner.write_text(
        inner.read_text().replace("vec4(1.0)", "IMG_NORM_PIXEL(waveTexture, vec2(0.5)) + IMG_SIZE(paper).x")
    )
    code = "void main() { gl_FragColor = IMG_THIS_PIXEL(a) + IMG_THIS_PIXEL(b) + IMG_THIS_PIXEL(paper); }"
    images = [{"NAME": name, "TYPE": "image"} for name in "ab"]
    write("outer.fs", isf(code, INPUTS=images, IMPORTED={"paper": {"PATH": "p"}}))
    outer = write("outer.toml", 'shader = "outer.fs"\n[image.a]\nscene = "inner.fs"\n[image.b]\nscene = "inner.fs"\n')
    scene = load_scene(outer)
    monkeypatch.setattr(gpu, "texture", made)
    for room in range(100):
        held.clear()
        try:
            renderer.prepared(scene).release()
        except BadScene:
            assert all(map(released, held)), f"with room for {room}"
        else:
            break
    assert 5 < room < 50
    for room in range(4):
        held.clear()
        with pytest.raises(BadScene):
            Crossing(ctx, Copier(ctx), cast(Any, SimpleNamespace(where="")), 1.0, SIZE)
        assert all(map(released, held)), f"with room for {room}"


def test_a_size_that_there_is_no_room_for_leaves_everything_as_it_was(
    renderer: Renderer, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    renderer.stage(load_scene(write("white.fs", isf())))
    renderer.draw(Moment())
    texture, made = gpu.texture, []

    def third(ctx: gpu.Context, size: tuple[int, int], **more: Any) -> gpu.Texture:
        made.append(size)
        if len(made) == 3:  # the canvas has its two; the flash limiter's are next
            raise BadScene("GL_OUT_OF_MEMORY")
        return texture(ctx, size, **more)

    monkeypatch.setattr(gpu, "texture", third)
    with pytest.raises(BadScene):
        renderer.resize((320, 180))
    assert renderer.size == SIZE
    renderer.draw(Moment(time=0.1, dt=0.1))
    assert renderer.read().shape == (90, 160, 4)
    assert renderer.read()[..., :3].min() == 255
