"""What is printed of a scene that was judged."""

from __future__ import annotations

import json
import math

import pytest

from engine.cli.scene_verdict import HEAD, Verdict


def verdict(**other: object) -> Verdict:
    good = {
        "scene": "ink",
        "onsets": 0.7,
        "drums": 0.8,
        "signals": {"sound.level": (0.5, 0.6), "pitch.cents": (0.4, 0.1)},
        "silence": 0.0,
        "black": 0.1,
        "burnt": 0.0,
        "flashes": 0,
        "musics": 0.1,
        "musics_alike": "blown and plucked",
        "others": 0.2,
        "nearest": "silk",
        "cost": 30.0,
    }
    return Verdict(**{**good, **other})  # type: ignore[arg-type]  # fields of several kinds


def test_a_good_scene_is_two_lines_under_their_head() -> None:
    first, second = verdict().lines()
    assert len(HEAD.split()) == len(first.split())
    assert second.strip() == "sound.level 0.60~, pitch.cents 0.40"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"silence": 0.4}, "moves in silence: 0.40 of 255"),
        ({"burnt": 0.3}, "30% is burnt out"),
        ({"flashes": 7}, "held back 7 pictures"),
        ({"musics": 0.01}, "looks alike to blown and plucked: 0.010 apart"),
        ({"others": 0.01}, "looks like silk: 0.010 apart"),
    ],
)
def test_what_breaks_a_rule_is_said(wrong: dict[str, float], said: str) -> None:
    lines = verdict(**wrong).lines()
    assert len(lines) == 3
    assert lines[2].startswith("    ! ")
    assert said in lines[2]


def test_where_there_is_nothing_to_compare_json_says_null_and_nothing_is_wrong() -> None:
    alone = verdict(others=math.nan, nearest="")
    assert json.loads(json.dumps(alone.table()))["others"] is None
    assert alone.faults() == []
