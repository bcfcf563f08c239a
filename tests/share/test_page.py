"""The page: nothing that is told can break out of it, nothing in it comes from elsewhere, and everything has a name."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.share.page import html
from engine.share.score_sheet import score_sheet
from engine.share.story import story_of
from engine.share.words import words

from .contents import TUNE, contents, living

NASTY = st.text(
    st.sampled_from(list("<>&'\"/=ab !-\\\n{}")) | st.characters(exclude_categories=("Cs", "Cc")),
    min_size=1,
    max_size=40,
)


class Read(HTMLParser):
    """The elements of a page, with what is in them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, Any]]] = []
        self.text: dict[int, str] = {}
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = True

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.text[len(self.tags) - 1] = self.text.get(len(self.tags) - 1, "") + data

    def inside(self, **wanted: str) -> str:
        """The text of the first element with these attributes."""
        for number, (_, attributes) in enumerate(self.tags):
            if all(attributes.get(name) == value for name, value in wanted.items()):
                return self.text.get(number, "")
        raise AssertionError(wanted)


@settings(max_examples=20)
@given(NASTY, NASTY, NASTY)
def test_whatever_is_told_stays_text(title: str, text: str, caption: str) -> None:
    story = story_of(
        {
            "title": {"en": title, "ar": title},
            "artist": title,
            "credit": text,
            "text": text,
            "captions": [{"from": 0, "to": 1, "en": caption}],
        }
    )
    plain = Read(html(contents()))
    page = Read(html(contents(story)))
    kinds = [tag for tag, _ in page.tags if tag not in ("p", "a")]
    assert kinds == [tag for tag, _ in plain.tags if tag not in ("p", "a")]
    told = json.loads(page.inside(id="told"))
    assert page.inside(id="title") == story.said(story.title, story.languages[0])[0]
    assert told["told"]["en"]["title"]["text"] == story.said(story.title, "en")[0]
    for _, attributes in page.tags:
        assert not any(name.startswith("on") or name == "style" for name in attributes)


def test_a_tune_of_any_name_stays_text() -> None:
    page = Read(html(contents(sheet=score_sheet({**TUNE, "title": '"><script>alert(1)</script>'}))))
    assert [tag for tag, _ in page.tags].count("script") == 2


def test_the_policy_lets_our_own_script_run_and_nothing_else() -> None:
    text = html(contents())
    policy = next(one["content"] for tag, one in Read(text).tags if one.get("http-equiv"))
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "http" not in policy
    for kind in ("style", "script"):
        inside = re.search(rf"<{kind}>(.*?)</{kind}>", text, re.DOTALL)
        assert inside is not None
        digest = base64.b64encode(hashlib.sha256(inside[1].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy


def test_nothing_comes_from_elsewhere() -> None:
    page = Read(html(contents(films={"landscape": (64, 36), "vertical": (36, 64)})))
    for _, attributes in page.tags:
        for name in ("src", "href", "poster"):
            assert re.fullmatch(r"(#[\w-]+|data:,|[\w.]+)", attributes.get(name) or "#a"), attributes


def test_every_element_that_is_touched_has_a_name() -> None:
    page = Read(html(contents(films={"landscape": (64, 36)})))
    for number, (tag, attributes) in enumerate(page.tags):
        if tag in ("button", "a"):
            assert page.text.get(number, "").strip(), attributes
        if tag in ("video", "input", "nav") or attributes.get("role") in ("slider", "img"):
            assert attributes.get("aria-label"), attributes


def test_the_page_says_whether_its_films_passed_the_flash_limiter() -> None:
    films = {"landscape": (64, 36)}
    assert Read(html(contents(films=films))).inside(id="light") == words("en")["limited"]
    assert Read(html(contents(films=films, limited=False))).inside(id="light") == words("en")["unlimited"]
    assert 'id="light"' not in html(contents())


def test_captions_that_are_burnt_in_are_not_shown_twice() -> None:
    for burnt, pressed in ((False, "true"), (True, "false")):
        buttons = [one for tag, one in Read(html(contents(burnt=burnt))).tags if one.get("id") == "captions"]
        assert [one["aria-pressed"] for one in buttons] == [pressed]


def test_what_is_not_there_is_left_out() -> None:
    silent = {**living(), "way": {"time": [], "x": [], "y": [], "family": []}}
    text = html(contents(story_of({"title": "x"}), living=silent, sheet=None))
    for name in ("map", "glow", "captions", "film", "whole"):
        assert f'id="{name}"' not in text
    assert "<nav class=" not in text


def test_a_text_says_which_language_it_is_in() -> None:
    story = story_of({"languages": ["ar", "en"], "title": {"ar": "قمر"}, "text": {"en": "moon"}})
    page = Read(html(contents(story)))
    assert page.tags[0] == ("html", {"lang": "ar", "dir": "rtl"}) or page.tags[1] == (
        "html",
        {"lang": "ar", "dir": "rtl"},
    )
    assert ("p", {"lang": "en", "dir": "ltr"}) in page.tags


def test_the_places_of_the_notes_are_those_that_the_follower_counts() -> None:
    tied = {
        **TUNE,
        "notes": [
            {"pitch": 60, "onset_quarter": 3, "duration_quarter": 2},
            {"pitch": 62, "onset_quarter": 5, "duration_quarter": 1},
        ],
    }
    sheet = score_sheet(tied)
    assert len(sheet.places) == 2
    assert all(0 < x < sheet.width and 0 < y < sheet.height for x, y in sheet.places)
    assert len(score_sheet(TUNE).places) == 4


def test_the_same_things_make_the_same_page() -> None:
    assert html(contents()) == html(contents())


@pytest.mark.parametrize("paper", ['fill="#ffffff"/>'])
def test_the_glow_lies_on_the_paper_and_below_the_ink(paper: str) -> None:
    text = html(contents())
    assert paper not in text
    assert text.index('<g id="glow"') < text.index("<text")
