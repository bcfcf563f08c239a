"""A second machine stands by on the same sound, tells nobody, and takes over by one command."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from engine.audio.hearing_settings import HearingSettings
from engine.conductor import Conductor
from engine.control.listening_place import OscInSettings
from engine.control.page_place import PageSettings
from engine.lights.destination import parse_destination
from engine.lights.patch import read_patch
from engine.settings import Settings
from engine.stage.stage_settings import StageSettings


@pytest.fixture
def receivers() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Who is told signals, and a console."""
    with socket.socket(type=socket.SOCK_DGRAM) as signals, socket.socket(type=socket.SOCK_DGRAM) as console:
        for one in (signals, console):
            one.bind(("127.0.0.1", 0))
            one.setblocking(False)
        yield signals, console


def port(one: socket.socket) -> int:
    return int(one.getsockname()[1])


def free(kind: socket.SocketKind) -> int:
    with socket.socket(type=kind) as brief:
        brief.bind(("127.0.0.1", 0))
        return port(brief)


def heard(one: socket.socket) -> int:
    """Datagrams that have come."""
    count = 0
    with suppress(BlockingIOError):
        while one.recv(65536):
            count += 1
    return count


@pytest.mark.gl
@pytest.mark.slow
def test_a_backup_tells_nobody_until_it_is_taken_over_and_not_even_at_its_end_when_it_is_muted_again(
    receivers: tuple[socket.socket, socket.socket], until: Callable[..., None]
) -> None:
    signals, console = receivers
    order, page = free(socket.SOCK_DGRAM), free(socket.SOCK_STREAM)
    show = Settings(
        hearing=HearingSettings(source="tone:220", silent=True),
        stage=StageSettings(headless=True, size=(64, 36), fps=10.0),
        scene="fallback",
        scenes=("fallback",),
        destinations=(parse_destination(f"127.0.0.1:{port(signals)}"),),
        lights=(read_patch({"to": f"127.0.0.1:{port(console)}:magicq", "map": {"level": "1"}}),),
        seconds=300.0,
        backup=True,
        osc_in=OscInSettings("127.0.0.1", order),
        page=PageSettings(port=page),
    )
    said: list[str] = []
    with Conductor(show, said.append) as conductor:
        playing = threading.Thread(target=conductor.run)
        playing.start()
        try:
            until(lambda: conductor.hops > 100)
            assert heard(signals) == heard(console) == 0
            assert conductor.state.status()["muted"]
            told = take_over(order, page)
            assert told.returncode == 0, told.stderr
            assert told.stdout == f"127.0.0.1:{order} tells the lights now\n"
            until(lambda: heard(signals) > 10)
            until(lambda: heard(console) > 0)
            assert take_over(order, page, "--mute").stdout == f"127.0.0.1:{order} stands by\n"
            hops = conductor.hops
            until(lambda: conductor.hops > hops + 50)
            heard(signals), heard(console)
        finally:
            conductor.stop()
            playing.join()
    assert heard(signals) == heard(console) == 0


def take_over(order: int, page: int, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "engine", "takeover", f"127.0.0.1:{order}", "--page", str(page), *more]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=os.environ)


def test_a_machine_that_cannot_be_asked_was_told_all_the_same() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as there:
        there.bind(("127.0.0.1", 0))
        there.settimeout(5.0)
        ended = take_over(port(there), free(socket.SOCK_STREAM))
        assert ended.returncode == 0
        assert "whether it obeyed cannot be asked" in ended.stdout
        assert there.recv(64).startswith(b"/monochord/lights/muted\0")


def test_a_host_that_is_none_is_one_line() -> None:
    command = [sys.executable, "-m", "engine", "takeover", "no.such.host.invalid"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 1
    assert ended.stderr.startswith("monochord: host=no.such.host.invalid cannot be told")
    assert ended.stderr.count("\n") == 1
