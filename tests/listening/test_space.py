from __future__ import annotations

import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from engine.errors import BadFile
from engine.listening.atlas import Atlas, Corpus, figures, fitted, neighbours_in_time, write
from engine.listening.map_export import exported
from engine.listening.map_learning import Training
from engine.listening.projection import CUBE, PLANE
from engine.listening.space import Space

from .corpora import corpus

pytest.importorskip("onnx", reason="a map is written by onnx: the extra fit")

QUICK = Training(pairs=128, passes=10, least=300, hidden=(16,), rest=100)
CARD = {"families": ["family0", "family1", "family2"], "network": "ab" * 32}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Corpus, Atlas]:
    heard = corpus()
    atlas = fitted(heard, QUICK)
    path = tmp_path_factory.mktemp("maps") / "mine"
    write(path, atlas, {**CARD, "figures": figures(heard, atlas)})
    return path, heard, atlas


@pytest.fixture
def copied(made: tuple[Path, Corpus, Atlas], tmp_path: Path) -> Path:
    for kind in ("onnx", "toml", "npz"):
        shutil.copy(f"{made[0]}.{kind}", tmp_path)
    return tmp_path / "mine"


def test_the_written_map_is_the_fitted_one(made: tuple[Path, Corpus, Atlas]) -> None:
    path, heard, atlas = made
    known = Space(path)
    plane, cube = known.project(heard.embedding)
    assert plane == pytest.approx(atlas.places[:, PLANE], abs=1e-3)
    assert cube == pytest.approx(atlas.places[:, CUBE], abs=1e-3)
    assert known.families == ("family0", "family1", "family2")
    assert known.network == "ab" * 32
    assert known.card["figures"]["plane_trustworthiness"] > 0.85
    assert known.anchors.density.max() == 255


def test_a_sound_of_the_corpus_is_known_and_one_from_elsewhere_is_new(made: tuple[Path, Corpus, Atlas]) -> None:
    path, heard, _ = made
    known = Space(path)
    spots = [known.place(each) for each in heard.embedding[heard.held_out]]
    assert np.mean([spot.family == own for spot, own in zip(spots, heard.family[heard.held_out], strict=True)]) > 0.95
    assert np.mean([spot.confidence for spot in spots]) > 0.8
    assert 0.4 < np.mean([spot.novelty for spot in spots]) < 0.6
    strange = known.place(heard.embedding[0] + 3)
    assert strange.novelty == 1
    assert strange.confidence < 0.3
    assert strange.plane.shape == (2,)
    assert strange.cube.shape == (3,)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30, 0.0])
def test_a_place_is_finite_whatever_the_sound(made: tuple[Path, Corpus, Atlas], value: float) -> None:
    spot = Space(made[0]).place(np.full(128, value, np.float32))
    assert np.isfinite([*spot.plane, *spot.cube, spot.novelty, spot.confidence]).all()
    assert 0 <= spot.novelty <= 1
    assert 0 <= spot.confidence <= 1


def test_a_place_takes_a_fraction_of_a_millisecond(made: tuple[Path, Corpus, Atlas]) -> None:
    known, one = Space(made[0]), made[1].embedding[3]
    turns = []
    for _ in range(200):
        start = time.perf_counter()
        known.place(one)
        turns.append(time.perf_counter() - start)
    assert min(turns) < 1e-3


def test_another_network_is_refused_by_name(made: tuple[Path, Corpus, Atlas]) -> None:
    known = Space(made[0])
    known.check("ab" * 32)
    with pytest.raises(BadFile, match=r"mine was fitted on the network with sha256=abababababababab…, not .* cdcdcdcd"):
        known.check("cd" * 32)


def test_a_map_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"space=.*nowhere: there is no .*nowhere\.onnx"):
        Space(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("kind", "said"),
    [("toml", "No such file"), ("npz", "No such file"), ("onnx", "there is no")],
)
def test_a_missing_file_is_named(copied: Path, kind: str, said: str) -> None:
    Path(f"{copied}.{kind}").unlink()
    with pytest.raises(BadFile, match=said) as told:
        Space(copied)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("kind", ["onnx", "npz"])
def test_a_damaged_file_is_refused(copied: Path, kind: str) -> None:
    path = Path(f"{copied}.{kind}")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(BadFile, match=r"is not the one that .*toml describes"):
        Space(copied)


@pytest.mark.parametrize("key", ["families", "network", "anchors_sha256"])
def test_a_card_that_says_too_little_is_no_maps(copied: Path, key: str) -> None:
    card = Path(f"{copied}.toml")
    lines = [line for line in card.read_text().splitlines() if not line.startswith(key)]
    card.write_text("\n".join(lines))
    with pytest.raises(BadFile, match=f"says nothing of `{key}`: it is no map of sounds"):
        Space(copied)


def test_anchors_of_another_shape_are_refused(copied: Path, made: tuple[Path, Corpus, Atlas]) -> None:
    arrays = {**made[2].arrays, "plane": made[2].arrays["cube"]}
    write(copied, Atlas(made[2].projection, arrays, made[2].places), CARD)
    with pytest.raises(BadFile, match=r"has plane float32\[\d+, 3\], not f\[\d+, 2\]"):
        Space(copied)
    write(copied, made[2], {**CARD, "families": ["only"]})
    with pytest.raises(BadFile, match="anchors of other families than its card names"):
        Space(copied)


def test_too_little_to_make_a_map_of_is_told() -> None:
    with pytest.raises(BadFile, match="50 sounds were heard, a map needs 100"):
        fitted(corpus(60), QUICK)


def test_neighbours_in_time_are_of_one_recording() -> None:
    group, time_ = np.array([0, 0, 0, 1, 1]), np.array([0.0, 0.5, 9.0, 0.0, 0.5])
    assert neighbours_in_time(group, time_).tolist() == [[0, 1], [3, 4]]
    assert neighbours_in_time(np.arange(3), np.zeros(3)).shape == (0, 2)


def test_without_onnx_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, made: tuple[Path, Corpus, Atlas]
) -> None:
    import sys

    from engine.errors import MissingDriver

    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingDriver, match=r"pip install 'monochord\[fit\]'"):
        exported(made[2].projection, "mine")


def test_a_place_is_the_same_whether_the_projection_tells_of_its_neighbours_or_not(
    made: tuple[Path, Corpus, Atlas], monkeypatch: pytest.MonkeyPatch
) -> None:
    telling, looking = Space(made[0]), Space(made[0])
    assert telling._tells
    monkeypatch.setattr(looking, "_tells", False)
    for one in made[1].embedding[made[1].held_out][:20]:
        told, looked = telling.place(one), looking.place(one)
        assert told.family == looked.family
        assert told.novelty == pytest.approx(looked.novelty, abs=0.02)
        assert told.confidence == pytest.approx(looked.confidence, abs=0.02)
