"""While a show plays the processors sleep lightly, where the system takes such a wish."""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

import pytest

from engine.foundation.awake import WISH, Awake, refused

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux takes the wish")


def wished(folder: Path, driver: str) -> int:
    """Microseconds that are written where the processors sleep by this driver."""
    wish, told = folder / "cpu_dma_latency", folder / "current_driver"
    wish.write_bytes(b"")
    told.write_text(driver + "\n")
    awake = Awake(wish, told)
    assert awake.held
    awake.close()
    awake.close()
    assert not awake.held
    (found,) = struct.unpack("=i", wish.read_bytes())
    return int(found)


def test_a_light_sleep_is_allowed_and_a_virtual_machine_gives_its_processor_to_nobody(tmp_path: Path) -> None:
    assert wished(tmp_path, "intel_idle") == wished(tmp_path, "acpi_idle") == 10
    assert wished(tmp_path, "haltpoll") == 0


def test_where_nobody_takes_the_wish_the_show_goes_on(tmp_path: Path) -> None:
    awake = Awake(tmp_path / "absent", tmp_path / "absent too")
    assert not awake.held
    awake.close()
    assert not refused(tmp_path / "absent")


@pytest.mark.skipif(not os.access(WISH, os.W_OK), reason="this system takes no such wish from us")
def test_the_system_holds_the_wish_as_long_as_we_do() -> None:
    def held() -> int:
        return sum(link.resolve() == WISH for link in Path("/proc/self/fd").iterdir())

    before = held()
    awake = Awake()
    assert held() == before + 1
    awake.close()
    assert held() == before
