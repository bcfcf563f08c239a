"""What phones are answered over HTTP: three paths, strictly read, and nothing of the show behind them."""

from __future__ import annotations

import asyncio
import contextlib
import random
import select
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from aiohttp import web

from engine.survey import front_door
from engine.survey.ballot_box import BallotBox
from engine.survey.front import COOKIE, Questionnaire
from engine.survey.front_door import FrontDoor

from .phone import FORM, Phone

FUZZED = 150


class Hall:
    """The questionnaire behind its door, in a thread of the test."""

    def __init__(self, box: BallotBox) -> None:
        self.box = box
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run)
        self._ready = threading.Event()
        self._thread.start()
        assert self._ready.wait(60)

    def _run(self) -> None:
        self.loop.run_until_complete(self._serve())
        self.loop.close()

    async def _serve(self) -> None:
        runner = web.AppRunner(Questionnaire(self.box, "127.0.0.1").app(), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        assert runner.server is not None
        self.door = FrontDoor(runner.server, self.box.alias)
        self._task = asyncio.create_task(self.door.run(self._listener))
        self._ready.set()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._listener.close()
        await runner.cleanup()

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join()


@pytest.fixture
def hall() -> Iterator[Hall]:
    one = Hall(BallotBox(per_minute=6))
    yield one
    one.close()


@pytest.fixture
def phone(hall: Hall) -> Phone:
    return Phone(hall.port)


def test_a_phone_is_asked_votes_and_is_thanked(hall: Hall, phone: Phone) -> None:
    status, headers, text = phone.ask("/", Accept_Language="de-AT,de;q=0.9")
    assert status == 200
    assert '<html lang="de"' in text
    assert "<form" in text
    assert headers["Set-Cookie"].startswith(f"{COOKIE}=")
    for part in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"):
        assert part in headers["Set-Cookie"]
    assert phone.vote("B", "A", "/vote?lang=de") == 303
    status, headers, text = phone.ask("/?lang=de")
    assert "Danke" in text
    assert "<form" not in text
    assert "Set-Cookie" not in headers
    assert phone.vote("D", "D") == 409
    assert hall.box.taken() == {"BA": 1}


def test_the_answers_let_a_browser_load_and_run_nothing(phone: Phone) -> None:
    for path in ("/", "/survey.css", "/nothing"):
        _, headers, _ = phone.ask(path)
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Connection"] == "close"
        assert "Access-Control-Allow-Origin" not in headers
        assert "aiohttp" not in headers["Server"]


def test_there_are_three_paths_and_none_of_the_show(phone: Phone) -> None:
    for path in (
        "/page/",
        "/page/live",
        "/monochord",
        "/vote",
        "/survey.css/",
        "/../front.py",
        "/%2e%2e/x",
        "//",
        "/?/",
    ):
        assert phone.ask(path)[0] in ((200,) if path == "/?/" else (404, 405))
    for method in ("PUT", "DELETE", "OPTIONS", "TRACE", "POST"):
        assert phone.ask("/", method)[0] == 405
    assert phone.ask("/", Upgrade="websocket", Connection="Upgrade")[0] == 200  # a page, and no socket


def test_other_names_and_other_sites_pages_are_refused(hall: Hall, phone: Phone) -> None:
    phone.ask("/")
    for host in (f"evil.example:{hall.port}", "127.0.0.1", "127.0.0.1:80", f"192.0.2.1:{hall.port}", ""):
        assert phone.ask("/", Host=host)[0] == 403
        assert phone.vote("A", "A", Host=host) == 403
    for origin in ("http://evil.example", "null", f"https://127.0.0.1:{hall.port}"):
        assert phone.vote("A", "A", Origin=origin) == 403
    assert hall.box.taken() == {}
    assert phone.vote("A", "A", Origin=f"http://127.0.0.1:{hall.port}") == 303


def test_a_form_that_another_site_sends_brings_no_cookie_and_counts_nothing(hall: Hall, phone: Phone) -> None:
    assert phone.vote("A", "A") == 403
    assert phone.vote("A", "A", Cookie=f"{COOKIE}={'x' * 43}") == 403
    assert hall.box.taken() == {}


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        (FORM, "", 400),
        (FORM, "music=A", 400),
        (FORM, "music=A&visuals=E", 400),
        (FORM, "music=A&visuals=B&more=1", 400),
        (FORM, "x" * 1024, 400),
        (FORM, "x" * 1025, 413),
        (FORM, "x" * 100_000, 413),
        ("application/json", '{"music": "A", "visuals": "B"}', 400),
        ("text/plain", "music=A&visuals=B", 400),
    ],
)
def test_what_is_no_vote_is_refused_and_does_not_use_up_the_phones_own(
    hall: Hall, phone: Phone, kind: str, body: str, status: int
) -> None:
    phone.ask("/")
    with contextlib.suppress(ConnectionError):  # what is far too long may be cut off while it is still sent
        assert phone.ask("/vote", "POST", body, Content_Type=kind)[0] == status
    assert phone.vote("A", "B") == 303
    assert hall.box.taken() == {"AB": 1}


