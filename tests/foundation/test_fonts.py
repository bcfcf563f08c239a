"""A text is drawn by a font that has all its letters, or it is said which one to install."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.errors import MissingDriver
from engine.foundation import fonts
from engine.foundation.fonts import font_for, found_font

LATIN = "the letters that pillow brings"


@pytest.mark.usefixtures("no_fonts")
def test_plain_letters_need_no_font_of_the_machine() -> None:
    assert found_font(LATIN, "en") == ("", 0)
    assert font_for(LATIN, 20.0).getlength(LATIN) > 100


@pytest.mark.usefixtures("no_fonts")
@pytest.mark.parametrize(
    ("text", "font"), [("关山月", "Noto Serif CJK"), ("قمر", "Noto Naskh Arabic"), ("한국", "Noto Serif CJK")]
)
def test_without_the_font_it_is_refused_by_name(text: str, font: str) -> None:
    with pytest.raises(MissingDriver, match=f"install {font}") as why:
        found_font(text, "zh")
    assert "\n" not in str(why.value)
    assert text in str(why.value)
    assert font_for(text, 20.0) is None


def test_without_shaping_arabic_is_refused_and_latin_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "shapes", lambda: False)
    with pytest.raises(MissingDriver, match="raqm"):
        found_font.__wrapped__("قمر", "ar")
    found_font.__wrapped__(LATIN, "en")


def test_fonts_are_found_in_folders_below(no_fonts: Path) -> None:
    own = next(Path("/usr/share/fonts").rglob("DejaVuSans.ttf"), None)
    if own is None:
        pytest.skip("DejaVu Sans is not installed")
    (no_fonts / "a" / "b").mkdir(parents=True)
    shutil.copy(own, no_fonts / "a" / "b" / "DEJAVUSANS.TTF")
    assert found_font("Zürich", "de")[0].endswith("DEJAVUSANS.TTF")
