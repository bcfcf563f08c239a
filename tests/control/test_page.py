"""The operator's page in a real browser: what is touched happens to the show, and what happens is seen."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pythonosc.osc_message import OscMessage

from engine.audio.hearing_settings import HearingSettings
from engine.conductor import Conductor
from engine.control.orders import HoldScore, JumpInScore, Master, NudgeScore, SelectCue, Tap
from engine.control.page_place import PageSettings
from engine.control.page_server import PageServer
from engine.control.scene_input import SceneInput
from engine.control.table import Repertoire, Table
from engine.frame import HOP, RATE, SIGNALS
from engine.lights.patch import read_patch
from engine.settings import Settings
from engine.stage.stage_settings import StageSettings
from tests.another_hand import run_while

from ..stage.conftest import isf
from .browser import chromium, page_of
from .fake_view import FakeView

pytestmark = pytest.mark.slow

SMALL = StageSettings(headless=True, size=(64, 36), fps=30.0, nice=0)
INPUTS = [
    {"NAME": "flow", "TYPE": "float", "MIN": 0, "MAX": 2, "LABEL": "Flow"},
    {"NAME": "tint", "TYPE": "color", "DEFAULT": [0, 0, 0, 1]},
    {"NAME": "at", "TYPE": "point2D", "MIN": [0, 0], "MAX": [1, 1]},
    {"NAME": "mode", "TYPE": "long", "VALUES": [0, 1], "LABELS": ["calm", "wild"], "DEFAULT": 0},
    {"NAME": "deep", "TYPE": "bool", "DEFAULT": False},
    {"NAME": "fire", "TYPE": "event"},
]
_CONNECTED = "#main:not([inert])"


def until(true: Callable[[], object], page: Any, seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        page.wait_for_timeout(20)


def hold(page: Any, selector: str, seconds: float = 1.0) -> None:
    """Keep a button pressed with the mouse."""
    box = page.locator(selector).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.wait_for_timeout(1000 * seconds)
    page.mouse.up()


@pytest.fixture
def console() -> Iterator[socket.socket]:
    """What a console listens at."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        one.setblocking(False)
        yield one


def told(console: socket.socket) -> float | None:
    """The last that it was told since the last call; everything is told once a second."""
    said = None
    with suppress(BlockingIOError):
        while True:
            said = OscMessage(console.recv(4096)).params[0]
    return said


def conduct(settings: Settings, does: Callable[[Conductor], None]) -> None:
    """A show, and what somebody does to it meanwhile in another thread."""
    with Conductor(settings, lambda _: None) as conductor:
        run_while(conductor, lambda: does(conductor))


