"""Takes: what was written is what is read, and a broken one says what is wrong."""

from __future__ import annotations

import errno
import io
import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audio.hearing_settings import HearingSettings
from engine.errors import BadFile
from engine.frame import HOP, ROW
from engine.instrument import InstrumentBand
from engine.musician import Musician
from engine.takes import told
from engine.takes.take import Take, TakeWriter, band_in, is_take, musicians_in, script_in, space_in
from engine.takes.told import Script, Told
from engine.timing.cues import Change


def _record(path: Path, hops: int, channels: int = 2) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    rows, sound = rng.normal(size=(hops, ROW)), rng.normal(size=(hops * HOP, channels)).astype(np.float32)
    with TakeWriter(path, channels) as take:
        for hop in range(hops):
            take.write(rows[hop], sound[hop * HOP : (hop + 1) * HOP])
    return rows, sound


@pytest.mark.parametrize("hops", [1, 187, 188, 189, 500])
def test_a_take_gives_back_every_hop_bit_for_bit(tmp_path: Path, hops: int) -> None:
    rows, sound = _record(tmp_path / "a.monochord", hops)
    take = Take(tmp_path / "a.monochord")
    assert take.hops == hops
    assert np.array_equal(take.rows, rows)
    assert np.array_equal(take.sound(0, hops), sound)
    assert is_take(tmp_path / "a.monochord")


def test_a_take_that_ends_in_a_power_cut_is_whole_up_to_its_last_hop(tmp_path: Path) -> None:
    path = tmp_path / "a.monochord"
    rows, _ = _record(path, 20)
    path.write_bytes(path.read_bytes()[:-5])
    assert np.array_equal(Take(path).rows, rows[:19])


def test_a_take_without_a_hop_can_be_read(tmp_path: Path) -> None:
    with TakeWriter(tmp_path / "a.monochord", 1):
        pass
    assert Take(tmp_path / "a.monochord").hops == 0


def test_a_take_names_its_musicians_and_keeps_a_row_of_each(tmp_path: Path) -> None:
    path, players = tmp_path / "a.monochord", (Musician("erhu", (1,)), Musician("zither", (2, 3)))
    row = np.arange(3.0 * ROW)
    with TakeWriter(path, 3, players) as take:
        take.write(row, np.ones((HOP, 3), np.float32))
    assert Take(path).musicians == musicians_in(path) == players
    assert Take(path).rows.tolist() == [row.tolist()]
    assert np.array_equal(Take(path).sound(0, 1), np.ones((HOP, 3), np.float32))


def test_a_take_of_nobody_is_written_as_if_there_were_no_musicians(tmp_path: Path) -> None:
    _record(tmp_path / "a.monochord", 2)
    header, rest = (tmp_path / "a.monochord").read_bytes().split(b"\n", 1)
    assert b"musicians" not in header
    assert len(rest) == 2 * (8 * ROW + 4 * 2 * HOP)
    assert Take(tmp_path / "a.monochord").musicians == ()


def test_nobody_plays_in_a_file_that_is_no_take(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    for path in (tmp_path / "a.wav", tmp_path / "absent", tmp_path, Path("tone:440")):
        assert musicians_in(path) == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"layout": "other"}, "layout other"),
        ({"rate": 44100}, "rate=44100"),
        ({"channels": 0}, "channels=0"),
        ({"channels": "two"}, "channels=two"),
        ({"musicians": "erhu"}, "musicians=erhu, names with channels are wanted"),
        ({"musicians": ["1:Erhu"]}, "names its musicians wrong: musician='Erhu' must be"),
        ({"musicians": ["3:erhu"]}, "a musician on channel 3, and sound on 2"),
        ({"what": "else"}, "not a take"),
    ],
)
def test_a_take_of_another_kind_is_refused_in_one_line(tmp_path: Path, change: dict[str, object], said: str) -> None:
    path = tmp_path / "a.monochord"
    _record(path, 1)
    header, rest = path.read_bytes().split(b"\n", 1)
    path.write_bytes(json.dumps({**json.loads(header), **change}).encode() + b"\n" + rest)
    with pytest.raises(BadFile, match=said) as refusal:
        Take(path)
    assert "\n" not in str(refusal.value)


def test_a_take_keeps_the_band_that_was_listened_to(tmp_path: Path) -> None:
    path, band = tmp_path / "a.monochord", InstrumentBand(100.0, 4000.0, (150.0,), -60.0)
    with TakeWriter(path, 1, band=band):
        pass
    assert band_in(path) == band
    header, rest = path.read_bytes().split(b"\n", 1)
    for wrong in ({"low_hz": 5}, {"hum_hz": 3}, {"low_hz": "deep", "hum_hz": []}, [3]):
        path.write_bytes(json.dumps({**json.loads(header), "band": wrong}).encode() + b"\n" + rest)
        with pytest.raises(BadFile, match="which is none"):
            band_in(path)
    with TakeWriter(path, 1):
        pass
    assert band_in(path) is None


