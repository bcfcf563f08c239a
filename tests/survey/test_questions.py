"""The questions in several languages, and which of them somebody is asked in."""

from __future__ import annotations

from dataclasses import fields
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.survey import leaflet
from engine.survey.questions import Words, language_of, languages


def test_every_language_says_everything_and_says_it_in_its_own_words() -> None:
    assert {"en", "zh", "de", "es", "ar"} <= set(languages())
    for code, words in languages().items():
        assert len(words.answers) == len(set(words.answers)) == 4
        assert words.direction == ("rtl" if code == "ar" else "ltr")
        for one in fields(Words):
            assert getattr(words, one.name)
            others = [getattr(other, one.name) for name, other in languages().items() if name != code]
            assert one.name == "direction" or getattr(words, one.name) not in others, (code, one.name)


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        (None, "", "en"),
        (None, "zh-TW,zh;q=0.9,en;q=0.8", "zh"),
        (None, "nl, ar-EG;q=0.7, de;q=0.8", "de"),
        (None, "de;q=0, es", "es"),
        (None, "nl,pt", "en"),
        ("ar", "de", "ar"),
        ("xx", "de", "de"),
        (None, "DE-at", "de"),
    ],
)
def test_a_phone_is_asked_in_the_language_it_asks_for(asked: str | None, accepted: str, language: str) -> None:
    assert language_of(asked, accepted) == language


@settings(deadline=None)
@given(st.one_of(st.none(), st.text(max_size=20)), st.text(max_size=600))
def test_whatever_is_asked_for_is_answered_in_some_language(asked: str | None, accepted: str) -> None:
    assert language_of(asked, accepted) in languages()


class _Reader(HTMLParser):
    """What stands on a page: its elements, and whether each was closed in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "input"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


@pytest.mark.parametrize("language", list(languages()))
def test_a_page_has_no_script_and_loads_nothing_but_its_own_style(language: str) -> None:
    pages = [leaflet.questionnaire(language), leaflet.answered(language), leaflet.refused(language, "wait", again=True)]
    for text in pages:
        found = _Reader(text).found
        (html,) = (attributes for tag, attributes in found if tag == "html")
        assert html == {"lang": language, "dir": languages()[language].direction}
        assert "script" not in {tag for tag, _ in found}
        for _, attributes in found:
            assert not {"style", "src", "onclick"} & set(attributes)
            for name in ("href", "action"):
                assert attributes.get(name, "/").startswith("/")
        (current,) = (attributes for _, attributes in found if attributes.get("aria-current"))
        assert current["lang"] == language


def test_each_question_is_a_group_of_four_of_which_one_must_be_chosen() -> None:
    found = _Reader(leaflet.questionnaire("en")).found
    choices = [(one["name"], one["value"]) for tag, one in found if tag == "input" and "required" in one]
    assert choices == [(name, letter) for name in ("music", "visuals") for letter in "ABCD"]
    assert sum(tag == "fieldset" for tag, _ in found) == sum(tag == "legend" for tag, _ in found) == 2


def test_the_style_sheet_loads_nothing() -> None:
    assert b"url(" not in leaflet.STYLE
    assert b"@import" not in leaflet.STYLE
