"""A show without an operator: it changes with the music, stays in silence, and does not come back at once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from engine.errors import BadSetting
from engine.frame import SIGNALS, blank_row
from engine.timing.cues import Change
from engine.timing.wandering import Wanderer, Wandering, read_wandering

SCENES = ("ink", "ink:monsoon", "silk", "sky", "drum")


def evening(
    wanderer: Wanderer, seconds: int = 3600, *, phrase: int = 7, silent: bool = False
) -> Iterator[tuple[int, Change]]:
    """The changes of an evening in which a phrase begins every so many seconds, and when they come."""
    row = blank_row()
    row[SIGNALS["form.silence"].start] = float(silent)
    for second in range(seconds):
        row[1] = second
        if phrase and second % phrase == 0:
            row[SIGNALS["form.phrases"].start] += 1
        change = wanderer.step(row)
        if change is not None:
            yield second, change


def test_scenes_change_as_phrases_begin_and_stay_no_shorter_than_they_may() -> None:
    came = [second for second, _ in evening(Wanderer(Wandering(SCENES, (60, 90), seed=1), "ink"))]
    assert all(second % 7 == 0 for second in came)
    assert all(60 <= b - a <= 90 + 7 for a, b in pairwise([0, *came]))


def test_no_scene_comes_back_until_two_others_have_been_on() -> None:
    changes = ["ink", *(change.scene for _, change in evening(Wanderer(Wandering(SCENES, (5, 9), seed=3), "ink")))]
    bases = [scene.partition(":")[0] for scene in changes]
    assert len(bases) > 100
    assert all(len({a, b, c}) == 3 for a, b, c in zip(bases, bases[1:], bases[2:], strict=False))
    assert set(changes) == set(SCENES)


def test_presets_of_one_scene_do_not_make_it_likelier() -> None:
    changes = [change.scene for _, change in evening(Wanderer(Wandering(SCENES, (5, 9), seed=3), "ink"), 20_000)]
    bases = [scene.partition(":")[0] for scene in changes]
    assert 0.2 < bases.count("ink") / len(bases) < 0.3


def test_two_scenes_go_to_and_fro() -> None:
    changes = [change.scene for _, change in evening(Wanderer(Wandering(("a", "b"), (5, 9), seed=3), "a"), 100)]
    assert changes[:4] == ["b", "a", "b", "a"]


def test_with_a_seed_the_evening_comes_again_and_without_none_is_like_another() -> None:
    def scenes(seed: int | None) -> list[str]:
        wandering = Wandering(SCENES, (5, 60), transitions=("mist", "bleed"), seconds=4, seed=seed)
        return [f"{second} {change}" for second, change in evening(Wanderer(wandering, "ink"))]

    assert scenes(5) == scenes(5)
    assert scenes(5) != scenes(6)
    assert scenes(None) != scenes(None)


def test_reset_is_as_good_as_new() -> None:
    wanderer = Wanderer(Wandering(SCENES, (5, 60), seed=4), "ink")
    first = list(evening(wanderer))
    wanderer.reset()
    assert list(evening(wanderer)) == first


def test_in_silence_it_stays_where_it_is() -> None:
    wanderer = Wanderer(Wandering(SCENES, (60, 90), seed=1), "ink")
    assert list(evening(wanderer, phrase=0, silent=True)) == []


def test_a_drone_without_phrases_changes_half_a_minute_late() -> None:
    came = [second for second, _ in evening(Wanderer(Wandering(SCENES, (60, 60), seed=1), "ink"), phrase=0)]
    assert came[0] == 90


def test_a_scene_that_somebody_chose_stays_as_long_as_any_other() -> None:
    wanderer, row = Wanderer(Wandering(SCENES, (60, 60), seed=1), "ink"), blank_row()
    for second in range(200):
        row[1] = second
        row[SIGNALS["form.phrases"].start] += 1
        if second == 50:
            wanderer.note("sky")
        if change := wanderer.step(row):
            break
    assert second == 110
    assert change is not None
    assert change.scene in ("silk", "drum")


def test_a_recording_that_begins_again_does_not_stop_it() -> None:
    wanderer = Wanderer(Wandering(SCENES, (60, 60), seed=1), "ink")
    assert list(evening(wanderer, 50)) == []
    assert [second for second, _ in evening(wanderer, 70)] == [63]


def test_transitions_are_drawn_and_a_cut_takes_no_time() -> None:
    wandering = read_wandering({"scenes": ["a", "b", "c"], "transition": ["mist", "cut"], "seconds": 8, "when": "bar"})
    assert wandering.changes() == [
        Change("a", "mist", 8.0, "bar"),
        Change("b", "cut", 0.0, "bar"),
        Change("c", "mist", 8.0, "bar"),
    ]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({}, "wander: scenes=[] must name two scenes or more"),
        ({"scenes": ["a"]}, "wander: scenes=['a'] must name two scenes"),
        ({"scenes": "ab"}, "must name two scenes"),
        ({"evry": 3}, "wander: has no key evry (did you mean every?)"),
        ({"every": [60]}, "wander: every=[60] must be two numbers of seconds"),
        ({"every": [90, 60]}, "must be two numbers of seconds"),
        ({"every": [0, 60]}, "must be two numbers of seconds"),
        ({"every": [60, float("nan")]}, "must be two numbers of seconds"),
        ({"on": "form.phrase"}, "wander: on='form.phrase' is no counter (did you mean form.phrases?)"),
        ({"on": "sound.level"}, "is no counter"),
        ({"transition": []}, "wander: transition=[] must name transitions"),
        ({"seconds": -1}, "wander: seconds=-1 must be 0 to 600"),
        ({"when": "bra"}, "wander: when='bra' is none (did you mean bar"),
        ({"seed": 1.5}, "wander: seed=1.5 must be a whole number"),
    ],
    ids=str,
)
def test_a_wrong_way_is_refused_in_one_line(table: dict[str, object], said: str) -> None:
    given = table if not table or "scenes" in table else {"scenes": ["a", "b"], **table}
    with pytest.raises(BadSetting) as caught:
        read_wandering(given)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
