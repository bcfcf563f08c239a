"""The report in a real browser: a press is heard, keys seek, and nothing is fetched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.analysis import Analysis
from engine.report import page
from engine.report.findings import Findings
from engine.report.page import Heard
from engine.report.sections import sections
from engine.report.sound import SmallSound
from engine.report.witness import Witness
from engine.report.writing import foot, head

from ..control.browser import chromium, page_of

pytestmark = pytest.mark.slow

_SOUND = "document.querySelector('audio')"


@pytest.fixture
def report(found: Findings, heard: tuple[Witness, Analysis], tmp_path: Path) -> str:
    """Its address."""
    pytest.importorskip("matplotlib", reason="matplotlib is not installed (it is in the report extra)")
    small = SmallSound()
    small.add(heard[0].beginning)
    sound = Heard(found.name, found.facts.duration, small.finished(), small.seconds, small.trouble)
    body = page.shown([one for one in sections([found]) if one.name in ("level", "fractal")], tmp_path)
    path = tmp_path / "report.html"
    path.write_text(
        page.document(found.name, [*head([found]), *body, foot(), page.player([sound])], playing=True), "utf-8"
    )
    return path.as_uri()


def ready(tab: Any) -> None:
    tab.wait_for_function(f"{_SOUND}.readyState > 0")


def press(tab: Any, selector: str, x: float, y: float = 0.5) -> None:
    spot = tab.locator(selector).first
    spot.scroll_into_view_if_needed()
    box = spot.bounding_box()
    tab.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])


def test_a_press_on_a_figure_is_heard_from_there(report: str, found: Findings) -> None:
    with page_of(chromium(), report) as tab:
        fetched: list[str] = []
        tab.on("request", lambda request: fetched.append(request.url))
        ready(tab)
        assert tab.title() == found.name
        press(tab, "#figure-level .wide .touch", 0.5)
        tab.wait_for_function(f"!{_SOUND}.paused && {_SOUND}.currentTime >= 1.5")
        tab.evaluate(f"{_SOUND}.pause()")
        x, y, seconds = (
            float(one)
            for one in tab.evaluate(
                "JSON.parse(document.querySelector('#figure-fractal-map .plot').dataset.areas)[0].points[3]"
            )
        )
        press(tab, "#figure-fractal-map .touch", x, y)
        tab.wait_for_function(f"!{_SOUND}.paused && {_SOUND}.currentTime >= {seconds - 0.05}")
        assert tab.evaluate(f"{_SOUND}.error") is None
        assert [url for url in fetched if not url.startswith(("data:", "file:"))] == []


def test_the_keyboard_seeks_plays_and_says_where_it_is(report: str) -> None:
    with page_of(chromium(), report, (390, 844), color_scheme="dark") as tab:
        ready(tab)
        assert tab.evaluate("document.documentElement.scrollWidth") == 390
        spot = tab.locator("#figure-level .narrow .touch").first
        spot.focus()
        for key in ("End", "Home", "ArrowRight", "ArrowRight", "ArrowLeft"):
            tab.keyboard.press(key)
        tab.wait_for_function(f"Math.abs({_SOUND}.currentTime - 1) < 0.05")
        assert spot.get_attribute("aria-valuetext") == "0:01"
        assert "Level and form" in spot.get_attribute("aria-label")
        tab.keyboard.press("Space")
        tab.wait_for_function(f"!{_SOUND}.paused")
        tab.keyboard.press("Space")
        tab.wait_for_function(f"{_SOUND}.paused")
