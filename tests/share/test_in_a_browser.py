"""The page in a real browser, from disk: it plays, is dragged on, speaks Arabic, and asks nobody for anything."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.frame import RATE
from engine.share.page import html
from engine.share.sound_files import SoundFile
from engine.share.story import story_of
from engine.stage.film import Film

from ..control.browser import chromium, page_of
from .contents import SECONDS, TELLING, contents

pytestmark = pytest.mark.slow

PHONE = {"has_touch": True, "is_mobile": True}
FILMS = {"landscape": (320, 180), "vertical": (180, 320)}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with two films, their sound, captions and a score."""
    folder = tmp_path_factory.mktemp("page with a space")
    tone = 0.1 * np.sin(2 * np.pi * 330 * np.arange(round(SECONDS * RATE)) / RATE)
    sound = np.column_stack([tone, tone]).astype(np.float32)
    for name, size in FILMS.items():
        with Film(folder / f"{name}.mp4", size, 10) as film:
            for k in range(round(SECONDS * 10)):
                film.picture(np.full((size[1], size[0], 4), 40 + 4 * k, np.uint8))
            film.sound(sound)
    for name in ("sound.mp3", "sound.m4a"):
        with SoundFile(folder / name, {}) as file:
            file.add(sound)
    Image.new("RGB", FILMS["landscape"]).save(folder / "cover.jpg")
    (folder / "index.html").write_text(html(contents(films=FILMS)), encoding="utf-8")
    (folder / "bare.html").write_text(html(contents(story_of({**TELLING, "languages": ["en"]}))), encoding="utf-8")
    return folder


@contextmanager
def opened(
    site: Path, name: str = "index.html", size: tuple[int, int] = (1280, 860), missing: str = "", **more: Any
) -> Iterator[Any]:
    """The page; nothing may be asked of anybody but the disk, and nothing complained of but what is `missing`."""
    asked: list[str] = []
    with page_of(chromium(), "about:blank", size, **more) as tab:
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("console", lambda line: asked.append(line.text) if line.type in ("error", "warning") else None)
        where, _, language = name.partition("#")
        tab.goto((site / where).as_uri() + (f"#{language}" if language else ""))
        waits(tab, "media.readyState > 0 && asked === null")
        yield tab
        asked = [one for one in asked if not one.startswith(("file:", "data:"))]
        assert [one for one in asked if not missing or missing not in one] == []


def waits(tab: Any, true: str, seconds: float = 120.0) -> None:
    """Until that is true in the page; asked from outside, for the page's policy lets nobody in to wait there."""
    deadline = time.monotonic() + seconds
    while not tab.evaluate(true):
        assert time.monotonic() < deadline, f"{true}: not within {seconds} s"
        tab.wait_for_timeout(20)


def at(tab: Any) -> float:
    return float(tab.evaluate("media.currentTime"))


def arrives(tab: Any, seconds: float, within: float = 0.3) -> None:
    waits(tab, f"asked === null && Math.abs(media.currentTime - {seconds}) < {within}")


def map_spot(tab: Any, share: float) -> tuple[float, float]:
    """Where on the page the way is at this share of its time."""
    tab.locator("#map").scroll_into_view_if_needed()
    x, y = tab.evaluate(
        """share => {
            const box = map.getBoundingClientRect(), k = Math.round(share * (way.time.length - 1));
            const half = Math.max(...way.x) * 1.32;
            return [box.left + (0.5 + way.x[k] / (2 * half)) * box.width, box.top + box.height / 2];
        }""",
        share,
    )
    return float(x), float(y)


def test_a_press_plays_and_a_drag_on_the_map_is_heard(site: Path) -> None:
    with opened(site) as tab:
        tab.click("#play")
        waits(tab, "!media.paused && media.currentTime > 0.1")
        tab.click("#play")
        waits(tab, "media.paused")
        tab.mouse.move(*map_spot(tab, 0.5))
        tab.mouse.down()
        waits(tab, "!media.paused && media.currentTime >= 1.8")
        tab.evaluate("media.pause()")
        tab.mouse.move(*map_spot(tab, 0.25), steps=6)
        arrives(tab, 1.0)
        tab.mouse.up()
        before = at(tab)
        tab.mouse.move(*map_spot(tab, 0.9))
        tab.wait_for_timeout(50)
        assert at(tab) == before


def test_the_keyboard_alone_is_enough(site: Path) -> None:
    with opened(site) as tab:
        tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement.className") == "skip"
        reached = []
        for _ in range(20):
            tab.keyboard.press("Tab")
            reached.append(tab.evaluate("document.activeElement.id || document.activeElement.getAttribute('hreflang')"))
            ring = tab.evaluate(
                "getComputedStyle(document.activeElement.closest('.seek') ?? document.activeElement).outlineStyle"
            )
            assert ring != "none" or reached[-1] is None, reached
        for name in ("en", "ar", "play", "seek", "captions", "map", "sheet"):
            assert name in reached
        tab.focus("#map")
        tab.keyboard.press("Shift+ArrowRight")
        arrives(tab, 1.0, 0.1)
        tab.keyboard.press("Home")
        arrives(tab, 0.0, 0.1)
        tab.evaluate("document.activeElement.blur()")
        tab.keyboard.press("Space")
        waits(tab, "!media.paused")
        tab.keyboard.press("Space")
        waits(tab, "media.paused")
        tab.focus("#play")
        tab.keyboard.press("Enter")
        waits(tab, "!media.paused")


