"""Consoles: told on change and once a second, never oftener than they bear, and left as the show wants them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage

from engine.lights.console import FADE, HOP_SECONDS, LOST_AFTER, Console, Rest, light_names
from engine.lights.destination import parse_destination
from engine.lights.osc import Lights
from engine.lights.patch import OUTPUTS, read_patch

SECOND = round(1 / HOP_SECONDS)


class Heard:
    """A line that keeps what is sent."""

    trouble = None

    def __init__(self) -> None:
        self.packets: list[bytes] = []

    def send(self, packet: bytes | memoryview) -> None:
        self.packets.append(bytes(packet))

    def close(self) -> None:
        pass

    def said(self) -> list[tuple[str, Any]]:
        """(address, value) of all that was sent since the last call."""
        found = []
        for packet in self.packets:
            messages = OscBundle(packet) if packet.startswith(b"#bundle") else [OscMessage(packet)]
            found += [(message.address, message.params[0]) for message in messages]
        self.packets.clear()
        return found


def _console(profile: str = "qlcplus", mapping: Mapping[str, Any] | None = None, **more: Any) -> tuple[Console, Heard]:
    table = {"to": f"127.0.0.1:9:{profile}", **({} if mapping is None else {"map": mapping}), **more}
    patch, heard = read_patch(table), Heard()
    return Console(patch, light_names([patch]), heard), heard


def _values(lights: int = 1, **outputs: float) -> np.ndarray:
    values = np.zeros((lights, len(OUTPUTS)))
    for name, value in outputs.items():
        values[:, OUTPUTS.index(name)] = value
    return values


def _steps(console: Console, values: np.ndarray, hops: int, rest: Rest = Rest()) -> None:  # noqa: B008 - it is frozen
    for _ in range(hops):
        console.step(values, rest)


def test_what_stands_still_is_told_once_a_second() -> None:
    console, heard = _console(mapping={"level": "1/1", "hue": "1/2"})
    _steps(console, _values(level=0.5, hue=0.25), 5 * SECOND)
    assert len(heard.said()) == 2 * 5


@pytest.mark.parametrize(("profile", "most"), [("qlcplus", 44), ("ola", 30), ("eos:udp", 44), ("resolume", 60)])
def test_what_moves_is_told_no_oftener_than_the_console_bears(profile: str, most: int) -> None:
    console, heard = _console(profile)
    for hop in range(10 * SECOND):
        console.step(_values(level=hop % 100 / 100, tint_red=0.3), Rest())
    addresses = [address for address, _ in heard.said()]
    busiest = max(addresses.count(address) for address in set(addresses))
    assert 0.9 * 10 * most <= busiest <= 10 * most + 2


def test_a_change_too_small_for_the_console_is_no_message() -> None:
    console, heard = _console("grandma3", {"level": "1/201"})
    _steps(console, _values(level=0.5), 20)
    assert heard.said() == [("/Page1/Fader201", 50)]
    _steps(console, _values(level=0.503), 20)
    assert heard.said() == []
    _steps(console, _values(level=0.51), 20)
    assert heard.said() == [("/Page1/Fader201", 51)]


def test_a_range_and_a_curve_shape_what_is_told() -> None:
    console, heard = _console(mapping={"level": {"address": "/a", "to": [1.0, 0.5], "curve": "square"}})
    console.step(_values(level=0.5), Rest())
    ((_, value),) = heard.said()
    assert value == pytest.approx(1.0 - 0.5 * 0.25, abs=0.002)


def test_ola_gets_a_whole_universe_in_one_message() -> None:
    console, heard = _console("ola", {"level": "1/1", "rgb": ["1/2", "1/3", "1/512"]})
    console.step(_values(level=1.0, red=0.5, blue=0.2), Rest())
    ((address, universe),) = heard.said()
    assert address == "/dmx/universe/1"
    assert len(universe) == 512
    assert (universe[0], universe[1], universe[2], universe[511]) == (255, 128, 0, 51)


def test_packets_for_eos_are_no_longer_than_it_reads_and_resolume_gets_bundles() -> None:
    many = {f"l{k}.level": str(k) for k in range(1, 100)}
    eos, heard = _console("eos:udp", many)
    eos.step(_values(99, level=0.7), Rest())
    assert len(heard.packets) == 99
    assert max(map(len, heard.packets)) <= 512
    resolume, heard = _console("resolume", many)
    resolume.step(_values(99, level=0.7), Rest())
    assert 1 < len(heard.packets) < 10
    assert max(map(len, heard.packets)) <= 1400
    assert len(heard.said()) == 99


def test_a_delay_holds_the_lights_back_by_so_many_hops() -> None:
    console, heard = _console("resolume@16", {"level": "1"}, hz=187.5)
    for hop in range(60):
        console.step(_values(level=float(hop >= 30)), Rest())
        if ("/composition/layers/1/video/opacity", 1.0) in heard.said():
            break
    assert 33 <= hop <= 33 + 4


def test_blackout_and_brightness_hold_for_light_and_not_for_colour() -> None:
    console, heard = _console(mapping={"level": "/level", "red": "/red", "tint_red": "/tint", "movement": "/move"})
    console.step(_values(level=1, red=1, tint_red=1, movement=1), Rest(brightness=0.5))
    assert dict(heard.said()) == pytest.approx({"/level": 0.5, "/red": 0.5, "/tint": 1, "/move": 1}, abs=0.003)
    _steps(console, _values(level=1, red=1, tint_red=1, movement=1), 20, Rest(brightness=0.0))
    assert dict(heard.said()) == {"/level": 0, "/red": 0}


def test_who_does_not_want_the_master_keeps_the_light() -> None:
    console, heard = _console(mapping={"level": "/level"}, master=False)
    console.step(_values(level=1.0), Rest(brightness=0.0))
    assert heard.said() == [("/level", 1.0)]


def test_when_the_ears_are_lost_the_lights_go_to_rest_and_come_back_with_the_sound() -> None:
    console, heard = _console(mapping={"level": "/level"}, lost=0.4)
    _steps(console, _values(level=1.0), 10, Rest(deaf=LOST_AFTER - 0.1))
    assert {value for _, value in heard.said()} == {1.0}
    _steps(console, _values(level=0.0), round(FADE * SECOND) + SECOND, Rest(deaf=LOST_AFTER + 0.1))
    values = [value for _, value in heard.said()]
    assert values[-1] == pytest.approx(0.4, abs=0.003)
    assert np.abs(np.diff(values[1:])).max() < 0.05  # it fades
    _steps(console, _values(level=1.0), round(FADE * SECOND) + SECOND)
    assert heard.said()[-1] == ("/level", 1.0)


@pytest.mark.parametrize(("safe", "left"), [(0.0, 0.0), (0.2, 0.2), ("hold", None)])
def test_lights_are_left_as_the_show_wants_them_left_and_told_so_three_times(safe: Any, left: Any) -> None:
    lights = Lights([], (), [read_patch({"to": "127.0.0.1:9:qlcplus", "map": {"level": "1/1"}, "safe": safe})])
    heard = Heard()
    lights.consoles[0].line.close()
    lights.consoles[0].line = heard
    lights.show(_values(level=1.0), Rest())
    heard.said()
    lights.close()
    said = heard.said()
    assert len(said) == (0 if safe == "hold" else 3)
    assert [value for _, value in said] == pytest.approx([left] * len(said), abs=0.003)


def test_a_destination_that_is_a_console_is_named_in_a_trouble_once() -> None:
    lights = Lights([], (), [read_patch({"to": f"255.255.255.255:9:{profile}"}) for profile in ("qlcplus", "magicq")])
    for _ in range(20):
        lights.show(_values(), Rest())
    troubles = list(lights.troubles())
    assert [trouble.split()[0] for trouble in troubles] == [
        "osc=255.255.255.255:9:qlcplus",
        "osc=255.255.255.255:9:magicq",
    ]
    assert not list(lights.troubles())
    lights.close()


def test_a_console_by_its_name_alone_is_typed_short() -> None:
    assert str(parse_destination("127.0.0.1:magicq")) == "127.0.0.1:8000:magicq"
