"""A map of one's own recordings: every file is listened to once, and what was heard in it is kept for fitting.

Listening to files is work that any number of processes can share: here, or by way of a dask scheduler, on other
machines that see the same files. Each file's descriptions come back alone, are written at once, and are forgotten, so
that memory does not grow with the number of files, and nothing is listened to twice after an interruption.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.corpus.cluster import cluster
from engine.corpus.recordings import Listening, Recording, Shelf, heard_in
from engine.errors import BadFile, UserMistake
from engine.listening.atlas import Corpus

MOST: Final = 100_000
"""Sounds that a map is fitted on at most; of more, every so manieth."""
_AHEAD: Final = 2  # groups of files a worker that are handed out ahead
_TOGETHER: Final = 8  # files in a group at most
_TURNS: Final = 8  # groups a worker gets at least, where there are so many files: the last one is not waited for long
_HELD_OUT: Final = 0.15  # share of the recordings that a map is judged by

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
        try:
            done = shelf.place(recording.path).exists()
        except BadFile as gone:
            yield recording, str(gone)
            continue
        if done:
            yield recording, ""
        else:
            waiting.append(recording)
    if not waiting:
        return
    if workers == 1 and scheduler is None:
        for recording in waiting:
            yield recording, _kept(shelf, recording, _attempt(recording.path, how))
        return
    with cluster(workers, scheduler) as client:
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
    """Put it on the shelf; why there is nothing to put there, "" if there is. BadFile if there is no room."""
    if isinstance(attempt, str):
        return attempt
    try:
        place = shelf.place(recording.path)
    except BadFile as gone:  # while it was listened to
        return str(gone)
    shelf.keep(place, attempt[0].astype(np.float32), attempt[1])
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


def gathered(files: list[Recording], shelf: Shelf, most: int = MOST, seed: int = 0) -> Corpus:
    """What is on the shelf of these recordings, `most` sounds at most, as a corpus; about a seventh is held out.

    Held out are whole recordings, of each family some, or the end of the only one. BadFile if nothing is there.
    """
    counts = [0 if kept is None else len(kept[1]) for kept in (shelf.kept(recording.path) for recording in files)]
    total = sum(counts)
    if not total:
        raise BadFile("nothing was heard in any of the recordings (see the lines above)")
    stride = max(total / most, 1.0)
    families = tuple(sorted({recording.family for recording, count in zip(files, counts, strict=True) if count}))
    embeddings, family, group, times = [], [], [], []
    before = 0
    for number, (recording, count) in enumerate(zip(files, counts, strict=True)):
        kept = shelf.kept(recording.path) if count else None
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
