"""Contact sheets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import BadFile
from engine.stage.sheet import write_sheet

STILL = np.full((90, 160, 4), [200, 100, 50, 0], np.uint8)


def opened(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)


def test_every_still_stands_in_its_place_in_its_colours(tmp_path: Path) -> None:
    stills = [[np.full((90, 160, 4), [50 * row, 80 * column, 9, 0], np.uint8) for column in range(3)] for row in (1, 2)]
    write_sheet(tmp_path / "a.png", stills, ["ink", "strings"], ["0:01", "0:02", "0:03"], title="Evening", width=160)
    sheet = opened(tmp_path / "a.png")
    for row in (1, 2):
        for column in range(3):
            assert (sheet == [50 * row, 80 * column, 9]).all(axis=-1).sum() == 160 * 90
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_a_sheet_is_dark_around_its_stills_and_says_what_they_are(tmp_path: Path) -> None:
    write_sheet(tmp_path / "plain.png", [[STILL]], width=160)
    write_sheet(tmp_path / "named.png", [[STILL]], ["ink and " * 40], ["0:01"], title="Evening", width=160)
    plain, named = (opened(tmp_path / name) for name in ("plain.png", "named.png"))
    assert plain[0].max() < 20
    assert named.shape[0] > plain.shape[0]
    assert named.shape[1] == plain.shape[1]
    assert (named[-40:].max(axis=(0, 1)) > 100).all()


def test_stills_of_any_size_come_to_one_width(tmp_path: Path) -> None:
    write_sheet(tmp_path / "a.png", [[STILL, np.zeros((36, 64, 4), np.uint8)], [STILL]], width=80)
    assert opened(tmp_path / "a.png").shape[1] == 80 * 2 + 4 + 2 * 12


def test_a_sheet_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"absent/a\.png: the sheet cannot be written: No such file"):
        write_sheet(tmp_path / "absent/a.png", [[STILL]])
    (tmp_path / "b.png").mkdir()
    with pytest.raises(BadFile, match=r"b\.png: the sheet cannot be written"):
        write_sheet(tmp_path / "b.png", [[STILL]])
    assert [path.name for path in tmp_path.iterdir()] == ["b.png"]


def test_a_sheet_needs_a_still(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one still"):
        write_sheet(tmp_path / "a.png", [])
