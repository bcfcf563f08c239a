"""The operator's hand on the controls of a scene: it takes over and gives back without a jump."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from engine.stage.binder import Binder
from engine.stage.isf_inputs import Value
from engine.stage.overriding import GIVING_BACK, TAKING
from engine.stage.scene import Scene, load_scene

from .conftest import Write, isf
from .test_binder import INPUTS, row

MUSIC = "bind.flow = 'sound.level'\nbind.drop = 'rhythm.onsets'\n[set]\ntint = '#000000'"
LOUD, SOFT = row(sound_level=0.0), row(sound_level=-60.0)  # flow 2 and 0


@pytest.fixture
def binder(write: Write) -> Callable[..., Binder]:
    """A scene's wires; as a preset of it, or after an edit, under another name or with other inputs."""

    def made(name: str = "s", inputs: list[dict[str, object]] | None = None) -> Binder:
        write(f"{name}.fs", isf(INPUTS=INPUTS if inputs is None else inputs))
        scene: Scene = load_scene(write(f"{name}.toml", f'shader = "{name}.fs"\n{MUSIC if inputs is None else ""}'))
        return Binder(scene)

    return made


Made = Callable[..., Binder]


def flow(binder: Binder, dt: float, loud: bool = True) -> float:
    value = binder.step(LOUD if loud else SOFT, dt)["flow"]
    assert isinstance(value, float)
    return value


@pytest.mark.parametrize("rate", [30, 60, 144])
def test_a_held_number_comes_to_the_hand_in_a_straight_line_and_stays_there(binder: Made, rate: int) -> None:
    wires = binder()
    assert flow(wires, 1 / rate) == 2.0
    wires.overrides.hold({"flow": 1.0})
    seen = [flow(wires, 1 / rate, loud=bool(n % 2)) for n in range(rate)]
    reached = -(-TAKING * rate // 1)
    assert seen[: int(reached)] == pytest.approx([max(1.0, 2.0 - (n + 1) / rate / TAKING) for n in range(int(reached))])
    assert set(seen[int(reached) :]) == {1.0}


@pytest.mark.parametrize("rate", [30, 60, 144])
def test_a_released_number_goes_back_to_where_the_music_is_by_then(binder: Made, rate: int) -> None:
    wires = binder()
    flow(wires, 1 / rate)
    wires.overrides.hold({"flow": 1.0})
    for _ in range(rate):
        flow(wires, 1 / rate)
    wires.overrides.release(["flow"])
    seen = [flow(wires, 1 / rate, loud=False) for _ in range(rate)]
    steps = [before - after for before, after in zip([1.0, *seen], seen, strict=False)]
    assert max(steps) <= 1.0 / GIVING_BACK / rate + 1e-9
    assert min(steps) >= 0
    assert sum(value > 0 for value in seen) == pytest.approx(GIVING_BACK * rate, abs=1)
    assert flow(wires, 1 / rate) == 2.0
    assert wires.overrides.held == {}


def test_a_fader_that_sends_often_is_followed_without_steps(binder: Made) -> None:
    wires = binder()
    flow(wires, 0.01, loud=False)
    seen = [0.0]
    for n in range(200):
        if n % 5 == 0:  # 20 times a second, in steps of 0.05
            wires.overrides.hold({"flow": 0.05 * (n // 5)})
        seen.append(flow(wires, 0.01, loud=False))
    assert max(after - before for before, after in pairwise(seen)) < 0.011
    assert seen[-1] == pytest.approx(1.95)


def test_points_and_colours_glide_and_the_rest_is_there_at_once(binder: Made) -> None:
    wires = binder()
    wires.step(SOFT, 0.01)
    wires.overrides.hold({"at": (3.0, 2.0), "tint": (1.0, 1.0, 1.0, 1.0), "mode": 9, "open": True, "count": 4})
    half = wires.step(SOFT, TAKING / 2)
    assert half["at"] == pytest.approx((2.0, 1.5))
    assert half["tint"] == pytest.approx((0.5, 0.5, 0.5, 1.0))
    assert (half["mode"], half["open"], half["count"]) == (9, True, 4)
    whole = wires.step(SOFT, TAKING)
    assert (whole["at"], whole["tint"]) == ((3.0, 2.0), (1.0, 1.0, 1.0, 1.0))


def test_an_event_fires_for_one_picture_and_the_musics_own_still_do(binder: Made) -> None:
    wires = binder()
    wires.overrides.hold({"drop": True})
    assert [wires.step(row(rhythm_onsets=n), 0.01)["drop"] for n in (0, 0, 1, 1)] == [True, False, True, False]
    assert wires.overrides.held == {}


def test_an_input_that_nothing_moves_goes_back_to_where_it_rests(binder: Made) -> None:
    wires = binder()
    wires.step(SOFT, 0.01)
    wires.overrides.hold({"mode": 0})
    assert wires.step(SOFT, 0.01)["mode"] == 0
    wires.overrides.release()
    assert wires.step(SOFT, 0.01)["mode"] == 3


def test_what_is_unknown_is_passed_over_and_nothing_held_costs_nothing(binder: Made) -> None:
    wires = binder()
    before = wires.step(LOUD, 0.01)
    wires.overrides.hold({"nothing": 1.0, "wave": 1.0})
    wires.overrides.release(["nothing", "flow"])
    assert wires.step(LOUD, 0.01) == before
    assert wires.overrides.held == {}


def test_an_edit_of_the_scene_leaves_the_hand_where_it_is(binder: Made) -> None:
    wires = binder()
    flow(wires, 0.01)
    wires.overrides.hold({"flow": 0.5, "mode": 0})
    flow(wires, 1.0)
    again = binder(inputs=[{"NAME": "flow", "TYPE": "float", "MAX": 2}, {"NAME": "mode", "TYPE": "float"}])
    again.continue_from(wires)
    assert again.overrides.held == {"flow": 0.5}
    assert flow(again, 0.01) == 0.5


@pytest.mark.parametrize("wrong", [{"flow": (0.5, 0.5)}, {"tint": 0.5}, {"tint": (1.0, 0.0)}, {"mode": 10**12}])
def test_what_is_no_value_of_its_control_is_passed_over_for_a_leader_may_have_other_files(
    binder: Made, wrong: dict[str, Value]
) -> None:
    wires = binder()
    wires.overrides.hold({**wrong, "deep": 3, "none": 0.5})
    assert wires.overrides.held == {}
    assert flow(wires, 0.01) == 2.0


def test_another_scene_or_preset_is_the_musics(binder: Made) -> None:
    wires = binder()
    wires.overrides.hold({"flow": 0.5})
    other = binder("t")
    other.continue_from(wires)
    assert other.overrides.held == {}


def test_values_are_held_within_what_was_asked_whatever_the_step(binder: Made) -> None:
    wires = binder()
    flow(wires, 0.01)
    held: dict[str, Value] = {"flow": 1.0}
    wires.overrides.hold(held)
    for dt in (0.0, -1.0, float("nan"), 100.0):
        assert 1.0 <= flow(wires, dt) <= 2.0
    assert flow(wires, 0.0) == 1.0
