"""OSCQuery, asked as any client of it would: plain HTTP, and a plain websocket."""

from __future__ import annotations

import asyncio
import http.client
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder
from zeroconf import ServiceBrowser, ServiceStateChange, Zeroconf

from engine.control.announcement import SERVICE
from engine.control.orders import Master, Override, SelectScene
from engine.control.oscquery import STREAM_PERIOD
from engine.control.page_place import PageSettings
from engine.control.page_server import PageServer
from engine.frame import SIGNALS, Rhythm, Sound

from .fake_view import FLOW, TINT, FakeView


class Asked:
    """A server of a show that is none, and what it answers."""

    def __init__(self, server: PageServer, view: FakeView) -> None:
        self.view, self.port = view, server.port

    def get(self, path: str, **headers: str) -> tuple[int, Any]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            line.request("GET", path, headers=headers)
            answer = line.getresponse()
            text = answer.read()
        finally:
            line.close()
        return answer.status, json.loads(text) if answer.status == 200 else None

    def listen(self, does: Callable[[aiohttp.ClientWebSocketResponse], Awaitable[None]]) -> None:
        """Do this with a websocket."""

        async def run() -> None:
            async with (
                aiohttp.ClientSession() as session,
                session.ws_connect(f"http://127.0.0.1:{self.port}/") as socket,
                asyncio.timeout(120),
            ):
                await does(socket)

        asyncio.run(run())


@pytest.fixture
def asked() -> Iterator[Asked]:
    view = FakeView()
    with PageServer(PageSettings(port=0), view) as server:
        yield Asked(server, view)


def packet(address: str, *values: Any) -> bytes:
    builder: Any = OscMessageBuilder(address)
    for value in values:
        builder.add_arg(value)
    data: bytes = builder.build().dgram
    return data


def test_the_tree_holds_every_signal_and_every_order_at_its_own_path(asked: Asked) -> None:
    status, root = asked.get("/")
    assert (status, root["FULL_PATH"], root["ACCESS"]) == (200, "/", 0)
    found: dict[str, Any] = {}

    def walk(node: dict[str, Any]) -> None:
        found[node["FULL_PATH"]] = node
        for name, inner in node.get("CONTENTS", {}).items():
            assert inner["FULL_PATH"] == f"{node['FULL_PATH'].rstrip('/')}/{name}"
            walk(inner)

    walk(root)
    leaves = {path for path, node in found.items() if "TYPE" in node}
    signals = {signal.address for signal in SIGNALS.values()}
    assert leaves == {*signals, *asked.view.table.entries, "/monochord/frame"}


def test_an_input_tells_type_range_value_and_what_it_is(asked: Asked) -> None:
    _, flow = asked.get("/monochord/scene/flow")
    assert (flow["TYPE"], flow["VALUE"], flow["RANGE"]) == ("f", [0.5], [{"MIN": 0.0, "MAX": 2.0}])
    assert (flow["TAGS"], flow["EXTENDED_TYPE"], flow["CLIPMODE"]) == (["input"], ["flow"], ["none"])
    assert "band.level" in flow["DESCRIPTION"]
    _, mode = asked.get("/monochord/scene/mode?RANGE")
    assert mode == {"RANGE": [{"VALS": [1, 3]}]}
    _, tint = asked.get("/monochord/scene/tint")
    assert tint["TYPE"] == "ffff"
    assert tint["EXTENDED_TYPE"] == ["color.rgb.r", "color.rgb.g", "color.rgb.b", "color.rgb.a"]
    _, level = asked.get("/monochord/sound/level")
    assert (level["UNIT"], level["RANGE"]) == (["gain.db"], [{"MIN": -60.0, "MAX": 0.0}])
    _, dark = asked.get("/monochord/master/blackout")
    assert (dark["TYPE"], dark["VALUE"], dark["CRITICAL"]) == ("T", [False], True)


