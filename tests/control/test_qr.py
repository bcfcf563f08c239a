"""The QR code of the page's address."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.control.qr import qr_bits, qr_svg, qr_text, write_qr
from engine.errors import BadFile

URL = "http://192.168.1.10:9110/page/#abcdefghijklmnopqrstuv"


def test_a_code_for_a_terminal_is_a_square_of_blocks_two_rows_to_a_line() -> None:
    lines = qr_text(URL).splitlines()
    (width,) = {len(line) for line in lines}
    assert len(lines) == (width + 1) // 2
    assert set("".join(lines)) <= set("█▀▄ ")
    assert lines[0] == "█" * width  # the quiet zone around it


def test_a_code_for_the_page_is_a_picture() -> None:
    assert ET.fromstring(qr_svg(URL)).tag.endswith("svg")


def test_a_code_as_bits_is_the_code_that_is_written_as_a_picture(tmp_path: Path) -> None:
    side, bits = qr_bits(URL)
    dark = np.array(list(f"{int(bits, 16):0{side * side}b}"), dtype=int).reshape(side, side)
    write_qr(tmp_path / "code.png", URL)
    with Image.open(tmp_path / "code.png") as picture:
        pixels = np.asarray(picture.convert("L"))
    assert pixels.shape == (16 * (side + 8), 16 * (side + 8))
    assert np.array_equal(pixels[8::16, 8::16][4:-4, 4:-4] < 128, dark == 1)
    assert pixels[:64].min() == 255  # the quiet zone around it
    assert dark[:7, :7].tolist() == dark[-7:, :7][::-1].tolist()  # a corner and the one below it, mirrored


def test_a_code_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    write_qr(tmp_path / "code.svg", URL)
    assert ET.parse(tmp_path / "code.svg").getroot().tag.endswith("svg")
    with pytest.raises(BadFile, match="the QR code cannot be written: No such file"):
        write_qr(tmp_path / "nowhere" / "code.png", URL)
