"""What ISF promises, rule by rule: each small file in isf/ draws one colour where its rule holds, another where not."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from engine.errors import BadScene
from engine.stage import gpu
from engine.stage.drawing import Drawing, Moment
from engine.stage.images import stand_in, trial_image
from engine.stage.isf import read_shader
from engine.stage.isf_inputs import Value
from engine.stage.scene import Scene, load_scene
from engine.stage.targets import Copier, Target

from .conftest import SIZE, Write, isf

pytestmark = pytest.mark.gl
RULES = Path(__file__).with_name("isf")
HOLDS = [51, 102, 153, 255]
WIDTH, HEIGHT = SIZE

Picture = NDArray[np.uint8]


def sound() -> NDArray[np.float32]:
    """Left silence; right a level of 0.6: all that is heard of it is in the lowest bin."""
    return np.stack([np.zeros(2048), np.full(2048, 0.6)], axis=1).astype(np.float32)


def pictures(
    ctx: gpu.Context,
    scene: Scene,
    images: Mapping[str, Picture] | None = None,
    count: int = 4,
    values: Sequence[Mapping[str, Value]] = (),
    samples: NDArray[np.float32] | None = None,
) -> list[Picture]:
    """So many pictures of a scene, half a second apart, bottom row first."""
    copier = Copier(ctx)
    surface = Target(ctx, SIZE, float32=False)
    given = {}
    for name, pixels in (images or {}).items():
        given[name] = gpu.texture(ctx, pixels.shape[1::-1])
        given[name].write(pixels.tobytes())
    drawing = Drawing(ctx, copier, scene)
    found = []
    for index in range(count):
        moment = Moment(samples=sound() if samples is None else samples, time=7.0 + 0.5 * index, dt=0.5)
        drawing.draw(moment, surface.framebuffer, pictures=given, values=values[index] if values else {})
        surface.swap()
        read = np.frombuffer(surface.shown.read(components=4), np.uint8)
        found.append(read.reshape(HEIGHT, WIDTH, 4).copy())
    gpu.release(drawing, surface, copier, *given.values())
    assert ctx.error == "GL_NO_ERROR"
    return found


@pytest.mark.parametrize(
    "name",
    [
        *("clock", "date", "inputs", "size_of_pass", "persistent", "own_previous", "float", "last_target", "sound"),
        *("version_1", "shadertoy"),
    ],
)
def test_the_rule_holds_in_every_pixel_of_every_picture(ctx: gpu.Context, name: str) -> None:
    heard = sound()[:, 1:] if name == "shadertoy" else sound()
    for index, picture in enumerate(pictures(ctx, load_scene(RULES / f"{name}.fs"), samples=heard)):
        assert (picture == HOLDS).all(), f"picture {index}: {picture[0, 0]}"


def test_an_event_is_counted_once(ctx: gpu.Context) -> None:
    scene = load_scene(RULES / "event.fs")
    for picture in pictures(ctx, scene, values=[{}, {}, {"hit": True}, {"hit": False}]):
        assert (picture == HOLDS).all()


def test_every_way_to_read_a_picture_reads_the_same(ctx: gpu.Context) -> None:
    given = trial_image(SIZE)
    (seen,) = pictures(ctx, load_scene(RULES / "functions.fs"), {"inputImage": given}, count=1)
    assert np.abs(seen.astype(int) - given).max() <= 1


def test_a_filter_works_on_the_picture_that_it_is_given(ctx: gpu.Context) -> None:
    given = trial_image(SIZE)
    scene = load_scene(RULES / "filter.fs")
    assert scene.shader.kind == "filter"
    (seen,) = pictures(ctx, scene, {"inputImage": given}, count=1)
    assert np.abs(seen[..., :3].astype(int) - (255 - given[..., :3])).max() <= 1


@pytest.mark.parametrize("progress", [0.0, 0.25, 1.0])
def test_a_transition_goes_from_the_one_picture_to_the_other(ctx: gpu.Context, progress: float) -> None:
    start, end = trial_image(SIZE, 0), trial_image(SIZE, 1)
    scene = load_scene(RULES / "transition.fs")
    assert scene.shader.kind == "transition"
    images = {"startImage": start, "endImage": end}
    (seen,) = pictures(ctx, scene, images, count=1, values=[{"progress": progress}])
    assert np.abs(seen - (start * (1 - progress) + end * progress)).max() <= 1


@pytest.fixture
def brought(tmp_path: Path) -> Path:
    """The rules that import pictures, and beside them the pictures."""
    for file in RULES.glob("imported*.fs"):
        shutil.copy(file, tmp_path)
    Image.fromarray(trial_image(SIZE)[::-1]).save(tmp_path / "paper.png")
    for face in range(6):
        Image.new("RGB", (8, 8), (40 * face, 0, 255)).save(tmp_path / f"sky{face}.png")
    return tmp_path


@pytest.mark.parametrize("name", ["imported", "imported_list"])
def test_an_imported_picture_is_the_file_beside_the_shader(ctx: gpu.Context, brought: Path, name: str) -> None:
    scene = load_scene(brought / f"{name}.fs")
    (seen,) = pictures(ctx, scene, count=1)
    assert np.abs(seen.astype(int) - trial_image(SIZE)).max() <= 1
    assert scene.notices == ()
    assert brought / "paper.png" in scene.files


def test_noise_stands_in_for_an_imported_picture_that_is_missing_and_one_line_says_so(
    ctx: gpu.Context, brought: Path
) -> None:
    (brought / "paper.png").rename(brought / "papyrus.png")
    scene = load_scene(brought / "imported.fs")
    (notice,) = scene.notices
    assert "paper.png: no such picture (did you mean papyrus.png?)" in notice
    assert notice.endswith("noise stands in for it")
    (seen,) = pictures(ctx, scene, count=1)
    assert seen[..., :3].std() > 20
    assert abs(float(seen[..., :3].mean()) - float(stand_in()[..., :3].mean())) < 10


def test_a_cube_has_its_six_faces_where_they_belong(ctx: gpu.Context, brought: Path) -> None:
    (seen,) = pictures(ctx, load_scene(brought / "imported_cube.fs"), count=1)
    columns = ((np.arange(WIDTH) + 0.5) / WIDTH * 6).astype(int)
    assert (seen[:, :, 0] == 40 * columns).all()
    assert (seen[:, :, 2] == 255).all()


def test_a_vertex_shader_of_its_own_is_used_and_has_the_inputs(ctx: gpu.Context) -> None:
    (seen,) = pictures(ctx, load_scene(RULES / "vertex.fs"), count=1)
    across, up = (np.arange(WIDTH) + 0.5) / WIDTH * 255, (np.arange(HEIGHT) + 0.5) / HEIGHT * 255
    assert np.abs(seen[:, :, 0] - across).max() <= 1
    assert np.abs(seen[:, :, 1] - up[:, np.newaxis]).max() <= 1
    assert (seen[:, :, 2] == 51).all()


def test_what_files_in_the_wild_do_is_understood(ctx: gpu.Context) -> None:
    scene = load_scene(RULES / "wild.fs")
    default = {item.name: item.default for item in scene.shader.inputs}
    assert default == {"filter": 0.2, "invert": False, "mode__x": 2, "centre": (0.0, 0.0)}
    assert scene.shader.input("centre").maximum == (1.0, 1.0)  # type: ignore[union-attr]  # it is there
    assert scene.shader.description.endswith("reserved words\\.")
    (seen,) = pictures(ctx, scene, count=1)
    assert (seen == HOLDS).all()


def test_what_copying_brings_along_is_understood(ctx: gpu.Context) -> None:
    scene = load_scene(RULES / "copied.fs")
    assert [(item.name, item.default) for item in scene.shader.inputs] == [("gain", 0.2), ("inputImage", None)]
    (seen,) = pictures(ctx, scene, {"inputImage": trial_image(SIZE)}, count=1)
    assert (seen == HOLDS).all()


def test_a_source_of_shadertoys_is_a_generator_with_channels_and_a_pointer() -> None:
    shader = read_shader(RULES / "shadertoy.fs")
    assert shader.kind == "generator"
    assert shader.shadertoy
    found = {item.name: item.type for item in shader.inputs}
    assert found == {"iChannel0": "image", "iChannel1": "image", "iChannel2": "image", "iPointer": "point2D"}


def test_an_isf_file_may_have_shadertoys_entry(ctx: gpu.Context) -> None:
    given = trial_image(SIZE)
    scene = load_scene(RULES / "shadertoy_in_isf.fs")
    (seen,) = pictures(ctx, scene, {"iChannel0": given}, count=1)
    assert np.abs(seen[..., :3] - 0.5 * given[..., :3]).max() <= 1
    assert [item.name for item in scene.shader.inputs] == ["iChannel0", "gain"]


def test_an_error_in_a_source_of_shadertoys_is_named_by_its_line(ctx: gpu.Context, write: Write) -> None:
    path = write("toy.fs", "float a;\n\nvoid mainImage(out vec4 c, in vec2 p) {\n    c = vec4(mistake);\n}\n")
    with pytest.raises(BadScene, match=r"toy\.fs:4: .*mistake"):
        pictures(ctx, load_scene(path))


def test_every_rule_is_tried() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert [file.stem for file in RULES.glob("*.fs") if f'"{file.stem}"' not in text and file.name not in text] == []


SHOWS = "void main() { gl_FragColor = vec4(IMG_THIS_PIXEL(paper).rgb, 1.0); }"
PAPER = [{"NAME": "paper", "TYPE": "image"}]


def test_a_scene_gives_an_image_input_a_file(ctx: gpu.Context, write: Write, tmp_path: Path) -> None:
    write("a.fs", isf(SHOWS, INPUTS=PAPER))
    Image.fromarray(trial_image(SIZE)[::-1]).save(tmp_path / "grain.png")
    scene = load_scene(write("a.toml", 'shader = "a.fs"\n[image.paper]\nfile = "grain.png"\n'))
    assert tmp_path / "grain.png" in scene.files
    (seen,) = pictures(ctx, scene, count=1)
    assert np.abs(seen.astype(int) - trial_image(SIZE)).max() <= 1


def test_a_scene_gives_an_image_input_another_scene_that_moves(ctx: gpu.Context, write: Write) -> None:
    write("inner.fs", isf("void main() { gl_FragColor = vec4(vec3(float(FRAMEINDEX) / 5.0), 1.0); }"))
    write("inner.toml", 'shader = "inner.fs"\n')
    write("a.fs", isf(SHOWS, INPUTS=PAPER))
    scene = load_scene(write("a.toml", 'shader = "a.fs"\n[image.paper]\nscene = "inner.toml"\n'))
    assert {file.name for file in scene.files} == {"a.toml", "a.fs", "inner.toml", "inner.fs"}
    seen = pictures(ctx, scene)
    assert [int(picture[0, 0, 0]) for picture in seen] == [0, 51, 102, 153]


def test_a_scene_gives_an_image_input_a_picture_of_the_engines(write: Write) -> None:
    write("a.fs", isf(SHOWS, INPUTS=PAPER))
    scene = load_scene(write("a.toml", 'shader = "a.fs"\n[image.paper]\nengine = "waveTexture"\n'))
    assert scene.images == {"paper": "waveTexture"}


def test_a_shader_of_shadertoys_may_end_in_glsl_and_a_scene_may_give_its_channels(
    ctx: gpu.Context, write: Write, tmp_path: Path
) -> None:
    write("toy.glsl", "void mainImage(out vec4 c, in vec2 p) { c = texture(iChannel0, p / iResolution.xy); }")
    Image.fromarray(trial_image(SIZE)[::-1]).save(tmp_path / "grain.png")
    scene = load_scene(write("a.toml", 'shader = "toy.glsl"\n[image.iChannel0]\nfile = "grain.png"\n'))
    (seen,) = pictures(ctx, scene, count=1)
    assert np.abs(seen.astype(int) - trial_image(SIZE)).max() <= 1


def test_scenes_within_scenes_end_somewhere(write: Write) -> None:
    write("a.fs", isf(SHOWS, INPUTS=PAPER))
    for number in range(6):
        write(f"{number}.toml", f'shader = "a.fs"\n[image.paper]\nscene = "{number + 1}.toml"\n')
    write("6.toml", 'shader = "a.fs"\n')
    with pytest.raises(BadScene, match="at most 4"):
        load_scene(write("last.toml", 'shader = "a.fs"\n[image.paper]\nscene = "0.toml"\n'))
    assert load_scene(write("ends.toml", 'shader = "a.fs"\n[image.paper]\nscene = "4.toml"\n')).images


REFUSED = {
    '[image.papr]\nfile = "a.png"': "image.papr is no image input of a.fs (did you mean paper?)",
    '[image.paper]\nfile = "grian.png"': "no such picture (did you mean grain.png?)",
    '[image.paper]\nfile = "text.png"': "cannot be read: it is no picture, or a broken one",
    "[image.paper]\nfile = 3": 'must say where from: file = "paper.png"',
    '[image]\npaper = "grain.png"': "must say where from",
    '[image.paper]\nscene = "a.toml"': "shows itself",
    '[image.paper]\nscene = "inkk"': "scene='inkk' is none (did you mean",
    '[image.paper]\nengine = "mapDensty"': "is no picture of the engine's (did you mean mapDensity",
    '[image.paper]\nengine = "spectrogram"': "runs over time, and comes with spectrogram_head",
    "[set]\npaper = 1": "which the engine feeds by itself (say [image.paper])",
}


@pytest.mark.parametrize(("toml", "words"), REFUSED.items(), ids=REFUSED)
def test_a_wrong_image_is_refused_in_one_line_when_loaded(write: Write, tmp_path: Path, toml: str, words: str) -> None:
    write("a.fs", isf(SHOWS, INPUTS=PAPER))
    write("text.png", "no picture")
    Image.new("RGB", (2, 2)).save(tmp_path / "grain.png")
    with pytest.raises(BadScene) as caught:
        load_scene(write("a.toml", f'shader = "a.fs"\n{toml}\n'))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_broken_picture_is_refused_before_the_scene_goes_on_stage(
    ctx: gpu.Context, write: Write, tmp_path: Path
) -> None:
    write("a.fs", isf(SHOWS, INPUTS=PAPER))
    file = tmp_path / "grain.png"
    Image.fromarray(trial_image(SIZE)).save(file)
    file.write_bytes(file.read_bytes()[:600])
    scene = load_scene(write("a.toml", 'shader = "a.fs"\n[image.paper]\nfile = "grain.png"\n'))
    with pytest.raises(BadScene, match=r"grain\.png: cannot be read"):
        pictures(ctx, scene)
