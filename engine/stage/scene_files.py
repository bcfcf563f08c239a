"""Notices that a file which a scene is read from was saved, whichever way the editor saves."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_PERIOD: Final = 0.2  # seconds between two looks; a file counts as saved when two of them see it the same
_KINDS: Final = (".toml", ".fs", ".vs", ".glsl")

_Stamp = tuple[int, int, int]


class SceneFiles:
    """Looks after files in a thread of its own. `changed` is set when one of them has been saved, until cleared.

    It looks at the files' stamps, not for events of the system: the handful of files of a scene costs
    microseconds, files that are replaced or lie on a network drive are seen too, and there is only this one thread.
    """

    def __init__(self) -> None:
        self.changed = threading.Event()
        self._lock = threading.Lock()
        self._files: frozenset[Path] = frozenset()
        self._folders: frozenset[Path] = frozenset()
        self._seen: dict[Path, _Stamp] = {}
        self._stop = threading.Event()
        threading.Thread(target=self._watch, daemon=True, name="scene files").start()

    def watch(self, files: Iterable[Path], folders: Iterable[Path] = ()) -> None:
        """Look after these files from now on, and after all that lies in `folders` and could belong to a scene."""
        with self._lock:
            self._files, self._folders = frozenset(files), frozenset(folders)
            # What was looked after already is compared with how it was: a save in between is not lost.
            self._seen = {**self._look(), **{path: self._seen[path] for path in self._files & self._seen.keys()}}

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()

    def _watch(self) -> None:
        before: dict[Path, _Stamp] = {}
        while not self._stop.wait(_PERIOD):
            with self._lock:
                now = self._look()
                if now != self._seen and now == before:
                    self._seen = now
                    self.changed.set()
                before = now

    def _look(self) -> dict[Path, _Stamp]:
        found = {}
        for path in self._files.union(*map(_listed, self._folders)):
            try:
                status = path.stat()
            except OSError:  # between two halves of a replacement
                continue
            found[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
        return found


def _listed(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.suffix in _KINDS]
    except OSError:
        return []
