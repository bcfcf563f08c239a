"""Whatever file a page comes in, it is read upright and grey, or refused in one line."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import BadFile
from engine.score.picture import LARGEST, read_grey


def _page(mode: str = "L") -> Image.Image:
    """White with a black upper left quarter."""
    pixels = np.full((60, 100), 255, np.uint8)
    pixels[:30, :50] = 0
    return Image.fromarray(pixels).convert(mode)


def _seen(path: Path) -> tuple[float, float]:
    """How bright its upper left and its lower right quarters are."""
    grey = read_grey(path)
    tall, wide = grey.shape
    return float(grey[: tall // 4, : wide // 4].mean()), float(grey[-tall // 4 :, -wide // 4 :].mean())


@pytest.mark.parametrize(
    ("mode", "ending"),
    [
        ("L", "png"),
        ("RGB", "jpg"),
        ("CMYK", "jpg"),
        ("P", "gif"),
        ("1", "png"),
        ("RGBA", "png"),
        ("L", "tif"),
        ("RGB", "webp"),
    ],
)
def test_a_page_is_black_on_white_whatever_it_was_saved_as(tmp_path: Path, mode: str, ending: str) -> None:
    path = tmp_path / f"page.{ending}"
    _page(mode).save(path)
    assert _seen(path) == pytest.approx((0, 1), abs=0.03)


def test_what_is_transparent_is_paper(tmp_path: Path) -> None:
    pixels = np.zeros((60, 100, 4), np.uint8)
    pixels[:30, :50, 3] = 255
    Image.fromarray(pixels).save(tmp_path / "clear.png")
    assert _seen(tmp_path / "clear.png") == pytest.approx((0, 1), abs=0.03)


def test_sixteen_bits_are_as_good_as_eight(tmp_path: Path) -> None:
    Image.fromarray(np.asarray(_page()).astype(np.uint16) * 257).save(tmp_path / "deep.png")
    assert _seen(tmp_path / "deep.png") == pytest.approx((0, 1), abs=0.03)


def test_a_photograph_is_turned_as_its_camera_says(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    _page().save(tmp_path / "turned.jpg", exif=exif)
    assert _seen(tmp_path / "turned.jpg") == pytest.approx((1, 0), abs=0.03)


def test_twenty_thousand_pixels_are_scaled_down(tmp_path: Path) -> None:
    Image.new("1", (20_000, 400), 1).save(tmp_path / "long.png")
    grey = read_grey(tmp_path / "long.png")
    assert max(grey.shape) <= LARGEST
    assert grey.min() == 1


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.pdf", b"%PDF-1.7 ...", r"a PDF is not read \(save its pages as pictures: pdftoppm"),
        ("a.png", b"%PDF-1.7 ...", "a PDF is not read"),
        ("a.png", b"", "cannot be read"),
        ("a.jpg", b"no picture at all", "cannot be read: it is no picture, or a broken one"),
    ],
)
def test_what_is_no_picture_is_refused_in_one_line(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(BadFile, match=said) as refused:
        read_grey(tmp_path / name)
    assert "\n" not in str(refused.value)


def _head_of_png(width: int, height: int) -> bytes:
    """A PNG as far as its size: what lies behind it is never looked at."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("width", "height", "said"),
    [
        (1, 1, "1×1 pixels are no page"),
        (40_000, 25, "are no page"),
        (12_000, 12_000, "holds more than a page may have"),
        (60_000, 60_000, "holds more than a page may have"),
    ],
)
def test_a_picture_of_no_pages_size_is_refused_before_it_is_decoded(
    tmp_path: Path, width: int, height: int, said: str
) -> None:
    (tmp_path / "odd.png").write_bytes(_head_of_png(width, height))
    with pytest.raises(BadFile, match=said):
        read_grey(tmp_path / "odd.png")


def test_a_file_that_was_cut_off_and_one_that_is_not_there_are_told(tmp_path: Path) -> None:
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (300, 300), np.uint8)).save(tmp_path / "whole.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "whole.png").read_bytes()[:20_000])
    with pytest.raises(BadFile, match="cannot be read"):
        read_grey(tmp_path / "cut.png")
    with pytest.raises(BadFile, match=r"did you mean whole\.png"):
        read_grey(tmp_path / "whale.png")
    with pytest.raises(BadFile, match="cannot be read"):
        read_grey(tmp_path)
