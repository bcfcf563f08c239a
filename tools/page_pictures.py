"""Draw the pictures of our pages anew, into tools/pictures/: the operator's, a report, and one that is shared.

python tools/page_pictures.py                 all of them; needs Chromium (apt-get install chromium) and the dev extra
python tools/page_pictures.py desk            page_desk.jpg and page_phone.jpg: about a minute
python tools/page_pictures.py report shared   report.jpg, shared.jpg: some minutes
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final

from PIL import Image
from playwright.sync_api import sync_playwright

from engine.audio.hearing_settings import HearingSettings
from engine.conductor import Conductor
from engine.control.page_place import PageSettings
from engine.foundation import assets
from engine.instrument import InstrumentBand
from engine.rehearsal import nobody
from engine.report.writing import REPORT, report
from engine.settings import Settings
from engine.settings import settings as settings_of
from engine.share.films import formats
from engine.share.sharing import Wish, share
from engine.share.story import story_of
from engine.stage.stage_settings import StageSettings
from engine.timing.cues import read_cues

PICTURES: Final = Path(__file__).parent / "pictures"
CUES: Final = (("ink", "Opening"), ("silk", "River"), ("strings", "Finale"))
SETTLING: Final = 12_000  # milliseconds of music before a picture of the operator's page is taken
DESK: Final = ((1280, 800), 1.0)
PHONE: Final = ((390, 844), 1.5)
SECTIONS: Final = ("level", "way")
"""Of a report: from where on it is shown, in two columns, the first from the page's top."""
COLUMN: Final = (960, 1200)
WIDE: Final = 1200  # pixels across a picture of several
GAP: Final = 12
GROUND: Final = (14, 14, 16)
STORY: Final = {
    "languages": ["en", "zh", "ar"],
    "title": {"en": "Jasmine Flower", "zh": "茉莉花", "ar": "زهرة الياسمين"},
    "artist": "Koto, flute, fiddle and drum",
}
SHARED_SECONDS: Final = 48.0


@contextmanager
def opened(url: str, size: tuple[int, int], scale: float = 1.0, *, phone: bool = False) -> Iterator[Any]:
    """A page at this address, in a browser of its own."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"))
        viewport = {"width": size[0], "height": size[1]}
        page: Any = browser.new_page(viewport=viewport, device_scale_factor=scale, is_mobile=phone, has_touch=phone)
        page.goto(url)
        yield page
        browser.close()


def seen(page: Any) -> Image.Image:
    """What is on its screen."""
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def save(picture: Image.Image, name: str) -> None:
    picture.save(PICTURES / name, quality=86, optimize=True, progressive=True)
    print(PICTURES / name)


def beside(pictures: Sequence[Image.Image]) -> Image.Image:
    """Side by side, all as high as each other, WIDE pixels across."""
    room = WIDE - GAP * (len(pictures) - 1)
    height = round(room / sum(each.width / each.height for each in pictures))
    sheet = Image.new("RGB", (WIDE, height), GROUND)
    left = 0
    for each in pictures:
        width = round(height * each.width / each.height)
        sheet.paste(each.resize((width, height), Image.Resampling.LANCZOS), (left, 0))
        left += width + GAP
    return sheet


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
    """Both pictures of the operator's page at this address."""
    for name, (size, scale) in (("desk", DESK), ("phone", PHONE)):
        with opened(url, size, scale, phone=name == "phone") as page:
            page.wait_for_selector("#main:not([inert]) .input")
            if name == "desk":
                page.locator("#inputs input[type=range]").first.fill("0.8")
                page.mouse.click(5, 795)
            page.wait_for_timeout(SETTLING)
            save(seen(page), f"page_{name}.jpg")


def draw_desk() -> None:
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


def draw_report() -> None:
    """A report of the built-in recording, in two columns."""
    with tempfile.TemporaryDirectory() as folder:
        report(HearingSettings(source=str(assets.RECORDING)), Path(folder))
        with opened((Path(folder) / REPORT).as_uri(), COLUMN) as page:
            page.add_style_tag(content=".player { display: none; } html { scroll-behavior: auto; }")
            columns = []
            for section in SECTIONS:
                top = 0 if section == SECTIONS[0] else f"document.getElementById('{section}').offsetTop - 16"
                page.evaluate(f"scrollTo(0, {top})")
                page.wait_for_timeout(500)
                columns.append(seen(page))
    save(beside(columns), "report.jpg")


def draw_shared() -> None:
    """The page that is shared, on a desk and on a phone."""
    chosen = settings_of(None, source=str(assets.RECORDING), scene="ink", seconds=SHARED_SECONDS)
    films = formats("landscape", draft=True, fps=15.0)
    wish = Wish(story_of(STORY), None, films, seconds=SHARED_SECONDS)
    with tempfile.TemporaryDirectory() as folder:
        url = share(chosen, wish, Path(folder), lambda _: nullcontext(nobody), print).as_uri()
        shots = []
        for size, scale, phone in (((1280, 1480), 1.0, False), ((390, 844), 2.0, True)):
            with opened(url, size, scale, phone=phone) as page:
                page.wait_for_timeout(2000)
                shots.append(seen(page))
    save(beside(shots), "shared.jpg")


DRAWN: Final[dict[str, Callable[[], None]]] = {"desk": draw_desk, "report": draw_report, "shared": draw_shared}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", help=f"of which: {', '.join(DRAWN)}")
    for name in parser.parse_args().pages or DRAWN:
        if name not in DRAWN:
            sys.exit(f"page={name} is none ({', '.join(DRAWN)})")
        DRAWN[name]()


if __name__ == "__main__":
    main()
