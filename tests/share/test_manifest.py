"""What is done is not done again, and what has changed is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import BadFile
from engine.share.manifest import NAME, Manifest

FROM = {"take": "abc", "size": [64, 36]}


def made(folder: Path, name: str = "page/a.mp4", text: str = "film") -> Manifest:
    manifest = Manifest(folder)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    manifest.note([name], FROM, pictures="123")
    return manifest


def test_a_piece_is_kept_by_the_next_run(tmp_path: Path) -> None:
    made(tmp_path)
    again = Manifest(tmp_path)
    assert again.kept(["page/a.mp4"], FROM)
    assert again.told("page/a.mp4")["pictures"] == "123"
    assert not again.kept(["page/a.mp4", "page/b.mp4"], FROM)


def test_other_settings_another_file_or_none_are_made_again(tmp_path: Path) -> None:
    made(tmp_path)
    assert not Manifest(tmp_path).kept(["page/a.mp4"], {**FROM, "size": [128, 72]})
    (tmp_path / "page/a.mp4").write_text("half")
    assert not Manifest(tmp_path).kept(["page/a.mp4"], FROM)
    (tmp_path / "page/a.mp4").unlink()
    assert not Manifest(tmp_path).kept(["page/a.mp4"], FROM)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"what": "other", "pieces": {}}', '{"what": "monochord share 1"}'])
def test_of_a_list_that_is_damaged_nothing_is_kept(tmp_path: Path, text: str) -> None:
    made(tmp_path)
    (tmp_path / NAME).write_text(text)
    assert not Manifest(tmp_path).kept(["page/a.mp4"], FROM)


def test_only_what_was_made_here_is_taken_away(tmp_path: Path) -> None:
    manifest = made(tmp_path)
    made(tmp_path, "page/b.mp4")
    (tmp_path / "page/own.txt").write_text("mine")
    manifest = Manifest(tmp_path)
    manifest.forget_all_but(["page/b.mp4"])
    assert sorted(path.name for path in (tmp_path / "page").iterdir()) == ["b.mp4", "own.txt"]
    assert list(json.loads((tmp_path / NAME).read_text())["pieces"]) == ["page/b.mp4"]


def test_a_list_leads_nowhere_else(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("mine")
    manifest = made(tmp_path / "in")
    listed = json.loads((tmp_path / "in" / NAME).read_text())
    listed["pieces"]["../outside.txt"] = {**manifest.told("page/a.mp4")}
    (tmp_path / "in" / NAME).write_text(json.dumps(listed))
    Manifest(tmp_path / "in").forget_all_but([])
    assert outside.exists()


def test_a_folder_that_cannot_be_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadFile, match="cannot be made"):
        Manifest(tmp_path / "file" / "in")
