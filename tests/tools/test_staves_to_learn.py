"""Staves to learn from: engraved where they are said to be, aged without losing their place, kept whole."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import engraving
import numpy as np
import pytest
from sheets import ageing, engravers, phrases, staff_shards

from engine.score.symbols import Read, numbers

LINES = [48, 56, 64, 72, 80]


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The judge of staves, which looks for photographs where our tests make them."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    return importlib.import_module("judge_score")


def lines_only(width: int = 600) -> np.ndarray:
    """A staff without notes, as it is stored."""
    stored = np.zeros((160, width), np.uint8)
    for line in (70, 80, 90, 100, 110):
        stored[line - 1 : line + 1] = 255
    return stored


def found_lines(image: np.ndarray) -> list[float]:
    """The heights of the five darkest bands of rows."""
    dark = image.mean(axis=1)
    return [float(np.average(np.arange(y - 3, y + 3) + 0.5, weights=dark[y - 3 : y + 3] + 1e-6)) for y in LINES]


@pytest.mark.parametrize("level", [0, 1, 2])
def test_an_aged_staff_keeps_its_lines_within_a_quarter_spacing_and_is_ink_from_0_to_1(level: int) -> None:
    off = []
    for seed in range(12):
        image = ageing.aged(lines_only(), ageing.Wear(level), np.random.default_rng(seed), lines_only(300))
        assert image.shape[0] == 112
        assert image.dtype == np.float32
        assert np.isfinite(image).all()
        assert 0 <= image.min() <= image.max() <= 1
        off.append(np.abs(np.array(found_lines(image)) - LINES).mean())
    assert float(np.median(off)) < 2


def test_the_same_seed_ages_alike() -> None:
    one, two = (ageing.aged(lines_only(), ageing.Wear(2), np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(one, two)


def test_a_shard_gives_back_what_was_written(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    some = [
        staff_shards.Staff(rng.integers(0, 255, (160, width)).astype(np.uint8), words.split(), "verovio")
        for width, words in ((40, "clef.G note.4.0 bar"), (7, "bar"), (90, "clef.F tie"))
    ]
    staff_shards.write(some, tmp_path / "0000.npz")
    again = staff_shards.read(tmp_path / "0000.npz")
    for staff, (ink, symbols) in zip(some, again, strict=True):
        assert np.array_equal(staff.ink, ink)
        assert symbols.tolist() == numbers(staff.symbols)
    assert [path.name for path in tmp_path.iterdir()] == ["0000.npz"]


def test_verovio_s_staff_is_found_and_cut_out_where_its_lines_are() -> None:
    pytest.importorskip("verovio", reason="needs the extra train")
    pytest.importorskip("resvg_py", reason="needs the extra train")
    bar = phrases.Bar(
        (phrases.Item(4, 0), phrases.Item(8, 11), phrases.Item(8, -11), phrases.Item(2, None)), "bar.final"
    )
    phrase = phrases.Phrase("F", 2, "4/4", True, (bar,))
    rng = np.random.default_rng(3)
    for svg in engravers.Verovio(rng).svgs([phrase] * 3):
        assert svg is not None
        ink = engravers.rastered(svg, rng)
        assert ink.shape[0] == 160
        rows = (ink > 60).mean(axis=1)
        assert all(rows[line - 2 : line + 2].max() > 0.7 for line in (70, 80, 90, 100, 110))


def test_a_page_with_two_systems_is_not_taken_for_a_staff() -> None:
    assert engravers.staff_place("<svg>Verovio</svg>") is None
    assert engravers.staff_place("<svg/>") is None


def test_the_judge_counts_edits_and_matches(judge: ModuleType) -> None:
    assert judge.aligned("kitten", "sitting", change=1) == 3
    assert judge.aligned("abcd", "bxd") == 3
    marks = judge.Marks()
    truth = ["clef.G", "note.4.0", "note.4.1", "note.8.2", "note.8.3", "bar"]
    found = ["clef.G", "note.4.0", "note.2.1", "note.8.2", "note.8.3", "note.8.4", "bar"]
    judge.mark([Read(symbol, 1.0, 0.0) for symbol in found], truth, marks)
    table = marks.table()
    assert (table["precision"], table["recall"]) == (0.6, 0.75)
    assert table["ser"] == pytest.approx(2 / 6, abs=1e-4)


def test_nothing_reserved_is_learned_from(judge: ModuleType, tmp_path: Path) -> None:
    tune = "X:1\nM:2/4\nL:1/8\nK:C\nCDEF|GABc|\n"
    for place in ("essenFolksong/han1", "essenFolksong/han2", "oneills1850/0001", "ryansMammoth/A"):
        path = tmp_path / f"{place}.abc"
        path.parent.mkdir(exist_ok=True)
        path.write_text(tune, encoding="utf-8")
    learned = {t.name for t in engraving.tunes_to_learn(tmp_path)}
    assert learned == {"essenFolksong/han1/0", "oneills1850/0001/0"}
    judged = {t.name for t in judge.reserved(tmp_path)}
    assert judged == {"essenFolksong/han2/0", "ryansMammoth/A/0"}
