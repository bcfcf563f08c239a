"""Pictures that shaders read."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.errors import BadFile
from engine.stage.images import LARGEST, check_image, read_cube, read_image, stand_in, trial_image


def test_a_picture_comes_bottom_row_first_with_its_alpha(tmp_path: Path) -> None:
    pixels = np.zeros((3, 2, 4), np.uint8)
    pixels[0, 0] = (255, 0, 0, 128)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    assert (read_image(tmp_path / "a.png") == pixels[::-1]).all()


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "1", "RGB", "I;16"])
def test_any_mode_becomes_colour_and_alpha(tmp_path: Path, mode: str) -> None:
    Image.new(mode, (5, 4)).save(tmp_path / ("a.jpg" if mode == "CMYK" else "a.png"))
    assert read_image(next(tmp_path.iterdir())).shape == (4, 5, 4)


def test_a_picture_that_is_too_wide_is_scaled_down(tmp_path: Path) -> None:
    Image.new("L", (2 * LARGEST, 16)).save(tmp_path / "a.png")
    assert read_image(tmp_path / "a.png").shape == (8, LARGEST, 4)


def test_what_would_fill_the_memory_is_refused_by_its_head_alone(tmp_path: Path) -> None:
    Image.new("1", (8, 8)).save(tmp_path / "bomb.png")
    whole = (tmp_path / "bomb.png").read_bytes()
    for side in (12_000, 40_000):
        head = b"IHDR" + struct.pack(">II", side, side) + whole[24:29]
        (tmp_path / "bomb.png").write_bytes(whole[:12] + head + struct.pack(">I", zlib.crc32(head)) + whole[33:])
        with pytest.raises(BadFile, match=r"more than a picture may have \(scale it to 4096 pixels\)"):
            check_image(tmp_path / "bomb.png")


def test_a_missing_picture_names_the_nearest(tmp_path: Path) -> None:
    Image.new("L", (2, 2)).save(tmp_path / "paper.png")
    with pytest.raises(BadFile, match=r"papr\.png: no such picture \(did you mean paper\.png\?\)"):
        read_image(tmp_path / "papr.png")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=80), st.integers(0, 400))
def test_any_bytes_are_a_picture_or_one_line(tmp_path_factory: pytest.TempPathFactory, data: bytes, cut: int) -> None:
    file = tmp_path_factory.mktemp("any") / "a.png"
    Image.fromarray(trial_image((16, 9))).save(file)
    whole = file.read_bytes()
    file.write_bytes(whole[:cut] + data + whole[cut + len(data) :])
    try:
        assert read_image(file).ndim == 3
    except BadFile as why:
        _is_one_line(str(why))


def _is_one_line(text: str) -> None:
    assert len(text.splitlines()) == 1


def test_a_cube_has_six_square_faces_and_noise_where_one_is_missing(tmp_path: Path) -> None:
    for face in range(5):
        Image.new("RGB", (6 + face, 8), (face, 0, 0)).save(tmp_path / f"{face}.png")
    faces = read_cube([tmp_path / f"{face}.png" for face in range(6)])
    assert faces.shape == (6, 36, 4)
    assert [int(faces[3, 6 * face + 3, 0]) for face in range(5)] == [0, 1, 2, 3, 4]
    assert faces[:, 30:, 0].std() > 1


def test_the_trial_pictures_are_opaque_lively_and_differ() -> None:
    first, second = trial_image((64, 36)), trial_image((64, 36), 1)
    assert first.shape == (36, 64, 4)
    assert (first[..., 3] == 255).all()
    assert (first != second).any(axis=2).mean() > 0.5
    assert first[..., :3].std() > 40


def test_the_stand_in_is_the_same_every_time_and_grey_on_average() -> None:
    assert stand_in() is stand_in()
    assert np.abs(stand_in()[..., :3].mean(axis=(0, 1)) - 127.5).max() < 2
