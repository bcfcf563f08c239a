"""Several projectors: one is unplugged and put back while the show runs, and the others never notice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from engine.stage.output import Output
from engine.stage.stage_settings import StageSettings

from .conftest import Write, isf
from .living import Stage
from .monitors import HEIGHT, WIDTH, Monitors, dummy_monitors

pytestmark = pytest.mark.screen
RED, GREEN, BLUE, BLACK = (255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 0, 0)
# A third of the picture each.
FLAG = """void main() {
    float x = isf_FragNormCoord.x * 3.0;
    gl_FragColor = vec4(x < 1.0 ? vec3(1, 0, 0) : x < 2.0 ? vec3(0, 1, 0) : vec3(0, 0, 1), 1.0);
}"""
WALL = StageSettings(
    size=(320, 180),
    fps=30.0,
    panel=False,
    full_screen=True,
    nice=0,
    flash_limiter=False,
    outputs=tuple(Output(f"DUMMY{number}", part=(number / 3, 0.0, 1 / 3, 1.0)) for number in range(3)),
)


# A window that stays deaf to the display's events asks for a place while a monitor is turned off by somebody else.
DEAF = f"""
import subprocess
from engine.stage.window import Window
window = Window("deaf", (320, 180), monitor="DUMMY0", full_screen=True)
def turn(number, *how):
    subprocess.run(["xrandr", "--output", f"DUMMY{{number}}", *how], check=True)
for number in (1, 2):
    turn(number, "--off")
print(window.place_beside((200, 100)))
turn(2, "--mode", "{WIDTH}x{HEIGHT}", "--pos", "{2 * WIDTH}x0")
print(window.place_beside((200, 100))[0] // {WIDTH})
"""
HELD = """
import subprocess, sys
import glfw
from engine.stage import window
from engine.stage.x11 import as_they_are
shown = window.Window("held", (320, 180))
with as_they_are(glfw.get_x11_display()):
    change = subprocess.Popen(["xrandr", "--output", "DUMMY2", "--off"])
    try:
        change.wait(0.5)
        print("not held")
    except subprocess.TimeoutExpired:
        print("held")
print("done", change.wait(10))
"""


@pytest.fixture
def monitors(monkeypatch: pytest.MonkeyPatch) -> Iterator[Monitors]:
    with dummy_monitors() as three:
        monkeypatch.setenv("DISPLAY", three.display)
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        monkeypatch.setenv("XDG_SESSION_TYPE", "x11")
        yield three


def test_a_projector_that_is_unplugged_comes_back_and_the_others_go_on(
    monitors: Monitors, stage: Callable[..., Stage], write: Write
) -> None:
    show = stage(write("flag.fs", isf(FLAG)), WALL)
    show.until(lambda: monitors.colors() == [RED, GREEN, BLUE])
    for number, left in ((2, [RED, GREEN, BLACK]), (1, [RED, BLACK, BLUE])):
        pictures = show.back.report.pictures
        monitors.unplug(number)
        show.until(lambda left=left: monitors.colors() == left)
        show.runs(10)
        assert monitors.colors() == left
        assert show.heard(f"monitor DUMMY{number} is gone: its picture waits until it is back, the others go on")
        assert show.back.report.pictures > pictures + 10
        monitors.plug(number)
        show.until(lambda: monitors.colors() == [RED, GREEN, BLUE])
        show.until(lambda number=number: show.heard(f"monitor DUMMY{number} is back"))
    assert show.back.restarts == 0
    assert not show.back.closed


def test_the_first_projector_may_go_too_and_the_others_follow_where_theirs_are_moved(
    monitors: Monitors, stage: Callable[..., Stage], write: Write
) -> None:
    show = stage(write("flag.fs", isf(FLAG)), WALL)
    show.until(lambda: monitors.colors() == [RED, GREEN, BLUE])
    monitors.unplug(0)  # the desktop then begins with the second
    show.until(lambda: monitors.colors() == [GREEN, BLUE, BLACK])
    show.runs(10)
    assert show.heard("monitor DUMMY0 is gone")
    monitors.plug(0, place=2)
    show.until(lambda: monitors.colors() == [GREEN, BLUE, RED])
    for number in range(3):
        monitors.unplug(number)
    show.runs(10)
    for number in range(3):
        monitors.plug(number)
    show.until(lambda: monitors.colors() == [RED, GREEN, BLUE])
    assert not show.back.closed


def test_a_stage_that_dies_while_a_projector_is_gone_is_back_on_the_others(
    monitors: Monitors, stage: Callable[..., Stage], write: Write
) -> None:
    show = stage(write("flag.fs", isf(FLAG)), WALL)
    show.until(lambda: monitors.colors() == [RED, GREEN, BLUE])
    monitors.unplug(2)
    show.until(lambda: monitors.colors() == [RED, GREEN, BLACK])
    os.kill(show.back.pid, signal.SIGKILL)
    show.until(lambda: show.back.restarts == 1)
    show.until(lambda: monitors.colors() == [RED, GREEN, BLACK], 20.0)
    show.runs(10)
    assert monitors.colors() == [RED, GREEN, BLACK]
    monitors.plug(2)
    show.until(lambda: monitors.colors() == [RED, GREEN, BLUE])


def test_a_picture_on_one_monitor_alone_waits_for_it_in_a_window(
    monitors: Monitors, stage: Callable[..., Stage], write: Write
) -> None:
    show = stage(
        write("white.fs", isf()),
        StageSettings(size=(320, 180), fps=30.0, panel=False, monitor="DUMMY2", full_screen=True, nice=0),
    )
    show.until(lambda: monitors.colors()[2] == (255, 255, 255))
    monitors.unplug(2)
    show.until(lambda: show.heard("monitor DUMMY2 is gone: the picture is in a window until it is back"))
    show.until(lambda: max(monitors.colors()[0]) > 100)
    monitors.plug(2)
    show.until(lambda: monitors.colors()[2] == (255, 255, 255))
    assert max(monitors.colors()[0]) == 0


def test_a_monitor_that_went_a_moment_ago_is_passed_over_before_the_display_has_told(monitors: Monitors) -> None:
    assert said_by(DEAF) == "None\n2\n"


def test_nobody_changes_a_monitor_while_it_is_looked_at(monitors: Monitors) -> None:
    assert said_by(HELD) == "held\ndone 0\n"


def said_by(program: str) -> str:
    """By a program that lives through it: what glfw reads wrongly ends a process."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout
