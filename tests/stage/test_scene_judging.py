"""Scenes judged by number, on pictures of which every answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.stage.scene_judging import (
    Film,
    Watcher,
    correlation,
    difference,
    dying,
    following,
    nearest_musics,
    nearest_scene,
    small,
    unrest,
)


def grey(value: int) -> NDArray[np.uint8]:
    return np.full((90, 160, 4), value, np.uint8)


def film(*values: int, held: int = 0) -> Film:
    watcher = Watcher()
    for number, value in enumerate(values):
        watcher.step(grey(value), number < held)
    return watcher.film()


def test_change_is_how_far_the_light_moves_from_picture_to_picture() -> None:
    assert film(0, 0, 51, 51, 0).change == pytest.approx([0.0, 0.0, 0.2, 0.0, 0.2])


def test_a_quarter_of_the_picture_that_changes_is_a_quarter_of_the_change() -> None:
    watcher = Watcher()
    watcher.step(grey(0))
    part = grey(0)
    part[:45, :80] = 255
    watcher.step(part)
    assert watcher.film().change[1] == pytest.approx(0.25, abs=1e-6)


def test_green_counts_for_more_than_blue() -> None:
    watcher = Watcher()
    for channel in (1, 1, 2):
        picture = grey(0)
        picture[:, :, channel] = 255
        watcher.step(picture)
    assert watcher.film().change == pytest.approx([0.0, 0.0, 0.7152 - 0.0722])


def test_grain_of_single_pixels_is_no_movement() -> None:
    watcher, rng = Watcher(), np.random.default_rng(2)
    for _ in range(3):
        picture = np.repeat(rng.integers(120, 136, (180, 320, 1)).astype(np.uint8), 4, axis=2)
        watcher.step(picture)
    assert watcher.film().change[1:].max() < 0.01


def test_a_picture_is_looked_at_in_blocks_whatever_its_size() -> None:
    for size in ((90, 160), (180, 320), (180, 101), (7, 5)):
        looked = small(np.full((*size, 4), 51, np.uint8))
        assert looked.shape[2] == 3
        assert looked.shape[1] <= 106
        assert looked == pytest.approx(0.2)


def test_black_and_burnt_out_are_shares_of_pixels() -> None:
    picture = grey(128)
    picture[:, :40] = 2
    picture[:, 40:60] = 254
    watcher = Watcher()
    watcher.step(picture)
    found = watcher.film()
    assert (found.black, found.burnt) == (pytest.approx(0.25), pytest.approx(0.125))


def test_pictures_that_were_held_back_are_counted() -> None:
    assert film(1, 2, 3, 4, held=3).held == 3


def test_nothing_seen_is_no_film() -> None:
    with pytest.raises(ValueError, match="no picture"):
        Watcher().film()


def test_a_picture_that_follows_two_pictures_late_follows() -> None:
    driver = np.random.default_rng(1).random(300)
    assert correlation([np.roll(driver, 2)], [driver]) == pytest.approx(1.0)
    assert correlation([np.roll(driver, 6)], [driver]) < 0.2


def test_a_picture_that_stands_still_follows_nobody_and_nobody_follows_silence() -> None:
    driver = np.random.default_rng(1).random(300)
    assert correlation([np.zeros(300)], [driver]) == 0.0
    assert correlation([driver], [np.ones(300)]) == 0.0
    assert correlation([driver[:10]], [driver[:10]]) == 0.0
    assert correlation([], []) == 0.0


def test_while_a_scene_opens_it_need_not_follow() -> None:
    driver = np.random.default_rng(1).random(300)
    change = driver.copy()
    change[:30] = 9.0
    assert correlation([change], [driver]) == pytest.approx(1.0)


def test_a_line_that_moves_when_the_melody_moves_follows_its_movement() -> None:
    steps = np.repeat(np.random.default_rng(3).random(20), 15)
    value, moving = following([dying(np.abs(np.diff(steps, prepend=steps[0])), 30.0)], [steps], 30.0)
    assert moving == pytest.approx(1.0)
    assert value < 0.3


def test_a_blow_dies_away_by_63_percent_in_a_tenth_of_a_second() -> None:
    values = np.zeros(60)
    values[10] = 1.0
    assert dying(values, 100.0)[[9, 10, 20, 30]] == pytest.approx([0.0, 1.0, math.exp(-1), math.exp(-2)])


def test_unrest_is_the_largest_change_after_the_rest_has_begun() -> None:
    assert unrest(film(0, 200, 200, 201, 201), 2) == pytest.approx(1.0, abs=1e-4)
    assert unrest(film(0, 200, 200), 5) == 0.0


def test_two_films_are_as_far_apart_as_their_colours_in_the_mean() -> None:
    assert difference(film(0), film(51)) == pytest.approx(0.2)
    assert difference(film(7), film(7)) == 0.0
    half = grey(0)
    half[:45] = 255
    watcher = Watcher()
    watcher.step(half)
    assert difference(watcher.film(), film(0)) == pytest.approx(math.sqrt(0.5), abs=0.01)  # 22 of 45 rows of blocks


def test_the_scene_that_looks_most_alike_is_named() -> None:
    films = {name: {"x": film(value), "y": film(value)} for name, value in (("ink", 10), ("silk", 12), ("sky", 200))}
    name, apart = nearest_scene("ink", films)
    assert (name, apart) == ("silk", pytest.approx(2 / 255))
    alone, nothing = nearest_scene("ink", {"ink": films["ink"]})
    assert alone == ""
    assert math.isnan(nothing)


def test_the_musics_to_which_a_scene_looks_most_alike_are_named() -> None:
    pair, apart = nearest_musics({"silence": film(0), "blown": film(100), "drummed": film(110)})
    assert (pair, apart) == ("blown and drummed", pytest.approx(10 / 255))