def test_the_language_is_in_the_address_and_arabic_runs_from_the_right(site: Path) -> None:
    with opened(site) as tab:
        assert tab.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["en", "ltr"]
        tab.click("text=العربية")
        waits(tab, "document.documentElement.dir === 'rtl'")
        assert tab.url.endswith("#ar")
        assert tab.text_content("h1") == TELLING["title"]["ar"] == tab.title()
        assert tab.text_content("#story") == "واحد."
        assert tab.get_attribute("#map", "aria-label") != ""
        assert tab.text_content(".artist") == TELLING["artist"]
        tab.evaluate("go(0.5)")
        waits(tab, "document.querySelector('#caption span').textContent === 'قمر'")
        assert tab.evaluate("[caption.lang, caption.dir]") == ["ar", "rtl"]
        tab.evaluate("go(2.5)")
        waits(tab, "document.querySelector('#caption span').textContent === 'pass'")
        assert tab.evaluate("[caption.lang, caption.dir]") == ["en", "ltr"]
        tab.go_back()
        waits(tab, "document.documentElement.lang === 'en'")
    with opened(site, "index.html#zh") as tab:
        assert tab.text_content("h1") == "关山月"


def test_the_note_that_is_played_glows_and_captions_can_be_hidden(site: Path) -> None:
    with opened(site) as tab:
        for seconds, note in ((0.5, 1), (2.5, 3)):
            tab.evaluate(f"go({seconds})")
            waits(tab, f"glow.dataset.note === '{note}' && glow.getAttribute('display') === 'inline'")
        assert tab.is_visible("#caption")
        tab.click("#captions")
        assert not tab.is_visible("#caption")
        assert tab.get_attribute("#captions", "aria-pressed") == "false"


def test_a_phone_gets_the_upright_film_and_can_be_turned_and_felt(site: Path) -> None:
    with opened(site, size=(390, 844), **PHONE) as tab:
        assert tab.evaluate("film.dataset.name") == "vertical"
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
        for button in tab.locator("button:visible").all():
            assert button.bounding_box()["height"] >= 44
        tab.evaluate("() => { window.trembled = []; navigator.vibrate = long => window.trembled.push(long); }")
        tab.tap("#play")
        waits(tab, "media.currentTime > 0.4")
        assert tab.evaluate("trembled") == []  # nobody has asked for it
        tab.tap("#feel")
        waits(tab, "trembled.some(long => long > 0)")
        tab.tap("#turn")
        waits(tab, "turn.getAttribute('aria-pressed') === 'true'")
        for gamma in (0, 20):
            tab.evaluate(
                f"dispatchEvent(new DeviceOrientationEvent('deviceorientation', {{gamma: {gamma}, beta: 40}}))"
            )
        assert tab.evaluate("tilt[0]") > 0.5
        tab.tap("#turn")
        assert tab.evaluate("tilt[0]") == 0
        tab.set_viewport_size({"width": 844, "height": 390})
        waits(tab, "film.dataset.name === 'landscape'")


@pytest.mark.parametrize("language", ["en", "zh", "ar"])
def test_nothing_leaves_a_small_screen(site: Path, language: str) -> None:
    with opened(site, f"index.html#{language}", size=(320, 640), **PHONE) as tab:
        assert tab.evaluate("document.documentElement.scrollWidth") <= 320
        for one in tab.locator("button:visible, #seek, #map, h1").all():
            box = one.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 320


def test_who_wants_no_movement_is_not_offered_any(site: Path) -> None:
    with opened(site, size=(390, 844), reduced_motion="reduce", **PHONE) as tab:
        assert not tab.is_visible("#turn")


def test_without_a_film_the_sound_plays(site: Path) -> None:
    with opened(site, "bare.html") as tab:
        tab.click("#play")
        waits(tab, "media === sound && media.currentTime > 0.1")


def test_where_the_film_cannot_be_played_the_sound_takes_over(site: Path) -> None:
    with opened(site, missing="ERR_FILE_NOT_FOUND") as tab:
        tab.evaluate("film.src = 'nothing.mp4'")
        waits(tab, "media === sound")
        assert tab.is_visible("#trouble")
        tab.click("#play")
        waits(tab, "media.currentTime > 0.1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_stand_out_by_day_and_by_night(site: Path, scheme: str) -> None:
    with opened(site, color_scheme=scheme) as tab:
        value = "name => getComputedStyle(document.documentElement).getPropertyValue('--' + name)"
        colours = tab.evaluate(f"['ground', 'ink', 'quiet', 'accent'].map({value})")
        ground, *others = (_luminance(colour) for colour in colours)
        for other in others:
            low, high = sorted((ground, other))
            assert (high + 0.05) / (low + 0.05) >= 4.5, colours


def _luminance(colour: str) -> float:
    """Relative luminance (WCAG 2)."""
    shares = [int(colour.strip()[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares]
    return sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
