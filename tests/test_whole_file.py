"""A file appears when it is whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.whole_file import whole_file


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
