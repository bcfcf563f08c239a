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
LEVEL = slice(100, 122)  # rows of the first meter
MESSAGES = slice(618, HEIGHT)
SENSES = slice(310, 484)


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
    red, green, _ = drawn(sound__peak=-0.2)[137, 300]
    assert red > 2 * green


def test_each_octave_has_a_column_of_its_own() -> None:
    silent = drawn()
    edges = []
    for octave in range(8):
        bands = np.full(8, -120.0)
        bands[octave] = -20.0
        rows, columns = changed(silent, drawn(sound__bands=bands))
        assert rows.stop == 284
        edges.append((columns.start, columns.stop))
    assert all(left[1] < right[0] for left, right in pairwise(edges))


def test_the_lamp_glows_with_an_onset() -> None:
    dark, lit = drawn()[346, 44], drawn(rhythm__hits=1.0)[346, 44]
    assert lit.sum() > 4 * dark.sum()


def test_the_instruments_own_level_has_a_meter_of_its_own() -> None:
    rows, _ = changed(drawn(), drawn(band__level=-20.0))
    assert (rows.start, rows.stop) == pytest.approx((180, 200), abs=4)


def test_each_sense_has_a_place_of_its_own_that_no_other_leaves_it() -> None:
    blank = drawn()
    said = [
        {"rhythm__onsets": 88888.0, "rhythm__hits": 1.0},
        {"rhythm__tempo": 188.0, "rhythm__confidence": 1.0, "rhythm__phase": 0.99},
        {"rhythm__bar": 12.0},
        {"pitch__hz": 440.0, "pitch__cents": 6649.0},
        {"pitch__key": 10.0, "pitch__clarity": 1.0, "pitch__mode": 1.0},
        {"band__low": 1234.0, "band__high": 12345.0},
        {"texture__fractal": 2.0},
        {"sound__centroid": 24_000.0},
        {"sound__flatness": 1.0},
    ]
    taken = np.zeros((HEIGHT, WIDTH), int)
    for signals in said:
        rows, columns = changed(blank, drawn(**signals))
        assert SENSES.start <= rows.start
        assert rows.stop <= SENSES.stop
        assert columns.stop <= WIDTH - 4
        taken[rows, columns] += 1
    assert taken.max() == 1


def test_the_needle_points_to_where_the_note_lies_between_its_neighbours() -> None:
    needles = []
    for cents in (6860, 6900, 6940):
        row = drawn(pitch__hz=440.0, pitch__cents=float(cents))[417, 78:180]
        needles.append(np.flatnonzero((row != drawn()[417, 78:180]).any(axis=1)).mean())
    assert np.diff(needles) == pytest.approx([40, 40], abs=2)


def test_the_dot_lights_on_the_beat_and_a_tempo_that_is_unsure_is_dim() -> None:
    on, off = (drawn(rhythm__tempo=90.0, rhythm__confidence=0.9, rhythm__phase=phase) for phase in (0.0, 0.9))
    assert on[350, 204].sum() > 2 * off[350, 204].sum()
    sure, unsure = (drawn(rhythm__tempo=90.0, rhythm__confidence=value) for value in (0.9, 0.3))
    text = (slice(338, 362), slice(222, 300))
    assert sure[text].max() > unsure[text].max() + 40


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
    assert (drawn({"messages": messages}) == drawn({"messages": messages[-4:]})).all()


def test_where_the_player_is_in_the_score_stands_above_the_messages() -> None:
    told = {"title": "Mo Li Hua", "first": 1, "last": 14, "state": "following", "next": ["silk", 6.0]}
    messages = [f"message {number}" for number in range(9)]
    plain = drawn({"messages": messages})
    at = {"score__bar": 12.0, "score__place": 3.5, "score__tempo": 84.0, "score__certainty": 0.91}
    assert (drawn({"messages": messages, "score": None}, **at) == plain).all()
    shown = drawn({"messages": messages, "score": told}, **at)
    rows, columns = changed(plain, shown)
    assert MESSAGES.start <= rows.start
    assert rows.stop <= HEIGHT - 4
    assert columns.stop <= WIDTH - 20
    below = slice(MESSAGES.start + 50, HEIGHT)
    assert (shown[below] == plain[below]).all()  # the newest messages stay where they are
    for status, signals in (
        ({**told, "state": "lost"}, at),
        ({**told, "next": None}, at),
        ({**told, "title": "a title as long as no title has ever been, and then some more of it"}, at),
        (told, {**at, "score__bar": 13.0}),
    ):
        rows, columns = changed(shown, drawn({"messages": messages, "score": status}, **signals))
        assert rows.stop <= below.start
        assert columns.stop <= WIDTH - 20


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


def test_the_audiences_code_stands_beside_the_facts_and_gives_way_to_a_preview() -> None:
    side = 25
    bits = f"{sum(1 << k for k in range(0, side * side, 2)):x}"  # a chessboard
    survey = {"side": side, "bits": bits, "votes": 23}
    facts = {"ears": "a device with a very long name that goes on and on · 0 restarts · 0 overflows"}
    rows, columns = changed(drawn(facts), drawn({**facts, "survey": survey}))
    assert 486 < rows.start < rows.stop <= MESSAGES.start - 2
    assert columns.stop == WIDTH - 24
    code = drawn({**facts, "survey": survey})[492:, WIDTH - 24 - 3 * 29 : WIDTH - 24]
    cells = code[1 : 3 * 29 : 3, 1::3, 0]
    assert (cells[:2] == 255).all()
    assert (cells[2:-2, 2:-2].ravel()[::2] == 0).all()
    assert (cells[2:-2, 2:-2].ravel()[1::2] == 255).all()
    thumbnail = np.full((72, 128, 4), 255, dtype=np.uint8)
    watched = {"thumbnail": thumbnail, "watched": "ink"}
    assert (drawn(watched)[600:615, -120:] == drawn({**watched, "survey": survey})[600:615, -120:]).all()
    assert (drawn({"survey": {}}) == drawn()).all()
