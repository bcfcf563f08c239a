"""A saved file is noticed, whichever way the editor saves."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.stage.scene_files import SceneFiles


@pytest.fixture
def files() -> Iterator[SceneFiles]:
    made = SceneFiles()
    yield made
    made.stop()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "ink.fs"
    path.write_text("one")
    return path


def test_nothing_has_changed_while_nobody_saves(files: SceneFiles, path: Path) -> None:
    files.watch([path])
    assert not files.changed.wait(0.7)


def test_a_file_written_in_place_is_noticed_within_a_second(files: SceneFiles, path: Path) -> None:
    files.watch([path])
    path.write_text("two")
    assert files.changed.wait(1.0)


def test_a_file_replaced_by_another_is_noticed_even_with_the_same_time_and_size(files: SceneFiles, path: Path) -> None:
    files.watch([path])
    status = path.stat()
    other = path.with_suffix(".swp")
    other.write_text("two")
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(path)
    assert files.changed.wait(1.0)


def test_a_file_that_is_gone_and_back_is_noticed(files: SceneFiles, path: Path) -> None:
    files.watch([path])
    path.unlink()
    assert files.changed.wait(1.0)
    files.changed.clear()
    path.write_text("two")
    assert files.changed.wait(1.0)


def test_a_drive_that_answers_nothing_for_a_moment_is_looked_at_again(
    files: SceneFiles, path: Path, monkeypatch: pytest.MonkeyPatch, until: Callable
) -> None:
    asked: list[Path] = []

    def stale(place: Path) -> bool:
        asked.append(place)
        raise OSError(errno.ESTALE, "Stale file handle")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "is_dir", stale)
        files.watch([path])
        until(lambda: asked)
    path.write_text("two")
    until(files.changed.is_set)


def test_a_save_while_the_scene_is_read_again_is_not_lost(files: SceneFiles, path: Path) -> None:
    files.watch([path])
    path.write_text("saved while it was read")
    files.watch([path])
    assert files.changed.wait(1.0)


@pytest.mark.parametrize("name", ["missing.glsl", "paper.bmp", "PAPER.TIFF"])
def test_other_files_are_noticed_only_while_a_scene_is_being_mended(files: SceneFiles, path: Path, name: str) -> None:
    files.watch([path])
    missing = path.with_name(name)
    missing.write_text("float missing;")
    assert not files.changed.wait(0.7)
    missing.unlink()
    files.watch([path], [path.parent, path.parent / "no such folder"])
    missing.write_text("float missing;")
    assert files.changed.wait(1.0)


def test_one_thread_watches_however_often_the_scene_changes(files: SceneFiles, path: Path, until: Callable) -> None:
    before = threading.active_count()
    for _ in range(50):
        files.watch([path])
    assert threading.active_count() == before
    files.stop()
    until(lambda: threading.active_count() < before)
