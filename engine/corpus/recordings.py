"""A folder of recordings, and what the network hears in each: listened to once, and kept on a shelf.

Memory does not grow with the length of a recording, and nothing is listened to twice after an interruption.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import soxr
from numpy.typing import NDArray

from engine.audio.source import open_source
from engine.errors import BadFile
from engine.foundation.whole_file import written
from engine.listening.mel import BANDS, COLUMN, MEL_RATE, PATCH, SILENT, Columns, log_mel, patches, spliced
from engine.listening.vggish import SIZE, Vggish

HOP_SECONDS: Final = 0.48
"""From one sound to the next in a recording."""
_PIECE: Final = 30.0  # seconds of a recording that are in memory at once
_HEARD: Final = SILENT + 0.7  # log-mel above which there is something in a patch: as much again as the offset
_IGNORED: Final = frozenset(  # endings of what lies beside recordings
    (".txt", ".md", ".toml", ".json", ".csv", ".png", ".jpg", ".jpeg", ".pdf", ".npz", ".npy", ".onnx", ".mid")
)


@dataclass(frozen=True, slots=True)
class Listening:
    """How recordings are listened to; what was heard under another of these is not taken over.

    `network` is a name or path; `hop` seconds from sound to sound; `splice`, if not 0, how many sounds are taken as
    one, after six at head and tail are left out (Yang, Shen and Sun).
    """

    network: str = "vggish"
    hop: float = HOP_SECONDS
    splice: int = 0


@dataclass(frozen=True, slots=True)
class Recording:
    """A file, and the family of its sounds."""

    path: Path
    family: str


def recordings(folder: Path) -> list[Recording]:
    """All files in a folder that may be sound. The family is the first folder below it, else the file's own name.

    BadFile if there is none.
    """
    if not folder.is_dir():
        raise BadFile(f"{folder}: there is no such folder (a folder of recordings is wanted)")
    found = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in inside.parts)
        if not hidden and path.suffix.lower() not in _IGNORED and path.is_file():
            found.append(Recording(path, inside.parts[0] if len(inside.parts) > 1 else path.stem))
    if not found:
        raise BadFile(f"{folder} holds no recordings (put sound files there, a folder for each instrument)")
    return found


def heard_in(
    path: Path, how: Listening, seconds: float | None = None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What the network says of a recording, or of so many seconds of it: descriptions (n, 128), and the seconds at
    which each begins (n,).

    Patches in which nothing is to be heard are left out. Memory does not depend on the length. BadFile if it cannot be
    read or holds nothing.
    """
    network = _network(how.network)
    hop = max(round(how.hop * MEL_RATE / COLUMN), 1)
    embeddings, times = [np.zeros((0, SIZE), np.float32)], [np.zeros(0, np.float32)]
    for first, columns in _pieces(path, hop, seconds):
        found = patches(columns, hop)
        begins = (first + hop * np.arange(len(found))) * (COLUMN / MEL_RATE)
        sounding = np.array([patch.max() > _HEARD for patch in found], bool)
        if sounding.any():
            embeddings.append(network.embed(found[sounding]))
            times.append(begins[sounding].astype(np.float32))
    embedding, time = np.concatenate(embeddings), np.concatenate(times)
    if how.splice and len(embedding):
        embedding, time = (spliced(each, group=how.splice) for each in (embedding, time[:, None]))
        time = time[:, 0]
    if not len(embedding):
        raise BadFile(f"{path} is silent or shorter than a second: nothing was heard in it")
    return embedding, time


def write_heard(path: Path, embedding: NDArray[np.floating], time: NDArray[np.float32]) -> None:
    """What was heard in a recording, as a file that appears when it is whole. BadFile if there is no room."""
    with written(path) as part, part.open("wb") as file:
        np.savez(file, embedding=embedding, time=time)


def _pieces(path: Path, hop: int, seconds: float | None) -> Iterator[tuple[int, Columns]]:
    """A recording's columns in pieces that hold whole patches, each with the number of its first column."""
    source = open_source(path)
    left = math.inf if seconds is None else round(seconds * source.rate)
    resample = soxr.ResampleStream(source.rate, MEL_RATE, 1, dtype="float32", quality="HQ")
    sound, columns, first = np.zeros(0, np.float32), np.zeros((0, BANDS), np.float32), 0
    while True:
        part = source.read(int(min(_PIECE * source.rate, left)))
        left -= len(part)
        mono = np.nan_to_num(part.mean(axis=1, dtype=np.float32), nan=0.0, posinf=0.0, neginf=0.0)
        last = len(part) == 0
        sound = np.concatenate([sound, resample.resample_chunk(mono, last=last)])
        fresh = log_mel(sound)
        sound = sound[len(fresh) * COLUMN :]
        columns = np.concatenate([columns, fresh])
        count = max((len(columns) - PATCH) // hop + 1, 0)
        if count:
            yield first, columns
            columns, first = columns[count * hop :], first + count * hop
        if last:
            return


@lru_cache(maxsize=2)
def _network(name: str) -> Vggish:
    return Vggish(name)


class Shelf:
    """What was heard in each recording, kept in a folder: one file a recording, each there only when it is whole."""

    def __init__(self, folder: Path, how: Listening) -> None:
        self.folder, self._how = folder, how
        self.network = _network(how.network).sha256
        """The sha256 of the network that listens."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as why:
            raise BadFile(f"{folder} cannot be made: {why.strerror} (choose another -o)") from why

    def place(self, path: Path) -> Path:
        """Where it is kept; another place if the file, the network or the way of listening is another.

        BadFile if the file is gone.
        """
        try:
            state = path.stat()
        except OSError as why:
            raise BadFile(f"{path}: {why.strerror}") from why
        said = (str(path.resolve()), state.st_size, state.st_mtime_ns, self.network, self._how.hop, self._how.splice)
        return self.folder / f"{hashlib.sha256(repr(said).encode()).hexdigest()[:24]}.npz"

    def keep(self, place: Path, embedding: NDArray[np.float32], time: NDArray[np.float32]) -> None:
        """Write it; BadFile if there is no room."""
        write_heard(place, embedding.astype(np.float16), time)

    def kept(self, path: Path) -> tuple[NDArray[np.float16], NDArray[np.float32]] | None:
        """What is kept of a recording, as `read` gives it; None where nothing is, or the file is gone."""
        with contextlib.suppress(BadFile):
            return self.read(self.place(path))
        return None

    def read(self, place: Path) -> tuple[NDArray[np.float16], NDArray[np.float32]] | None:
        """What is kept there; None if there is nothing, or it is damaged."""
        with contextlib.suppress(OSError, ValueError, KeyError, EOFError), np.load(place, allow_pickle=False) as kept:
            embedding, time = kept["embedding"], kept["time"]
            if embedding.ndim == 2 and embedding.shape == (len(time), SIZE):
                return embedding, time
        return None
