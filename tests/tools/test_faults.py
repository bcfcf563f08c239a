"""A verdict says what was seen, and what was seen is what was: silences, blackness, numbers that are none."""

from __future__ import annotations

import contextlib
import json
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.frame import blank_row
from engine.lights.osc import frame_messages, templates

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
if sys.platform == "linux":
    import faults
    from nights import children, files, machine, network, scenes
    from nights.night import Night, gone, music
    from nights.verdict import Check, Verdict, so, within
    from watching import from_outside
    from watching.from_outside import Lights, Pulse, black, layout_of, longest
    from watching.wall import is_black

TOOLS = Path(__file__).resolve().parents[2] / "tools"


def test_the_longest_silence_counts_from_where_one_looks_until_where_one_stops() -> None:
    assert longest([], 1.0, 4.0) == 3.0
    assert longest([0.0, 2.0, 2.1, 9.0], 1.0, 4.0) == pytest.approx(1.9)
    assert longest([1.0, 1.5, 3.5, 4.0], 1.0, 4.0) == 2.0


def test_a_wall_is_black_from_the_last_look_that_saw_something_to_the_next() -> None:
    looks = [(1.0, False), (1.1, True), (1.2, True), (1.5, False), (3.0, False), (3.1, True)]
    assert black(looks, 1.0, 3.0) == pytest.approx(0.5)
    assert black(looks, 1.0, 4.0) == pytest.approx(1.0)
    assert black([(1.0, False), (9.0, False)], 0.0, 9.0) == 0.0  # nobody looked, and nothing black was seen


def test_a_wall_with_a_pointer_on_it_is_black_and_one_with_a_dim_picture_is_not() -> None:
    pixels = np.zeros((57600, 4), np.uint8)
    pixels[:, 3] = 255
    pixels[:256, :3] = 255
    assert is_black(pixels)
    pixels[:6000, 1] = 20
    assert not is_black(pixels)


@pytest.fixture
def datagrams() -> Callable[[np.ndarray], list[bytes]]:
    made = templates(frame_messages(), bundle=True, max_bytes=1400)

    def filled(row: np.ndarray) -> list[bytes]:
        return [bytes(one.fill(row)) for one in made]

    return filled


def row_of(hop: int, level: float) -> np.ndarray:
    row = np.zeros(4096)
    row[: len(blank_row())] = blank_row()
    row[0], row[2] = hop, level
    return row


def test_a_receiver_knows_hops_levels_and_numbers_that_are_none(datagrams: Callable) -> None:
    with Lights() as lights:
        for moment, (hop, level) in enumerate([(5, -20.0), (6, -120.0), (9, -120.0), (10, -30.0)]):
            for one in datagrams(row_of(hop, level)):
                lights.note(moment * 1_000_000_000, one)
        assert lights.hops == [5, 6, 9, 10]
        assert lights.levels == [-20.0, -120.0, -120.0, -30.0]
        assert lights.lost(0.0, 9.0) == 2
        assert lights.sounding(0.5) == 3.0
        assert lights.sounding(2.5) == 3.0
        assert lights.not_finite == 0
        first, *_ = datagrams(row_of(11, -30.0))
        where = 4 * int(layout_of(first).floats[-1])
        for none in (np.nan, np.inf, -np.inf):
            lights.note(4_000_000_000, first[:where] + struct.pack(">f", none) + first[where + 4 :])
        assert lights.not_finite == 3


def test_what_is_late_by_the_clock_fails_only_where_the_clock_is_believed() -> None:
    verdict = Verdict("a fault", (within("sound back after", 4.0, 2.0), so("no hop lost", well=True)))
    assert verdict.failed(timed=True)
    assert not verdict.failed(timed=False)
    assert verdict.line(timed=True) == "FAIL  a fault            sound back after 4.00 s (< 2 s) · no hop lost"
    assert verdict.line(timed=False).startswith("ok  ")


