"""Where phones are led to, as it is said in a show file or found by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import BadSetting
from engine.survey import place
from engine.survey.place import SurveySettings, host_of, read_survey


def test_a_survey_is_closed_until_somebody_opens_it() -> None:
    assert read_survey({}) == SurveySettings()
    assert not SurveySettings().open


def test_what_is_said_is_taken(tmp_path: Path) -> None:
    votes, code = tmp_path / "votes.csv", tmp_path / "code.png"
    found = read_survey(
        {"open": True, "address": "127.0.0.1", "votes": str(votes), "code": str(code), "per_minute": 60}
    )
    assert found == SurveySettings(True, "127.0.0.1", 9120, votes, code, 60)
    for said, host, port in (
        ("192.168.1.10:80", "192.168.1.10", 80),
        ("fd00::2", "fd00::2", 9120),
        ("[::1]:81", "::1", 81),
    ):
        found = read_survey({"address": said})
        assert (found.host, found.port) == (host, port)


@pytest.mark.parametrize(
    "address", ["9120", "0.0.0.0", "0.0.0.0:9120", "[::]:9120", "localhost:9120", "evil.example:80"]
)
def test_what_is_not_one_address_of_this_machine_is_refused(address: str) -> None:
    with pytest.raises(
        BadSetting, match=r"survey\.address=.* must be one address of this machine \(try 192\.168\.1\.10\)"
    ):
        read_survey({"address": address})


def test_files_of_another_kind_are_refused() -> None:
    with pytest.raises(BadSetting, match=r"votes\.txt must end in \.csv"):
        read_survey({"votes": "votes.txt"})
    with pytest.raises(BadSetting, match=r"code\.pdf must end in \.svg or \.png"):
        read_survey({"code": "code.pdf"})


@pytest.mark.parametrize(
    ("route", "others", "found"),
    [
        ("192.168.1.10", ["10.0.0.1", "192.168.1.10"], "192.168.1.10"),
        ("127.0.0.1", ["10.0.0.1"], "10.0.0.1"),
        ("100.64.0.3", [], "100.64.0.3"),
    ],
)
def test_the_address_is_the_one_that_leads_out_else_the_only_one(
    monkeypatch: pytest.MonkeyPatch, route: str, others: list[str], found: str
) -> None:
    monkeypatch.setattr(place, "own_address", lambda: route)
    monkeypatch.setattr(place, "_addresses", lambda: others)
    assert host_of(SurveySettings()) == found
    assert host_of(SurveySettings(host="127.0.0.1")) == "127.0.0.1"


@pytest.mark.parametrize(
    ("route", "others", "why"),
    [
        ("127.0.0.1", [], r"survey: no network is here: say at which address phones find it \(--survey-address"),
        (
            "127.0.0.1",
            ["10.0.0.1", "10.1.0.1"],
            r"survey: this machine is in several networks \(10\.0\.0\.1, 10\.1\.0\.1\)",
        ),
        ("93.184.216.34", [], r"survey: 93\.184\.216\.34 can be reached from the internet: if that is meant, say so"),
    ],
)
def test_where_no_phone_of_the_hall_alone_would_find_it_that_is_said(
    monkeypatch: pytest.MonkeyPatch, route: str, others: list[str], why: str
) -> None:
    monkeypatch.setattr(place, "own_address", lambda: route)
    monkeypatch.setattr(place, "_addresses", lambda: others)
    with pytest.raises(BadSetting, match=why):
        read_survey({"open": True})


def test_the_addresses_of_this_machine_are_none_of_its_own_loopback() -> None:
    assert not any(one.startswith(("127.", "169.254.")) for one in place._addresses())
