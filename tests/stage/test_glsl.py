"""Shaders as people write them, drawn: what ISF promises, in pixels."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import BadScene
from engine.stage.drawing import Moment
from engine.stage.isf import read_shader
from engine.stage.render import Renderer
from engine.stage.scene import load_scene

from .conftest import SIZE, Paint, Write, isf

pytestmark = pytest.mark.gl
WIDTH, HEIGHT = SIZE


def color(pixels: np.ndarray) -> list[int]:
    """The colour of a picture that has only one."""
    assert (pixels == pixels[0, 0]).all()
    return [int(part) for part in pixels[0, 0]]


def test_the_origin_is_bottom_left_and_the_size_is_the_pictures(paint: Paint) -> None:
    pixels = paint("void main() { gl_FragColor = vec4(isf_FragNormCoord, RENDERSIZE / 255.0); }")
    across, up = (np.arange(WIDTH) + 0.5) / WIDTH * 255, (np.arange(HEIGHT) + 0.5) / HEIGHT * 255
    assert np.abs(pixels[:, :, 0] - across).max() <= 1
    assert np.abs(pixels[:, :, 1] - up[:, np.newaxis]).max() <= 1
    assert (pixels[:, :, 2] == WIDTH).all()
    assert (pixels[:, :, 3] == HEIGHT).all()


def test_every_input_arrives_as_its_own_type(paint: Paint) -> None:
    code = """void main() {
        int whole = l; bool yes = b && !e; vec2 at = p; vec4 tint = c;
        gl_FragColor = yes ? vec4(f, float(whole) / 255.0, at.x * tint.g, tint.a) : vec4(0.0);
    }"""
    inputs = [
        {"NAME": "f", "TYPE": "float", "DEFAULT": 0.2},
        {"NAME": "l", "TYPE": "long", "DEFAULT": 77},
        {"NAME": "b", "TYPE": "bool", "DEFAULT": True},
        {"NAME": "e", "TYPE": "event"},
        {"NAME": "p", "TYPE": "point2D", "DEFAULT": [0.5, 9]},
        {"NAME": "c", "TYPE": "color", "DEFAULT": [0, 0.8, 0, 1]},
    ]
    assert color(paint(code, INPUTS=inputs)) == [51, 77, 102, 255]


def test_older_glsl_is_understood(paint: Paint) -> None:
    code = """#version 120
        #extension GL_ARB_texture_rectangle : enable
        #ifdef GL_ES
        precision mediump float;
        #endif
        uniform float TIME;
        uniform sampler2D inputImage;
        varying vec2 isf_FragNormCoord;
        #define PART 0.2
        #define PART 0.4
        float sample(float filter) { float smooth = filter, patch = 0.0; return smooth + patch; }
        void main() {
            vec4 seen = texture2D(inputImage, vv_FragNormCoord) + texture2DRect(inputImage, gl_FragCoord.xy);
            gl_FragColor = vec4(sample(PART), 0.0, seen.r, 1.0);
        }"""
    assert color(paint(code, INPUTS=[{"NAME": "inputImage", "TYPE": "image"}])) == [102, 0, 0, 255]


def test_inputs_may_have_names_that_glsl_has_since_taken(paint: Paint) -> None:
    inputs = [{"NAME": "sample", "TYPE": "float", "DEFAULT": 0.2}, {"NAME": "filter", "TYPE": "bool", "DEFAULT": 1}]
    assert color(paint("void main() { gl_FragColor = vec4(filter ? sample : 0.0); }", INPUTS=inputs)) == [51] * 4


def test_an_output_of_the_shaders_own_is_the_output(paint: Paint) -> None:
    assert color(paint("out vec4 mine;\nvoid main() { mine = vec4(0.2); }")) == [51] * 4


FUNCTIONS = [
    "IMG_PIXEL(t, gl_FragCoord.xy)",
    "IMG_NORM_PIXEL(t, isf_FragNormCoord)",
    "IMG_NORM_PIXEL(t, isf_FragNormCoord, 0.0)",
    "IMG_THIS_PIXEL(t)",
    "IMG_THIS_NORM_PIXEL(t)",
    "IMG_NORM_THIS_PIXEL(t)",
    "texture2D(t, (gl_FragCoord.xy - _t_imgRect.xy) / _t_imgSize * (_t_flip ? -1.0 : 1.0))",
    "IMG_PIXEL(t, isf_FragNormCoord * IMG_SIZE(t))",
]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_way_to_read_a_picture_reads_the_same(paint: Paint, function: str) -> None:
    code = f"""void main() {{
        gl_FragColor = PASSINDEX == 0 ? vec4(fract(gl_FragCoord.xy * 0.17), 0.3, 1.0) : {function};
    }}"""
    expected = paint("void main() { gl_FragColor = vec4(fract(gl_FragCoord.xy * 0.17), 0.3, 1.0); }")
    assert np.abs(paint(code, PASSES=[{"TARGET": "t"}, {}]).astype(int) - expected).max() <= 1


def test_a_vertex_shader_of_its_own_may_clamp_at_the_corners(paint: Paint, write: Write) -> None:
    write("painted.vs", "varying vec2 right;\nvoid main() {\n isf_vertShaderInit();\n"
          " right = clamp(isf_FragNormCoord + vec2(0.5, 0.0), 0.0, 1.0);\n}")  # fmt: skip
    pixels = paint("varying vec2 right;\nvoid main() { gl_FragColor = vec4(right, 0.0, 1.0); }")
    expected = 255 * (0.5 + 0.5 * (np.arange(WIDTH) + 0.5) / WIDTH)
    assert np.abs(pixels[:, :, 0] - expected).max() <= 1


THREE = [{"TARGET": "t", "WIDTH": "7"}, {"TARGET": "u"}, {}]
ODD_USES = {
    "switch": "switch (PASSINDEX) { case 0: c = 0.0; break; case 1: c = 1.0; break; default: c = 2.0; }",
    "as a float": "float k = PASSINDEX; c = k * 0.5 + float(PASSINDEX) * 0.5;",
    "as an argument": "c = of(PASSINDEX);",
    "by another name": "int pass = PASSINDEX; while (pass-- > 0) c += 1.0;",
    "under a macro": "c = IS(0) ? 0.0 : IS(1) ? 1.0 : 2.0;",
    "beyond the end of an array": "c = PASSINDEX > 1 ? 2.0 : TABLE[PASSINDEX];",
    "divided by": "c = PASSINDEX == 0 ? 0.0 : float(2 / PASSINDEX == 2 ? 1 : 2);",
    "hidden by another": "{ int PASSINDEX = 3; c = float(PASSINDEX); } c = c * 0.0 + float(PASSINDEX);",
}


@pytest.mark.parametrize("code", ODD_USES.values(), ids=ODD_USES)
def test_a_shader_may_ask_in_any_way_which_pass_is_drawn(paint: Paint, code: str) -> None:
    whole = f"""uniform int PASSINDEX;
    #define IS(k) (PASSINDEX == k)
    const float TABLE[2] = float[2](0.0, 1.0);
    float of(int pass) {{ return pass == 0 ? 0.0 : pass == 1 ? 1.0 : 2.0; }}
    void main() {{
        float c = 0.0;
        {code}
        vec4 mine = vec4(c / 5.0);
        gl_FragColor = PASSINDEX == 2 ? vec4(IMG_THIS_PIXEL(t).r, IMG_THIS_PIXEL(u).r, mine.r, 1.0) : mine;
    }}"""
    assert color(paint(whole, PASSES=THREE)) == [0, 51, 102, 255]


def test_each_pass_is_told_apart_in_the_vertex_shader_too(paint: Paint, write: Write) -> None:
    write("painted.vs", "flat out int pass;\nvoid main() { isf_vertShaderInit(); pass = PASSINDEX; }")
    code = """flat in int pass;
    void main() { gl_FragColor = vec4(float(pass) / 5.0) + (pass == 2 ? IMG_THIS_PIXEL(u) : vec4(0.0)); }"""
    assert color(paint(code, PASSES=THREE)) == [153] * 4


@pytest.mark.parametrize(
    ("value", "passes", "programs"),
    [("PASSINDEX == 0 ? 1.0 : 0.0", THREE, 3), ("0.2", THREE, 1), ("PASSINDEX == 0 ? 1.0 : 0.0", [{}], 1)],
)
def test_passes_have_programs_of_their_own_only_where_they_differ(
    renderer: Renderer, write: Write, value: str, passes: list[dict[str, str]], programs: int
) -> None:
    code = f"void main() {{ gl_FragColor = vec4({value}); }}"
    renderer.stage(load_scene(write("a.fs", isf(code, PASSES=passes))))
    assert renderer._drawing is not None
    assert len(set(renderer._drawing._programs)) == programs


def test_an_error_in_one_pass_is_named_once_and_by_its_line(renderer: Renderer, write: Write) -> None:
    code = "void main() {\n    if (PASSINDEX == 1) gl_FragColor = vec4(mistake);\n    gl_FragColor = vec4(1.0);\n}"
    path = write("wrong.fs", isf(code, PASSES=THREE))
    line = path.read_text().split("\n").index("    if (PASSINDEX == 1) gl_FragColor = vec4(mistake);") + 1
    with pytest.raises(BadScene) as caught:
        renderer.stage(load_scene(path))
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert "more)" not in str(caught.value)


def test_a_comment_may_hold_anything(paint: Paint) -> None:
    code = (
        '// été 墨 #include "absent.glsl"\n/* gl_FragColor\n#version 400 */\nvoid main() { gl_FragColor = vec4(0.2); }'
    )
    assert color(paint(code)) == [51] * 4


def test_an_error_is_named_by_the_line_that_its_author_sees(renderer: Renderer, write: Write) -> None:
    code = "#define A 1\n#define A 2\nfloat f() { return 1.0; }\nvoid main() {\n    gl_FragColor = vec4(mistake);\n}"
    path = write("wrong.fs", isf(code, DESCRIPTION="three\nlines"))
    line = path.read_text().split("\n").index("    gl_FragColor = vec4(mistake);") + 1
    with pytest.raises(BadScene) as caught:
        renderer.stage(load_scene(path))
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert "mistake" in str(caught.value)


def test_the_wave_and_the_spectrum_are_pictures_with_a_row_a_channel(paint: Paint) -> None:
    inputs = [{"NAME": "wave", "TYPE": "audio", "MAX": 256}, {"NAME": "tones", "TYPE": "audioFFT", "MAX": 64}]
    code = """void main() {
        gl_FragColor = vec4(IMG_SIZE(wave) / 255.0 * vec2(0.5, 1.0), IMG_NORM_PIXEL(wave, vec2(0.5, 0.75)).r,
                            IMG_NORM_PIXEL(tones, vec2(0.5 / 64.0, 0.25)).r + IMG_SIZE(tones).x / 255.0);
    }"""
    samples = np.stack([np.zeros(2048), np.full(2048, 0.6)], axis=1).astype(np.float32)
    assert color(paint(code, [Moment(samples=samples)], INPUTS=inputs)) == [128, 2, 204, 64]


def test_a_picture_that_nothing_feeds_is_black(paint: Paint) -> None:
    code = "void main() { gl_FragColor = IMG_THIS_PIXEL(inputImage) + vec4(0.2); }"
    assert color(paint(code, INPUTS=[{"NAME": "inputImage", "TYPE": "image"}])) == [51] * 4


def test_reading_a_shader_needs_no_graphics(write: Write) -> None:
    assert read_shader(write("a.fs", isf())).kind == "generator"
