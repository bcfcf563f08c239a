"""What the stage was told: written in lines, given away in pieces of any size, and read again as it was."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.takes import told
from engine.takes.told import Pen, Script, Told, clock, listing, read_script
from engine.timing.cues import Change

NAMES = st.sampled_from(["flow", "ink", "turn", "雨"])
NUMBERS = st.floats(-1e9, 1e9) | st.integers(-5, 5) | st.booleans()
VALUES = NUMBERS | st.tuples(NUMBERS.filter(lambda one: not isinstance(one, bool)), st.floats(0, 1))
MASTERS = st.fixed_dictionaries(
    {},
    optional={
        "brightness": st.floats(0, 1),
        "blackout": st.booleans(),
        "freeze": st.booleans(),
        "palette": st.none() | st.sampled_from(["storm", ""]),
    },
)
CHANGES = st.builds(Change, st.sampled_from(["ink", "silk:night", "/a b/é.toml"])) | st.builds(
    Change, st.just("silk"), st.just("bleed"), st.floats(0.01, 600)
)
ONE = (
    st.builds(Told, st.just(0), change=CHANGES)
    | st.builds(Told, st.just(0), scene=st.just("ink"), hold=st.dictionaries(NAMES, VALUES, min_size=1))
    | st.builds(Told, st.just(0), scene=st.just("ink"), release=st.lists(NAMES, min_size=1, unique=True).map(tuple))
    | st.builds(Told, st.just(0), masters=MASTERS.filter(bool))
)


def in_order(lines: list[Told], far: list[int]) -> list[Told]:
    """The lines in hops of their own."""
    hop, found = -1, []
    for line, more in zip(lines, far, strict=False):
        hop += 1 + more
        found.append(replace(line, hop=hop))
    return found


@given(st.lists(ONE, max_size=12), st.lists(st.integers(0, 99), min_size=12, max_size=12), st.data())
def test_whatever_is_told_comes_back_in_its_order_however_it_is_cut(
    lines: list[Told], far: list[int], data: st.DataObject
) -> None:
    pen, text, said = Pen(), b"", in_order(lines, far)
    for line in said:
        pen.tell(line)
        for _ in range(data.draw(st.integers(0, 2))):
            part = pen.next(data.draw(st.integers(0, 64)))
            text += part + bytes(data.draw(st.integers(0, 3)))
    assert pen.rest() == (0, (text + pen.next(10**6)).replace(b"\0", b""))
    assert not pen.waiting
    assert read_script(pen.rest()[1]) == Script(tuple(said))


@given(st.lists(ONE.filter(lambda one: one.change is None), max_size=8))
def test_of_what_is_told_in_one_hop_the_last_holds(lines: list[Told]) -> None:
    pen = Pen()
    for line in lines:
        pen.tell(replace(line, hop=7))
    found = read_script(pen.rest()[1]).lines
    assert len(found) == min(len(lines), 1)

    def end(script: list[Told]) -> tuple[dict[str, object], dict[str, object]]:
        held: dict[str, object] = {}
        masters: dict[str, object] = {}
        for one in script:
            held |= one.hold | dict.fromkeys(one.release)
            masters |= one.masters
        return held, masters

    assert end(list(found)) == end(lines)


def test_what_was_told_before_a_change_in_the_same_hop_stays_before_it() -> None:
    pen = Pen()
    said = [
        Told(3, scene="ink", hold={"flow": 0.5}),
        Told(3, Change("silk")),
        Told(3, scene="silk", hold={"flow": 0.1}),
        Told(2, masters={"blackout": True}),
    ]
    for line in said:
        pen.tell(line)
    assert read_script(pen.rest()[1]).lines == (said[3], *said[:3])


def test_a_hand_that_plays_all_evening_long_is_kept_in_the_hops_alone_and_nothing_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(told, "_MOST_KEPT", 200)
    pen, text = Pen(), b""
    said = [Told(hop, scene="ink", hold={"flow": hop / 7}) for hop in range(40)]
    for line in said:
        pen.tell(line)
        text += pen.next(20)
    begins, rest = pen.rest()
    assert begins == len(text) > 0
    assert len(pen._all) < 300
    assert read_script(text + rest).lines == tuple(said)


@pytest.mark.parametrize(
    "line",
    [
        b"hello",
        b"[1",
        b"\xff\xfe",
        b"[]",
        b"[1, {}]",
        b'["1", {"freeze": true}]',
        b'[-1, {"freeze": true}]',
        b'[true, {"freeze": true}]',
        b'[1, {"freeze": 1}]',
        b'[1, {"brightness": NaN}]',
        b'[1, {"brightness": ' + b"9" * 400 + b"}]",
        b'[1, {"blackout": "yes"}]',
        b'[1, {"palette": 3}]',
        b'[1, {"volume": 3}]',
        b'[1, {"hold": {"flow": 1}}]',
        b'[1, {"scene": "ink"}]',
        b'[1, {"scene": "ink", "hold": ["flow"]}]',
        b'[1, {"scene": "ink", "hold": {"flow": "much"}}]',
        b'[1, {"scene": "ink", "hold": {"flow": []}}]',
        b'[1, {"scene": "ink", "release": "flow"}]',
        b'[1, {"change": "ink"}]',
        b'[1, {"change": {"scene": ""}}]',
        b'[1, {"change": {"scene": "ink", "seconds": -1}}]',
        b'[1, {"change": {"scene": "ink", "when": "bar"}}]',
        b"[" * 100_000,
    ],
)
def test_a_line_that_is_none_is_counted_and_the_others_are_read(line: bytes) -> None:
    good = Told(5, masters={"freeze": True})
    assert read_script(good.line() + line + b"\n" + good.line()) == Script((good, good), broken=1)


@given(st.binary(max_size=80))
def test_no_bytes_break_the_reader(noise: bytes) -> None:
    read_script(noise)
    read_script(b'[1, {"scene": "ink", "hold": {' + noise)


def test_lines_are_ascii_and_begin_with_their_hop() -> None:
    line = Told(4711, scene="雨", hold={"é": (0.5, 1)}).line()
    assert line.isascii()
    assert line.startswith(b"[4711,{")
    assert json.loads(line) == [4711, {"scene": "雨", "hold": {"é": [0.5, 1]}}]


def test_a_person_can_read_it() -> None:
    script = Script(
        (
            Told(0, masters={"brightness": 0.5, "palette": "storm"}),
            Told(188, Change("silk", "bleed", 4.0)),
            Told(188, Change("ink")),
            Told(11_250, scene="ink", hold={"flow": 0.25, "burst": True, "at": (0.5, 1)}, release=("turn",)),
            Told(11_270, masters={"blackout": True}),
            Told(675_000, masters={"blackout": False, "palette": None}),
        )
    )
    assert list(listing(script)) == [
        "  0:00.0  brightness 0.50",
        "  0:00.0  palette storm",
        "  0:01.0  silk is on, by bleed in 4 s",
        "  0:01.0  ink is on",
        "  1:00.0  ink: flow 0.25",
        "  1:00.0  ink: burst on",
        "  1:00.0  ink: at 0.5 1",
        "  1:00.0  ink: turn back to the music",
        "  1:00.1  blackout",
        " 60:00.0  no blackout any more",
        " 60:00.0  each scene wears its own palette",
    ]
    assert list(listing(Script(broken=2))) == ["2 lines of what the stage was told cannot be read, and is left out"]
    assert clock(0) == "0:00.0"
