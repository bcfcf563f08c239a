"""The guard: what is right comes through as it was meant, and nothing else does, whatever the bytes are."""

from __future__ import annotations

import math
import struct
from contextlib import suppress
from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nights.datagrams import MOST_STEPS as MOST_STEPS_OF_ALL
from nights.datagrams import Datagrams, Fuzz
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_bundle_builder import OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from engine.control.guard import DEEPEST, MOST_ARGUMENTS, MOST_BYTES, MOST_ELEMENTS, MOST_STEPS, Guard, Refused

BRIGHT = b"/bright\0,f\0\0" + struct.pack(">f", 0.5)
HEAD = b"#bundle\0" + bytes(7) + b"\1"


def message(address: str, *arguments: tuple[str, Any]) -> bytes:
    builder: Any = OscMessageBuilder(address)
    for kind, value in arguments:
        builder.add_arg(value, kind)
    return bytes(builder.build().dgram)


def bundle(*elements: bytes) -> bytes:
    return HEAD + b"".join(struct.pack(">i", len(one)) + one for one in elements)


def test_a_message_comes_through_with_address_types_and_arguments() -> None:
    (found,) = Guard().step(message("/a/b", ("f", 0.5), ("i", -3), ("s", "墨"), ("T", True), ("d", 0.25)))
    assert found == ("/a/b", "fisTd", (0.5, -3, "墨", True, 0.25))


def test_an_address_alone_and_one_with_empty_types_are_messages_without_arguments() -> None:
    assert Guard().step(b"/tap\0\0\0\0") == [("/tap", "", ())]
    assert Guard().step(b"/tap\0\0\0\0,\0\0\0") == [("/tap", "", ())]


def test_an_impulse_is_a_button_that_is_pressed() -> None:
    assert Guard().step(b"/tap\0\0\0\0,I\0\0")[0].arguments == (True,)


def test_the_messages_of_a_bundle_come_in_their_order_whatever_their_time() -> None:
    future = b"#bundle\0" + b"\xff" * 8 + bundle(BRIGHT)[16:]
    found = Guard().step(bundle(message("/one"), future, message("/two")))
    assert [one.address for one in found] == ["/one", "/bright", "/two"]


kinds = st.one_of(
    st.tuples(st.just("i"), st.integers(-(2**31), 2**31 - 1)),
    st.tuples(st.just("h"), st.integers(-(2**63), 2**63 - 1)),
    st.tuples(st.just("f"), st.floats(width=32, allow_nan=False, allow_infinity=False)),
    st.tuples(st.just("d"), st.floats(allow_nan=False, allow_infinity=False)),
    st.tuples(st.just("s"), st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)),
    st.tuples(st.just("b"), st.binary(min_size=1, max_size=30)),
    st.tuples(st.just("r"), st.integers(0, 2**32 - 1)),
    st.tuples(st.sampled_from(["T", "F", "N"]), st.none()),
)
messages = st.tuples(st.from_regex(r"/[!-~]{0,40}", fullmatch=True), st.lists(kinds, max_size=6)).map(
    lambda one: message(one[0], *one[1])
)


@given(st.lists(messages, min_size=1, max_size=8), st.floats(0, 2e9))
@settings(deadline=None)
def test_what_python_osc_builds_is_read_as_python_osc_reads_it(given: list[bytes], when: float) -> None:
    builder: Any = OscBundleBuilder(when)
    for one in given:
        builder.add_content(OscMessage(one))
    found = Guard().step(builder.build().dgram)
    twin = list(OscBundle(builder.build().dgram))
    assert [one.address for one in found] == [one.address for one in twin]
    assert [list(one.arguments) for one in found] == [list(one.params) for one in twin]


