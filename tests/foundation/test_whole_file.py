"""A file appears when it is whole, in a folder that is there; what cannot be is said in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import BadFile
from engine.foundation.whole_file import made_folder, whole_file, written


def test_what_is_written_appears_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "map.npz"
    with whole_file(path) as part:
        part.write_text("all of it")
        assert part.suffix == ".npz"
        assert not path.exists()
    assert path.read_text() == "all of it"
    assert list(tmp_path.iterdir()) == [path]


def test_what_fails_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "show.toml"
    path.write_text("before")

    def interrupted() -> None:
        with whole_file(path) as part:
            part.write_text("hal")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written_and_a_folder_that_cannot_be_made_are_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("no folder")
    with pytest.raises(BadFile, match=r"b\.txt cannot be written: Not a directory \(choose a folder with room\)$"):
        _write(tmp_path / "a" / "b.txt")
    with pytest.raises(BadFile, match=r"^out=.*c cannot be made: .* \(choose another folder\)$"):
        made_folder(tmp_path / "a" / "c")
    _write(made_folder(tmp_path / "d" / "e") / "b.txt")
    assert (tmp_path / "d" / "e" / "b.txt").read_text() == "all of it"


def _write(path: Path) -> None:
    with written(path) as part:
        part.write_text("all of it")
