"""Latency by blocks: every pair is told with its floor, and drawn in a panel of its own."""

from __future__ import annotations

from pathlib import Path

import bench_blocks
import numpy as np
import pytest
from PIL import Image

from engine.latency import Latency


def cells(blocks: tuple[int, ...]) -> list[bench_blocks.Cell]:
    rng = np.random.default_rng(4)
    nothing = np.zeros(0)
    made = []
    for block in blocks:
        for stage in bench_blocks._STAGES:
            level = rng.uniform(2, 8, 40)
            picture = nothing if stage == "nothing" else np.append(rng.uniform(10, 30, 39), 400.0)
            made.append(bench_blocks.Cell(block, stage, list(level - 1), Latency(40, level, level + 0.5, picture)))
    return made


def test_every_pair_of_block_and_stage_is_told_with_the_floor_of_its_block() -> None:
    found = bench_blocks.told(cells((64, 512)))
    assert set(found["512: floor"]) == {"p50", "p95", "p99"}
    assert "64: a heavy scene: picture" in found
    assert "64: nothing: picture" not in found  # nothing is drawn, so nothing is seen
    assert found["64: nothing: rhythm.onsets"]["p50"] == pytest.approx(found["64: nothing: sound.level"]["p50"] + 0.5)


def test_a_line_for_every_pair_says_where_nothing_was_seen() -> None:
    head, *lines = bench_blocks.report(cells((128,))).splitlines()
    assert head.split()[0] == "block"
    assert [line.split()[0] for line in lines] == ["128"] * 3
    assert lines[0].endswith("–")


def test_pairs_are_drawn_and_none_is_cut_off(tmp_path: Path) -> None:
    bench_blocks.draw(cells((64, 128)), tmp_path / "latency.png")
    with Image.open(tmp_path / "latency.png") as picture:
        assert picture.width > 1200
        assert picture.height > 400
    assert [path.name for path in tmp_path.iterdir()] == ["latency.png"]
