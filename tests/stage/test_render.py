"""The renderer: clocks, targets, reload, fallback, master; each rule by its pixels."""

from __future__ import annotations

import datetime
from pathlib import Path

import moderngl
import numpy as np
import pytest

from engine.errors import BadScene
from engine.foundation import assets
from engine.frame import SIGNALS, blank_row
from engine.stage import gpu
from engine.stage.drawing import Moment
from engine.stage.render import Renderer
from engine.stage.scene import load_scene, scene_names

from .conftest import SIZE, Paint, Write, isf

pytestmark = pytest.mark.gl
WIDTH, HEIGHT = SIZE

PLAIN = "void main() { gl_FragColor = vec4(0.2, 0.4, 0.6, 1.0); }"
COUNTING = """void main() {
    if (PASSINDEX == 0) gl_FragColor = IMG_THIS_PIXEL(memory) + vec4(1.0 / 255.0);
    else gl_FragColor = IMG_THIS_PIXEL(memory);
}"""
KEPT = [{"TARGET": "memory", "PERSISTENT": True}, {}]


def color(pixels: np.ndarray) -> list[int]:
    assert (pixels == pixels[0, 0]).all()
    return [int(part) for part in pixels[0, 0]]


def test_the_clock_begins_at_nought_with_the_first_picture(paint: Paint) -> None:
    code = "void main() { gl_FragColor = vec4(TIME, TIMEDELTA, float(FRAMEINDEX) / 255.0, 1.0); }"
    begin = Moment(time=7000.0, dt=0.4)
    assert color(paint(code, [begin])) == [0, 0, 0, 255]
    later = [begin, Moment(time=7000.2, dt=0.2), Moment(time=7000.6, dt=0.4)]
    assert color(paint(code, later, DESCRIPTION="read again goes on")) != [0, 0, 0, 255]


def test_time_delta_and_index_are_the_moments(renderer: Renderer, write: Write) -> None:
    code = "void main() { gl_FragColor = vec4(TIME, TIMEDELTA, float(FRAMEINDEX) / 255.0, 1.0); }"
    renderer.stage(load_scene(write("clock.fs", isf(code))))
    for time, dt in ((7000.0, 0.4), (7000.2, 0.2), (7000.6, 0.4)):
        renderer.draw(Moment(time=time, dt=dt))
    assert color(renderer.read()) == [153, 102, 2, 255]


def test_the_date_is_the_one_that_the_moment_gives(paint: Paint) -> None:
    code = "void main() { gl_FragColor = vec4(DATE.x - 2000.0, DATE.yz, DATE.w / 60.0) / 255.0; }"
    assert color(paint(code)) == [0, 1, 1, 0]
    today = datetime.datetime(2026, 5, 17, 0, 50)
    moment = Moment(date=(float(today.year), float(today.month), float(today.day), today.minute * 60.0))
    assert color(paint(code, [moment])) == [26, 5, 17, 50]


def test_a_persistent_target_keeps_what_it_holds(paint: Paint) -> None:
    assert color(paint(COUNTING, [Moment()] * 7, PASSES=KEPT)) == [7] * 4


def test_a_float_target_holds_more_than_a_picture_can_show(paint: Paint) -> None:
    code = "void main() { gl_FragColor = PASSINDEX == 0 ? vec4(-300.25) : IMG_THIS_PIXEL(t) / -300.25 * 0.2; }"
    assert color(paint(code, PASSES=[{"TARGET": "t", "FLOAT": True}, {}])) == [51] * 4
    assert color(paint(code, PASSES=[{"TARGET": "t"}, {}])) == [0] * 4


