"""Numbered notation: degrees of the key, and how they stand on the page."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from engine.errors import BadFile
from engine.score.jianpu import degree_of, read_told_key, spelling_of, told_key
from engine.score.jianpu_layout import WIDTH, laid_out
from engine.score.jianpu_marks import DOUBTFUL, Disc, Stroke, Text
from engine.score.jianpu_picture import jianpu_image, jianpu_svg
from engine.score.plain_text import JIANPU, text_of, tune_of_text
from engine.score.spelling import Key, read_spelling
from engine.score.tune import Tune, joined

from .tunes import jasmine


def _tune(notes: str, head: str = "key: 1=D\ntime: 4/4") -> Tune:
    return tune_of_text(f"{head}\n{notes}")


@pytest.mark.parametrize(
    ("key", "pitch", "degree"),
    [
        ("1=D", "D4", (1, 0, 0)),
        ("1=D", "C#5", (7, 0, 0)),
        ("1=D", "D5", (1, 0, 1)),
        ("1=D", "A3", (5, 0, -1)),
        ("1=D", "G#4", (4, 1, 0)),
        ("1=D", "F4", (3, -1, 0)),
        ("1=Bb", "Bb4", (1, 0, 0)),
        ("1=Bb", "A4", (7, 0, -1)),
        ("1=C", "C4", (1, 0, 0)),
    ],
)
def test_a_pitch_is_a_degree_of_its_key(key: str, pitch: str, degree: tuple[int, int, int]) -> None:
    assert degree_of(read_spelling(pitch), read_told_key(key)) == degree
    assert spelling_of(*degree, read_told_key(key)) == read_spelling(pitch)


def test_a_key_is_told_as_what_one_is() -> None:
    for fifths in range(-7, 8):
        assert read_told_key(told_key(Key(fifths, "minor"))) == Key(fifths, "minor")
    assert told_key(Key(-1)) == "1=F"
    with pytest.raises(ValueError, match="must be a key"):
        read_told_key("1=H")


def test_numbers_may_be_typed_as_they_are_printed() -> None:
    typed = _tune("1\u0307\u0332 2\u0332\u0307 ♯4, 5 – | 1=G 3/4 ♭7 – 0 |")
    plain = _tune("1'_ 2'_ #4, 5 - | 1=G 3/4 b7 - 0 |")
    assert typed == plain
    assert str(plain.bars[1].meter) == "3/4"
    assert "1'_ 2'_ #4, 5 -" in text_of(plain, JIANPU)


def test_underlines_join_within_a_beat() -> None:
    marks, _ = laid_out(_tune("1_ 2_ 3_ 4_ 5__ 6__ 7_ 1' |"))
    lines = [m for m in marks if isinstance(m, Stroke) and m.width == 1.5]
    first = [line for line in lines if line.points[0][1] == min(m.points[0][1] for m in lines)]
    assert len(first) == 3, "one line a beat"
    assert len(lines) - len(first) == 1, "and a second under the two sixteenths"


def test_every_note_stands_on_the_page_within_its_margins() -> None:
    tune = joined([jasmine()] * 4)
    marks, (width, height) = laid_out(tune)
    digits = [m for m in marks if isinstance(m, Text) and m.size == 25]
    tied_over = 4  # a tie over a bar line is written as two
    assert len(digits) >= len(tune.notes) + tied_over
    for mark in marks:
        if isinstance(mark, Text | Disc):
            assert 0 < mark.x < width
            assert 0 < mark.y < height
        if isinstance(mark, Stroke):
            assert all(0 < x < WIDTH and 0 < y < height for x, y in mark.points)


def test_a_doubtful_note_stands_out() -> None:
    marks, _ = laid_out(_tune("1 2? 3 4 |"))
    assert [m.text for m in marks if isinstance(m, Text) and m.color == DOUBTFUL] == ["2"]


def test_the_pictures_are_whole() -> None:
    tune = _tune("1 2 3 4 |", "title: <Three> & four\nkey: 1=D")
    root = ElementTree.fromstring(jianpu_svg(tune))
    words = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert words[0] == "<Three> & four"
    assert words[-4:] == ["1", "2", "3", "4"]
    pixels = np.asarray(jianpu_image(tune))
    assert pixels.shape[1] == 2 * WIDTH
    assert pixels.min() < 60
    with pytest.raises(BadFile, match=r"write it as \.svg"):
        jianpu_image(joined([jasmine()] * 60))
