"""Takes: what was written is what is read, and a broken one says what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.errors import BadFile
from engine.frame import HOP, ROW
from engine.take import Take, TakeWriter, is_take


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


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"layout": "other"}, "layout other"),
        ({"rate": 44100}, "rate=44100"),
        ({"channels": 0}, "channels=0"),
        ({"channels": "two"}, "channels=two"),
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


def test_a_text_is_no_take(tmp_path: Path) -> None:
    (tmp_path / "a.monochord").write_text("hello")
    assert not is_take(tmp_path / "a.monochord")
    with pytest.raises(BadFile, match="not a take"):
        Take(tmp_path / "a.monochord")


def test_a_take_that_cannot_be_written_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be written"):
        TakeWriter(tmp_path / "no folder" / "a.monochord", 1)
