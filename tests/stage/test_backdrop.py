"""The conductor's end of the stage: what is lost comes back as it was, and what cannot come back gives way."""

from __future__ import annotations

import errno
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import BadScene, MissingDriver, UserMistake
from engine.frame import HOP, blank_row
from engine.frame_ring import FrameRing
from engine.stage import backdrop as module
from engine.stage.backdrop import Backdrop
from engine.stage.stage_settings import StageSettings

from .conftest import Write, isf
from .living import SMALL, Stage
from .scripted import Scripted

# llvmpipe leaves a shader's loops after 65536 rounds: these take some 20 s.
HANGS = f"""void main() {{
    vec4 x = gl_FragCoord;
    for (int i = 0; i < 2000000000; i++) {{ {"x = fract(sin(x) * 43758.5);" * 12} }}
    gl_FragColor = x;
}}"""
BEFORE_ITS_END = 18.0


@pytest.mark.gl
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_lost_painter_is_back_as_it_was(stage: Callable[..., Stage], how: int) -> None:
    show = stage("strings")
    show.back.set(blackout=True, brightness=0.4, freeze=True)
    show.runs()
    pictures, pid = show.back.report.pictures, show.back.pid
    os.kill(pid, how)
    show.until(lambda: show.back.pid != pid and show.back.report.pictures > pictures + 3)
    assert show.back.scene == "strings"
    assert [show.back[name] for name in ("blackout", "brightness", "freeze")] == [True, 0.4, True]
    assert show.heard("the stage is lost (it " + ("was stopped" if how == signal.SIGSTOP else "died with -9"))
    show.until(lambda: show.heard("the picture is back in strings"))


@pytest.mark.gl
def test_a_painter_knows_who_plays_before_and_after_it_was_lost(stage: Callable[..., Stage], write: Write) -> None:
    level = [{"NAME": "level", "TYPE": "float", "MIN": 0.0, "MAX": 1.0}]
    write("level.fs", isf("void main() { gl_FragColor = vec4(level); }", INPUTS=level))
    drum, erhu = (
        write(f"{name}.toml", f'shader = "level.fs"\n[bind.level]\nsignal = "{name}.sound.level"')
        for name in ("drum", "erhu")
    )
    show = stage(drum, musicians=("zither", "drum"))
    show.ring.push(blank_row(2), np.zeros((HOP, 2), np.float32), time.monotonic())
    show.runs()
    show.back.show(str(erhu))
    show.until(lambda: show.heard("there is no musician erhu in this show (musicians: zither, drum)"))
    pid = show.back.pid
    os.kill(pid, signal.SIGKILL)
    show.until(lambda: show.heard(f"the picture is back in {drum}"))


@pytest.mark.gl
@pytest.mark.slow
def test_a_new_scene_that_hangs_the_driver_does_not_go_on_stage(stage: Callable[..., Stage], write: Write) -> None:
    show = stage("strings")
    show.runs()
    bad = write("hangs.fs", isf(HANGS))
    show.back.show(str(bad))
    pid = show.back.pid
    show.until(lambda: show.back.pid != pid and show.heard("the picture is back in strings"), BEFORE_ITS_END)
    assert show.heard(f"it hung drawing {bad} for the first time")
    assert show.back.scene == "strings"


@pytest.mark.gl
@pytest.mark.slow
def test_a_scene_mended_for_the_worse_gives_way_to_the_fallback_until_it_is_mended(
    stage: Callable[..., Stage], write: Write
) -> None:
    path = write("mine.fs", isf())
    show = stage(path)
    show.runs()
    write("mine.fs", isf(HANGS))
    show.until(lambda: show.heard("the picture is back in fallback"), BEFORE_ITS_END)
    assert show.heard(f"{path} is to blame: fallback stays on until {path} is mended")
    assert show.back.restarts == 1
    write("mine.fs", isf(DESCRIPTION="mended"))
    show.until(lambda: show.back.scene == str(path))
    show.runs()
    assert show.back.restarts == 1


