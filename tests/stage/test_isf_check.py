"""Every shader of a folder, tried in processes that may be lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import BadFile
from engine.stage.isf_check import Result, check, shader_files
from engine.stage.targets import Size

from .conftest import Write, isf

pytestmark = pytest.mark.gl

HANGS = """void main() {
    float x = 0.0;
    for (int i = 0; i >= 0; i = (i + 1) % 1000) x += sin(x + TIME);
    gl_FragColor = vec4(x);
}"""
FILTER = [{"NAME": "inputImage", "TYPE": "image"}]
CROSS = [
    *({"NAME": name, "TYPE": "image"} for name in ("startImage", "endImage")),
    {"NAME": "progress", "TYPE": "float"},
]


def checked(folder: Path, time_limit: float = 10.0, jobs: int = 1, size: Size = (64, 36)) -> dict[str, Result]:
    found = check(shader_files(folder), time_limit=time_limit, size=size, jobs=jobs, pictures=True)
    return {path.relative_to(folder).as_posix(): result for path, result in found}


def test_each_kind_is_drawn_and_told_apart(write: Write, tmp_path: Path) -> None:
    write("a.fs", isf())
    write("deep/er/b.fs", isf("void main() { gl_FragColor = IMG_THIS_PIXEL(inputImage); }", INPUTS=FILTER))
    write(
        "deep/c.fs",
        isf("void main() { gl_FragColor = mix(IMG_THIS_PIXEL(startImage), IMG_THIS_PIXEL(endImage), progress); }",
            INPUTS=CROSS),
    )  # fmt: skip
    write("toy.fs", "void mainImage(out vec4 c, in vec2 p) { c = vec4(p / iResolution.xy, 0.0, 1.0); }")
    found = checked(tmp_path)
    kinds = {name: (result.ok, result.error, result.kind) for name, result in found.items()}
    assert kinds == {
        "a.fs": (True, "", "generator"),
        "deep/c.fs": (True, "", "transition"),
        "deep/er/b.fs": (True, "", "filter"),
        "toy.fs": (True, "", "generator"),
    }
    for result in found.values():
        assert 0 < result.milliseconds < 60_000
        assert result.picture is not None
        assert result.picture.shape == (36, 64, 4)
    # The filter and the transition had pictures to work on, and those are not the same.
    seen, crossed = found["deep/er/b.fs"].picture, found["deep/c.fs"].picture
    assert seen is not None
    assert crossed is not None
    assert seen.std() > 30
    assert crossed.std() > 30
    assert (seen != crossed).any()


def test_a_file_that_is_wrong_crashes_or_hangs_is_told_and_the_others_go_on(write: Write, tmp_path: Path) -> None:
    write("1_wrong.fs", isf("void main() {\n    gl_FragColor = vec4(mistake);\n}"))
    write("2_no.fs", "module Nothing\n")
    write("3_hangs.fs", isf(HANGS))
    write("4_crashes.fs", isf(f"void main() {{ gl_FragColor = vec4(TIME{'+TIME' * 150_000}); }}"))
    huge = [{"TARGET": name, "WIDTH": "1e6", "HEIGHT": "1e6", "FLOAT": True} for name in "abcd"]
    write("5_huge.fs", isf(PASSES=huge))
    write("6_good.fs", isf())
    found = checked(tmp_path, time_limit=2.5, size=(640, 360))  # large: drivers end loops that never end, after a while
    assert [name for name, result in found.items() if result.ok] == ["6_good.fs"]
    assert "1_wrong.fs" in found["1_wrong.fs"].error
    assert "mistake" in found["1_wrong.fs"].error
    assert "begins with its header" in found["2_no.fs"].error
    assert found["2_no.fs"].kind == ""
    assert "not done after 2.5 s" in found["3_hangs.fs"].error
    assert found["3_hangs.fs"].kind == "generator"
    assert found["4_crashes.fs"].error  # a driver may also refuse it
    assert found["5_huge.fs"].error
    for result in found.values():
        assert len(result.error.splitlines()) <= 1


def test_several_processes_find_the_same(write: Write, tmp_path: Path) -> None:
    for number in range(6):
        write(f"{number}.fs", isf() if number % 2 else isf("void main() { wrong }"))
    found = checked(tmp_path, jobs=3)
    assert {name: result.ok for name, result in sorted(found.items())} == {f"{n}.fs": n % 2 == 1 for n in range(6)}


def test_a_folder_without_shaders_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="no such folder"):
        shader_files(tmp_path / "none")
    with pytest.raises(BadFile, match=r"holds no \.fs file"):
        shader_files(tmp_path)
