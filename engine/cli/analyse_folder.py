"""`monochord analyse DIR`: a report of each recording in a folder, and a list of all."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typer

from engine.cli import terminal


def analyse_folder(
    root: Path,
    out: Path,
    said: Mapping[str, Any],
    seconds: float | None,
    *,
    stills: bool,
    workers: int | None,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """Write the reports and index.html; exits with 1 if any recording was left out."""
    from engine.corpus.recordings import recordings
    from engine.report.folder import jobs, reported
    from engine.report.index import Entry, write_index
    from engine.report.writing import Wanted

    count = listeners(workers)
    todo = jobs(recordings(root), root, out, said, seconds, Wanted(stills=stills))
    found: dict[Path, Entry] = {}
    mistakes = 0
    with terminal.progress(f"listening to {len(todo)} recordings") as tell:
        for done, (job, entry) in enumerate(reported(todo, workers=count, scheduler=scheduler), 1):
            tell(done / len(todo))
            if isinstance(entry, Entry):
                found[job.path] = entry
            else:
                terminal.remark(f"monochord: {entry}")
                mistakes += 1
    listed = [(str(job.path.relative_to(root)), job.folder, found[job.path]) for job in todo if job.path in found]
    if listed:
        index = write_index(out, root.resolve().name, listed)
        print(json.dumps({name: dict(entry.facts) for name, _, entry in listed}, indent=1) if as_json else index)
    if mistakes:
        terminal.remark(f"{mistakes} of {len(todo)} files were left out")
        raise typer.Exit(1)


def listeners(workers: int | None) -> int:
    """How many processes listen: so many, else as many as cores where there is dask to run them."""
    there = find_spec("distributed") is not None
    return workers if workers is not None else (os.cpu_count() or 1) if there else 1
