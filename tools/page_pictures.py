"""Draw the pictures of the operator's page anew: tools/pictures/page_desk.jpg and page_phone.jpg.

python tools/page_pictures.py        needs Chromium (apt-get install chromium) and the dev extra; about a minute
"""

from __future__ import annotations

import io
import shutil
import threading
from pathlib import Path
from typing import Any, Final

from PIL import Image
from playwright.sync_api import sync_playwright

from engine import assets
from engine.audio.hearing import HearingSettings
from engine.conductor import Conductor
from engine.control.page_place import PageSettings
from engine.cues import read_cues
from engine.instrument import InstrumentBand
from engine.settings import Settings
from engine.stage.backdrop import StageSettings

PICTURES: Final = Path(__file__).parent / "pictures"
CUES: Final = (("ink", "Opening"), ("silk", "River"), ("strings", "Finale"))
SETTLING: Final = 12_000  # milliseconds of music before a picture is taken
SHAPES: Final = {"desk": ((1280, 800), 1.0), "phone": ((390, 844), 1.5)}


def settings() -> Settings:
    """A short show of the built-in recording."""
    cues = read_cues([{"scene": scene, "name": name} for scene, name in CUES])
    band = InstrumentBand(low_hz=190.0, high_hz=5200.0, hum_hz=(), room_dbfs=-58.0)
    return Settings(
        hearing=HearingSettings(source=str(assets.RECORDING), silent=True, repeat=True, band=band),
        stage=StageSettings(headless=True, size=(192, 108), fps=20.0),
        scene="ink",
        scenes=("ink", "silk", "mountains", "strings"),
        cues=cues,
        seconds=180.0,
        page=PageSettings(port=0),
    )


def take(url: str) -> None:
    """Both pictures of the page at this address."""
    path = shutil.which("chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path)
        for name, (size, scale) in SHAPES.items():
            page: Any = browser.new_page(
                viewport={"width": size[0], "height": size[1]}, device_scale_factor=scale, is_mobile=name == "phone"
            )
            page.goto(url)
            page.wait_for_selector("#main:not([inert]) .input")
            if name == "desk":
                page.locator("#inputs input[type=range]").first.fill("0.8")
                page.mouse.click(5, 795)
            page.wait_for_timeout(SETTLING)
            shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            shot.save(PICTURES / f"page_{name}.jpg", quality=86, optimize=True, progressive=True)
            page.close()
        browser.close()


def main() -> None:
    """Play, look, stop."""
    with Conductor(settings(), print) as conductor:
        assert conductor.page is not None
        url = conductor.page.url

        def look() -> None:
            try:
                take(url)
            finally:
                conductor.stop()

        looking = threading.Thread(target=look)
        looking.start()
        conductor.run()
        looking.join()


if __name__ == "__main__":
    main()