def test_a_take_names_the_map_of_its_show_and_a_rehearsal_of_it_seeks_places_there(tmp_path: Path) -> None:
    path = tmp_path / "a.monochord"
    with TakeWriter(path, 1, space="mine"):
        pass
    assert space_in(path) == "mine"
    assert HearingSettings(source=str(path)).own_space == "mine"
    assert HearingSettings(source=str(path), space="other").own_space == "other"
    header, rest = path.read_bytes().split(b"\n", 1)
    path.write_bytes(json.dumps({**json.loads(header), "space": 3}).encode() + b"\n" + rest)
    with pytest.raises(BadFile, match="the name of a map is wanted"):
        space_in(path)
    with TakeWriter(path, 1):
        pass
    assert space_in(path) is None


def test_a_text_is_no_take(tmp_path: Path) -> None:
    (tmp_path / "a.monochord").write_text("hello")
    assert not is_take(tmp_path / "a.monochord")
    with pytest.raises(BadFile, match="not a take"):
        Take(tmp_path / "a.monochord")


def test_a_take_that_cannot_be_written_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be written"):
        TakeWriter(tmp_path / "no folder" / "a.monochord", 1)


def _played(path: Path, said: list[list[Told]], channels: int = 1) -> None:
    """A take of so many hops, in each of which the stage is told something."""
    with TakeWriter(path, channels, staged=True) as take:
        for hop, words in enumerate(said):
            for word in words:
                take.tell(word)
            take.write(np.full(ROW, float(hop)), np.full((HOP, channels), 0.5, np.float32))


def test_a_take_keeps_what_the_stage_was_told_beside_its_hops(tmp_path: Path) -> None:
    path = tmp_path / "a.monochord"
    words = [Told(hop, scene="ink", hold={"flow": hop / 7}) for hop in range(400)]
    _played(path, [[word] for word in words])
    take = Take(path)
    assert take.hops == 400
    assert take.rows[:, 3].tolist() == list(range(400))
    assert (take.sound(0, 400) == 0.5).all()
    assert script_in(path) == take.script == Script(tuple(words))


def test_a_take_without_a_stage_has_no_script_and_an_evening_without_a_word_an_empty_one(tmp_path: Path) -> None:
    _record(tmp_path / "a.monochord", 3)
    assert script_in(tmp_path / "a.monochord") is None
    _played(tmp_path / "b.monochord", [[], []])
    assert script_in(tmp_path / "b.monochord") == Script()
    with TakeWriter(tmp_path / "c.monochord", 1) as take:
        take.tell(Told(0, masters={"freeze": True}))
        take.write(np.zeros(ROW), np.zeros((HOP, 1), np.float32))
    assert script_in(tmp_path / "c.monochord") is None


def test_a_take_of_before_there_were_scripts_opens_as_ever(tmp_path: Path) -> None:
    path = tmp_path / "a.monochord"
    rows, sound = _record(path, 5)
    path.write_bytes(path.read_bytes().replace(b"monochord take 2", b"monochord take 1", 1))
    assert is_take(path)
    assert np.array_equal(Take(path).rows, rows)
    assert np.array_equal(Take(path).sound(0, 5), sound)
    assert Take(path).script is None


def test_what_finds_no_room_in_its_hop_waits_for_the_next_and_is_whole_when_the_take_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "a.monochord"
    names = [f"input{number}" for number in range(900)]
    words = [Told(1, scene="ink", hold=dict.fromkeys(names, 0.5)), Told(1, Change("silk", "fade", 2.0))]
    _played(path, [[], words, [], []])
    assert Take(path).hops == 4
    assert script_in(path) == Script(tuple(words))


