"""ISF files understood without a graphics card: what they say, and what is said about those that are wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.errors import BadScene
from engine.stage.glsl import fragment_source, vertex_source
from engine.stage.isf import Shader, read_shader
from engine.stage.isf_inputs import GLSL_TYPE

from .conftest import Write, isf


def test_a_header_becomes_inputs_passes_and_words(write: Write) -> None:
    path = write(
        "ink.fs",
        isf(
            DESCRIPTION="ink in water",
            CREDIT="us",
            CATEGORIES=["Generator"],
            INPUTS=[
                {"NAME": "flow", "TYPE": "float", "MIN": -1, "MAX": 3, "DEFAULT": 0.5, "IDENTITY": 0, "LABEL": "Flow"},
                {"NAME": "mode", "TYPE": "long", "VALUES": [2, 4], "LABELS": ["a", "b"], "DEFAULT": 4},
                {"NAME": "at", "TYPE": "point2D", "MIN": [0, 0], "MAX": [2, 1], "DEFAULT": [1, 0.5]},
                {"NAME": "tint", "TYPE": "color", "DEFAULT": [1, 0.5, 0]},
            ],
            PASSES=[{"TARGET": "wet", "PERSISTENT": True, "FLOAT": True, "WIDTH": "$WIDTH/2"}, {}],
        ),
    )
    shader = read_shader(path)
    assert (shader.name, shader.kind, shader.description, shader.credit) == ("ink", "generator", "ink in water", "us")
    flow, mode, at, tint = shader.inputs
    assert (flow.default, flow.minimum, flow.maximum, flow.label) == (0.5, -1.0, 3.0, "Flow")
    assert (mode.default, mode.values, mode.labels) == (4, (2, 4), ("a", "b"))
    assert (at.default, at.minimum, at.maximum) == ((1.0, 0.5), (0.0, 0.0), (2.0, 1.0))
    assert tint.default == (1.0, 0.5, 0.0, 1.0)
    wet, last = shader.passes
    assert (wet.target, wet.persistent, wet.float32, wet.height) == ("wet", True, True, None)
    assert wet.width is not None
    assert wet.width.pixels({"WIDTH": 160}, 4096) == 80
    assert (last.target, last.persistent, last.float32, last.width) == ("", False, False, None)
    assert shader.files == (path,)


@pytest.mark.parametrize(
    ("kind", "default", "minimum", "maximum"),
    [
        ("float", 0.0, 0.0, 1.0),
        ("bool", False, False, True),
        ("event", False, False, True),
        ("long", 0, None, None),
        ("point2D", (0.0, 0.0), None, None),
        ("color", (0.0, 0.0, 0.0, 1.0), (0.0,) * 4, (1.0,) * 4),
        ("image", None, None, None),
        ("audio", None, None, None),
        ("audioFFT", None, None, None),
    ],
)
def test_what_a_file_leaves_out_has_isfs_own_default(
    write: Write, kind: str, default: object, minimum: object, maximum: object
) -> None:
    (item,) = read_shader(write("a.fs", isf(INPUTS=[{"NAME": "it", "TYPE": kind}]))).inputs
    assert (item.default, item.minimum, item.maximum) == (default, minimum, maximum)


def test_a_missing_default_lies_within_the_range(write: Write) -> None:
    (item,) = read_shader(write("a.fs", isf(INPUTS=[{"NAME": "it", "TYPE": "float", "MIN": 2, "MAX": 5}]))).inputs
    assert item.default == 2.0


def test_the_pictures_that_a_shader_takes_tell_its_kind(write: Write) -> None:
    def kind(*names: str) -> str:
        inputs = [{"NAME": name, "TYPE": "float" if name == "progress" else "image"} for name in names]
        return read_shader(write("a.fs", isf(INPUTS=inputs))).kind

    assert kind() == "generator"
    assert kind("inputImage") == "filter"
    assert kind("startImage", "endImage", "progress") == "transition"
    assert kind("startImage", "endImage") == "generator"


def test_version_1_names_its_persistent_buffers_apart(write: Write) -> None:
    passes = [{"TARGET": "trail"}, {}]
    listed = read_shader(write("a.fs", isf(PERSISTENT_BUFFERS=["trail"], PASSES=passes)))
    sized = read_shader(write("b.fs", isf(PERSISTENT_BUFFERS={"trail": {"WIDTH": 8}}, PASSES=passes)))
    assert listed.passes[0].persistent
    assert sized.passes[0].persistent
    assert sized.passes[0].width is not None


def test_passes_that_share_a_target_say_together_what_it_is(write: Write) -> None:
    passes = [{"TARGET": "t", "WIDTH": 8}, {"TARGET": "t", "PERSISTENT": True, "FLOAT": "true"}, {}]
    target = read_shader(write("a.fs", isf(PASSES=passes))).targets["t"]
    assert target.persistent
    assert target.float32
    assert target.width is not None


def test_its_files_are_all_that_it_was_read_from(write: Write) -> None:
    body = '#include "noise.glsl"\n// #include "absent.glsl"\nvoid main() { gl_FragColor = vec4(noise()); }'
    noise = write("include/noise.glsl", '#include "hash.glsl"\n#include "noise.glsl"\nfloat noise() { return hash(); }')
    hashes = write("include/hash.glsl", "float hash() { return 1.0; }")
    corner = write("a.vs", "void main() { isf_vertShaderInit(); }")
    path = write("a.fs", isf(body))
    assert set(read_shader(path).files) == {path, noise, hashes, corner}


REFUSALS: list[tuple[str, int, str]] = [
    ("void main() {}", 1, "an ISF file begins with its header"),
    ("/*{}", 1, "is never closed"),
    ('/*{\n "INPUTS": [\n  {"NAME": "a" "TYPE": "float"}\n ]\n}*/', 3, "is not JSON: Expecting ',' delimiter"),
    ("/*[1]*/", 1, "must be one JSON object"),
    ("/*" + "[" * 100_000 + "*/", 1, "nested too deep"),
    ('/*{"a": NaN}*/', 1, "NaN is no number"),
    ('/*{\n"INPUTS": 3}*/', 2, "INPUTS must be a list"),
    ('/*{\n"INPUTS": [3]}*/', 2, "input 1 must be an object"),
    ('/*{\n"INPUTS": [{"TYPE": "float"}]}*/', 2, "input 1 has no NAME"),
    (
        '/*{"INPUTS": [\n{"NAME": "flow",\n "TYPE": "flot"}]}*/',
        3,
        "TYPE='flot' of input flow is no ISF type (did you mean float",
    ),
    ('/*{"INPUTS": [\n{"NAME": "flow"}]}*/', 2, "TYPE=None of input flow is no ISF type"),
    ('/*{"INPUTS": [\n{"NAME": "2nd", "TYPE": "float"}]}*/', 2, "NAME='2nd' of input 1 must be letters, digits and _"),
    ('/*{"INPUTS": [\n{"NAME": "größe", "TYPE": "float"}]}*/', 2, "NAME='größe' of input 1 must be letters"),
    ('/*{"INPUTS": [\n{"NAME": "gl_x", "TYPE": "float"}]}*/', 2, "NAME=gl_x of input 1 is reserved"),
    ('/*{"INPUTS": [\n{"NAME": "TIME", "TYPE": "float"}]}*/', 2, "NAME=TIME of input 1 is a word of ISF"),
    ('/*{"INPUTS": [\n{"NAME": "vec3", "TYPE": "float"}]}*/', 2, "NAME=vec3 of input 1 is a word of ISF or GLSL"),
    (
        '/*{"INPUTS": [{"NAME": "a", "TYPE": "float"},\n{"NAME": "a", "TYPE": "bool"}]}*/',
        2,
        "a is the name of two things: input and input",
    ),
    (
        '/*{"INPUTS": [{"NAME": "a", "TYPE": "float"}],\n"PASSES": [{"TARGET": "a"}]}*/',
        2,
        "a is the name of two things: input and target",
    ),
    (
        '/*{"INPUTS": [{"NAME": "a", "TYPE": "float",\n"MAX": "loud"}]}*/',
        2,
        "MAX='loud' of input a (float) must be a finite number",
    ),
    ('/*{"INPUTS": [{"NAME": "a", "TYPE": "float",\n"MAX": 1e999}]}*/', 2, "must be a finite number"),
    ('/*{"INPUTS": [{"NAME": "a", "TYPE": "point2D",\n"DEFAULT": [1]}]}*/', 2, "must be a point: [0.5, 0.5]"),
    ('/*{"INPUTS": [{"NAME": "a", "TYPE": "color",\n"DEFAULT": "red"}]}*/', 2, "must be a colour: [1, 0.5, 0, 1]"),
    ('/*{"INPUTS": [{"NAME": "a", "TYPE": "long",\n"VALUES": ["x"]}]}*/', 2, "VALUES of input a must be whole numbers"),
    ('/*{"INPUTS": [{"NAME": "a", "TYPE": "long",\n"LABELS": 3}]}*/', 2, "LABELS of input a must be a list"),
    ('/*{\n"PASSES": 3}*/', 2, "PASSES must be a list"),
    ('/*{\n"PASSES": [3]}*/', 2, "pass 1 must be an object"),
    ('/*{"PASSES": [{"TARGET": "a",\n"WIDTH": "$WIDHT/2"}]}*/', 2, "WIDTH of pass 1 reads $WIDHT (did you mean WIDTH"),
    ('/*{"PASSES": [{"TARGET": "a",\n"HEIGHT": "open(1)"}]}*/', 2, "HEIGHT='open(1)' of pass 1 is not arithmetic"),
    ('/*{"PASSES": [{"TARGET": "a",\n"HEIGHT": true}]}*/', 2, "HEIGHT=True of pass 1 must be a number or text"),
    ('/*{\n"IMPORTED": 3}*/', 2, "IMPORTED must be {"),
    ('/*{\n"IMPORTED": {"paper": {}}}*/', 2, "IMPORTED paper has no PATH"),
    ('/*{}*/\n\n#include "nois.glsl"', 3, '#include "nois.glsl" is not there (did you mean noise.glsl'),
    ('/*{}*/\n#include "../../secret.glsl"', 2, "#include takes the bare name"),
    ("/*{}*/\n#include <noise>", 2, "#include takes the bare name"),
]


@pytest.mark.parametrize(("text", "line", "words"), REFUSALS, ids=[words[:40] for _, _, words in REFUSALS])
def test_a_wrong_file_is_refused_in_one_line_that_names_file_and_line(
    write: Write, text: str, line: int, words: str
) -> None:
    write("include/noise.glsl", "")
    path = write("wrong.fs", text)
    with pytest.raises(BadScene) as caught:
        read_shader(path)
    message = str(caught.value)
    assert message.startswith(f"{path}:{line}: ")
    assert words in message
    assert "\n" not in message


def test_a_missing_file_names_the_nearest_beside_it(write: Write) -> None:
    path = write("mountains.fs", isf())
    with pytest.raises(BadScene, match=r"mountain\.fs: no such file \(did you mean mountains\.fs\?\)"):
        read_shader(path.with_name("mountain.fs"))


def test_text_that_is_not_utf8_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.fs"
    path.write_bytes(b"/*{}*/\n// gr\xfcn\n")
    with pytest.raises(BadScene, match=r"latin\.fs:2: not UTF-8"):
        read_shader(path)


def test_a_folder_and_a_giant_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.fs").mkdir()
    (tmp_path / "giant.fs").write_bytes(b" " * (1 << 21))
    with pytest.raises(BadScene, match="cannot be read"):
        read_shader(tmp_path / "folder.fs")
    with pytest.raises(BadScene, match="larger than"):
        read_shader(tmp_path / "giant.fs")


def _read_or_refused(path: Path, text: str) -> Shader | None:
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    try:
        shader = read_shader(path)
    except BadScene as refusal:
        _is_one_line(str(refusal))
        return None
    assert fragment_source(shader).text
    assert vertex_source(shader).text
    return shader


def _is_one_line(text: str) -> None:
    assert len(text.splitlines()) == 1


FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(text=st.text())
@example("/*{}*/")
@example("/**/")
@example('/*{"INPUTS": [{"NAME": "a", "TYPE": "long", "VALUES": [1e400]}]}*/')
def test_any_text_is_a_shader_or_one_line_of_refusal(tmp_path: Path, text: str) -> None:
    _read_or_refused(tmp_path / "any.fs", text)
    _read_or_refused(tmp_path / "any.fs", f"/*{text}*/{text}")


@FUZZ
@given(text=st.text(), code=st.text("float vec2(smooth,sample half){}[];=#define\\ \n/*", max_size=80))
@example("", "float a = (")
def test_any_text_around_shadertoys_entry_is_a_shader_or_one_line_of_refusal(
    tmp_path: Path, text: str, code: str
) -> None:
    _read_or_refused(
        tmp_path / "any.fs", f"{text}\nvoid mainImage(out vec4 c, in vec2 p) {{ {code} iMouse iChannel2 }}"
    )
    _read_or_refused(tmp_path / "any.fs", f"/*{{}}*/{code}\nvoid mainImage() {{}} gl_FragData[0] {text}")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)
ENTRY = st.fixed_dictionaries(
    {},
    optional={
        "NAME": st.sampled_from(["a", "b", "sample", "if"]) | JSON,
        "TYPE": st.sampled_from([*GLSL_TYPE]) | JSON,
        "TARGET": st.sampled_from(["a", "c"]) | JSON,
        "WIDTH": st.sampled_from(["$WIDTH/2", "$a", 3]) | JSON,
        **dict.fromkeys(("DEFAULT", "MIN", "MAX", "IDENTITY", "VALUES", "LABELS", "LABEL", "HEIGHT", "FLOAT"), JSON),
    },
)


@FUZZ
@given(
    header=st.fixed_dictionaries(
        {},
        optional={
            "INPUTS": st.lists(ENTRY, max_size=3) | JSON,
            "PASSES": st.lists(ENTRY, max_size=3) | JSON,
            **dict.fromkeys(("PERSISTENT_BUFFERS", "IMPORTED", "CATEGORIES", "DESCRIPTION"), JSON),
        },
    )
)
def test_any_json_is_a_shader_or_one_line_of_refusal(tmp_path: Path, header: dict[str, Any]) -> None:
    _read_or_refused(tmp_path / "any.fs", f"/*{json.dumps(header)}*/ void main() {{}}")
