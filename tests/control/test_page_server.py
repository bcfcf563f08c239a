"""The page's server over plain HTTP and websockets: who is let in, what is served, and what a page may ask for."""

from __future__ import annotations

import asyncio
import http.client
import json
import select
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from engine.control.gate import COOKIE, Gate
from engine.control.orders import Master, Override, Release
from engine.control.page_place import PageSettings
from engine.control.page_server import PageServer
from engine.errors import BadSetting

from .fake_view import FakeView, as_card

TOKEN = "abcdefghijklmnopqrstuv"


class FromAfar(Gate):
    """A gate that takes everybody for a machine in the network."""

    def lets_in(self, peer: str, tokens: Iterable[str | None]) -> bool:
        return super().lets_in("192.0.2.7", tokens)


@pytest.fixture
def view() -> FakeView:
    return FakeView()


@pytest.fixture
def server(view: FakeView) -> Iterator[PageServer]:
    with PageServer(PageSettings(port=0), view) as one:
        yield one


def test_a_page_that_cannot_be_read_keeps_no_port(view: FakeView, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(view: FakeView, url: str) -> None:
        raise OSError("no page")

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setattr("engine.control.page_server.PageFiles", unreadable)
    with pytest.raises(OSError, match="no page"):
        PageServer(PageSettings(port=port), view)
    with socket.socket() as again:
        again.bind(("127.0.0.1", port))


def ask(
    server: PageServer, path: str, method: str = "GET", body: str | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        line.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = line.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        line.close()


def ended(lines: list[socket.socket], within: float) -> list[socket.socket]:
    """Those at whose other end nobody is any more. Nothing else is ever said to them."""
    return select.select(lines, [], [], within)[0]


@pytest.fixture
def impatient(view: FakeView, monkeypatch: pytest.MonkeyPatch) -> Iterator[PageServer]:
    """A server that waits for a request for half a second, and no longer."""
    monkeypatch.setattr("engine.control.page_server._SILENCE", 0.5)
    with PageServer(PageSettings(port=0), view) as one:
        yield one


def until_answered(server: PageServer, path: str) -> bool:
    """Whether it is answered, as soon as there is room again."""
    deadline = time.monotonic() + 60.0
    while time.monotonic() < deadline:
        with suppress(OSError, http.client.HTTPException):
            return ask(server, path)[0] == 200
        time.sleep(0.05)
    return False


def with_socket(
    server: PageServer, does: Callable[[aiohttp.ClientWebSocketResponse], Awaitable[None]], **headers: str
) -> None:
    async def run() -> None:
        url = f"http://127.0.0.1:{server.port}/page/live"
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.ws_connect(url, max_msg_size=0) as line,
            asyncio.timeout(120),
        ):
            await does(line)

    asyncio.run(run())


async def until(line: aiohttp.ClientWebSocketResponse, key: str) -> Any:
    while True:
        said = json.loads(await line.receive_str())
        if key in said:
            return said if key == "n" else said[key]


def test_the_pages_files_are_served_with_a_policy_that_loads_nothing_from_elsewhere(server: PageServer) -> None:
    status, headers, body = ask(server, "/page/")
    assert status == 200
    assert b"<title>Monochord</title>" in body
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in headers
    for name, kind in (("main.js", "text/javascript"), ("page.css", "text/css"), ("icon.svg", "image/svg+xml")):
        status, headers, body = ask(server, f"/page/{name}")
        assert (status, headers["Content-Type"].partition(";")[0]) == (200, kind)
        assert b"https://" not in body
    assert ask(server, "/page/nothing.js")[0] == 404
    assert ask(server, "/page/../gate.py")[0] == 404
    assert ask(server, "/page/%2e%2e/gate.py")[0] == 404


def test_a_name_that_is_not_ours_and_another_sites_page_are_refused_and_told_once(
    server: PageServer, view: FakeView
) -> None:
    here = f"127.0.0.1:{server.port}"
    for path in ("/page/", "/", "/page/live"):
        assert ask(server, path, Host=f"evil.example:{server.port}")[0] == 403
        assert ask(server, path, Origin="http://evil.example")[0] == 403
    assert ask(server, "/page/", Host=here, Origin=f"http://{here}")[0] == 200
    assert ask(server, "/", "DELETE")[0] == 405
    assert ask(server, "/page/enter", "POST", "x" * 4096)[0] in (400, 413)
    assert [line for line in view.said if "not ours" in line] == [
        "page: 127.0.0.1 was refused (a name that is not ours)"
    ]


def test_what_is_shown_in_letters_that_nobody_knows_is_no_token_and_no_fault(
    server: PageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.control.entrance._GUESSING", 0.0)
    body = json.dumps({"token": "\udcff"})
    assert ask(server, "/page/enter", "POST", body)[0] == 204  # on this machine alone there is none to be shown
    assert ask(server, "/page/enter", "POST", body, Content_Type="text/plain; charset=nonsense")[0] == 400
    monkeypatch.setattr(server._entrance, "gate", FromAfar(TOKEN, []))
    assert ask(server, "/page/enter", "POST", body)[0] == 401
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer \xff\r\n\r\n" % server.port)
        assert line.recv(64).startswith(b"HTTP/1.1 401")


def test_in_the_network_only_the_files_are_open_until_the_token_was_shown(
    server: PageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server._entrance, "gate", FromAfar(TOKEN, []))
    assert ask(server, "/page/")[0] == ask(server, "/page/main.js")[0] == 200
    for path in ("/", "/monochord/sound", "/page/live", "/page/qr.svg", "/page/map.png", "/page/scene/0.jpg"):
        assert ask(server, path)[0] == 401
    for path in ("/page/a/b", "/pages", "/page/x_y", "/page//", "/page/main.js/", "/page/%2e%2e/monochord"):
        assert ask(server, path)[0] == ask(server, f"{path}?HOST_INFO")[0] == 401
        assert ask(server, path, Upgrade="websocket", Connection="Upgrade")[0] == 401
    begun = time.monotonic()
    assert ask(server, "/page/enter", "POST", json.dumps({"token": "wrong"}))[0] == 401
    assert time.monotonic() - begun > 0.4
    for nonsense in ("", "[]", '{"token": 1}', "{" * 900):
        assert ask(server, "/page/enter", "POST", nonsense)[0] in (400, 401)
    status, headers, _ = ask(server, "/page/enter", "POST", json.dumps({"token": TOKEN}))
    cookie = headers["Set-Cookie"]
    assert status == 204
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert ask(server, "/", Cookie=f"{COOKIE}={TOKEN}")[0] == 200
    assert ask(server, "/", Authorization=f"Bearer {TOKEN}")[0] == 200
    assert ask(server, "/", Cookie=f"{COOKIE}=wrong")[0] == 401

    async def does(line: aiohttp.ClientWebSocketResponse) -> None:
        assert "names" in await until(line, "hello")

    with_socket(server, does, Cookie=f"{COOKIE}={TOKEN}")


def test_a_page_is_told_all_it_shows_and_its_orders_are_answered_under_their_numbers(
    server: PageServer, view: FakeView
) -> None:
    async def does(line: aiohttp.ClientWebSocketResponse) -> None:
        hello = await until(line, "hello")
        assert [scene["name"] for scene in hello["scenes"]] == ["ink", "silk"]
        assert hello["cues"] == ["Opening", "Finale"]
        table = await until(line, "table")
        assert [item["type"] for item in table["inputs"]] == ["float", "long", "color", "event"]
        assert table["presets"] == ["evening"]
        assert (await until(line, "facts"))["ears"]["name"] == "a tone"
        assert len(await until(line, "live")) == len(hello["names"])
        await line.send_json({"n": 1, "do": "/monochord/scene/flow", "args": [1.25]})
        assert await until(line, "n") == {"n": 1, "ok": True}
        await line.send_json({"n": 2, "do": "/monochord/scene/flow", "args": [9]})
        assert "flow=9 must be a number, 0 to 2" in (await until(line, "n"))["error"]
        await line.send_json({"n": 3, "do": "/monochord/nothing"})
        assert "is none" in (await until(line, "n"))["error"]
        for wrong in ("no JSON", "[]", '{"n": "x", "do": 1}', '{"n": 1, "do": "/monochord/tap", "args": 3}'):
            await line.send_str(wrong)
        await line.send_json({"n": 4, "do": "/monochord/master/blackout", "args": [True]})
        assert await until(line, "n") == {"n": 4, "ok": True}
        await line.send_json({"n": 5, "do": "/monochord/scene/release"})
        assert (await until(line, "n"))["n"] == 5
        view.by_hand = ("flow",)
        while (await until(line, "held")) != ["flow"]:
            pass
        view.lines.append((1, 2.0, "something happened"))
        while [1, 2.0, "something happened"] not in await until(line, "log"):
            pass
        await line.send_json({"all": True})
        assert len(await until(line, "all")) == len(view.numbers) - 2

    with_socket(server, does)
    assert view.orders == [Override("ink", "flow", 1.25), Master("blackout", True), Release("ink")]


def test_half_a_character_in_an_order_is_answered_and_the_page_is_told_on(server: PageServer) -> None:
    async def does(line: aiohttp.ClientWebSocketResponse) -> None:
        await line.send_str(json.dumps({"n": 1, "do": "/monochord/\ud800", "args": []}))
        assert "is none" in (await until(line, "n"))["error"]
        await line.send_str(json.dumps({"n": 2, "do": "/monochord/tempo", "args": [10**400]}))
        assert "must be a number" in (await until(line, "n"))["error"]
        await until(line, "live")

    with_socket(server, does)


def test_a_page_that_asks_for_too_much_is_told_so(view: FakeView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.control.page_socket._PER_SECOND", 1e-3)  # however slow this machine is
    answers: list[bool] = []

    async def does(line: aiohttp.ClientWebSocketResponse) -> None:
        for n in range(300):
            await line.send_json({"n": n, "do": "/monochord/master/brightness", "args": [0.5]})
            answers.append("too much" in (await until(line, "n")).get("error", ""))

    with PageServer(PageSettings(port=0), view) as server:
        with_socket(server, does)
    assert answers == [False] * 240 + [True] * 60
    assert len(view.orders) == 240


def test_sixteen_are_connected_and_no_more_and_a_place_that_is_left_is_free(server: PageServer) -> None:
    async def run() -> None:
        url = f"http://127.0.0.1:{server.port}/"
        async with aiohttp.ClientSession() as session, asyncio.timeout(120):
            lines = [await session.ws_connect(url) for _ in range(16)]
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(url)
            assert refused.value.status == 503
            await lines[0].close()
            while lines[0].closed:  # its place is free as soon as the server has seen it go
                with suppress(aiohttp.WSServerHandshakeError):
                    lines[0] = await session.ws_connect(url)
            for line in lines:
                await line.close()

    asyncio.run(run())


def test_more_connections_than_are_served_are_cut_and_those_that_are_served_go_on(server: PageServer) -> None:
    lines = [socket.create_connection(("127.0.0.1", server.port), timeout=60) for _ in range(80)]
    cut: set[socket.socket] = set()
    try:
        deadline = time.monotonic() + 60.0
        while len(cut) < 16 and time.monotonic() < deadline:
            cut |= set(ended(lines, 0.1))
        assert set(ended(lines, 0.5)) == cut
        assert len(cut) == 16
    finally:
        for line in lines:
            line.close()
    assert until_answered(server, "/page/")


def test_a_reader_that_does_not_read_is_dropped_and_the_others_are_told_on(
    server: PageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.control.outbox._PATIENCE", 0.3)
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    line.connect(("127.0.0.1", server.port))
    key = "dGhlIHNhbXBsZSBub25jZQ=="
    line.sendall(
        f"GET /page/live HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    with line:
        deadline = time.monotonic() + 60.0
        while not server._live.pages and time.monotonic() < deadline:
            time.sleep(0.01)
        assert server._live.pages
        (page,) = server._live.pages
        for _ in range(4000):  # more than the kernel's buffers hold
            server._loop.call_soon_threadsafe(page.outbox.replace, str(_), "x" * 8000)  # type: ignore[union-attr]  # it runs
        deadline = time.monotonic() + 60.0
        while server._live.pages and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not server._live.pages
    assert ask(server, "/page/")[0] == 200


def test_a_scenes_picture_is_served_by_number_and_by_nothing_else(
    server: PageServer, view: FakeView, tmp_path: Path
) -> None:
    picture = tmp_path / "ink.jpg"
    picture.write_bytes(b"\xff\xd8 a picture")
    view.scenes = (as_card(picture),)
    status, headers, body = ask(server, "/page/scene/0.jpg")
    assert (status, headers["Content-Type"], body) == (200, "image/jpeg", picture.read_bytes())
    picture.unlink()
    for path in ("/page/scene/0.jpg", "/page/scene/1.jpg", "/page/scene/-1.jpg", "/page/scene/x.jpg"):
        assert ask(server, path)[0] == 404
    assert ask(server, "/page/map.png")[0] == 404
    assert ask(server, "/page/qr.svg")[0] == 200


def test_a_place_that_is_taken_is_refused_in_one_line(server: PageServer, view: FakeView) -> None:
    with pytest.raises(BadSetting, match=r"page=127\.0\.0\.1:\d+ cannot be listened at: .* \(choose another port\)"):
        PageServer(PageSettings(port=server.port), view)
    with pytest.raises(BadSetting, match=r"page=192\.0\.2\.1:9110 cannot be listened at"):
        PageServer(PageSettings("192.0.2.1"), view)


def test_the_end_of_the_show_is_told_to_who_is_connected_and_takes_no_time(view: FakeView) -> None:
    server = PageServer(PageSettings(port=0), view)
    ended: list[int | None] = []

    async def does(line: aiohttp.ClientWebSocketResponse) -> None:
        await until(line, "live")
        threading.Thread(target=server.close).start()
        while not line.closed:
            await line.receive()
        ended.append(line.close_code)

    begun = time.monotonic()
    with_socket(server, does)
    assert ended == [1001]
    assert time.monotonic() - begun < 50.0  # a server that waits for those who stay connected takes a minute


@pytest.mark.parametrize(
    "says", [b"", b"GET /page/ HTTP/1.1\r\nHost: 127.0.", b"GET /page/ HTTP/1.1\r\nHost: a\r\n\r\n"]
)
def test_who_keeps_a_connection_and_asks_for_nothing_keeps_nobody_out(impatient: PageServer, says: bytes) -> None:
    lines = [socket.create_connection(("127.0.0.1", impatient.port)) for _ in range(64)]
    try:
        for line in lines:
            line.sendall(says)
        assert until_answered(impatient, "/page/")
    finally:
        for line in lines:
            line.close()
