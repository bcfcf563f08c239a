"""What of a folder is done: each piece with what it was made from and what it is, so that nothing is made twice.

A piece is kept when it was made from the same things and is still what it was then. The list is written anew after each
piece: an interruption costs the piece that was being made, and nothing is ever half there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from engine.errors import BadFile
from engine.foundation.whole_file import made_folder, whole_file

NAME: Final = "share.json"
"""The list's own name in its folder."""
_WHAT: Final = "monochord share 1"
_PART: Final = 1 << 20  # bytes that are read at a time


class Manifest:
    """The list of a folder; of one that is damaged or another's nothing is kept."""

    def __init__(self, folder: Path) -> None:
        """BadFile if the folder cannot be made."""
        self.folder = made_folder(folder)
        self._pieces: dict[str, dict[str, Any]] = _read(folder / NAME)

    def kept(self, names: list[str], made_from: Mapping[str, Any]) -> bool:
        """Whether all these pieces are there, made from just this, and unchanged since."""
        key = digest_of(made_from)
        return all(self._is(name, key) for name in names)

    def note(self, names: list[str], made_from: Mapping[str, Any], **more: Any) -> None:
        """These pieces are done; `more` is what else is to be known of each."""
        for name in names:
            path = self.folder / name
            own = {"made_from": digest_of(made_from), "sha256": digest(path), "bytes": path.stat().st_size}
            self._pieces[name] = {**own, **more}
        self._write()

    def told(self, name: str) -> Mapping[str, Any]:
        """What is known of a piece; nothing where there is none."""
        return self._pieces.get(name, {})

    def forget_all_but(self, names: list[str]) -> None:
        """Take pieces away that were made once and are not wanted any more. Nothing that we did not make is touched."""
        for name in [name for name in self._pieces if name not in names]:
            path = self.folder / name
            if path.is_file() and digest(path) == self._pieces[name].get("sha256"):
                path.unlink(missing_ok=True)
            del self._pieces[name]
        self._write()

    def _is(self, name: str, key: str) -> bool:
        own, path = self._pieces.get(name), self.folder / name
        return own is not None and own.get("made_from") == key and path.is_file() and digest(path) == own.get("sha256")

    def _write(self) -> None:
        text = json.dumps({"what": _WHAT, "pieces": dict(sorted(self._pieces.items()))}, indent=1, ensure_ascii=False)
        try:
            with whole_file(self.folder / NAME) as part:
                part.write_text(text + "\n", encoding="utf-8")
        except OSError as why:
            raise BadFile(f"out={self.folder} cannot be written: {why.strerror} (choose a folder with room)") from why


def digest_of(made_from: Mapping[str, Any]) -> str:
    """One number for all that a piece is made from."""
    return hashlib.sha256(json.dumps(made_from, sort_keys=True, default=str).encode()).hexdigest()


def digest(path: Path) -> str:
    """The sha256 of a file, however large. BadFile if it cannot be read."""
    found = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while part := file.read(_PART):
                found.update(part)
    except OSError as why:
        raise BadFile(f"{path}: {why.strerror}") from why
    return found.hexdigest()


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(read, dict) or read.get("what") != _WHAT or not isinstance(read.get("pieces"), dict):
        return {}
    return {
        name: piece
        for name, piece in read["pieces"].items()
        if isinstance(piece, dict) and not Path(name).is_absolute() and ".." not in Path(name).parts
    }