def test_render_size_is_that_of_the_pass(paint: Paint) -> None:
    code = """void main() {
        if (PASSINDEX == 0) gl_FragColor = vec4(RENDERSIZE / 255.0, 0.0, 1.0);
        else gl_FragColor = vec4(IMG_THIS_PIXEL(t).rg, IMG_SIZE(t) / 255.0);
    }"""
    inputs = [{"NAME": "scale", "TYPE": "float", "DEFAULT": 0.25}]
    passes = [{"TARGET": "t", "WIDTH": "floor($WIDTH * $scale)", "HEIGHT": "max($HEIGHT / 10, 2)"}, {}]
    assert color(paint(code, INPUTS=inputs, PASSES=passes)) == [40, 9, 40, 9]


def test_a_pass_follows_the_input_that_gives_its_size(renderer: Renderer, write: Write) -> None:
    code = "void main() { gl_FragColor = vec4(IMG_SIZE(t).x / 255.0); }"
    header = {"INPUTS": [{"NAME": "wide", "TYPE": "float", "MIN": 10, "MAX": 30}]}
    write("a.fs", isf(code, PASSES=[{"TARGET": "t", "WIDTH": "$wide", "PERSISTENT": True}, {}], **header))
    renderer.stage(load_scene(write("a.toml", "shader = 'a.fs'\nbind.wide = 'rhythm.hits'")))
    row = blank_row()
    for hits, width in ((0.0, 10), (1.0, 30), (0.5, 20)):
        row[SIGNALS["rhythm.hits"].part] = hits
        renderer.draw(Moment(row=row, dt=0.1))
        assert color(renderer.read()) == [width] * 4


def test_a_last_pass_with_a_target_is_the_output_too(paint: Paint) -> None:
    code = "void main() { gl_FragColor = IMG_THIS_PIXEL(t) + vec4(0.2); }"
    passes = [{"TARGET": "t", "PERSISTENT": True, "WIDTH": "4", "HEIGHT": "4"}]
    assert color(paint(code, [Moment()] * 2, PASSES=passes)) == [102] * 4


def test_passes_see_what_was_drawn_before_them_in_the_same_picture(paint: Paint) -> None:
    code = """void main() {
        if (PASSINDEX == 0) gl_FragColor = vec4(0.2);
        else if (PASSINDEX == 1) gl_FragColor = IMG_THIS_PIXEL(a) * 2.0;
        else gl_FragColor = IMG_THIS_PIXEL(a) + IMG_THIS_PIXEL(b);
    }"""
    assert color(paint(code, PASSES=[{"TARGET": "a"}, {"TARGET": "b"}, {}])) == [153] * 4


def test_resizing_keeps_what_persistent_targets_hold(ctx: gpu.Context, write: Write) -> None:
    code = """void main() {
        if (PASSINDEX == 1) gl_FragColor = IMG_THIS_PIXEL(t);
        else gl_FragColor = FRAMEINDEX == 0 ? vec4(step(0.5, isf_FragNormCoord.x)) : IMG_THIS_PIXEL(t);
    }"""
    renderer = Renderer(ctx, SIZE)
    renderer.stage(load_scene(write("a.fs", isf(code, PASSES=[{"TARGET": "t", "PERSISTENT": True}, {}]))))
    renderer.draw(Moment())
    renderer.resize((64, 36))
    assert renderer.read().shape == (36, 64, 4)
    assert renderer.read().any()  # and until it is drawn again, the last picture stands
    renderer.draw(Moment())
    pixels = renderer.read()
    assert renderer.size == (64, 36)
    assert (pixels[:, :30] == 0).all()
    assert (pixels[:, 34:] == 255).all()
    renderer.release()
    assert ctx.error == "GL_NO_ERROR"


def test_the_trial_off_stage_leaves_no_trace(paint: Paint) -> None:
    assert color(paint(COUNTING, [Moment()], PASSES=KEPT)) == [1] * 4


def test_a_scene_that_fails_stays_off_and_the_last_good_one_goes_on(renderer: Renderer, write: Write) -> None:
    good = load_scene(write("good.fs", isf(PLAIN)))
    renderer.stage(good)
    for wrong in ("void main() { nonsense; }", "void notmain() {}"):
        with pytest.raises(BadScene, match=r"wrong\.fs"):
            renderer.stage(load_scene(write("wrong.fs", isf(wrong))))
        renderer.draw(Moment())
        assert color(renderer.read()) == [51, 102, 153, 255]
        assert renderer.scene is good


