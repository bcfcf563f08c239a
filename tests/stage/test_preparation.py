"""A change on its way: read in a thread, made ready in small pieces between pictures, on when its moment comes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import BadScene
from engine.frame import SIGNALS, Row, blank_row
from engine.stage import gpu
from engine.stage import preparation as preparation_module
from engine.stage.arrival import Arrival
from engine.stage.drawing import Moment
from engine.stage.preparation import Preparation
from engine.stage.render import Renderer
from engine.stage.scene import load_scene
from engine.timing.cues import Change

from .conftest import SIZE, Write, isf

pytestmark = pytest.mark.gl
PLAIN = "void main() { gl_FragColor = vec4(0.2, 0.4, 0.6, 1.0); }"
PASSES = "void main() { gl_FragColor = PASSINDEX == 3 ? vec4(0.4) : vec4(float(PASSINDEX)); }"


@pytest.fixture
def on_stage(ctx: gpu.Context, write: Write) -> Iterator[Renderer]:
    made = Renderer(ctx, SIZE, limit_flashes=False)
    made.stage(load_scene(write("before.fs", isf())))
    yield made
    made.release()
    assert ctx.error == "GL_NO_ERROR"


def row(beats: float = 0.0) -> Row:
    found = blank_row()
    found[SIGNALS["rhythm.beats"].start] = beats
    found[SIGNALS["rhythm.confidence"].start] = 1.0
    found[SIGNALS["rhythm.tempo"].start] = 120.0
    return found


def stepped(coming: Preparation, renderer: Renderer, beats: float = 0.0) -> tuple[Arrival, int]:
    """What arrives, and after how many pictures; a picture of the scene before is drawn in between, as on stage."""
    until = time.monotonic() + 10.0
    for pictures in range(10_000):
        arrival = coming.step(renderer, row(beats))
        if arrival is not None:
            return arrival, pictures
        renderer.draw(Moment())
        assert renderer.scene is not None
        assert renderer.scene.name == "before"
        assert time.monotonic() < until
    raise AssertionError("it never came")


def test_it_comes_on_in_pieces_while_the_scene_before_is_drawn(
    on_stage: Renderer, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation_module, "_BUDGET", 0.0)
    passes = [{"TARGET": name} for name in ("a", "b", "c")]
    path = write("next.fs", isf(PASSES, PASSES=[*passes, {}]))
    coming = Preparation(Change(str(path)), ())
    coming._reader.join()
    arrival, pictures = stepped(coming, on_stage)
    assert coming.trying
    assert pictures >= 4  # at least one for each program
    on_stage.bring(arrival)
    on_stage.draw(Moment())
    assert on_stage.read()[0, 0].tolist() == [102] * 4
    assert on_stage.trouble == ""


def test_the_driver_has_nothing_to_do_with_it_until_it_is_read(on_stage: Renderer, write: Write) -> None:
    coming = Preparation(Change(str(write("missing.toml", "shader = 'none.fs'"))), ())
    coming._reader.join()
    with pytest.raises(BadScene, match=r"shader='none\.fs' is not there"):
        coming.step(on_stage, row())
    assert not coming.trying


def test_a_scene_that_does_not_compile_is_refused_and_the_one_before_goes_on(on_stage: Renderer, write: Write) -> None:
    coming = Preparation(Change(str(write("bad.fs", isf("void main() { nonsense; }")))), ())
    coming._reader.join()
    with pytest.raises(BadScene, match=r"bad\.fs:"):
        stepped(coming, on_stage)
    coming.close()
    on_stage.draw(Moment())
    assert on_stage.scene is not None
    assert on_stage.scene.name == "before"


def test_a_bug_in_the_reading_is_a_refusal_not_a_change_that_never_comes(
    on_stage: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("whoops")

    monkeypatch.setattr(preparation_module, "load_scene", fail)
    coming = Preparation(Change("ink"), ())
    coming._reader.join()
    with pytest.raises(BadScene, match="scene=ink cannot be read: ZeroDivisionError: whoops"):
        coming.step(on_stage, row())


def test_what_is_ready_waits_for_its_beat(on_stage: Renderer, write: Write) -> None:
    coming = Preparation(Change(str(write("next.fs", isf(PLAIN))), when="beat"), ())
    coming._reader.join()
    for _ in range(50):
        assert coming.step(on_stage, row(beats=3.0)) is None
    assert coming._arrival is not None  # ready all the while
    arrival = coming.step(on_stage, row(beats=4.0))
    assert arrival is not None
    arrival.release()


@pytest.mark.parametrize("steps", [0, 1, 2, 50])
def test_it_can_be_given_up_at_any_time(on_stage: Renderer, write: Write, steps: int, ctx: gpu.Context) -> None:
    path: Path = write("next.fs", isf(PLAIN))
    coming = Preparation(Change(str(path), transition="fade", seconds=1.0, when="bar"), ())
    coming._reader.join()
    for _ in range(steps):
        coming.step(on_stage, row())
    coming.close()
    on_stage.draw(Moment())
    assert on_stage.trouble == ""
    assert ctx.error == "GL_NO_ERROR"
