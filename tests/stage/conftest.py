"""What the tests of the stage share: files on the spot, a graphics driver without a window, and pictures."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.errors import MissingDriver
from engine.stage import gpu
from engine.stage.drawing import Moment
from engine.stage.render import Renderer
from engine.stage.scene import load_scene
from engine.stage.stage_settings import StageSettings

from .living import SMALL, Stage
from .screen import Screen, xvfb

SIZE = (160, 90)

Write = Callable[[str, str], Path]
Paint = Callable[..., NDArray[np.uint8]]


def isf(code: str = "void main() { gl_FragColor = vec4(1.0); }", **header: Any) -> str:
    """The text of an ISF file."""
    return f"/*{json.dumps(header, indent=1)}*/\n{code}\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file into the test's own folder."""

    def written(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return written


@pytest.fixture(scope="session")
def ctx() -> gpu.Context:
    """A context without a window; tests that need one are skipped where no driver is installed."""
    try:
        return gpu.headless()
    except MissingDriver as reason:
        pytest.skip(str(reason))


@pytest.fixture
def renderer(ctx: gpu.Context) -> Iterator[Renderer]:
    made = Renderer(ctx, SIZE)
    yield made
    made.release()
    assert ctx.error == "GL_NO_ERROR"


@pytest.fixture
def paint(renderer: Renderer, write: Write) -> Paint:
    """Draws a shader, one picture a moment, and returns the last: (90, 160, 4), bottom row first, as GL counts."""

    def painted(code: str, moments: Sequence[Moment] = (Moment(),), **header: Any) -> NDArray[np.uint8]:
        renderer.stage(load_scene(write("painted.fs", isf(code, **header))))
        for moment in moments:
            renderer.draw(moment)
        assert renderer.trouble == ""
        return renderer.read()[::-1].copy()

    return painted


@pytest.fixture(scope="session")
def _display() -> Iterator[Screen]:
    with xvfb() as screen:
        yield screen


@pytest.fixture
def screen(_display: Screen, monkeypatch: pytest.MonkeyPatch) -> Screen:
    """A display that children which are started now will find."""
    monkeypatch.setenv("DISPLAY", _display.display)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("XDG_SESSION_TYPE", "x11")
    return _display


@pytest.fixture
def stage() -> Iterator[Callable[..., Stage]]:
    """Starts a painter and waits for its first picture; headless where the settings do not say otherwise."""
    made: list[Stage] = []

    def start(
        scene: str | Path = "fallback", settings: StageSettings = SMALL, musicians: tuple[str, ...] = ()
    ) -> Stage:
        made.append(Stage(settings, str(scene), musicians))
        made[-1].back.await_ready()
        return made[-1]

    yield start
    for one in made:
        one.close()