def test_a_scene_read_again_goes_on_where_it_was(renderer: Renderer, write: Write) -> None:
    path = write("a.fs", isf(COUNTING, PASSES=KEPT))
    renderer.stage(load_scene(path))
    for _ in range(5):
        renderer.draw(Moment())
    write("a.fs", isf(COUNTING.replace("vec4(1.0", "vec4(10.0"), PASSES=KEPT))
    renderer.stage(load_scene(path))
    renderer.draw(Moment())
    assert color(renderer.read()) == [15] * 4
    renderer.stage(load_scene(write("b.fs", isf(COUNTING, PASSES=KEPT))))
    renderer.draw(Moment())
    assert color(renderer.read()) == [1] * 4


def test_with_nothing_staged_the_fallback_is_shown(
    renderer: Renderer, write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write("fallback.fs", isf(PLAIN))
    monkeypatch.setattr(assets, "SHADERS", tmp_path)
    renderer.draw(Moment())
    assert color(renderer.read()) == [51, 102, 153, 255]


def test_under_the_fallback_lies_a_plain_dark_picture(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(assets, "SHADERS", tmp_path)
    for _ in range(2):
        renderer.draw(Moment())
        assert color(renderer.read()) == [3, 3, 4, 255]
    assert "fallback.fs: no such file" in renderer.trouble
    assert renderer.scene is None


def test_a_scene_that_fails_on_stage_gives_way_to_the_fallback_without_a_dark_picture(
    renderer: Renderer, write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write("fallback.fs", isf("void main() { gl_FragColor = vec4(1.0); }"))
    monkeypatch.setattr(assets, "SHADERS", tmp_path)
    renderer.stage(load_scene(write("a.fs", isf(PLAIN))))
    renderer.draw(Moment())

    def fail(*_: object) -> None:
        raise BadScene("the driver reports GL_OUT_OF_MEMORY")

    monkeypatch.setattr(renderer._drawing, "draw", fail)
    renderer.draw(Moment())
    assert color(renderer.read()) == [51, 102, 153, 255]
    assert renderer.trouble == "the driver reports GL_OUT_OF_MEMORY"
    renderer.draw(Moment())
    assert color(renderer.read()) == [255] * 4


def test_the_master_scales_the_light_down_to_black(renderer: Renderer, write: Write) -> None:
    renderer.stage(load_scene(write("a.fs", isf(PLAIN))))
    renderer.draw(Moment())
    renderer.brightness = 0.5
    pixels = renderer.read()
    assert np.abs(pixels[:, :, :3].mean(axis=(0, 1)) - [25.5, 51, 76.5]).max() < 0.1
    assert np.abs(pixels[:, :, :3] - [25.5, 51, 76.5]).max() <= 1
    renderer.brightness = 0.0
    assert not renderer.read()[:, :, :3].any()
    renderer.brightness = 7.0
    assert color(renderer.read()) == [51, 102, 153, 255]


def test_black_stays_black_while_the_master_fades(renderer: Renderer, write: Write) -> None:
    renderer.stage(load_scene(write("a.fs", isf("void main() { gl_FragColor = vec4(0.0, 0.0, 0.0, 1.0); }"))))
    renderer.brightness = 0.7
    renderer.draw(Moment())
    assert not renderer.read()[:, :, :3].any()


def test_a_window_of_another_size_is_filled(ctx: gpu.Context, renderer: Renderer, write: Write) -> None:
    renderer.stage(load_scene(write("a.fs", isf(PLAIN))))
    picture = gpu.texture(ctx, (50, 70))
    window = gpu.framebuffer(ctx, picture)
    renderer.draw(Moment(), into=window)
    assert color(np.frombuffer(window.read(components=4), np.uint8).reshape(70, 50, 4)) == [51, 102, 153, 255]
    renderer.brightness = 0.0
    renderer.present(window)
    assert not np.frombuffer(window.read(components=3), np.uint8).any()
    gpu.release(window, picture)


@pytest.mark.parametrize("refuses", [False, True])
def test_a_window_shows_the_very_pixels_whether_the_driver_copies_or_draws_them(
    ctx: gpu.Context, renderer: Renderer, write: Write, refuses: bool
) -> None:
    renderer._canvas._blits = not refuses
    renderer.stage(load_scene(write("a.fs", isf("void main() { gl_FragColor = vec4(isf_FragNormCoord, 0.3, 1.0); }"))))
    picture = gpu.texture(ctx, SIZE)
    window = gpu.framebuffer(ctx, picture)
    for _ in range(2):  # the canvas is a pair
        renderer.draw(Moment(), into=window)
        shown = np.frombuffer(window.read(components=4), np.uint8).reshape(HEIGHT, WIDTH, 4)[::-1]
        assert np.array_equal(shown, renderer.read())
    assert renderer._canvas._blits != refuses
    gpu.release(window, picture)


def test_the_top_row_is_read_first(renderer: Renderer, write: Write) -> None:
    renderer.stage(load_scene(write("a.fs", isf("void main() { gl_FragColor = vec4(isf_FragNormCoord.y); }"))))
    renderer.draw(Moment())
    pixels = renderer.read()
    assert pixels.shape == (HEIGHT, WIDTH, 4)
    assert pixels[0, 0, 0] > 250 > 5 > pixels[-1, 0, 0]


def test_the_same_moments_give_the_same_pixels(ctx: gpu.Context, write: Write) -> None:
    code = """void main() {
        vec2 at = isf_FragNormCoord + 0.01 * vec2(sin(TIME * 9.0), 0.3);
        gl_FragColor = PASSINDEX == 0 ? 0.9 * IMG_NORM_PIXEL(t, at) + 0.1 * fract(at.xyxy * 13.0) : IMG_THIS_PIXEL(t);
    }"""
    scene = load_scene(write("a.fs", isf(code, PASSES=[{"TARGET": "t", "PERSISTENT": True, "FLOAT": True}, {}])))
    films = []
    for _ in range(2):
        renderer = Renderer(ctx, SIZE)
        renderer.stage(scene)
        film = b""
        for number in range(5):
            renderer.draw(Moment(time=number / 60, dt=1 / 60))
            film += renderer.read().tobytes()
        films.append(film)
        renderer.release()
    assert films[0] == films[1]


def test_nothing_grows_from_picture_to_picture(ctx: gpu.Context, renderer: Renderer, write: Write) -> None:
    inputs = [{"NAME": "wave", "TYPE": "audio"}, {"NAME": "tones", "TYPE": "audioFFT"}]
    code = "void main() { gl_FragColor = IMG_THIS_PIXEL(memory) + IMG_THIS_PIXEL(wave) + IMG_THIS_PIXEL(tones); }"
    renderer.stage(load_scene(write("a.fs", isf(code, INPUTS=inputs, PASSES=KEPT))))
    names = []
    for pictures in (5, 50):
        for _ in range(pictures):
            renderer.draw(Moment())
        surface = gpu.texture(ctx, (1, 1))
        names.append(surface.glo)
        surface.release()
    assert names[1] - names[0] <= 1  # the driver counts what it makes: nothing was made in between


def test_what_leaves_the_stage_is_given_back_to_the_driver(renderer: Renderer, write: Write) -> None:
    inputs = [{"NAME": "wave", "TYPE": "audio"}]
    code = "void main() { gl_FragColor = IMG_THIS_PIXEL(memory) + IMG_THIS_PIXEL(wave); }"
    renderer.stage(load_scene(write("a.fs", isf(code, INPUTS=inputs, PASSES=KEPT))))
    renderer.draw(Moment())
    old = renderer._drawing
    assert old is not None
    memory = old._targets["memory"]
    held = [
        *(p._program for p in old._programs),
        *(p._vertices for p in old._programs),
        *old._sounds.values(),
        memory.picture,
        memory.framebuffer,
        memory.shown,
    ]
    assert not any(isinstance(thing.mglo, moderngl.InvalidObject) for thing in held)
    renderer.stage(load_scene(write("b.fs", isf(PLAIN))))
    assert all(isinstance(thing.mglo, moderngl.InvalidObject) for thing in held)


def release_while_bound(ctx: gpu.Context) -> None:
    picture = ctx.texture((8, 8), 4)
    surface = ctx.framebuffer([picture])
    surface.use()
    surface.release()
    picture.release()


def test_what_others_leave_in_the_context_is_not_the_fault_of_a_scene(
    ctx: gpu.Context, renderer: Renderer, write: Write
) -> None:
    scene = load_scene(write("a.fs", isf(COUNTING, PASSES=KEPT)))
    release_while_bound(ctx)
    renderer.stage(scene)
    renderer.draw(Moment())
    release_while_bound(ctx)
    ctx.clear()  # notes an error: what was bound is gone
    renderer.draw(Moment())
    assert renderer.trouble == ""
    assert color(renderer.read()) == [2] * 4


@pytest.mark.parametrize("pixel", [True, False])
def test_a_renderer_may_follow_another_in_one_context(ctx: gpu.Context, write: Write, pixel: bool) -> None:
    scene = load_scene(write("a.fs", isf(COUNTING, PASSES=KEPT)))
    kept = ctx.extra
    ctx.extra = kept if pixel else None  # a context that somebody else has made has none
    try:
        for _ in range(3):
            renderer = Renderer(ctx, SIZE)
            renderer.stage(scene)
            renderer.draw(Moment())
            assert renderer.trouble == ""
            assert color(renderer.read()) == [1] * 4
            renderer.release()
    finally:
        ctx.extra = kept
        kept.use()
        _ = ctx.error


def test_targets_follow_the_size_of_the_picture_and_of_their_inputs_after_a_reload(
    renderer: Renderer, write: Write
) -> None:
    code = "void main() { gl_FragColor = vec4(IMG_SIZE(t) / 255.0, 0.0, 1.0); }"
    for divided in (2, 3):
        passes = [{"TARGET": "t", "PERSISTENT": True, "WIDTH": f"$WIDTH / {divided}", "HEIGHT": "$HEIGHT / 2"}, {}]
        renderer.stage(load_scene(write("a.fs", isf(code, PASSES=passes))))
        for size in (SIZE, (80, 60), SIZE):
            renderer.resize(size)
            renderer.draw(Moment())
            assert color(renderer.read())[:2] == [size[0] // divided, size[1] // 2]


@pytest.mark.parametrize("name", scene_names())
def test_every_scene_of_the_engine_draws_silence_and_noise_without_trouble(renderer: Renderer, name: str) -> None:
    renderer.stage(load_scene(name))
    rng = np.random.default_rng(1)
    for number in range(3):
        loud = blank_row()
        for signal in SIGNALS.values():
            loud[signal.part] = signal.span[number % 2]
        samples = rng.normal(0, 0.3, (2048, 2)).astype(np.float32) * (number % 2)
        renderer.draw(Moment(row=loud, samples=samples, time=number / 60, dt=1 / 60))
    assert renderer.trouble == ""
    assert renderer.read().shape == (HEIGHT, WIDTH, 4)


def test_too_large_a_picture_is_refused_and_the_old_size_stays(renderer: Renderer, write: Write) -> None:
    with pytest.raises(BadScene, match="must have sides of 1 to"):
        renderer.resize((100_000, 90))
    assert renderer.size == SIZE
    renderer.stage(load_scene(write("a.fs", isf(PLAIN))))
    renderer.draw(Moment())
    assert color(renderer.read()) == [51, 102, 153, 255]
