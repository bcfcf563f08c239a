"""A page before the camera: every staff is found, in order, and its lines are where they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import BadFile
from engine.score.ink import ink_of
from engine.score.page import read_page, staves_of
from engine.score.picture import Grey, read_grey
from engine.score.straighten import HEIGHT, MIDDLE, SPACING, Staff

from .photographing import photographed

PAGES = Path(__file__).parent / "pages"
# Where the middle lines run, and how far the lines lie apart, in pixels: measured on the pictures.
LINES = {
    "verovio.png": ([108.5, 262.5, 434.5, 609.5, 763.5, 926.5], 12.9),
    "musescore.png": ([185.5, 330.5, 475.5, 620.5], 7.55),
}


def _off(staff: Staff, middle: float, spacing: float, to_page: object = None) -> float:
    """By how many spacings the worst of the five lines is off, anywhere but at the very ends."""
    worst = 0.0
    for line in range(-2, 3):
        x, y = (staff.middle + staff.down * line)[16:-16].T
        if callable(to_page):
            x, y = to_page(x, y)
        worst = max(worst, float(np.abs(y - middle - line * spacing).max()) / spacing)
    return worst


@pytest.mark.parametrize("name", LINES)
def test_all_staves_of_a_clean_page_are_found_in_reading_order(name: str) -> None:
    staves = read_page(PAGES / name)
    middles, spacing = LINES[name]
    assert len(staves) == len(middles)
    for staff, middle in zip(staves, middles, strict=True):
        assert _off(staff, middle, spacing) < 0.2
        assert staff.image.shape == (HEIGHT, len(staff.middle))
        assert staff.image.dtype == np.float32
        assert 0 <= staff.image.min() <= staff.image.max() <= 1


def test_the_lines_of_a_straightened_staff_are_level_and_where_the_network_expects_them() -> None:
    staff = read_page(PAGES / "verovio.png")[0]
    rows = staff.image[:, 40:-40].mean(axis=1)
    for line in range(-2, 3):
        row = MIDDLE + line * SPACING
        near = rows[row - 4 : row + 4]
        assert int(near.argmax()) in (3, 4)
    assert staff.image[:, :6].max() < 0.3, "paper is kept before the lines begin"
    column = len(staff.middle) // 2
    x, y = staff.middle[column] - 2 * staff.down[column]
    assert y == pytest.approx(108.5 - 2 * 12.9, abs=1.5)
    assert 400 < x < 600


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (2, 3, 4))])
def test_all_staves_of_a_photograph_are_found_though_it_is_turned_tilted_curled_and_in_shadow(seed: int) -> None:
    middles, spacing = LINES["verovio.png"]
    photo = photographed(read_grey(PAGES / "verovio.png"), seed, width=1300, turn=5, tilt=0.12, curl=0.008)
    staves = staves_of(photo.grey)
    assert len(staves) == len(middles)
    for staff, middle in zip(staves, middles, strict=True):
        assert _off(staff, middle, spacing, photo.to_page) < 1 / 3


def test_beams_that_pass_for_a_sixth_line_do_not_hide_a_staff() -> None:
    (staff,) = read_page(PAGES / "beams.png")
    assert _off(staff, 91.0, 13.8) < 0.2


def test_white_on_black_is_read_too() -> None:
    middles, _ = LINES["musescore.png"]
    assert len(staves_of(1 - read_grey(PAGES / "musescore.png"))) == len(middles)


def test_staves_beside_each_other_are_read_from_left_to_right() -> None:
    page = read_grey(PAGES / "musescore.png")[130:260]
    both = np.concatenate([page, page], axis=1)
    staves = staves_of(both)
    assert len(staves) == 2
    assert staves[0].middle[-1, 0] < staves[1].middle[0, 0]


def _cat() -> Grey:
    """Something round with ears, eyes and whiskers, in fur."""
    y, x = np.mgrid[0:420, 0:420] / 420 - 0.5
    fur = 0.55 + 0.25 * np.random.default_rng(3).random((420, 420)) + 0.15 * np.sin(90 * np.hypot(x, y + x**2))
    fur[np.hypot(x / 0.9, y - 0.05) > 0.35] = 0.25
    for side in (-1, 1):
        fur[np.hypot(x - side * 0.14, (y + 0.02) * 1.6) < 0.06] = 0.05
        fur[(np.abs(x - side * 0.25) < 0.08) & (y < -0.2) & (y > -0.42)] = 0.6
        for k in range(3):
            fur[np.abs(y - 0.14 - 0.02 * k - 0.1 * k * np.abs(x)) < 0.004] = 0.95
    return np.clip(fur, 0, 1).astype(np.float32)


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(_cat(), id="a cat"),
        pytest.param(np.ones((300, 400), np.float32), id="white"),
        pytest.param(np.zeros((300, 400), np.float32), id="black"),
        pytest.param(np.tile(np.float32([0, 1]), (64, 64)), id="stripes"),
        pytest.param(np.random.default_rng(1).random((300, 300)).astype(np.float32), id="noise"),
        pytest.param(np.ones((30, 30), np.float32), id="small"),
    ],
)
def test_on_a_picture_of_something_else_no_staff_is_found(picture: Grey) -> None:
    assert staves_of(picture) == []


def test_a_page_without_staves_is_refused_in_one_line(tmp_path: Path) -> None:
    Image.new("L", (200, 200), 255).save(tmp_path / "blank.png")
    with pytest.raises(BadFile, match=r"blank\.png: no staff of five lines is found"):
        read_page(tmp_path / "blank.png")


def test_a_shadow_is_no_ink() -> None:
    page = np.full((400, 400), 0.9, np.float32)
    page[:, ::40] = 0.1
    light = np.linspace(1.0, 0.4, 400, dtype=np.float32)
    ink = ink_of(page * light)
    assert ink[:, ::40].min() > 0.8
    assert np.delete(ink, np.s_[::40], axis=1).max() < 0.1
