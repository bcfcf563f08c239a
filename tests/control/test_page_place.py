"""Where the page is served, as typed."""

from __future__ import annotations

import pytest

from engine.control.page_place import PageSettings, read_page
from engine.errors import BadSetting


def test_a_port_alone_is_this_machine_alone_and_is_not_announced() -> None:
    assert read_page(9110, None, (), None) == PageSettings("127.0.0.1", 9110, announce=False)
    assert read_page(None, True, (), None) is None
    page = read_page("9110", True, (), None)
    assert page is not None
    assert page.announce
    assert not page.open_to_network


def test_what_the_network_reaches_is_announced_there_unless_it_is_said_otherwise() -> None:
    page = read_page("0.0.0.0:9110", None, ["192.168.1.20"], None)
    assert page is not None
    assert (page.open_to_network, page.announce, str(page)) == (True, True, "0.0.0.0:9110")
    assert [str(one) for one in page.senders] == ["192.168.1.20/32"]
    quiet = read_page("0.0.0.0:9110", False, (), None)
    assert quiet is not None
    assert not quiet.announce


@pytest.mark.parametrize(
    ("listen", "why"), [("nowhere", r"page=nowhere is not \[HOST:\]PORT"), ("70000", "a port is 1 to 65535")]
)
def test_what_is_no_place_is_refused_in_one_line(listen: str, why: str) -> None:
    with pytest.raises(BadSetting, match=why):
        read_page(listen, None, (), None)
