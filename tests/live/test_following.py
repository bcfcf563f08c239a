"""A stage that follows: the scene, the masters and the clocks of the machine that plays, whatever the network does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import BadSetting
from engine.frame import HOP, RATE, blank_row
from engine.live.following import Following
from engine.stage.stage_settings import StageSettings
from engine.timing.cues import Change
from engine.wall import packet
from engine.wall.address import Address
from engine.wall.leader import Followers
from engine.wall.packet import Head
from engine.wall.state import Pose, State

from ..wall.test_line import HERE, free_port

pytestmark = pytest.mark.gl
SMALL = StageSettings(headless=True, size=(64, 36), fps=60.0, nice=0, leads=True)


PLAYED = """/*{"INPUTS": [{"NAME": "mist", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.5},
    {"NAME": "boat", "TYPE": "bool"}, {"NAME": "splash", "TYPE": "event"},
    {"NAME": "many", "TYPE": "long", "VALUES": [1, 2, 3], "DEFAULT": 1}, {"NAME": "at", "TYPE": "point2D"},
    {"NAME": "tint", "TYPE": "color", "DEFAULT": [1, 1, 1, 1]}]}*/
void main() { gl_FragColor = tint * mist * float(many) + vec4(at, boat, splash); }
"""


class Playing:
    """A machine that plays: a hop every 5.3 ms and what is on stage, in a thread; silent while `mute`."""

    def __init__(self, port: int, state: State, delay: float = 0.0) -> None:
        self.state = state
        self.mute = False
        self.begun = time.monotonic()
        self._leader = Followers([Address(HERE, port)], state.musicians, delay)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._play)
        self._thread.start()

    def _play(self) -> None:
        index = 0
        quiet = np.zeros((HOP, 2), np.float32)
        while not self._over.wait(0.004):
            while index * HOP / RATE < time.monotonic() - self.begun:
                row = blank_row(len(self.state.musicians))
                row[0], row[1] = index, (index + 1) * HOP / RATE
                index += 1
                if not self.mute:
                    self._leader.send(row, quiet, self.begun + index * HOP / RATE)
            if not self.mute:
                self._leader.tell(self.state, time.monotonic())

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        self._leader.close()


class Pair:
    """One who plays and one who follows, who is tended by the test."""

    def __init__(self) -> None:
        self.port = free_port()
        self.said: list[str] = []
        self.following = Following(SMALL, Address(HERE, self.port), self.said.append)
        self.playing: Playing | None = None
        self._hearer = threading.Thread(target=self.following._hear)
        self._hearer.start()

    def play(self, state: State, delay: float = 0.0) -> Playing:
        if self.playing is not None:
            self.playing.close()
        self.playing = Playing(self.port, state, delay)
        return self.playing

    def until(self, true: Callable[[], object], seconds: float = 60.0) -> float:
        begun = time.monotonic()
        while not true():
            assert time.monotonic() - begun < seconds, f"not within {seconds} s: {self.said}"
            self.following.tend(time.monotonic())
            time.sleep(0.01)
        return time.monotonic() - begun

    def heard(self, words: str) -> bool:
        return any(words in line for line in self.said)

    def close(self) -> None:
        if self.playing is not None:
            self.playing.close()
        self.following.stop()
        self._hearer.join()
        self.following.__exit__()


@pytest.fixture
def pair() -> Iterator[Pair]:
    made = Pair()
    yield made
    made.close()


def test_the_scene_and_the_masters_are_those_of_who_plays(pair: Pair) -> None:
    stage = pair.following.backdrop
    pair.until(lambda: pair.heard(f"waiting for {HERE}"))
    assert stage.scene == "fallback"
    playing = pair.play(State(scene="strings", brightness=0.5, blackout=True, palette="storm"))
    pair.until(lambda: stage.scene == "strings")
    assert [stage[name] for name in ("brightness", "blackout", "freeze", "palette")] == [0.5, True, False, "storm"]
    playing.state = replace(playing.state, number=1, change=Change("ink"), blackout=False, freeze=True)
    pair.until(lambda: stage.scene == "ink" and stage["freeze"])
    playing.state = replace(playing.state, scene="ink", palette="")
    pair.until(lambda: stage["palette"] is None)
    for _ in range(100):
        pair.following.tend(time.monotonic())
        time.sleep(0.01)
    assert stage.scene == "ink"
    assert stage.orders == 2


def test_what_the_operator_holds_and_fires_is_held_and_fired_here(pair: Pair, tmp_path: Path) -> None:
    stage = pair.following.backdrop
    scene = str(tmp_path / "played.fs")
    Path(scene).write_text(PLAYED)
    held = {"mist": 0.25, "boat": True, "tint": [0.1, 0.2, 0.3, 1.0], "many": 2, "at": [12.0, 7.0]}
    playing = pair.play(State(scene=scene, held=held, fired={"splash": 4}))
    pair.until(lambda: stage.scene == scene and len(stage["overrides"]) == 5)
    stage.set(tells_values=True)
    pair.until(lambda: all(_told(stage.values.get(name)) == _told(value) for name, value in held.items()))
    assert not stage.fired  # what was fired before this stage came is over
    playing.state = replace(playing.state, fired={"splash": 5}, held={"mist": 0.75})
    pair.until(lambda: stage.fired == {"splash": 1} and stage["overrides"] == {"mist": 0.75})
    pair.until(lambda: _told(stage.values["mist"]) == 0.75 and _told(stage.values["tint"]) == [1.0, 1.0, 1.0, 1.0])
    playing.state = replace(playing.state, held={})
    pair.until(lambda: not stage["overrides"] and _told(stage.values["mist"]) == 0.5)
    assert stage.fired == {"splash": 1}


def _told(value: Any) -> Any:
    return [round(part, 3) for part in value] if isinstance(value, list | tuple) else value and round(value, 3)


def test_a_change_that_was_lost_is_made_up_for(pair: Pair) -> None:
    stage = pair.following.backdrop
    playing = pair.play(State(scene="strings", number=3, change=Change("strings")))
    pair.until(lambda: stage.scene == "strings")
    playing.state = replace(playing.state, scene="ink")  # whatever the reason
    pair.until(lambda: stage.scene == "ink")


def test_a_scene_that_is_not_on_this_machine_is_said_once_and_the_picture_stays(pair: Pair) -> None:
    stage = pair.following.backdrop
    playing = pair.play(State(scene="strings"))
    pair.until(lambda: stage.scene == "strings")
    playing.state = replace(playing.state, scene="theirs.toml", number=1, change=Change("theirs.toml"))
    pair.until(lambda: pair.heard("theirs.toml"))
    end = time.monotonic() + 1.5
    pair.until(lambda: time.monotonic() > end)
    assert sum("theirs.toml" in line for line in pair.said) == 1
    assert stage.scene == "strings"
    playing.state = replace(playing.state, scene="ink", number=2, change=Change("ink"))
    pair.until(lambda: stage.scene == "ink")


def test_the_scenes_clocks_go_along_with_the_leaders(pair: Pair) -> None:
    stage = pair.following.backdrop
    playing = pair.play(State(scene="strings"))
    pair.until(lambda: stage.scene == "strings" and stage.pose["scene"] == "strings")
    begun = time.monotonic() - 500.0  # it has been on there for so long

    def leader_clocks(now: float) -> tuple[float, ...]:
        return now - begun, 60.0 * (now - begun)

    def off() -> float:
        pose: Any = stage.pose
        return abs(pose["clocks"][0] - leader_clocks(pose["at"])[0])

    def tells() -> bool:
        now = time.monotonic()
        playing.state = replace(playing.state, pose=Pose("strings", now, leader_clocks(now)))
        return off() < 0.010

    assert off() > 400
    pair.until(tells)
    end = time.monotonic() + 1.0
    pair.until(lambda: tells() and time.monotonic() > end)
    assert abs(stage.pose["clocks"][1] - leader_clocks(stage.pose["at"])[1]) < 10


def test_when_nothing_comes_the_picture_stays_and_the_operator_is_told_and_then_it_goes_on(pair: Pair) -> None:
    stage = pair.following.backdrop
    playing = pair.play(State(scene="strings"))
    pair.until(lambda: stage.scene == "strings")
    assert pair.heard("is heard: following it")
    playing.mute = True
    pair.until(lambda: pair.heard("nothing comes from 127.0.0.1"))
    pictures, hop = stage.report.pictures, int(stage.report.since(stage.report.pictures - 1)[0, 0])
    pair.until(lambda: stage.report.pictures > pictures + 20)
    assert stage.scene == "strings"
    playing.mute = False
    pair.until(lambda: pair.heard("is heard again"))
    pair.until(lambda: int(stage.report.since(stage.report.pictures - 1)[0, 0]) > hop + 100)


def test_a_stage_that_follows_and_dies_is_back_as_it_was(pair: Pair) -> None:
    stage = pair.following.backdrop
    pair.play(State(scene="strings", blackout=True))
    pair.until(lambda: stage.scene == "strings" and stage["blackout"])
    pictures, pid = stage.report.pictures, stage.pid
    os.kill(pid, signal.SIGKILL)
    pair.until(lambda: stage.pid != pid and stage.report.pictures > pictures + 3)
    assert (stage.scene, stage["blackout"]) == ("strings", True)


def test_a_show_with_musicians_makes_the_stage_begin_anew_with_theirs(pair: Pair) -> None:
    pair.play(State(scene="strings"))
    pair.until(lambda: pair.following.backdrop.scene == "strings")
    pair.play(State(scene="ink", musicians=("erhu", "drum")))
    pair.until(lambda: pair.following.backdrop.scene == "ink")
    assert pair.following._ring.musicians == ("erhu", "drum")
    hop = pair.following._ring.count
    pair.until(lambda: pair.following._ring.count > hop + 20)


def test_pictures_show_the_hop_that_is_due(pair: Pair) -> None:
    stage = pair.following.backdrop
    playing = pair.play(State(scene="strings"), delay=0.1)
    pair.until(lambda: stage.scene == "strings" and pair.following.line.clock.known)
    pictures = stage.report.pictures
    pair.until(lambda: stage.report.pictures > pictures + 60)
    shown = stage.report.since(pictures + 5)
    due = (shown[:, 1] * 1e-9 - playing.begun - 0.1) * RATE / HOP - 1
    assert abs(np.median(shown[:, 0] - due)) < 3.0  # a picture's drawing lies between


def test_another_version_is_refused_at_the_start_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    port, said = free_port(), list[str]()
    with Following(SMALL, Address(HERE, port), said.append) as following:
        old = packet.pack_state(Head(1), b"{}").replace(packet._LAYOUT, b"\x07" * 8)
        following.line.hear(old, (HERE, 9), time.monotonic())
        with pytest.raises(BadSetting, match=r"^follow=127\.0\.0\.1:\d+ plays with another version \(protocol 2, sig"):
            following.tend(time.monotonic())


@pytest.mark.slow
def test_the_command_follows_the_command_that_plays() -> None:
    port = free_port()
    common = ["--headless", "--size", "64x36", "--show", "/dev/null"]
    follow = [sys.executable, "-m", "engine", "stage", "--follow", f"{HERE}:{port}", *common]
    stage = subprocess.Popen(follow, stderr=subprocess.PIPE, text=True)
    play = [sys.executable, "-m", "engine", "preview", "tone:440", "--silent", "--seconds", "4", "--scene", "strings"]
    play += [*common, "--followers", f"{HERE}:{port}"]
    try:
        assert stage.stderr is not None
        said = stage.stderr.readline()  # from here on it can be found, however long its start took
        told = subprocess.run(play, capture_output=True, text=True, check=False, timeout=120)
        stage.send_signal(signal.SIGTERM)
        said += stage.communicate(timeout=120)[1]
    finally:
        stage.kill()
        stage.wait()
    assert told.returncode == 0
    assert f"followers={HERE}:{port} follows" in told.stderr
    assert stage.returncode == 0, said
    assert f"{HERE}:{port} is heard: following it" in said
    hops, lost = (int(line.split()[0]) for line in said.splitlines()[-1].split(", ")[:2])
    assert hops > 500
    assert lost < 20