@pytest.mark.gl
def test_a_show_is_steered_from_the_page(tmp_path: Path, console: socket.socket) -> None:
    path = chromium()
    bind = '[bind.flow]\nsignal = "sound.silence"\nfrom = [0, 1]\nto = [0.25, 0.25]\n'
    code = "void main() { gl_FragColor = vec4(flow) + tint + vec4(at, float(mode), float(deep)) + float(fire); }"
    for name in ("one", "two"):
        (tmp_path / f"{name}.fs").write_text(isf(code, INPUTS=INPUTS))
        (tmp_path / f"{name}.toml").write_text(f'shader = "{name}.fs"\ntitle = "Scene {name}"\n{bind}')
    first, second = (str(tmp_path / f"{name}.toml") for name in ("one", "two"))
    settings = Settings(
        hearing=HearingSettings(source="tone:220", silent=True),
        stage=SMALL,
        scene=first,
        scenes=(first, second),
        seconds=1200.0,
        lights=(read_patch({"to": f"127.0.0.1:{console.getsockname()[1]}:magicq", "map": {"level": "1"}}),),
        page=PageSettings(port=0),
        presets=tmp_path / "show.presets.toml",
    )

    def hand(conductor: Conductor) -> None:
        backdrop = conductor.backdrop
        assert backdrop is not None
        assert conductor.page is not None
        with page_of(path, conductor.page.url) as page:
            page.wait_for_selector(f"{_CONNECTED} #input-flow")
            assert page.inner_text("#scene-title") == "Scene one"
            until(lambda: backdrop.values.get("flow") == 0.25, page)

            page.locator("#input-flow").fill("1.5")
            until(lambda: backdrop.values.get("flow") == 1.5, page)
            page.wait_for_selector("[data-input=flow][data-held='1']")
            page.locator("#input-tint").fill("#ff8000")
            until(lambda: backdrop.values.get("tint", [0])[0] == 1.0, page)
            page.select_option("#input-mode", "1")
            until(lambda: backdrop.values.get("mode") == 1, page)
            page.locator("#input-deep").click()
            until(lambda: backdrop.values.get("deep") is True, page)
            page.locator("#input-at").focus()
            page.keyboard.press("ArrowRight")
            until(lambda: backdrop["overrides"].get("at") is not None, page)
            page.locator("[data-input=flow] .release").click()
            until(lambda: backdrop.values.get("flow") == 0.25, page)
            page.locator("#preset-name").fill("evening")
            page.get_by_text("Keep what is held").click()
            page.wait_for_selector("#presets >> text=evening")
            page.locator("#release-all").click()
            until(lambda: backdrop["overrides"] == {}, page)

            page.locator("#blackout").click()
            page.wait_for_timeout(300)
            assert not backdrop["blackout"]  # a touch is no blackout
            hold(page, "#blackout")
            until(lambda: backdrop["blackout"], page)
            page.wait_for_selector("#dark:not([hidden])")
            page.locator("#blackout").focus()
            page.keyboard.down("Space")
            until(lambda: not backdrop["blackout"], page)
            page.keyboard.up("Space")
            page.locator("#brightness").fill("0.3")
            until(lambda: backdrop["brightness"] == 0.3, page)
            page.select_option("#palette", "storm")
            until(lambda: backdrop["palette"] == "storm", page)

            page.locator("#lights-manual").click()
            page.locator("#lights-level").fill("0.25")
            until(lambda: told(console) == pytest.approx(0.25 * 0.3, abs=0.01), page)  # the master holds for it too
            page.locator("#lights-full").click()
            until(lambda: told(console) == pytest.approx(0.3, abs=0.01), page)
            page.get_by_label("magicq").fill("80")
            page.get_by_label("magicq").press("Enter")
            until(lambda: conductor.lights.delays == [15 * HOP / RATE], page)

            page.locator(".go-to", has_text="Scene two").click()
            until(lambda: backdrop.scene == second, page)
            page.wait_for_selector(".go-to[aria-current=true] >> text=Scene two")
            page.wait_for_selector("#scene-title >> text=Scene two")
            until(lambda: "dB" in page.inner_text(".meter .number"), page)
            until(lambda: "A3" in page.inner_text("#note"), page)  # 220 Hz
            until(lambda: "pictures a second" in page.inner_text("#facts"), page)

    conduct(settings, hand)


def test_the_score_is_shown_and_steered_where_one_is_followed() -> None:
    path, view = chromium(), FakeView()
    with PageServer(PageSettings(port=0), view) as server, page_of(path, server.url) as page:
        page.wait_for_selector(f"{_CONNECTED} #input-flow")
        assert page.locator("#score").is_hidden()
        view.table = Table(Repertoire(("ink", "silk"), bars=(0, 48))).with_scene("ink", ())
        told = {"title": "Mo Li Hua", "first": 0, "last": 48, "state": "lost", "next": ["River", 6.2]}
        view.score = told
        for name, value in (("bar", 12.0), ("place", 3.5), ("tempo", 84.0), ("certainty", 0.91)):
            view.numbers[SIGNALS[f"score.{name}"].part] = value
        page.wait_for_selector("#score:visible")
        until(lambda: page.locator("#score-bar").inner_text() == "12", page)
        assert page.locator("#score-bars").inner_text() == "of 48"
        assert page.locator("#score-beat").inner_text() == "3.5"
        assert page.locator("#score-sure").inner_text() == "91 %"
        assert "lost" in page.locator("#score-state").inner_text()
        assert page.locator("#score-next").inner_text() == "River in 6 beats"
        page.locator("#score-on").click()
        page.locator("#score-hold").click()
        page.locator("#score-to").fill("17")
        page.locator("#score-jump button").click()
        until(lambda: view.orders == [NudgeScore(1.0), HoldScore(True), JumpInScore(17)], page)
        view.values["/monochord/score/hold"] = (True,)
        until(lambda: page.locator("#score-hold").inner_text() == "Held", page)
        view.score = None
        page.wait_for_selector("#score", state="hidden")


