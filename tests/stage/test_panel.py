"""The operator's panel by its pixels: everything has its place, and nothing writes over its neighbour."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.frame import SIGNALS, Frame, blank_row
from engine.stage.panel import PANEL, Panel
from engine.stage.slate import shortened, width, wrapped

WIDTH, HEIGHT = PANEL
LEVEL = slice(110, 132)  # rows of the first meter
FACTS = slice(430, 572)
MESSAGES = slice(578, HEIGHT)


def frame(**signals: Any) -> Frame:
    row = blank_row()
    for name, value in signals.items():
        row[SIGNALS[name.replace("__", ".")].part] = value
    return Frame(row)


def drawn(status: dict[str, Any] | None = None, **signals: Any) -> NDArray[np.int64]:
    pixels = Panel().draw(frame(**signals), status or {})
    assert pixels.shape == (HEIGHT, WIDTH, 4)
    assert (pixels[..., 3] == 255).all()
    return pixels[..., :3].astype(np.int64)


def changed(one: NDArray[np.int64], other: NDArray[np.int64]) -> tuple[slice, slice]:
    """The smallest rectangle that holds every pixel in which two panels differ."""
    rows, columns = np.nonzero((one != other).any(axis=2))
    return slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)


def test_a_meter_is_as_long_as_the_level_is_high() -> None:
    silent = drawn()
    reach = [changed(silent[LEVEL, :424], drawn(sound__level=level)[LEVEL, :424])[1].stop for level in (-40, -20, -2)]
    assert np.diff(reach).tolist() == [108, 97]


def test_a_level_near_full_scale_is_red() -> None:
    red, green, _ = drawn(sound__peak=-0.2)[150, 300]
    assert red > 2 * green


def test_each_octave_has_a_column_of_its_own() -> None:
    silent = drawn()
    edges = []
    for octave in range(8):
        bands = np.full(8, -120.0)
        bands[octave] = -20.0
        rows, columns = changed(silent, drawn(sound__bands=bands))
        assert rows.stop == 320
        edges.append((columns.start, columns.stop))
    assert all(left[1] < right[0] for left, right in pairwise(edges))


def test_the_lamp_glows_with_an_onset() -> None:
    dark, lit = drawn()[386, 44], drawn(rhythm__hits=1.0)[386, 44]
    assert lit.sum() > 4 * dark.sum()


@pytest.mark.parametrize("fact", ["latency", "picture", "stage", "ears", "lights"])
def test_each_fact_has_a_line_that_the_longest_text_does_not_leave(fact: str) -> None:
    others = dict.fromkeys(("latency", "picture", "stage", "ears", "lights"), "Wgq")
    rows, columns = changed(drawn(others), drawn({**others, fact: "Wgjpq· " * 40}))
    assert rows.stop - rows.start <= 22
    assert columns.start >= 100
    assert columns.stop <= WIDTH - 24


def test_the_newest_messages_are_shown_and_stay_on_the_panel() -> None:
    messages = [f"message {number}: the stage is lost and is started again in mountains" for number in range(9)]
    rows, columns = changed(drawn(), drawn({"messages": messages}))
    assert MESSAGES.start <= rows.start
    assert rows.stop <= HEIGHT - 4
    assert columns.start >= 20
    assert columns.stop <= WIDTH - 20
    assert (drawn({"messages": messages}) == drawn({"messages": messages[-5:]})).all()


def test_a_long_scene_name_leaves_the_position_readable() -> None:
    status = {"position": "104:03.5"}
    rows, columns = changed(drawn(status), drawn({**status, "scene": "the long way round the mountains"}))
    assert columns.stop < WIDTH - 24 - width("104:03.5", 22)
    assert rows.stop <= 60


@pytest.mark.parametrize("flag", ["blackout", "freeze", "paused"])
def test_what_holds_the_picture_back_cannot_be_overlooked(flag: str) -> None:
    rows, columns = changed(drawn(), drawn({flag: True}))
    assert (rows.start, rows.stop, columns.start) == (62, 88, 24)


def test_a_signal_that_is_no_number_does_not_stop_the_panel() -> None:
    drawn(sound__level=-np.inf, sound__peak=np.inf)
    drawn(**{name.replace(".", "__"): np.nan for name in SIGNALS})


def test_text_is_shortened_and_wrapped_to_the_room_that_there_is() -> None:
    assert shortened("mountains", 17, 500.0) == "mountains"
    assert shortened("mountains" * 9, 17, 100.0).endswith("…")
    lines = wrapped("a line of several words and one" + "e" * 90, 16, 120.0)
    assert len(lines) > 2
    assert all(width(line, 16) <= 120.0 for line in lines)


def test_drawing_is_cheap_enough_for_a_running_show() -> None:
    panel, status = Panel(), {"scene": "ink", "messages": ["all is well"] * 6}
    panel.draw(frame(), status)
    begun = time.process_time()
    for number in range(50):
        panel.draw(frame(sound__level=-number, rhythm__onsets=number), status)
    assert (time.process_time() - begun) / 50 < 0.01
