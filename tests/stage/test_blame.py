"""When a scene gives way to the fallback."""

from __future__ import annotations

from dataclasses import replace

from engine.stage.blame import Blame, Loss

HUNG = Loss(scene="ink", trying=None, lived=1.0, hung=True, outside=False, restarted=True)


def test_a_scene_may_lose_one_restart_and_goes_with_the_second() -> None:
    blame = Blame()
    assert not blame.must_go(replace(HUNG, restarted=False))
    assert not blame.must_go(HUNG)
    assert blame.must_go(HUNG)


def test_a_painter_that_has_lived_long_says_nothing_against_its_scene() -> None:
    blame = Blame()
    assert not blame.must_go(HUNG)
    assert not blame.must_go(replace(HUNG, lived=6.0))
    assert not blame.must_go(HUNG)


def test_a_scene_that_hangs_before_its_first_picture_goes_at_once() -> None:
    assert Blame().must_go(replace(HUNG, trying="ink", lived=None))
    assert Blame().must_go(replace(HUNG, trying="ink", restarted=False))


def test_another_scene_that_hangs_on_trial_is_not_the_fault_of_the_one_on_stage() -> None:
    blame = Blame()
    assert not any(blame.must_go(replace(HUNG, trying="strings")) for _ in range(5))


def test_being_killed_or_stopped_from_outside_is_nobodys_fault() -> None:
    blame = Blame()
    assert not any(blame.must_go(replace(HUNG, outside=True)) for _ in range(5))


def test_a_painter_that_dies_before_its_first_picture_again_and_again_blames_the_scene() -> None:
    blame = Blame()
    dies = replace(HUNG, lived=None, hung=False)
    assert [blame.must_go(dies) for _ in range(3)] == [False, True, True]
