"""Lines of numbers on a page: found in reading order, straight and always as large, however the page lay."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from engine.score.jianpu_blots import blots_of
from engine.score.jianpu_layout import DIGIT, laid_out
from engine.score.jianpu_lines import Line, lines_of
from engine.score.jianpu_marks import Text
from engine.score.jianpu_picture import jianpu_image
from engine.score.jianpu_symbols import DIGIT_FOOT, DIGIT_TOP, LINE_HEIGHT
from engine.score.picture import Grey

from .photographing import photographed
from .test_page import _cat
from .tunes import jasmine

_TUNE = jasmine()


@pytest.fixture(scope="module")
def page() -> Grey:
    return np.asarray(jianpu_image(_TUNE).convert("L"), np.float32) / 255


def heights() -> list[float]:
    """Of the digits' feet on the page, line by line from the top, in pixels."""
    marks, _ = laid_out(_TUNE)
    return sorted({2 * mark.y for mark in marks if isinstance(mark, Text) and mark.size == DIGIT})


def of_music(lines: list[Line]) -> list[Line]:
    size = max(lines, key=lambda line: line.letters).digit if lines else 0.0
    return [line for line in lines if line.letters >= 6 and abs(line.digit / size - 1) < 0.15]


def test_blots_are_what_hangs_together_in_any_direction() -> None:
    ink = np.zeros((20, 30), np.float32)
    ink[2:6, 3:5] = 1  # a box,
    ink[[10, 11, 12], [10, 11, 12]] = 1  # a slope
    ink[8:16, 20] = ink[8:16, 26] = 1  # and a U, which is only known to be one at its foot
    ink[15, 20:27] = 1
    blots = blots_of(ink)
    boxes = sorted(zip(blots.left, blots.top, blots.right, blots.foot, blots.ink, strict=True))
    assert boxes == [(3, 2, 5, 6, 8), (10, 10, 13, 13, 3), (20, 8, 27, 16, 21)]


def test_noise_is_taken_for_nothing_and_an_empty_page_has_no_blots() -> None:
    assert len(blots_of(np.zeros((9, 9), np.float32)).left) == 0
    assert len(blots_of(np.indices((1200, 1200)).sum(axis=0).astype(np.float32) % 2).left) == 1


def test_all_lines_of_a_clean_page_are_found_in_reading_order(page: Grey) -> None:
    lines = of_music(lines_of(page))
    feet = [float(line.foot[:, 1].mean()) for line in lines]
    assert feet == pytest.approx(heights(), abs=2)
    for line in lines:
        assert line.image.shape[0] == LINE_HEIGHT
        assert line.image.dtype == np.float32
        assert 0 <= line.image.min() <= line.image.max() <= 1


def test_digits_stand_between_their_rows(page: Grey) -> None:
    line = of_music(lines_of(page))[1]
    dark = line.image.mean(axis=1)
    inside = dark[DIGIT_TOP + 1 : DIGIT_FOOT - 1].min()
    assert inside > 3 * dark[DIGIT_FOOT + 1 : DIGIT_FOOT + 3].max()
    assert inside > 3 * dark[DIGIT_TOP - 3 : DIGIT_TOP - 1].max()


def test_all_lines_of_a_photograph_are_found_though_it_is_turned_tilted_curled_and_in_shadow(page: Grey) -> None:
    photo = photographed(page, 1, width=1200)
    lines = of_music(lines_of(photo.grey))
    assert len(lines) == len(heights())
    for line, foot in zip(lines, heights(), strict=True):
        inner = line.foot[len(line.foot) // 10 : -len(line.foot) // 10 : 40]
        _, y = photo.to_page(inner[:, 0], inner[:, 1])
        assert y == pytest.approx(foot, abs=7), "a fifth of a digit's height"


def test_white_on_black_is_found_too(page: Grey) -> None:
    assert len(of_music(lines_of(1 - page))) == len(heights())


def test_a_line_of_one_digit_is_found_beside_longer_ones() -> None:
    image = Image.new("L", (1000, 400), 255)
    draw = ImageDraw.Draw(image)
    for k in range(12):
        draw.text((60 + 70 * k, 60), str(k % 7 + 1), 0, font_size=48)
    draw.text((60, 260), "5", 0, font_size=48)
    draw.line((300, 250, 300, 320), 0, 3)
    found = lines_of(np.asarray(image, np.float32) / 255)
    assert [line.letters for line in found] == [12, 1]


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(_cat(), id="a cat"),
        pytest.param(np.ones((300, 400), np.float32), id="white"),
        pytest.param(np.zeros((300, 400), np.float32), id="black"),
        pytest.param(np.tile(np.float32([0, 1]), (64, 64)), id="stripes"),
        pytest.param(np.ones((30, 30), np.float32), id="small"),
    ],
)
def test_on_a_picture_of_something_else_no_line_is_found(picture: Grey) -> None:
    assert of_music(lines_of(picture)) == []
