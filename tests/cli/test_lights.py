"""`monochord lights`: all lights are there, one after the other, and are left as the show leaves them."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from pathlib import Path

import pytest
from pythonosc.osc_message import OscMessage
from typer.testing import CliRunner

from engine.cli.app import app
from engine.errors import BadSetting
from engine.lights.profile import PROFILES


def test_every_kind_of_receiver_is_listed() -> None:
    listed = json.loads(CliRunner().invoke(app, ["lights", "list", "--json"], catch_exceptions=False).stdout)
    assert [one["profile"] for one in listed] == list(PROFILES)
    text = CliRunner().invoke(app, ["lights", "list"], catch_exceptions=False).stdout
    assert all(name in text for name in PROFILES)


def test_all_are_full_then_each_alone_then_safe(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as desk:
        desk.bind(("127.0.0.1", 0))
        desk.setblocking(False)
        show = tmp_path / "show.toml"
        show.write_text(
            f'scene = "fallback"\n[[lights]]\nto = "127.0.0.1:{desk.getsockname()[1]}:magicq"\nsafe = 0.25\n'
            '[lights.map]\nwash = "1"\nback = "2"\n'
        )
        result = CliRunner().invoke(
            app, ["lights", "test", "--show", str(show), "--seconds", "0.05"], catch_exceptions=False
        )
        assert result.exit_code == 0
        states, now = list[tuple[float, float]](), {"/pb/1": 0.0, "/pb/2": 0.0}
        with suppress(BlockingIOError):
            while True:
                for _ in range(2):
                    message = OscMessage(desk.recv(512))
                    now[message.address] = round(message.params[0], 2)
                states.append((now["/pb/1"], now["/pb/2"]))
    assert list(dict.fromkeys(states)) == [(1.0, 1.0), (1.0, 0.0), (0.0, 1.0), (0.25, 0.25)]
    assert states[-3:] == [(0.25, 0.25)] * 3


@pytest.mark.parametrize(("more", "said"), [([], "the show has no console"), (["--seconds", "0"], "seconds=0 must be")])
def test_what_cannot_be_tried_is_said_in_one_line(tmp_path: Path, more: list[str], said: str) -> None:
    show = tmp_path / "show.toml"
    show.write_text('scene = "fallback"\n')
    result = CliRunner().invoke(app, ["lights", "test", "--show", str(show), *more])
    assert isinstance(result.exception, BadSetting)
    assert said in str(result.exception)
