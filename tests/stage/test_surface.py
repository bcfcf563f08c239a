"""The audience's window and the operator's: side by side, and never one over the other on a filled monitor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from engine.stage.monitor import overlap
from engine.stage.panel import PANEL
from engine.stage.stage_settings import StageSettings

from .conftest import Write, isf
from .living import Stage
from .screen import OPERATOR, SCREEN, STAGE, Screen

pytestmark = pytest.mark.screen
SHOW = StageSettings(size=(320, 180), nice=0)
Start = Callable[..., Stage]


def panel_is_drawn(screen: Screen) -> bool:
    area = screen.area(OPERATOR)
    if not area:
        return False
    x, y, width, height = area
    seen = screen.pixels()[y : y + height, x : x + width]
    return bool((seen == np.array((16, 17, 19))).all(axis=2).mean() > 0.5 and seen.max() > 200)


def fills_the_screen(screen: Screen) -> bool:
    return bool(screen.pixels().min() == 255)


def test_the_operators_window_lies_beside_the_picture(screen: Screen, stage: Start, write: Write) -> None:
    show = stage(write("white.fs", isf()), SHOW)
    show.back.tell({"scene": "white"})
    show.until(lambda: panel_is_drawn(screen))
    audience, operator = screen.area(STAGE), screen.area(OPERATOR)
    assert operator[2:] == PANEL
    assert audience[2:] == (320, 180)
    assert not overlap(audience, operator)  # type: ignore[arg-type]  # an area is four numbers
    assert screen.picture().min() == 255


def test_a_full_screen_picture_has_the_only_monitor_for_itself(screen: Screen, stage: Start, write: Write) -> None:
    show = stage(write("white.fs", isf()), replace(SHOW, full_screen=True))
    show.until(lambda: fills_the_screen(screen))
    assert screen.area(STAGE) == (0, 0, *SCREEN)
    assert screen.window(OPERATOR) == ""
    show.back.set(full_screen=False)
    show.until(lambda: panel_is_drawn(screen))
    assert screen.area(STAGE)[2:] == (320, 180)
    show.back.set(full_screen=True)
    show.until(lambda: fills_the_screen(screen))
    assert screen.window(OPERATOR) == ""


def test_the_overlay_comes_and_goes(screen: Screen, stage: Start) -> None:
    show = stage(settings=replace(SHOW, panel=False))
    show.runs(20)
    assert screen.window(OPERATOR) == ""
    for wanted in (True, False, True):
        show.back.set(panel=wanted)
        show.until(lambda wanted=wanted: bool(screen.window(OPERATOR)) is wanted)


def test_keys_in_the_operators_window_are_obeyed_too(screen: Screen, stage: Start) -> None:
    show = stage(settings=SHOW)
    show.until(lambda: panel_is_drawn(screen))
    screen.press("b", OPERATOR)
    show.until(lambda: list(show.back.wishes()) == ["blackout"])


def test_closing_the_operators_window_puts_the_overlay_away_and_the_show_goes_on(screen: Screen, stage: Start) -> None:
    show = stage(settings=SHOW)
    show.until(lambda: panel_is_drawn(screen))
    wishes: list[str] = []
    screen.close(OPERATOR)
    show.until(lambda: wishes.extend(show.back.wishes()) or wishes)
    show.runs(20)
    assert [*wishes, *show.back.wishes()] == ["overlay"]
    assert screen.window(OPERATOR) == ""
    show.back.toggle("panel")
    show.runs()
    show.back.toggle("panel")
    show.until(lambda: panel_is_drawn(screen))
    assert not show.back.closed


def test_closing_the_audiences_window_ends_the_stage(screen: Screen, stage: Start) -> None:
    show = stage(settings=SHOW)
    screen.close(STAGE)
    show.until(lambda: show.back.closed)
    assert show.back.restarts == 0


def test_without_vsync_the_wanted_rate_is_kept(screen: Screen, stage: Start) -> None:
    show = stage(settings=replace(SHOW, fps=25.0, panel=False))
    show.runs(22)
    moments = show.back.report.since(show.back.report.pictures - 18)[:, 1]
    assert np.median(np.diff(moments)) * 1e-9 == pytest.approx(1 / 25, rel=0.1)
