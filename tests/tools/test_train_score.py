"""Training staves: batches, error counts, and going on from where it stopped."""

from __future__ import annotations

import argparse
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra train")


@pytest.fixture
def school() -> ModuleType:
    import train_score

    return train_score


def shard(school: ModuleType, path: Path, count: int = 12) -> None:
    """Staves without notes that are said to bear a clef and a bar line."""
    from sheets import staff_shards

    rng = np.random.default_rng(1)
    some = []
    for _ in range(count):
        ink = np.zeros((160, int(rng.integers(80, 120))), np.uint8)
        ink[[70, 80, 90, 100, 110]] = 255
        some.append(staff_shards.Staff(ink, ["clef.G", "bar"], "verovio"))
    path.parent.mkdir(exist_ok=True)
    staff_shards.write(some, path)


@pytest.mark.parametrize(
    ("a", "b", "apart"), [("kitten", "sitting", 3), ("", "abc", 3), ("abc", "abc", 0), ("ab", "ba", 2)]
)
def test_edits_are_the_least_changes(school: ModuleType, a: str, b: str, apart: int) -> None:
    assert school.edits([ord(c) for c in a], [ord(c) for c in b]) == apart


def test_the_best_path_leaves_out_blanks_and_what_goes_on(school: ModuleType) -> None:
    path = [0, 5, 5, 0, 5, 7, 7, 0]
    shares = torch.full((len(path), 1, 9), -9.0)
    for step, symbol in enumerate(path):
        shares[step, 0, symbol] = 0
    assert school.greedy(shares) == [[5, 5, 7]]


def test_a_batch_is_padded_with_paper_to_a_multiple_of_sixteen(school: ModuleType) -> None:
    images = [np.ones((112, 20), np.float32), np.ones((112, 35), np.float32)]
    stack, targets, sizes = school.batch(images, [np.array([3, 4], np.uint8), np.array([1], np.uint8)])
    assert stack.shape == (2, 1, 112, 48)
    assert float(stack[0, 0, :, 20:].max()) == 0
    assert targets.tolist() == [[3, 4], [1, 0]]
    assert sizes.tolist() == [2, 1]


def test_new_shards_are_taken_up_while_it_learns_and_some_staves_are_held_back(
    school: ModuleType, tmp_path: Path
) -> None:
    shard(school, tmp_path / "data" / "0000.npz")
    pupil = school.School([tmp_path / "data"], seed=1)
    assert (len(pupil.held), len(pupil.staves)) == (3, 9)
    shard(school, tmp_path / "data" / "0001.npz")
    pupil.look()
    pupil.look()
    assert len(pupil.staves) == 21


@pytest.mark.slow
def test_training_goes_on_from_its_checkpoint(school: ModuleType, tmp_path: Path) -> None:
    shard(school, tmp_path / "data" / "0000.npz")
    shape = school.Shape(channels=(4, 6, 8, 10), refinements=(1, 1, 1, 1), width=12, layers=1)
    plan = {"images": 40, "minutes": 1.0, "rate": 1e-3, "calm": 0.5, "focal": True, "seed": 2}
    for resume, seen in ((False, 40), (True, 80)):
        said = argparse.Namespace(**plan, resume=resume)
        school.train(school.School([tmp_path / "data"], seed=1), shape, tmp_path, said)
        kept = torch.load(tmp_path / "score_last.pt", weights_only=True)
        assert kept["images"] >= seen
    assert torch.load(tmp_path / "score.pt", weights_only=True)["shape"] == shape.told()
