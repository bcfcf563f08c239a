"""What is on stage, told as text: it comes out as it went in, and what is no state is not taken."""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.timing.cues import Change
from engine.wall.state import LONGEST, Pose, State, read_state, write_state

ON = State(
    scene="ink",
    number=7,
    change=Change("strings", "bleed", 4.0, "bar"),
    brightness=0.35,
    blackout=True,
    palette="storm",
    cue="2 of 9",
    musicians=("erhu", "drum"),
    held={"mist": 0.25, "boat": False, "tint": [0.1, 0.2, 0.3, 1.0]},
    fired={"splash": 3},
    pose=Pose("ink", 12345.6789, (61.25, 3675.0, -0.1)),
    may=(("ink", "cut"), ("strings", "bleed")),
)


@pytest.mark.parametrize("state", [State(), ON, replace(ON, freeze=True, paused=True, scene="山水.fs")])
def test_a_state_comes_out_as_it_went_in(state: State) -> None:
    assert read_state(write_state(state)) == state


def test_a_long_evening_with_all_controls_in_hand_is_told_whole() -> None:
    held = {f"control_{n}": [n / 7, n / 11, n / 13, 1.0] for n in range(12)}
    long = replace(ON, held=held, may=tuple((f"scene number {n}", "fade") for n in range(40)))
    assert len(json.dumps(asdict(long))) > 1.5 * LONGEST
    text = write_state(long)
    assert len(text) <= LONGEST
    assert read_state(text) == long


def test_a_state_that_unfolds_to_more_than_anybody_has_to_say_is_refused() -> None:
    with pytest.raises(ValueError, match="without an end"):
        read_state(zlib.compress(b" " * 10_000_000 + write_state(ON), 9))
    with pytest.raises(ValueError, match="without an end"):
        read_state(zlib.compress(write_state(ON))[:-8])
    assert read_state(zlib.compress(write_state(ON))) == ON


def test_what_is_too_much_for_a_datagram_loses_the_end_of_what_may_come() -> None:
    long = replace(ON, may=tuple((hashlib.sha256(bytes([n])).hexdigest(), "fade") for n in range(60)))
    text = write_state(long)
    assert len(text) <= LONGEST
    came = read_state(text)
    assert 15 < len(came.may) < 60
    assert replace(came, may=long.may) == long
    name = "".join(hashlib.sha256(bytes([n])).hexdigest() for n in range(50))
    assert read_state(write_state(replace(ON, scene=name))).scene == name


def bad(**changes: Any) -> bytes:
    return json.dumps(asdict(ON) | changes).encode()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[1]",
        b"{}",
        b"\xff\xfe",
        b"[" * 50_000,
        bad(more=1),
        bad(scene=3),
        bad(scene="x" * 5000),
        bad(scene="a\nb"),
        bad(number=-1),
        bad(number=1.5),
        bad(number=True),
        bad(brightness=float("nan")),
        bad(brightness=2),
        bad(blackout=1),
        bad(freeze=None),
        bad(musicians="erhu"),
        bad(musicians=["Not A Name"]),
        bad(musicians=["erhu", "erhu"]),
        bad(may=[["ink"]]),
        bad(held=[]),
        bad(held={"mist": "much"}),
        bad(held={"mist": [0.5] * 5}),
        bad(held={"mist": float("inf")}),
        bad(fired=[]),
        bad(fired={"splash": -1}),
        bad(fired={"splash": True}),
        bad(may=[["ink", "cut"]] * 100),
        bad(change=None),
        bad(change={"scene": ""}),
        bad(change={"scene": "ink", "when": "never"}),
        bad(change={"scene": "ink", "seconds": float("inf")}),
        bad(change={"scene": "ink", "seconds": 10**400}),
        bad(pose=None),
        bad(pose={"scene": "ink", "at": 1.0, "clocks": [float("nan")]}),
        bad(pose={"scene": "ink", "at": "now", "clocks": []}),
        bad(pose={"scene": "ink", "at": 10**400, "clocks": []}),
    ],
)
def test_what_is_no_state_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_state(text)


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(asdict(ON))), inner),
        max_leaves=12,
    )
)
def test_no_json_at_all_gets_further_than_a_refusal(table: Any) -> None:
    text = json.dumps((asdict(ON) | table) if isinstance(table, dict) else table).encode()
    try:
        state = read_state(text)
    except ValueError:
        return
    assert read_state(write_state(state)) == state
