"""Which monitor is meant by a name, and where the operator's window keeps off the audience's picture."""

from __future__ import annotations

import pytest

from engine.errors import NoSuchDevice
from engine.stage.monitor import Area, Monitor, choose, overlap, place_beside

PANEL = (520, 720)


def monitor(name: str, x: int = 0, width: int = 1920) -> Monitor:
    return Monitor(name, (x, 0, width, 1080), (x, 30, width, 1050))


DESK, WALL = monitor("eDP-1"), monitor("EPSON PJ", 1920)


def test_no_name_means_the_primary_monitor() -> None:
    assert choose(None, [DESK, WALL]) is DESK


@pytest.mark.parametrize("name", ["EPSON PJ", "epson pj", "pson"])
def test_a_monitor_is_found_by_its_name_or_by_a_part_that_no_other_has(name: str) -> None:
    assert choose(name, [DESK, WALL]) is WALL


def test_a_whole_name_goes_before_a_part_of_another() -> None:
    first, second = monitor("HDMI-1"), monitor("HDMI-10")
    assert choose("HDMI-1", [second, first]) is first


def test_an_unknown_monitor_is_refused_with_the_nearest() -> None:
    with pytest.raises(NoSuchDevice, match=r"monitor=EPSOM PJ is not there \(did you mean EPSON PJ\?\)"):
        choose("EPSOM PJ", [DESK, WALL])


def test_a_name_that_fits_several_is_refused_with_all_of_them() -> None:
    with pytest.raises(NoSuchDevice, match=r"monitor=DP fits DP-1 and DP-2 \(give more of the name\)"):
        choose("DP", [monitor("DP-1"), monitor("DP-2")])


def test_without_any_monitor_that_is_said() -> None:
    with pytest.raises(NoSuchDevice, match="no monitor is connected"):
        choose(None, [])


def test_beside_a_filled_monitor_the_panel_is_on_the_other_one_or_nowhere() -> None:
    place = place_beside(PANEL, [DESK, WALL], WALL.area, filled=True)
    assert place is not None
    assert not overlap((*place, *PANEL), WALL.area)
    assert place_beside(PANEL, [WALL], WALL.area, filled=True) is None


def test_a_mirror_of_the_filled_monitor_is_no_other_monitor() -> None:
    mirror = monitor("mirror", WALL.area[0])
    assert place_beside(PANEL, [WALL, mirror], WALL.area, filled=True) is None


@pytest.mark.parametrize("picture", [(60, 60, 1280, 720), (620, 60, 1280, 720), (600, 500, 640, 360)])
def test_beside_a_picture_in_a_window_the_panel_lies_next_to_it(picture: Area) -> None:
    place = place_beside(PANEL, [DESK], picture, filled=False)
    assert place is not None
    x, y = place
    assert not overlap((x, y, *PANEL), picture)
    assert 0 <= x <= 1920 - 520
    assert 30 <= y <= 1080 - 700


def test_a_panel_without_room_beside_the_window_goes_to_another_monitor_or_into_the_corner() -> None:
    picture = (0, 30, 1920, 1050)
    assert place_beside(PANEL, [DESK, WALL], picture, filled=False) == (1920 + 1920 - 520 - 24, 54)
    assert place_beside(PANEL, [DESK], picture, filled=False) == (1920 - 520 - 24, 54)
