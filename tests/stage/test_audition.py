"""Scenes are tried off stage: what hangs or fails does so there, and what is good comes on without a stumble."""

from __future__ import annotations

import dataclasses
import errno
import os
import signal
from collections.abc import Callable

import pytest

from engine.timing.cues import Change

from .conftest import Write, isf
from .living import SMALL, Stage
from .test_backdrop import HANGS

TRIED = dataclasses.replace(SMALL, auditions=True)
pytestmark = pytest.mark.gl


@pytest.fixture
def show(stage: Callable[..., Stage]) -> Stage:
    return stage("strings", TRIED)


def test_a_change_goes_on_stage_when_it_was_drawn_off_stage(show: Stage) -> None:
    show.back.show(Change("ink", "fade", 0.2))
    show.until(lambda: show.back.scene == "ink")
    show.runs()
    assert show.said == []


def test_a_scene_that_does_not_compile_is_refused_in_one_line_and_the_stage_never_sees_it(
    show: Stage, write: Write
) -> None:
    show.back.show(str(write("bad.fs", isf("void main() { gl_FragColor = vec4(wrong); }"))))
    show.until(lambda: show.heard("bad.fs:"))
    assert len(show.said) == 1
    assert show.back.scene == "strings"


def test_a_scene_that_crawls_does_not_go_on_stage_and_that_is_said(
    stage: Callable[..., Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.stage.audition._SLOWEST", 0.0)  # so every scene crawls
    show = stage("strings", TRIED)
    show.back.show("ink")
    show.until(lambda: show.heard("a picture of 64x36 here: too slow for the stage (ask for a smaller size)"))
    show.runs()
    assert show.back.scene == "strings"
    assert show.back.restarts == 0


@pytest.mark.slow
def test_a_scene_that_hangs_the_driver_hangs_it_where_nobody_sees(
    show: Stage, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.stage.audition._PATIENCE", 2.0)
    show.runs()
    show.back.show(str(write("hangs.fs", isf(HANGS))))
    show.until(lambda: show.heard("hangs the driver: it does not go on stage"))
    assert show.back.restarts == 0
    show.back.show("ink")
    show.until(lambda: show.back.scene == "ink")


def test_an_understudy_that_was_killed_is_replaced(show: Stage) -> None:
    auditions = show.back._auditions
    assert auditions is not None
    assert auditions._child is not None
    os.kill(auditions._child.pid, signal.SIGKILL)
    show.back.show("ink")
    show.until(lambda: show.back.scene == "ink")


def test_an_understudy_that_was_stopped_at_a_scene_is_replaced_and_the_scene_is_not_to_blame(
    show: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.stage.audition._PATIENCE", 1.0)
    auditions = show.back._auditions
    assert auditions is not None
    assert auditions._child is not None
    show.until(lambda: auditions._ready)
    os.kill(auditions._child.pid, signal.SIGSTOP)
    show.back.show("ink")
    show.until(lambda: show.back.scene == "ink")
    assert not show.heard("hangs the driver")


def test_where_there_is_no_room_for_an_understudy_changes_come_all_the_same(
    show: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOMEM, "no memory")

    auditions = show.back._auditions
    assert auditions is not None
    assert auditions._child is not None
    monkeypatch.setattr("engine.stage.audition.Child", full)
    os.kill(auditions._child.pid, signal.SIGKILL)
    show.back.show("ink")
    show.until(lambda: show.back.scene == "ink")
    assert show.heard("scenes cannot be tried off stage here")


def test_where_no_understudy_can_live_changes_come_all_the_same_and_that_is_said(show: Stage) -> None:
    auditions = show.back._auditions
    assert auditions is not None
    for _ in range(2):
        killed = auditions._child
        assert killed is not None
        os.kill(killed.pid, signal.SIGKILL)
        show.until(lambda was=killed: auditions._child is not was)  # type: ignore[misc]  # bound now, not later
    show.back.show("ink")
    show.until(lambda: show.back.scene == "ink")
    assert show.heard("scenes cannot be tried off stage here")


def test_understudies_that_have_lived_are_replaced_however_often_they_are_killed(
    show: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.stage.audition._PROVEN", -1.0)  # one that is ready has lived long enough
    auditions = show.back._auditions
    assert auditions is not None
    for _ in range(2):
        show.until(lambda: auditions._ready)
        killed = auditions._child
        assert killed is not None
        os.kill(killed.pid, signal.SIGKILL)
        show.until(lambda was=killed: auditions._child is not was)  # type: ignore[misc]  # bound now, not later
    show.until(lambda: auditions._ready)
    assert not show.heard("scenes cannot be tried off stage here")


def test_an_understudy_that_never_gets_ready_keeps_no_scene_off_the_stage(
    show: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.stage.audition._STARTING", 0.0)
    assert show.back._auditions is not None
    assert show.back._auditions._child is not None
    os.kill(show.back._auditions._child.pid, signal.SIGKILL)  # and no other is ready at once
    show.back.show("ink")
    show.until(lambda: show.back.scene == "ink")
    assert show.heard("scenes cannot be tried off stage here")


def test_where_no_understudy_could_live_one_is_tried_again_later(show: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    auditions = show.back._auditions
    assert auditions is not None
    monkeypatch.setattr("engine.stage.audition._AGAIN", 0.0)
    with monkeypatch.context() as hasty:
        hasty.setattr("engine.stage.audition._STARTING", 0.0)
        assert auditions._child is not None
        os.kill(auditions._child.pid, signal.SIGKILL)
        show.until(lambda: auditions._child is None)
    show.until(lambda: auditions._ready)
    assert sum("scenes cannot be tried" in line for line in show.said) == 1


def test_an_edit_is_tried_first_and_a_broken_one_leaves_the_last_good_picture(
    stage: Callable[..., Stage], write: Write
) -> None:
    show = stage(write("mine.fs", isf()), TRIED)
    show.runs()
    write("mine.fs", isf("void main() { gl_FragColor = vec4(wrong); }"))
    show.until(lambda: show.heard("mine.fs:"))
    show.runs()
    write("mine.fs", isf(DESCRIPTION="mended"))
    show.until(lambda: show.heard("mine.fs is read again"))
    assert show.back.restarts == 0


def test_the_next_scene_can_be_watched_off_air(show: Stage) -> None:
    auditions = show.back._auditions
    assert auditions is not None
    assert auditions.thumbnail.pixels() is None
    show.back.watch("mountains")
    show.until(lambda: auditions.thumbnail.pixels() is not None)
    pixels = auditions.thumbnail.pixels()
    assert pixels is not None
    assert pixels[..., :3].std() > 5
    assert show.back.scene == "strings"
    show.back.watch("")
    show.until(lambda: auditions.thumbnail.pixels() is None)
