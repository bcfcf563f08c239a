"""The table of orders: what each address takes, what it becomes, and what is said of what it does not take."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.control.bad_order import BadOrder
from engine.control.orders import (
    HoldBack,
    LightsByHand,
    Master,
    Override,
    RecallPreset,
    Release,
    ReleaseTap,
    SelectCue,
    SelectScene,
    StepCue,
    StepScene,
    StorePreset,
    Tap,
    Tempo,
)
from engine.control.table import Repertoire, Table

from .shown import INPUTS, table


@pytest.mark.parametrize(
    ("address", "arguments", "order"),
    [
        ("master/brightness", [0.5], Master("brightness", 0.5)),
        ("master/brightness", [1], Master("brightness", 1.0)),
        ("master/blackout", [True], Master("blackout", True)),
        ("master/blackout", [0.0], Master("blackout", False)),
        ("master/freeze", [1], Master("freeze", True)),
        ("master/panel", [False], Master("panel", False)),
        ("master/palette", ["storm"], Master("palette", "storm")),
        ("master/palette", [""], Master("palette", "")),
        ("scene/select", ["silk"], SelectScene("silk")),
        ("scene/select", ["ink:monsoon"], SelectScene("ink:monsoon")),
        ("scene/select", [2], SelectScene("silk")),
        ("scene/next", [], StepScene(1)),
        ("scene/previous", [1.0], StepScene(-1)),
        ("scene/flow", [1.5], Override("ink", "flow", 1.5)),
        ("scene/open", [1], Override("ink", "open", True)),
        ("scene/drop", [], Override("ink", "drop", True)),
        ("scene/mode", [9.0], Override("ink", "mode", 9)),
        ("scene/count", [-12], Override("ink", "count", -12)),
        ("scene/at", [4, 0.5], Override("ink", "at", (4.0, 0.5))),
        ("scene/tint", [1, 0, 0.5], Override("ink", "tint", (1.0, 0.0, 0.5, 1.0))),
        ("scene/tint", [1, 0, 0.5, 0.25], Override("ink", "tint", (1.0, 0.0, 0.5, 0.25))),
        ("scene/tint", [[1, 0, 0.5]], Override("ink", "tint", (1.0, 0.0, 0.5, 1.0))),
        ("scene/tint", [0xFF000033], Override("ink", "tint", (1.0, 0.0, 0.0, 0.2))),
        ("scene/next_", [0.5], Override("ink", "next", 0.5)),
        ("scene/flow/release", [], Release("ink", "flow")),
        ("scene/release", [], Release("ink")),
        ("cue/go", [], StepCue(1)),
        ("cue/back", [True], StepCue(-1)),
        ("cue/select", [2], SelectCue(2)),
        ("tap/release", [], ReleaseTap()),
        ("lights/manual", [1], LightsByHand("manual", True)),
        ("lights/level", [0.25], LightsByHand("level", 0.25)),
        ("lights/delay/2", [80], HoldBack(2, 0.08)),
        ("preset/store", ["evening-2"], StorePreset("evening-2")),
        ("preset/recall", ["evening-2"], RecallPreset("evening-2")),
    ],
)
def test_an_address_and_its_arguments_make_an_order(address: str, arguments: list[Any], order: object) -> None:
    assert table().read(f"/monochord/{address}", arguments) == order


def test_taps_and_tempo_know_when_they_were_asked_for() -> None:
    before = table().read("/monochord/tap")
    after = table().read("/monochord/tempo", [90])
    assert isinstance(before, Tap)
    assert isinstance(after, Tempo)
    assert after.bpm == 90
    assert 0 <= after.at - before.at < 1


@pytest.mark.parametrize("address", ["scene/next", "cue/go", "tap", "scene/drop", "scene/flow/release"])
@pytest.mark.parametrize("let_go", [0, 0.0, False])
def test_a_button_that_is_let_go_asks_for_nothing(address: str, let_go: object) -> None:
    assert table().read(f"/monochord/{address}", [let_go]) is None


@pytest.mark.parametrize(
    ("address", "arguments", "line"),
    [
        (
            "/monochord/master/brigtness",
            [1],
            "/monochord/master/brigtness is none (did you mean /monochord/master/brightness",
        ),
        ("/monochord/master/brightness", [7.0], "brightness=7 must be a number, 0 to 1"),
        ("/monochord/master/brightness", [-0.01], "brightness=-0.01 must be a number, 0 to 1"),
        ("/monochord/master/brightness", ["full"], "brightness='full' must be a number, 0 to 1"),
        ("/monochord/master/brightness", [None], "brightness=None must be a number"),
        ("/monochord/master/brightness", [b"x"], "brightness=b'x' must be a number"),
        ("/monochord/master/brightness", [math.nan], "brightness=nan must be a number"),
        ("/monochord/master/brightness", [], "takes brightness, not 0 arguments"),
        ("/monochord/master/brightness", [1, 1], "takes brightness, not 2 arguments"),
        ("/monochord/master/blackout", ["yes"], "blackout='yes' must be true or false (T, F, 1 or 0)"),
        ("/monochord/master/palette", ["strom"], "palette='strom' must be a name or its number (did you mean storm?)"),
        ("/monochord/scene/select", ["sikl"], "scene='sikl' must be a name or its number (did you mean silk"),
        ("/monochord/scene/select", [3], "scene=3 must be a name or its number (known: ink, silk)"),
        ("/monochord/scene/select", [0], "scene=0 must be a name or its number"),
        ("/monochord/scene/select", ["/etc/passwd"], "scene='/etc/passwd' must be a name"),
        ("/monochord/scene/select", ["ink:../x"], "scene='ink:../x' must be a name"),
        ("/monochord/scene/flow", [2.1], "flow=2.1 must be a number, 0 to 2"),
        ("/monochord/scene/mode", [4], "mode=4 must be a whole number, 0 to 9 (known: 0, 3, 9)"),
        ("/monochord/scene/mode", [0.5], "mode=0.5 must be a whole number"),
        ("/monochord/scene/at", [1], "takes x y, not 1 arguments"),
        ("/monochord/scene/tint", [1, 0], "takes red green blue alpha, not 2 arguments"),
        ("/monochord/scene/tint", [1, 0, 2], "blue=2 must be a number, 0 to 1"),
        ("/monochord/scene/next", [1, 2], "takes no argument, or 1, not 2"),
        ("/monochord/cue/select", [3], "cue=3 must be a whole number, 1 to 2"),
        ("/monochord/tempo", [0], "tempo=0 must be a number, 20 to 300 BPM"),
        ("/monochord/preset/store", ["../x"], "name='../x' must be text like [A-Za-z0-9_-]{1,32}"),
        ("/monochord/preset/store", ["x" * 33], "must be text like"),
        ("/monochord/preset/store", ["a\n"], "must be text like"),
        ("/monochord/preset/recall", [""], "must be text like"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_value_and_rule(address: str, arguments: list[Any], line: str) -> None:
    with pytest.raises(BadOrder) as bad:
        table().read(address, arguments)
    assert line in str(bad.value)
    assert "\n" not in str(bad.value)
    assert len(str(bad.value)) < 400


def test_the_end_of_a_range_may_be_missed_by_what_a_float_of_32_bits_misses_it() -> None:
    assert table().read("/monochord/master/brightness", [1.00000012]) == Master("brightness", 1.0)
    assert table().read("/monochord/scene/flow", [-1e-9]) == Override("ink", "flow", 0.0)


def test_a_range_is_the_one_of_the_shaders_header() -> None:
    arguments = {name: table().entries[f"/monochord/scene/{name}"].arguments for name in ("flow", "mode", "at")}
    assert [(one.low, one.high) for one in arguments["flow"]] == [(0.0, 2.0)]
    assert [(one.choices, one.labels) for one in arguments["mode"]] == [((0, 3, 9), ("still", "slow", "fast"))]
    assert [(one.name, one.high) for one in arguments["at"]] == [("x", 4.0), ("y", 2.0)]


def test_an_input_that_is_called_like_a_command_has_an_address_of_its_own() -> None:
    assert table().input_address("next") == "/monochord/scene/next_"
    assert table().input_address("flow") == "/monochord/scene/flow"
    assert table().input_address("nothing") is None


def test_another_scene_makes_another_table() -> None:
    first = table()
    second = first.with_scene("silk", INPUTS[:1])
    assert second.number == first.number + 1
    assert second.read("/monochord/scene/flow", [1.0]) == Override("silk", "flow", 1.0)
    assert "/monochord/scene/tint" in first.entries
    assert "/monochord/scene/tint" not in second.entries


def test_every_entry_says_what_it_does_and_keeps_to_its_own_types() -> None:
    for address, entry in table().entries.items():
        assert entry.address == address
        assert entry.description
        assert set(entry.tags) <= set("fisT")
        assert entry.least <= len(entry.arguments)


def test_a_show_without_cues_offers_no_choice_of_them() -> None:
    assert "/monochord/cue/select" not in Table(Repertoire(("ink",))).entries


anything = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**64), 2**64), st.floats(), st.text(max_size=20), st.binary(max_size=9)
)


@given(
    st.sampled_from(sorted(table().entries)), st.lists(st.one_of(anything, st.lists(anything, max_size=4)), max_size=5)
)
@settings(deadline=None)
def test_no_arguments_whatever_do_more_than_be_refused(address: str, arguments: list[Any]) -> None:
    with suppress(BadOrder):
        table().read(address, arguments)
