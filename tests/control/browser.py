"""A real browser for the tests: Debian's Chromium, driven by Playwright; tests are skipped where there is none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """Where Chromium is."""
    pytest.importorskip("playwright", reason="playwright is not installed (it is in the dev extra)")
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("there is no Chromium (apt-get install chromium)")
    return found


@contextmanager
def page_of(path: str, url: str, size: tuple[int, int] = (1280, 800), **more: Any) -> Iterator[Any]:
    """A page at this address, in a browser of its own; what goes wrong in its scripts fails the test."""
    from playwright.sync_api import sync_playwright

    troubles: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path)
        try:
            page = browser.new_page(viewport={"width": size[0], "height": size[1]}, **more)
            page.set_default_timeout(120_000)
            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.goto(url)
            yield page
        finally:
            browser.close()
    assert troubles == []
