"""The gate: only our own page, asked for by our own name, and with the token where the network is."""

from __future__ import annotations

import ipaddress
import resource
from pathlib import Path

import pytest

from engine.control.gate import Gate, kept_token

TOKEN = "abcdefghijklmnopqrstuv"


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("127.0.0.1:9110", True),
        ("localhost:9110", True),
        ("LOCALHOST.:9110", True),
        ("stage.local:9110", True),
        ("evil.example:9110", False),
        ("127.0.0.1.evil.example:9110", False),
        ("127.0.0.1:9111", False),
        ("127.0.0.1", False),
        ("127.0.0.2:9110", False),
        ("user@127.0.0.1:9110", False),
        ("127.0.0.1:9110/x", False),
        ("", False),
        (None, False),
    ],
)
def test_a_host_is_known_by_our_names_and_by_the_address_that_was_reached(host: str | None, known: bool) -> None:
    assert Gate(None, ["stage.local"]).knows_host(host, "127.0.0.1", 9110) is known


def test_an_address_is_the_same_in_either_way_of_writing() -> None:
    gate = Gate(None, [])
    assert gate.knows_host("192.168.1.10:9110", "::ffff:192.168.1.10", 9110)
    assert gate.knows_host("[::1]:9110", "::1", 9110)
    assert gate.knows_host("[0:0::1]:9110", "::1", 9110)
    assert gate.knows_host("192.168.1.10", "192.168.1.10", 80)


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://127.0.0.1:9110", "http://127.0.0.1:9111", ""]
)
def test_another_sites_page_is_refused(origin: str) -> None:
    gate = Gate(None, [])
    assert not gate.knows_origin(origin, "127.0.0.1:9110")
    assert gate.knows_origin("http://127.0.0.1:9110", "127.0.0.1:9110")
    assert gate.knows_origin(None, "127.0.0.1:9110")


def test_without_a_token_whoever_reaches_us_comes_in_and_with_one_only_who_shows_it() -> None:
    assert Gate(None, []).lets_in("127.0.0.1", [None])
    gate = Gate(TOKEN, [], [ipaddress.ip_network("192.168.1.20")])
    assert gate.lets_in("192.168.1.33", [None, TOKEN])
    assert not gate.lets_in(
        "192.168.1.33", [None, TOKEN[:-1], TOKEN + "x", "", "ünïcode", "half a character \ud800 or \udcff"]
    )
    assert not gate.lets_in("nonsense", [None])
    assert gate.lets_in("192.168.1.20", [None])
    assert gate.lets_in("::ffff:192.168.1.20", [None])
    assert gate.lets_in("127.0.0.1", [None])
    assert gate.lets_in("::1", [None])


def test_a_disk_that_is_full_leaves_no_empty_token_behind(tmp_path: Path) -> None:
    path = tmp_path / "page.token"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        assert len(kept_token(path)) == 22
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not path.exists()
    assert kept_token(path) == kept_token(path)


def test_a_token_is_kept_where_only_its_owner_reads_it_and_is_another_where_it_cannot_be(tmp_path: Path) -> None:
    path = tmp_path / "state" / "page.token"
    token = kept_token(path)
    assert (len(token), kept_token(path)) == (22, token)
    assert path.stat().st_mode & 0o077 == 0
    path.write_text("short")
    assert len(kept_token(path)) == 22
    assert kept_token(None) != kept_token(None)
    (tmp_path / "file").write_text("")
    assert len(kept_token(tmp_path / "file" / "page.token")) == 22
