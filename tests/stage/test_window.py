"""Displays and monitors: what is there, and what is said where there is none. Windows live in the painter's process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from engine.errors import MissingDriver, NoSuchDevice
from engine.stage.display import has_display, monitor_names
from engine.stage.keys import KEYS
from engine.stage.stage_settings import StageSettings
from engine.stage.window import SideWindow, Window

from .conftest import Write, isf
from .living import Stage
from .screen import STAGE, Screen

WINDOWED = StageSettings(size=(320, 180), panel=False, nice=0)


@pytest.fixture
def _no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a display")
@pytest.mark.usefixtures("_no_display")
def test_without_a_display_the_one_line_says_what_to_do() -> None:
    assert not has_display()
    for ask in (monitor_names, lambda: Window("a window", (320, 180))):
        with pytest.raises(MissingDriver, match=r"^no display can be opened \(.+\): run with --headless.*xvfb") as told:
            ask()
        assert "\n" not in str(told.value)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a display")
@pytest.mark.usefixtures("_no_display")
def test_a_stage_without_a_display_is_a_missing_driver(stage: Callable[..., Stage]) -> None:
    with pytest.raises(MissingDriver, match="run with --headless") as told:
        stage(settings=WINDOWED)
    assert told.value.exit_code == 3


@pytest.mark.screen
def test_a_display_is_found_and_let_go_of(screen: Screen, capfd: pytest.CaptureFixture[str]) -> None:
    assert has_display()
    assert monitor_names() == ["screen"]
    assert capfd.readouterr() == ("", "")


@pytest.mark.screen
def test_an_unknown_monitor_is_refused_with_the_nearest(screen: Screen) -> None:
    command = [sys.executable, "-m", "engine", "preview", "tone:440", "--silent", "--monitor", "scren"]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert told.returncode == NoSuchDevice.exit_code == 1
    assert told.stderr == "monochord: monitor=scren is not there (did you mean screen?)\n"


@pytest.mark.screen
def test_a_window_tells_its_size_its_place_and_its_rate(screen: Screen) -> None:
    """In a process of its own: a context that is current here would be in the way of other tests."""
    script = """
from engine.stage.window import SideWindow, Window
from engine.stage.monitor import overlap
window = Window("Monochord", (320, 180), fps=50.0)
assert (window.pixels, window.area[2:], window.rate, window.closed) == ((320, 180), (320, 180), 50.0, False)
side = SideWindow("beside", (200, 100))
place = window.place_beside((200, 100))
side.put(place)
list(side.asked())
assert side.area == (*place, 200, 100) and not overlap(side.area, window.area), side.area
window.set_full_screen(True)
assert window.place_beside((200, 100)) is None
window.set_full_screen(False)
assert not window.full_screen
side.hide(); side.close(); window.close()
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=30)
    assert (told.returncode, told.stderr) == (0, "")
    assert issubclass(SideWindow, Window)


@pytest.mark.screen
def test_a_full_screen_show_that_goes_on_waits_for_its_monitor_in_a_window(screen: Screen, until: Callable) -> None:
    """A monitor that is gone when the painter is started again: there are pictures, and no refusal."""
    script = """
from engine.stage.window import Window
window = Window("Monochord", (320, 180), monitor="EPSON PJ", full_screen=True, insist=False)
assert window.pixels == (320, 180), window.pixels
assert list(window.asked()) == []
window._name = "screen"  # it is plugged in
assert list(window.asked()) == []
assert window.area == (0, 0, 1280, 720), window.area
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=30)
    assert (told.returncode, told.stderr) == (0, "")


@pytest.mark.screen
def test_every_key_of_the_window_arrives(screen: Screen, stage: Callable[..., Stage]) -> None:
    show = stage(settings=WINDOWED)
    names = {"space": "space", "left": "Left", "right": "Right", "[": "bracketleft", "]": "bracketright"}
    names |= {"\\": "backslash", "f11": "F11", "enter": "Return", "backspace": "BackSpace", "-": "minus", "=": "equal"}
    names |= {"up": "Up", "down": "Down", ",": "comma", ".": "period"}
    wishes: list[str] = []
    for name, asked in KEYS.items():
        screen.press(names.get(name, name))
        if asked == "tap":  # a tap is a time, not a wish
            show.until(lambda: show.back.taps)
            wishes.append(asked)
        else:
            show.until(lambda asked=asked: wishes.extend(show.back.wishes()) or asked in wishes)
    screen.press("alt+b")
    screen.press("x")
    screen.press("space")
    show.until(lambda: wishes.extend(show.back.wishes()) or len(wishes) > len(KEYS))
    assert wishes == [*KEYS.values(), "pause"]


@pytest.mark.screen
def test_a_window_follows_its_new_size_down_to_a_pixel(
    screen: Screen, stage: Callable[..., Stage], write: Write
) -> None:
    show = stage(write("white.fs", isf()), WINDOWED)
    window = screen.window(STAGE)
    for size in ((500, 300), (1, 1), (700, 200)):
        screen.ask("windowsize", "--sync", window, *size)
        show.runs()
        show.until(lambda size=size: screen.picture().shape[1::-1] == size and screen.picture().min() == 255)
    screen.ask("windowunmap", "--sync", window)
    show.runs()
    assert show.back.restarts == 0
