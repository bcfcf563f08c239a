"""A graphics card that was reset: what is drawn is seen no more, so another stage takes over in the same scene."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.stage import gpu

from .living import Stage

pytestmark = pytest.mark.gl
# No driver here can be reset, so the stage's own process is told that it was, as soon as a file says so.
CARD = """
import os, sys, threading, time
def watch():
    while "engine.stage.gpu" not in sys.modules or not os.path.exists({flag!r}):
        time.sleep(0.02)
    try:
        os.unlink({flag!r})  # it happens to one process only
    except OSError:
        return
    sys.modules["engine.stage.gpu"].lost = lambda: "the graphics card was reset"
if "engine.stage.painter" in " ".join(sys.orig_argv):
    threading.Thread(target=watch, daemon=True).start()
"""


def test_a_driver_that_is_well_says_nothing(ctx: gpu.Context) -> None:
    assert gpu.lost() == ""


@pytest.mark.parametrize(("status", "words"), [(0, ""), (0x8253, "has hung"), (0x8254, "another"), (0x8255, "reset")])
def test_why_a_context_is_lost_is_said_in_words(monkeypatch: pytest.MonkeyPatch, status: int, words: str) -> None:
    def function(name: str, returns: object) -> Callable[[], int]:
        assert (name, returns) == ("glGetGraphicsResetStatus", ctypes.c_uint)
        return lambda: status

    monkeypatch.setattr(gpu, "_function", function)
    assert words in gpu.lost()
    assert bool(gpu.lost()) is bool(status)


def test_without_the_function_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "_function", lambda *_: None)
    assert gpu.lost() == ""


def test_after_a_lost_context_the_same_scene_is_back(
    stage: Callable[..., Stage], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flag = tmp_path / "reset"
    (tmp_path / "sitecustomize.py").write_text(CARD.format(flag=str(flag)))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    show = stage("strings")
    show.back.set(brightness=0.4)
    show.runs()
    pictures, pid = show.back.report.pictures, show.back.pid
    flag.touch()
    show.until(lambda: show.back.pid != pid and show.back.report.pictures > pictures + 3)
    assert show.heard("the stage is lost (the driver has lost its context (the graphics card was reset)): starting it")
    assert (show.back.scene, show.back["brightness"]) == ("strings", 0.4)
    show.until(lambda: show.heard("the picture is back in strings"))
