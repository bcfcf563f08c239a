"""MIDI clock: the right tempo out of ticks that waver, a beat where it was, and a clock of our own."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from engine.control.midi_clock import ClockBeat, ClockReader, ClockWriter

TICK, START, CONTINUE, STOP = b"\xf8", b"\xfa", b"\xfb", b"\xfc"


def ticks(tempo: float, beats: float, begin: float = 1.0, jitter: float = 0.0) -> list[float]:
    chance = np.random.default_rng(5)
    count = round(24 * beats)
    return [float(begin + n * 2.5 / tempo + jitter * chance.normal()) for n in range(count)]


def heard(reader: ClockReader, times: list[float]) -> list[ClockBeat]:
    return [beat for at in times if (beat := reader.step(TICK, at)) is not None]


@pytest.mark.parametrize("tempo", [40.0, 96.0, 128.3, 240.0])
def test_the_tempo_is_right_however_the_ticks_waver(tempo: float) -> None:
    beats = heard(ClockReader(), ticks(tempo, 6, jitter=0.001))
    assert len(beats) > 20
    assert beats[-1].bpm == pytest.approx(tempo, rel=0.004 if tempo > 200 else 0.002)
    assert beats[-1].at is None


def test_after_start_the_beat_is_where_the_first_tick_was() -> None:
    reader = ClockReader()
    reader.step(START, 0.99)
    for beat in heard(reader, ticks(120.0, 8, jitter=0.001)):
        assert beat.at is not None
        assert (beat.at - 1.0 + 0.25) % 0.5 - 0.25 == pytest.approx(0.0, abs=0.0015)


def test_a_song_goes_on_in_the_middle_of_a_beat() -> None:
    reader = ClockReader()
    reader.step(b"\xf2\x02\x00", 0.9)  # an eighth into the song
    reader.step(CONTINUE, 0.95)
    beat = heard(reader, ticks(120.0, 4))[-1]
    assert beat.at is not None
    assert (beat.at - 1.25) % 0.5 == pytest.approx(0.0, abs=1e-6)


def test_another_tempo_is_followed_within_a_beat() -> None:
    reader = ClockReader()
    slow = ticks(90.0, 4)
    heard(reader, slow)
    beats = heard(reader, ticks(140.0, 2, begin=slow[-1] + 2.5 / 140.0))
    assert beats[2].bpm == pytest.approx(140.0, rel=0.02)
    assert beats[-1].bpm == pytest.approx(140.0, rel=0.001)


def test_stop_and_silence_give_the_beat_back_once() -> None:
    reader = ClockReader()
    heard(reader, ticks(120.0, 2))
    assert reader.running
    assert not reader.over(2.1)
    reader.step(STOP, 2.1)
    assert reader.over(2.1)
    assert not reader.over(2.1)
    assert heard(reader, ticks(120.0, 2, begin=2.1)) == []  # many send on when they have stopped
    reader.step(START, 4.0)
    assert heard(reader, ticks(120.0, 2, begin=4.0))
    assert reader.over(9.0)
    assert not reader.over(9.0)


def test_no_bytes_raise_and_reset_is_as_good_as_new() -> None:
    reader = ClockReader()
    for message in (b"", b"\xf2", b"\xf2\x01", b"\x90\x40\x40", b"\xff"):
        assert reader.step(message, 1.0) is None
    heard(reader, ticks(60.0, 2))
    reader.reset()
    assert heard(reader, ticks(150.0, 3)) == heard(ClockReader(), ticks(150.0, 3))


def sent(
    writer: ClockWriter, seconds: float, tempo: float, beat_at: float, begin: float = 0.0
) -> list[tuple[float, int]]:
    """What it sends when it is asked every millisecond."""
    found = []
    for n in range(round(1000 * seconds)):
        now = begin + n / 1000
        found += [(now, byte) for byte in writer.step(now, tempo, beat_at)]
    return found


def test_our_clock_begins_on_a_beat_and_keeps_the_tempo() -> None:
    found = sent(ClockWriter(), 4.0, 120.0, beat_at=-0.2)
    assert found[0][1] == 0xFA
    times = [at for at, byte in found if byte == 0xF8]
    assert times[0] == pytest.approx(0.3, abs=0.0011)
    assert len(times) == pytest.approx(3.7 * 48, abs=1.5)
    assert max(abs(b - a - 1 / 48) for a, b in itertools.pairwise(times)) < 0.0021
    assert [byte for _, byte in found].count(0xFA) == 1


def test_our_clock_is_drawn_to_a_beat_that_has_moved_without_a_leap() -> None:
    writer = ClockWriter()
    sent(writer, 2.0, 120.0, 0.0)
    found = [at for at, _ in sent(writer, 6.0, 120.0, 0.06, begin=2.0)]
    gaps = np.diff(found)
    assert gaps.min() > 0.85 / 48 - 0.001
    assert gaps.max() < 1.15 / 48 + 0.001
    assert min(abs((at - 0.06 + 0.25) % 0.5 - 0.25) for at in found[-24:]) < 0.003


def test_where_there_is_no_tempo_our_clock_stops_once() -> None:
    writer = ClockWriter()
    sent(writer, 1.0, 120.0, 0.0)
    assert writer.due is not None
    assert [byte for _, byte in sent(writer, 1.0, 0.0, 0.0, begin=1.0)] == [0xFC]
    assert writer.due is None


def test_our_own_reader_understands_our_clock() -> None:
    reader = ClockReader()
    beats = [
        beat
        for at, byte in sent(ClockWriter(), 5.0, 97.0, 0.1)
        if (beat := reader.step(bytes((byte,)), at)) is not None
    ]
    assert beats[-1].bpm == pytest.approx(97.0, rel=0.003)
    assert beats[-1].at is not None
    phase = (beats[-1].at - 0.1) / (60 / 97)
    assert abs(phase - round(phase)) < 0.01
