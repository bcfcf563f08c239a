"""The history on the graphics card: what is read is what the history holds, and what is not read costs nothing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from engine.frame import HOP
from engine.stage import gpu
from engine.stage.drawing import Moment
from engine.stage.history import COLUMN_HOPS, COLUMNS, NAMES, TRAILS, History
from engine.stage.history_textures import HistoryTextures
from engine.stage.render import Renderer
from engine.stage.scene import load_scene

from .conftest import SIZE, Write, isf
from .test_history import heard, sine

pytestmark = pytest.mark.gl


@pytest.fixture
def textures(ctx: gpu.Context) -> Iterator[HistoryTextures]:
    made = HistoryTextures(ctx, History(np.arange(128 * 128, dtype=np.uint8).reshape(128, 128)))
    yield made
    made.release()
    assert ctx.error == "GL_NO_ERROR"


def step(textures: HistoryTextures, begin: int, hops: int) -> None:
    rows = heard(hops, begin)
    rows[:, 2:] = np.random.default_rng(begin).uniform(-60, 60, rows[:, 2:].shape)
    textures.history.step(rows, sine(300.0 + begin % 900, hops + 8))


def read(texture: gpu.Texture | None) -> np.ndarray:
    assert texture is not None
    return np.frombuffer(texture.read(), np.float32).reshape(texture.height, texture.width, texture.components)


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_is_what_the_history_holds_after_every_step(textures: HistoryTextures, name: str) -> None:
    for begin, hops in ((0, 3), (3, 2), (5, 40), (4090, 12), (4102, 1), (20_000, 700)):
        step(textures, begin, hops)
        history = textures.history
        held = history.trail(name) if name in TRAILS else history.still(name)
        assert np.array_equal(read(textures.picture(name)), held)
    history.reset()
    step(textures, 0, 1)
    held = history.trail(name) if name in TRAILS else history.still(name)
    assert np.array_equal(read(textures.picture(name)), held)


def test_it_is_one_texture_as_long_as_it_is_read_and_none_for_a_name_that_is_none(textures: HistoryTextures) -> None:
    step(textures, 0, 8)
    first = textures.picture("levelTrail")
    step(textures, 8, 8)
    assert textures.picture("levelTrail") is first
    assert textures.picture("levelTrial") is None
    assert first is not None
    assert first.repeat_x
    assert first.size == (COLUMNS, 1)


def test_many_passes_of_one_picture_read_it_at_the_price_of_one(
    textures: HistoryTextures, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(textures.history, "news", lambda name: asked.append(name) or [])
    step(textures, 0, 8)
    for _ in range(5):
        textures.picture("pitchTrail")
    assert asked == ["pitchTrail"]
    step(textures, 8, 3)
    for _ in range(5):
        textures.picture("pitchTrail")
    assert asked == ["pitchTrail"] * 2


def test_preparing_goes_in_pieces_and_leaves_nothing_to_do(textures: HistoryTextures) -> None:
    for begin in range(0, 4096, 512):
        step(textures, begin, 512)
    pauses = sum(1 for _ in textures.prepare({"spectrogram", "waveTexture"}))
    assert pauses >= COLUMNS // 32 - 1
    assert not textures.history.catch_up("spectrogram", 1)


def test_a_scene_that_comes_on_late_sees_all_that_was_heard_before(ctx: gpu.Context, write: Write) -> None:
    code = "void main() { gl_FragColor = IMG_THIS_PIXEL(levelTrail); }"
    reads = write("reads.fs", isf(code, INPUTS=[{"NAME": "levelTrail", "TYPE": "image"}]))
    plain = write("plain.fs", isf("void main() { gl_FragColor = vec4(0.0); }"))
    renderer = Renderer(ctx, SIZE, limit_flashes=False)
    renderer.stage(load_scene(plain))
    sound = np.zeros((2048, 1), np.float32)
    for begin in range(0, 2048, 8):
        rows = heard(8, begin, sound__level=0.0 if begin < 1024 else -60.0)
        renderer.draw(Moment(rows[-1], sound, begin * HOP / 48000, 0.04, rows=rows))
    assert not renderer._history._made  # nobody has read anything yet
    renderer.stage(load_scene(reads))
    rows = heard(1, 2048, sound__level=-60.0)
    renderer.draw(Moment(rows[-1], sound, 11.0, 0.04, rows=rows))
    seen = renderer.read()[0, :, 0]
    heard_until = SIZE[0] * 1024 // (COLUMN_HOPS * COLUMNS)
    assert (seen[1 : heard_until - 1] == 255).all()
    assert (seen[heard_until + 1 : -1] == 0).all()
    assert list(renderer._history._made) == ["levelTrail"]
    renderer.release()
    assert ctx.error == "GL_NO_ERROR"