def test_what_never_came_fails_whatever_the_clock_is_worth() -> None:
    verdict = Verdict("a fault", (within("sound back after", None, 2.0),))
    assert verdict.failed(timed=False) == [Check("sound back after never", "< 2 s", well=False)]
    assert "NOT: no hop lost" in Verdict("another", (so("no hop lost", well=False),)).line(timed=False)


def test_a_fault_that_cannot_be_tried_here_is_one_line_and_no_failure() -> None:
    verdict = Verdict("a fault", skipped="no JACK here")
    assert not verdict.failed(timed=True)
    assert verdict.line(timed=True) == "skip  a fault            no JACK here"


@pytest.fixture
def night(tmp_path: Path):
    with Night(tmp_path) as one:
        yield one


def test_a_fault_that_breaks_is_a_verdict_with_its_reason(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(faults.FAULTS, "breaks", lambda _: 1 / 0)
    verdict = faults.tried("breaks", night, timed=False)
    assert "ZeroDivisionError: division by zero" in verdict.line(timed=False)
    assert verdict.failed(timed=False)


def test_what_was_late_while_the_machine_stood_still_is_tried_again(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def fault(_: Night) -> Verdict:
        tries.append(1)
        return Verdict("late", (within("back after", 9.0 / len(tries), 4.0),))

    monkeypatch.setitem(faults.FAULTS, "late", fault)
    monkeypatch.setattr(Pulse, "longest", lambda *_: 1.5)
    verdict = faults.tried("late", night, timed=True)
    assert len(tries) == 3
    assert verdict.line(timed=True) == (
        "ok    late               back after 3.00 s (< 4 s) · the machine itself stood still for 1.50 s"
    )
    tries.clear()
    monkeypatch.setattr(Pulse, "longest", lambda *_: 0.01)
    assert faults.tried("late", night, timed=True).failed(timed=True)
    assert len(tries) == 1


def test_the_table_says_of_each_fault_whether_it_passed() -> None:
    well = [Verdict(name, (so("well", well=name == "one"),)) for name in ("one", "two")]
    verdicts = [*well, Verdict("three", (), "x")]
    table = json.loads(faults.as_json(None, verdicts, timed=True))
    assert [one["passed"] for one in table["faults"]] == [True, False, True]
    text = faults.as_markdown(None, verdicts, timed=True)
    assert "| one | passed | well |\n| two | **failed** | NOT: well |\n| three | skipped | x |" in text


def test_every_fault_has_one_name() -> None:
    every = [part.FAULTS for part in (children, files, machine, network, scenes)] + [machine.OWN, children.LAST]
    assert len(faults.FAULTS) == sum(map(len, every))
    assert all(len(name) <= 18 for name in faults.FAULTS)


def test_the_night_has_music_that_is_never_silent(tmp_path: Path) -> None:
    import soundfile

    sound, rate = soundfile.read(music(tmp_path / "a.wav", 2.0))
    levels = np.sqrt((sound[: len(sound) // 480 * 480].reshape(-1, 480) ** 2).mean(axis=1))
    assert rate == 48000
    assert 20 * np.log10(levels.min()) > from_outside.DEAF + 40


def test_a_process_that_is_gone_is_gone() -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as child:
        assert not gone([child.pid])
        child.kill()
        deadline = time.monotonic() + 60
        while not gone([child.pid]):
            assert time.monotonic() < deadline
            time.sleep(0.01)


@pytest.mark.gl
@pytest.mark.slow
def test_a_short_night_ends_with_nothing_lost(tmp_path: Path) -> None:
    """What must be on any machine: it came back, and nothing was lost. Clocks are told and not asked."""
    wanted = ("ears-killed", "stage-killed", "disk-full", "show-killed")
    command = [sys.executable, str(TOOLS / "faults.py"), "--short", "--untimed", "--out", str(tmp_path)]
    for name in wanted:
        command += ["--only", name]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    with contextlib.suppress(OSError):
        print((tmp_path / "said.txt").read_text())
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert [one["fault"] for one in json.loads((tmp_path / "faults.json").read_text())["faults"]] == list(wanted)
