"""What fitting a map costs as the corpus grows, and what dask costs beside bare processes.

    python tools/bench_fitting.py growth --data corpus              (what tools/space_corpus.py wrote)
    python tools/bench_fitting.py workers --recordings DIR --turns 5

growth: CPU seconds of one thread for 1000 to 100,000 sounds, of that those for the neighbours, and the largest memory;
a corpus with fewer sounds is repeated, a little shifted each time. workers: two processes that share the files between
them and know nothing of each other, and two workers of dask, by turns, and one; starting and ending counts everywhere.
"""

from __future__ import annotations

import argparse
import math
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import figures
import numpy as np

from engine.fitting import listen
from engine.listening.atlas import Corpus, fitted
from engine.recordings import Listening, Recording, Shelf, recordings

_COUNTS: Final = (1000, 3000, 10_000, 30_000, 100_000)
_SHIFT: Final = 0.02
_NEIGHBOURS_SHARE: Final = 0.2501  # of the progress that `fitted` tells, the first part is the search for neighbours


def growth(folder: Path, most: int) -> dict[str, dict[str, float]]:
    """A line for each size of corpus; returned by the number of sounds."""
    found: dict[str, dict[str, float]] = {}
    parts = [np.load(path) for path in sorted(folder.glob("*.npz"))]
    embedding = np.concatenate([part["embedding"].astype(np.float32) for part in parts])
    names, family = np.unique(np.concatenate([part["family"] for part in parts]), return_inverse=True)
    group = np.unique(np.concatenate([part["group"] for part in parts]), return_inverse=True)[1]
    when = np.concatenate([part["time"] for part in parts]).astype(np.float64)
    rng = np.random.default_rng(0)
    print("   sounds   neighbours         all   µs / (n · log2 n)   memory")
    for count in (n for n in _COUNTS if n <= most):
        which = np.arange(count) % len(embedding)
        points = embedding[which] + rng.normal(0, _SHIFT, (count, embedding.shape[1])).astype(np.float32)
        again = group[which] + (group.max() + 1) * (np.arange(count) // len(embedding))
        own = family[which].astype(np.int16)
        corpus = Corpus(points, tuple(map(str, names)), own, again, when[which], np.zeros(count, bool))
        start, told = time.process_time(), [0.0]

        def note(share: float, start: float = start, told: list[float] = told) -> None:
            if share <= _NEIGHBOURS_SHARE:
                told.append(time.process_time() - start)

        fitted(corpus, progress=note)
        spent = time.process_time() - start
        each = spent / (count * math.log2(count)) * 1e6
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        found[str(count)] = {"neighbours": told[-1], "all": spent, "each": each, "memory": memory}
        print(f"{count:9d} {told[-1]:10.1f} s {spent:9.1f} s {each:19.1f} {memory:6.0f} MB", flush=True)
    return found


def workers(folder: Path, turns: int) -> dict[str, Any]:
    """Seconds for all files, by turns, and the ratio of the medians."""
    files = [recording.path for recording in recordings(folder)]
    bare: list[float] = []
    shared: list[float] = []
    one: list[float] = []
    for turn in range(turns):
        ways = ((bare, 0), (shared, 2), (one, 1))
        for kept, count in ways if turn % 2 == 0 else reversed(ways):
            with tempfile.TemporaryDirectory() as shelf:
                start = time.monotonic()
                if not count:
                    command = [sys.executable, __file__, "half", "--recordings", str(folder), "--shelf", shelf, "--of"]
                    both = [subprocess.Popen([*command, str(half)]) for half in (0, 1)]
                    if any(process.wait() for process in both):
                        raise SystemExit("a process failed")
                else:
                    _listen(files, Path(shelf), count)
                kept.append(time.monotonic() - start)
        print(
            f"turn {turn + 1}: bare {bare[-1]:.1f} s, dask {shared[-1]:.1f} s, one worker {one[-1]:.1f} s", flush=True
        )
    ratio = statistics.median(bare) / statistics.median(shared)
    print(
        f"{len(files)} files: bare {statistics.median(bare):.1f} s, dask {statistics.median(shared):.1f} s: {ratio:.2f}"
    )
    return {"files": len(files), "bare": bare, "dask": shared, "one": one, "ratio": ratio}


def _listen(files: list[Path], shelf: Path, count: int) -> None:
    how = Listening()
    for recording, why in listen([Recording(path, "all") for path in files], Shelf(shelf, how), how, workers=count):
        if why:
            raise SystemExit(f"{recording.path}: {why}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("growth", "workers", "half"))
    parser.add_argument("--data", type=Path)
    parser.add_argument("--most", type=int, default=_COUNTS[-1])
    parser.add_argument("--recordings", type=Path)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--shelf", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--of", type=int, help=argparse.SUPPRESS)
    figures.ask(parser)
    said = parser.parse_args()
    if said.what == "growth":
        figures.keep(growth(said.data, said.most), said.json)
    elif said.what == "workers":
        figures.keep(workers(said.recordings, said.turns), said.json)
    else:
        _listen([recording.path for recording in recordings(said.recordings)][said.of :: 2], said.shelf, 1)


if __name__ == "__main__":
    main()
