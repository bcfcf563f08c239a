"""A scene that is too slow is drawn smaller, one that has time larger, and it comes to rest."""

from __future__ import annotations

import numpy as np
import pytest

from engine.stage.render_scale import SCALES, RenderScale

BUDGET = 1 / 60


def played(scale: RenderScale, full: float, seconds: float, fixed: float = 0.0, noise: float = 0.0) -> list[float]:
    """The scales over time of a scene that takes `full` seconds a picture at full size, and `fixed` at any size."""
    rng = np.random.default_rng(0)
    seen, now = [], 0.0
    while now < seconds:
        took = (full * scale.scale**2 + fixed) * (1 + noise * rng.standard_normal() ** 2)
        scale.step(took, BUDGET)
        seen.append(scale.scale)
        now += max(took, BUDGET)
    return seen


def test_a_scene_that_has_time_stays_as_large_as_it_is() -> None:
    assert set(played(RenderScale(), 0.7 * BUDGET, 60.0)) == {1.0}


@pytest.mark.parametrize(("full", "rests_at"), [(1.2, 0.75), (2.5, 0.5), (5.0, 0.35), (100.0, 0.35)])
def test_a_slow_scene_steps_down_straight_to_what_fits(full: float, rests_at: float) -> None:
    assert list(dict.fromkeys(played(RenderScale(), full * BUDGET, 10.0))) == [1.0, rests_at]


def test_it_takes_a_second_and_one_late_picture_is_nothing() -> None:
    scale = RenderScale()
    seen = played(scale, 1.3 * BUDGET, 1.2)
    assert seen[-1] == 0.75
    scale.reset()
    for number in range(600):
        scale.step(0.3 if number % 50 == 40 else 0.5 * BUDGET, BUDGET)
        assert scale.scale == 1.0


def test_when_there_is_time_again_it_grows_by_steps() -> None:
    scale = RenderScale()
    played(scale, 5.0 * BUDGET, 5.0)
    assert scale.scale == 0.35
    assert list(dict.fromkeys(played(scale, 0.3 * BUDGET, 40.0))) == [0.35, 0.5, 0.75, 1.0]


@pytest.mark.parametrize("full", [0.9, 1.0, 1.05, 1.5, 1.78, 2.0, 3.0, 4.0, 6.0])
@pytest.mark.parametrize("fixed", [0.0, 0.2, 0.5])
def test_it_never_swings(full: float, fixed: float) -> None:
    scale = RenderScale()
    seen = np.array(played(scale, full * BUDGET, 600.0, fixed * BUDGET, noise=0.1))
    changes = np.flatnonzero(np.diff(seen))
    assert len(changes) <= 14
    late = len(seen) * 3 // 4
    assert len(np.flatnonzero(np.diff(seen[late:]))) <= 2


def test_sizes_are_whole_and_none_is_empty() -> None:
    scale = RenderScale()
    assert scale.of((1280, 720)) == (1280, 720)
    played(scale, 100 * BUDGET, 10.0)
    assert scale.scale == SCALES[-1]
    assert scale.lowest
    assert scale.of((1280, 720)) == (448, 252)
    assert scale.of((1, 1)) == (1, 1)
