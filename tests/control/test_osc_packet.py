"""One message as bytes: what python-osc reads back is what was told."""

from __future__ import annotations

import pytest
from pythonosc.osc_message import OscMessage

from engine.control.osc_packet import osc_packet


@pytest.mark.parametrize(
    ("tags", "values"),
    [
        ("", []),
        ("f", [0.5]),
        ("ffff", [0.0, 0.25, 0.5, 1.0]),
        ("if", [7, 1.5]),
        ("i", [-3]),
        ("s", ["ink:monsoon"]),
        ("s", [""]),
        ("s", ["four"]),
        ("T", [True]),
        ("T", [False]),
        ("Tfs", [True, 2.0, "äö"]),
    ],
)
def test_a_packet_is_read_back_as_it_was_meant(tags: str, values: list[bool | int | float | str]) -> None:
    packet = osc_packet("/monochord/x", tags, values)
    assert len(packet) % 4 == 0
    message = OscMessage(packet)
    assert (message.address, message.params) == ("/monochord/x", values)
