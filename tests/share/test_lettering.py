"""Letters: shaped and in their own direction, or refused in one line that names the font."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
from PIL import features

from engine.errors import MissingDriver
from engine.share import lettering
from engine.share.lettering import Words, set_in_lines
from engine.share.story import story_of
from engine.share.titles import Lettering, check_letters, title_ends, with_title

LATIN = "the letters that pillow brings"


def drawn(text: str, language: str, room: float = 1000.0) -> np.ndarray:
    """The letters; skips where this machine has no font for them."""
    try:
        return set_in_lines(Words(text, language, 32), room)[0]
    except MissingDriver as why:
        pytest.skip(str(why))


@pytest.mark.usefixtures("no_fonts")
def test_plain_letters_need_no_font_of_the_machine() -> None:
    assert set_in_lines(Words(LATIN, "en", 20), 500)[0].any()


@pytest.mark.skipif(not features.check("raqm"), reason="this pillow has no raqm")
def test_arabic_letters_join() -> None:
    joined, apart = drawn("بيت", "ar"), [drawn(sign, "ar") for sign in "بيت"]
    assert joined.shape[1] < sum(one.shape[1] for one in apart)
    assert not (joined.max(axis=0) == 0).any()  # one stroke from end to end


@pytest.mark.skipif(not features.check("raqm"), reason="this pillow has no raqm")
def test_arabic_runs_from_right_to_left() -> None:
    alif_first = drawn("اب", "ar")  # a narrow upright letter, then a wide low one
    ink = alif_first.sum(axis=0)
    tall = np.flatnonzero((alif_first > 0.5).sum(axis=0) > 0.6 * (alif_first > 0.5).any(axis=1).sum())
    assert len(tall)
    assert tall.min() > len(ink) / 2


def test_lines_are_no_wider_than_their_room() -> None:
    text = "many words that do not fit into one line of so little room"
    whole, parted = drawn(text, "en"), drawn(text, "en", 200)
    assert parted.shape[1] <= 202
    assert parted.shape[0] > 3 * 32
    assert whole.shape[0] < 3 * 32


def test_chinese_breaks_between_signs_but_never_before_a_stop() -> None:
    pieces = lettering._pieces("好一朵，美丽")
    assert pieces == ["好", "一", "朵，", "美", "丽"]
    assert lettering._pieces("two words") == ["two", " words"]


def test_a_title_comes_softly_and_goes_again() -> None:
    story = story_of({"title": "Moon", "artist": "Li Wei"})
    over = Lettering(story, (320, 180), 20.0)
    ground = np.full((180, 320, 4), 40, np.uint8)
    changed = [int(np.abs(over.over(time, ground).astype(int) - 40).max()) for time in np.arange(0, 8, 1 / 30)]
    assert changed[0] == 0
    assert max(changed) > 120
    assert changed[-1] == 0
    assert max(abs(b - a) for a, b in pairwise(changed)) < 20  # nothing flashes
    assert title_ends(20.0) == 6.0
    assert title_ends(4.0) < 2.0
    assert (ground == 40).all()


def test_on_bright_pictures_the_title_is_of_ink() -> None:
    story = story_of({"title": "Moon"})
    for level, darker in ((230, True), (20, False)):
        ground = np.full((180, 320, 4), level, np.uint8)
        titled = with_title(story, ground).astype(int)
        extreme = titled[..., :3].min() if darker else titled[..., :3].max()
        assert abs(extreme - level) > 150


def test_the_smallest_letters_of_a_title_are_readable_on_a_dark_spot_of_a_bright_picture() -> None:
    picture = np.full((360, 640, 4), 236, np.uint8)
    picture[200:, :290] = 50
    told = story_of({"title": "Long night", "artist": "many small letters in a row"})
    margin = round(0.075 * 360)
    seen = with_title(told, picture)[360 - margin - 18 : 360 - margin - 4, margin : margin + 140, :3].mean(axis=2)
    linear = (np.percentile(seen, [2, 60]) / 255) ** 2.2
    assert (linear[1] + 0.05) / (linear[0] + 0.05) >= 4.5  # WCAG's contrast of text


def test_burnt_captions_stand_as_long_as_they_say() -> None:
    story = story_of({"captions": [{"from": 2, "to": 3, "en": "moon"}]})
    over = Lettering(story, (320, 180), 10.0, "en")
    ground = np.zeros((180, 320, 4), np.uint8)
    assert [bool(over.over(time, ground).any()) for time in (1.9, 2.5, 3.1)] == [False, True, False]
    assert not Lettering(story, (320, 180), 10.0).over(2.5, ground).any()


def test_of_the_captions_of_an_hour_only_those_that_stand_take_room() -> None:
    captions = [{"from": float(k), "to": k + 0.9, "en": f"Line number {k}"} for k in range(3000)]
    story = story_of({"languages": ["en"], "captions": captions})
    ground = np.zeros((180, 320, 4), np.uint8)
    tracemalloc.start()
    try:
        over = Lettering(story, (320, 180), 3000.0, "en")
        for time in np.arange(1000.45, 1100):
            assert over.over(float(time), ground).any()
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 20_000_000, "of all of them it would be some hundred megabytes"


@pytest.mark.usefixtures("no_fonts")
def test_what_cannot_be_drawn_is_said_before_anything_is_made() -> None:
    with pytest.raises(MissingDriver, match="Noto"):
        check_letters(story_of({"title": {"zh": "关山月"}}), None)
    captions = [{"from": 0, "to": 1, "ar": "قمر"}]
    check_letters(story_of({"title": "Moon", "captions": captions}), None)
    with pytest.raises(MissingDriver, match="Noto"):
        check_letters(story_of({"title": "Moon", "captions": captions}), "ar")
