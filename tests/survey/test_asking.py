"""A survey as the show has it: a child that phones reach, whose counts come home whatever becomes of it."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from engine.control.qr import qr_bits
from engine.errors import BadSetting
from engine.survey import asking
from engine.survey.asking import Survey
from engine.survey.place import SurveySettings
from engine.survey.votes import read_votes

from .phone import Phone

Open = Callable[..., Survey]


@pytest.fixture
def survey() -> Iterator[Open]:
    """Makes one that is open; it ends with the test."""
    made: list[Survey] = []

    def begin(**settings: object) -> Survey:
        one = Survey(SurveySettings(**{"open": True, "host": "127.0.0.1", "port": 0, **settings}))  # type: ignore[arg-type]  # settings of several kinds
        made.append(one)
        one.open()
        one.await_open()
        return one

    yield begin
    for one in made:
        one.end()


def port_of(one: Survey) -> int:
    return int(one.url.rstrip("/").rpartition(":")[2])


def until(one: Survey, true: Callable[[], object]) -> list[str]:
    """Look after it until this is so; what the operator was told meanwhile."""
    deadline, lines = time.monotonic() + 120.0, []
    while not true():
        assert time.monotonic() < deadline
        lines += one.tend(time.monotonic())
        time.sleep(0.01)
    return lines


def voted(one: Survey, music: str, visuals: str) -> Phone:
    phone = Phone(port_of(one))
    phone.ask("/")
    assert phone.vote(music, visuals) == 303
    return phone


def test_votes_come_home_and_into_the_file_and_the_code_leads_to_the_page(survey: Open, tmp_path: Path) -> None:
    votes, code = tmp_path / "votes.csv", tmp_path / "code.png"
    one = survey(votes=votes, code=code)
    assert read_votes(votes).total == 0
    with Image.open(code) as picture:
        assert picture.size[0] == picture.size[1] >= 400
    voted(one, "B", "A")
    voted(one, "B", "D")
    address = one.url
    assert f"survey: open at {address}" in until(one, lambda: one.votes.total == 2)
    assert one.facts() == {
        "open": True,
        "shown": False,
        "url": address,
        "votes": 2,
        "music": (0, 2, 0, 0),
        "visuals": (1, 0, 0, 1),
    }
    assert one.code()["votes"] == 2
    voted(one, "C", "C")
    assert one.end() == ["survey: 3 voted"]
    assert read_votes(votes) == one.votes
    assert one.votes.total == 3


def test_its_code_is_on_the_wall_while_somebody_wants_it_and_phones_can_come(survey: Open) -> None:
    one = survey()
    assert one.on_wall() is None
    one.show(True)
    side, bits = qr_bits(one.url)
    assert one.on_wall() == {"side": side, "bits": bits}
    one.show(False)
    assert one.on_wall() is None
    one.show(True, 3600.0)
    assert one.shown
    one.show(True, 1e-9)
    assert not one.shown
    one.show(True)
    one.close()
    assert one.on_wall() is None
    assert not one.facts()["shown"]
    with pytest.raises(BadSetting, match=r"lead nowhere \(open it first\)"):
        one.show(True)


def test_the_votes_of_last_night_stay_what_they_are(survey: Open, tmp_path: Path) -> None:
    for name in ("votes.csv", "votes-2.csv"):
        (tmp_path / name).write_text("last night\n")
    one = survey(votes=tmp_path / "votes.csv")
    told = f"survey: {tmp_path / 'votes.csv'} is there already: the votes go into {tmp_path / 'votes-3.csv'}"
    assert told in until(one, lambda: read_votes(tmp_path / "votes-3.csv").total == 0 and not one._lines)
    assert (tmp_path / "votes.csv").read_text() == (tmp_path / "votes-2.csv").read_text() == "last night\n"


def test_closed_nothing_listens_and_open_again_a_phone_is_known(survey: Open) -> None:
    one = survey()
    phone, port = voted(one, "A", "A"), port_of(one)
    one.close()
    lines = until(one, lambda: one.votes.total == 1 and one._child is not None and _refused(port))
    lines += until(one, lambda: "survey: closed, 1 voted" in [*lines, *one._lines])
    assert (one.url, one.code(), one.facts()["open"]) == ("", {}, False)
    one.open()
    one.await_open()
    assert port_of(one) == port
    assert phone.vote("B", "B") == 409
    voted(one, "D", "D")
    until(one, lambda: one.votes.total == 2)


def _refused(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) != 0


def test_a_child_that_is_killed_is_told_and_begins_again_and_no_vote_is_lost(
    survey: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_AGAIN", 0.0)
    one = survey()
    voted(one, "A", "B")
    until(one, lambda: one.votes.total == 1)
    child = one._child
    assert child is not None
    os.kill(child.pid, signal.SIGKILL)
    lines = until(one, lambda: one._child is not child and one.url)
    assert any(line.startswith("survey: it was lost") for line in lines)
    voted(one, "A", "B")
    until(one, lambda: one.votes.total == 2)


def test_a_port_that_is_taken_is_refused_in_one_line(survey: Open) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(BadSetting, match=rf"survey=127\.0\.0\.1:{port} cannot be listened at: .*another port\)"):
            survey(port=port)


def test_a_port_that_is_taken_when_a_hand_opens_it_is_told_and_it_stays_closed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        one = Survey(SurveySettings(host="127.0.0.1", port=other.getsockname()[1]))
        one.open()
        lines = until(one, lambda: not one.wanted)
        assert any("cannot be listened at" in line for line in lines)
        assert one.facts()["open"] is False
        one.end()


def test_a_file_that_cannot_be_written_is_said_before_anybody_votes(survey: Open, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"survey=.*votes\.csv cannot be written: No such file"):
        survey(votes=tmp_path / "nowhere" / "votes.csv")


def test_a_full_disk_is_told_once_and_ends_nothing(
    survey: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = survey(votes=tmp_path / "votes.csv")
    until(one, lambda: not one._lines)
    monkeypatch.setattr(asking, "_WRITING", 0.0)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(asking, "write_votes", full)
    one._due = 0.0
    voted(one, "A", "A")
    lines = until(one, lambda: one.votes.total == 1)
    lines += [line for _ in range(3) for line in one.tend(time.monotonic())]
    assert [line for line in lines if "cannot be written: No space" in line] == [
        f"survey={tmp_path / 'votes.csv'} cannot be written: No space left on device"
    ]
    monkeypatch.undo()
    assert one.end() == ["survey: 1 voted"]
    assert read_votes(tmp_path / "votes.csv").total == 1


def test_what_a_child_says_that_is_no_count_of_votes_counts_nothing() -> None:
    one = Survey(SurveySettings(most=10))
    for nonsense in ({"AA": -1}, {"AA": 1.5}, {"AA": True}, {"ZZ": 1}, {"AA": "1"}, {"AA": 11}, {"AA": 6, "BB": 6}):
        one._count(nonsense)
    assert one.votes.total == 0
    one._count({"AA": 10, "nonsense": [1]})
    assert one.votes.total == 10
    one._count({"AA": 1})
    assert one.votes.total == 10


def test_a_survey_that_nobody_opens_starts_nothing_and_writes_nothing(tmp_path: Path) -> None:
    one = Survey(SurveySettings(votes=tmp_path / "votes.csv"))
    assert list(one.tend(time.monotonic())) == []
    one.close()
    assert one._child is None
    assert one.end() == []
    assert list(tmp_path.iterdir()) == []
