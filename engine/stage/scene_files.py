"""Notices that a file which a scene is read from was saved, whichever way the editor saves."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from watchfiles import watch

from engine.stage.images import KINDS

_SETTLED: Final = 100  # milliseconds without news, after which a save counts as whole
_LONGEST: Final = 400  # milliseconds that a file may go on being written before it is looked at all the same
_REST: Final = 0.5  # seconds until places that could not be looked at are looked at again
_KINDS: Final = (".toml", ".fs", ".vs", ".frag", ".glsl", *KINDS)  # what a scene may be read from

_Stamp = tuple[int, int, int]
"""Time of the last save in ns, size, and number in the file system."""


class SceneFiles:
    """Looks after files in a thread of its own. `changed` is set when one of them has been saved, until cleared.

    The system tells (watchfiles) that something has happened in a folder; what has happened is read off the stamps of
    the files themselves. So a file that is replaced is seen, one that only was read is not, and a save that falls
    between two watches is found when the next one begins. WATCHFILES_FORCE_POLLING=1 is for network drives that tell
    nothing.
    """

    def __init__(self) -> None:
        self.changed = threading.Event()
        self._lock = threading.Lock()
        self._files: frozenset[Path] = frozenset()
        self._folders: frozenset[Path] = frozenset()
        self._seen: dict[Path, _Stamp] = {}
        self._stop = False
        self._again = threading.Event()
        threading.Thread(target=self._watch, daemon=True, name="scene files").start()

    def watch(self, files: Iterable[Path], folders: Iterable[Path] = ()) -> None:
        """Look after these files from now on, and after all that lies in `folders` and could belong to a scene."""
        with self._lock:
            before = self._places()
            self._files, self._folders = frozenset(files), frozenset(folders)
            # What was looked after already is compared with how it was: a save in between is not lost.
            self._seen = {**self._look(), **{path: self._seen[path] for path in self._files & self._seen.keys()}}
            if self._places() != before:
                self._again.set()

    def stop(self) -> None:
        """Look no more."""
        self._stop = True
        self._again.set()

    def _places(self) -> set[Path]:
        """The folders in which something may happen."""
        return {path.parent for path in self._files} | self._folders

    def _watch(self) -> None:
        while not self._stop:
            try:
                self._look_on()
            except (OSError, RuntimeError):  # a folder went between two looks, or a network drive with all its folders
                self._again.wait(_REST)

    def _look_on(self) -> None:
        """Compare whenever something has happened, until other places are to be looked after."""
        with self._lock:
            self._again.clear()
            places = [place for place in self._places() if place.is_dir()]
        self._compare()
        if not places:
            self._again.wait(_REST)
            return
        news = watch(
            *places,
            watch_filter=None,
            debounce=_LONGEST,
            step=_SETTLED,
            rust_timeout=300,  # what happens just before a watch begins is found by then
            yield_on_timeout=True,
            stop_event=self._again,
            raise_interrupt=False,
            recursive=False,
            ignore_permission_denied=True,
        )
        for _ in news:
            self._compare()
            if self._stop or any(not place.is_dir() for place in places):
                break  # a folder that was replaced is another one

    def _compare(self) -> None:
        with self._lock:
            now = self._look()
            if now != self._seen:
                self._seen = now
                self.changed.set()

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
        return [path for path in folder.iterdir() if path.suffix.lower() in _KINDS]
    except OSError:
        return []
