"""What a scene's bindings make of the signals, picture by picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.frame import ROW, SIGNALS, Row, blank_row, signals_of
from engine.stage.binder import Binder, Follower
from engine.stage.binding import CURVES
from engine.stage.color import read_color
from engine.stage.scene import Scene, load_scene

from .conftest import Write, isf

INPUTS = [
    {"NAME": "flow", "TYPE": "float", "MIN": 0, "MAX": 2, "DEFAULT": 0.5},
    {"NAME": "open", "TYPE": "bool"},
    {"NAME": "drop", "TYPE": "event"},
    {"NAME": "count", "TYPE": "long", "MIN": 0, "MAX": 10},
    {"NAME": "mode", "TYPE": "long", "VALUES": [0, 3, 9], "DEFAULT": 3},
    {"NAME": "at", "TYPE": "point2D", "MIN": [0, 0], "MAX": [4, 2], "DEFAULT": [1, 1]},
    {"NAME": "tint", "TYPE": "color", "DEFAULT": [0.2, 0.4, 0.6, 0.8]},
    {"NAME": "wave", "TYPE": "audio"},
]


@pytest.fixture
def scene(write: Write) -> Callable[[str], Scene]:
    """A scene with these bindings, on a shader with every kind of input."""

    def made(bindings: str) -> Scene:
        write("s.fs", isf(INPUTS=INPUTS))
        return load_scene(write("s.toml", f'shader = "s.fs"\n{bindings}'))

    return made


Made = Callable[[str], Scene]


def row(**signals: Any) -> Row:
    """A row in which these signals have these values: sound_level=-20."""
    made = blank_row()
    for name, value in signals.items():
        made[SIGNALS[name.replace("_", ".", 1)].part] = value
    return made


def steps(rate: int, seconds: float) -> Iterator[float]:
    return iter([1 / rate] * round(rate * seconds))


def test_what_nothing_drives_rests_where_the_scene_or_the_shader_says(scene: Made) -> None:
    values = Binder(scene("[set]\nflow = 1.5\nopen = true\ntint = '#FF0000'")).step(row(), 0.1)
    assert values["flow"] == 1.5
    assert values["open"] is True
    assert values["tint"] == (1.0, 0.0, 0.0, 1.0)
    assert values["mode"] == 3
    assert values["at"] == (1.0, 1.0)
    assert "wave" not in values


def test_the_short_form_goes_from_the_signals_span_to_the_inputs_range(scene: Made) -> None:
    binder = Binder(scene("bind.flow = 'sound.level'"))  # −60..0 dBFS to 0..2
    assert [binder.step(row(sound_level=level), 0.1)["flow"] for level in (-60, -30, 0)] == [0.0, 1.0, 2.0]


def test_a_binding_holds_within_its_range_and_may_run_backwards(scene: Made) -> None:
    binder = Binder(scene("[bind.flow]\nsignal = 'sound.level'\nfrom = [-10, -20]\nto = [5, 1]"))
    assert [binder.step(row(sound_level=x), 0.1)["flow"] for x in (0, -10, -15, -20, -90)] == [5, 5, 3, 1, 1]


@pytest.mark.parametrize(("curve", "half"), [("linear", 0.5), ("smooth", 0.5), ("square", 0.25), ("root", 0.5**0.5)])
def test_a_curve_bends_between_the_ends_and_keeps_them(scene: Made, curve: str, half: float) -> None:
    binder = Binder(scene(f"[bind.flow]\nsignal = 'rhythm.hits'\nto = [0, 1]\ncurve = '{curve}'"))
    values = [binder.step(row(rhythm_hits=x), 0.1)["flow"] for x in (0, 0.5, 1)]
    assert values == pytest.approx([0, half, 1])


@pytest.mark.parametrize("rate", [30, 144])
@pytest.mark.parametrize(("key", "before", "after"), [("attack", 0.0, 1.0), ("release", 1.0, 0.0)])
def test_after_its_time_constant_a_value_has_gone_63_percent_of_the_way(
    scene: Made, rate: int, key: str, before: float, after: float
) -> None:
    binder = Binder(scene(f"[bind.flow]\nsignal = 'rhythm.hits'\nto = [0, 1]\n{key} = 0.5"))
    binder.step(row(rhythm_hits=before), 0.1)
    for dt in steps(rate, 0.5):
        value = binder.step(row(rhythm_hits=after), dt)["flow"]
    assert value == pytest.approx(before + (after - before) * (1 - math.exp(-1)), abs=1e-9)


def test_attack_and_release_do_not_touch_each_other(scene: Made) -> None:
    binder = Binder(scene("[bind.flow]\nsignal = 'rhythm.hits'\nto = [0, 1]\nattack = 10\nrelease = 0"))
    binder.step(row(rhythm_hits=1), 0.1)
    assert binder.step(row(rhythm_hits=0), 0.1)["flow"] == 0.0
    assert 0 < float(binder.step(row(rhythm_hits=1), 0.1)["flow"]) < 0.02  # type: ignore[arg-type]  # a number here


def test_it_begins_where_the_music_is_and_again_after_a_reset(scene: Made) -> None:
    binder = Binder(scene("[bind.flow]\nsignal = 'rhythm.hits'\nattack = 10\nrelease = 10"))
    assert binder.step(row(rhythm_hits=1), 0.1)["flow"] == 2.0
    binder.reset()
    assert binder.step(row(rhythm_hits=0.5), 0.1)["flow"] == 1.0


def test_no_time_is_no_change(scene: Made) -> None:
    binder = Binder(scene("[bind.flow]\nsignal = 'rhythm.hits'\nattack = 1"))
    binder.step(row(rhythm_hits=0), 0.1)
    for dt in (0.0, -1.0, math.nan, -math.inf):
        assert binder.step(row(rhythm_hits=1), dt)["flow"] == 0.0


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_never_gets_out(scene: Made, bad: float) -> None:
    level = "bind.flow = 'sound.level'\nbind.at.x = 'sound.level'\nbind.tint = 'sound.level'\nbind.open = 'sound.level'"
    binder = Binder(scene(f"{level}\nbind.count = 'rhythm.onsets'\nbind.drop = 'rhythm.onsets'"))
    for made in (np.full_like(blank_row(), bad), row(sound_level=-30), np.full_like(blank_row(), bad)):
        values = binder.step(made, 0.1)
        assert np.isfinite(np.hstack([np.ravel(value) for value in values.values()])).all()
    if math.isnan(bad):
        assert values["flow"] == 1.0  # the last that was heard stays


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.floats(), dt=st.floats(), curve=st.sampled_from([*CURVES]), low=st.floats(-1e37, 1e37))
def test_whatever_comes_in_a_float_of_the_graphics_card_comes_out(
    scene: Made, value: float, dt: float, curve: str, low: float
) -> None:
    made = scene(
        f"[bind.flow]\nsignal = 'sound.level'\nto = [{low!r}, 1]\ncurve = '{curve}'\nrelease = 1\nclock = true"
    )
    binder = Binder(made)
    for number in (value, 0.0, value):
        assert np.isfinite(np.float32(binder.step(row(sound_level=number), dt)["flow"]))


def test_an_element_of_a_list_is_one_number(scene: Made) -> None:
    binder = Binder(scene("bind.flow = 'sound.bands[3]'"))
    assert binder.step(row(sound_bands=[-60, -60, -60, 0, -60, -60, -60, -60]), 0.1)["flow"] == 2.0


def test_a_counter_counts_on_as_it_is(scene: Made) -> None:
    binder = Binder(scene("bind.flow = 'rhythm.onsets'"))
    assert [binder.step(row(rhythm_onsets=n), 0.1)["flow"] for n in (3, 1234567)] == [3.0, 1234567.0]


def test_an_event_is_true_for_the_one_picture_in_which_its_counter_has_counted(scene: Made) -> None:
    binder = Binder(scene("bind.drop = 'rhythm.onsets'"))
    fired = [binder.step(row(rhythm_onsets=n), 0.1)["drop"] for n in (5, 5, 6, 6, 9, 9, math.nan, 9, 10)]
    assert fired == [False, False, True, False, True, False, False, False, True]


def test_an_event_on_a_level_fires_when_it_comes_past_the_middle(scene: Made) -> None:
    binder = Binder(scene("bind.drop = 'rhythm.hits'"))
    assert [binder.step(row(rhythm_hits=x), 0.1)["drop"] for x in (0, 0.4, 0.6, 0.9, 0.2, 0.8)] == [
        False,
        False,
        True,
        False,
        False,
        True,
    ]


def test_a_bool_is_the_upper_half_and_a_long_the_nearest_value(scene: Made) -> None:
    binder = Binder(scene("bind.open = 'rhythm.hits'\nbind.count = 'rhythm.hits'\nbind.mode = 'rhythm.hits'"))
    seen = [binder.step(row(rhythm_hits=x), 0.1) | {} for x in (0, 0.49, 0.5, 1)]
    assert [values["open"] for values in seen] == [False, False, True, True]
    assert [values["count"] for values in seen] == [0, 5, 5, 10]
    assert [values["mode"] for values in seen] == [0, 3, 3, 9]
    assert all(type(values["count"]) is int for values in seen)


def test_a_point_is_driven_axis_by_axis_and_a_colour_channel_by_channel(scene: Made) -> None:
    values = Binder(scene("bind.at.y = 'rhythm.hits'\nbind.tint.g = 'rhythm.hits'")).step(row(rhythm_hits=1), 0.1)
    assert values["at"] == (1.0, 2.0)
    assert values["tint"] == (0.2, 1.0, 0.6, 0.8)


def test_a_colour_goes_between_two_colours_as_the_eye_sees_them(scene: Made) -> None:
    dark, light = "#0B0706", "#F4E2B8"
    binder = Binder(scene(f"[bind.tint]\nsignal = 'rhythm.hits'\nto = ['{dark}', '{light}']"))
    seen = [np.array(binder.step(row(rhythm_hits=x), 0.1)["tint"]) for x in (0, 0.5, 1)]
    assert seen[0] == pytest.approx(read_color(dark), abs=1e-6)
    assert seen[2] == pytest.approx(read_color(light), abs=1e-6)
    assert (seen[0][:3] < seen[1][:3]).all()
    assert (seen[1][:3] < seen[2][:3]).all()


@pytest.mark.parametrize("rate", [30, 144])
def test_a_clock_runs_as_fast_as_its_signal_says(scene: Made, rate: int) -> None:
    binder = Binder(scene("[bind.flow]\nsignal = 'rhythm.hits'\nto = [0, 3]\nclock = true"))
    for dt in steps(rate, 2.0):
        value = binder.step(row(rhythm_hits=0.5), dt)["flow"]
    assert value == pytest.approx(3.0)


def test_a_binding_to_the_lights_is_the_same_machine(scene: Made) -> None:
    made = scene(
        "[lights.wash]\nlevel = 'sound.loudness'\nhue = { signal = 'rhythm.hits', to = [0.6, 0.1] }\nwarmth = 1"
    )
    wash = made.lights["wash"]
    assert wash["warmth"] == 1.0
    level, hue = wash["level"], wash["hue"]
    assert not isinstance(level, float)
    assert not isinstance(hue, float)
    assert Follower(level).step(row(sound_loudness=-30), 0.1) == 0.5
    assert Follower(hue).step(row(rhythm_hits=1), 0.1) == pytest.approx(0.1)


def test_what_is_not_trusted_counts_as_before_anything_was_heard(scene: Made) -> None:
    made = scene("[bind.flow]\nsignal = 'mood.depression'\nto = [0, 1]\ntrust = 'mood.known'")
    flows = [
        Binder(made).step(row(mood_depression=0.75, mood_known=known), 0.1)["flow"]
        for known in (0.0, 0.5, 1.0, 7.0, math.nan)
    ]
    assert flows == [0.25, 0.5, 0.75, 0.75, 0.25]
    assert Binder(made).step(row(mood_depression=math.nan), 0.1)["flow"] == 0.25


def test_a_musician_moves_what_is_bound_to_their_name_and_nothing_else(write: Write) -> None:
    write("s.fs", isf(INPUTS=INPUTS))
    lines = "bind.flow = {signal = 'drum.sound.level', from = [-60, 0], to = [0, 1]}\nbind.drop = 'erhu.rhythm.onsets'"
    binder = Binder(load_scene(write("s.toml", f'shader = "s.fs"\n{lines}'), ("erhu", "drum")))
    rows = blank_row(2)
    level, onsets = signals_of(("erhu", "drum"))["drum.sound.level"], SIGNALS["rhythm.onsets"]
    binder.step(rows, 0.1)
    rows[onsets.start] += 1  # the mix's
    rows[level.start] = -30.0
    values = binder.step(rows, 0.1)
    assert values["flow"] == pytest.approx(0.5)
    assert values["drop"] is False
    rows[ROW + onsets.start] += 1
    assert binder.step(rows, 0.1)["drop"] is True
