"""Every control of every scene at both of its ends, while music plays: the picture is neither broken nor burnt out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from engine.errors import MissingDriver
from engine.frame import HOP, RATE, SIGNALS, blank_row
from engine.stage import gpu
from engine.stage.drawing import Moment
from engine.stage.isf_inputs import Value
from engine.stage.palette import ROLES
from engine.stage.render import Renderer
from engine.stage.scene import load_scene, scene_names

pytestmark = pytest.mark.gl
SIZE = (64, 36)
FPS = 30.0
EACH = 9  # pictures at each end; an onset falls among them
SCENES = [name for name in scene_names() if name != "fallback"]
PRESETS = [f"{name}:{preset}" for name in SCENES for preset in load_scene(name).presets]
PLAYED = {
    "sound.level": -16.0,
    "sound.peak": -6.0,
    "sound.loudness": -14.0,
    "sound.low": -20.0,
    "band.level": -15.0,
    "pitch.hz": 330.0,
    "pitch.cents": 6400.0,
    "pitch.confidence": 1.0,
    "rhythm.strength": 0.8,
    "form.intensity": 0.7,
    "form.breath": 0.0,
    "texture.fractal": 1.2,
    "place.confidence": 1.0,
    "place.novelty": 0.5,
}


def music() -> Iterator[Moment]:
    """A loud tone that is struck anew five times a second, for ever."""
    wave = (0.4 * np.sin(2 * np.pi * 330 * np.arange(4096) / RATE)).astype(np.float32)[:, np.newaxis]
    count = 0
    while True:
        row = blank_row()
        row[0], row[1] = round(count * RATE / HOP / FPS), count / FPS
        for name, value in PLAYED.items():
            row[SIGNALS[name].start] = value
        row[SIGNALS["place.x"].start] = 0.6 * np.sin(count / 9)
        row[SIGNALS["rhythm.onsets"].start] = count // 6
        row[SIGNALS["rhythm.hits"].start] = 0.8 * np.exp(-(count % 6) / 3)
        yield Moment(row=row, samples=wave, time=count / FPS, dt=1 / FPS)
        count += 1


def ends(name: str) -> list[dict[str, Value]]:
    """Each input alone at its least and at its most, and all of them together."""
    found: list[dict[str, Value]] = []
    least: dict[str, Value] = {}
    most: dict[str, Value] = {}
    for item in load_scene(name).shader.inputs:
        if item.name in ROLES or item.name == "onsets" or item.minimum is None or item.maximum is None:
            continue
        least[item.name], most[item.name] = item.minimum, item.maximum
        found += [{item.name: item.minimum}, {item.name: item.maximum}]
    return [*found, least, most]


@pytest.fixture
def renderer() -> Iterator[Renderer]:
    try:
        ctx = gpu.headless()
    except MissingDriver as reason:
        pytest.skip(str(reason))
    made = Renderer(ctx, SIZE, limit_flashes=False)
    yield made
    gpu.release(made, ctx)


def check(renderer: Renderer, what: str) -> None:
    """What is kept is made of numbers, and what is seen is neither white nor torn."""
    assert not renderer.trouble, what
    assert renderer._drawing is not None
    for target, kept in renderer._drawing._targets.items():
        if kept.picture.dtype == "f4":
            assert np.isfinite(np.frombuffer(kept.picture.read(), np.float32)).all(), f"{what}: {target}"
    light = renderer.read()[:, :, :3].astype(float) @ (0.2126, 0.7152, 0.0722) / 255
    assert np.mean(light > 0.98) < 0.10, f"{what}: burnt out"


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENES)
def test_every_control_works_to_its_ends(renderer: Renderer, name: str) -> None:
    playing = music()
    renderer.stage(load_scene(name))
    for values in ends(name):
        assert renderer.binder is not None
        renderer.binder.overrides.hold(values)
        for _ in range(EACH):
            renderer.draw(next(playing))
        check(renderer, f"{name} {values}")
        renderer.binder.overrides.release(list(values))
    for _ in range(30):  # whatever was asked of it, it finds back
        renderer.draw(next(playing))
    check(renderer, name)
    assert renderer.read()[:, :, :3].max() > 20


@pytest.mark.slow
@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_plays(renderer: Renderer, name: str) -> None:
    playing = music()
    renderer.stage(load_scene(name))
    renderer.draw(next(playing))
    before = renderer.read().astype(float)
    for _ in range(39):
        renderer.draw(next(playing))
    check(renderer, name)
    assert np.abs(renderer.read() - before).max() > 16, f"{name}: nothing has happened in a second of music"