@pytest.mark.gl
def test_an_edit_is_seen_and_a_broken_one_is_said_in_one_line(stage: Callable[..., Stage], write: Write) -> None:
    write("include/shade.glsl", "float shade() { return 0.5; }\n")
    body = '#include "shade.glsl"\nvoid main() { gl_FragColor = vec4(shade() * level); }'
    level = [{"NAME": "level", "TYPE": "float", "MIN": 0.0, "MAX": 1.0}]
    write("mine.fs", isf(body, INPUTS=level))
    scene = write("mine.toml", 'shader = "mine.fs"\n[set]\nlevel = 0.5\n')
    show = stage(scene)
    tasks = Path(f"/proc/{show.back.pid}/task")
    threads = len(list(tasks.iterdir()))

    def edited(name: str, text: str, answer: str, replaced: bool = False) -> None:
        show.said.clear()
        path = write(name + "~" * replaced, text)
        if replaced:
            path.replace(path.with_name(Path(name).name))
        show.until(lambda: show.heard(answer))
        assert len(show.said) == 1
        assert "\n" not in show.said[0]
        show.runs()

    again = "mine.toml is read again"
    edited("mine.toml", 'shader = "mine.fs"\n[set]\nlevel = 0.7\n', again)
    edited("mine.fs", isf(body + "\n", INPUTS=level), again, replaced=True)
    edited("include/shade.glsl", "float shade() { return 0.7; }\n", again)
    edited("include/shade.glsl", "float shade() { return wrong; }\n", "shade.glsl:1")
    edited("include/shade.glsl", "float shade() { return 0.2; }\n", again)
    edited("mine.toml", "shader = \n", "mine.toml:1: is not TOML")
    edited("mine.toml", 'shader = "other.fs"\n', "other.fs")
    edited("other.fs", isf(), again)
    for number in range(2):
        edited("other.fs", isf(DESCRIPTION=str(number)), again)
    assert len(list(tasks.iterdir())) <= threads
    assert show.back.scene == str(scene)
    assert show.back.restarts == 0


@pytest.mark.gl
def test_a_shader_that_does_not_compile_is_refused_at_the_start(stage: Callable[..., Stage], write: Write) -> None:
    with pytest.raises(UserMistake, match=r"bad\.fs:\d+: .*wrong"):
        stage(write("bad.fs", isf("void main() { gl_FragColor = vec4(wrong); }")))


@pytest.mark.gl
@pytest.mark.parametrize("fate", [signal.SIGKILL, signal.SIGSTOP])
def test_the_spare_that_was_loaded_before_goes_on_where_a_stage_was_lost(
    stage: Callable[..., Stage], fate: signal.Signals
) -> None:
    show = stage()
    show.until(lambda: show.back.spare.ready)
    spare = show.back.spare.pid
    os.kill(show.back.pid, fate)
    show.until(lambda: show.heard("the picture is back in"))
    assert show.back.pid == spare
    show.runs()
    assert show.back.restarts == 1


@pytest.mark.gl
def test_a_picture_shows_the_hop_that_the_delay_says(stage: Callable[..., Stage]) -> None:
    show = stage(settings=StageSettings(headless=True, size=(64, 36), delay=10 * HOP / 48_000, nice=0))
    show.runs()
    assert (show.back.shown(0)[:, 0] == -1).all()  # nothing has been heard
    for index in range(50):
        row = blank_row()
        row[0] = index
        show.ring.push(row, np.zeros((HOP, 2), np.float32), time.monotonic())
    show.until(lambda: show.back.shown(show.back.report.pictures - 1)[:, 0].tolist() == [39])


