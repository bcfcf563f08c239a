"""The QR code of the page's address."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from engine.control.qr import qr_svg, qr_text

URL = "http://192.168.1.10:9110/page/#abcdefghijklmnopqrstuv"


def test_a_code_for_a_terminal_is_a_square_of_blocks_two_rows_to_a_line() -> None:
    lines = qr_text(URL).splitlines()
    (width,) = {len(line) for line in lines}
    assert len(lines) == (width + 1) // 2
    assert set("".join(lines)) <= set("█▀▄ ")
    assert lines[0] == "█" * width  # the quiet zone around it


def test_a_code_for_the_page_is_a_picture() -> None:
    assert ET.fromstring(qr_svg(URL)).tag.endswith("svg")
