"""A map of one's own recordings: every file is listened to once, and what was heard in it is kept for fitting.

Listening to files is work that any number of processes can share: here, or by way of a dask scheduler, on other
machines that see the same files. Each file's descriptions come back alone, are written at once, and are forgotten, so
that memory does not grow with the number of files, and nothing is listened to twice after an interruption.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import soxr
from numpy.typing import NDArray

from engine.audio.source import open_source
from engine.errors import BadFile, MissingDriver, UserMistake
from engine.listening.atlas import Corpus
from engine.listening.mel import BANDS, COLUMN, MEL_RATE, PATCH, SILENT, Columns, log_mel, patches, spliced
from engine.listening.vggish import SIZE, Vggish
from engine.whole_file import whole_file

MOST: Final = 100_000
"""Sounds that a map is fitted on at most; of more, every so manieth."""
HOP_SECONDS: Final = 0.48
"""From one sound to the next in a recording."""

_PIECE: Final = 30.0  # seconds of a recording that are in memory at once
_HEARD: Final = SILENT + 0.7  # log-mel above which there is something in a patch: as much again as the offset
_AHEAD: Final = 2  # groups of files a worker that are handed out ahead
_TOGETHER: Final = 8  # files in a group at most
_TURNS: Final = 8  # groups a worker gets at least, where there are so many files: the last one is not waited for long
_HELD_OUT: Final = 0.15  # share of the recordings that a map is judged by
_IGNORED: Final = {
    ".txt",
    ".md",
    ".toml",
    ".json",
    ".csv",
    ".png",
    ".jpg",
    ".jpeg",
    ".pdf",
    ".npz",
    ".npy",
    ".onnx",
    ".mid",
}


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
    try:
        with whole_file(path) as part, part.open("wb") as file:
            np.savez(file, embedding=embedding, time=time)
    except OSError as why:
        raise BadFile(f"{path} cannot be written: {why.strerror} (choose a disk with room)") from why


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
        """Where it is kept; another place if the file, the network or the way of listening is another."""
        state = path.stat()
        said = (str(path.resolve()), state.st_size, state.st_mtime_ns, self.network, self._how.hop, self._how.splice)
        return self.folder / f"{hashlib.sha256(repr(said).encode()).hexdigest()[:24]}.npz"

    def keep(self, place: Path, embedding: NDArray[np.float32], time: NDArray[np.float32]) -> None:
        """Write it; BadFile if there is no room."""
        write_heard(place, embedding.astype(np.float16), time)

    def read(self, place: Path) -> tuple[NDArray[np.float16], NDArray[np.float32]] | None:
        """What is kept there; None if there is nothing, or it is damaged."""
        with contextlib.suppress(OSError, ValueError, KeyError, EOFError), np.load(place, allow_pickle=False) as kept:
            embedding, time = kept["embedding"], kept["time"]
            if embedding.ndim == 2 and embedding.shape == (len(time), SIZE):
                return embedding, time
        return None


Outcome = tuple[Recording, str]
"""A recording, and why nothing could be heard in it; "" if all went well."""


def listen(
    files: Iterable[Recording], shelf: Shelf, how: Listening, *, workers: int = 1, scheduler: str | None = None
) -> Iterator[Outcome]:
    """Listen to every recording that is not on the shelf yet; yields each as it is done, those on the shelf too.

    With one worker all is done here; with more, by as many processes through dask; with a `scheduler` (tcp://…) by
    the cluster's. MissingDriver without dask, BadFile if the cluster cannot be reached.
    """
    waiting = []
    for recording in files:
        if shelf.place(recording.path).exists():
            yield recording, ""
        else:
            waiting.append(recording)
    if not waiting:
        return
    if workers == 1 and scheduler is None:
        for recording in waiting:
            yield recording, _kept(shelf, recording, _attempt(recording.path, how))
        return
    with _cluster(workers, scheduler) as client:
        yield from _shared_out(client, waiting, shelf, how)


Attempt = tuple[NDArray[np.float16], NDArray[np.float32]] | str
"""What was heard in a file, or why nothing could be."""


def _attempt(path: Path, how: Listening) -> Attempt:
    """Runs wherever there is a worker: a mistake comes back as its line, so that it never ends the others' work."""
    try:
        embedding, time = heard_in(path, how)
    except UserMistake as mistake:
        return str(mistake)
    return embedding.astype(np.float16), time


def _kept(shelf: Shelf, recording: Recording, attempt: Attempt) -> str:
    if isinstance(attempt, str):
        return attempt
    shelf.keep(shelf.place(recording.path), attempt[0].astype(np.float32), attempt[1])
    return ""


def _attempts(paths: list[Path], how: Listening) -> list[Attempt]:
    """Several files at once: handing one out costs as much as hearing half a minute."""
    return [_attempt(path, how) for path in paths]


def _shared_out(client: Any, waiting: list[Recording], shelf: Shelf, how: Listening) -> Iterator[Outcome]:
    """Hand files out a few ahead of those that are done, so that nothing piles up on either side."""
    from distributed import as_completed

    workers = max(len(client.scheduler_info()["workers"]), 1)
    size = max(1, min(len(waiting) // (workers * _TURNS), _TOGETHER))
    groups = deque(waiting[start : start + size] for start in range(0, len(waiting), size))
    given: dict[Any, list[Recording]] = {}

    def give() -> Any:
        group = groups.popleft()
        future = client.submit(_attempts, [recording.path.resolve() for recording in group], how, pure=False)
        given[future] = group
        return future

    done = as_completed([give() for _ in range(min(_AHEAD * workers, len(groups)))])
    for future in done:
        group = given.pop(future)
        try:
            attempts: list[Attempt] = future.result()
        except Exception as why:  # a worker died with it, or it is a bug: the other recordings go on
            if len(group) > 1:
                groups.extendleft([recording] for recording in group)
                group, attempts = [], []
            else:
                reason = str(why).splitlines()[0] if str(why) else repr(why)
                attempts = [f"{group[0].path}: the worker broke down: {reason}"]
        if groups:
            done.add(give())
        future.release()
        for recording, attempt in zip(group, attempts, strict=True):
            yield recording, _kept(shelf, recording, attempt)


@contextlib.contextmanager
def _cluster(workers: int, scheduler: str | None) -> Iterator[Any]:
    """A dask client: of a scheduler that runs already, or of processes of our own, one thread each."""
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError as why:
        raise MissingDriver(
            "more than one worker is run by dask, which is not here (pip install 'monochord[fit]', or --workers 1)"
        ) from why
    quiet = {
        "distributed.logging.distributed": "error",
        "distributed.worker.daemon": True,
        "distributed.worker.profile.enabled": False,  # nobody looks at it, and it takes from those who listen
    }
    with dask.config.set(quiet), contextlib.ExitStack() as stack:
        if scheduler is None:
            cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                dashboard_address="127.0.0.1:0",
                memory_limit=None,
                silence_logs="ERROR",
            )
            yield stack.enter_context(Client(stack.enter_context(cluster)))
            return
        try:
            client = Client(scheduler, timeout="10s")
        except (OSError, ValueError) as why:
            raise BadFile(
                f"scheduler={scheduler} cannot be reached: {why or 'no answer'} (try tcp://HOST:8786)"
            ) from why
        yield stack.enter_context(client)


def gathered(files: list[Recording], shelf: Shelf, most: int = MOST, seed: int = 0) -> Corpus:
    """What is on the shelf of these recordings, `most` sounds at most, as a corpus; about a seventh is held out.

    Held out are whole recordings, of each family some, or the end of the only one. BadFile if nothing is there.
    """
    places = [shelf.place(recording.path) for recording in files]
    counts = [0 if kept is None else len(kept[1]) for kept in map(shelf.read, places)]
    total = sum(counts)
    if not total:
        raise BadFile("nothing was heard in any of the recordings (see the lines above)")
    stride = max(total / most, 1.0)
    families = tuple(sorted({recording.family for recording, count in zip(files, counts, strict=True) if count}))
    embeddings, family, group, times = [], [], [], []
    before = 0
    for number, (recording, place, count) in enumerate(zip(files, places, counts, strict=True)):
        kept = shelf.read(place) if count else None
        if kept is None:
            continue
        # Of all sounds in a row every so manieth, whichever recording it falls into.
        chosen = np.unique(
            np.ceil(np.arange(np.ceil(before / stride), np.ceil((before + count) / stride)) * stride - before)
        )
        chosen = chosen.astype(int)[chosen < count]
        before += count
        embeddings.append(kept[0][chosen].astype(np.float32))
        times.append(kept[1][chosen].astype(np.float64))
        family.append(np.full(len(chosen), families.index(recording.family), np.int16))
        group.append(np.full(len(chosen), number, np.int64))
    groups, own = np.concatenate(group), np.concatenate(family)
    return Corpus(np.concatenate(embeddings), families, own, groups, np.concatenate(times), held_out(groups, own, seed))


def held_out(group: NDArray[np.integer], family: NDArray[np.integer], seed: int = 0) -> NDArray[np.bool_]:
    """Which sounds (n,) a map is to be judged by: some recordings of each family that has three or more.

    Of a family with fewer, the last part of each recording.
    """
    rng = np.random.default_rng(seed)
    out = np.zeros(len(group), bool)
    for each in np.unique(family):
        own = np.unique(group[family == each])
        if len(own) >= 3:
            some = rng.choice(own, max(round(_HELD_OUT * len(own)), 1), replace=False)
            out |= np.isin(group, some)
            continue
        for one in own:
            members = np.flatnonzero(group == one)
            out[members[len(members) - int(_HELD_OUT * len(members)) :]] = True
    return out
