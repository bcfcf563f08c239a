"""What keys ask for."""

from __future__ import annotations

import pytest

from engine.stage.keys import KEY_HELP, KEYS, wish


def test_every_key_asks_for_what_it_says() -> None:
    for name, asked in KEYS.items():
        assert wish([name.removeprefix("ctrl+")], control=name.startswith("ctrl+"), repeated=False) == asked


def test_the_help_names_every_key() -> None:
    for name in KEYS:
        assert {"left": "←", "right": "→", "up": "↑", "down": "↓", "f11": "F11"}.get(name, name) in KEY_HELP


def test_what_is_printed_on_a_key_goes_before_where_it_lies() -> None:
    assert wish([None, "ü", "["], control=False, repeated=False) == "loop_from"
    assert wish([None, "N", "B"], control=False, repeated=False) == "next_scene"


@pytest.mark.parametrize("names", [["x"], [None, None, None], [""]])
def test_other_keys_ask_for_nothing(names: list[str | None]) -> None:
    assert wish(names, control=False, repeated=False) is None


def test_control_is_part_of_the_name() -> None:
    assert wish(["q"], control=False, repeated=False) is None
    assert wish(["b"], control=True, repeated=False) is None


def test_a_key_held_down_goes_on_seeking_but_toggles_only_once() -> None:
    assert wish(["left"], control=False, repeated=True) == "back"
    assert wish(["b"], control=False, repeated=True) is None
