"""Takes: what was written is what is read, and a broken one says what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.audio.hearing import HearingSettings
from engine.errors import BadFile
from engine.frame import HOP, ROW
from engine.instrument import InstrumentBand
from engine.musician import Musician
from engine.take import Take, TakeWriter, band_in, is_take, musicians_in, space_in


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