def test_one_attribute_is_answered_alone_and_what_is_not_there_by_the_proposals_codes(asked: Asked) -> None:
    asked.view.numbers[Rhythm.onsets.part] = 7
    assert asked.get("/monochord/rhythm/onsets?VALUE") == (200, {"VALUE": [7]})
    assert asked.get("/monochord/sound?VALUE")[0] == 204
    assert asked.get("/monochord/scene/tint?VALUE")[0] == 204
    assert asked.get("/monochord/sound/level?CONTENTS")[0] == 204
    assert asked.get("/monochord/nothing")[0] == 404
    assert asked.get("/monochord/nothing?VALUE")[0] == 404
    assert asked.get("/monochord?NONSENSE")[0] == 400
    assert asked.get("/monochord?VALUE&TYPE")[0] == 400
    assert asked.get("/monochord/?FULL_PATH") == (200, {"FULL_PATH": "/monochord"})


def test_who_we_are_tells_where_the_websocket_is_and_osc_only_where_somebody_listens(asked: Asked) -> None:
    _, info = asked.get("/?HOST_INFO")
    assert (info["WS_IP"], info["WS_PORT"]) == ("127.0.0.1", asked.port)
    assert info["EXTENSIONS"]["LISTEN"] is info["EXTENSIONS"]["PATH_CHANGED"] is True
    assert info["EXTENSIONS"]["PATH_RENAMED"] is False
    assert "OSC_PORT" not in info
    asked.view.osc_port = 9100
    _, info = asked.get("/monochord?HOST_INFO")
    assert (info["OSC_IP"], info["OSC_PORT"], info["OSC_TRANSPORT"]) == ("127.0.0.1", 9100, "UDP")


def test_a_person_who_types_the_address_comes_to_the_page_and_a_program_to_the_tree(asked: Asked) -> None:
    assert asked.get("/", Accept="text/html,application/xhtml+xml")[0] == 303
    assert asked.get("/", Accept="*/*")[0] == 200


def test_who_listens_is_told_the_value_at_once_and_then_only_what_changes(asked: Asked) -> None:
    view = asked.view

    async def does(socket: aiohttp.ClientWebSocketResponse) -> None:
        await socket.send_json({"COMMAND": "LISTEN", "DATA": "/monochord/sound/level"})
        first = OscMessage(await socket.receive_bytes())
        assert (first.address, first.params) == ("/monochord/sound/level", [Sound.level.initial])
        view.numbers[Sound.level.part] = -12.0
        assert OscMessage(await socket.receive_bytes()).params == [-12.0]
        await socket.send_json({"COMMAND": "LISTEN", "DATA": "/monochord/master/blackout"})
        assert OscMessage(await socket.receive_bytes()).params == [False]
        await socket.send_json({"COMMAND": "IGNORE", "DATA": "/monochord/sound/level"})
        view.values["/monochord/master/blackout"] = (True,)
        view.numbers[Sound.level.part] = -3.0
        assert OscMessage(await socket.receive_bytes()).address == "/monochord/master/blackout"
        for wrong in ("no JSON", "[1]", '{"COMMAND":"LISTEN"}', '{"COMMAND":"LISTEN","DATA":"/nothing"}'):
            await socket.send_str(wrong)
        with pytest.raises(TimeoutError):
            await socket.receive_bytes(timeout=0.2)

    asked.listen(does)


def test_a_path_is_streamed_at_most_sixty_times_a_second(asked: Asked) -> None:
    view = asked.view

    async def does(socket: aiohttp.ClientWebSocketResponse) -> None:
        await socket.send_json({"COMMAND": "LISTEN", "DATA": "/monochord/sound/level"})
        await socket.receive_bytes()  # as it is, at once
        loop, told = asyncio.get_running_loop(), 0
        begun = loop.time()
        while told < 30:
            view.numbers[Sound.level.part] -= 0.01
            with suppress(TimeoutError):
                await socket.receive_bytes(timeout=0.001)
                told += 1
        assert loop.time() - begun > 28 * STREAM_PERIOD

    asked.listen(does)