@pytest.mark.parametrize("flood", [False, True])
def test_a_take_that_ends_anywhere_has_its_hops_until_there_and_what_was_told_in_them(
    tmp_path: Path, flood: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if flood:  # a script so long that only the hops have all of it
        monkeypatch.setattr(told, "_MOST_KEPT", 100)
    path, cut = tmp_path / "a.monochord", tmp_path / "b.monochord"
    words = [Told(hop, scene="ink", hold={"flow": hop / 7, f"turn{hop}": 1}) for hop in range(12)]
    late = [Told(12, scene="ink", hold={f"more{number}": 0.1}) for number in range(1)]
    _played(path, [[word] for word in words] + [late + [Told(12, Change("silk"))] * 60, []])
    everything, size = path.read_bytes(), Take(path)._slots.dtype.itemsize
    begin = len(everything.split(b"\n", 1)[0]) + 1
    every = Take(path).script
    assert every is not None
    assert every.broken == 0
    assert len(every.lines) == 12 + 1 + 60
    seen = 0
    for end in range(begin, len(everything) + 1, 331):
        cut.write_bytes(everything[:end])
        take = Take(cut)
        assert take.hops == min((end - begin) // size, 14)
        script = take.script
        assert script is not None
        assert script.broken <= 1  # the line that was cut
        assert script.lines == every.lines[: len(script.lines)]
        assert len(script.lines) >= min(take.hops, 12)
        assert len(script.lines) >= seen
        seen = len(script.lines)


def test_a_script_that_was_damaged_is_read_as_far_as_it_can_be(tmp_path: Path) -> None:
    path = tmp_path / "a.monochord"
    _played(path, [[Told(hop, masters={"freeze": bool(hop % 2)})] for hop in range(4)])
    path.write_bytes(path.read_bytes().replace(b'[2,{"freeze":false', b'[2,{"freeze":fa\xffse'))
    script = script_in(path)
    assert script is not None
    assert script.broken == 1
    assert [line.hop for line in script.lines] == [0, 1, 3]
    begin = path.read_bytes().index(b"\xff" * 8)
    path.write_bytes(path.read_bytes()[: begin + 8] + b"nothing\n" + path.read_bytes()[begin + 16 :])
    assert script_in(path) == script  # from the hops


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(1, 6).flatmap(lambda n: st.text(min_size=n * 20, max_size=n * 20))),
        max_size=12,
    ),
    st.integers(0, 30),
)
def test_any_words_in_any_hops_come_back_in_their_order(said: list[tuple[int, str]], after: int) -> None:
    said = sorted(said, key=lambda one: one[0])
    words = [Told(hop, Change(f"é{text}")) for hop, text in said]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.monochord"
        _played(path, [[word for word in words if word.hop == hop] for hop in range(41 + after)])
        assert script_in(path) == Script(tuple(words))
        begin = path.read_bytes().split(b"\n", 1)[0]
        size = Take(path)._slots.dtype.itemsize
        whole = path.read_bytes()[: len(begin) + 1 + (41 + after) * size]
        path.write_bytes(whole)  # as a power cut leaves it: without what is written when it is closed
        kept = script_in(path)
        assert kept is not None
        assert kept.lines == tuple(words[: len(kept.lines)])


@pytest.mark.parametrize("room", [-1, 5000, "much", 2.5])
def test_a_take_whose_slots_are_none_is_refused(tmp_path: Path, room: object) -> None:
    path = tmp_path / "a.monochord"
    _record(path, 1)
    header, rest = path.read_bytes().split(b"\n", 1)
    path.write_bytes(json.dumps({**json.loads(header), "told": room}).encode() + b"\n" + rest)
    with pytest.raises(BadFile, match=f"told={room}, a slot has room for 0 to 4096"):
        Take(path)


class _Crowded(io.FileIO):
    """A file on a disk that takes a thousand bytes at once, as long as it has room."""

    room = 1 << 30

    def write(self, data: Any) -> int:
        part = bytes(memoryview(data))[: min(1000, self.room)]
        if not part:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.room -= len(part)
        return super().write(part)


def test_a_disk_that_is_full_for_a_while_tears_no_hop_apart_and_nothing_that_was_told_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.monochord"
    writer = TakeWriter(path, 1, staged=True)
    writer._file.close()
    writer._file = crowded = _Crowded(path, "a")
    size = Take(path)._slots.dtype.itemsize
    for hop in range(30):
        writer.tell(Told(hop, Change(f"scene{hop}")))
        writer.write(np.full(ROW, float(hop)), np.zeros((HOP, 1), np.float32))
    crowded.room = 20 * size + 100
    with pytest.raises(OSError, match="No space left"):
        writer.flush()
    assert crowded.tell() == path.stat().st_size
    crowded.room = 1 << 30  # somebody has thrown something away
    writer.close()
    assert Take(path).rows[:, 0].tolist() == list(range(20))
    script = script_in(path)
    assert script is not None
    assert [line.change.scene for line in script.lines if line.change] == [f"scene{hop}" for hop in range(30)]


def test_what_was_told_in_hops_that_a_full_disk_did_not_take_is_not_told_again_in_others(tmp_path: Path) -> None:
    path = tmp_path / "a.monochord"
    writer = TakeWriter(path, 1, staged=True)
    writer._file.close()
    writer._file = crowded = _Crowded(path, "a")
    crowded.room = 0
    writer.tell(Told(0, Change("ink")))
    writer.write(np.zeros(ROW), np.zeros((HOP, 1), np.float32))
    with pytest.raises(OSError, match="No space left"):
        writer.flush()
    crowded.room = 1 << 30
    writer.write(np.ones(ROW), np.zeros((HOP, 1), np.float32))
    writer.flush()
    assert not Take(path)._slots["told"].any()
    writer.close()
