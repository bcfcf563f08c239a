"""MIDI time code: whatever comes, only eight quarter frames in turn are a label, and it is the one that was sent."""

from __future__ import annotations

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.control.mtc import MtcReader, Told
from engine.timing.timecode import PACES, Label, Pace

NAMES = list(PACES)
paces = st.sampled_from(NAMES)
counts = st.integers(0, 24 * 3600 * 24 - 1)


def quarters(label: Label, name: str) -> list[bytes]:
    """The eight messages of a label, built by mido."""
    hours = label.hours | NAMES.index(name) << 5
    bytes_ = (label.pictures, label.seconds, label.minutes, hours)
    nibbles = [part for one in bytes_ for part in (one & 15, one >> 4)]
    return [
        bytes(mido.Message("quarter_frame", frame_type=place, frame_value=nibble).bytes())
        for place, nibble in enumerate(nibbles)
    ]


def full(label: Label, name: str) -> bytes:
    data = [0x7F, 0x7F, 1, 1, label.hours | NAMES.index(name) << 5, label.minutes, label.seconds, label.pictures]
    return bytes(mido.Message("sysex", data=data).bytes())


def heard(reader: MtcReader, messages: list[bytes], begin: float = 0.0) -> list[Told]:
    found = (reader.step(message, begin + 0.01 * n) for n, message in enumerate(messages))
    return [one for one in found if one is not None]


@given(paces, counts)
def test_eight_quarter_frames_are_the_label_and_the_time_of_the_first(name: str, count: int) -> None:
    label = Label.at(count, PACES[name])
    assert heard(MtcReader(), quarters(label, name), 5.0) == [Told(label, PACES[name], 5.0, jumped=False)]


@given(paces, counts)
def test_backwards_they_come_from_the_last_to_the_first(name: str, count: int) -> None:
    label = Label.at(count, PACES[name])
    assert heard(MtcReader(), quarters(label, name)[::-1]) == [Told(label, PACES[name], 0.0, jumped=False)]


@given(paces, counts)
def test_a_full_message_is_a_jump(name: str, count: int) -> None:
    label = Label.at(count, PACES[name])
    assert heard(MtcReader(), [full(label, name)]) == [Told(label, PACES[name], 0.0, jumped=True)]


@given(counts, st.integers(0, 7), st.integers(0, 7))
def test_who_comes_in_the_middle_or_misses_one_waits_for_the_next_whole_label(count: int, skip: int, lost: int) -> None:
    pace = PACES["30"]
    labels = [Label.at(count + 2 * n, pace) for n in range(3)]
    stream = [message for label in labels for message in quarters(label, "30")]
    whole = stream[skip:8] + stream[8:]
    found = [one.label for one in heard(MtcReader(), whole)]
    assert found == (labels if skip == 0 else labels[1:])
    torn = stream[:8] + stream[8 : 8 + lost] + stream[9 + lost :]
    assert [one.label for one in heard(MtcReader(), torn)] == [labels[0], labels[2]]


@given(st.lists(st.binary(max_size=12)))
def test_no_bytes_raise_and_no_label_is_none(messages: list[bytes]) -> None:
    for told in heard(MtcReader(), messages):
        assert told.label.fits(told.pace)


@given(st.lists(st.integers(0, 127).map(lambda byte: bytes((0xF1, byte)))))
def test_no_quarter_frames_raise_and_no_label_is_none(messages: list[bytes]) -> None:
    for told in heard(MtcReader(), messages):
        assert told.label.fits(told.pace)


def test_reset_is_as_good_as_new() -> None:
    pace: Pace = PACES["25"]
    first, second = Label.at(500, pace), Label.at(502, pace)
    reader = MtcReader()
    heard(reader, quarters(first, "25")[:5])
    reader.reset()
    assert [one.label for one in heard(reader, quarters(second, "25"))] == [second]


@pytest.mark.parametrize("message", [b"\xf1\x80", b"\xf0\x7f\x7f\x01\x01\x7f\x3b\x3b\x1d\xf7", b"\xf1"])
def test_what_is_no_time_of_day_is_not_heard(message: bytes) -> None:
    assert MtcReader().step(message, 0.0) is None