def test_osc_in_binary_frames_is_an_order_and_what_is_wrong_is_told_once(asked: Asked) -> None:
    view = asked.view

    async def does(socket: aiohttp.ClientWebSocketResponse) -> None:
        await socket.send_bytes(packet("/monochord/master/brightness", 0.25))
        await socket.send_bytes(packet("/monochord/scene/flow", 1.5))
        for _ in range(3):
            await socket.send_bytes(packet("/monochord/scene/flow", 99.0))
        await socket.send_bytes(b"garbage!")
        await socket.send_bytes(packet("/monochord/scene/select", "silk"))
        while len(view.orders) < 3:
            await asyncio.sleep(0.01)

    asked.listen(does)
    assert view.orders == [Master("brightness", 0.25), Override("ink", "flow", 1.5), SelectScene("silk")]
    assert sum("flow=99" in line for line in view.said) == 1
    assert any("neither a message nor a bundle" in line for line in view.said)


def test_another_scene_adds_removes_and_changes_paths(asked: Asked) -> None:
    view = asked.view

    async def does(socket: aiohttp.ClientWebSocketResponse) -> None:
        await socket.send_json({"COMMAND": "LISTEN", "DATA": "/monochord/scene/flow"})
        await socket.receive_bytes()
        wider = type(FLOW)("flow", "float", "Flow", 0.5, 0.0, 9.0, (), (), "band.level")
        new = type(TINT)("glow", "bool", "Glow", False, None, None, (), (), "")
        view.change("silk", wider, new)
        told: dict[str, set[str]] = {"PATH_ADDED": set(), "PATH_REMOVED": set(), "PATH_CHANGED": set()}
        while not told["PATH_CHANGED"]:
            said = await socket.receive_json()
            told[said["COMMAND"]].add(said["DATA"])
        root = "/monochord/scene"
        assert told["PATH_ADDED"] == {f"{root}/glow", f"{root}/glow/release"}
        gone = {f"{root}/{name}{end}" for name in ("mode", "tint", "fire") for end in ("", "/release")}
        assert told["PATH_REMOVED"] == gone
        assert told["PATH_CHANGED"] == {f"{root}/flow"}

    asked.listen(does)
    assert asked.get("/monochord/scene/mode")[0] == 404


def test_it_is_found_by_name_in_the_network_where_that_is_wished() -> None:
    names: list[str] = []
    looker = Zeroconf(interfaces=["127.0.0.1"])

    def seen(zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        names.append(name)

    browser = ServiceBrowser(looker, SERVICE, handlers=[seen])
    try:
        view = FakeView()
        with PageServer(PageSettings(port=0, announce=True), view) as server:
            if any("could not be announced" in line for line in view.said):
                pytest.skip(view.said[0])
            own = next(name for name in _named(names) if f" {server.port}." in name)
            info = looker.get_service_info(SERVICE, own, timeout=60_000)
            assert info is not None
            assert (info.port, info.parsed_addresses()) == (server.port, ["127.0.0.1"])
    finally:
        browser.cancel()
        looker.close()


@pytest.mark.parametrize(
    ("trouble", "says"), [(TimeoutError(), "no answer"), (RuntimeError("No interfaces to listen on"), "No interfaces")]
)
def test_a_network_that_hears_no_names_costs_the_page_nothing_but_a_line(
    monkeypatch: pytest.MonkeyPatch, trouble: Exception, says: str
) -> None:
    def fails(**_: object) -> None:
        raise trouble

    monkeypatch.setattr("engine.control.announcement.AsyncZeroconf", fails)
    view = FakeView()
    with PageServer(PageSettings(port=0, announce=True), view):
        (line,) = view.said
    assert line.startswith(f"page: OSCQuery could not be announced in the network ({says}")
    assert line.endswith("); its address works")


def _named(names: list[str]) -> Iterator[str]:
    """Names as they come, for a minute."""
    deadline, at = time.monotonic() + 60.0, 0
    while time.monotonic() < deadline:
        for name in names[at:]:
            at += 1
            yield name
        time.sleep(0.02)