class Clockwork:
    """A backdrop on a clock of the test's own, with painters that do as they are told."""

    def __init__(self) -> None:
        self.back = Backdrop(SMALL, "ink", FrameRing())
        self.now = 100.0
        self.said: list[str] = []

    @property
    def painter(self) -> Scripted:
        return Scripted.made[-1]

    def ready(self, seconds: float = 0.02) -> None:
        scene = self.painter.settings["scene"]
        self.painter.messages += [{"trying": scene}, {"scene": scene, "seconds": seconds}, {"ready": "test"}]
        self.picture(0.05)

    def picture(self, after: float) -> None:
        """A picture so many seconds after the last."""
        self.pass_by(after)
        self.back.report.show(0, round(self.now * 1e9))
        self.pass_by(0.0)

    def pass_by(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self.now = min(self.now + 0.05, end)
            self.said += self.back.tend(self.now)
        self.said += self.back.tend(self.now)


@pytest.fixture
def clockwork(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clockwork]:
    monkeypatch.setattr(module, "Child", Scripted)
    Scripted.made.clear()
    made = Clockwork()
    made.ready()
    yield made
    made.back.close()


def test_a_stage_that_stands_still_is_started_again_after_its_patience(clockwork: Clockwork) -> None:
    for _ in range(10):
        clockwork.picture(0.02)
    clockwork.pass_by(1.1)
    assert clockwork.back.restarts == 0
    clockwork.pass_by(0.2)
    assert clockwork.back.restarts == 1
    assert clockwork.said == ["the stage is lost (it hung): starting it again in ink"]


def test_where_there_is_no_room_for_another_painter_it_is_tried_again_and_nothing_is_blamed(
    clockwork: Clockwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        def __init__(self, *_: object, **__: object) -> None:
            raise OSError(errno.ENOMEM, "no memory")

    clockwork.painter.exit_code = -9
    with monkeypatch.context() as full:
        full.setattr(module, "Child", Full)
        clockwork.pass_by(5.0)
    assert clockwork.said == ["the stage is lost (no other can be started: no memory)"]
    assert clockwork.back.restarts == 0
    clockwork.pass_by(1.5)
    clockwork.ready()
    assert clockwork.back.scene == "ink"
    assert clockwork.back.restarts == 1


@pytest.mark.parametrize("seconds", [1.0, 1.9])
def test_a_slow_scene_is_borne(clockwork: Clockwork, seconds: float) -> None:
    clockwork.painter.messages += [{"trying": "slow.fs"}]
    clockwork.picture(seconds)
    clockwork.painter.messages += [{"scene": "slow.fs", "seconds": seconds}]
    for _ in range(8):
        clockwork.picture(seconds)
    assert clockwork.back.restarts == 0
    clockwork.pass_by(5.1)
    assert clockwork.back.restarts == 1


def test_a_long_compilation_does_not_make_the_show_patient_for_good(clockwork: Clockwork) -> None:
    clockwork.painter.messages += [{"trying": "strings"}]
    clockwork.picture(1.8)
    clockwork.painter.messages += [{"scene": "strings", "seconds": 0.02}]
    for _ in range(5):
        clockwork.picture(0.02)
    clockwork.pass_by(1.3)
    assert clockwork.back.restarts == 1


def test_a_driver_that_starts_slowly_is_not_hung(clockwork: Clockwork) -> None:
    clockwork.painter.exit_code = -11
    clockwork.pass_by(15.0)
    assert clockwork.back.restarts == 1
    clockwork.ready()
    assert clockwork.back.restarts == 1


def test_the_scene_on_stage_is_the_one_whose_first_picture_was_seen(clockwork: Clockwork) -> None:
    clockwork.painter.messages += [{"trying": "strings"}]
    clockwork.pass_by(0.5)
    assert clockwork.back.scene == "ink"
    clockwork.pass_by(1.7)
    assert clockwork.back.restarts == 1
    assert clockwork.painter.settings["scene"] == "ink"
    assert "it hung drawing strings for the first time" in clockwork.said[0]


def test_after_two_restarts_that_failed_the_fallback_takes_over_and_that_is_said(clockwork: Clockwork) -> None:
    for _ in range(3):
        clockwork.pass_by(1.3)
        clockwork.ready()
    assert [painter.settings["scene"] for painter in Scripted.made] == ["ink", "ink", "ink", "fallback"]
    assert clockwork.painter.settings["mend"] == "ink"
    assert any("ink is to blame: fallback stays on until ink is mended" in line for line in clockwork.said)
    clockwork.painter.messages += [{"scene": "ink", "seconds": 0.02}]
    clockwork.picture(0.02)
    clockwork.painter.exit_code = 1
    clockwork.pass_by(0.1)
    assert (clockwork.painter.settings["scene"], clockwork.painter.settings["mend"]) == ("ink", None)


def test_a_painter_killed_again_and_again_from_outside_keeps_its_scene(clockwork: Clockwork) -> None:
    for _ in range(6):
        clockwork.painter.exit_code = -9
        clockwork.pass_by(0.1)
        clockwork.ready()
    assert clockwork.back.scene == "ink"


def test_a_stage_that_cannot_live_is_tried_once_a_second_and_said_once(clockwork: Clockwork) -> None:
    for _ in range(200):
        clockwork.painter.exit_code = 1
        clockwork.pass_by(0.05)
    assert 8 <= clockwork.back.restarts <= 14
    assert len(clockwork.said) <= 3


def test_a_window_that_was_closed_is_no_loss(clockwork: Clockwork) -> None:
    clockwork.painter.messages.append({"closed": True})
    clockwork.painter.exit_code = 0
    clockwork.pass_by(2.0)
    assert clockwork.back.closed
    assert clockwork.back.restarts == 0


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ({"error": "monitor=X is not there", "exit_code": 1}, UserMistake),
        ({"error": "no display", "exit_code": 3}, MissingDriver),
    ],
)
def test_what_is_wrong_at_the_start_is_raised(
    monkeypatch: pytest.MonkeyPatch, message: Mapping[str, Any], error: type[Exception]
) -> None:
    monkeypatch.setattr(module, "Child", Scripted)
    back = Backdrop(SMALL, "ink", FrameRing())
    Scripted.made[-1].messages.append(message)
    with pytest.raises(error, match=message["error"]):
        back.await_ready()
    back.close()


def test_a_painter_that_dies_at_the_start_is_a_missing_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "Child", Scripted)
    back = Backdrop(SMALL, "ink", FrameRing())
    Scripted.made[-1].exit_code = -11
    with pytest.raises(MissingDriver, match="the stage died at once: out of memory"):
        back.await_ready()
    back.close()


def test_a_first_scene_that_hangs_the_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "Child", Scripted)
    monkeypatch.setattr(module, "_STARTING", 0.05)
    back = Backdrop(SMALL, "ink", FrameRing())
    Scripted.made[-1].messages.append({"trying": "ink"})
    with pytest.raises(BadScene, match=r"scene=ink draws no picture within 0\.1 s"):
        back.await_ready()
    back.close()
