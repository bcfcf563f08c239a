"""Child processes: spoken to, heard, and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.child import Child, Watch

ECHO = """
import json, sys, time
from engine.child import Parent

def main():
    settings = json.loads(sys.argv[1])
    parent = Parent(settings["parent"])
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
def test_a_dead_or_frozen_child_is_ended_without_waiting(module: str, fate: signal.Signals) -> None:
    child = Child(module, {"name": "x"})
    _wait_for(child, "hello")
    os.kill(child.pid, fate)
    child.say(anything=1)
    start = time.monotonic()
    child.end()
    assert time.monotonic() - start < 1.5
    assert child.exit_code == -signal.SIGKILL


def test_a_child_dies_with_a_parent_that_was_killed(module: str) -> None:
    script = (
        "import time\nfrom engine.child import Child\n"
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


def test_a_command_that_might_arrive_in_pieces_is_refused_and_one_to_the_dead_is_lost(module: str) -> None:
    child = Child(module, {"name": "x"})
    _wait_for(child, "hello")
    with pytest.raises(ValueError, match="must be at most"):
        child.say(text="x" * 5000)
    child.end()
    child.say(anything=1)