def test_many_phones_at_one_address_are_asked_to_wait(hall: Hall) -> None:
    found = []
    for _ in range(30):
        phone = Phone(hall.port)
        phone.ask("/")
        found.append(phone.vote("C", "C"))
        if found[-1] == 429:
            break
    assert found[-1] == 429
    assert found[:12] == [303] * 12
    assert hall.box.taken() == {"CC": len(found) - 1}


def test_a_full_box_says_so(hall: Hall, phone: Phone) -> None:
    hall.box._most = 0
    phone.ask("/?lang=en")
    status, _, text = phone.ask("/vote?lang=en", "POST", "music=A&visuals=A", Content_Type=FORM)
    assert status == 503
    assert "No more answers" in text


def test_a_head_that_is_too_long_is_no_request(phone: Phone) -> None:
    with contextlib.suppress(ConnectionError):
        assert phone.ask("/" + "x" * 9000)[0] == 400
    assert phone.ask("/")[0] == 200


def test_who_connects_and_says_nothing_is_cut_off(hall: Hall, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front_door, "LONGEST", 0.2)
    with socket.create_connection(("127.0.0.1", hall.port)) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: ")
        assert select.select([line], [], [], 60.0)[0] == [line]  # its end has come
    assert phone.ask("/")[0] == 200


def test_who_holds_every_connection_is_held_to_his_share(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front_door, "MOST_OPEN_EACH", 5)
    lines = [socket.create_connection(("127.0.0.1", hall.port)) for _ in range(20)]
    try:
        deadline = time.monotonic() + 60.0
        while hall.door.turned_away < 15 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert hall.door.turned_away == 15
        assert len(hall.door._open) == 5
        gone = select.select(lines, [], [], 5.0)[0]
        assert len(gone) == 15
    finally:
        for line in lines:
            line.close()


def test_more_connections_than_one_address_may_make_in_a_second_are_closed_unheard(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.control.rate import Buckets

    hall.door._each = Buckets(0.0, 3.0)
    phone = Phone(hall.port)
    assert [phone.ask("/")[0] for _ in range(3)] == [200] * 3
    for _ in range(5):
        with pytest.raises((ConnectionError, OSError)):
            phone.ask("/")
    assert hall.door.turned_away == 5


_HEAD = (
    b"POST /vote HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/x-www-form-urlencoded\r\nCookie: %s\r\n"
)
_BODY = b"Content-Length: 17\r\n\r\nmusic=A&visuals=B"


def mutated(request: bytes, chance: random.Random) -> bytes:
    """The request with a few bytes changed, left out, doubled or put in."""
    made = bytearray(request)
    for _ in range(chance.randrange(1, 5)):
        at, long = chance.randrange(len(made)), chance.randrange(1, 9)
        piece = bytes(chance.choice(b"\r\n:;, =&%\0\xff0AZ") for _ in range(long))
        made[at : at + chance.choice((0, long))] = chance.choice((b"", piece, bytes(made[at : at + 40])))
    return bytes(made) if made else b"\0"


def test_no_request_however_broken_ends_the_server_or_counts_twice(hall: Hall, phone: Phone) -> None:
    from engine.control.rate import Buckets

    hall.door._each = Buckets(1e6, 1e6)
    phone.ask("/")
    request = _HEAD % (hall.port, phone.cookie.encode()) + _BODY
    chance = random.Random(1)
    for _ in range(FUZZED):
        with socket.create_connection(("127.0.0.1", hall.port), timeout=60) as line, contextlib.suppress(OSError):
            line.sendall(mutated(request, chance))
            line.shutdown(socket.SHUT_WR)
            line.recv(64)
    assert phone.ask("/")[0] == 200
    assert phone.vote("A", "B") in (303, 409)
    assert sum(hall.box.taken().values()) == 1
    assert len(hall.door._open) <= front_door.MOST_OPEN
