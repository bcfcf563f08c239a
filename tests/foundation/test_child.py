"""Child processes: spoken to, heard, and never left behind."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.foundation.child import Child, Spare, Watch

ECHO = """
import json, sys, time
from engine.foundation.child import Parent

def main():
    parent = Parent()
    settings = parent.settings
    print("a driver's chatter", flush=True)
    parent.tell(hello=settings["name"])
    while True:
        for command in parent.commands():
            if "quit" in command:
                sys.exit(0)
            parent.tell(echo=command)
        time.sleep(0.01)
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "echoing.py").write_text(ECHO)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    return "echoing"


def _wait_for(child: Child, key: str) -> object:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for message in child.heard():
            if key in message:
                return message[key]
        time.sleep(0.01)
    raise AssertionError(f"never said {key}: {child.complaint}")


def test_a_child_answers_and_a_drivers_chatter_is_no_message(module: str) -> None:
    child = Child(module, {"name": "ears"})
    try:
        assert _wait_for(child, "hello") == "ears"
        child.say(seek=3.5)
        assert _wait_for(child, "echo") == {"seek": 3.5}
        assert child.complaint == "a driver's chatter"
    finally:
        child.end(grace=2.0)
    assert child.exit_code == 0


@pytest.mark.parametrize("fate", [signal.SIGKILL, signal.SIGSTOP])
def test_a_dead_or_frozen_child_is_ended(module: str, fate: signal.Signals) -> None:
    child = Child(module, {"name": "x"})
    _wait_for(child, "hello")
    os.kill(child.pid, fate)
    child.say(anything=1)
    child.end()
    assert child.exit_code == -signal.SIGKILL


def test_a_child_dies_with_a_parent_that_was_killed(module: str) -> None:
    script = (
        "import time\nfrom engine.foundation.child import Child\n"
        f"c = Child({module!r}, {{'name': 'x'}})\nprint(c.pid, flush=True)\ntime.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    time.sleep(0.5)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 60
    while _alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _alive(pid)


def _alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0]
    except OSError:
        return False


def test_a_counter_that_stands_still_is_noticed_after_the_patience() -> None:
    watch = Watch(1.0)
    assert not watch.stuck(5, now=0.0)
    assert not watch.stuck(5, now=0.9)
    assert watch.stuck(5, now=1.1)
    assert not watch.stuck(6, now=1.2)


@pytest.fixture
def spare(module: str) -> Iterator[Spare[Child]]:
    spare = Spare(lambda: Child(module))
    yield spare
    spare.close()


def _load(spare: Spare[Child], now: float = 100.0) -> None:
    """The show has been calm for long."""
    spare.tend(now, calm=True)
    spare.tend(now + 6.0, calm=True)


def _taken(spare: Spare[Child]) -> Child:
    deadline = time.monotonic() + 60
    while not spare.ready:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    child = spare.take()
    assert child is not None
    return child


def test_a_spare_waits_loaded_and_begins_with_the_settings_of_the_moment(spare: Spare[Child]) -> None:
    _load(spare)
    child = _taken(spare)
    child.begin({"name": "ears"})
    assert _wait_for(child, "hello") == "ears"
    assert spare.take() is None
    child.end()


def test_a_spare_is_loaded_only_when_the_show_has_been_calm_for_some_time(spare: Spare[Child]) -> None:
    spare.tend(0.0, calm=True)
    spare.tend(1.5, calm=False)
    spare.tend(2.5, calm=True)
    spare.tend(4.0, calm=True)
    assert spare.pid is None
    spare.tend(4.6, calm=True)
    assert spare.pid is not None


@pytest.mark.parametrize("fate", [signal.SIGKILL, signal.SIGSTOP])
def test_a_spare_that_is_lost_is_never_taken_and_is_replaced_later(spare: Spare[Child], fate: signal.Signals) -> None:
    _load(spare, now=100.0)
    lost = spare.pid
    assert lost is not None
    os.kill(lost, fate)
    time.sleep(0.05)
    assert spare.take() is None
    spare.tend(110.0, calm=True)
    assert not _alive(lost)
    spare.tend(120.0, calm=True)
    assert spare.pid is None
    spare.tend(180.0, calm=True)
    assert spare.pid not in (None, lost)


def test_where_there_is_no_room_for_a_spare_the_show_goes_on_without_one_for_a_while(module: str) -> None:
    full = [True]

    def make() -> Child:
        if full:
            raise OSError(errno.ENOMEM, "no memory")
        return Child(module)

    spare = Spare(make)
    _load(spare, now=100.0)
    assert spare.pid is None
    full.clear()
    spare.tend(130.0, calm=True)
    assert spare.pid is None
    spare.tend(170.0, calm=True)
    assert spare.pid is not None
    spare.close()


def test_a_spare_that_never_loads_is_given_up(spare: Spare[Child], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Child, "heard", lambda _child: iter(()))
    _load(spare, now=100.0)
    first = spare.pid
    assert first is not None
    spare.tend(170.0, calm=True)
    assert spare.pid is None
    assert not _alive(first)


def test_a_command_that_might_arrive_in_pieces_is_refused_and_one_to_the_dead_is_lost(module: str) -> None:
    child = Child(module, {"name": "x"})
    _wait_for(child, "hello")
    with pytest.raises(ValueError, match="must be at most"):
        child.say(text="x" * 5000)
    child.end()
    child.say(anything=1)
