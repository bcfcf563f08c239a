"""A report of each recording in a folder: by as many processes as there are, going on where it was interrupted.

What is done is known by the recording's bytes and by all that it was heard with, so a file that was moved or touched is
not heard again, and one that was changed is. Processes, here or a dask cluster's, write what they make themselves: they
see the same folders.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from engine.audio.hearing_settings import HearingSettings
from engine.corpus.cluster import cluster
from engine.corpus.recordings import Recording
from engine.errors import BadFile, UserMistake
from engine.frame import LAYOUT
from engine.listening.space import located
from engine.report import chart
from engine.report.index import SMALL, Entry, small
from engine.report.page import FIGURES, write
from engine.report.writing import REPORT, Wanted, report
from engine.settings import settings

DONE: Final = "done.json"
"""In a recording's folder, written last: what was heard, how, and what it is like in short."""
_AHEAD: Final = 2  # recordings a worker that are handed out ahead
_PIECE: Final = 1 << 20  # bytes that are read at a time


@dataclass(frozen=True, slots=True)
class Job:
    """A recording to be reported on into a folder of its own; `said` is what `settings` takes, but for the source."""

    path: Path
    folder: Path
    said: Mapping[str, Any]
    seconds: float | None
    wanted: Wanted


Outcome = tuple[Job, Entry | str]
"""A recording, and what the list says of it, or why there is no report."""


def jobs(
    files: Sequence[Recording], root: Path, out: Path, said: Mapping[str, Any], seconds: float | None, wanted: Wanted
) -> list[Job]:
    """One for each recording below `root`; its folder lies below `out` as it lies below `root`."""
    taken: set[Path] = set()
    found = []
    for recording in files:
        inside = recording.path.relative_to(root)
        folder, number = out / inside.with_suffix(""), 2
        while folder in taken:
            folder, number = out / inside.with_name(f"{inside.stem}-{number}"), number + 1
        taken.add(folder)
        found.append(Job(recording.path, folder, said, seconds, wanted))
    return found


def reported(todo: Sequence[Job], *, workers: int = 1, scheduler: str | None = None) -> Iterator[Outcome]:
    """Each as it is done, those that were done before first.

    With one worker all is done here; with more, by as many processes through dask; with a `scheduler` (tcp://…) by the
    cluster's. MissingDriver without dask or without what draws, BadFile if the cluster cannot be reached.
    """
    chart.need()
    waiting: deque[Job] = deque()
    for job in todo:
        entry = _done(job)
        if entry is None:
            waiting.append(job)
        else:
            yield job, entry
    if not waiting:
        return
    if workers == 1 and scheduler is None:
        for job in waiting:
            yield job, _attempt(job)
        return
    with cluster(workers, scheduler) as client:
        yield from _shared_out(client, waiting)


def _attempt(job: Job) -> Entry | str:
    """Runs wherever there is a worker: a mistake comes back as its line, so that it never ends the others' work."""
    try:
        hearing = _hearing(job)
        key = _key(job, hearing)
        (job.folder / DONE).unlink(missing_ok=True)
        made = report(hearing, job.folder, seconds=job.seconds, wanted=job.wanted)
        write(job.folder / FIGURES / SMALL, small(made.findings))
        facts = made.findings.facts.table()
        write(job.folder / DONE, json.dumps({"key": key, "facts": facts}, indent=1) + "\n")
    except UserMistake as mistake:
        return str(mistake)
    except OSError as why:
        return f"{job.path}: {why.strerror or why}"
    return Entry(facts)


def _done(job: Job) -> Entry | None:
    """What was found the last time, if all of it is still there and nothing has changed."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, UserMistake):
        told = json.loads((job.folder / DONE).read_text(encoding="utf-8"))
        whole = all((job.folder / name).exists() for name in ("frames.npz", "summary.json", REPORT))
        if whole and told["key"] == _key(job, _hearing(job)):
            return Entry(dict(told["facts"]))
    return None


def _hearing(job: Job) -> HearingSettings:
    return settings(source=str(job.path), seconds=job.seconds, **job.said).hearing


def _key(job: Job, hearing: HearingSettings) -> str:
    """Of the recording's bytes, and of all that it is heard and reported with."""
    digest = hashlib.sha256()
    try:
        with job.path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
    except OSError as why:
        raise BadFile(f"{job.path} cannot be read: {why.strerror}") from why
    with_what = (replace(hearing, source=None), job.seconds, job.wanted, LAYOUT, metadata.version("monochord"))
    digest.update(repr(with_what).encode())
    name, folder = located(hearing.own_space)
    with contextlib.suppress(OSError):
        digest.update((folder / f"{name}.toml").read_bytes())
    return digest.hexdigest()


def _shared_out(client: Any, waiting: deque[Job]) -> Iterator[Outcome]:
    """Hand recordings out a few ahead of those that are done."""
    from distributed import as_completed

    workers = max(len(client.scheduler_info()["workers"]), 1)
    given: dict[Any, Job] = {}

    def give() -> Any:
        job = waiting.popleft()
        there = replace(job, path=job.path.resolve(), folder=job.folder.resolve())
        future = client.submit(_attempt, there, pure=False)
        given[future] = job
        return future

    done = as_completed([give() for _ in range(min(_AHEAD * workers, len(waiting)))])
    for future in done:
        job = given.pop(future)
        try:
            found: Entry | str = future.result()
        except Exception as why:  # a worker died with it, or it is a bug: the other recordings go on
            reason = str(why).splitlines()[0] if str(why) else repr(why)
            found = f"{job.path}: the worker broke down: {reason}"
        if waiting:
            done.add(give())
        future.release()
        yield job, found
