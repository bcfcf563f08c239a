"""The survey in a real browser: opened at the desk, answered on phones in their languages, read at the desk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.audio.hearing_settings import HearingSettings
from engine.conductor import Conductor
from engine.control.page_place import PageSettings
from engine.settings import Settings
from engine.survey.place import SurveySettings
from engine.survey.votes import Votes, read_votes
from tests.another_hand import run_while

from ..control.browser import chromium, page_of

pytestmark = pytest.mark.slow

PHONE = {"viewport": {"width": 360, "height": 700}, "is_mobile": True, "has_touch": True}


def phone(desk: Any, url: str, locale: str) -> Any:
    """The survey's page on another phone that speaks this language."""
    page = desk.context.browser.new_context(**PHONE, locale=locale).new_page()
    page.set_default_timeout(120_000)
    page.on("console", lambda message: pytest.fail(message.text) if "Content Security" in message.text else None)
    page.goto(url)
    return page


def answer(page: Any, music: str, visuals: str) -> None:
    page.locator(f"input[name=music][value={music}]").tap()
    page.locator(f"input[name=visuals][value={visuals}]").tap()
    page.locator("button").tap()
    page.wait_for_selector(".said")


def fits(page: Any) -> bool:
    """Whether nothing lies beside the screen, and every choice is large enough for a finger."""
    wide = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    heights = page.evaluate("[...document.querySelectorAll('label, button, nav a')].map((one) => one.offsetHeight)")
    return wide and min(heights) >= 44


def test_it_is_opened_at_the_desk_answered_on_phones_and_read_at_the_desk(tmp_path: Path) -> None:
    path, votes = chromium(), tmp_path / "votes.csv"
    settings = Settings(
        hearing=HearingSettings(source="tone:220", silent=True),
        scenes=("ink", "silk"),
        seconds=1200.0,
        page=PageSettings(port=0),
        survey=SurveySettings(host="127.0.0.1", port=0, votes=votes),
    )

    def hand(conductor: Conductor) -> None:
        assert conductor.page is not None
        with page_of(path, conductor.page.url) as desk:
            desk.wait_for_selector("#main:not([inert])")
            desk.wait_for_selector("#survey-words >> text=It is closed")
            assert desk.locator("#survey-code img").count() == 0
            desk.locator("#survey-open").click()
            desk.wait_for_selector("#survey-code img")
            url = desk.inner_text("#survey-words").split()[-1]
            assert url == conductor.survey.url
            assert not conductor.survey.shown
            desk.locator("#survey-show").click()
            desk.wait_for_selector("#survey-show[aria-pressed=true]")
            assert conductor.survey.on_wall() is not None

            chinese = phone(desk, url, "zh-CN")
            assert chinese.get_attribute("html", "lang") == "zh"
            assert fits(chinese)
            answer(chinese, "B", "A")
            assert "谢谢" in chinese.inner_text(".said")
            chinese.goto(url)
            assert chinese.locator("form").count() == 0  # a phone votes once

            arabic = phone(desk, url, "ar")
            assert arabic.get_attribute("html", "dir") == "rtl"
            assert fits(arabic)
            arabic.locator("nav >> text=Deutsch").tap()
            arabic.wait_for_selector("h1 >> text=Zwei Fragen")
            assert arabic.get_attribute("html", "dir") == "ltr"
            arabic.locator("button").tap()  # nothing is chosen yet: the browser itself asks for it
            assert arabic.locator("form").count() == 1
            answer(arabic, "B", "D")
            assert "Danke" in arabic.inner_text(".said")

            desk.wait_for_selector("#survey-words >> text=2 people have answered")
            assert [one.inner_text() for one in desk.locator("#survey-music .number").all()] == [
                "0 · 0 %",
                "2 · 100 %",
                "0 · 0 %",
                "0 · 0 %",
            ]
            assert desk.locator("#survey-visuals .number").first.inner_text() == "1 · 50 %"
            bars = desk.evaluate("[...document.querySelectorAll('#survey-visuals i')].map((one) => one.offsetWidth)")
            assert bars[0] == bars[3] > 20
            assert bars[1] == bars[2] == 0
            with desk.expect_download() as kept:
                desk.locator("#survey-votes a").click()
            assert _counts(read_votes(Path(kept.value.path()))) == {"BA": 1, "BD": 1}

            desk.set_viewport_size({"width": 320, "height": 640})
            assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
            desk.locator("#survey-open").scroll_into_view_if_needed()

            late = phone(desk, url, "en")
            desk.locator("#survey-open").click()
            desk.wait_for_selector("#survey-words >> text=2 people have answered. It is closed.")
            assert desk.locator("#survey-code img").count() == 0
            assert desk.locator("#survey-show").is_disabled()
            assert late.locator("form").count() == 1

    told: list[str] = []
    with Conductor(settings, told.append, backdrop=False) as conductor:
        run_while(conductor, lambda: hand(conductor))
    assert told[-1] == "survey: 2 voted"
    assert _counts(read_votes(votes)) == {"BA": 1, "BD": 1}


def _counts(votes: Votes) -> dict[str, int]:
    return {pair: count for (_, pair), count in votes.rows.items()}