def test_a_lost_server_is_told_and_found_again() -> None:
    path, view = chromium(), FakeView()
    server = PageServer(PageSettings(port=0), view)
    try:
        with page_of(path, server.url) as page:
            page.wait_for_selector(f"{_CONNECTED} #input-flow")
            server.close()
            page.wait_for_selector("#lost:not([hidden]) >> text=lost")
            assert page.get_attribute("#main", "inert") is not None
            server = PageServer(PageSettings(port=server.port), view)
            page.wait_for_selector(f"{_CONNECTED} #input-flow")
            assert page.locator("#lost").is_hidden()
            page.locator("#tap").click()
            until(lambda: view.orders, page)
            assert isinstance(view.orders[-1], Tap)
    finally:
        server.close()


def test_what_cannot_be_done_is_said_where_it_is_seen() -> None:
    path, view = chromium(), FakeView()
    with PageServer(PageSettings(port=0), view) as server, page_of(path, server.url) as page:
        page.wait_for_selector(f"{_CONNECTED} #input-flow")
        view.change("silk", SceneInput("glow", "float", "Glow", 0.5, 0.0, 1.0, (), (), ""))
        page.wait_for_selector("#input-glow")
        assert page.locator("#input-flow").count() == 0
        page.evaluate("document.getElementById('input-glow').max = '9'")
        page.locator("#input-glow").fill("5")
        page.wait_for_selector("#toast >> text=glow=5 must be a number, 0 to 1")
        page.wait_for_selector("#log .wrong")
        page.locator(".cue-list button", has_text="Finale").click()
        until(lambda: SelectCue(2) in view.orders, page)


@pytest.mark.parametrize(
    ("size", "mobile"), [((390, 844), True), ((320, 640), True), ((820, 1100), False), ((1280, 800), False)]
)
def test_nothing_lies_beside_the_screen_and_every_touch_finds_room(size: tuple[int, int], mobile: bool) -> None:
    path, view = chromium(), FakeView()
    with (
        PageServer(PageSettings(port=0), view) as server,
        page_of(path, server.url, size, is_mobile=mobile, has_touch=mobile) as page,
    ):
        page.wait_for_selector(f"{_CONNECTED} #input-flow")
        wide, room = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= room == size[0]
        low = page.evaluate(
            "[...document.querySelectorAll('button, select')].filter(e => e.offsetParent && e.offsetHeight < 34).length"
        )
        assert low == 0
        if mobile:
            assert page.locator("#blackout-2").bounding_box()["y"] > size[1] / 2  # where the thumb is


def test_all_can_be_reached_and_done_with_keys_and_has_a_name() -> None:
    path, view = chromium(), FakeView()
    with PageServer(PageSettings(port=0), view) as server, page_of(path, server.url) as page:
        page.wait_for_selector(f"{_CONNECTED} #input-flow")
        unnamed = page.evaluate(
            """[...document.querySelectorAll('button, input, select, [tabindex="0"]')]
            .filter(e => !(e.textContent.trim() || e.labels?.length || e.getAttribute('aria-label')))
            .map(e => e.outerHTML).filter(html => !html.includes('id="log"'))"""
        )
        assert unnamed == []
        seen = set()
        for _ in range(60):
            page.keyboard.press("Tab")
            seen.add(page.evaluate("document.activeElement.id"))
        assert {"brightness", "blackout", "freeze", "palette", "cue-go", "tap", "input-flow", "input-tint"} <= seen
        page.locator("#brightness").focus()
        page.keyboard.press("ArrowLeft")
        until(lambda: Master("brightness", 0.99) in view.orders, page)
        page.locator("#freeze").focus()
        page.keyboard.press("Enter")
        until(lambda: Master("freeze", True) in view.orders, page)
        press = "(button => { button.click(); return button.textContent; })(document.getElementById('blackout'))"
        assert "press again" in page.evaluate(press)  # as a screen reader does it
        page.evaluate(press)
        until(lambda: Master("blackout", True) in view.orders, page)
