"""The patch: what a lighting operator writes becomes addresses, and what cannot be meant is refused with a mend."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from engine.errors import BadSetting
from engine.lights.destination import parse_destination
from engine.lights.patch import OUTPUTS, Outlet, first_lights, is_console, read_patch
from engine.lights.profile import CHANNELS, PROFILES


def _read(text: str) -> Any:
    (table,) = tomllib.loads(f"[[lights]]\n{text}")["lights"]
    return read_patch(table)


@pytest.mark.parametrize(
    ("profile", "number", "address"),
    [
        ("qlcplus", "2/12", "/1/dmx/11"),
        ("grandma3", "1/201", "/Page1/Fader201"),
        ("magicq", "3", "/pb/3"),
        ("eos", "7", "/eos/sub/7"),
        ("resolume", "2", "/composition/layers/2/video/opacity"),
        ("qlab", "4", "/cue/4/opacity"),
    ],
)
def test_a_number_is_an_address_as_that_console_has_it(profile: str, number: str, address: str) -> None:
    (outlet,) = _read(f'to = "desk:9:{profile}"\nmap = {{ level = "{number}" }}'.replace("desk", "10.0.0.1")).outlets
    assert outlet.address == address
    assert outlet.span == PROFILES[profile].span


def test_a_universe_of_ola_has_slots() -> None:
    patch = _read('to = "10.0.0.1:ola"\nmap = { "wash.rgb" = ["3/1", "3/2", "3/512"] }')
    assert [(one.address, one.slot, one.output) for one in patch.outlets] == [
        ("/dmx/universe/3", 1, "red"),
        ("/dmx/universe/3", 2, "green"),
        ("/dmx/universe/3", 512, "blue"),
    ]


def test_lights_are_named_as_in_scenes_and_shaped_as_the_operator_wants() -> None:
    patch = _read(
        'to = "10.0.0.1:qlcplus@20"\nhz = 20\nsafe = "hold"\nlost = 0.5\nmaster = false\n[lights.map]\n'
        'wash = "1/1"\n"wash.hue" = "/mine"\nlevel = ["1/8", "1/9"]\n'
        'back = { address = "/back", to = [0.2, 0.9], curve = "square" }'
    )
    assert patch.outlets == (
        Outlet("wash", "level", "/0/dmx/0"),
        Outlet("wash", "hue", "/mine"),
        Outlet("", "level", "/0/dmx/7"),
        Outlet("", "level", "/0/dmx/8"),
        Outlet("back", "level", "/back", (0.2, 0.9), "square"),
    )
    assert (patch.safe, patch.lost, patch.master) == (None, 0.5, False)
    assert (patch.destination.hz, patch.destination.delay) == (20, 0.02)


@pytest.mark.parametrize("profile", PROFILES)
def test_whoever_types_only_an_address_has_lights(profile: str) -> None:
    patch = first_lights(parse_destination(f"10.0.0.1:{profile}"))
    assert patch.outlets[0].output == "level"
    if PROFILES[profile].sends == CHANNELS:
        assert is_console(patch.destination)
        assert len({(one.address, one.slot) for one in patch.outlets}) == 5
    else:
        assert [one.address for one in patch.outlets] == [f"/monochord/lights/{name}" for name in OUTPUTS]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("safe = 1", "lights.to is missing"),
        ('to = "10.0.0.1:qlcplus"\nsaef = 1', "did you mean safe"),
        ('to = "10.0.0.1:qlcplus"\nsafe = 2', r"lights.safe=2 must be how bright"),
        ('to = "10.0.0.1:qlcplus"\nsafe = nan', "lights.safe=nan must be how bright"),
        (f'to = "10.0.0.1:qlcplus"\nhz = 1{"0" * 400}', "must be a number of messages a second"),
        ('to = "10.0.0.1:qlcplus"\nmaster = 1', "lights.master=1 must be true or false"),
        ('to = "10.0.0.1:qlcplus"\nhz = "x"', "lights.hz='x' must be a number"),
        ('to = "10.0.0.1:qlcplus"\nmap = 3', "must be a table"),
        ('to = "10.0.0.1:qlcplus"\nmap = { "wash.levl" = "1/1" }', "did you mean level"),
        ('to = "10.0.0.1:qlcplus"\nmap = { strobe = "1/1" }', "held to three flashes a second"),
        ('to = "10.0.0.1:qlcplus"\nmap = { level = "1/513" }', "a universe has 1 to 512"),
        ('to = "10.0.0.1:qlcplus"\nmap = { level = "12" }', "is no address for qlcplus"),
        ('to = "10.0.0.1:qlcplus"\nmap = { level = "/a b" }', "is no address for qlcplus"),
        ('to = "10.0.0.1:qlcplus"\nmap = { level = "/a*" }', "is no address for qlcplus"),
        ('to = "10.0.0.1:ola"\nmap = { level = "/dmx/universe/1" }', "is no address for ola .*try '1/1'"),
        ('to = "10.0.0.1:ola"\nmap = { level = { address = "1/1", to = [0, 300] } }', "0 to 255, as DMX has it"),
        ('to = "10.0.0.1:qlcplus"\nmap = { rgb = ["1/1", "1/2"] }', "goes to 2 addresses, 3 are wanted"),
        ('to = "10.0.0.1:qlcplus"\nmap = { level = 3 }', "must be an address"),
        ('to = "10.0.0.1:qlcplus"\nmap = { level = { address = "1/1", curv = "root" } }', "did you mean curve"),
        ('to = "10.0.0.1:qlcplus"\nmap = { level = { address = "1/1", curve = "rot" } }', "did you mean root"),
        ('to = "10.0.0.1:qlcplus"\nmap = { level = { address = "1/1", to = [1] } }', "must be two numbers"),
        ('to = "10.0.0.1:qlcplus"\nmap = { "a b.level" = "1/1" }', "a light is called by"),
        ('to = "10.0.0.1:1:qlcpluss"', "did you mean qlcplus"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_mend(text: str, said: str) -> None:
    with pytest.raises(BadSetting, match=said):
        _read(text)
