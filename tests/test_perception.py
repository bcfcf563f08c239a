"""Perception: one frame of what the senses and the learned ear say; without a map the place stands still."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import BadFile
from engine.features.ensemble import Ensemble
from engine.frame import HOP, RATE, Block, Frame
from engine.listening.ear import PLACE
from engine.listening.mood_judge import NEUTRAL
from engine.musician import Musician
from engine.perception import Perception

from .listening.little_onnx import little_map, little_network


@pytest.fixture
def space(tmp_path: Path) -> str:
    return str(little_map(tmp_path, little_network(tmp_path)))


def _blocks(seconds: float, channels: int = 1) -> list[Block]:
    sound = np.random.default_rng(0).normal(0, 0.2, (round(seconds * RATE), channels)).astype(np.float32)
    return [Block(k, sound[k * HOP : (k + 1) * HOP]) for k in range(len(sound) // HOP)]


def _frames(perception: Perception, blocks: list[Block]) -> list[Frame]:
    return [perception.step(block) for block in blocks]


def test_a_frame_is_what_the_senses_say_and_the_place_behind_it(space: str) -> None:
    blocks = _blocks(2)
    frames = _frames(Perception([1], space=space), blocks)
    senses = Ensemble([1])
    for frame, block in zip(frames, blocks, strict=True):
        row = frame.row.copy()
        row[PLACE] = senses.step(block).row[PLACE]
        assert np.array_equal(row[: PLACE.stop], frame.row[: PLACE.start].tolist() + row[PLACE].tolist())
    last = frames[-1].place
    assert last.confidence > 0
    assert 0 < last.age < 0.2
    assert abs(last.x) + abs(last.y) > 0


def test_musicians_keep_their_senses_and_have_no_place_of_their_own(space: str) -> None:
    playing = (Musician("erhu", (1,)), Musician("drum", (2,)))
    frame = _frames(Perception([1, 2], playing, space=space), _blocks(1.5, 2))[-1]
    assert frame.musicians == ("erhu", "drum")
    assert frame.place.age > 0
    assert frame.of("drum").place.age == 0
    assert frame.of("drum").sound.level == pytest.approx(-14, abs=1)


def test_without_map_and_sense_of_mood_everything_else_goes_on_and_it_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.foundation.assets.MODELS", tmp_path)
    perception = Perception([1])
    place, mood = perception.troubles()
    assert place.startswith("the place on the map stands still: ")
    assert mood.startswith("the mood stays neutral: ")
    assert "\n" not in place + mood
    assert list(perception.troubles()) == []
    frame = _frames(perception, _blocks(0.5))[-1]
    assert frame.sound.level == pytest.approx(-14, abs=1)
    assert not frame.row[PLACE].any()
    assert frame.mood.excitement == frame.mood.depression == 0.25
    assert frame.mood.known == frame.mood.age == 0
    assert perception.mood is NEUTRAL


def test_a_map_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="mine"):
        Perception([1], space=str(tmp_path / "mine"))


def test_reset_is_as_good_as_new(space: str) -> None:
    blocks = _blocks(1.5)
    with Perception([1], space=space) as perception:
        first = _frames(perception, blocks)
        perception.reset()
        assert [bytes(frame) for frame in _frames(perception, blocks)] == [bytes(frame) for frame in first]
