"""Where orders are listened for: on this machine, unless somebody says otherwise and who may send."""

from __future__ import annotations

import ipaddress

import pytest

from engine.control.listening_place import OscInSettings, is_loopback, read_osc_in
from engine.errors import BadSetting


def test_nobody_listens_until_asked() -> None:
    assert read_osc_in(None, ()) is None
    assert read_osc_in(None, ["192.168.1.20"]) is None


def test_a_port_alone_is_for_this_machine() -> None:
    assert read_osc_in("9100", ()) == read_osc_in(9100, ()) == OscInSettings("127.0.0.1", 9100)
    assert read_osc_in("localhost:9", ()) == OscInSettings("localhost", 9)
    assert str(read_osc_in("[::1]:9100", ())) == "[::1]:9100"


@pytest.mark.parametrize("listen", ["0.0.0.0:9100", "192.168.1.10:9100", "[::]:9100", "stage.local:9100"])
def test_the_network_is_let_in_only_with_a_list_of_who_may_send(listen: str) -> None:
    with pytest.raises(BadSetting, match=r"can be reached from the network: say who may send \(--osc-from 192"):
        read_osc_in(listen, ())
    found = read_osc_in(listen, ["192.168.1.20", "10.0.0.0/8", "192.168.1.20"])
    assert found is not None
    assert found.senders == (ipaddress.ip_network("192.168.1.20"), ipaddress.ip_network("10.0.0.0/8"))


@pytest.mark.parametrize(
    ("listen", "senders", "line"),
    [
        ("here", (), "osc_in=here is not [HOST:]PORT (try 9100)"),
        ("::1:9100", (), "osc_in=::1:9100 is not"),
        ("0", (), "port=0, a port is 1 to 65535"),
        ("70000", (), "port=70000"),
        ("9100", ("stage.local",), "osc_in.senders=stage.local is no address (try 192.168.1.20"),
        ("9100", ("192.168.1.20/24",), "osc_in.senders=192.168.1.20/24 is no address"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(listen: str, senders: tuple[str, ...], line: str) -> None:
    with pytest.raises(BadSetting) as bad:
        read_osc_in(listen, senders)
    assert line in str(bad.value)


def test_loopback_is_known_by_its_address() -> None:
    assert all(map(is_loopback, ["127.0.0.1", "127.8.8.8", "::1", "localhost"]))
    assert not any(map(is_loopback, ["0.0.0.0", "::", "192.168.1.1", "example.org", "localhost.evil.org"]))
