"""A file that appears when it is whole: an interruption, an error or a full disk leaves what was there before.

And its folder, and the one line that is said where either cannot be.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from engine.errors import BadFile


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A name beside `path`, with its ending, to write under; becomes `path` at the end, and goes if anything fails."""
    part = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def written(path: Path) -> Iterator[Path]:
    """The same; BadFile, in one line, where it cannot be written."""
    try:
        with whole_file(path) as part:
            yield part
    except OSError as why:
        raise BadFile(f"{path} cannot be written: {why.strerror or why} (choose a folder with room)") from why


def made_folder(folder: Path) -> Path:
    """The folder, which is there now, and those above it; BadFile, in one line, where it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as why:
        raise BadFile(f"out={folder} cannot be made: {why.strerror} (choose another folder)") from why
    return folder
