"""What fitting a map costs as the corpus grows, and what dask costs beside bare processes.

    python tools/bench_fitting.py growth --data corpus              (what tools/space_corpus.py wrote)
    python tools/bench_fitting.py workers --recordings DIR --turns 5

growth: CPU seconds of one thread for 1000 to 100,000 sounds, of that those for the neighbours, and the largest memory;
a corpus with fewer sounds is repeated, a little shifted each time. workers: two processes that share the files between
them and know nothing of each other, and two workers of dask, by turns, and one; starting and ending counts everywhere.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import figures
from benchmarks.fitting import COUNTS, fitting

from engine.corpus.fitting import listen
from engine.corpus.recordings import Listening, Recording, Shelf, recordings


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
    parser.add_argument("--most", type=int, default=COUNTS[-1])
    parser.add_argument("--recordings", type=Path)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--shelf", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--of", type=int, help=argparse.SUPPRESS)
    figures.ask(parser)
    said = parser.parse_args()
    if said.what == "growth":
        figures.keep(fitting(said.data, said.most), said.json)
    elif said.what == "workers":
        figures.keep(workers(said.recordings, said.turns), said.json)
    else:
        _listen([recording.path for recording in recordings(said.recordings)][said.of :: 2], said.shelf, 1)


if __name__ == "__main__":
    main()
