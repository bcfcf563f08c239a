"""What the audience sees: calm before the first sound, no light in a blackout, and every key obeyed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from engine.audio.hearing_settings import HearingSettings
from engine.conductor import Conductor
from engine.frame import HOP, SIGNALS, blank_row
from engine.settings import Settings
from engine.stage.stage_settings import StageSettings

from .conftest import Write, isf
from .living import Stage
from .screen import OPERATOR, SCREEN, STAGE, Screen

pytestmark = pytest.mark.screen
SHOW = StageSettings(size=(320, 180), panel=False, nice=0)
Start = Callable[..., Stage]
COUNTS = "void main() { gl_FragColor = vec4(vec3(float(FRAMEINDEX % 200 + 50) / 255.0), 1.0); }"


def test_before_the_first_sound_the_picture_is_that_of_silence(screen: Screen, stage: Start, write: Write) -> None:
    level = [{"NAME": "level", "TYPE": "float", "MIN": 0.0, "MAX": 1.0}]
    write("level.fs", isf("void main() { gl_FragColor = vec4(vec3(level), 1.0); }", INPUTS=level))
    scene = write("level.toml", 'shader = "level.fs"\n[bind.level]\nsignal = "sound.level"\nfrom = [-60, 0]\n')
    show = stage(scene, SHOW)
    show.runs()
    assert screen.picture().shape == (180, 320, 3)
    assert screen.picture().max() == 0
    row = blank_row()
    row[0], row[SIGNALS["sound.level"].part] = 0, 0.0
    show.ring.push(row, np.ones((HOP, 2), np.float32), time.monotonic())
    show.until(lambda: screen.picture().min() == 255)


def test_brightness_dims_and_blackout_is_black(screen: Screen, stage: Start, write: Write) -> None:
    show = stage(write("white.fs", isf()), SHOW)
    show.back.set(brightness=0.5)
    show.until(lambda: set(np.unique(screen.picture())) <= {127, 128})
    show.back.set(blackout=True)
    show.until(lambda: screen.picture().max() == 0)
    show.back.set(blackout=False, brightness=1.0)
    show.until(lambda: screen.picture().min() == 255)


def test_a_painter_that_comes_back_in_a_blackout_lets_no_light_out(screen: Screen, stage: Start, write: Write) -> None:
    show = stage(write("white.fs", isf()), SHOW)
    show.back.set(blackout=True)
    show.until(lambda: screen.picture().max() == 0)
    os.kill(show.back.pid, signal.SIGKILL)
    show.until(lambda: screen.picture().max(initial=0) > 0 or show.heard("the picture is back"))
    for _ in range(10):
        show.runs(1)
        assert screen.picture().max() == 0
    assert screen.picture().size > 0


def test_freeze_holds_the_picture_and_a_painter_that_comes_back_has_one(
    screen: Screen, stage: Start, write: Write
) -> None:
    show = stage(write("counts.fs", isf(COUNTS)), SHOW)
    show.back.set(freeze=True)
    show.runs(30)
    held = screen.picture()
    assert held.min() >= 50
    show.runs(10)
    assert (screen.picture() == held).all()
    os.kill(show.back.pid, signal.SIGKILL)
    show.until(lambda: show.heard("the picture is back"))
    assert screen.picture().min() >= 50
    show.back.set(freeze=False)
    before = screen.picture()
    show.until(lambda: (screen.picture() != before).all())


def test_an_edited_shader_is_on_the_wall_and_a_broken_one_is_not(screen: Screen, stage: Start, write: Write) -> None:
    path = write("mine.fs", isf())
    show = stage(path, SHOW)
    show.until(lambda: screen.picture().min() == 255)
    write("mine.fs", isf("void main() { gl_FragColor = vec4(0.2, 0.4, 0.6, 1.0); }"))
    show.until(lambda: (screen.picture() == (51, 102, 153)).all())
    write("mine.fs", isf("void main() { gl_FragColor = vec4(wrong); }"))
    show.until(lambda: show.heard("mine.fs:"))
    show.runs()
    assert (screen.picture() == (51, 102, 153)).all()
    write("mine.fs", isf())
    show.until(lambda: screen.picture().min() == 255)
    assert show.back.restarts == 0


@contextmanager
def conducted(scenes: tuple[str, ...]) -> Iterator[Conductor]:
    """A preview with a window, running in a thread of its own until the body is through."""
    hearing = HearingSettings(source="tone:220", silent=True, repeat=True)
    show = Settings(hearing=hearing, stage=SHOW, scene=scenes[0], scenes=scenes)
    ready, over = threading.Event(), threading.Event()
    running: list[Conductor] = []

    def run() -> None:  # the kernel ties the children to the thread that makes them
        with Conductor(show, lambda _: None) as conductor:
            running.append(conductor)
            ready.set()
            conductor.run()
        over.set()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert ready.wait(60), "the show did not begin"
        yield running[0]
    finally:
        if running:
            running[0].stop()
        thread.join(20)
    assert over.is_set()


@pytest.mark.slow
def test_every_key_does_what_the_help_says(screen: Screen, write: Write, until: Callable) -> None:
    scenes = (str(write("white.fs", isf())), "fallback", "strings")
    with conducted(scenes) as show:
        hearing, backdrop = show.hearing, show.backdrop
        assert backdrop is not None
        until(lambda: screen.picture().min(initial=255) == 255 and screen.picture().size > 0)
        screen.press("b")
        until(lambda: screen.picture().max() == 0)
        screen.press("b")
        until(lambda: screen.picture().min() == 255)
        screen.press("f")
        until(lambda: backdrop["freeze"])
        screen.press("f")
        until(lambda: not backdrop["freeze"])
        screen.press("n")
        until(lambda: backdrop.scene == "fallback" and screen.picture().min() < 200)
        screen.press("p")
        until(lambda: backdrop.scene == scenes[0] and screen.picture().min() == 255)
        screen.press("p")
        until(lambda: backdrop.scene == "strings")
        screen.press("o")
        until(lambda: screen.window(OPERATOR))
        screen.press("F11")
        until(lambda: screen.area(STAGE) == (0, 0, *SCREEN) and not screen.window(OPERATOR))
        screen.press("F11")
        until(lambda: screen.area(STAGE)[2:] == (320, 180))
        before = hearing.position
        screen.press("Right")
        until(lambda: hearing.position > before + 4.5, 3.0)
        here = hearing.position
        screen.press("Left")
        until(lambda: hearing.position < here - 3.0, 3.0)
        screen.press("bracketleft")
        begin = hearing.position
        until(lambda: hearing.position > begin + 0.6)
        screen.press("bracketright")
        until(lambda: begin - 0.2 < hearing.position < begin + 0.4, 3.0)
        screen.press("backslash")
        until(lambda: hearing.position > begin + 1.5)
        screen.press("space")
        until(lambda: hearing.paused)
        still = hearing.position
        screen.press("space")
        until(lambda: hearing.position > still + 0.1)
        hops = show.hops
        until(lambda: show.hops > hops)
        screen.press("ctrl+q")
        until(lambda: show.backdrop is None or not screen.window(STAGE))
        assert backdrop.restarts == 0


@pytest.mark.slow
def test_closing_the_window_ends_a_preview_in_order(screen: Screen, until: Callable) -> None:
    command = [sys.executable, "-m", "engine", "preview", "tone:440", "--silent", "--scene", "fallback"]
    with subprocess.Popen([*command, "--size", "320x180"], stderr=subprocess.PIPE, text=True) as show:
        try:
            until(lambda: screen.window(STAGE) and screen.window(OPERATOR), 30.0)
            screen.close(STAGE)
            _, told = show.communicate(timeout=120)
        finally:
            show.kill()
    assert (show.returncode, told[-300:] if show.returncode else "") == (0, "")
    assert "samples lost" in told
    assert "warning" not in told.lower()