@pytest.mark.parametrize(
    ("datagram", "reason"),
    [
        (b"", "empty"),
        (bytes(MOST_BYTES + 4), "longer than 8192 bytes"),
        (BRIGHT[:-1], "length is no multiple of 4"),
        (b"bright\0\0", "neither a message nor a bundle"),
        (b"#bundle\0\0\0\0\0", "neither a message nor a bundle"),
        (b"/br\x80ght\0", "address"),
        (b"/br ght\0", "address"),
        (b"/bright!", "text without an end"),
        (b"/bright\0f\0\0\0", "no types"),
        (b"/bright\0,fff", "text without an end"),
        (b"/bright\0,x\0\0", "unknown type"),
        (b"/bright\0,f\0\0", "an argument beyond the end"),
        (b"/bright\0,b\0\0", "an argument beyond the end"),
        (b"/bright\0,b\0\0" + struct.pack(">i", -4), "size of a blob"),
        (b"/bright\0,b\0\0" + struct.pack(">i", 2**31 - 1), "size of a blob"),
        (b"/bright\0,s\0\0abcd", "text without an end"),
        (b"/bright\0,s\0\0\xff\xfe\0\0", "text that is not UTF-8"),
        (b"/bright\0,f\0\0" + struct.pack(">f", math.nan), "not a finite number"),
        (b"/bright\0,f\0\0" + struct.pack(">f", -math.inf), "not a finite number"),
        (b"/bright\0,d\0\0" + struct.pack(">d", math.inf), "not a finite number"),
        (b"/bright\0,[T\0", "brackets"),
        (b"/bright\0,]T[\0\0\0\0", "brackets"),
        (BRIGHT + bytes(4), "more bytes than its types say"),
        (HEAD + struct.pack(">i", -4), "size of an element"),
        (HEAD + struct.pack(">i", 0), "size of an element"),
        (HEAD + struct.pack(">i", 6) + bytes(8), "size of an element"),
        (HEAD + struct.pack(">i", 2**31 - 4) + BRIGHT, "size of an element"),
        (bundle(*[BRIGHT] * MOST_ELEMENTS), "more than 64 messages"),
        (b"/bright\0," + b"T" * (MOST_ARGUMENTS + 2) + b"\0", "more than 128 arguments"),
        (bundle(bundle(bundle(bundle(bundle(BRIGHT))))), f"bundles more than {DEEPEST} deep"),
    ],
)
def test_what_is_wrong_is_refused_and_counted_by_its_reason(datagram: bytes, reason: str) -> None:
    guard = Guard()
    with pytest.raises(Refused) as refused:
        guard.step(datagram)
    assert refused.value.reason == reason
    assert guard.refused == {reason: 1}


def test_one_bad_message_spoils_its_bundle_so_that_half_a_change_is_never_made() -> None:
    guard = Guard()
    with pytest.raises(Refused):
        guard.step(bundle(BRIGHT, b"/bright\0,f\0\0" + struct.pack(">f", math.nan)))
    assert guard.step(bundle(BRIGHT, BRIGHT))


def test_a_blob_ends_at_the_next_multiple_of_four() -> None:
    (found,) = Guard().step(message("/a", ("b", b"abcde"), ("i", 7)))
    assert found.arguments == (b"abcde", 7)


@given(st.binary(max_size=400).map(lambda data: data[: len(data) // 4 * 4]))
@settings(deadline=None)
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    guard = Guard()
    for datagram in (data, HEAD + data, b"/a\0\0," + data):
        with suppress(Refused):
            assert isinstance(guard.step(datagram), list)
        assert guard.steps <= MOST_STEPS


def test_a_guard_that_was_reset_is_as_good_as_new() -> None:
    guard = Guard()
    with pytest.raises(Refused):
        guard.step(b"")
    guard.step(BRIGHT)
    guard.reset()
    assert (guard.steps, dict(guard.refused)) == (0, {})


def test_twenty_thousand_spoilt_datagrams_raise_nothing_and_take_bounded_work() -> None:
    fuzz = Fuzz(time_bound=None)
    for datagram in islice(Datagrams(seed=7), 20_000):
        fuzz.give(datagram)
    assert fuzz.orders > 1000
    assert MOST_STEPS < fuzz.steps <= MOST_STEPS_OF_ALL
    assert len(fuzz.reader.refused) > 15
