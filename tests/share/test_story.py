"""A story: whatever it says is said as it was written, and what it may not say is refused in one line."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import BadFile, BadSetting
from engine.share.captions import webvtt
from engine.share.story import Measured, Story, completed, name_of, read_story, story_of
from engine.share.words import checked_languages, direction, known, words

TAGS = st.sampled_from(["en", "zh", "ar", "he", "pt-BR", "zh-Hant", "ckb"])
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60)


@given(st.dictionaries(TAGS, TEXTS, min_size=1), st.dictionaries(TAGS, TEXTS))
def test_a_story_in_a_file_says_what_was_written(title: dict[str, str], text: dict[str, str]) -> None:
    again = tomlkit.parse(tomlkit.dumps({"title": title, "text": text})).unwrap()
    story = story_of(again)
    for tag, said in title.items():
        assert story.title.get(tag, "") == _normal(said)
    said = {tag for texts in (title, text) for tag, one in texts.items() if _normal(one)}
    assert set(story.languages) == (said or {"en"})


@given(st.dictionaries(TAGS, TEXTS), TAGS)
def test_in_every_language_something_is_said_if_anything_is(title: dict[str, str], language: str) -> None:
    story = story_of({"languages": ["en", language], "title": title})
    text, tag = story.said(story.title, language)
    assert bool(text) == any(story.title.values())
    assert not text or story.title[tag] == text


@settings(max_examples=30)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner)
    )
)
def test_whatever_else_is_in_the_file_is_refused_in_one_line(value: Any) -> None:
    for key in ("title", "captions", "languages"):
        assert "\n" not in refusal({key: value})


@given(TEXTS | st.text())
def test_a_key_that_is_none_is_refused_in_one_line(key: str) -> None:
    assert "\n" not in refusal({key: "x"})


def test_what_is_wrong_is_named_with_its_mend(tmp_path: Path) -> None:
    for text, said in (
        ('titel = "x"', "did you mean title"),
        ("title = 3", "must be text"),
        ('[title]\nEnglish = "x"', "no language"),
        ('[[captions]]\nfrom = 3\nto = 2\nen = "x"', "to=2 must be later than from=3"),
        ('[[captions]]\nfrom = -1\nto = 2\nen = "x"', "from=-1"),
        ("[[captions]]\nfrom = 1\nto = 2", "there is no text"),
        ('title = "' + "x" * 201 + '"', "200 are the most"),
    ):
        (tmp_path / "s.toml").write_text(text, encoding="utf-8")
        with pytest.raises(BadSetting, match=said):
            read_story(tmp_path / "s.toml")
    (tmp_path / "s.toml").write_text("[", encoding="utf-8")
    with pytest.raises(BadFile, match="is not TOML"):
        read_story(tmp_path / "s.toml")
    with pytest.raises(BadFile, match="No such file"):
        read_story(tmp_path / "none.toml")


def test_without_a_story_only_the_name_and_what_was_measured_is_said() -> None:
    story = completed(None, ("en", "de"), "/somewhere/autumn_moon-2.flac", Measured(65.4, None, "B minor"))
    assert story.said(story.title, "de") == ("autumn moon-2", "de")
    assert story.text["en"] == "A recording of 1:05. Monochord heard B minor."
    assert "H-Moll" in story.text["de"]
    assert not story.artist
    assert not story.captions
    assert "minute" in completed(None, None, "a", Measured(1, 91.7)).text["en"]


def test_what_was_told_is_not_overwritten() -> None:
    told = story_of({"title": {"zh": "关山月"}, "text": {"zh": "一段话"}})
    story = completed(told, ("ar", "zh"), "x.wav", Measured(3))
    assert story.languages == ("ar", "zh")
    assert story.said(story.title, "ar") == ("关山月", "zh")
    assert story.text == {"zh": "一段话"}


def test_a_name_becomes_a_title() -> None:
    assert name_of("tone:440") == "tone 440"
    assert name_of("/a/b/_x_.ogg") == "x"
    assert name_of(".monochord") == ".monochord"


def test_captions_lie_beside_as_webvtt() -> None:
    story = story_of(
        {"captions": [{"from": 3661.5, "to": 3662, "en": "a <b> & c\n\n--> d"}, {"from": 0, "to": 1, "zh": "你好"}]}
    )
    assert webvtt(story, "en") == (
        "WEBVTT\nLanguage: en\n\n1\n00:00:00.000 --> 00:00:01.000\n你好\n\n"
        "2\n01:01:01.500 --> 01:01:02.000\na &lt;b&gt; &amp; c\n--&gt; d\n"
    )


def test_directions_follow_the_language_and_its_script() -> None:
    for tag, way in (
        ("ar", "rtl"),
        ("he-IL", "rtl"),
        ("az-Arab", "rtl"),
        ("ar-Latn", "ltr"),
        ("zh", "ltr"),
        ("en", "ltr"),
    ):
        assert direction(tag) == way


def test_the_page_says_the_same_things_in_every_language() -> None:
    first = words("en")
    assert known()[:3] == ("en", "zh", "ar")
    for tag in known():
        own = {name: value for name, value in words(tag).items() if name != "tones"}
        assert own.keys() == first.keys()
        assert own["families"].keys() == first["families"].keys()
        for name, text in own.items():
            if name != "families":
                assert text.strip()
                assert text.count("{") == first[name].count("{")
    assert words("zh-TW") == words("zh")
    assert words("fi") == first


def test_languages_are_tags() -> None:
    assert checked_languages(["en", " zh", "en"]) == ("en", "zh")
    for wrong in (["english"], ["e"], [""], [], ["en; x"]):
        with pytest.raises(BadSetting):
            checked_languages(wrong)


def test_a_story_without_anything_is_one() -> None:
    assert story_of({}) == Story(("en",))


def refusal(table: dict[str, Any]) -> str:
    """How it is refused; nothing where it is none."""
    try:
        story_of(table)
    except BadSetting as why:
        return str(why)
    return ""


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()
