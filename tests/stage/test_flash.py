"""The rules of the flash guard, on pictures of one colour: what is counted, what is held back, what is left alone."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.stage.flash import FlashGuard
from engine.stage.flash_count import CELLS, COLUMNS, ROWS, SETS, FlashCounter

from .flash_analyser import changes

FPS = 60
EVERYWHERE = np.ones((ROWS, COLUMNS), bool)
LEFT_HALF = EVERYWHERE & (np.arange(COLUMNS) < COLUMNS // 2)
QUARTER = LEFT_HALF & (np.arange(ROWS)[:, np.newaxis] < ROWS // 2)
A_FIFTH = EVERYWHERE & (np.arange(COLUMNS) < COLUMNS // 5)


def strobe(hz: float, seconds: float = 3.0, low: float = 0.0, high: float = 1.0) -> NDArray[np.float64]:
    """One value a picture: dark first, half of the time bright."""
    return np.where((np.arange(int(seconds * FPS)) * hz / FPS) % 1.0 < 0.5, low, high)


def cells(light: float, where: NDArray[np.bool_] = EVERYWHERE, red: bool = False) -> NDArray[np.float32]:
    """Grey of this linear light, or red of it, in these cells; all others are black."""
    color = (light, 0.0, 0.0) if red else (light,) * 3
    parts = [np.dot(color, (0.2126, 0.7152, 0.0722)), color[0] - color[1] - color[2], color[0], sum(color)]
    return np.array([part * np.tile(where.reshape(-1), SETS) for part in parts], np.float32)


def shown(guard: FlashGuard, pictures: list[NDArray[np.float32]]) -> NDArray[np.float64]:
    """(pictures, CELLS): the luminance that is shown."""
    found, now = [], np.zeros((4, SETS * CELLS), np.float32)
    for picture in pictures:
        share = guard.step(picture, 1 / FPS)
        now = picture if share is None else now + (picture - now) * np.tile(share, SETS)
        found.append(now[0, :CELLS])
    return np.array(found, np.float64)


def most_changes(light: NDArray[np.float64], where: NDArray[np.bool_] = EVERYWHERE) -> int:
    """In any second of any of these cells."""
    seen = np.unique(light[:, where.reshape(-1)], axis=1)
    return max(int(changes(seen[k : k + FPS], 0.1, dark=0.8).max()) for k in range(len(seen) - FPS + 1))


@pytest.mark.parametrize("hz", [0.5, 1.0, 2.0, 2.9])
def test_up_to_three_flashes_a_second_pass_untouched(hz: float) -> None:
    pictures = [cells(light) for light in strobe(hz)]
    guard = FlashGuard()
    assert np.array_equal(shown(guard, pictures), np.array([picture[0, :CELLS] for picture in pictures]))
    assert guard.seconds == 0.0


@pytest.mark.parametrize("hz", [3.4, 4.0, 7.3, 10.0, 25.0, 30.0])
@pytest.mark.parametrize("high", [0.15, 0.4, 1.0])
def test_a_faster_strobe_becomes_a_slow_pulse(hz: float, high: float) -> None:
    guard = FlashGuard()
    light = shown(guard, [cells(light) for light in strobe(hz, 4.0, high=high)])
    assert most_changes(light) <= 6
    assert np.ptp(light[-FPS:], axis=0).max() < 0.12
    assert guard.held == 1.0
    assert 2.0 < guard.seconds < 4.0


def test_the_first_three_flashes_of_a_strobe_are_seen() -> None:
    light = shown(FlashGuard(), [cells(light) for light in strobe(10.0)])[:, 0]
    assert changes(light[:FPS, np.newaxis], 0.1, dark=0.8) == 6
    assert light[: int(0.35 * FPS)].max() == 1.0


def test_a_change_that_was_small_at_first_counts_from_when_it_was_whole() -> None:
    parts = [(0.0, 2), (0.095, 10), (1.0, 5), (0.0, 5), (1.0, 5), (0.0, 15), (1.0, 10), (0.0, 11), (1.0, 30)]
    light = shown(FlashGuard(), [cells(level) for level, pictures in parts for _ in range(pictures)])[:, 0]
    whole, way, extreme = [], -1, light[0]
    for k, level in enumerate(light):
        if (extreme - level) * way >= 0.1:
            whole, way, extreme = [*whole, k], -way, level
        extreme = max(extreme * way, level * way) * way
    assert len(whole) >= 6
    assert all(later - early >= FPS for early, later in zip(whole, whole[6:], strict=False))


def test_a_red_strobe_is_held_back_though_its_luminance_stands_still() -> None:
    red, grey = cells(0.5, red=True), cells(0.5 * 0.2126)
    guard = FlashGuard()
    shown(guard, [red if light else grey for light in strobe(8.0)])
    assert guard.held == 1.0
    pale = FlashGuard()
    warm = grey + (red - grey) * np.float32(0.3)  # no saturated red
    shown(pale, [warm if light else grey for light in strobe(8.0)])
    assert pale.seconds == 0.0


@pytest.mark.parametrize(("where", "held"), [(LEFT_HALF, 0.5), (QUARTER, 0.25), (A_FIFTH, 0.0)])
def test_a_quarter_of_the_picture_is_too_much_and_a_fifth_is_not(where: NDArray[np.bool_], held: float) -> None:
    guard = FlashGuard()
    pictures = [cells(light, where) for light in strobe(10.0)]
    light = shown(guard, pictures)
    assert guard.held == held
    assert (most_changes(light, where) <= 6) is (held > 0)


def test_what_flashes_in_turns_adds_up() -> None:
    guard = FlashGuard()
    fifths = (A_FIFTH, np.flip(A_FIFTH, axis=1))
    shown(guard, [cells(light, fifths[0]) + cells(1.0 - light, fifths[1]) for light in strobe(6.0)])
    assert guard.held > 0.3


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.07), (0.85, 1.0), (0.4, 0.48)])
def test_a_flicker_that_is_faint_or_bright_all_the_time_passes(low: float, high: float) -> None:
    guard = FlashGuard()
    shown(guard, [cells(light) for light in strobe(12.0, low=low, high=high)])
    assert guard.seconds == 0.0


def test_after_a_strobe_the_picture_is_soon_itself_again() -> None:
    guard = FlashGuard()
    still = [cells(0.3)] * (3 * FPS)
    light = shown(guard, [cells(light) for light in strobe(10.0)] + still)
    assert most_changes(light) <= 6
    assert np.abs(light[-FPS // 2 :] - np.float32(0.3)).max() == 0.0
    assert guard.held == 0.0


def test_a_blackout_is_obeyed_in_the_middle_of_a_strobe_and_the_light_after_it_waits() -> None:
    guard = FlashGuard()
    light, now = [], np.zeros((4, SETS * CELLS), np.float32)
    for number, on in enumerate(strobe(10.0)):
        dark = number >= 2 * FPS and (number // 4) % 2 == 0
        picture = cells(0.0 if dark else float(on))
        share = guard.step(picture, 1 / FPS, blackout=dark)
        now = picture if share is None else now + (picture - now) * np.tile(share, SETS)
        light.append(now[0, :CELLS])
        assert not (dark and now.any())
    assert most_changes(np.array(light, np.float64)) <= 7


def test_any_wild_picture_is_harmless_and_the_same_every_time() -> None:
    rng = np.random.default_rng(7)
    for wild in range(4):
        steps = rng.choice([0.0, 0.2, 0.5, 0.9, 1.0], 5 * FPS)
        pictures = [cells(step, red=bool(wild % 2)) for step in np.repeat(steps, wild + 1)[: 5 * FPS]]
        light = shown(FlashGuard(), pictures)
        assert most_changes(light) <= 6
        assert np.array_equal(light, shown(FlashGuard(), pictures))


def test_reset_is_as_good_as_new() -> None:
    guard, pictures = FlashGuard(), [cells(light) for light in strobe(10.0, 1.0)]
    first = shown(guard, pictures)
    guard.reset()
    assert (guard.held, guard.seconds, guard.most) == (0.0, 0.0, 0.0)
    assert np.array_equal(shown(guard, pictures), first)


def test_the_counter_counts_as_the_slow_analyser_does() -> None:
    rng = np.random.default_rng(3)
    light = (np.cumsum(rng.normal(0.0, 0.06, (FPS, CELLS)), axis=0) % 1.0).astype(np.float32)
    counter = FlashCounter()
    before, counted = np.zeros((1, CELLS), np.float32), np.zeros(CELLS)
    for number, row in enumerate(light):
        picture = np.tile(np.stack([row, np.zeros(CELLS, np.float32), row, 3 * row]), SETS)
        too_many = counter.step(picture, number / FPS)
        before = np.vstack([before, row])
        counted = changes(before, 0.09, dark=0.82)
        assert np.array_equal(np.zeros(CELLS, bool) if too_many is None else too_many[:CELLS], counted > 6)
    assert counted.max() > 12
