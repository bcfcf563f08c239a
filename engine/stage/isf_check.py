"""Every shader below a folder, drawn where nobody sees it: which of them this machine can play, and why others not.

Files are drawn by child processes (`isf_trial`), each of which serves many; one that a file crashes or hangs is
replaced. This side knows no graphics driver.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from engine.errors import BadFile, MissingDriver
from engine.foundation.child import Child
from engine.stage.images import Pixels, Size

TIME_LIMIT: Final = 10.0
"""Seconds that one file may take."""
SIZE: Final[Size] = (320, 180)
"""Of the pictures that are drawn: large enough to be looked at on a sheet."""
_START_LIMIT: Final = 60.0  # seconds until a child must have its context
_LOOK: Final = 0.004  # seconds between two looks at the children


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one file: `error` is one line, empty where it is `ok`; `kind` empty where it was not understood.

    `milliseconds`: reading, compiling and three pictures.
    """

    ok: bool
    error: str
    kind: str
    milliseconds: float
    picture: Pixels | None = None
    """Its last picture, top row first, where pictures were wanted."""


def shader_files(folder: Path) -> list[Path]:
    """Every .fs file below a folder, sorted; BadFile if there is no such folder, or none in it."""
    if not folder.is_dir():
        raise BadFile(f"{folder}: no such folder")
    found = sorted(path for path in folder.rglob("*.fs") if path.is_file())
    if not found:
        raise BadFile(f"{folder}: holds no .fs file (give the folder that the shaders lie in)")
    return found


def check(
    files: Sequence[Path], *, time_limit: float = TIME_LIMIT, size: Size = SIZE, jobs: int = 1, pictures: bool = False
) -> Iterator[tuple[Path, Result]]:
    """The result of each file, in the order in which they are done. MissingDriver if nothing can be drawn here."""
    waiting = list(reversed(files))
    with TemporaryDirectory(prefix="monochord-isf-") as scratch:
        settings = {"size": list(size), "pictures": scratch if pictures else ""}
        workers = [_Worker(settings, time_limit, number) for number in range(max(1, min(jobs, len(files))))]
        try:
            while waiting or any(worker.file for worker in workers):
                done = [result for worker in workers for result in worker.tend(waiting)]
                yield from done
                if not done:
                    time.sleep(_LOOK)
        finally:
            for worker in workers:
                worker.end()


class _Worker:
    """One child, and the file that it is at; a child that is lost is replaced when there is more to do."""

    def __init__(self, settings: Mapping[str, Any], time_limit: float, number: int) -> None:
        self._settings = {**settings, "number": number}
        self._limit = time_limit
        self._child: Child | None = None
        self._ready = False
        self._since = 0.0
        self._kind = ""
        self.file: Path | None = None

    def tend(self, waiting: list[Path]) -> Iterator[tuple[Path, Result]]:
        """Hear the child, give it a file if it has none, and say what came of the last one."""
        if self._child is None:
            if not waiting:
                return
            self._child, self._ready, self._since = Child("engine.stage.isf_trial", self._settings), False, _now()
        gone = self._child.exit_code is not None  # asked before it is heard: what it said last is not lost
        for message in self._child.heard():
            if "ready" in message:
                self._ready = True
            elif "missing" in message:
                raise MissingDriver(str(message["missing"]))
            elif "understood" in message:
                self._kind = str(message["understood"])
            elif "ok" in message and self.file is not None:
                yield self._done(bool(message["ok"]), str(message["error"]), message.get("picture"))
        if self.file is not None and (gone or _now() - self._since > self._limit):
            yield self._lost(self._child.exit_code if gone else None)
        elif not self._ready and (gone or _now() - self._since > _START_LIMIT):
            raise MissingDriver(f"nothing can be drawn on this machine: {self._child.complaint or 'no answer'}")
        elif self._ready and self.file is None and waiting:
            yield from self._begin(waiting.pop())

    def _begin(self, file: Path) -> Iterator[tuple[Path, Result]]:
        assert self._child is not None
        self.file, self._kind, self._since = file, "", _now()
        try:
            self._child.say(file=str(file.absolute()).encode(errors="surrogateescape").hex())
        except ValueError:
            yield self._done(False, "its path is too long", None)

    def _done(self, ok: bool, error: str, picture: object) -> tuple[Path, Result]:
        assert self.file is not None
        file, self.file = self.file, None
        pixels = None
        if isinstance(picture, str):
            with suppress(OSError, ValueError):
                pixels = np.load(picture)
                Path(picture).unlink()
        return file, Result(ok, error, self._kind, 1000.0 * (_now() - self._since), pixels)

    def _lost(self, exit_code: int | None) -> tuple[Path, Result]:
        assert self._child is not None
        if exit_code is None:
            error = f"hangs: not done after {self._limit:g} s (a loop that does not end, or --time-limit is too short)"
        elif exit_code < 0:
            error = f"crashes the graphics driver (signal {-exit_code})"
        else:
            error = f"ends the process that draws it ({self._child.complaint or f'exit code {exit_code}'})"
        self._child.end()
        self._child = None
        return self._done(False, error, None)

    def end(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.end()


def _now() -> float:
    return time.monotonic()
