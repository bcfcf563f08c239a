"""The door to the graphics driver: what it refuses, and what it says about other people's shaders."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import moderngl
import pytest

from engine.errors import BadScene, MissingDriver
from engine.stage import gpu
from engine.stage.glsl import fragment_source, vertex_source
from engine.stage.isf import Shader, read_shader

from .conftest import Write, isf


@pytest.mark.parametrize("what", [OSError("libEGL.so not loaded"), ImportError("no glcontext"), ValueError("eglError")])
@pytest.mark.parametrize("door", [gpu.headless, gpu.adopt])
def test_without_a_driver_it_is_said_what_to_install(
    monkeypatch: pytest.MonkeyPatch, what: Exception, door: object
) -> None:
    def refused(**_: object) -> None:
        raise what

    monkeypatch.setattr(moderngl, "create_context", refused)
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(MissingDriver) as caught:
        door()  # type: ignore[operator]  # any of the doors
    assert str(what) in str(caught.value)
    assert "apt-get install libegl1 libgl1" in str(caught.value)
    assert caught.value.exit_code == 3


@pytest.fixture
def shader(write: Write) -> Shader:
    """Ten lines, of which 8 and 9 come from an include."""
    write("include/noise.glsl", "float noise() {\n    return missing;\n}")
    return read_shader(write("s.fs", isf('\n#include "noise.glsl"\nvoid main() { gl_FragColor = vec4(noise()); }')))


def test_a_line_of_the_compiled_source_is_found_in_the_file_that_it_came_from(shader: Shader) -> None:
    source = fragment_source(shader)
    lines = source.text.split("\n")
    at = next(number for number, line in enumerate(lines, 1) if "return missing" in line)
    where = source.where(at)
    assert where is not None
    assert where == (shader.path.parent / "include/noise.glsl", 2)
    last = next(number for number, line in enumerate(lines, 1) if "void main" in line)
    assert source.where(last) == (shader.path, 4)
    assert source.where(1) is None


@pytest.mark.parametrize(
    "log",
    [
        "fragment_shader\n===\n0:{n}(12): error: 'missing' undeclared\n0:{n}(5): error: and more on that line\n",
        "fragment_shader\n===\n0({n}) : error C1008: 'missing' undeclared\n",
        "fragment_shader\n===\nERROR: 0:{n}: 'missing' undeclared\nWARNING: 0:1: never mind\n",
    ],
    ids=["Mesa", "NVIDIA", "Apple"],
)
def test_every_drivers_log_is_translated_to_file_line_and_text(shader: Shader, log: str) -> None:
    source = fragment_source(shader)
    n = next(number for number, line in enumerate(source.text.split("\n"), 1) if "return missing" in line)
    (error,) = gpu.translated(log.format(n=n), vertex_source(shader), source)
    assert error == f"{shader.path.parent / 'include/noise.glsl'}:2: 'missing' undeclared"


@pytest.mark.gl
def test_a_broken_shader_names_the_true_file_and_line(ctx: gpu.Context, shader: Shader) -> None:
    with pytest.raises(BadScene) as caught:
        gpu.build(ctx, vertex_source(shader), fragment_source(shader))
    assert str(caught.value).startswith(f"{shader.path.parent / 'include/noise.glsl'}:2: ")
    assert "missing" in str(caught.value)


@pytest.mark.gl
def test_what_cannot_be_linked_names_the_shader(ctx: gpu.Context, write: Write) -> None:
    write("s.vs", "out vec2 along;\nvoid main() { isf_vertShaderInit(); along = vec2(0.0); }")
    code = "in vec3 along;\nvoid main() { gl_FragColor = vec4(along, 1.0); }"
    shader = read_shader(write("s.fs", isf(code)))
    with pytest.raises(BadScene, match=r"s\.fs: .*along"):
        gpu.build(ctx, vertex_source(shader), fragment_source(shader))


@pytest.mark.gl
def test_an_error_in_a_vertex_shader_names_the_vs_file(ctx: gpu.Context, write: Write) -> None:
    write("s.vs", "void main() {\n    isf_vertShaderInit();\n    nonsense;\n}")
    shader = read_shader(write("s.fs", isf()))
    with pytest.raises(BadScene, match=r"s\.vs:3: .*nonsense"):
        gpu.build(ctx, vertex_source(shader), fragment_source(shader))


@pytest.mark.gl
@pytest.mark.parametrize("size", [(0, 4), (100_000, 4), (4, -1)])
def test_a_picture_that_no_driver_can_make_is_refused(ctx: gpu.Context, size: tuple[int, int]) -> None:
    with pytest.raises(BadScene, match="must have sides of 1 to"):
        gpu.texture(ctx, size)


@pytest.mark.gl
def test_other_threads_run_while_the_driver_is_waited_for(ctx: gpu.Context) -> None:
    assert gpu._function("glFinish", None) is not None  # else finish() holds the GIL
    program = ctx.program(
        "#version 330\nvoid main() { gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4 - 1, 0, 1); }",
        fragment_shader="#version 330\nout vec4 c;\nvoid main() { float s = 0.0;"
        "for (int i = 0; i < 4000; i++) s += sin(s + gl_FragCoord.x); c = vec4(s); }",
    )
    vertices, picture = ctx.vertex_array(program, []), gpu.texture(ctx, (256, 256))
    surface = gpu.framebuffer(ctx, picture)
    surface.use()
    gpu.wait(ctx)
    beats: list[float] = []
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(0.001):
            beats.append(time.perf_counter())

    heart = threading.Thread(target=beat)
    heart.start()
    vertices.render(vertices=3)
    begun = time.perf_counter()
    gpu.wait(ctx)
    ended = time.perf_counter()
    stop.set()
    heart.join()
    within = [moment for moment in beats if begun < moment < ended]
    assert ended - begun < 0.03 or len(within) > 3
    gpu.release(surface, picture, vertices, program)


def test_release_takes_what_is_already_gone(tmp_path: Path) -> None:
    gpu.release(None, tmp_path)
